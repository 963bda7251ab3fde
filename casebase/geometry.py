"""Schematic cells (示意): a real outline cut into parts whose sizes follow weights.

No street, community or grid outline is public. What stands in for one is cut from the district's
real outline by straight lines, so that parts never overlap and nest in their parent. Nothing here
draws chance: the same outline and weights give the same cells.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

DECIMALS = 5
"""Coordinates are rounded to 0.00001 degree, about one metre."""

_SIDES = {
    "东": (1.0, 0.0), "西": (-1.0, 0.0), "南": (0.0, -1.0), "北": (0.0, 1.0),
    "东北": (1.0, 1.0), "东南": (1.0, -1.0), "西北": (-1.0, 1.0), "西南": (-1.0, -1.0),
}  # fmt: skip
_SLANTS = np.array([0.0, 0.14, -0.19, 0.08, -0.11, 0.22, -0.06, 0.17])
_BISECTIONS = 14
_POLYGON, _COLLECTION = 3, 7
_FEW = 14
_FAR = 4.0  # degrees: longer than any city, short enough to keep the precision of doubles


def cut_side(outline: shapely.Geometry, side: str, share: float) -> tuple[shapely.Geometry, shapely.Geometry]:
    """Cut off the part of `outline` on its `side` (东 … 西南) that has `share` of its area; (part, rest)."""
    normal = -np.array([_SIDES[side]])
    low, high = _cut(np.array([outline]), normal, np.array([share]), exact=True)
    return low[0], high[0]


def split(outlines: np.ndarray, weights: Sequence[np.ndarray], *, exact: bool = True) -> list[np.ndarray]:
    """Split each outline into as many cells as it has weights (positive), in their order.

    Areas follow the weights; without `exact`, shapes that are not convex are cut by width alone, which is
    much faster and good enough for small cells. Returns one array of (multi)polygons for each outline.
    """
    cells = [np.empty(len(weight), dtype=object) for weight in weights]
    owner = np.arange(len(weights))
    first = np.zeros(len(weights), dtype=np.int64)
    last = np.array([len(weight) for weight in weights], dtype=np.int64)
    sums = [np.concatenate([[0.0], np.cumsum(weight, dtype=np.float64)]) for weight in weights]
    shapes = np.asarray(outlines, dtype=object)
    depth = 0
    while owner.size:
        single = last - first == 1
        for which, at, cell in zip(owner[single], first[single], shapes[single], strict=True):
            cells[which][at] = cell
        owner, first, last, shapes = owner[~single], first[~single], last[~single], shapes[~single]
        if not owner.size:
            break
        middle = (first + last) // 2
        share = np.array(
            [
                (sums[o][m] - sums[o][a]) / (sums[o][b] - sums[o][a])
                for o, a, m, b in zip(owner, first, middle, last, strict=True)
            ]
        )
        low, high = _cut(shapes, _normals(shapes, first + depth), share, exact=exact)
        owner, shapes = np.concatenate([owner, owner]), np.concatenate([low, high])
        first, last = np.concatenate([first, middle]), np.concatenate([middle, last])
        depth += 1
    return cells


def overlay(cells: np.ndarray, size: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """A small square inside each cell, `size` (0…1) of what fits around its inner point, shifted by `offset`.

    `offset` is n×2 from −1 to 1.
    """
    centre, reach = inner_points(cells)
    half = np.maximum(reach * size, 2 * 10.0**-DECIMALS)
    middle = (centre + offset * np.maximum(reach - half, 0)[:, None]).round(DECIMALS)
    half = half.round(DECIMALS)
    squares: np.ndarray = shapely.box(
        middle[:, 0] - half, middle[:, 1] - half, middle[:, 0] + half, middle[:, 1] + half
    )
    return squares


def inner_points(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A point inside each cell (n×2) and the half side of a square around it that stays inside (n)."""
    points = shapely.transform(shapely.point_on_surface(cells), lambda xy: xy.round(DECIMALS))
    reach = shapely.distance(points, shapely.boundary(cells)) * 0.7
    return shapely.get_coordinates(points), reach.round(DECIMALS + 1)


