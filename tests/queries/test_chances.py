"""Chances are those of scipy.stats, which is not imported for them."""

import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

from casebase.settings import ROOT
from queries import chances

RANDOM = np.random.default_rng(14)
SERIES = 400


@pytest.fixture
def series() -> tuple[np.ndarray, np.ndarray]:
    """How many of each series are asked for (-1 among them, and all), and of how many."""
    total = RANDOM.integers(1, 3_000, SERIES)
    least = np.minimum((total * RANDOM.beta(1, 6, SERIES)).astype(int), total)
    least[:8], least[8:16] = -1, total[8:16]
    return least, total


def test_of_a_binomial(series: tuple[np.ndarray, np.ndarray]) -> None:
    least, total = series
    for share in (0.1, 1 / 9, 0.5):
        assert chances.more_of_binomial(least, total, share).tolist() == stats.binom.sf(least, total, share).tolist()


@pytest.mark.parametrize(("all_", "drawn"), [(90_000, 10_000), (4_000, 3_900), (3_000, 1)])
def test_of_a_hypergeometric(series: tuple[np.ndarray, np.ndarray], all_: int, drawn: int) -> None:
    least, total = series
    expected = stats.hypergeom.sf(least, all_, total, drawn)
    assert chances.more_of_hypergeometric(least, all_, total, drawn).tolist() == expected.tolist()


def test_of_a_beta_binomial(series: tuple[np.ndarray, np.ndarray]) -> None:
    least, total = series
    hits, misses = RANDOM.uniform(0.01, 50, SERIES), RANDOM.uniform(0.01, 500, SERIES)
    expected = stats.betabinom.sf(least, total, hits, misses)
    found = chances.more_of_beta_binomial(least, total, hits, misses)
    np.testing.assert_allclose(np.clip(found, 0, 1), np.clip(expected, 0, 1), rtol=1e-9, atol=1e-12)


def test_of_a_chi_square() -> None:
    for free in (1, 2, 7, 8):
        assert chances.median_of_chi_square(free) == float(stats.chi2.median(free))


@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_adjusted_as_benjamini_and_hochberg_do(count: int) -> None:
    given = np.round(RANDOM.uniform(0, 1, count) ** 4, 2)  # several are alike
    expected = stats.false_discovery_control(given, method="bh") if count else given
    assert chances.adjusted(given).tolist() == expected.tolist()


def test_nothing_of_scipy_stats_is_imported_for_them() -> None:
    script = (
        "import sys, numpy as np\nfrom queries.surges import rising\n"
        "rising(np.array([[40, *[10] * 8], [9, *[1, 19] * 4]]), np.array([900] * 9), 0.05)\n"
        "print([name for name in ('scipy.stats', 'sklearn', 'rjieba') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"
