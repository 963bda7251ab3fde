"""Colour by meaning: what is worse is redder, what is in order keeps one quiet colour, and volume is only more or less.

A number that can be good or bad is measured by its distance from where it is in order: its target, or where it has
none the best of the values. One that is neither, or of which nobody agreed on a target, is told by its size alone, in
the accent's colour.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from views import words
from views.tokens import Palette
from views.words import NumberFormat

Better = Literal["up", "down", "neither"]

REACHED = "达标"
_CLASSES = 5
# So that small differences do not look like the worst of all: the least distance that the full red stands for.
_LEAST_REACH = {"rate": 0.05, "count": 1.0, "days": 1.0, "number": 0.5}
_UNIT = {"rate": 0.001, "count": 1.0, "days": 0.1, "number": 0.1}
_PALEST, _STEP = 1, 2
_TINY = 1e-9


@dataclass(frozen=True)
class Meaning:
    """Which way a number is better, and its target (a ratio for rates; None: it has none)."""

    better: Better = "neither"
    target: float | None = None


@dataclass(frozen=True)
class Step:
    """One class of the legend: its colour and the range it stands for, in words."""

    colour: str
    text: str


@dataclass(frozen=True)
class Shading:
    """The colour of every value: `limits` are the largest distance from `base` that each step still covers.

    `base` is where a number is in order (see the module); `note` says in words what the colours mean.
    """

    meaning: Meaning
    base: float
    limits: tuple[float, ...]
    steps: tuple[Step, ...]
    empty: str
    note: str

    def fill(self, value: float | None) -> str:
        """The colour of a value; that of no data for None and NaN."""
        if value is None or words.is_missing(value):
            return self.empty
        distance = _distance(float(value), self.base, self.meaning.better)
        for limit, step in zip(self.limits, self.steps, strict=True):
            if distance <= limit + _TINY:
                return step.colour
        return self.steps[-1].colour if self.steps else self.empty


def shading(values: Iterable[float | None], meaning: Meaning, kind: NumberFormat, palette: Palette) -> Shading:
    """At most five classes of one width over these values; whole numbers in the classes of counts."""
    known = [float(value) for value in values if value is not None and not words.is_missing(value)]
    if not known:
        return Shading(meaning, 0.0, (), (), palette.empty, "")
    low, high = min(known), max(known)
    base, colours = _base(low, high, meaning, kind), _colours(meaning, palette)
    reach = max(_distance(value, base, meaning.better) for value in known)
    if meaning.better != "neither":
        reach = max(reach, _LEAST_REACH[kind])
    limits = _limits(reach, meaning, kind, len(colours))
    if len(limits) < len(colours):
        colours = _spread(colours, len(limits))
    texts = _texts(base, limits, meaning, kind)
    steps = tuple(Step(colour, text) for colour, text in zip(colours, texts, strict=True))
    return Shading(meaning, base, tuple(limits), steps, palette.empty, _note(meaning, kind, palette))


def _distance(value: float, base: float, better: Better) -> float:
    """How far a value lies on the worse side of its base; of volume, how far above."""
    return base - value if better == "up" else value - base


def _base(low: float, high: float, meaning: Meaning, kind: NumberFormat) -> float:
    if meaning.target is not None and meaning.better != "neither":
        return meaning.target
    if meaning.better == "up":
        return high
    if kind == "count" and meaning.better == "down":
        return min(0.0, low)
    return low


def _colours(meaning: Meaning, palette: Palette) -> tuple[str, ...]:
    if meaning.better == "neither":
        return palette.one_way[_PALEST::_STEP]
    return (palette.fine, *palette.worse)


def _limits(reach: float, meaning: Meaning, kind: NumberFormat, most: int) -> list[float]:
    """The upper ends of the classes, as distances from the base, the last one covering the reach."""
    unit = _UNIT[kind]
    if meaning.target is not None and meaning.better != "neither":
        return [0.0, *_limits(reach, Meaning(), "number" if kind == "count" else kind, most - 1)]
    if kind == "count":
        whole = round(reach) + 1
        classes = min(most, whole)
        return [whole * position // classes - 1.0 for position in range(1, classes + 1)]
    classes = max(1, min(most, round(reach / unit)))
    ends = [round(reach * position / classes / unit) * unit for position in range(1, classes)]
    return [*ends, reach]


def _spread(colours: tuple[str, ...], wanted: int) -> tuple[str, ...]:
    """The ends of a scale and what lies evenly between."""
    if wanted == 1:
        return colours[:1]
    return tuple(colours[round(position * (len(colours) - 1) / (wanted - 1))] for position in range(wanted))


def _texts(base: float, limits: list[float], meaning: Meaning, kind: NumberFormat) -> list[str]:
    sign = -1 if meaning.better == "up" else 1
    aimed = meaning.target is not None and meaning.better != "neither"
    texts, before = [], 0.0
    for position, limit in enumerate(limits):
        if aimed and position == 0:
            texts.append(f"{REACHED}（{'≥' if sign < 0 else '≤'}{_end(base, kind)}）")
        elif kind == "count":
            first = before if position == 0 or aimed else before + 1
            texts.append(_range(base + sign * first, base + sign * limit, kind))
        else:
            texts.append(_range(base + sign * before, base + sign * limit, kind))
        before = limit
    return texts


def _range(one: float, other: float, kind: NumberFormat) -> str:
    low, high = _end(min(one, other), kind), _end(max(one, other), kind)
    return low if low == high else f"{low.removesuffix('%')}—{high}"


def _end(value: float, kind: NumberFormat) -> str:
    if kind == "rate":
        return words.percent(value, 1).replace(".0%", "%")
    return words.full_count(value) if kind == "count" else words.decimal(value)


def _note(meaning: Meaning, kind: NumberFormat, palette: Palette) -> str:
    if meaning.better == "neither":
        return f"越{'亮' if palette.dark else '深'}越{'多' if kind == 'count' else '高'}"
    if meaning.target is not None:
        return "越红离目标越远"
    return "越红越差（低）" if meaning.better == "up" else "越红越差（高）"
