"""The parts of a change add up to it, whatever is asked; and the two effects mean what they say."""

import math
from collections.abc import Callable
from datetime import date, datetime
from fractions import Fraction
from typing import Any

import chinese_calendar
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebase.engine import Casebase
from casebase.errors import UsageError
from queries.compare import WorkingDays, compare
from queries.decompose import SPLITTABLE, _beside, _effects, calendar_parts, decompose
from queries.model import Metric, Slice
from queries.periods import Against, Period, compared_period, end_of_day
from queries.registry import METRICS
from tests.queries import sample
from tests.queries.test_properties import moments, months, slices

NOW = end_of_day(date(2026, 10, 20))
MONTH = Period(date(2026, 10, 1), date(2026, 10, 31))


@given(
    name=st.sampled_from(SPLITTABLE),
    as_of=moments,
    period=months,
    against=st.sampled_from(list(Against)),
    within=slices,
    data=st.data(),
)
def test_parts_add_up_to_the_change(
    duckdb_city: Casebase,
    name: str,
    as_of: datetime,
    period: Period,
    against: Against,
    within: Slice,
    data: st.DataObject,
) -> None:
    dimensions = sorted(METRICS[name].subject.dimensions)
    by = data.draw(st.lists(st.sampled_from(dimensions), min_size=1, max_size=3, unique=True), label="by")
    found = decompose(duckdb_city.whole, name, as_of=as_of, period=period, against=against, within=within, by=by)
    compared = compare(duckdb_city.whole, [name], as_of=as_of, period=period, within=within).iloc[0]
    now, before = float(compared["value"]), float(compared[against.value])
    assert (repr(found.now), repr(found.before)) == (repr(now), repr(before))
    parts = found.parts
    assert not parts.duplicated(by).any()
    if math.isnan(now) or math.isnan(before):
        assert parts["change"].isna().all()
    elif METRICS[name].is_total:
        for column in ("change", "calendar", "own"):
            assert pd.api.types.is_integer_dtype(parts[column])
        assert parts["change"].sum() == int(now) - int(before)
        assert parts["calendar"].sum() + parts["own"].sum() == int(now) - int(before)
        then_period, then = compared_period(period, as_of, against)
        asked: list[tuple[datetime, Period]] = [(as_of, period), (then, then_period)]
        assert found.calendar == _calendar(METRICS[name], before, asked)
    else:
        assert abs(math.fsum(parts["mix"]) + math.fsum(parts["performance"]) - (now - before)) < 1e-12
        assert abs(math.fsum(parts["change"]) - (now - before)) < 1e-12
    assert parts[found.by].dropna().abs().is_monotonic_decreasing


def _calendar(metric: Metric, before: float, asked: list[tuple[datetime, Period]]) -> int:
    """What the working days add, reckoned by chinese_calendar alone: the earlier number per working day, times more."""
    if metric.dated_by is None or not metric.additive or metric.period_text == "五日期限":
        return 0
    days = pd.date_range("2024-01-01", "2026-12-31")
    works = pd.Series([chinese_calendar.is_workday(day.date()) for day in days], index=days)
    ends = [max(span.start, min(span.end, at.date())) for at, span in asked]
    now, then = (int(works[str(span.start) : str(end)].sum()) for (_, span), end in zip(asked, ends, strict=True))
    return math.floor(Fraction(int(before) * (now - then), then) + Fraction(1, 2)) if now and then else 0


@given(
    before=st.lists(st.integers(0, 10**6), max_size=50),
    now=st.integers(0, 800),
    then=st.integers(0, 800),
)
def test_parts_of_the_working_days_add_up_in_whole_numbers(before: list[int], now: int, then: int) -> None:
    parts = calendar_parts(np.array(before, dtype="int64"), WorkingDays(now, then))
    if not now or not then:
        assert not parts.any()
        return
    exact = [Fraction(n * (now - then), then) for n in before]
    assert parts.sum() == math.floor(sum(exact) + Fraction(1, 2))
    assert all(abs(int(part) - share) < 1 for part, share in zip(parts, exact, strict=True))


