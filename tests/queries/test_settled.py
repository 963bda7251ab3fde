"""Settled cases are counted once, and every number is what it would be if they were read each time."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, insert, select, update

from casebase.case_words import CLOSED, HOTLINE
from casebase.engine import Casebase, mark_changed, write_info
from casebase.row_order import sort_cases
from casebase.schema import OPEN_END, category, info, petition
from casebase.settled import KEY, MARGIN, Settled
from queries.measure import Query, measure, measure_all
from queries.model import Slice
from queries.periods import Period, end_of_day, last_months
from queries.registry import METRICS
from queries.settled import settled_counts
from tests.queries import sample
from tests.queries.test_properties import EXAMPLES, periods, slices

OF_CASES = [name for name, metric in METRICS.items() if metric.subject.key is petition.c.petition_id]
UNTIL = datetime(2026, 8, 1)
# Just where moments begin to be all one to settled cases, ends of days, and any minute.
edges = st.integers(-3 * 24 * 60, 3 * 24 * 60).map(lambda minutes: UNTIL + MARGIN + timedelta(minutes=minutes))
minutes = st.datetimes(sample.FIRST, sample.LAST).map(lambda moment: moment.replace(second=0, microsecond=0))
moments = st.one_of(edges, minutes, minutes.map(lambda moment: end_of_day(moment.date())))


@pytest.fixture(scope="module")
def plain_city(
    tables: sample.Tables, new_url: Callable[[str], str], casebase_of: Callable[[str], Casebase]
) -> Casebase:
    """The sample city in which nobody knows which cases are settled."""
    city = casebase_of(new_url("duckdb"))
    sample.fill(city, tables)
    with city.writing() as connection:
        mark_changed(connection, sample.LAST)
    return city


def test_most_cases_of_the_sample_are_settled(duckdb_city: Casebase, tables: sample.Tables) -> None:
    cases = tables["petition"]
    times = cases[["registered_at", "forwarded_at", "received_at", "accepted_at", "due_at", "closed_at",
                   "evaluated_at"]].assign(five_day_due=pd.to_datetime(cases["five_day_due"]))  # fmt: skip
    settled = cases["closed_at"].notna() & (times.max(axis=1) <= UNTIL)
    with duckdb_city.reading() as connection:
        known = Settled.parsed(connection.scalars(select(info.c.value).where(info.c.key == KEY)).one())
    assert (known.until, known.count) == (UNTIL, settled.sum())
    assert known.last == cases["petition_id"][settled].max()
    assert 0.5 < settled.mean() < 1


@settings(max_examples=EXAMPLES * 2)
@given(data=st.data(), as_of=moments, period=periods, within=slices)
def test_numbers_are_those_of_a_city_that_reads_all_its_cases(
    duckdb_city: Casebase,
    plain_city: Casebase,
    data: st.DataObject,
    as_of: datetime,
    period: Period | None,
    within: Slice,
) -> None:
    names = tuple(data.draw(st.lists(st.sampled_from(OF_CASES), min_size=1, max_size=6, unique=True), label="names"))
    shared = set.intersection(*(set(METRICS[name].subject.dimensions) for name in names))
    shared |= {"month"} if period else set()
    by = tuple(data.draw(st.lists(st.sampled_from(sorted(shared)), max_size=2, unique=True), label="by"))
    later = as_of + timedelta(minutes=data.draw(st.integers(0, 60 * 24 * 40), label="later"))
    there = replace(within, area=data.draw(st.sampled_from(sample.DISTRICTS), label="district"))
    # Later ones read what is kept of the first, where moment and place are the same to settled cases.
    for moment, place in ((as_of, within), (later, within), (later, there)):
        query = Query(names, moment, period, place, by)
        divided, plain = (measure_all(city.whole, [query])[0] for city in (duckdb_city, plain_city))
        pd.testing.assert_frame_equal(divided, plain)


@settings(max_examples=EXAMPLES)
@given(names=st.sets(st.sampled_from(OF_CASES), min_size=8), day=st.dates(UNTIL.date() + MARGIN, sample.LAST.date()))
def test_the_months_of_every_moment_are_the_same(
    duckdb_city: Casebase, plain_city: Casebase, names: set[str], day: date
) -> None:
    query = Query(tuple(sorted(names)), datetime.combine(day, time(12)), last_months(day, 12), by=("month",))
    divided, plain = (measure_all(city.whole, [query])[0] for city in (duckdb_city, plain_city))
    pd.testing.assert_frame_equal(divided, plain)


@pytest.fixture
def own_city(tables: sample.Tables, new_url: Callable[[str], str], casebase_of: Callable[[str], Casebase]) -> Casebase:
    """A city whose settled cases are known, to be changed."""
    city = casebase_of(new_url("duckdb"))
    sample.fill(city, tables)
    with city.writing() as connection:
        write_info(connection, data_until=sample.LAST.isoformat())
        mark_changed(connection, sample.LAST)
    sort_cases(city)
    return city


def test_only_a_change_of_settled_cases_makes_them_be_read_again(own_city: Casebase) -> None:
    ask, columns = partial(count_closed, own_city), petition.c
    settled = settled_ids(own_city)
    before, counts = ask(), settled_counts(own_city.whole)
    new = {"petition_id": 10_000_000, "case_no": "new", "source": "test", "registered_at": UNTIL, "updated_at": UNTIL}
    change(own_city, insert(petition).values(new | {"closed_at": sample.LAST, "settled_by": OPEN_END}))
    assert ask() == before + 1
    assert settled_counts(own_city.whole) is counts, "a case that is not settled changes nothing of those that are"
    change(own_city, update(petition).values(status="存", settled_by=OPEN_END).where(columns.petition_id == settled[0]))
    assert ask() == before
    assert settled_counts(own_city.whole) is not counts
    old = {"petition_id": 10_000_001, "case_no": "old", "closed_at": UNTIL, "settled_by": UNTIL}
    change(own_city, insert(petition).values(new | old))
    assert ask() == before + 1
    sort_cases(own_city)
    assert ask() == before + 1


def test_as_many_settled_cases_come_as_leave(own_city: Casebase) -> None:
    """Their number is the same then, and the last one another."""
    ask, settled = partial(count_closed, own_city), settled_ids(own_city)
    before = ask()
    new = {"case_no": "new", "source": "test", "registered_at": UNTIL, "updated_at": UNTIL, "is_first": False}
    with own_city.writing() as connection:
        leaves = update(petition).values(closed_at=None, settled_by=OPEN_END)
        connection.execute(leaves.where(petition.c.petition_id.in_(settled[:2])))
        for number in (10_000_000, 10_000_001):
            row = new | {"petition_id": number, "case_no": str(number), "closed_at": UNTIL, "settled_by": UNTIL}
            connection.execute(insert(petition).values(row | {"restricted": number == 10_000_001}))
        mark_changed(connection, sample.LAST)
    assert ask() == before - 1


def test_classes_that_move_are_counted_where_they_are(own_city: Casebase) -> None:
    def split() -> dict[str | None, int]:
        table = measure(own_city.whole, ["closed"], as_of=sample.LAST, period=YEARS, by=["category"])
        return dict(zip(table["category"], table["hits"], strict=True))

    before = split()
    code = next(name for name in before if name is not None)
    change(own_city, update(category).values(parent_code="moved").where(category.c.code == code))
    after = split()
    assert after.pop("moved") > 0
    assert sum(after.values()) < sum(before.values())


def test_settled_cases_of_one_district_are_read_with_those_of_all(own_city: Casebase) -> None:
    """Who goes from district to district has read them all with the first."""
    statements: list[str] = []

    def by_district() -> list[int]:
        slices = [Slice(area=area) for area in sample.DISTRICTS]
        measured = [measure(own_city.whole, ["closed"], as_of=sample.LAST, period=YEARS, within=one) for one in slices]
        return [int(frame["hits"].iloc[0]) for frame in measured]

    def note(*args: Any) -> None:
        statements.append(args[2])

    event.listen(own_city.whole.engine, "before_cursor_execute", note)
    read = by_district()
    split = measure(own_city.whole, ["closed"], as_of=sample.LAST, period=YEARS, by=["district"])
    whole = dict(zip(split["district"], split["hits"], strict=True))
    assert read == [int(whole.get(area, 0)) for area in sample.DISTRICTS]
    counting = [text for text in statements if "closed_at BETWEEN" in text and "settled_by >" not in text]
    assert len(counting) == 2, "one for the districts, one for the split"


def test_a_rule_that_looks_further_back_reads_all_cases(own_city: Casebase) -> None:
    longer = own_city.settings.model_copy(
        update={"deadlines": own_city.settings.deadlines.model_copy(update={"observation_days": 200})}
    )
    counts = settled_counts(Casebase(own_city.engine, longer).whole)
    assert counts is not None
    assert counts.moment(UNTIL + MARGIN + timedelta(seconds=1)) is None
    assert counts.moment(UNTIL + timedelta(days=400, seconds=1)) is not None


YEARS = Period(sample.FIRST.date(), sample.LAST.date())


def count_closed(city: Casebase) -> int:
    return int(measure(city.whole, ["closed"], as_of=sample.LAST, period=YEARS)["hits"].iloc[0])


def settled_ids(city: Casebase) -> list[int]:
    """Settled cases that count as closed."""
    p = petition.c
    closed = (p.settled_by <= UNTIL) & (p.status == CLOSED) & ~p.restricted & (p.channel != HOTLINE)
    with city.reading() as connection:
        return list(connection.scalars(select(p.petition_id).where(closed).order_by(p.petition_id)))


def change(city: Casebase, statement: Any) -> None:
    with city.writing() as connection:
        connection.execute(statement)
        mark_changed(connection, sample.LAST)
