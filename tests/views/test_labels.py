"""Labels of the city's sixteen districts and zones: all there, apart from each other, at every size that is shown."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from casebase.demo import ground
from views import labels, maps, wall
from views.boxes import lines_cross_boxes, overlap, segments_cross
from views.labels import Box, Label, Spot
from views.tokens import DESK, WALL

PHONE = (340, 320)
# How wide letters are, in em: Chinese ones, digits and the like, Latin ones.
WIDE = (1.0, 0.6, 0.5)


@pytest.fixture(scope="module")
def districts() -> pd.DataFrame:
    """The districts and zones of the demonstration city with their outlines, each with a rate."""
    table = ground.area_table(ground.make(np.random.SeedSequence(1))).to_pandas()
    found = table[table["level"] == 2].reset_index(drop=True)
    shapes = [json.loads(text) if isinstance(text, str) else None for text in found["shape"]]
    rates = np.linspace(0.8, 1.0, len(found))
    shaped: pd.DataFrame = found.assign(shape=pd.Series(shapes, dtype=object), value=rates)
    return shaped


@pytest.fixture(
    scope="module",
    params=[((480, 236), DESK), ((780, 460), DESK), (PHONE, DESK), (wall.DRAWN, WALL)],
    ids=["overview", "coverage", "phone", "wall"],
)
def drawing(request: pytest.FixtureRequest, districts: pd.DataFrame) -> maps.Flat:
    """Their map at each size that is shown."""
    (width, height), colours = request.param
    drawn = maps.flat(districts, colours, kind="rate", width=width, height=height)
    assert drawn is not None
    return drawn


def rows(drawing: maps.Flat) -> NDArray[np.float64]:
    """The room of each label, rows of left, top, right, bottom."""
    return np.array([(at.left, at.top, at.right, at.bottom) for at in (label.box for label in drawing.labels)])


def test_every_district_has_its_name_and_number(drawing: maps.Flat, districts: pd.DataFrame) -> None:
    written = {label.text.split("\n")[0]: label.text.split("\n")[1:] for label in drawing.labels}
    assert set(written) == set(districts["name"])
    assert len(written) == 16
    assert all(len(number) == 1 for number in written.values())


def test_no_label_touches_another_a_circle_or_the_edge(drawing: maps.Flat) -> None:
    labels = rows(drawing)
    circles = np.array(
        [(at.x - at.radius, at.y - at.radius, at.x + at.radius, at.y + at.radius) for at in drawing.tokens]
    )
    assert overlap(labels, labels).sum() == len(labels)
    assert not overlap(labels, circles).any()
    assert (np.abs(labels) <= np.tile(drawing.size, 2) / 2).all()


def test_no_line_runs_through_another_s_label(drawing: maps.Flat) -> None:
    aside = [n for n, label in enumerate(drawing.labels) if label.leader]
    lines = np.array([(*drawing.labels[n].anchor, *(drawing.labels[n].leader or ())) for n in aside])
    assert len(lines)
    crossed = lines_cross_boxes(lines, rows(drawing))
    crossed[range(len(aside)), aside] = False
    assert not crossed.any()


def gap_of(label: Label) -> tuple[float, float]:
    """How far from the nearest line of its text a label's leader ends, across and down; as wide as is written."""
    lines, (x, y) = label.text.split("\n"), label.leader or (label.x, label.y)
    gaps = []
    for n, line in enumerate(lines):
        half = (
            labels.SIZE * sum(WIDE[letter.isascii() + (letter.isascii() and letter.isalpha())] for letter in line) / 2
        )
        middle = label.y + (n - (len(lines) - 1) / 2) * labels.SIZE * labels.LINE
        gaps.append((max(abs(x - label.x) - half, 0.0), max(abs(y - middle) - labels.SIZE / 2, 0.0)))
    return min(gaps, key=sum)


def test_a_line_ends_at_what_is_written(drawing: maps.Flat) -> None:
    assert all(sum(gap_of(label)) < 2 for label in drawing.labels if label.leader)


