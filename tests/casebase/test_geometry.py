"""Schematic cells: they share an outline out without overlap, and nest."""

import json

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from casebase import geometry
from casebase.zhengzhou import reference

# Coordinates are rounded to a metre: cells of a few hundred metres can stick out by a few percent of their own size.
ROUNDED = 0.06


@pytest.fixture(scope="module")
def outline() -> shapely.Geometry:
    return reference().outlines["410182"]


@settings(max_examples=15, deadline=None)
@given(weights=st.lists(st.integers(1, 30), min_size=1, max_size=25))
def test_areas_follow_the_weights(weights: list[int]) -> None:
    whole = reference().outlines["410105"]
    found = geometry.split(np.array([whole]), [np.array(weights)])[0]
    share = shapely.area(found) / whole.area
    assert share == pytest.approx(np.array(weights) / sum(weights), rel=0.05, abs=2e-4)


def test_cells_cover_the_outline_and_do_not_overlap(outline: shapely.Geometry) -> None:
    found = geometry.split(np.array([outline]), [np.ones(60)])[0]
    assert shapely.is_valid(found).all()
    assert shapely.area(found).sum() == pytest.approx(outline.area, rel=1e-3)
    assert shapely.union_all(found).area == pytest.approx(outline.area, rel=1e-3)


@pytest.mark.parametrize("exact", [True, False])
def test_cells_nest_in_their_parents(outline: shapely.Geometry, *, exact: bool) -> None:
    parents = geometry.split(np.array([outline]), [np.ones(20)])[0]
    children = geometry.split(parents, [np.ones(9)] * 20, exact=exact)
    for parent, inside in zip(parents, children, strict=True):
        assert (shapely.area(shapely.difference(inside, parent)) <= ROUNDED * shapely.area(inside)).all()
        assert shapely.area(inside).sum() == pytest.approx(parent.area, rel=0.01)


def test_a_side_is_cut_off_where_the_compass_says(outline: shapely.Geometry) -> None:
    east, rest = geometry.cut_side(outline, "东", 0.3)
    assert east.area / outline.area == pytest.approx(0.3, abs=0.001)
    assert east.centroid.x > rest.centroid.x


def test_inner_points_and_overlays_lie_inside(outline: shapely.Geometry) -> None:
    found = geometry.split(np.array([outline]), [np.ones(40)])[0]
    points, reach = geometry.inner_points(found)
    assert shapely.contains_xy(found, points[:, 0], points[:, 1]).all()
    assert (reach > 0).all()
    squares = geometry.overlay(found, np.full(40, 0.2), np.full((40, 2), -0.9))
    assert shapely.covers(found, squares).all()


def test_shapes_are_a_list_of_polygons_of_rings_of_points(outline: shapely.Geometry) -> None:
    single = shapely.box(113.1, 34.1, 113.2, 34.2)
    for shape, text in zip(
        [single, outline], geometry.shape_json(np.array([single, outline])).to_pylist(), strict=True
    ):
        polygons = json.loads(text)
        rebuilt = shapely.MultiPolygon([shapely.Polygon(rings[0], rings[1:]) for rings in polygons])
        assert shapely.equals(rebuilt, shape)
