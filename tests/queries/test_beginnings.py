"""What lies before the first record of the case base is not known: no month, comparison or day says 0 there."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd
import pytest

from casebase import schema
from casebase.engine import Casebase, mark_changed
from queries.attention import About, Finding, attention
from queries.beginnings import BEFORE_RECORDS
from queries.compare import by_month, compare, daily_flow
from queries.decompose import Change, decompose
from queries.hot_topics import topics
from queries.measure import measure
from queries.model import Slice
from queries.periods import Against, Period
from queries.search import Search
from queries.search import by_month as search_by_month

NOW = datetime(2026, 11, 20, 18)
FIRST = datetime(2026, 9, 8, 9)
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
MONTHS = ["2026-07", "2026-08", "2026-09", "2026-10", "2026-11"]


def case(number: int, at: datetime, channel: str) -> dict[str, Any]:
    return {
        "petition_id": number,
        "case_no": f"n{number}",
        "channel": channel,
        "category_code": "c1",
        "registered_at": at,
        "source": "test",
        "updated_at": NOW,
    }


@pytest.fixture
def young(empty_casebase: Casebase) -> Casebase:
    """Thirty cases since 8 September, those of 来访 since October only."""
    cases = [case(n, FIRST + timedelta(days=2 * n), "来信" if n < 15 else "来访") for n in range(30)]
    with empty_casebase.writing() as connection:
        connection.execute(schema.petition.insert(), cases)
        connection.execute(schema.category.insert(), [{"code": "c1", "name": "一类"}])
        mark_changed(connection, NOW)
    return empty_casebase


@pytest.mark.parametrize("metric", ["registered", "backlog"])
def test_months_before_the_first_case_have_no_value(young: Casebase, metric: str) -> None:
    months = by_month(young.whole, [metric], as_of=NOW, months=5).set_index("month")["value"]
    assert months.index.tolist() == MONTHS
    assert months.isna().tolist() == [True, True, False, False, False]


def test_a_slice_without_cases_has_none_where_others_have_some(young: Casebase) -> None:
    months = by_month(young.whole, ["registered"], as_of=NOW, months=5, within=Slice(channel="来访"))
    values = months.set_index("month")["value"]
    assert values["2026-09"] == 0
    assert pd.isna(values["2026-08"])


def staffed(casebase: Casebase, since: date) -> None:
    """Two grids, one of which has a worker since that day."""
    with casebase.writing() as connection:
        grids = [{"grid_id": name, "name": name, "kind": "微网格"} for name in ("g", "h")]
        connection.execute(schema.grid.insert(), grids)
        worker = {"worker_id": 1, "grid_id": "g", "role": "专职", "active_from": since}
        connection.execute(schema.grid_worker.insert(), [worker])
        mark_changed(connection, NOW + timedelta(seconds=1))


def test_a_register_begins_with_the_first_who_is_in_it(young: Casebase) -> None:
    staffed(young, date(2026, 10, 5))
    months = by_month(young.whole, ["grid_workers", "grids_staffed"], as_of=NOW, months=3)
    by_metric = months.groupby("metric")["value"].apply(list)
    assert by_metric["grid_workers"][1:] == [1.0, 1.0]
    assert by_metric["grids_staffed"][1:] == [0.5, 0.5]
    assert pd.isna([by_metric["grid_workers"][0], by_metric["grids_staffed"][0]]).all()


@pytest.mark.parametrize(
    ("metric", "first"),
    [
        ("registered", FIRST.date()),
        ("backlog", FIRST.date()),
        ("overdue", FIRST.date()),
        ("grids_staffed", date(2026, 10, 5)),
        ("grid_workers", date(2026, 10, 5)),
    ],
)
def test_a_number_before_its_first_record_is_not_known(young: Casebase, metric: str, first: date) -> None:
    """No grid had a worker when there were no records of any: that is no gap, and no backlog of 0."""
    with young.writing() as connection:
        connection.execute(schema.petition.update().values(due_at=NOW, closed_at=None))
    staffed(young, date(2026, 10, 5))
    before, on = (datetime.combine(day, time.max) for day in (first - timedelta(days=1), first))
    for period in (None, Period(date(2026, 1, 1), date(2026, 12, 31))):
        row = measure(young.whole, [metric], as_of=before, period=period).iloc[0]
        assert (pd.isna(row["value"]), row["unknown"]) == (True, BEFORE_RECORDS)
        row = measure(young.whole, [metric], as_of=on, period=period).iloc[0]
        assert (pd.isna(row["value"]), row["unknown"]) == (False, None)
    ended = Period(before.date() - timedelta(days=3), before.date())
    assert measure(young.whole, [metric], as_of=NOW, period=ended)["unknown"].tolist() == [BEFORE_RECORDS]


def test_grids_without_a_worker_are_no_gap_before_the_first_worker(young: Casebase) -> None:
    staffed(young, date(2026, 10, 25))
    with young.writing() as connection:
        connection.execute(schema.grid.update().values(district_code="d"))
        mark_changed(connection, NOW + timedelta(seconds=2))

    def gaps(as_of: datetime) -> list[Finding]:
        found = attention(young.whole, as_of=as_of, period=NOVEMBER)
        return [finding for finding in found if finding.about is About.GAP]

    assert gaps(datetime(2026, 10, 20)) == []
    (gap,) = gaps(NOW)
    assert (gap.count, gap.before) == (1, None)
    (later,) = gaps(datetime(2026, 12, 20))
    assert later.before == 1


def test_nothing_is_compared_with_a_year_that_has_no_record(young: Casebase) -> None:
    numbers = compare(young.whole, ["registered", "backlog"], as_of=NOW, period=NOVEMBER).set_index("metric")
    assert numbers["year_before"].isna().all()
    assert numbers["previous"].notna().all()


def test_a_month_that_begins_with_the_first_case_is_compared(young: Casebase) -> None:
    october = Period(date(2026, 10, 1), date(2026, 10, 31))
    then = measure(young.whole, ["registered"], as_of=NOW, period=Period(date(2026, 9, 1), date(2026, 9, 30)))
    numbers = compare(young.whole, ["registered"], as_of=NOW, period=october)
    assert numbers["previous"].tolist() == then["value"].tolist() == [12.0]


AUTUMN, NEW_YEAR = Period(date(2026, 10, 1), date(2026, 12, 31)), datetime(2027, 1, 1)


def test_nothing_is_compared_with_a_period_that_is_recorded_in_part(young: Casebase) -> None:
    numbers = compare(young.whole, ["registered", "backlog"], as_of=NEW_YEAR, period=AUTUMN).set_index("metric")
    part = measure(young.whole, ["registered"], as_of=NEW_YEAR, period=Period(date(2026, 7, 1), date(2026, 9, 30)))
    assert part["value"].tolist() == [12.0], "one of its three months is recorded"
    # A stock is of a moment, and that one is recorded.
    for column in ("previous", "previous_among"):
        assert numbers[column].isna().tolist() == [True, False]
    assert numbers["previous"].iloc[1] > 0


def test_the_reason_of_a_change_needs_both_periods(young: Casebase) -> None:
    def change(metric: str, period: Period) -> Change:
        return decompose(young.whole, metric, as_of=NEW_YEAR, period=period, against=Against.PREVIOUS, by=["channel"])

    assert change("registered", NOVEMBER).before == 15
    of_part = change("registered", AUTUMN)
    assert of_part.now == 18
    assert pd.isna(of_part.before)
    assert of_part.parts["change"].isna().all()
    assert change("backlog", AUTUMN).before > 0


@pytest.mark.parametrize(
    ("earlier", "known", "unknown"),
    [("来信", "registered", "hotline_registered"), ("12345转办", "hotline_registered", "registered")],
)
def test_petitions_and_orders_of_12345_each_have_a_beginning_of_their_own(
    empty_casebase: Casebase, earlier: str, known: str, unknown: str
) -> None:
    later = {"来信": "12345转办", "12345转办": "来信"}[earlier]
    with empty_casebase.writing() as connection:
        cases = [case(1, datetime(2015, 3, 2, 9), earlier), case(2, datetime(2026, 10, 5, 9), later)]
        connection.execute(schema.petition.insert(), cases)
        mark_changed(connection, NOW)
    of_2020 = Period(date(2020, 1, 1), date(2020, 12, 31))
    numbers = measure(empty_casebase.whole, [known, unknown], as_of=NOW, period=of_2020).set_index("metric")
    assert numbers["value"][known] == 0
    assert pd.isna(numbers["value"][unknown])
    assert numbers["unknown"].to_dict() == {known: None, unknown: BEFORE_RECORDS}
    # A search finds both.
    months = search_by_month(empty_casebase.whole, Search(), as_of=datetime(2020, 12, 31, 12), months=2)
    assert months["value"].tolist() == [0, 0]


def test_other_rows_than_cases_have_a_beginning_of_their_own(young: Casebase) -> None:
    with young.writing() as connection:
        held = [{"reception_id": n, "held_at": datetime(2026, month, 3, 9)} for n, month in enumerate((7, 10, 11))]
        connection.execute(schema.reception.insert(), [row | {"leader_title": "某"} for row in held])
        mark_changed(connection, NOW + timedelta(seconds=1))
    numbers = compare(young.whole, ["registered", "receptions"], as_of=NEW_YEAR, period=AUTUMN).set_index("metric")
    assert numbers["previous"].isna().tolist() == [True, False]


def test_days_before_the_first_case_are_left_out(young: Casebase) -> None:
    flow = daily_flow(young.whole, as_of=NOW, days=90)
    assert flow["day"].iloc[0] == pd.Timestamp(FIRST.date())
    assert len(flow) == (NOW.date() - FIRST.date()).days + 1
    assert flow["inflow"].sum() == 30
    assert len(daily_flow(young.whole, as_of=datetime(2026, 8, 1), days=10)) == 10


def test_a_search_has_no_months_before_the_first_case(young: Casebase) -> None:
    months = search_by_month(young.whole, Search(), as_of=NOW, months=4)
    assert months["value"].tolist()[1:] == [12.0, 15.0, 3.0]
    assert pd.isna(months["value"].iloc[0])
    assert months["last_year"].isna().all()


def test_a_topic_has_no_year_before(young: Casebase) -> None:
    with young.writing() as connection:
        burst = [case(n, datetime(2026, 11, 19, 9), "来信") | {"category_code": "c2"} for n in range(50, 80)]
        connection.execute(schema.petition.insert(), burst)
        connection.execute(schema.category.insert(), [{"code": "c2", "name": "二类"}])
        mark_changed(connection, NOW + timedelta(seconds=1))
    found = topics(young.whole, as_of=NOW, days=7)
    assert 30 in found["observed"].tolist()
    assert found["year_before"].isna().all()


def test_the_beginning_moves_with_the_data(young: Casebase) -> None:
    def first_month() -> float:
        return float(by_month(young.whole, ["registered"], as_of=NOW, months=5)["value"].iloc[0])

    assert pd.isna(first_month())
    with young.writing() as connection:
        connection.execute(schema.petition.insert(), [case(99, datetime(2026, 7, 3), "来信")])
        mark_changed(connection, NOW + timedelta(seconds=1))
    assert first_month() == 1
