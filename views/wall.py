"""The big screen as HTML: blocks of one scene, sized in units of a 1920 × 1080 screen (CSS --u)."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd

from views import maps, words
from views.cards import SEPARATOR, Card, Delta, unbroken
from views.labels import LINE, Label
from views.shades import Meaning
from views.tokens import WALL, Palette
from views.words import State

MAP = (850, 516)
"""The map's size above the months of a scene, px of a 1920 × 1080 screen; where it has less, its type is too small."""
_TYPE = 20 / maps.LABEL
DRAWN = (round(MAP[0] / _TYPE), round(MAP[1] / _TYPE))
"""The size that the map is drawn at: labels are placed for the desk's map type, and 20 px high on the wall."""
# What stands beside a number: so many lines, each of so many characters.
_BESIDE_LINES, _BESIDE_WIDTH = 2, 18

_VOLUME = Meaning()
# Slanting lines over what has no number.
_UNKNOWN = (
    '<defs><pattern id="hatching" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<path class="hatch" d="M0 0V6"/></pattern></defs>'
)


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
    told = [f"{words.full(value)} {unit}".strip() for value in values]
    return [Bar(name, text, value / top) for name, text, value in zip(names, told, values, strict=True)]


def kpis_html(cards: Sequence[Card]) -> str:
    """Numbers one below the other: name, number, state, and one or two changes."""
    return "".join(_kpi(card) for card in cards)


def ranking_html(title: str, note: str, bars: Sequence[Bar], target: float | None = None, *, quiet: str = "") -> str:
    """Bars with their numbers; `target` is the share of the longest bar at which a line stands.

    `quiet` is said in their place where there are none.
    """
    if not bars:
        return f'{_head(title, note)}<p class="quiet">{escape(quiet)}</p>'
    line = f'<i class="target" style="left:{target:.2%}"></i>' if target is not None else ""
    rows = "".join(
        f'<li><span class="who">{escape(bar.name)}</span><span class="rail"><i class="fill {_role(bar.state)}"'
        f' style="width:{max(bar.share, 0.004):.2%}"></i>{line}</span><span class="amount">{_shape(bar.state)}'
        f"{escape(bar.value)}</span></li>"
        for bar in bars
    )
    return f'{_head(title, note)}<ol class="bars">{rows}</ol>'


def table_html(title: str, note: str, heads: Sequence[str], rows: Sequence[Row], *, quiet: str) -> str:
    """Names and numbers; the table is ordered by the first number, which stands out. `quiet` is said without rows."""
    if not rows:
        return f'{_head(title, note)}<p class="quiet">{escape(quiet)}</p>'
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "".join(
        f'<tr><th scope="row">{escape(row.name)}</th>'
        + "".join(f"<td>{_shape(cell.state)}{escape(cell.text)}</td>" for cell in row.cells)
        + "</tr>"
        for row in rows
    )
    table = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    return f'{_head(title, note)}<table aria-label="{escape(title)}">{table}</table>'


def lines_html(title: str, note: str, lines: Sequence[tuple[State, str]], *, quiet: str) -> str:
    """Sentences, each with the shape and word of its state."""
    if not lines:
        return f'{_head(title, note)}<p class="quiet">{escape(quiet)}</p>'
    rows = "".join(
        f'<li><b class="{state.role}">{escape(state.text)}</b><span>{escape(text)}</span></li>' for state, text in lines
    )
    return f'{_head(title, note)}<ul class="lines">{rows}</ul>'


def fitting(lines: Sequence[tuple[State, str]], room: int) -> list[tuple[State, str]]:
    """The first sentences that `room` units (px of 1080) hold in the block at the right."""
    found: list[tuple[State, str]] = []
    for state, text in lines:
        room -= 31 * math.ceil(words.width(text) / 13.5) + 26
        if room < 0:
            break
        found.append((state, text))
    return found


def months_html(
    title: str, note: str, points: pd.DataFrame, target: float | None = None, *, counts: bool = False
) -> str:
    """A line over months: columns label, value (NaN: a gap), text. Counts begin at zero."""
    known = points.dropna(subset=["value"])
    if len(known) < 2:
        return f'{_head(title, note)}<p class="quiet">还没有足够的月份。</p>'
    if counts and not known["value"].any():
        return f'{_head(title, note)}<p class="quiet">这些月份都没有。</p>'
    values = [*known["value"], *([] if target is None else [target])]
    low, high = min(values), max(values)
    room = (high - low) or abs(high) or 1.0
    low, high = (0.0, high * 1.3) if counts else (low - room * 0.15, high + room * 0.25)

    def across(position: int) -> float:
        return 80 + position * (1640 / max(len(points) - 1, 1))

    def up(value: float) -> float:
        return float(130 - (value - low) / (high - low) * 110)

    places = [(across(n), up(value)) for n, value in enumerate(points["value"]) if not pd.isna(value)]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    aim = ""
    if target is not None:
        aim = f'<path class="aim" d="M0 {up(target):.1f}H1800"/>'
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5"/>' for x, y in places)
    shown = "".join(
        f'<li style="left:{across(n) / 18:.2f}%;bottom:{100 - up(value) / 1.5:.1f}%">{escape(text)}</li>'
        for n, (value, text) in enumerate(zip(points["value"], points["text"], strict=True))
        if not pd.isna(value) and (n % 2 == (len(points) - 1) % 2)
    )
    labels = "".join(
        f'<li style="left:{across(n) / 18:.2f}%">{escape(label)}</li>' for n, label in enumerate(points["label"])
    )
    return (
        f'{_head(title, note)}<div class="months" role="img" aria-label="{escape(title)}">'
        f'<svg viewBox="0 0 1800 150" preserveAspectRatio="none">{aim}<path class="line" d="{path}"/>{dots}</svg>'
        f'<ol class="said">{shown}</ol><ol class="axis">{labels}</ol></div>'
    )


