"""What must hold of every number, whatever is asked."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from casebase.engine import Casebase
from queries.cases import Part, cases, count_cases, listed
from queries.measure import Query, measure, measure_all
from queries.model import Kind, Metric, Slice
from queries.periods import Period, buckets, end_of_day
from queries.registry import METRICS
from tests.queries import sample

EXAMPLES = settings().max_examples
FIRST, LAST = sample.FIRST.date(), sample.LAST.date()
AREAS = (sample.CITY, *sample.DISTRICTS, "410102001", "410171003", "410105002001", "990000000001")
ADDITIVE = [name for name, metric in METRICS.items() if metric.additive and metric.kind is not Kind.PER_10K]
DATED = [name for name, metric in METRICS.items() if not metric.is_stock]
STOCKS = [name for name, metric in METRICS.items() if metric.is_stock]
OF_PETITION = [name for name, metric in METRICS.items() if metric.subject.id == "petition"]

days = st.dates(FIRST, LAST)
moments = st.one_of(
    days.map(end_of_day), st.datetimes(sample.FIRST, sample.LAST).map(lambda moment: moment.replace(microsecond=0))
)
periods = st.one_of(st.none(), st.tuples(days, st.integers(0, 200)).map(lambda p: Period(p[0], p[0] + timedelta(p[1]))))
months = st.tuples(days, st.integers(0, 150)).map(lambda p: Period(p[0], p[0] + timedelta(p[1])))
slices = st.builds(
    Slice,
    area=st.one_of(st.none(), st.sampled_from(AREAS)),
    channel=st.one_of(st.none(), st.sampled_from(sample.CHANNELS)),
    category=st.one_of(st.none(), st.sampled_from(sample.CATEGORIES), st.just("021")),
    unit=st.one_of(st.none(), st.none(), st.sampled_from(["U1", "U-nowhere"])),
)
places = st.builds(Slice, area=st.one_of(st.none(), st.sampled_from(AREAS)))


def counts(measured: pd.DataFrame) -> list[tuple[int, int]]:
    """Hits and among of each row."""
    return [(int(row["hits"]), int(row["among"])) for row in measured.to_dict("records")]


def total(measured: pd.DataFrame) -> tuple[int, int]:
    """Hits and among of all rows together."""
    return int(measured["hits"].sum()), int(measured["among"].sum())


@settings(max_examples=EXAMPLES * 2)
@given(data=st.data(), name=st.sampled_from(list(METRICS)), as_of=moments, period=periods, within=slices)
def test_the_list_is_as_long_as_the_number(
    city: Casebase, data: st.DataObject, name: str, as_of: datetime, period: Period | None, within: Slice
) -> None:
    within = within.narrow(**data.draw(_cells(city, METRICS[name], as_of, period, within), label="cell"))
    hits, among = total(measure(city.whole, [name], as_of=as_of, period=period, within=within))
    wanted = {Part.HITS: hits}
    if METRICS[name].kind is not Kind.PER_10K:
        wanted |= {Part.AMONG: among, Part.MISSES: among - hits}
    for part, number in wanted.items():
        found = cases(city.whole, name, part, as_of=as_of, period=period, within=within)
        assert len(found) == number
        assert count_cases(city.whole, name, part, as_of=as_of, period=period, within=within) == number
        assert list(found.columns) == list(listed(METRICS[name]).columns)


def _cells(
    city: Casebase, metric: Metric, as_of: datetime, period: Period | None, within: Slice
) -> st.SearchStrategy[dict[str, str | None]]:
    """A cell that a table split by one or two dimensions would really show, or none."""
    dimensions = [*metric.subject.dimensions, *(["month", "day"] if period else [])]

    def shown(by: list[str]) -> st.SearchStrategy[dict[str, str | None]]:
        if not by or {"month", "day"} <= set(by):
            return st.just({})
        table = measure(city.whole, [metric.id], as_of=as_of, period=period, within=within, by=by)
        rows = table[by].to_dict("records")
        return st.sampled_from(rows) if rows else st.just({})

    return st.lists(st.sampled_from(dimensions), max_size=2, unique=True).flatmap(shown)


@given(name=st.sampled_from(ADDITIVE), as_of=moments, period=periods, within=slices, data=st.data())
def test_parts_sum_to_the_whole(
    duckdb_city: Casebase, name: str, as_of: datetime, period: Period | None, within: Slice, data: st.DataObject
) -> None:
    by = data.draw(st.sampled_from(sorted(METRICS[name].subject.dimensions)), label="by")
    whole = measure(duckdb_city.whole, [name], as_of=as_of, period=period, within=within)
    parts = measure(duckdb_city.whole, [name], as_of=as_of, period=period, within=within, by=[by])
    hits, among = total(parts)
    assert [(hits, among)] == counts(whole)
    if METRICS[name].is_total:
        assert parts["value"].sum() == whole["value"].sum()
    if METRICS[name].kind is Kind.RATE and among and whole["unknown"].isna().all():
        assert whole["value"].tolist() == [hits / among]


@given(name=st.sampled_from(sorted(set(ADDITIVE) & set(DATED))), as_of=moments, period=months, within=slices)
def test_months_and_days_sum_to_the_period(
    duckdb_city: Casebase, name: str, as_of: datetime, period: Period, within: Slice
) -> None:
    whole = measure(duckdb_city.whole, [name], as_of=as_of, period=period, within=within)
    for span in ("month", "day"):
        parts = measure(duckdb_city.whole, [name], as_of=as_of, period=period, within=within, by=[span])
        assert [total(parts)] == counts(whole)
        assert not METRICS[name].is_total or parts["value"].sum() == whole["value"].sum()
        assert set(parts[span]) <= {label for label, _ in buckets(period, span)}


@settings(max_examples=EXAMPLES // 3)
@given(data=st.data(), as_of=moments, period=periods)
def test_queries_asked_together_are_answered_as_each_alone(
    city: Casebase, data: st.DataObject, as_of: datetime, period: Period | None
) -> None:
    asked = []
    for _ in range(data.draw(st.integers(2, 4), label="queries")):
        names = data.draw(st.lists(st.sampled_from(list(METRICS)), min_size=1, max_size=6, unique=True), label="names")
        shared = set.intersection(*(set(METRICS[name].subject.dimensions) for name in names))
        splits = st.lists(st.sampled_from(sorted(shared)), max_size=2, unique=True) if shared else st.just([])
        by = data.draw(splits, label="by")
        then, within = as_of - timedelta(days=data.draw(st.integers(0, 60))), data.draw(slices)
        asked.append(Query(tuple(names), then, period, within, tuple(by)))
    for query, together in zip(asked, measure_all(city.whole, asked), strict=True):
        alone = measure(city.whole, query.metrics, as_of=query.as_of, period=period, within=query.within, by=query.by)
        pd.testing.assert_frame_equal(together, alone)


@given(start=days, length=st.integers(1, 300), within=slices)
@example(start=FIRST - timedelta(days=1), length=(LAST - FIRST).days + 1, within=Slice())
def test_the_stock_follows_from_the_flow(city: Casebase, start: date, length: int, within: Slice) -> None:
    end = start + timedelta(days=length)
    before, after = (measure(city.whole, ["backlog"], as_of=end_of_day(day), within=within) for day in (start, end))
    period = Period(start + timedelta(days=1), end)
    names = ["registered", "closed", "not_handled"]
    flow = measure(city.whole, names, as_of=end_of_day(end), period=period, within=within)
    registered, closed, turned_away = flow["hits"].tolist()
    assert total(after)[0] == total(before)[0] + registered - closed - turned_away


@given(name=st.sampled_from(STOCKS), as_of=moments, start=days, span=st.sampled_from(["month", "day"]), within=slices)
def test_a_stock_by_time_is_the_stock_at_each_end(
    duckdb_city: Casebase, name: str, as_of: datetime, start: date, span: str, within: Slice
) -> None:
    assume(start <= as_of.date())
    period = Period(start, start + timedelta(days=100 if span == "month" else 4))
    table = measure(duckdb_city.whole, [name], as_of=as_of, period=period, within=within, by=[span])
    shown = dict(zip(table[span], counts(table), strict=True))
    for label, part in buckets(period.cut(as_of), span):
        then = min(as_of, end_of_day(part.end))
        alone = total(measure(duckdb_city.whole, [name], as_of=then, within=within))
        assert shown.get(label, (0, 0)) == alone
        cell = within.narrow(**{span: label})
        assert total(measure(duckdb_city.whole, [name], as_of=as_of, period=period, within=cell)) == alone


@pytest.mark.parametrize("name", [name for name in STOCKS if METRICS[name].spell is not None])
def test_who_came_less_who_left_is_there_at_each_month_end(city: Casebase, name: str) -> None:
    period, until = Period(LAST - timedelta(days=150), LAST), end_of_day(LAST)
    table = measure(city.whole, [name], as_of=until, period=period, by=["month", "district"])
    by_month = {month: rows.set_index("district")["hits"].to_dict() for month, rows in table.groupby("month")}
    for month, part in buckets(period, "month"):
        there = measure(city.whole, [name], as_of=min(until, end_of_day(part.end)), by=["district"])
        assert by_month.get(month, {}) == there[there["hits"] > 0].set_index("district")["hits"].to_dict()


@given(as_of=moments, period=periods, within=slices)
def test_simple_claims_are_past_their_limit_or_in_their_window(
    duckdb_city: Casebase, as_of: datetime, period: Period | None, within: Slice
) -> None:
    names = ["five_day_closure", "five_day_closure_all", "five_day_in_window"]
    measured = counts(measure(duckdb_city.whole, names, as_of=as_of, period=period, within=within))
    (hits, due), (all_hits, everything), (in_window, _) = measured
    # Those that closed before a limit that is still ahead wait for it.
    early = all_hits - hits
    assert due + in_window + early == everything
    assert early >= 0
    # What is late at the moment is so whenever its limit was.
    ((overdue, _),) = counts(measure(duckdb_city.whole, ["five_day_overdue"], as_of=as_of, within=within))
    late = cases(duckdb_city.whole, "five_day_closure", Part.MISSES, as_of=as_of, within=within)
    assert overdue == late["closed_at"].isna().sum()


@given(as_of=moments, within=slices)
def test_deadlines_nest(duckdb_city: Casebase, as_of: datetime, within: Slice) -> None:
    names = ["due_today", "due_in_1", "due_in_3", "due_in_5", "overdue", "backlog"]
    today, one, three, five, overdue, backlog = measure(duckdb_city.whole, names, as_of=as_of, within=within)[
        "hits"
    ].tolist()
    assert today <= one <= three <= five <= backlog - overdue


@given(as_of=moments, period=periods, within=slices)
def test_what_falls_due_is_what_the_rate_would_lose(
    duckdb_city: Casebase, as_of: datetime, period: Period | None, within: Slice
) -> None:
    asked: dict[str, Any] = {"as_of": as_of, "period": period, "within": within}
    for rate, state in (("five_day_closure", "five_day_state"), ("on_time_completion", "due_state")):
        now, *later = counts(measure(duckdb_city.whole, [rate, *(f"{rate}_in_{n}" for n in (1, 3, 5))], **asked))
        for n, (hits, among) in zip((1, 3, 5), later, strict=True):
            asked["within"] = within.narrow(**{state: "在期未结"})
            falling = count_cases(duckdb_city.whole, f"{rate}_in_{n}", Part.MISSES, **asked)
            assert among - hits == now[1] - now[0] + falling
            assert hits >= now[0]
            asked["within"] = within


@given(as_of=moments, period=periods, within=slices)
def test_satisfaction_is_asked_of_those_who_evaluated(
    duckdb_city: Casebase, as_of: datetime, period: Period | None, within: Slice
) -> None:
    for side in ("bureau", "unit"):
        names = [f"{side}_evaluation", f"{side}_satisfaction"]
        evaluation, satisfaction = counts(measure(duckdb_city.whole, names, as_of=as_of, period=period, within=within))
        assert satisfaction[1] == evaluation[0]


@given(name=st.sampled_from(OF_PETITION), as_of=moments, period=periods, within=slices)
def test_a_slice_again_is_the_same_slice(
    duckdb_city: Casebase, name: str, as_of: datetime, period: Period | None, within: Slice
) -> None:
    cell = {"district": within.area if within.area in sample.DISTRICTS else None, "channel": within.channel}
    again = within.narrow(**{dimension: value for dimension, value in cell.items() if value})
    once, twice = (
        measure(duckdb_city.whole, [name], as_of=as_of, period=period, within=part) for part in (within, again)
    )
    pd.testing.assert_frame_equal(once, twice)
    assert again.narrow(**dict(again.cell)) == again


@given(
    names=st.lists(st.sampled_from(list(METRICS)), min_size=1, max_size=8, unique=True),
    as_of=moments,
    period=months,
    within=slices,
    data=st.data(),
)
def test_both_engines_say_the_same(
    city_on: Callable[[str], Casebase],
    names: list[str],
    as_of: datetime,
    period: Period,
    within: Slice,
    data: st.DataObject,
) -> None:
    shared = set.intersection(*(set(METRICS[name].subject.dimensions) for name in names)) | {"month"}
    by = data.draw(st.lists(st.sampled_from(sorted(shared)), max_size=2, unique=True), label="by")
    asked: dict[str, Any] = {"as_of": as_of, "period": period, "within": within}
    here, there = (measure(city_on(kind).whole, names, by=by, **asked) for kind in ("duckdb", "postgresql"))
    pd.testing.assert_frame_equal(here, there)
    here, there = (cases(city_on(kind).whole, names[0], **asked) for kind in ("duckdb", "postgresql"))
    pd.testing.assert_frame_equal(here, there, check_dtype=False)


@given(name=st.sampled_from(list(METRICS)), as_of=moments, period=periods, within=places)
def test_pages_of_a_list_make_the_list(
    city: Casebase, name: str, as_of: datetime, period: Period | None, within: Slice
) -> None:
    asked: dict[str, Any] = {"as_of": as_of, "period": period, "within": within}
    whole = cases(city.whole, name, **asked).head(120)
    pages = [cases(city.whole, name, limit=40, offset=offset, **asked) for offset in (0, 40, 80)]
    pages = [page for page in pages if len(page)] or pages[:1]
    assert whole.astype(object).equals(pd.concat(pages, ignore_index=True).astype(object))


def test_no_list_holds_reports_of_wrongdoing_or_the_hotline(city: Casebase, tables: sample.Tables) -> None:
    petitions = tables["petition"].set_index("petition_id")
    restricted = petitions.index[petitions["restricted"]]
    hidden = petitions.index[petitions["restricted"] | (petitions["channel"] == "12345转办")]
    empty = set()
    apart = [name for name in METRICS if name.startswith("hotline_")]
    for name in apart:
        found = cases(city.whole, name, as_of=datetime(2026, 10, 13, 12, 0))
        assert set(found["channel"]) <= {"12345转办"}
        assert not petitions.loc[found["petition_id"], "restricted"].any()
        empty |= {name} if found.empty else set()
    for name, metric in ((name, metric) for name, metric in METRICS.items() if name not in apart):
        part = Part.HITS if metric.kind is Kind.PER_10K else Part.AMONG
        if "petition_id" in listed(metric).columns and metric.subject.id != "mediation":
            found = cases(city.whole, name, part, as_of=datetime(2026, 10, 13, 12, 0))
            # A proposal counts by itself, whatever gave rise to it.
            unnamed = restricted if metric.subject.id == "proposal" else hidden
            assert not found["petition_id"].isin(unnamed).any(), name
            empty |= {name} if found.empty else set()
    assert empty <= {"due_today", "due_in_1", "hotline_due_today"}
