"""Cards and trends say what `measure` says of the same period."""

from datetime import date, datetime, time, timedelta

import chinese_calendar
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebase.engine import Casebase
from casebase.settings import CalendarSettings
from casebase.workdays import build
from queries.compare import WorkingDays, by_month, compare, daily_flow, working_days
from queries.measure import measure
from queries.model import Slice
from queries.periods import Against, Period, compared_period, end_of_day
from queries.registry import METRICS as REGISTRY

NOON = datetime(2026, 11, 20, 12, 0)
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
METRICS = ["registered", "backlog", "five_day_closure", "hearing_wait_days"]


@pytest.mark.parametrize("by", [[], ["district"]], ids=["city", "district"])
def test_earlier_numbers_are_those_of_the_earlier_period(duckdb_city: Casebase, by: list[str]) -> None:
    found = compare(duckdb_city.whole, METRICS, as_of=NOON, period=NOVEMBER, by=by).set_index(["metric", *by])
    now = measure(duckdb_city.whole, METRICS, as_of=NOON, period=NOVEMBER, by=by).set_index(["metric", *by])
    assert found["hits"].equals(now["hits"])
    for name, against in (("previous", Against.PREVIOUS), ("year_before", Against.YEAR_BEFORE)):
        period, as_of = compared_period(NOVEMBER, NOON, against)
        then = measure(duckdb_city.whole, METRICS, as_of=as_of, period=period, by=by).set_index(["metric", *by])
        assert found[name].tolist() == pytest.approx(then["value"].reindex(found.index).tolist(), nan_ok=True)
        among = then["among"].reindex(found.index).tolist()
        assert found[f"{name}_among"].tolist() == pytest.approx(among, nan_ok=True)


def test_every_month_has_its_row(duckdb_city: Casebase) -> None:
    within = Slice(area="410105001", channel="传真")
    found = by_month(duckdb_city.whole, ["registered", "backlog"], as_of=NOON, months=12, within=within)
    assert len(found) == 24
    period = Period(date(2025, 12, 1), date(2026, 11, 30))
    whole = measure(duckdb_city.whole, ["registered"], as_of=NOON, period=period, within=within)
    assert found.loc[found["metric"] == "registered", "hits"].sum() == whole["hits"].sum()


def test_the_running_month_is_unfinished_but_for_stocks(duckdb_city: Casebase) -> None:
    names = ["registered", "backlog", "five_day_closure"]
    found = by_month(duckdb_city.whole, names, as_of=NOON, months=12)
    late = found[found["unfinished"]]
    assert late[["metric", "month"]].to_numpy().tolist() == [["registered", "2026-11"], ["five_day_closure", "2026-11"]]
    whole = by_month(duckdb_city.whole, names, as_of=end_of_day(date(2026, 11, 30)), months=12)
    assert not whole["unfinished"].any()


def test_a_month_that_is_over_is_finished(duckdb_city: Casebase) -> None:
    found = by_month(duckdb_city.whole, ["registered"], as_of=NOON, months=6, until=date(2026, 10, 31))
    assert not found["unfinished"].any()


def test_the_daily_flow_ends_in_the_backlog_of_each_day(duckdb_city: Casebase) -> None:
    within = Slice(area="410105")
    flow = daily_flow(duckdb_city.whole, as_of=NOON, days=30, within=within)
    assert len(flow) == 30
    for row in flow.iloc[::7].to_dict("records"):
        as_of = min(NOON, end_of_day(row["day"].date()))
        assert row["backlog"] == measure(duckdb_city.whole, ["backlog"], as_of=as_of, within=within)["hits"].item()


def test_what_ends_without_being_handled_leaves_the_flow_too(duckdb_city: Casebase) -> None:
    """Of the whole city, in which some are 不予受理 or 存: every day's end, against the stock of that day."""
    flow = daily_flow(duckdb_city.whole, as_of=NOON, days=60)
    assert flow["not_handled"].sum() > 0
    for row in flow.iloc[::10].to_dict("records"):
        as_of = min(NOON, end_of_day(row["day"].date()))
        assert row["backlog"] == measure(duckdb_city.whole, ["backlog"], as_of=as_of)["hits"].item()


def _worked(first: date, last: date) -> int:
    """Working days by chinese_calendar alone."""
    return sum(chinese_calendar.is_workday(day.date()) for day in pd.date_range(first, last))


@given(
    start=st.dates(date(2024, 2, 1), date(2026, 12, 1)),
    length=st.integers(1, 366),
    back=st.integers(-400, 400),
    against=st.sampled_from(list(Against)),
)
def test_working_days_are_those_of_the_arrangement_as_far_as_both_have_begun(
    start: date, length: int, back: int, against: Against
) -> None:
    calendar = build(CalendarSettings(first_year=2010, last_year=2030))
    period = Period(start, min(start + timedelta(days=length - 1), date(2026, 12, 31)))
    as_of = datetime.combine(period.end, time(15, 30)) + timedelta(days=back)
    earlier, then = compared_period(period, as_of, against)
    days = working_days(calendar, period, as_of, against)
    assert days is not None
    if earlier.start >= date(2004, 1, 1):
        now = _worked(period.start, max(period.start, min(period.end, as_of.date())))
        before = _worked(earlier.start, max(earlier.start, min(earlier.end, then.date())))
        assert (days.now, days.before, days.unpublished) == (now, before, ())
        if now and before:
            assert days.change(300.0, 200.0) == pytest.approx((300 / now) / (200 / before) - 1)
        else:
            assert days.change(300.0, 200.0) is None


def test_october_has_a_week_without_work() -> None:
    """In October 2026 the 1st to the 7th rest and Saturday the 10th is worked: 18 working days, November has 21."""
    calendar = build(CalendarSettings(first_year=2010, last_year=2030))
    whole = working_days(calendar, NOVEMBER, end_of_day(date(2026, 12, 5)), Against.PREVIOUS)
    assert whole == WorkingDays(21, 18)
    assert whole.change(127.5, 100.0) == pytest.approx(1.275 * 18 / 21 - 1)
    # 2 to 10 November are seven working days, of the first ten days of October the 8th, 9th and 10th.
    assert working_days(calendar, NOVEMBER, datetime(2026, 11, 10, 9), Against.PREVIOUS) == WorkingDays(7, 3)


def test_years_that_are_not_published_are_named_and_days_outside_the_calendar_unknown() -> None:
    calendar = build(CalendarSettings(first_year=2020, last_year=2030))
    january = Period(date(2029, 1, 1), date(2029, 1, 31))
    days = working_days(calendar, january, end_of_day(january.end), Against.PREVIOUS)
    assert days is not None
    assert days.unpublished == (2028, 2029)
    first = Period(date(2020, 1, 1), date(2020, 1, 31))
    assert working_days(calendar, first, end_of_day(first.end), Against.YEAR_BEFORE) is None


def test_no_change_per_working_day_without_working_days_or_base() -> None:
    assert WorkingDays(0, 5).change(1.0, 2.0) is None
    assert WorkingDays(5, 0).change(1.0, 2.0) is None
    assert WorkingDays(5, 4).change(1.0, 0.0) is None
    assert WorkingDays(5, 4).change(float("nan"), 2.0) is None


def test_only_what_comes_by_the_day_is_a_flow() -> None:
    flows = {name for name, metric in REGISTRY.items() if metric.is_flow}
    assert {"registered", "closed", "collective_visits", "tasks_pushed", "mediations_taken"} <= flows
    no_flows = {"backlog", "overdue", "five_day_closure", "five_day_overdue", "five_day_in_window", "cases_heard"}
    assert not flows & no_flows