def map_html(
    title: str,
    note: str,
    frame: pd.DataFrame,
    *,
    kind: words.Kind,
    meaning: Meaning = _VOLUME,
    palette: Palette = WALL,
) -> str:
    """The places coloured by what their numbers mean, with name and number, and a legend in words.

    See views.maps.area_map for the columns.
    """
    drawing = maps.flat(frame, palette, kind=kind, meaning=meaning, width=DRAWN[0], height=DRAWN[1])
    if drawing is None:
        return f'{_head(title, note)}<p class="quiet">库中没有坐标和轮廓，画不出地图。</p>'
    shapes = "".join(
        f'<path class="area" d="{area.path}" fill="{area.fill}" data-code="{escape(area.code)}"/>'
        + ("" if area.known else f'<path class="unknown" d="{area.path}" fill="url(#hatching)"/>')
        for area in drawing.areas
    )
    tokens = "".join(
        f'<circle class="token" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{fill}"/>'
        for x, y, radius, fill in drawing.tokens
    )
    leaders = "".join(_leader(label) for label in drawing.labels)
    labels = "".join(_map_label(label, palette) for label in drawing.labels)
    said = "，".join(f"{row['name']} {row['text']}" for row in frame.to_dict("records"))
    width, height = drawing.size
    return (
        f'{_head(title, note)}<svg class="map" role="img" aria-label="{escape(title)}。{escape(said)}"'
        f' viewBox="{-width / 2:.0f} {-height / 2:.0f} {width} {height}" preserveAspectRatio="xMidYMid meet"'
        f' data-lon="{drawing.view.lon}" data-lat="{drawing.view.lat}" data-zoom="{drawing.view.zoom}">'
        f'{_UNKNOWN}{shapes}{tokens}{leaders}{labels}<g class="arrivals"></g></svg>{_legend(drawing, frame)}'
    )


def _map_label(label: Label, palette: Palette) -> str:
    lines = label.text.split("\n")
    first = 0.35 - (len(lines) - 1) * LINE / 2
    spans = "".join(
        f'<tspan x="{label.x:.1f}" dy="{LINE if position else first:.2f}em">{escape(line)}</tspan>'
        for position, line in enumerate(lines)
    )
    return (
        f'<text x="{label.x:.1f}" y="{label.y:.1f}" font-size="{maps.LABEL}" fill="{palette.ink}"'
        f' stroke="{palette.surface}" text-anchor="middle">{spans}</text>'
    )


def _leader(label: Label) -> str:
    """The line from a place to a label that stands aside."""
    if label.leader is None:
        return ""
    (x, y), (to_x, to_y) = label.anchor, label.leader
    return f'<path class="leader" d="M{x:.1f} {y:.1f}L{to_x:.1f} {to_y:.1f}"/>'


def _legend(drawing: maps.Flat, frame: pd.DataFrame) -> str:
    """What the colours mean: the sentence, each step with its range, and no data."""
    steps = "".join(
        f'<li><i style="background:{step.colour}"></i>{escape(step.text)}</li>' for step in drawing.shades.steps
    )
    small = f'<li><i class="small"></i>{words.SMALL}</li>' if maps.has_small(frame) else ""
    unknown = f'<li><i class="unknown"></i>{maps.NO_DATA}</li>' if frame["value"].isna().any() else ""
    return f'<ul class="legend"><li>{escape(drawing.shades.note)}</li>{steps}{small}{unknown}</ul>'


def _kpi(card: Card) -> str:
    state = f'<span class="state {card.state.role}">{escape(card.state.text)}</span>' if card.state else ""
    unit = f'<span class="unit">{escape(card.unit)}</span>' if card.unit and card.value != words.NONE else ""
    deltas = "".join(_delta(delta) for delta in card.deltas)
    parts = _fitting_parts(card.beside)
    beside = f'<p class="beside">{unbroken(parts)}</p>' if parts else ""
    return (
        f'<section class="kpi" data-key="{escape(card.key)}" aria-label="{escape(card.sentence)}">'
        f"<h3>{escape(card.name)}{state}</h3>"
        f'<p class="number"><span class="value">{escape(card.value)}</span>{unit}</p>'
        f'<p class="deltas">{deltas}</p>{beside}</section>'
    )


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


def _delta(delta: Delta) -> str:
    return f'<span>{escape(delta.label)} <b class="{delta.tone}">{escape(delta.text)}</b></span>'


def _head(title: str, note: str) -> str:
    return f'<h2>{escape(title)}</h2><p class="note">{escape(note)}</p>'


def _role(state: State | None) -> str:
    return state.role if state else ""


def _shape(state: State | None) -> str:
    return f'<em class="{state.role}" aria-label="{escape(state.word)}">{escape(state.shape)}</em> ' if state else ""