def test_the_working_days_are_shared_by_the_earlier_counts() -> None:
    """From 16 to 21 working days are 5/16 more: exact shares 3.75, 2.5 and 0.9375 are 7.1875 together, so 7."""
    assert calendar_parts(np.array([12, 8, 3, 0]), WorkingDays(21, 16)).tolist() == [4, 2, 1, 0]
    assert calendar_parts(np.array([12, 8, 3, 0]), WorkingDays(21, 21)).tolist() == [0, 0, 0, 0]
    assert calendar_parts(np.array([21, 2]), WorkingDays(16, 21)).tolist() == [-5, 0]


def _table(rows: list[tuple[str, int, int, int, int]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["unit", "hits", "among", "hits_before", "among_before"]).set_index("unit")


def _split(rows: list[tuple[str, int, int, int, int]]) -> pd.DataFrame:
    table = _table(rows)
    now, before = table["hits"].sum() / table["among"].sum(), table["hits_before"].sum() / table["among_before"].sum()
    return _effects(table, now, before)


def test_rates_that_stay_leave_only_the_mix() -> None:
    found = _split([("good", 90, 100, 180, 200), ("bad", 100, 200, 50, 100)])
    assert found["performance"].tolist() == [0.0, 0.0]
    # 190/300 − 230/300; either group moved by a third of the whole, half of it each side of the mean.
    assert found["mix"].sum() == pytest.approx(-40 / 300)
    assert (found["mix"] < 0).all()


def test_shares_that_stay_leave_only_the_performance() -> None:
    found = _split([("one", 40, 100, 45, 50), ("two", 100, 100, 50, 50)])
    assert found["mix"].abs().max() == 0.0
    assert found["performance"].tolist() == pytest.approx([-0.25, 0.0])


def test_a_group_that_comes_or_goes_is_all_mix() -> None:
    found = _split([("stays", 50, 100, 50, 100), ("comes", 10, 100, 0, 0), ("goes", 0, 0, 30, 100)])
    assert found.loc[["comes", "goes"], "performance"].tolist() == [0.0, 0.0]
    assert found["mix"]["comes"] < 0


def test_hand_reckoned_midpoint() -> None:
    """Shares 3/4 and 1/4 become 1/2 each; rates 0.8 → 0.6 and 0.4 → 0.4."""
    found = _split([("a", 60, 100, 60, 75), ("b", 40, 100, 10, 25)])
    middle = (0.5 + 0.7) / 2
    assert found["performance"].tolist() == pytest.approx([0.625 * -0.2, 0.0])
    assert found["mix"].tolist() == pytest.approx([-0.25 * (0.7 - middle), 0.25 * (0.4 - middle)])


def test_groups_of_one_period_alone_are_kept() -> None:
    now = pd.DataFrame({"unit": ["U1", None], "hits": [3, 1], "among": [5, 1]})
    before = pd.DataFrame({"unit": ["U2", None], "hits": [2, 2], "among": [2, 4]})
    rows = {row["unit"]: row for row in _beside(now, before, ["unit"]).to_dict("records")}
    assert set(rows) == {"U1", "U2", None}
    assert (rows["U2"]["hits"], rows["U2"]["hits_before"]) == (0, 2)
    assert (rows[None]["among"], rows[None]["among_before"]) == (1, 4)


@pytest.mark.parametrize("name", ["hearing_wait_days", "cases_per_10k", "cases_heard"])
def test_what_does_not_add_up_is_refused(name: str, duckdb_city: Casebase) -> None:
    with pytest.raises(UsageError, match="do not add up"):
        decompose(duckdb_city.whole, name, as_of=NOW, period=MONTH, against=Against.PREVIOUS, by=["district"])


def test_both_engines_split_alike(city_on: Callable[[str], Casebase]) -> None:
    asked: dict[str, Any] = {"as_of": NOW, "period": MONTH, "against": Against.YEAR_BEFORE}
    by = ["district", "category", "channel"]
    here, there = (
        decompose(city_on(kind).whole, "five_day_closure", by=by, **asked) for kind in ("duckdb", "postgresql")
    )
    assert here.difference == there.difference
    one, other = (change.parts.sort_values(by, ignore_index=True) for change in (here, there))
    pd.testing.assert_frame_equal(one, other)
    assert set(here.parts["district"].dropna()) <= set(sample.DISTRICTS)