def shape_json(cells: np.ndarray) -> pa.Array:
    """Shapes as area.shape holds them: JSON list of polygons, each a list of rings of [lon, lat]."""
    rounded = shapely.transform(cells, lambda xy: xy.round(DECIMALS))
    text = pa.array(shapely.to_geojson(rounded), pa.string())
    bare = pc.replace_substring_regex(text, r'^\{"type":"(?:Multi)?Polygon","coordinates":(.*)\}$', r"\1")
    wrapped = pc.binary_join_element_wise("[", bare, "]", "")
    return pc.if_else(pc.match_substring(text, '"MultiPolygon"'), bare, wrapped)


def _normals(shapes: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """Directions along the longer side of each shape, a little slanted so that cells do not look surveyed."""
    west, south, east, north = shapely.bounds(shapes).T
    wide = (east - west) * 0.82 >= north - south  # a degree of longitude is 0.82 of one of latitude here
    slant = _SLANTS[turn % _SLANTS.size]
    return np.where(
        wide[:, None], np.column_stack([np.ones_like(slant), slant]), np.column_stack([slant, -np.ones_like(slant)])
    )


def _cut(shapes: np.ndarray, normal: np.ndarray, share: np.ndarray, *, exact: bool) -> tuple[np.ndarray, np.ndarray]:
    """Cut shapes by lines across `normal`; the first parts lie low along it and have `share` of the area (or width)."""
    low, high = np.empty(shapes.size, dtype=object), np.empty(shapes.size, dtype=object)
    for which, cut in ((plain := _convex(shapes), _cut_convex), (~plain, _cut_exact if exact else _cut_width)):
        if which.any():
            low[which], high[which] = cut(shapes[which], normal[which], share[which])
    return low, high


def _cut_exact(shapes: np.ndarray, normal: np.ndarray, share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    low, high = _extent(shapes, normal)
    wanted = share * shapely.area(shapes)
    for _ in range(_BISECTIONS):
        at = (low + high) / 2
        small = shapely.area(shapely.intersection(shapes, _half_planes(shapes, normal, at, -1.0))) < wanted
        low, high = np.where(small, at, low), np.where(small, high, at)
    return _halves(shapes, normal, (low + high) / 2)


def _cut_width(shapes: np.ndarray, normal: np.ndarray, share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    low, high = _extent(shapes, normal)
    return _halves(shapes, normal, low + (high - low) * share)


def _halves(shapes: np.ndarray, normal: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    below = shapely.intersection(shapes, _half_planes(shapes, normal, at, -1.0))
    above = shapely.intersection(shapes, _half_planes(shapes, normal, at, 1.0))
    return _rounded(below), _rounded(above)


def _convex(shapes: np.ndarray) -> np.ndarray:
    """Which shapes are convex polygons with few corners: those are cut without the general overlay, 20 times faster."""
    small = (shapely.get_type_id(shapes) == _POLYGON) & (shapely.get_num_coordinates(shapes) <= _FEW)
    full = np.zeros(shapes.size, dtype=bool)
    full[small] = shapely.area(shapely.convex_hull(shapes[small])) <= shapely.area(shapes[small]) * (1 + 1e-9)
    return full


def _cut_convex(shapes: np.ndarray, normal: np.ndarray, share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    corners = _corners(shapes)
    along = (corners * normal[:, None, :]).sum(axis=2)
    low, high = along.min(axis=1), along.max(axis=1)
    wanted = share * _area(corners)
    for _ in range(_BISECTIONS):
        at = (low + high) / 2
        small = _area(_clipped(corners, along - at[:, None])) < wanted
        low, high = np.where(small, at, low), np.where(small, high, at)
    side = along - ((low + high) / 2)[:, None]
    return _polygons(_clipped(corners, side)), _polygons(_clipped(corners, -side))


def _corners(shapes: np.ndarray) -> np.ndarray:
    """Corners of polygons as n×k×2, the last one repeated where a polygon has fewer than k."""
    points, index = shapely.get_coordinates(shapes, return_index=True)
    counts = np.bincount(index, minlength=shapes.size) - 1  # a ring ends where it began
    starts = np.concatenate([[0], np.cumsum(counts + 1)[:-1]])
    corners: np.ndarray = points[starts[:, None] + np.minimum(np.arange(counts.max()), counts[:, None] - 1)]
    return corners


def _clipped(corners: np.ndarray, side: np.ndarray) -> np.ndarray:
    """The parts of convex polygons where `side` (distance of each corner from the line) is not positive."""
    following, beyond = np.roll(corners, -1, axis=1), np.roll(side, -1, axis=1)
    inside = side <= 0
    crossing = inside != (beyond <= 0)
    share = side / np.where(crossing, side - beyond, 1.0)
    points = np.stack([corners, corners + share[:, :, None] * (following - corners)], axis=2).reshape(
        len(corners), -1, 2
    )
    keep = np.stack([inside, crossing], axis=2).reshape(len(corners), -1)
    counts = keep.sum(axis=1)
    order = np.argsort(~keep, axis=1, kind="stable")
    order = np.take_along_axis(order, np.minimum(np.arange(counts.max()), counts[:, None] - 1), axis=1)
    return np.take_along_axis(points, order[:, :, None], axis=1)


def _area(corners: np.ndarray) -> np.ndarray:
    x, y = (corners - corners[:, :1]).transpose(2, 0, 1)
    areas: np.ndarray = np.abs((x * np.roll(y, -1, axis=1) - y * np.roll(x, -1, axis=1)).sum(axis=1)) / 2
    return areas


def _polygons(corners: np.ndarray) -> np.ndarray:
    """Polygons of rounded corners, without the repeated ones."""
    rounded = corners.round(DECIMALS)
    fresh = np.any(rounded != np.roll(rounded, 1, axis=1), axis=2)
    counts = fresh.sum(axis=1)
    order = np.argsort(~fresh, axis=1, kind="stable")
    ring = np.take_along_axis(rounded, order[:, :, None], axis=1)
    polygons = np.empty(len(corners), dtype=object)
    for size in np.unique(counts):
        same = counts == size
        polygons[same] = shapely.polygons(ring[same, :size]) if size >= 3 else _rounded(shapely.polygons(rounded[same]))
    return polygons


def _extent(shapes: np.ndarray, normal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    points, index = shapely.get_coordinates(shapes, return_index=True)
    along = (points * normal[index]).sum(axis=1)
    starts = np.flatnonzero(np.diff(index, prepend=-1))
    return np.minimum.reduceat(along, starts), np.maximum.reduceat(along, starts)


def _half_planes(shapes: np.ndarray, normal: np.ndarray, at: np.ndarray, side: float) -> np.ndarray:
    """Large rectangles that hold everything on one side of the line normal·x = at, near each shape."""
    west, south, east, north = shapely.bounds(shapes).T
    middle = np.column_stack([(west + east) / 2, (south + north) / 2])
    square = (normal**2).sum(axis=1)
    foot = middle + normal * ((at - (middle * normal).sum(axis=1)) / square)[:, None]
    along = np.column_stack([-normal[:, 1], normal[:, 0]]) * _FAR
    out = normal * (side * _FAR)
    corners = np.stack([foot - along, foot + along, foot + along + out, foot - along + out, foot - along], axis=1)
    half_planes: np.ndarray = shapely.polygons(corners)
    return half_planes


def _rounded(cells: np.ndarray) -> np.ndarray:
    """Coordinates rounded; only areas are kept where a cut also left a point or a line at a corner."""
    rounded: np.ndarray = shapely.set_precision(cells, 10.0**-DECIMALS)
    for at in np.flatnonzero(shapely.get_type_id(rounded) == _COLLECTION):
        parts = shapely.get_parts(rounded[at])
        rounded[at] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    return rounded
