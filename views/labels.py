"""Where the labels of a map stand: inside their outline, beside their circle, or aside at the end of a line.

All in px of the map as first shown, from its middle, y downwards.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

from views import words

SIZE = 12
LINE = 1.25
Point = tuple[float, float]

# Where more places than these share a map, no lines lead to labels: they would cover it.
_MOST_WITH_LEADERS = 30
_SLIDES = (0.0, -14.0, 14.0, -26.0, 26.0)
_DIRECTIONS = 24
_SHORTEST_LEADER, _LONGEST_LEADER, _LEADER_STEP = 24, 260, 8
# What makes a line's end worse, in px of a longer line: standing on another place, crossing another line.
_COST_ON_ANOTHER, _COST_CROSSED = 60.0, 120.0
_ROUNDS, _COST_LEFT_OUT = 8, 500.0
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

    @cached_property
    def around(self) -> "Box | None":
        """The room that its rings take; None without any."""
        across = [x for ring in self.rings for x, _ in ring]
        down = [y for ring in self.rings for _, y in ring]
        return Box(min(across), min(down), max(across), max(down)) if across else None


@dataclass(frozen=True)
class Box:
    """Room on the map."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box") -> bool:
        """Whether two boxes share any room."""
        apart = self.left >= other.right or other.left >= self.right
        return not apart and self.top < other.bottom and other.top < self.bottom

    def is_inside(self, other: "Box") -> bool:
        """Whether this box lies wholly in the other."""
        across = self.left >= other.left and self.right <= other.right
        return across and self.top >= other.top and self.bottom <= other.bottom

    def is_crossed_by(self, start: Point, end: Point) -> bool:
        """Whether a straight line runs through the box (Liang and Barsky's clipping)."""
        enters, leaves = 0.0, 1.0
        for at, by, low, high in (
            (start[0], end[0] - start[0], self.left, self.right),
            (start[1], end[1] - start[1], self.top, self.bottom),
        ):
            if by == 0:
                if not low <= at <= high:
                    return False
                continue
            first, last = sorted(((low - at) / by, (high - at) / by))
            enters, leaves = max(enters, first), min(leaves, last)
        return enters < leaves

    @property
    def corners(self) -> tuple[Point, ...]:
        """The four corners."""
        return (self.left, self.top), (self.right, self.top), (self.right, self.bottom), (self.left, self.bottom)


@dataclass(frozen=True)
class Label:
    """A text with its middle, the place that it speaks of, and the end of the line to it (None: it stands there)."""

    text: str
    x: float
    y: float
    anchor: Point
    leader: Point | None = None

    @property
    def box(self) -> Box:
        """The room it takes."""
        return _text_box(self.text, self.x, self.y)


@dataclass
class _Layout:
    """What is on the map so far; `cost` grows with the length of lines and with what they cross."""

    room: Box
    circles: list[Box]
    labels: list[tuple[Spot, Label]] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    lines: list[tuple[Point, Point]] = field(default_factory=list)
    cost: float = 0.0

    def is_free(self, box: Box) -> bool:
        taken = (*self.boxes, *self.circles)
        through = any(box.is_crossed_by(*line) for line in self.lines)
        return box.is_inside(self.room) and not through and not any(box.overlaps(other) for other in taken)

    def add(self, spot: Spot, label: Label) -> None:
        self.labels.append((spot, label))
        self.boxes.append(label.box)
        if label.leader:
            self.lines.append((label.anchor, label.leader))


