"""Labels of the city's sixteen districts and zones: all there, apart from each other, at every size that is shown."""

import json
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebase.demo import ground
from views import labels, maps, wall
from views.labels import Box, Spot
from views.tokens import DESK, WALL, Palette

PHONE = (340, 320)


@pytest.fixture(scope="module")
def districts() -> pd.DataFrame:
    """The districts and zones of the demonstration city with their outlines, each with a rate."""
    table = ground.area_table(ground.make(np.random.SeedSequence(1))).to_pandas()
    found = table[table["level"] == 2].reset_index(drop=True)
    shapes = [json.loads(text) if isinstance(text, str) else None for text in found["shape"]]
    rates = np.linspace(0.8, 1.0, len(found))
    shaped: pd.DataFrame = found.assign(shape=pd.Series(shapes, dtype=object), value=rates)
    return shaped


SIZES = pytest.mark.parametrize(
    ("size", "colours"),
    [((560, 280), DESK), (PHONE, DESK), (wall.DRAWN, WALL)],
    ids=["page", "phone", "wall"],
)


@SIZES
def test_every_district_has_its_name_and_number(
    districts: pd.DataFrame, size: tuple[int, int], colours: Palette
) -> None:
    drawing = maps.flat(districts, colours, kind="rate", width=size[0], height=size[1])
    assert drawing is not None
    written = {label.text.split("\n")[0]: label.text.split("\n")[1:] for label in drawing.labels}
    assert set(written) == set(districts["name"])
    assert len(written) == 16
    assert all(len(number) == 1 for number in written.values())


@SIZES
def test_no_label_touches_another_a_circle_or_the_edge(
    districts: pd.DataFrame, size: tuple[int, int], colours: Palette
) -> None:
    drawing = maps.flat(districts, colours, kind="rate", width=size[0], height=size[1])
    assert drawing is not None
    boxes = [label.box for label in drawing.labels]
    circles = [Box(at.x - at.radius, at.y - at.radius, at.x + at.radius, at.y + at.radius) for at in drawing.tokens]
    room = Box(-size[0] / 2, -size[1] / 2, size[0] / 2, size[1] / 2)
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    assert not any(box.overlaps(circle) for box in boxes for circle in circles)
    assert all(box.is_inside(room) for box in boxes)


@SIZES
def test_no_line_runs_through_a_label(districts: pd.DataFrame, size: tuple[int, int], colours: Palette) -> None:
    drawing = maps.flat(districts, colours, kind="rate", width=size[0], height=size[1])
    assert drawing is not None
    lines = [(label.anchor, label.leader, label) for label in drawing.labels if label.leader]
    assert lines
    for start, end, owner in lines:
        assert not any(other.box.is_crossed_by(start, end) for other in drawing.labels if other is not owner)


def test_a_line_is_told_from_one_that_passes_by() -> None:
    box = Box(0, 0, 10, 10)
    assert box.is_crossed_by((-5, 5), (15, 5))
    assert box.is_crossed_by((5, -5), (5, 3))
    assert not box.is_crossed_by((-5, -1), (15, -1))
    assert not box.is_crossed_by((-5, 5), (-1, 5))


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
