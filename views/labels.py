"""Where the labels of a map stand: inside their outline, beside their circle, or aside at the end of a line.

All in px of the map as first shown, from its middle, y downwards.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from views import words
from views.boxes import boxes_around, contain, lines_cross_boxes, overlap, segments_cross
from views.label_ground import Ground, Point

SIZE = 12
LINE = 1.25

# Where more places than these share a map, no lines lead to labels: they would cover it.
_MOST_WITH_LEADERS = 30
# How much of a label may overhang its outline, to where no place is and on to a neighbour.
_LEAST_ON_OWN, _MOST_ON_OTHERS = 0.8, 0.03
# Of lines: their least length, and the room around the beginning of another one.
_SHORTEST_LEADER, _CLEAR = 8, 12
# What makes a line's end worse, in px of a longer line: standing on places, crossing another line, no end at all.
_COST_ON_PLACES, _COST_CROSSED, _COST_LEFT_OUT = 300.0, 120.0, 2000.0
# How the ends of lines are looked for: rounds in which each may push others away, to how many places that are so many
# px apart, and how many places are looked at first.
_ROUNDS, _WISHES, _APART, _FIRST_LOOK = 4, 6, 24, 64
# How much narrower a Latin letter is than the room that is kept for it, in em.
_NARROWER = 0.1
# Between two lines of a hatching, px.
_HATCH = 8
_DIGIT = re.compile("[0-9]")
_KEPT_MAPS = 64


@dataclass(frozen=True)
class Spot:
    """A place that wants a label: name, number, where it stands, its outer rings, or the radius of its circle."""

    name: str
    text: str
    x: float
    y: float
    rings: tuple[tuple[Point, ...], ...] = ()
    radius: float | None = None


@dataclass(frozen=True)
class Box:
    """Room on the map."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Label:
    """A text with its middle, the place that it speaks of, and the end of the line to it (None: it stands there)."""

    text: str
    x: float
    y: float
    anchor: Point
    leader: Point | None = None

    @cached_property
    def box(self) -> Box:
        """The room it takes."""
        return _text_box(self.text, self.x, self.y)


