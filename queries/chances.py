"""Chances of so many or more, as scipy.stats has them, without importing it.

Of the first page of a process that import was a fifth: 0.7 s of processor time and 60 MB for four functions. They stand
on scipy.special alone; a test holds each to scipy.stats, number by number.
"""

import numpy as np
import numpy.typing as npt
from scipy import special

from queries.frames import Counts, Numbers

try:
    # What scipy.stats itself asks for both; under its own name scipy.special does not offer them.
    from scipy.special._ufuncs import _binom_sf, _hypergeom_sf
except ImportError:  # another release of SciPy
    from scipy import stats

    def _binom_sf(least: Counts, total: Counts, share: float) -> Numbers:
        return np.asarray(stats.binom.sf(least, total, share))

    def _hypergeom_sf(least: Counts, marked: Counts, drawn: int, total: int) -> Numbers:
        return np.asarray(stats.hypergeom.sf(least, total, marked, drawn))


def more_of_binomial(least: npt.ArrayLike, total: npt.ArrayLike, share: float) -> Numbers:
    """Chance of more than `least` (-1 and up) hits in `total` tries, each a hit with the chance `share`."""
    return _within(least, total, _binom_sf(*_floats(least, total, share)))


def more_of_hypergeometric(least: npt.ArrayLike, all_: int, marked: npt.ArrayLike, drawn: int) -> Numbers:
    """Chance of more than `least` (-1 and up) marked ones among `drawn` of `all_`, of which `marked` are marked."""
    fewest = np.maximum(0, drawn - (all_ - np.asarray(marked)))
    chance = _hypergeom_sf(*_floats(least, marked, drawn, all_))
    certain = np.asarray(least) < fewest
    return np.where(certain, 1.0, _within(least, np.minimum(marked, drawn), chance))


def more_of_beta_binomial(least: Counts, total: Counts, hits: Numbers, misses: Numbers) -> Numbers:
    """Chance of more than `least` (-1 and up) hits in `total` tries whose chance is itself Beta(hits, misses)."""
    # The chances of 0 to `least` hits of all series, one behind the other.
    fewer = np.maximum(least + 1, 0)
    row = np.repeat(np.arange(len(least)), fewer)
    k = np.arange(len(row)) - (np.cumsum(fewer) - fewer)[row]
    rest = total[row] - k
    by_row = np.log(total + 1) + special.betaln(hits, misses)
    logs = special.betaln(k + hits[row], rest + misses[row]) - special.betaln(rest + 1, k + 1) - by_row[row]
    at_most = np.bincount(row, weights=np.exp(logs), minlength=len(least))
    return _within(least, total, np.asarray(1 - at_most, dtype="float64"))


def median_of_chi_square(free: int) -> float:
    """The median of a chi-square with so many degrees of freedom."""
    return float(2 * special.gammaincinv(free / 2, 0.5))


def adjusted(chances: Numbers) -> Numbers:
    """Chances adjusted by Benjamini and Hochberg: of those up to a level, that part at most is false."""
    order = np.argsort(chances)
    count = len(chances)
    scaled = chances[order] * (count / np.arange(1, count + 1))
    in_order = np.empty(count)
    in_order[order] = np.minimum.accumulate(scaled[::-1])[::-1]
    return np.clip(in_order, 0.0, 1.0)


def _floats(*values: npt.ArrayLike) -> tuple[Numbers, ...]:
    return tuple(np.asarray(value, dtype="float64") for value in values)


def _within(least: npt.ArrayLike, most: npt.ArrayLike, chance: Numbers) -> Numbers:
    """1 where nothing is fewer, 0 where there can be no more."""
    few, many = np.asarray(least) < 0, np.asarray(least) >= np.asarray(most)
    return np.where(few, 1.0, np.where(many, 0.0, chance))