def place_labels(spots: Sequence[Spot], room: Box) -> list[Label]:
    """Labels that touch neither each other nor a circle, all within `room`; what finds no place is left out.

    Outlines come first, the largest before the small, then circles. An outline's label may slide up or down, a circle's
    stands below, above or beside it. What does not fit there stands aside at the end of a line, whole; where many
    places share the map, or nothing is free, the name alone is tried. What was left out goes first in a further round.

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
    circles = [_circle_box(spot) for spot in spots if spot.radius is not None]
    ordered = sorted(spots, key=lambda spot: (spot.radius is not None, -_half_perimeter(spot), -(spot.radius or 0.0)))
    first: list[Spot] = []
    best: tuple[float, _Layout] | None = None
    for _ in range(_ROUNDS if len(spots) <= _MOST_WITH_LEADERS else 1):
        layout = _Layout(room, circles)
        left = _place_all(first, [spot for spot in ordered if spot not in first], spots, layout)
        cost = layout.cost + _COST_LEFT_OUT * len(left)
        if best is None or cost < best[0]:
            best = cost, layout
        if not left:
            break
        first = [*left, *(spot for spot in first if spot not in left)]
    return [(spots.index(spot), label) for spot, label in best[1].labels] if best else []


def _place_all(first: Sequence[Spot], then: Sequence[Spot], spots: Sequence[Spot], layout: _Layout) -> list[Spot]:
    """Place these labels; returns the spots that are left without their whole label."""
    few = len(spots) <= _MOST_WITH_LEADERS
    left = [
        spot
        for spot in first
        if not (_place_at_spot(spot, _full_text(spot), layout) or _place_with_leader(spot, spots, layout))
    ]
    aside = [spot for spot in then if not _place_at_spot(spot, _full_text(spot), layout)]
    left += [spot for spot in aside if not (few and _place_with_leader(spot, spots, layout))]
    for spot in left:
        _place_at_spot(spot, spot.name, layout)
    return left


def hatching(rings: Sequence[Sequence[Point]], gap: int = _HATCH) -> Iterator[tuple[Point, Point]]:
    """Slanting lines (down to the right) that fill the inside of these rings, `gap` px apart."""
    edges = [edge for ring in rings for edge in zip(ring, [*ring[1:], ring[0]], strict=True)]
    levels = [y - x for ring in rings for x, y in ring]
    if not levels:
        return
    for step in range(math.ceil(min(levels) / gap), math.floor(max(levels) / gap) + 1):
        level = step * gap + 0.01
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


def _place_at_spot(spot: Spot, text: str, layout: _Layout) -> bool:
    for x, y in _candidates(spot, text):
        if layout.is_free(_text_box(text, x, y)):
            layout.add(spot, Label(text, x, y, (spot.x, spot.y)))
            return True
    return False


def _candidates(spot: Spot, text: str) -> Iterator[Point]:
    wide, tall = _text_size(text)
    if spot.radius is not None:
        down, aside = spot.radius + 3 + tall / 2, spot.radius + 4 + wide / 2
        for right, below in ((0.0, down), (0.0, -down), (aside, 0.0), (-aside, 0.0)):
            yield spot.x + right, spot.y + below
    elif _outline_width(spot) >= wide * 0.9:
        for slide in _SLIDES:
            # Slid out of its own outline it would speak of the neighbour.
            if slide == 0 or _contains(spot, spot.x, spot.y + slide):
                yield spot.x, spot.y + slide


def _place_with_leader(spot: Spot, spots: Sequence[Spot], layout: _Layout) -> bool:
    """Put the label where the shortest line reaches a free place, best outside of all others."""
    text, anchor = _full_text(spot), (spot.x, spot.y)
    wide, tall = _text_size(text)
    own = (spot.radius or 0.0) + 1
    obstacles = [box for box in layout.circles if not _box_contains(box, anchor)] + layout.boxes
    best: tuple[float, Label] | None = None
    for distance in range(_SHORTEST_LEADER, _LONGEST_LEADER, _LEADER_STEP):
        if best is not None and distance >= best[0]:
            break
        for direction in range(_DIRECTIONS):
            angle = 2 * math.pi * direction / _DIRECTIONS
            right, below = math.cos(angle), math.sin(angle)
            x, y = anchor[0] + right * (distance + wide / 2), anchor[1] + below * (distance + tall / 2)
            box = _text_box(text, x, y)
            if not layout.is_free(box):
                continue
            start = (anchor[0] + right * own, anchor[1] + below * own)
            end = (min(max(start[0], box.left), box.right), min(max(start[1], box.top), box.bottom))
            cost = math.dist(start, end)
            # Whatever else it costs comes on top: what is dearer already need not be looked at.
            is_dearer = best is not None and cost >= best[0]
            if is_dearer or any(other.is_crossed_by(start, end) for other in obstacles):
                continue
            cost += _COST_ON_ANOTHER * sum(_share_on(box, other) for other in spots if other is not spot)
            cost += _COST_CROSSED * sum(_segments_cross((start, end), line) for line in layout.lines)
            if best is None or cost < best[0]:
                best = cost, Label(text, x, y, anchor, end)
    if best is not None:
        layout.cost += best[0]
        layout.add(spot, best[1])
    return best is not None


def _share_on(box: Box, spot: Spot) -> float:
    """Which share of a box's middle and corners lies on a place."""
    middle = ((box.left + box.right) / 2, (box.top + box.bottom) / 2)
    points = (middle, *box.corners)
    return sum(_contains(spot, *point) for point in points) / len(points)


def _contains(spot: Spot, x: float, y: float) -> bool:
    """Whether a point lies in an outline (even number of crossings: outside)."""
    around = spot.around
    return around is not None and _box_contains(around, (x, y)) and any(_ring_contains(r, x, y) for r in spot.rings)


def _ring_contains(ring: Sequence[Point], x: float, y: float) -> bool:
    inside = False
    for (one_x, one_y), (other_x, other_y) in zip(ring, (*ring[1:], ring[0]), strict=True):
        if (one_y > y) != (other_y > y) and x < one_x + (other_x - one_x) * (y - one_y) / (other_y - one_y):
            inside = not inside
    return inside


def _segments_cross(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    (a, b), (c, d) = one, other
    return _is_left_of(a, b, c) != _is_left_of(a, b, d) and _is_left_of(c, d, a) != _is_left_of(c, d, b)


def _is_left_of(start: Point, end: Point, point: Point) -> bool:
    return (end[0] - start[0]) * (point[1] - start[1]) > (end[1] - start[1]) * (point[0] - start[0])


def _box_contains(box: Box, point: Point) -> bool:
    return box.left <= point[0] <= box.right and box.top <= point[1] <= box.bottom


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


def _text_size(text: str) -> Point:
    """Width and height a label is drawn with."""
    lines = text.split("\n")
    return SIZE * max(words.width(line) for line in lines) + 4, SIZE * LINE * len(lines) + 2


def _text_box(text: str, x: float, y: float) -> Box:
    wide, tall = _text_size(text)
    return Box(x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2)
