"""The list behind a number, by the same predicates: its length is the number."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import pandas as pd
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Join,
    Select,
    and_,
    case,
    func,
    literal,
    literal_column,
    select,
    true,
)
from sqlalchemy.sql.util import ClauseAdapter

from casebase.engine import ScopedCasebase, frame_of
from casebase.errors import UsageError
from casebase.schema import petition
from queries.joins import needed
from queries.measure import among_and_hit, candidate_rows, conditions, in_slice, metric_of, span_of, stock_moment
from queries.model import EVERYTHING, Kind, Metric, Moment, Slice, Subject, moment
from queries.names import shared_units
from queries.periods import Period

_UNIT = "unit_code"
# So many rows are fetched by their keys, more by what they meet.
_FEW = 1_000
# Whether there is any row is asked of so many first.
_SAMPLE = 200
# The last day that has anything is sought in so many days up to the moment first, then in more of them.
_LOOKS_BACK = (100, 1000, date.max.toordinal())


class Part(StrEnum):
    """Which rows of a number: those that count, all it looks at, or those that fail."""

    HITS = "hits"
    AMONG = "among"
    MISSES = "misses"


def cases(
    casebase: ScopedCasebase,
    metric: str,
    part: Part = Part.HITS,
    *,
    as_of: datetime,
    period: Period | None = None,
    within: Slice = EVERYTHING,
    limit: int | None = None,
    offset: int = 0,
    columns: Collection[str] | None = None,
) -> pd.DataFrame:
    """The rows behind a metric, oldest first: one row a thing counted, the columns of its subject, or only those named.

    Raises UsageError for an unknown metric, and for the people that a number for 10,000 is divided by.
    """
    chosen, at, where = _resolve(casebase, metric, part, as_of, period, within)
    subject = listed(chosen)
    if columns is not None:
        subject = replace(subject, columns={name: subject.columns[name] for name in columns})
    return list_rows(casebase, subject, at, where, limit=limit, offset=offset)


def mark_cases(
    casebase: ScopedCasebase,
    metrics: Sequence[str],
    *,
    as_of: datetime,
    period: Period | None = None,
    within: Slice = EVERYTHING,
) -> pd.DataFrame:
    """The rows that any of these metrics looks at, once each, oldest first: one list behind several numbers.

    The columns of their subject, and one a metric under its id: True counts, False is among and does not count, None is
    not among. Raises UsageError unless all are of one subject, count its rows, not distinct things, and are measured at
    one moment: beside a finished period stocks have a list of their own.
    """
    chosen = [metric_of(name) for name in metrics]
    first = chosen[0]
    if any(metric.subject is not first.subject or metric.distinct is not None for metric in chosen):
        raise UsageError(f"{', '.join(metrics)}: no one list stands behind them; ask for the cases of each")
    moments = {stock_moment(as_of, period) if metric.is_stock else as_of for metric in chosen}
    if len(moments) > 1:
        raise UsageError(f"{', '.join(metrics)}: stocks are of the end of the period; ask for them apart")
    at = moment(casebase, moments.pop())
    where = and_(candidate_rows(at, chosen, period), *in_slice(casebase, first.subject, at, within))
    columns = {name: expression(at) for name, expression in first.subject.columns.items()}
    columns |= {metric.id: _mark(*among_and_hit(at, metric, period)) for metric in chosen}
    columns |= _unit_code(first.subject, at)
    order = (first.subject.order(at), first.subject.key)
    labelled = [column.label(name) for name, column in columns.items()]
    statement = select(*labelled).select_from(first.subject.rows).where(where).order_by(*order)
    with casebase.reading() as connection:
        rows = frame_of(connection, statement)
    return _told_apart(casebase, rows[rows[list(metrics)].notna().any(axis=1)].reset_index(drop=True))


def _mark(among: ColumnElement[bool], hit: ColumnElement[bool] | None) -> ColumnElement[bool]:
    return case((among, true() if hit is None else hit.is_(true())))


def earliest(
    casebase: ScopedCasebase, metric: str, column: str, *, as_of: datetime, within: Slice = EVERYTHING
) -> datetime:
    """The first time in a column of the list behind a metric that has rows with it; the midnight of a day."""
    chosen, at, where = _resolve(casebase, metric, Part.HITS, as_of, None, within)
    time = listed(chosen).columns[column](at)
    with casebase.reading() as connection:
        rows = needed(listed(chosen).rows, [time, where])
        first: Any = connection.scalar(select(func.min(time)).select_from(rows).where(where))
    return pd.Timestamp(first).to_pydatetime()


def latest_day(casebase: ScopedCasebase, metric: str, *, as_of: datetime, within: Slice = EVERYTHING) -> date | None:
    """The last day, up to that of the moment, whose period a metric has anything in: cases of a count, of a rate any.

    None where there is none, and of a stock, which no period holds.
    """
    chosen = metric_of(metric)
    if chosen.dated_by is None:
        return None
    until = Period(date.min, as_of.date())
    as_of, whole, within = span_of(chosen, as_of, until, within)
    at = moment(casebase, as_of)
    looks = (_last_in(casebase, chosen, at, (whole or until).last(days), within) for days in _LOOKS_BACK)
    return next(filter(None, looks), None)


def _last_in(casebase: ScopedCasebase, metric: Metric, at: Moment, period: Period, within: Slice) -> date | None:
    """The last day of a period that a dated metric has anything in."""
    among, hits = conditions(at, metric, period)
    counted = among if metric.kind is Kind.RATE else hits
    where = and_(counted, candidate_rows(at, [metric], period), *in_slice(casebase, metric.subject, at, within))
    assert metric.dated_by is not None
    dated = metric.dated_by(at)
    last = select(func.max(dated)).select_from(needed(metric.subject.rows, [dated, where])).where(where)
    with casebase.reading() as connection:
        found: Any = connection.scalar(last)
    return None if found is None else pd.Timestamp(found).date()


def count_cases(
    casebase: ScopedCasebase,
    metric: str,
    part: Part = Part.HITS,
    *,
    as_of: datetime,
    period: Period | None = None,
    within: Slice = EVERYTHING,
) -> int:
    """How long the list is, without fetching it."""
    chosen, _, where = _resolve(casebase, metric, part, as_of, period, within)
    return count_rows(casebase, listed(chosen), where)


def has_cases(
    casebase: ScopedCasebase, metric: str, part: Part = Part.HITS, *, as_of: datetime, within: Slice = EVERYTHING
) -> bool:
    """Whether the list has any row, without counting them.

    Looked for among the first rows of a join, and only where none of these is in the list among all: before it hands
    over one row, a join of millions has read half of them.
    """
    chosen, _, where = _resolve(casebase, metric, part, as_of, None, within)
    rows = needed(listed(chosen).rows, [where])
    first = select(listed(chosen).key).select_from(rows).where(where).limit(1)
    with casebase.reading() as connection:
        key = _first_key(rows)
        if key is not None:
            among = key.in_(_fetched(casebase, select(key).limit(_SAMPLE)))
            if connection.scalar(first.where(among)) is not None:
                return True
        return connection.scalar(first) is not None


def _first_key(rows: FromClause) -> ColumnElement[Any] | None:
    """The first column of the key of the table that a join begins with; None of what is no join of tables."""
    first = rows
    while isinstance(first, Join):
        first = first.left
    return None if first is rows else next(iter(first.primary_key), None)


def list_rows(
    casebase: ScopedCasebase,
    subject: Subject,
    at: Moment,
    where: ColumnElement[bool],
    *,
    limit: int | None = None,
    offset: int = 0,
) -> pd.DataFrame:
    """Rows of a subject that match, in its order, with its columns; whole numbers with blanks are Int64.

    Of a page only the keys are sought among all rows; names are looked up for the page alone.
    """
    order = (subject.order(at), subject.key)
    expressions = {name: expression(at) for name, expression in subject.columns.items()} | _unit_code(subject, at)
    columns = [expression.label(name) for name, expression in expressions.items()]
    listing: Select[Any] = select(*columns).select_from(subject.rows).order_by(*order)
    keys = select(subject.key).select_from(subject.rows).where(where).order_by(*order)
    page = keys.limit(limit).offset(offset) if limit is not None or offset else None
    if _joins_cases(subject.rows):
        places = _places(casebase, keys.limit(_FEW + 1) if page is None else page)
        is_whole = page is not None or len(places) <= _FEW
        listing = _at_places(casebase, listing, subject.key, places) if is_whole else listing.where(where)
    elif page is not None:
        chosen = _fetched(casebase, page) if isinstance(subject.rows, Join) else page.correlate(None)
        listing = listing.where(subject.key.in_(chosen))
    else:
        listing = listing.where(where)
    return _told_apart(casebase, _whole(casebase.frame(listing), listing))


def _whole(rows: pd.DataFrame, listing: Select[Any]) -> pd.DataFrame:
    """Rows whose whole numbers are such beside blanks too, of which pandas would make fractions: 48.0."""
    numbers = [name for name, column in listing.selected_columns.items() if isinstance(column.type, Integer)]
    return rows.astype({name: "Int64" for name in numbers if rows[name].isna().any()})


def _joins_cases(rows: FromClause) -> bool:
    return isinstance(rows, Join) and (rows.right is petition or any(map(_joins_cases, (rows.left, rows.right))))


def _places(casebase: ScopedCasebase, keys: Select[Any]) -> list[tuple[Any, int | None]]:
    """Keys of rows, each with the place of its case; None of a row without one."""
    with casebase.reading() as connection:
        return [(key, place) for key, place in connection.execute(keys.add_columns(place_of_case(casebase)))]


def place_of_case(casebase: ScopedCasebase) -> ColumnElement[int]:
    """By what a case is fetched: in DuckDB its place in the file; PostgreSQL has an index of the keys."""
    on_duckdb = casebase.engine.dialect.name == "duckdb"
    return literal_column("petition.rowid", BigInteger) if on_duckdb else petition.c.petition_id


def with_cases_at(casebase: ScopedCasebase, statement: Select[Any], places: Select[Any]) -> Select[Any]:
    """A statement with the cases at these places in place of all cases.

    Of a join to cases DuckDB reads the columns that are listed of every case: 440 ms for 200 rows beside ten million.
    Cases that are asked for by their places are the only ones that it reads: 13 ms.
    """
    narrowed = select(petition).where(place_of_case(casebase).in_(places)).subquery("cases_at_places")
    adapted: Select[Any] = ClauseAdapter(narrowed).traverse(statement)
    return adapted


def _at_places(
    casebase: ScopedCasebase, listing: Select[Any], key: ColumnElement[Any], places: Sequence[tuple[Any, int | None]]
) -> Select[Any]:
    """The listing of these rows, read of their cases alone."""
    of_cases = literal([place for _, place in places if place is not None], ARRAY(BigInteger))
    narrowed = with_cases_at(casebase, listing, select(func.unnest(of_cases)))
    return narrowed.where(key.in_([key for key, _ in places]))


def _fetched(casebase: ScopedCasebase, keys: Select[Any]) -> list[Any]:
    """Keys that a join is narrowed to: only of those that it is told does DuckDB know how few they are."""
    with casebase.reading() as connection:
        return list(connection.scalars(keys))


def _unit_code(subject: Subject, at: Moment) -> dict[str, ColumnElement[Any]]:
    """The code of the unit beside its name, by which units of one name are told apart."""
    is_named = "unit" in subject.columns and "unit" in subject.dimensions
    return {_UNIT: subject.dimensions["unit"](at)} if is_named else {}


def _told_apart(casebase: ScopedCasebase, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows whose units of one name have their district before it (see names.units); without the codes."""
    if _UNIT not in rows.columns:
        return rows
    codes = rows.pop(_UNIT)
    shared = shared_units(casebase)
    if shared and len(rows):
        rows["unit"] = codes.map(shared).fillna(rows["unit"])
    return rows


