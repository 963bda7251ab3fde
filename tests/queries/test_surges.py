"""What has risen: cases made by hand, and the bound on false alarms on shuffled data."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import hypergeom

from queries.surges import LEAST, STRETCHES, rising

LEVEL = 0.05
TOTALS = np.full(1 + STRETCHES, 1000)


def one(counts: list[int], totals: Any = TOTALS) -> dict[str, Any]:
    """What is said of a single series."""
    return dict(rising(np.array([counts]), np.array(totals), LEVEL).iloc[0])


def test_a_series_beyond_chance_is_told_with_what_was_expected() -> None:
    found = one([40, 9, 11, 10, 10, 12, 8, 10, 10])
    assert (found["observed"], found["expected"], found["alarm"]) == (40, 10.0, True)


@pytest.mark.parametrize(
    "counts",
    [
        [12, 9, 11, 10, 10, 12, 8, 10, 10],  # as ever
        [2, 9, 11, 10, 10, 12, 8, 10, 10],  # fewer
        [40, 2, 30, 1, 35, 3, 28, 2, 31],  # jumps about
        [LEAST - 1, *[0] * STRETCHES],  # a handful
        [0] * (1 + STRETCHES),
    ],
)
def test_what_is_within_chance_is_not(counts: list[int]) -> None:
    assert not one(counts)["alarm"]


def test_a_series_that_rises_with_everything_is_no_surge() -> None:
    """The week after a holiday: twice as many of it, and twice as many of all."""
    found = one([40, *[20] * STRETCHES], [2000, *[1000] * STRETCHES])
    assert (found["expected"], found["alarm"]) == (40.0, False)


def test_a_series_that_only_has_more_working_days_is_no_surge() -> None:
    """Fourteen a working day, of which the latest stretch has five and each of those before three."""
    counts, working = [70, *[42] * STRETCHES], np.array([5, *[3] * STRETCHES])
    assert one(counts)["alarm"]
    told = dict(rising(np.array([counts]), TOTALS, LEVEL, working).iloc[0])
    assert (told["expected"], told["alarm"]) == (pytest.approx(70.0), False)


def test_a_week_of_holidays_is_judged_by_the_day() -> None:
    """No working day now: a number per working day would be without end, by days it is as ever."""
    working = np.array([0, *[5] * STRETCHES])
    counts = np.array([[12, 9, 11, 10, 10, 12, 8, 10, 10]])
    told = dict(rising(counts, np.array([200, *[1000] * STRETCHES]), LEVEL, working).iloc[0])
    assert (told["expected"], told["alarm"]) == (10.0, False)


def test_a_series_that_stays_where_all_else_falls_is_no_surge() -> None:
    found = one([40, *[40] * STRETCHES], [400, *[1000] * STRETCHES])
    assert (found["expected"], found["alarm"]) == (40.0, False)


def test_where_nothing_scatters_more_than_chance_it_is_fishers_exact_test() -> None:
    totals = [1100, *[1000] * STRETCHES]
    assert one([20, *[10] * STRETCHES], totals)["p"] == pytest.approx(
        max(hypergeom.sf(19, 9100, 100, 1100), one([20, *[10] * STRETCHES])["p"]), rel=1e-9
    )


@pytest.mark.parametrize("totals", [[0, *[5] * STRETCHES], [5, *[0] * STRETCHES], [0] * (1 + STRETCHES)])
def test_nothing_is_said_where_there_is_nothing_to_compare_with(totals: list[int]) -> None:
    assert not one([5, *[0] * STRETCHES], totals)["alarm"]
    assert rising(np.zeros((0, 1 + STRETCHES), dtype=np.int64), np.array(totals), LEVEL).empty


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_shuffled_cases_raise_an_alarm_no_more_often_than_the_bound(seed: int) -> None:
    """Series of every size, of which some hold others, in weeks of unlike volume; their cases dealt out at random."""
    draw = np.random.default_rng(seed)
    volume = draw.integers(300, 900, 1 + STRETCHES)
    stretch = np.repeat(np.arange(1 + STRETCHES), volume)
    place = draw.zipf(1.6, stretch.size) % 150
    alarms = 0
    for _ in range(200):
        draw.shuffle(stretch)
        parts = np.zeros((150, 1 + STRETCHES), dtype=np.int64)
        np.add.at(parts, (place, stretch), 1)
        whole = parts.reshape(15, 10, -1).sum(axis=1)
        alarms += bool(rising(np.concatenate([parts, whole]), volume, LEVEL)["alarm"].any())
    assert alarms / 200 <= LEVEL


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_counts_that_scatter_twice_as_much_as_chance_raise_none_either(seed: int) -> None:
    """Cases that come in groups: the number of a week has several times the variance of chance."""
    draw = np.random.default_rng(seed)
    alarms = 0
    for _ in range(100):
        mean = draw.uniform(5, 60, 80)[:, None]
        counts = draw.negative_binomial(mean, 0.5, (80, 1 + STRETCHES))
        alarms += bool(rising(counts, counts.sum(axis=0), LEVEL)["alarm"].any())
    assert alarms / 100 <= LEVEL


def test_a_surge_among_many_series_is_found() -> None:
    draw = np.random.default_rng(4)
    found = 0
    for _ in range(50):
        counts = draw.poisson(6, (300, 1 + STRETCHES))
        counts[17, 0] += 24
        told = rising(counts, counts.sum(axis=0), LEVEL)
        found += bool(told["alarm"][17])
    assert found >= 48
