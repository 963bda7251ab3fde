"""Many boxes and lines at once: which touch, hold or cross which.

Boxes are rows of (left, top, right, bottom), lines rows of (x, y, to x, to y), all in one unit, y downwards.
"""

import numpy as np
from numpy.typing import NDArray


def boxes_around(middles: NDArray[np.float64], wide: float, tall: float) -> NDArray[np.float64]:
    """Boxes of one size around these middles, rows of (x, y)."""
    half = np.array([wide, tall]) / 2
    return np.concatenate([middles - half, middles + half], axis=1)


def overlap(boxes: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which boxes share room with which others; a row for each box, a column for each other."""
    one, other = boxes[:, None, :], others[None, :, :]
    apart = (one[..., :2] >= other[..., 2:]) | (other[..., :2] >= one[..., 2:])
    return np.asarray(~apart.any(axis=2))


def contain(boxes: NDArray[np.float64], point: tuple[float, float]) -> NDArray[np.bool_]:
    """Which boxes a point lies in."""
    return np.asarray(((boxes[:, :2] <= point) & (boxes[:, 2:] >= point)).all(axis=1))


def lines_cross_boxes(lines: NDArray[np.float64], boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which lines run through which boxes (Liang and Barsky's clipping); a row for each line, a column for each box."""
    start, by = lines[:, None, :2], (lines[:, 2:] - lines[:, :2])[:, None, :]
    by = np.where(by == 0, 1e-9, by)
    low, high = (boxes[None, :, :2] - start) / by, (boxes[None, :, 2:] - start) / by
    enters = np.minimum(low, high).max(axis=2).clip(min=0.0)
    leaves = np.maximum(low, high).min(axis=2).clip(max=1.0)
    return np.asarray(enters < leaves)


def segments_cross(lines: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which lines cross which others; a row for each line, a column for each other."""
    a, b = lines[:, None, :2], lines[:, None, 2:]
    c, d = others[None, :, :2], others[None, :, 2:]
    one = _is_left_of(a, b, c) != _is_left_of(a, b, d)
    return np.asarray(one & (_is_left_of(c, d, a) != _is_left_of(c, d, b)))


def _is_left_of(start: NDArray[np.float64], end: NDArray[np.float64], point: NDArray[np.float64]) -> NDArray[np.bool_]:
    across, down = end - start, point - start
    return np.asarray(across[..., 0] * down[..., 1] > across[..., 1] * down[..., 0])
