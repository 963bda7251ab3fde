"""Who looks at a page and when, faintly all over it: whoever takes a picture of it knows that it says so."""

from datetime import datetime
from urllib.parse import quote

from views.markup import read_static, render
from views.tokens import FONT, Palette
from views.words import moment

_LONGEST = 40
# A character of 13 px, a Latin one or a digit, and the room that is left around the text.
_WIDE, _NARROW, _ROOM, _HEIGHT = 13, 7, 120, 180


def watermark_text(name: str, at: datetime) -> str:
    """张科长 2026年11月29日 15:04: a name on one line, of forty characters at most, and the minute."""
    plain = " ".join("".join(one if one.isprintable() else " " for one in name).split())
    return f"{plain[:_LONGEST]} {moment(at, year=True)}"


def watermark_css(text: str, palette: Palette) -> str:
    """The style that lays a text over a page, on every printed sheet too, and lets every click through."""
    width = sum(_NARROW if one.isascii() else _WIDE for one in text) + _ROOM
    svg = render("watermark.svg.jinja", text=text, width=width, height=_HEIGHT, font=FONT, ink=palette.ink)
    # Quoted whole: nothing of a name can end the address or the style.
    return read_static("watermark.css").replace("{{ picture }}", f"data:image/svg+xml,{quote(svg, safe='')}")
