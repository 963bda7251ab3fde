"""Moments outside the working-day calendar: nothing had come before it begins, and after it ends limits may lie."""

from datetime import date, timedelta

import pytest

from casebase.engine import Casebase
from casebase.errors import CasebaseError
from queries.cases import cases
from queries.compare import compare
from queries.measure import measure
from queries.model import moment
from queries.periods import Period, end_of_day
from queries.registry import METRICS

NOW = end_of_day(date(2026, 11, 22))
# Those that look some working days ahead.
AHEAD = tuple(name for name in METRICS if "_in_" in name and name[-1].isdigit())


@pytest.mark.parametrize("days", [1, 30, 5000])
def test_a_finished_period_before_the_calendar_has_nothing(duckdb_city: Casebase, days: int) -> None:
    end = duckdb_city.workdays.first - timedelta(days=days)
    period = Period(end - timedelta(days=30), end)
    assert len(AHEAD) > 5
    found = measure(duckdb_city.whole, AHEAD, as_of=NOW, period=period)
    assert found["hits"].tolist() == found["among"].tolist() == [0] * len(AHEAD)
    before = compare(duckdb_city.whole, ("due_in_5", "supervision_due_in_3"), as_of=NOW, period=period)
    assert before["hits"].tolist() == [0, 0]
    assert before[["previous", "year_before"]].isna().all(axis=None), (
        "of the time before the first record nothing is known"
    )
    assert cases(duckdb_city.whole, "due_in_5", as_of=NOW, period=period).empty


def test_the_first_day_of_the_calendar_has_working_days_after_it(duckdb_city: Casebase) -> None:
    first = duckdb_city.workdays.first
    assert moment(duckdb_city.whole, end_of_day(first)).workday(1) == duckdb_city.workdays.after(first, 1) > first
    assert moment(duckdb_city.whole, end_of_day(first - timedelta(days=1))).workday(1) < first


def test_no_number_is_told_where_the_calendar_has_ended(duckdb_city: Casebase) -> None:
    last = duckdb_city.workdays.days[-1].astype(object)
    with pytest.raises(CasebaseError, match="last_year"):
        measure(duckdb_city.whole, ("due_in_5",), as_of=end_of_day(last))