def test_a_line_ends_at_a_short_number_below_a_long_name() -> None:
    """Not at the corner of their room, which is nearer to the next name than to either."""
    names = ["Jamaica Plain", "South Boston", "Dorchester", "Back Bay", "Greater Mattapan", "Hyde Park", "Roxbury"]
    crowd = [Spot(name, "8", float(n % 3) * 22, float(n // 3) * 22, radius=10.0) for n, name in enumerate(names)]
    found = labels.place_labels(crowd, Box(-250, -150, 250, 150))
    aside = [label for label in found if label.leader]
    assert len(aside) >= 2
    assert all(sum(gap_of(label)) < 2 for label in aside), [(label.text, gap_of(label)) for label in aside]


def test_a_number_stands_on_its_own_colour_or_on_none(drawing: maps.Flat, districts: pd.DataFrame) -> None:
    outlines = {row["name"]: row["shape"] for row in districts.to_dict("records") if row["shape"] is not None}
    for label in drawing.labels:
        own = label.text.split("\n")[0]
        others = [shape for name, shape in outlines.items() if name != own]
        points = grid_in(label.box)
        assert sum(lies_on(drawing.view, shape, x, y) for x, y in points for shape in others) <= len(points) / 10, own


def grid_in(box: Box) -> list[tuple[float, float]]:
    """Five by five points of a label, without the room that it keeps around itself."""
    across, down = np.linspace(box.left + 3, box.right - 3, 5), np.linspace(box.top + 3, box.bottom - 3, 5)
    return [(float(x), float(y)) for x in across for y in down]


def lies_on(view: maps.View, shape: list[list[list[list[float]]]], x: float, y: float) -> bool:
    """Whether a point in px lies in one of the polygons: its way to the right crosses an odd number of edges."""
    inside = False
    for polygon in shape:
        points = [maps.to_pixels(view, *place) for place in polygon[0]]
        for (x1, y1), (x2, y2) in zip(points, [*points[1:], points[0]], strict=True):
            if (y1 > y) != (y2 > y) and x < x1 + (x2 - x1) * (y - y1) / (y2 - y1):
                inside = not inside
    return inside


def test_a_line_is_told_from_one_that_passes_by() -> None:
    lines = np.array([(-5, 5, 15, 5), (5, -5, 5, 3), (-5, -1, 15, -1), (-5, 5, -1, 5)], dtype=float)
    assert lines_cross_boxes(lines, np.array([(0.0, 0.0, 10.0, 10.0)]))[:, 0].tolist() == [True, True, False, False]


@given(st.lists(st.tuples(st.floats(-50, 50), st.floats(-50, 50)), min_size=4, max_size=4))
def test_lines_cross_where_their_ends_lie_on_both_sides(points: list[tuple[float, float]]) -> None:
    """Held to the parameters of the crossing, which are reckoned by another formula."""
    (a, b), (c, d), (e, f), (g, h) = points
    across = (c - a) * (h - f) - (d - b) * (g - e)
    if abs(across) < 1:
        return
    one, other = ((e - a) * (h - f) - (f - b) * (g - e)) / across, ((e - a) * (d - b) - (f - b) * (c - a)) / across
    if min(abs(one), abs(one - 1), abs(other), abs(other - 1)) < 1e-6:
        return
    crossed = segments_cross(np.array([(a, b, c, d)]), np.array([(e, f, g, h)]))
    assert bool(crossed[0, 0]) is (0 < one < 1 and 0 < other < 1)


@given(st.floats(-40, 40), st.floats(-40, 40), st.floats(5, 60))
def test_hatching_stays_inside(x: float, y: float, side: float) -> None:
    ring = [(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)]
    found = list(labels.hatching([ring]))
    assert found
    for line in found:
        assert all(x - 1e-6 <= a <= x + side + 1e-6 and y - 1e-6 <= b <= y + side + 1e-6 for a, b in line)


def test_among_many_places_no_lines_lead_aside() -> None:
    crowd = [Spot("新华路街道", "100.00%", float(n % 10) * 20, float(n // 10) * 20, radius=6.0) for n in range(60)]
    found = labels.place_labels(crowd, Box(-400, -200, 400, 200))
    assert found
    assert all(label.leader is None for label in found)
