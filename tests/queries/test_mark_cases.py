"""One list behind several numbers: as long as each of them says, on both engines."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pandas as pd
import pytest

from casebase.engine import Casebase
from casebase.errors import UsageError
from queries.cases import Part, cases, count_cases, mark_cases
from queries.measure import measure
from queries.model import Slice
from queries.periods import Period, end_of_day
from queries.registry import METRICS
from tests.conftest import ENGINES

NOW = end_of_day(date(2026, 11, 22))
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
GROUPS = [
    ("registered", "repeat_rate", "collective_visits"),
    ("five_day_closure", "five_day_last_day", "five_day_in_window"),
    ("backlog", "overdue", "due_in_5", "five_day_overdue"),
    ("hearings_held", "settled_after_hearing"),
]


TEN_DAYS = [Period(day.date(), day.date() + timedelta(days=9)) for day in pd.date_range("2026-06-01", NOW, freq="10D")]


@pytest.mark.parametrize("kind", ENGINES)
@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("within", [Slice(), Slice(area="410105")])
def test_each_column_counts_its_number(
    kind: str, group: tuple[str, ...], within: Slice, city_on: Callable[[str], Casebase]
) -> None:
    casebase = city_on(kind)
    rows = mark_cases(casebase.whole, group, as_of=NOW, period=YEAR, within=within)
    told = measure(casebase.whole, group, as_of=NOW, period=YEAR, within=within).set_index("metric")
    assert told["hits"].sum() > 0
    for name in group:
        marks = rows[name].tolist()
        assert marks.count(True) == told["hits"][name]
        assert marks.count(True) + marks.count(False) == told["among"][name]


@pytest.mark.parametrize("kind", ENGINES)
@pytest.mark.parametrize("name", [name for name, metric in METRICS.items() if metric.dated_from])
def test_rows_found_by_the_columns_of_a_reckoned_date_are_all_that_it_dates(
    kind: str, name: str, city_on: Callable[[str], Casebase]
) -> None:
    casebase, looked_at = city_on(kind), 0
    for period in TEN_DAYS:
        dated = count_cases(casebase.whole, name, Part.AMONG, as_of=NOW, period=period)
        assert measure(casebase.whole, [name], as_of=NOW, period=period)["among"].tolist() == [dated]
        assert len(mark_cases(casebase.whole, [name], as_of=NOW, period=period)) == dated
        looked_at += dated
    assert looked_at > 0


@pytest.mark.parametrize("kind", ENGINES)
def test_its_rows_are_those_of_the_list_of_one_number(kind: str, city_on: Callable[[str], Casebase]) -> None:
    casebase = city_on(kind)
    many = mark_cases(casebase.whole, ["five_day_closure"], as_of=NOW, period=YEAR)
    one = cases(casebase.whole, "five_day_closure", Part.AMONG, as_of=NOW, period=YEAR)
    assert many["petition_id"].tolist() == one["petition_id"].tolist()
    first = many.dropna(subset=["five_day_due", "closed_at"]).iloc[0]
    assert type(first["five_day_due"]) is date
    assert isinstance(first["closed_at"], datetime | pd.Timestamp)


def test_stocks_of_a_finished_period_have_a_list_of_their_own(city_on: Callable[[str], Casebase]) -> None:
    october = Period(date(2026, 10, 1), date(2026, 10, 31))
    with pytest.raises(UsageError, match="stocks are of the end of the period"):
        mark_cases(city_on("duckdb").whole, ["registered", "backlog"], as_of=NOW, period=october)
    rows = mark_cases(city_on("duckdb").whole, ["backlog", "overdue"], as_of=NOW, period=october)
    then = cases(city_on("duckdb").whole, "backlog", as_of=end_of_day(october.end))
    assert rows["petition_id"].tolist() == then["petition_id"].tolist()
    assert rows["stage"].tolist() == then["stage"].tolist()


def test_numbers_of_other_rows_have_no_list_together(city_on: Callable[[str], Casebase]) -> None:
    for group in (["registered", "hearings_held"], ["hearings_held", "cases_heard"]):
        with pytest.raises(UsageError, match="no one list stands behind them"):
            mark_cases(city_on("duckdb").whole, group, as_of=NOW, period=YEAR)
