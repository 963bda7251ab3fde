"""Lists of rows that join cases: in pages and whole, of few rows and of many, the same; and whether there are any."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

import pandas as pd
import pytest
from sqlalchemy import Join

import queries.cases
from casebase.engine import Casebase
from queries.cases import Part, cases, count_cases, has_cases, latest_day, listed
from queries.course import course
from queries.model import Kind
from queries.names import grid_names
from queries.periods import Period
from queries.registry import METRICS
from tests.conftest import ENGINES

NOW = datetime(2026, 11, 22, 12, 0)
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
JOINED = [name for name, metric in METRICS.items() if isinstance(listed(metric).rows, Join)]
# The first and the last of each kind of row: what is joined is the same for all of a kind.
OF_EACH_KIND = sorted(
    {
        name
        for names in ({str(listed(METRICS[one]).rows): one for one in order} for order in (JOINED, JOINED[::-1]))
        for name in names.values()
    }
)


def parts_of(name: str) -> list[Part]:
    return [Part.HITS] if METRICS[name].kind is Kind.PER_10K else [Part.HITS, Part.MISSES]


def assert_same_rows(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """The same values, whatever kind of column pandas makes of those that are in part blank."""
    assert one.columns.tolist() == other.columns.tolist()
    assert one.isna().equals(other.isna())
    for head in one:
        assert one[head].dropna().tolist() == other[head].dropna().tolist()


@pytest.mark.parametrize("kind", ENGINES)
def test_a_list_is_the_same_in_pages_and_by_what_its_rows_meet(
    kind: str, city_on: Callable[[str], Casebase], monkeypatch: pytest.MonkeyPatch
) -> None:
    casebase, compared = city_on(kind), 0
    for name in OF_EACH_KIND:
        for part in parts_of(name):
            monkeypatch.setattr(queries.cases, "_FEW", 1_000)
            few = cases(casebase.whole, name, part, as_of=NOW, period=YEAR)
            pages = [cases(casebase.whole, name, part, as_of=NOW, period=YEAR, limit=7, offset=n) for n in (0, 7)]
            monkeypatch.setattr(queries.cases, "_FEW", 0)
            many = cases(casebase.whole, name, part, as_of=NOW, period=YEAR)
            pd.testing.assert_frame_equal(few, many)
            for page, n in zip(pages, (0, 7), strict=True):
                part_of_many = many.iloc[n : n + 7].reset_index(drop=True)
                assert_same_rows(page, part_of_many)
            compared += len(many)
    assert compared > 0


@pytest.mark.parametrize("kind", ENGINES)
@pytest.mark.parametrize("first", [1, 200])
def test_there_are_rows_wherever_the_list_has_any(
    kind: str, first: int, city_on: Callable[[str], Casebase], monkeypatch: pytest.MonkeyPatch
) -> None:
    casebase = city_on(kind)
    monkeypatch.setattr(queries.cases, "_SAMPLE", first)
    answers = {
        (name, part): has_cases(casebase.whole, name, part, as_of=NOW)
        for name in OF_EACH_KIND
        for part in parts_of(name)
    }
    assert answers == {(name, part): count_cases(casebase.whole, name, part, as_of=NOW) > 0 for name, part in answers}
    assert any(answers.values())


@pytest.mark.parametrize("kind", ENGINES)
def test_a_list_of_few_columns_has_the_rows_of_the_whole(kind: str, city_on: Callable[[str], Casebase]) -> None:
    casebase, compared = city_on(kind).whole, 0
    for name in {listed(metric).id: name for name, metric in METRICS.items()}.values():
        whole = cases(casebase, name, as_of=NOW, period=YEAR)
        heads: list[str] = whole.columns.tolist()
        for columns in (heads[::2], heads[1::2][::-1]):
            assert_same_rows(cases(casebase, name, as_of=NOW, period=YEAR, columns=columns), whole[columns])
        compared += len(whole)
    assert compared > 0


@pytest.mark.parametrize("looks", [queries.cases._LOOKS_BACK, (1, 3, date.max.toordinal())])
def test_the_latest_day_of_a_number_is_the_last_that_has_any(
    looks: Sequence[int], city: Casebase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of numbers dated by a day, a moment and a reckoned end, and of distinct things; of a stock there is none."""
    monkeypatch.setattr(queries.cases, "_LOOKS_BACK", looks)
    named = (
        "registered",
        "five_day_closure",
        "unit_evaluation",
        "one_pass_resolution",
        "hearings_held",
        "experts_active",
    )
    for name in named:
        day = latest_day(city.whole, name, as_of=NOW)
        assert day is not None, name
        part = Part.AMONG if METRICS[name].kind is Kind.RATE else Part.HITS
        assert count_cases(city.whole, name, part, as_of=NOW, period=Period(day, day)) > 0, name
        after = Period(min(day + timedelta(days=1), NOW.date()), NOW.date())
        assert day == NOW.date() or count_cases(city.whole, name, part, as_of=NOW, period=after) == 0, name
    assert latest_day(city.whole, "backlog", as_of=NOW) is None
    assert latest_day(city.whole, "registered", as_of=datetime(2000, 1, 1)) is None


@pytest.mark.parametrize("kind", ENGINES)
def test_a_task_names_its_grid_and_has_its_code_beside(kind: str, city_on: Callable[[str], Casebase]) -> None:
    whole = city_on(kind).whole
    tasks = cases(whole, "tasks_pushed", as_of=NOW, period=YEAR).dropna(subset=["grid_id"])
    named = grid_names(whole, tuple(tasks["grid_id"].unique()))
    assert len(tasks) > 0 < len(named)
    assert tasks["grid"].tolist() == [named.get(code, code) for code in tasks["grid_id"]]
    assert set(named.values()).isdisjoint(named)
    case = cases(whole, "registered", as_of=NOW, period=YEAR, limit=1)["petition_id"].iloc[0]
    history = course(whole, int(case), as_of=NOW)
    assert history is not None
    code = str(history.facts["grid_id"])
    assert history.facts["grid"] == grid_names(whole, (code,)).get(code, history.facts["grid_id"])
