"""A document as it will be printed, for reading on screen: headings, paragraphs and tables as HTML."""

from collections.abc import Sequence
from html import escape

from views.tokens import Palette

CSS = """
.paper { max-width: 820px; margin: 0 auto; padding: 32px 48px 40px; border: 1px solid; border-radius: 8px;
  font-size: 15px; line-height: 1.9 }
.paper h1 { margin: 0; font-size: 22px; font-weight: 600; line-height: 1.5; text-align: center }
.paper .under { margin: 0 0 16px; text-align: center }
.paper h2 { margin: 20px 0 4px; font-size: 17px; font-weight: 700 }
.paper h3 { margin: 12px 0 0; font-size: 15px; font-weight: 600 }
.paper h4 { margin: 8px 0 0; font-size: 15px; font-weight: 400 }
.paper p { margin: 0; text-indent: 2em; text-align: justify }
.paper img { margin: 16px 0 8px }
.paper .annex { margin-top: 32px; padding-top: 16px; border-top: 1px solid; text-indent: 0; font-weight: 700 }
.paper .table { margin: 12px 0; overflow-x: auto; font-size: 12px; line-height: 1.5 }
.paper table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums }
.paper caption { padding: 4px 0; font-size: 14px; font-weight: 600; text-align: left }
.paper th, .paper td { padding: 3px 6px; border-bottom: 1px solid; text-align: left; vertical-align: top }
.paper .number { text-align: right; white-space: nowrap }
.paper .note { text-indent: 0; font-size: 12px }
"""
MOST_ROWS = 20


class Paper:
    """A sheet that is filled from top to bottom; every text is escaped here."""

    def __init__(self, palette: Palette) -> None:
        self._palette = palette
        self._parts: list[str] = []

    def title(self, text: str, under: str) -> None:
        self._parts.append(f'<h1>{escape(text)}</h1><p class="under">{escape(under)}</p>')

    def heading(self, level: int, text: str) -> None:
        self._parts.append(f"<h{level + 1}>{escape(text)}</h{level + 1}>")

    def paragraph(self, text: str) -> None:
        self._parts.append(f"<p>{escape(text)}</p>")

    def note(self, text: str) -> None:
        self._parts.append(f'<p class="note" style="color:{self._palette.muted}">{escape(text)}</p>')

    def annex(self, text: str) -> None:
        self._parts.append(f'<p class="annex" style="border-color:{self._palette.line}">{escape(text)}</p>')

    def figure(self, title: str, subtitle: str, picture: str) -> None:
        """A picture as a data address, with its title for those who do not see it."""
        self._parts.append(f'<img src="{escape(picture)}" alt="{escape(title)}。{escape(subtitle)}" width="100%">')

    def table(
        self, title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[bool], note: str
    ) -> None:
        """The first rows of a table; how many more there are is said below it."""

        def line(cells: Sequence[str], tag: str) -> str:
            style = f'style="border-color:{self._palette.line}"'
            looks = (' class="number"' if number else "" for number in numbers)
            return "".join(
                f"<{tag}{look} {style}>{escape(cell)}</{tag}>" for look, cell in zip(looks, cells, strict=True)
            )

        body = "".join(f"<tr>{line(row, 'td')}</tr>" for row in rows[:MOST_ROWS])
        more = f"此处列前 {MOST_ROWS} 行，共 {len(rows)} 行。" if len(rows) > MOST_ROWS else ""
        self._parts.append(
            f'<div class="table"><table><caption>{escape(title)}</caption><thead><tr>{line(heads, "th")}</tr></thead>'
            f"<tbody>{body}</tbody></table></div>"
        )
        self.note(more + note)

    @property
    def html(self) -> str:
        p = self._palette
        style = f"background:{p.surface};color:{p.ink};border-color:{p.line}"
        return f'<style>{CSS}</style><article class="paper" style="{style}">{"".join(self._parts)}</article>'