def count_rows(casebase: ScopedCasebase, subject: Subject, where: ColumnElement[bool]) -> int:
    """How many rows of a subject match."""
    with casebase.reading() as connection:
        rows = needed(subject.rows, [where])
        return int(connection.scalar(select(func.count()).select_from(rows).where(where)) or 0)


def listed(metric: Metric) -> Subject:
    """What a list behind the metric shows."""
    return metric.lists or metric.subject


def _resolve(
    casebase: ScopedCasebase, name: str, part: Part, as_of: datetime, period: Period | None, within: Slice
) -> tuple[Metric, Moment, ColumnElement[bool]]:
    metric = metric_of(name)
    if metric.kind is Kind.PER_10K and part is not Part.HITS:
        raise UsageError(f"metric {metric.id} is divided by people; there is no list of them, ask for hits")
    as_of, period, within = span_of(metric, as_of, period, within)
    at = moment(casebase, as_of)
    among, hits = conditions(at, metric, period)
    chosen = {Part.HITS: hits, Part.AMONG: among, Part.MISSES: and_(among, hits.is_not(true()))}[part]
    narrowing = in_slice(casebase, metric.subject, at, within)
    if metric.only_open:
        narrowing.append(candidate_rows(at, [metric], period))  # said plainly, rows are found by it
    where = and_(chosen, *narrowing)
    if metric.distinct is not None:
        rows = needed(metric.subject.rows, [metric.distinct, where])
        where = listed(metric).key.in_(select(metric.distinct).select_from(rows).where(where))
    return metric, at, where
