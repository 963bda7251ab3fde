"""The ground that labels stand on: which place each cell of a map lies on, and how much of a box each place has.

In px of the map as first shown, from its middle, y downwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
Ring = Sequence[Point]
_CELL = 3
_APART = 2
_NOBODY = -1


@dataclass(frozen=True)
class Ground:
    """A map of `width` by `height` px in cells of a few px, each the place (by its index) that its middle lies on."""

    width: float
    height: float
    places: tuple[tuple[Ring, ...], ...]

    @cached_property
    def owners(self) -> NDArray[np.int32]:
        """The place of each cell, rows from the top; _NOBODY outside of all."""
        owners = np.full((int(self.height // _CELL), int(self.width // _CELL)), _NOBODY, dtype=np.int32)
        for place, rings in enumerate(self.places):
            for ring in rings:
                owners[self._inside(ring, owners.shape)] = place
        return owners

    def _inside(self, ring: Ring, shape: tuple[int, ...]) -> NDArray[np.bool_]:
        """The cells whose middles lie in a ring: passed by an odd number of its edges on the way from the left."""
        rows, columns = shape
        points = np.asarray(ring, dtype=float)[:, :2]
        (x, y), (to_x, to_y) = points.T, np.roll(points, -1, axis=0).T
        middles = (np.arange(rows) + 0.5) * _CELL - self.height / 2
        edge, row = np.nonzero((y[:, None] > middles) != (to_y[:, None] > middles))
        along = (middles[row] - y[edge]) / (to_y[edge] - y[edge])
        at = x[edge] + along * (to_x[edge] - x[edge])
        column = np.clip(np.ceil((at + self.width / 2) / _CELL - 0.5), 0, columns).astype(int)
        passed = np.zeros((rows, columns + 1), dtype=np.int32)
        np.add.at(passed, (row, column), 1)
        return np.asarray(passed.cumsum(axis=1)[:, :columns] % 2 == 1)

    def middles(self, wide: float, tall: float) -> NDArray[np.float64]:
        """Where the middle of a box of this size may be, one for each cell that it can begin in; rows of (x, y)."""
        rows, columns = self._positions(wide, tall)
        down, right = np.mgrid[0:rows, 0:columns] * _CELL
        across = right.ravel() + wide / 2 - self.width / 2
        return np.column_stack([across, down.ravel() + tall / 2 - self.height / 2])

    def apart(self, wide: float, tall: float) -> NDArray[np.bool_]:
        """Of the boxes of `middles`, those a few cells apart from each other: enough to look for the end of a line."""
        rows, columns = self._positions(wide, tall)
        down, right = np.mgrid[0:rows, 0:columns] % _APART
        return np.asarray((down == 0) & (right == 0)).ravel()

    def shares(self, place: int, wide: float, tall: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Of the boxes of `middles`: which share of each lies on this place, and which on others."""
        own = self._share(self.owners == place, wide, tall)
        return own, self._taken(wide, tall) - own

    def _taken(self, wide: float, tall: float) -> NDArray[np.float64]:
        return self._share(self.owners != _NOBODY, wide, tall)

    def _share(self, cells: NDArray[np.bool_], wide: float, tall: float) -> NDArray[np.float64]:
        """The share of these cells in each box, from sums over all that is left of and above a cell."""
        rows, columns = self._positions(wide, tall)
        high, across = _cells(tall), _cells(wide)
        sums = np.zeros((cells.shape[0] + 1, cells.shape[1] + 1), dtype=np.int32)
        np.cumsum(np.cumsum(cells, axis=0), axis=1, out=sums[1:, 1:])
        inside = (
            sums[high : high + rows, across : across + columns]
            - sums[:rows, across : across + columns]
            - sums[high : high + rows, :columns]
            + sums[:rows, :columns]
        )
        return np.asarray(inside.ravel() / (high * across))

    def _positions(self, wide: float, tall: float) -> tuple[int, int]:
        """How many cells a box of this size may begin in, down and across."""
        rows, columns = self.owners.shape
        return max(rows - _cells(tall) + 1, 0), max(columns - _cells(wide) + 1, 0)

    def is_nobodys(self, x: float, y: float, wide: float, tall: float) -> bool:
        """Whether a box of this size around a middle lies on the map and on no place."""
        left, top = int((x - wide / 2 + self.width / 2) // _CELL), int((y - tall / 2 + self.height / 2) // _CELL)
        cells = self.owners[max(top, 0) : top + _cells(tall) + 1, max(left, 0) : left + _cells(wide) + 1]
        is_on_map = abs(x) + wide / 2 <= self.width / 2 and abs(y) + tall / 2 <= self.height / 2
        return is_on_map and bool((cells == _NOBODY).all())

    def nearest(self, place: int, point: Point) -> Point:
        """The point itself where it lies on the place, else the middle of the place's nearest cell, if it has any."""
        rows, columns = np.nonzero(self.owners == place)
        if not len(rows):
            return point
        across, down = (columns + 0.5) * _CELL - self.width / 2, (rows + 0.5) * _CELL - self.height / 2
        far = np.hypot(across - point[0], down - point[1])
        first = int(far.argmin())
        return point if far[first] < _CELL else (float(across[first]), float(down[first]))


def _cells(length: float) -> int:
    """How many cells a length covers."""
    return max(1, int(-(-length // _CELL)))
