"""Chance in whole numbers only, so that a seed gives the same rows on every machine.

Everything is drawn from PCG64 as integers and compared with integer tables: no logarithm or
exponential of a platform's library ever decides a row.
"""

from collections.abc import Sequence

import numpy as np

PER_MYRIAD = 10_000


class Draws:
    """A stream of draws for `n` rows at a time."""

    def __init__(self, sequence: np.random.SeedSequence) -> None:
        self._generator = np.random.Generator(np.random.PCG64(sequence))

    def below(self, high: int, n: int) -> np.ndarray:
        """n integers from 0 to high − 1."""
        return self._generator.integers(0, high, n, dtype=np.int64)

    def between(self, low: int, high: int | np.ndarray, n: int) -> np.ndarray:
        """n integers from low to high, both included."""
        if isinstance(high, np.ndarray):
            return low + self.within(high - low + 1)
        return self._generator.integers(low, high + 1, n, dtype=np.int64)

    def within(self, widths: np.ndarray) -> np.ndarray:
        """For each width (≥ 1, below 2**31) an integer from 0 to width − 1."""
        return scaled(self._generator.integers(0, 2**32, widths.size, dtype=np.int64), widths)

    def chance(self, per_myriad: int | np.ndarray, n: int) -> np.ndarray:
        """n booleans, true in `per_myriad` of 10,000 cases."""
        return self._generator.integers(0, PER_MYRIAD, n, dtype=np.int64) < per_myriad

    def weighted(self, weights: Sequence[int] | np.ndarray, n: int) -> np.ndarray:
        """n positions in `weights` (integers), each as often as its weight says."""
        sums = np.cumsum(np.asarray(weights, dtype=np.int64))
        return np.searchsorted(sums, self.below(int(sums[-1]), n), side="right")

    def by_row(self, tables: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """For each row number a position in that row of `tables` (integer weights, one row a table)."""
        sums = np.cumsum(tables.ravel(), dtype=np.int64)
        ends = sums[tables.shape[1] - 1 :: tables.shape[1]]
        starts = np.concatenate([[0], ends[:-1]])
        at = starts[rows] + self.within((ends - starts)[rows])
        positions: np.ndarray = np.searchsorted(sums, at, side="right") - rows * tables.shape[1]
        return positions

    def bits(self, n: int) -> np.ndarray:
        """n times 32 random bits."""
        return self._generator.integers(0, 2**32, n, dtype=np.int64)

    def order(self, n: int) -> np.ndarray:
        """The numbers 0 … n − 1, shuffled."""
        return self._generator.permutation(n)

    def distinct(self, high: int, n: int) -> np.ndarray:
        """n different integers below `high`, in ascending order."""
        return np.sort(self._generator.permutation(high)[:n])

    def spread(self, high: int, n: int) -> np.ndarray:
        """n ascending integers below `high`, one in each of n equal stretches; all of them where n is more."""
        n = min(n, high)
        bounds = np.arange(n + 1) * high // max(n, 1)
        positions: np.ndarray = bounds[:-1] + self.within(np.diff(bounds))
        return positions


def scaled(bits: np.ndarray, widths: np.ndarray) -> np.ndarray:
    """32 random bits turned into 0 … width − 1."""
    numbers: np.ndarray = (bits * widths) >> 32
    return numbers


def mixed(numbers: np.ndarray, salt: int) -> np.ndarray:
    """64 well-mixed bits for each number (splitmix64): chance that depends on the row alone."""
    with np.errstate(over="ignore"):
        z = numbers.astype(np.uint64) + np.uint64(salt % 2**64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def rolled(numbers: np.ndarray, seed: int, salt: int, below: int | np.ndarray) -> np.ndarray:
    """A whole number below `below` for each row, by its number and the seed alone."""
    bits = (mixed(numbers, seed + 7_919 * salt) >> np.uint64(33)).astype(np.int64)
    rolls: np.ndarray = bits % below
    return rolls


def apportion(total: int, weights: np.ndarray, least: int = 0) -> np.ndarray:
    """Whole numbers in proportion to integer weights that sum to `total`, each ≥ `least` (largest remainder)."""
    rest = total - least * weights.size
    share = weights.astype(object) * rest
    whole = np.array([int(value) for value in share // int(weights.sum())], dtype=np.int64)
    remainder = np.array([int(value) for value in share % int(weights.sum())], dtype=np.int64)
    order = np.argsort(-remainder, kind="stable")
    whole[order[: rest - int(whole.sum())]] += 1
    return whole + least
