"""A document as it will be printed, for reading on screen: headings, paragraphs and tables as HTML."""

from collections.abc import Sequence

from views.markup import Markup, read_static, render
from views.tokens import Palette

MOST_ROWS = 20
_CSS = Markup(read_static("paper.css"))


class Paper:
    """A sheet that is filled from top to bottom."""

    def __init__(self, palette: Palette) -> None:
        self._palette = palette
        self._parts: list[Markup] = []

    def title(self, text: str, under: str) -> None:
        self._add('<h1>{}</h1><p class="under">{}</p>', text, under)

    def heading(self, level: int, text: str) -> None:
        self._add("<h{0}>{1}</h{0}>", level + 1, text)

    def paragraph(self, text: str) -> None:
        self._add("<p>{}</p>", text)

    def note(self, text: str) -> None:
        self._add('<p class="note" style="color:{}">{}</p>', self._palette.muted, text)

    def annex(self, text: str) -> None:
        self._add('<p class="annex" style="border-color:{}">{}</p>', self._palette.line, text)

    def figure(self, title: str, subtitle: str, picture: str) -> None:
        """A picture as a data address, with its title for those who do not see it."""
        self._add('<img src="{}" alt="{}。{}" width="100%">', picture, title, subtitle)

    def table(
        self, title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[bool], note: str
    ) -> None:
        """The first rows of a table; how many more there are is said below it."""
        self._parts.append(
            render(
                "paper_table.html.jinja",
                title=title,
                heads=heads,
                rows=rows[:MOST_ROWS],
                numbers=numbers,
                palette=self._palette,
            )
        )
        more = f"此处列前 {MOST_ROWS} 行，共 {len(rows)} 行。" if len(rows) > MOST_ROWS else ""
        self.note(more + note)

    def _add(self, markup: str, *values: object) -> None:
        """Markup with a place for each value, which is escaped."""
        self._parts.append(Markup(markup).format(*values))

    @property
    def html(self) -> Markup:
        return render("paper.html.jinja", css=_CSS, parts=self._parts, palette=self._palette)
