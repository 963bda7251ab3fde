"""The big screen as HTML: blocks of one scene, sized in units of a 1920 × 1080 screen (CSS --u)."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from views import maps, words
from views.cards import Card
from views.label_ground import Point
from views.labels import LINE, Label
from views.markup import Markup, render
from views.shades import Meaning
from views.tokens import WALL
from views.words import SEPARATOR, State

MAP = (850, 516)
"""The map's size above the months of a scene, px of a 1920 × 1080 screen; where it has less, its type is too small."""
_TYPE = 20 / maps.LABEL
# Room of the map above and below labels: a line of the font is higher than that of a label, by a tenth of its size.
_EDGE = 2
DRAWN = (round(MAP[0] / _TYPE), round(MAP[1] / _TYPE) - 2 * _EDGE)
"""The size that the map is drawn at: labels are placed for the desk's map type, and 20 px high on the wall."""
# What stands beside a number: so many lines, each of so many characters.
_BESIDE_LINES, _BESIDE_WIDTH = 2, 18

_VOLUME = Meaning()
# The drawing of months and the type of its numbers with the gap to their points, px of a 1920 × 1080 screen.
_MONTHS, _NUMBER, _NUMBER_GAP = (850, 100), 20, 8
# A bar of nothing is still seen.
_SHORTEST_BAR = 0.004


@dataclass(frozen=True)
class Bar:
    """One row of a ranking: `share` of the longest bar, 0 … 1."""

    name: str
    value: str
    share: float
    state: State | None = None


@dataclass(frozen=True)
class Cell:
    """A number in a table, with the shape of its state."""

    text: str
    state: State | None = None


@dataclass(frozen=True)
class Row:
    """One row of a table: what it is of, and its numbers."""

    name: str
    cells: Sequence[Cell]


def count_bars(names: Iterable[str], counts: Iterable[int], unit: str = "") -> list[Bar]:
    """Bars of counts, each with its number and unit."""
    values = [int(count) for count in counts]
    top = max([*values, 1])
    texts = [f"{words.full_count(value)} {unit}".strip() for value in values]
    return [Bar(name, text, value / top) for name, text, value in zip(names, texts, values, strict=True)]


def scene_html(
    kpis: Markup,
    *,
    middle: Markup | None = None,
    right: Markup | None = None,
    foot: Markup | None = None,
    wide: Markup | None = None,
) -> Markup:
    """A scene of its blocks: the numbers at the left, the others where wall.css has a place of that name for them."""
    named = {"wide": wide, "middle": middle, "right": right, "foot": foot}
    blocks = {place: block for place, block in named.items() if block is not None}
    return render("wall/scene.html.jinja", kpis=kpis, blocks=blocks)


def kpis_html(cards: Sequence[Card]) -> Markup:
    """Numbers one below the other: name, number, state, and one or two changes."""
    return render("wall/kpis.html.jinja", kpis=[(card, _fitting_parts(card.beside)) for card in cards])


def ranking_html(
    title: str,
    note: str,
    bars: Sequence[Bar],
    target: float | None = None,
    *,
    quiet: str = "",
    few: int | None = None,
    few_note: str = "",
) -> Markup:
    """Bars with their numbers; `target` is the share of the longest bar at which a line stands.

    `quiet` is said in their place where there are none. A wall that is not wide has room for the first `few` alone
    (None: for all) and says `few_note` instead.
    """
    if not bars:
        return _quiet(title, note, quiet)
    return render(
        "wall/ranking.html.jinja",
        title=title,
        note=note,
        few_note=few_note,
        bars=[
            (bar, f"{max(bar.share, _SHORTEST_BAR):.2%}", few is not None and place >= few)
            for place, bar in enumerate(bars)
        ],
        target=None if target is None else f"{target:.2%}",
    )


