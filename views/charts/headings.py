"""Titles and notes that break by width, since Vega cuts off what does not fit."""

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from views import words
from views.tokens import Palette

TITLE_EXTRA = 1
# A heading stands above axis and labels too: it has the room of the whole picture, less the padding of `finished`.
_ROOM = "max(width, (containerSize()[0] || 0) - 12)"
# Said on each title: a page's framework cuts titles that say nothing of their own.
_NO_LIMIT = 4000
# Widths that a text is broken for, px.
_NARROWEST, _STEP = 280, 30
_KEPT = 1024


def heading(title: str, subtitle: str, palette: Palette) -> dict[str, Any]:
    """Title and subtitle in Vega-Lite, broken into lines, since Vega cuts off what does not fit.

    Vega draws no subtitle without a title: a chart that has only a note carries it in the title's place.
    """
    title, subtitle = words.spaced(title), words.spaced(subtitle)
    note = _by_width(subtitle, palette.note)
    if title or not subtitle:
        return {"text": _by_width(title, palette.text + TITLE_EXTRA), "subtitle": note, "limit": _NO_LIMIT}
    look = {"fontSize": palette.note, "fontWeight": "normal", "color": palette.muted}
    return {"text": note, "limit": _NO_LIMIT, **look}


@lru_cache(maxsize=_KEPT)
def _by_width(text: str, size: int) -> Any:
    """The text on one line where it fits, otherwise broken for the width that it has, chosen in the browser."""
    rooms = range(_NARROWEST, max(width_of(text, size), _NARROWEST), _STEP)
    broken = {room: break_lines(text, room, size) for room in rooms}
    # Of rooms that break it alike the narrowest says so for all.
    first = {_quoted(lines): room for room, lines in reversed(broken.items())}
    if not first:
        return text
    narrowest, *wider = sorted(first.items(), key=lambda pair: pair[1])
    choices = [f"{_ROOM} > {room} ? {lines}" for lines, room in reversed(wider)]
    whole = f"{_ROOM} > {width_of(text, size)} ? {_quoted([text])}"
    return {"expr": " : ".join([whole, *choices, narrowest[0]])}


def _quoted(lines: Sequence[str]) -> str:
    return json.dumps(lines, ensure_ascii=False)


def width_of(text: str, size: float = 12) -> int:
    """Roughly how wide a text is drawn, in px: a Chinese character is as wide as high, others a good half."""
    return round(sum(size if ord(letter) > 0x2E80 else size * 0.6 for letter in str(text)))


def break_lines(text: str, room: float, size: float) -> list[str]:
    """Lines at most `room` px wide, broken at a pause or before a bracket if one is in the second half of the line.

    Never inside a number, before closing punctuation or after an opening bracket.
    """
    lines, line, wide = [], "", 0
    for piece in re.findall(r"[+−-]?[0-9A-Za-z][0-9A-Za-z.,%/]*[，。；、：）」]*|[（「]*.[，。；、：）」]*", text):
        if line and wide + width_of(piece, size) > room:
            pauses = [pause.end() for pause in re.finditer("[，；。：][，。；、：）」]*|(?=[（「])", line)]
            late = [end for end in pauses if width_of(line[:end], size) * 2 > room]
            end = late[-1] if late else len(line)
            lines.append(line[:end].strip())
            line = line[end:]
            wide = width_of(line, size)
        line += piece
        wide += width_of(piece, size)
    return [*lines, line.strip()] if line.strip() else lines


def join_notes(subtitle: str, more: str) -> str:
    """Two notes in one subtitle."""
    return f"{subtitle}；{more}" if subtitle else more
