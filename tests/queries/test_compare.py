"""Cards and trends say what `measure` says of the same period."""

from datetime import date, datetime

import pytest

from casebase.engine import Casebase
from queries.compare import by_month, compare, daily_flow
from queries.measure import measure
from queries.model import Slice
from queries.periods import Against, Period, compared_period, end_of_day

NOON = datetime(2026, 11, 20, 12, 0)
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
METRICS = ["registered", "backlog", "five_day_closure", "hearing_wait_days"]


@pytest.mark.parametrize("by", [[], ["district"]], ids=["city", "district"])
def test_earlier_numbers_are_those_of_the_earlier_period(duckdb_city: Casebase, by: list[str]) -> None:
    found = compare(duckdb_city, METRICS, as_of=NOON, period=NOVEMBER, by=by).set_index(["metric", *by])
    now = measure(duckdb_city, METRICS, as_of=NOON, period=NOVEMBER, by=by).set_index(["metric", *by])
    assert found["hits"].equals(now["hits"])
    for name, against in (("previous", Against.PREVIOUS), ("year_before", Against.YEAR_BEFORE)):
        period, as_of = compared_period(NOVEMBER, NOON, against)
        then = measure(duckdb_city, METRICS, as_of=as_of, period=period, by=by).set_index(["metric", *by])
        assert found[name].tolist() == pytest.approx(then["value"].reindex(found.index).tolist(), nan_ok=True)
        among = then["among"].reindex(found.index).tolist()
        assert found[f"{name}_among"].tolist() == pytest.approx(among, nan_ok=True)


def test_every_month_has_its_row(duckdb_city: Casebase) -> None:
    within = Slice(area="410105001", channel="传真")
    found = by_month(duckdb_city, ["registered", "backlog"], as_of=NOON, months=12, within=within)
    assert len(found) == 24
    period = Period(date(2025, 12, 1), date(2026, 11, 30))
    whole = measure(duckdb_city, ["registered"], as_of=NOON, period=period, within=within)
    assert found.loc[found["metric"] == "registered", "hits"].sum() == whole["hits"].sum()


def test_the_running_month_is_unfinished_but_for_stocks(duckdb_city: Casebase) -> None:
    names = ["registered", "backlog", "five_day_closure"]
    found = by_month(duckdb_city, names, as_of=NOON, months=12)
    late = found[found["unfinished"]]
    assert late[["metric", "month"]].to_numpy().tolist() == [["registered", "2026-11"], ["five_day_closure", "2026-11"]]
    whole = by_month(duckdb_city, names, as_of=end_of_day(date(2026, 11, 30)), months=12)
    assert not whole["unfinished"].any()


def test_a_month_that_is_over_is_finished(duckdb_city: Casebase) -> None:
    found = by_month(duckdb_city, ["registered"], as_of=NOON, months=6, until=date(2026, 10, 31))
    assert not found["unfinished"].any()


def test_the_daily_flow_ends_in_the_backlog_of_each_day(duckdb_city: Casebase) -> None:
    within = Slice(area="410105")
    flow = daily_flow(duckdb_city, as_of=NOON, days=30, within=within)
    assert len(flow) == 30
    for row in flow.iloc[::7].to_dict("records"):
        as_of = min(NOON, end_of_day(row["day"].date()))
        assert row["backlog"] == measure(duckdb_city, ["backlog"], as_of=as_of, within=within)["hits"].item()
