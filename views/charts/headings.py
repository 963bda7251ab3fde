"""Titles and notes that break by width, since Vega cuts off what does not fit."""

import json
import re
from collections.abc import Sequence
from typing import Any

import altair as alt

from views.tokens import Palette

TITLE_EXTRA = 1
# A heading stands above axis and labels too: it has the room of the whole picture, less the padding of `finished`.
_ROOM = "max(width, (containerSize()[0] || 0) - 12)"
# Said on each title: a page's framework cuts titles that say nothing of their own.
_NO_LIMIT = 4000


def heading(title: str, subtitle: str, palette: Palette) -> alt.TitleParams:
    """Title and subtitle broken into lines, since Vega cuts off what does not fit.

    Vega draws no subtitle without a title: a chart that has only a note carries it in the title's place.
    """
    note = break_lines(subtitle, 300, palette.note)
    if title or not note:
        return alt.TitleParams(text=_by_width(title, palette.text + TITLE_EXTRA), subtitle=note, limit=_NO_LIMIT)
    return alt.TitleParams(text=note, limit=_NO_LIMIT, fontSize=palette.note, fontWeight="normal", color=palette.muted)


def _by_width(text: str, size: int) -> Any:
    """The text on one line where it fits, otherwise broken for four usual widths, chosen in the browser.

    The schema takes an expression for a title but not for a subtitle.
    """
    whole = width_of(text, size)
    if whole <= 280:
        return text
    rooms = [room for room in (720, 480, 350) if room < whole]
    choices = [f"{_ROOM} > {room} ? {_quoted(break_lines(text, room, size))}" for room in (whole, *rooms)]
    return alt.ExprRef(" : ".join([*choices, _quoted(break_lines(text, 280, size))]))


def _quoted(lines: Sequence[str]) -> str:
    return json.dumps(lines, ensure_ascii=False)


def width_of(text: str, size: float = 12) -> int:
    """Roughly how wide a text is drawn, in px: a Chinese character is as wide as high, others a good half."""
    return round(sum(size if ord(letter) > 0x2E80 else size * 0.6 for letter in str(text)))


def break_lines(text: str, room: float, size: float) -> list[str]:
    """Lines at most `room` px wide, broken at a pause or before a bracket if one is in the second half of the line.

    Never inside a number, before closing punctuation or after an opening bracket.
    """
    lines, line = [], ""
    for piece in re.findall(r"[+−-]?[0-9A-Za-z][0-9A-Za-z.,%/]*[，。；、：）」]*|[（「]*.[，。；、：）」]*", text):
        if line and width_of(line + piece, size) > room:
            pauses = [pause.end() for pause in re.finditer("[，；。：][，。；、：）」]*|(?=[（「])", line)]
            late = [end for end in pauses if width_of(line[:end], size) * 2 > room]
            end = late[-1] if late else len(line)
            lines.append(line[:end].strip())
            line = line[end:]
        line += piece
    return [*lines, line.strip()] if line.strip() else lines


def join_notes(subtitle: str, more: str) -> str:
    """Two notes in one subtitle."""
    return f"{subtitle}；{more}" if subtitle else more