def table_html(title: str, note: str, heads: Sequence[str], rows: Sequence[Row], *, quiet: str) -> Markup:
    """Names and numbers; the table is ordered by the first number, which stands out. `quiet` is said without rows."""
    if not rows:
        return _quiet(title, note, quiet)
    return render("wall/table.html.jinja", title=title, note=note, heads=heads, rows=rows)


def lines_html(title: str, note: str, lines: Sequence[tuple[State, str]], *, quiet: str) -> Markup:
    """Sentences, each with the shape and word of its state."""
    if not lines:
        return _quiet(title, note, quiet)
    return render("wall/lines.html.jinja", title=title, note=note, lines=lines)


def _quiet(title: str, note: str, sentence: str) -> Markup:
    """A block that has nothing to draw: one sentence below its heading."""
    return render("wall/quiet.html.jinja", title=title, note=note, quiet=sentence)


def height_of(text: str) -> int:
    """The height of a sentence in the block at the right, units of 1080."""
    return 31 * math.ceil(words.width(text) / 15.2) + 26


def fitting(lines: Sequence[tuple[State, str]], room: int) -> list[tuple[State, str]]:
    """The first sentences that `room` units (px of 1080) hold in the block at the right."""
    fitting_lines: list[tuple[State, str]] = []
    for state, text in lines:
        room -= height_of(text)
        if room < 0:
            break
        fitting_lines.append((state, text))
    return fitting_lines


def months_html(
    title: str, note: str, points: pd.DataFrame, target: float | None = None, *, counts: bool = False
) -> Markup:
    """A line over months: columns label, value (NaN: a gap), text; optional small (bool: a hollow point), unfinished
    (bool, of the last month: the line to it is dashed).

    Counts begin at zero. The note says what a hollow point is.
    """
    known = points.dropna(subset=["value"])
    if len(known) < 2:
        return _quiet(title, note, "还没有足够的月份。")
    if counts and not known["value"].any():
        return _quiet(title, note, "这些月份都没有。")
    values = [*known["value"], *([] if target is None else [target])]
    low, high = _month_scale(values, counts=counts)

    def across(position: int) -> float:
        return 80 + position * (1640 / max(len(points) - 1, 1))

    def up(value: float) -> float:
        return float(130 - (value - low) / (high - low) * 110)

    drawn = [
        (n, across(n), up(value), text)
        for n, (value, text) in enumerate(zip(points["value"], points["text"], strict=True))
        if not pd.isna(value)
    ]
    line = [(x, y) for _, x, y, _ in drawn]
    finished = len(line) - int("unfinished" in points and bool(points["unfinished"][drawn[-1][0]]))
    small = {n for n, few in enumerate(points["small"]) if few} if "small" in points else set()
    last = len(points) - 1
    return render(
        "wall/months.html.jinja",
        title=title,
        note=f"{note}；空心的月份{words.SMALL}" if small else note,
        target_y=None if target is None else f"{up(target):.1f}",
        line=_path(line[:finished]),
        running=_path(line[finished - 1 :]) if finished < len(line) else None,
        hollow=[(f"{x / 18:.2f}%", f"{100 - y / 1.5:.1f}%") for n, x, y, _ in drawn if n in small],
        # Every second month has its number, the last one always.
        numbers=[
            (f"{x / 18:.2f}%", f"{100 - y / 1.5:.1f}%", text, _is_below((x, y), text, line))
            for n, x, y, text in drawn
            if n % 2 == last % 2
        ],
        months=[(f"{across(n) / 18:.2f}%", label) for n, label in enumerate(points["label"])],
    )


def _is_below(point: Point, text: str, line: Sequence[Point]) -> bool:
    """Whether a month's number stands below its point: where the line runs through the place above, and less below."""
    above, below = (_crossed(_box_of(point, text, below=is_below), line) for is_below in (False, True))
    return below < above