@dataclass
class _Layout:
    """What is on the map so far: which label each spot has, beside the circles that none may cover."""

    ground: Ground
    circles: NDArray[np.float64]
    labels: dict[int, Label] = field(default_factory=dict)

    def free(self, boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which of these boxes touch no label, no circle and no line."""
        clear = np.asarray(~overlap(boxes, self.boxes()).any(axis=1))
        clear[clear] = ~lines_cross_boxes(self.lines, boxes[clear]).any(axis=0)
        return clear

    def cost(self, costs: dict[int, float]) -> float:
        """What all labels cost together, and their lines that cross."""
        return sum(costs.values()) + _COST_CROSSED * float(segments_cross(self.lines, self.lines).sum()) / 2

    def in_the_way(self, label: Label) -> list[int]:
        """Whose labels or lines a label with its line would touch."""
        box, line = _rows([label.box]), np.array([(*label.anchor, *(label.leader or label.anchor))])
        boxes = _rows([there.box for there in self.labels.values()])
        # One that stands at its place has a line of no length.
        lines = np.array([(*there.anchor, *(there.leader or there.anchor)) for there in self.labels.values()])
        lines = lines.reshape(-1, 4)
        hit = overlap(box, boxes)[0] | lines_cross_boxes(line, boxes)[0]
        hit |= lines_cross_boxes(lines, box)[:, 0] | segments_cross(line, lines)[0]
        return [n for n, touched in zip(self.labels, hit, strict=True) if touched]

    def boxes(self) -> NDArray[np.float64]:
        """The room that circles and labels take."""
        return np.concatenate([self.circles, _rows([label.box for label in self.labels.values()])])

    @property
    def lines(self) -> NDArray[np.float64]:
        """The lines to labels that stand aside, rows of (x, y, to x, to y)."""
        found = [(*label.anchor, *label.leader) for label in self.labels.values() if label.leader]
        return np.array(found, dtype=float).reshape(-1, 4)


def place_labels(spots: Sequence[Spot], room: Box) -> list[Label]:
    """Labels that touch neither each other nor a circle, all within `room` (around the middle).

    A label stands in its own outline, where it is nearest to its spot, or beside its circle where that is on nobody's
    outline: on a neighbour's colour its number would be read as the neighbour's. What has no room there stands aside,
    at the end of a line, outside of all outlines while there is room; where many places share the map, no lines lead
    to labels. What is left is named without its number, in its own outline or beside its circle, or left out.

    Digits are all as wide, so that a map of the same places with other numbers mostly has its labels where they stood.
    """
    alike = tuple(replace(spot, text=_DIGIT.sub("0", spot.text)) for spot in spots)
    return [
        replace(label, text=_full_text(spots[n]) if label.text == _full_text(alike[n]) else spots[n].name)
        for n, label in _placed(alike, room)
    ]


@lru_cache(maxsize=_KEPT_MAPS)
def _placed(spots: tuple[Spot, ...], room: Box) -> list[tuple[int, Label]]:
    """The labels, each with the place of its spot among all of them."""
    ground = Ground(room.right - room.left, room.bottom - room.top, tuple(spot.rings for spot in spots))
    layout = _Layout(ground, _rows([_circle_box(spot) for spot in spots if spot.radius is not None]))
    largest_first = sorted(range(len(spots)), key=lambda n: (-_half_perimeter(spots[n]), -(spots[n].radius or 0.0)))
    aside = [n for n in largest_first if not _place_at_spot(n, spots[n], _full_text(spots[n]), layout)]
    if len(spots) <= _MOST_WITH_LEADERS:
        aside = _place_aside(aside, spots, layout)
    for n in aside:
        _place_at_spot(n, spots[n], spots[n].name, layout)
    return sorted(layout.labels.items())


def hatching(rings: Sequence[Sequence[Point]]) -> Iterator[tuple[Point, Point]]:
    """Slanting lines (down to the right) that fill the inside of these rings."""
    edges = [edge for ring in rings for edge in zip(ring, [*ring[1:], ring[0]], strict=True)]
    levels = [y - x for ring in rings for x, y in ring]
    if not levels:
        return
    for step in range(math.ceil(min(levels) / _HATCH), math.floor(max(levels) / _HATCH) + 1):
        level = step * _HATCH + 0.01
        cuts = []
        for (x, y), (to_x, to_y) in edges:
            one, other = y - x - level, to_y - to_x - level
            if (one > 0) != (other > 0):
                cuts.append(x + (to_x - x) * one / (one - other))
        cuts.sort()
        for start, end in zip(cuts[::2], cuts[1::2], strict=False):
            yield (start, start + level), (end, end + level)


def _full_text(spot: Spot) -> str:
    return f"{spot.name}\n{spot.text}".strip()


def _place_at_spot(n: int, spot: Spot, text: str, layout: _Layout) -> bool:
    """Put the label in its outline, nearest to its spot, or beside its circle; whether there was room."""
    wide, tall = _text_size(text)
    if spot.radius is None:
        middles = layout.ground.middles(wide, tall)
        own, others = layout.ground.shares(n, wide, tall)
        middles = middles[(own >= _LEAST_ON_OWN) & (others <= _MOST_ON_OTHERS)]
    else:
        middles = np.array([at for at in _beside(spot, wide, tall) if layout.ground.is_nobodys(*at, wide, tall)])
    middles = middles.reshape(-1, 2)
    middles = middles[layout.free(boxes_around(middles, wide, tall))]
    if not len(middles):
        return False
    # Of places beside a circle the first is the best, of those in an outline the nearest.
    first = 0 if spot.radius is not None else int(np.hypot(*(middles - (spot.x, spot.y)).T).argmin())
    layout.labels[n] = Label(text, float(middles[first, 0]), float(middles[first, 1]), (spot.x, spot.y))
    return True


def _beside(spot: Spot, wide: float, tall: float) -> Iterator[Point]:
    """The middles of a box below, above and beside a circle."""
    radius = spot.radius or 0.0
    down, aside = radius + 3 + tall / 2, radius + 4 + wide / 2
    for right, below in ((0.0, down), (0.0, -down), (aside, 0.0), (-aside, 0.0)):
        yield spot.x + right, spot.y + below


def _place_aside(aside: Sequence[int], spots: Sequence[Spot], layout: _Layout) -> list[int]:
    """Put these labels at the ends of lines, short and crossing none; returns those that found no room."""
    anchors = {n: _anchor(n, spots[n], layout.ground) for n in aside}
    makers = {n: _Aside.of(n, spots[n], layout, anchors) for n in aside}
    costs = {n: makers[n].place(layout) for n in sorted(aside, key=lambda n: makers[n].costs[:1].sum())}
    for _ in range(_ROUNDS):
        dearest_first = sorted(aside, key=lambda n: -costs[n])
        better = [_make_way(makers, costs, n, layout) for n in dearest_first]
        if not any(better):
            break
    return [n for n in aside if n not in layout.labels]


def _make_way(makers: dict[int, "_Aside"], costs: dict[int, float], n: int, layout: _Layout) -> bool:
    """Put one label where it would like to stand and let those in its way look anew; whether that costs less in all.

    Else all stay as they were.
    """
    before, total = dict(layout.labels), layout.cost(costs)
    for cost, label in makers[n].wishes():
        if cost > costs[n]:
            break
        layout.labels = {other: there for other, there in before.items() if other != n}
        pushed = [other for other in layout.in_the_way(label) if other in makers]
        for other in pushed:
            del layout.labels[other]
        layout.labels[n] = label
        new = costs | {n: cost} | {other: makers[other].place(layout) for other in pushed}
        if layout.cost(new) < total - 1:
            costs.update(new)
            return True
    layout.labels = before
    return False


def _anchor(n: int, spot: Spot, ground: Ground) -> Point:
    """Where a spot's line begins: in its circle, or on its outline where the spot itself is not."""
    return (spot.x, spot.y) if spot.radius is not None else ground.nearest(n, (spot.x, spot.y))


@dataclass(frozen=True)
class _Aside:
    """Where a label may stand at the end of a line: the middles of its box, the lines, and what each costs in px.

    The cheapest come first; what touches circles or labels that stand at their places is none of them.
    """

    spot: int
    text: str
    middles: NDArray[np.float64]
    lines: NDArray[np.float64]
    costs: NDArray[np.float64]

    @classmethod
    def of(cls, n: int, spot: Spot, layout: _Layout, anchors: dict[int, Point]) -> "_Aside":
        """All that the map has room for; a line costs its length, an end on outlines more.

        A line keeps away from where others begin (`anchors`), or it would speak of them.
        """
        text, ground = _full_text(spot), layout.ground
        wide, tall = _text_size(text)
        own, others = ground.shares(n, wide, tall)
        every = ground.apart(wide, tall)
        middles, on_places = ground.middles(wide, tall)[every], (own + others)[every]
        boxes = boxes_around(middles, wide, tall)
        anchor = anchors[n]
        ends = _nearest_of_text(text, middles, anchor)
        length = np.hypot(*(ends - anchor).T)
        # A line begins at the edge of a circle.
        reach = np.divide(spot.radius or 0.0, length, out=np.ones_like(length), where=length > 0)[:, None]
        lines = np.concatenate([np.add(anchor, (ends - anchor) * reach), ends], axis=1)
        costs = length + np.where(on_places > 0, _COST_ON_PLACES * (0.3 + on_places), 0.0)
        begins = np.array([at for other, at in anchors.items() if other != n], dtype=float).reshape(-1, 2)
        obstacles = np.concatenate([layout.boxes(), boxes_around(begins, _CLEAR, _CLEAR)])
        obstacles = obstacles[~contain(obstacles, anchor)]
        free = (length >= (spot.radius or 0.0) + _SHORTEST_LEADER) & layout.free(boxes)
        free &= ~lines_cross_boxes(lines, obstacles).any(axis=1)
        order = np.flatnonzero(free)[np.argsort(costs[free], kind="stable")]
        return cls(n, text, middles[order], lines[order], costs[order])

    def place(self, layout: _Layout) -> float:
        """Put the label where it now costs least; returns the cost without that of lines that it crosses."""
        wide, tall = _text_size(self.text)
        best, where = _COST_LEFT_OUT, -1
        # Of circles the line keeps clear already, and it begins in its own one's box.
        labels, leaders = layout.boxes()[len(layout.circles) :], layout.lines
        begin, at_once = 0, _FIRST_LOOK
        # Whatever else it costs comes on top: what is dearer already need not be looked at.
        while begin < len(self.costs) and self.costs[begin] < best:
            part = slice(begin, begin + at_once)
            free = np.flatnonzero(layout.free(boxes_around(self.middles[part], wide, tall)))
            lines = self.lines[part][free]
            costs = self.costs[part][free] + _COST_CROSSED * segments_cross(lines, leaders).sum(axis=1)
            costs[lines_cross_boxes(lines, labels).any(axis=1)] = math.inf
            if len(free) and costs.min() < best:
                best, where = float(costs.min()), begin + int(free[costs.argmin()])
            begin, at_once = begin + at_once, at_once * 2
        if where < 0:
            return _COST_LEFT_OUT
        layout.labels[self.spot] = self._label(where)
        return float(self.costs[where])

    def wishes(self) -> Iterator[tuple[float, Label]]:
        """The cheapest places and what they cost, apart from each other, whatever stands there."""
        left = np.arange(len(self.costs))
        for _ in range(_WISHES):
            if not len(left):
                return
            first = int(left[0])
            yield float(self.costs[first]), self._label(first)
            left = left[np.hypot(*(self.middles[left] - self.middles[first]).T) > _APART]

    def _label(self, where: int) -> Label:
        (x, y), (from_x, from_y, to_x, to_y) = self.middles[where].tolist(), self.lines[where].tolist()
        return Label(self.text, x, y, (from_x, from_y), (to_x, to_y))


def _nearest_of_text(text: str, middles: NDArray[np.float64], point: Point) -> NDArray[np.float64]:
    """Of a text around each of these middles the point that is nearest to another: at what is written.

    The corners of a label's room are empty beside a short number below a long name: a line that ended there would
    speak of whatever stands next to it.
    """
    lines = text.split("\n")
    ends = []
    for n, line in enumerate(lines):
        half = np.array((SIZE * _written_width(line) / 2, SIZE / 2))
        at = np.add(middles, (0.0, (n - (len(lines) - 1) / 2) * SIZE * LINE))
        ends.append(np.clip(point, at - half, at + half))
    far = [np.hypot(*(end - point).T) for end in ends]
    return np.asarray(np.stack(ends)[np.argmin(far, axis=0), np.arange(len(middles))])


def _rows(boxes: Sequence[Box]) -> NDArray[np.float64]:
    """Boxes as rows of left, top, right, bottom."""
    return np.array([(box.left, box.top, box.right, box.bottom) for box in boxes], dtype=float).reshape(-1, 4)


def _circle_box(spot: Spot) -> Box:
    radius = spot.radius or 0.0
    return Box(spot.x - radius, spot.y - radius, spot.x + radius, spot.y + radius)


def _outline_width(spot: Spot) -> float:
    across = [x for ring in spot.rings for x, _ in ring]
    return max(across) - min(across) if across else 0.0


def _half_perimeter(spot: Spot) -> float:
    """Half the perimeter of the box around an outline; zero for a circle."""
    up = [y for ring in spot.rings for _, y in ring]
    return _outline_width(spot) + (max(up) - min(up)) if up else 0.0


def _written_width(line: str) -> float:
    """How wide a line is at least, in em: room is kept for wide letters, a line ends at narrow ones too."""
    return words.width(line) - _NARROWER * sum(letter.isascii() and letter.isalpha() for letter in line)


def _text_size(text: str) -> Point:
    """Width and height a label is drawn with."""
    lines = text.split("\n")
    return SIZE * max(words.width(line) for line in lines) + 4, SIZE * LINE * len(lines) + 2


def _text_box(text: str, x: float, y: float) -> Box:
    wide, tall = _text_size(text)
    return Box(x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2)