def _box_of(point: Point, text: str, *, below: bool) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a number at its point, in units of the drawing."""
    half = words.width(text) * _NUMBER / 2 / _MONTHS[0] * 1800
    near, far = (gap / _MONTHS[1] * 150 for gap in (_NUMBER_GAP, _NUMBER_GAP + _NUMBER))
    top, bottom = (point[1] + near, point[1] + far) if below else (point[1] - far, point[1] - near)
    return point[0] - half, top, point[0] + half, bottom


def _crossed(box: tuple[float, float, float, float], line: Sequence[Point]) -> float:
    """How much of a box's width a line of points runs through."""
    left, top, right, bottom = box
    steps = [left + (right - left) * step / 20 for step in range(21)]
    heights = [_height_at(x, line) for x in steps]
    return sum(top < y < bottom for y in heights if y is not None) / len(steps)


def _height_at(x: float, line: Sequence[Point]) -> float | None:
    """Where a line of points from left to right is at x; None beyond its ends."""
    for (x0, y0), (x1, y1) in pairwise(line):
        if x0 <= x <= x1:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return None


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _month_scale(values: Sequence[float], *, counts: bool) -> tuple[float, float]:
    """The lowest and highest value that the drawing has room for."""
    low, high = min(values), max(values)
    room = (high - low) or abs(high) or 1.0
    return (0.0, high * 1.3) if counts else (low - room * 0.35, high + room * 0.3)


def map_html(
    title: str,
    note: str,
    frame: pd.DataFrame,
    *,
    kind: words.NumberFormat,
    meaning: Meaning = _VOLUME,
) -> Markup:
    """The places coloured by what their numbers mean, with name and number, and a legend in words.

    See views.maps.area_map for the columns.
    """
    drawing = maps.flat(frame, WALL, kind=kind, meaning=meaning, width=DRAWN[0], height=DRAWN[1])
    if drawing is None:
        return _quiet(title, note, "库中没有坐标和轮廓，画不出地图。")
    width, height = drawing.size[0], drawing.size[1] + 2 * _EDGE
    return render(
        "wall/map.html.jinja",
        title=title,
        note=note,
        spoken="，".join(f"{row['name']} {row['text']}" for row in frame.to_dict("records")),
        drawing=drawing,
        view_box=f"{-width / 2:.0f} {-height / 2:.0f} {width} {height}",
        leaders=[(_leader(label.anchor, label.leader), label.anchor) for label in drawing.labels if label.leader],
        dot=maps.DOT,
        labels=[(f"{label.x:.1f}", f"{label.y:.1f}", _label_lines(label)) for label in drawing.labels],
        font_size=maps.LABEL,
        palette=WALL,
        small=maps.has_small(frame),
        no_data=maps.NO_DATA if frame["value"].isna().any() else "",
    )


def _label_lines(label: Label) -> list[tuple[str, str]]:
    """Each line of a label with how far below the line before it stands, in em."""
    lines = label.text.split("\n")
    first = 0.35 - (len(lines) - 1) * LINE / 2
    return [(f"{LINE if position else first:.2f}", line) for position, line in enumerate(lines)]


def _leader(place: Point, end: Point) -> str:
    """The line from a place to a label that stands aside, as an SVG path."""
    return f"M{place[0]:.1f} {place[1]:.1f}L{end[0]:.1f} {end[1]:.1f}"


def _fitting_parts(parts: Sequence[str]) -> Sequence[str]:
    """The first of what stands beside a number, as much as the lines there hold: a part that fits breaks nowhere."""
    lines, taken = 1, 0.0
    for position, part in enumerate(parts):
        width = words.width(part + SEPARATOR)
        if taken and taken + width > _BESIDE_WIDTH:
            lines, taken = lines + 1, 0.0
        lines += math.ceil((taken + width) / _BESIDE_WIDTH) - 1
        taken = (taken + width) % _BESIDE_WIDTH
        if lines > _BESIDE_LINES:
            return parts[:position]
    return parts
