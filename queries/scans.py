"""Passes over the rows: one counts several metrics at once, and one statement makes several of them."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import Any, NamedTuple, Protocol

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Double,
    FromClause,
    Integer,
    Select,
    and_,
    case,
    cast,
    distinct,
    extract,
    func,
    literal_column,
    null,
    select,
    true,
    type_coerce,
    union_all,
)
from sqlalchemy.sql.util import ClauseAdapter

from casebase.engine import ScopedCasebase
from casebase.schema import petition
from queries.joins import needed
from queries.model import Metric

TIME = ("month", "day")
FREQUENCY = {"month": "M", "day": "D"}
# A database plans each part of a statement by itself; one of hundreds of parts takes longer to plan than to answer.
_MOST_IN_A_STATEMENT = 24
# So many looks at cases are better served by the few that they may find than by all.
_SEVERAL = 3


@dataclass(frozen=True, eq=False)
class Cell:
    """One metric in one span of time, ready for SQL: what it looks at, and what of it counts (None: all)."""

    metric: Metric
    among: ColumnElement[bool]
    hit: ColumnElement[bool] | None
    amount: ColumnElement[Any] | None
    label: str | None = None


@dataclass(frozen=True, eq=False)
class Grouping:
    """What a pass hands over: for each group of `labels` (by the names that they have in its rows), for each of `cells`
    the columns a<n> (among), h<n> (hits) and m<n> (the amount over the hits; None where there is none).
    """

    labels: Mapping[str, ColumnElement[Any]]
    cells: Sequence[tuple[ColumnElement[int], ColumnElement[int], ColumnElement[Any] | None]]


class Group(NamedTuple):
    """A row of a pass: the values of its labels; for each cell among, hits, and the amount where there is one."""

    labels: tuple[Any, ...]
    cells: Sequence[tuple[int, int, float | None]]


class Number(NamedTuple):
    """What a pass found of a metric in a group: `keys` by the names of what it is split by, as text or None."""

    metric: str
    keys: Mapping[str, str | None]
    hits: int
    among: int
    amount: float


class Pass(Protocol):
    """One pass over the rows of a subject: how it counts, and the numbers that come of it."""

    def counts(self) -> Grouping:
        """Its counts, group by group of its labels."""

    def numbers(self, groups: Sequence[Group]) -> Iterator[Number]:
        """From its groups, the numbers of each metric; none of a group in which a metric looks at nothing."""


@dataclass(frozen=True, eq=False)
class Scan:
    """Rows of one subject, read once: `cells` of them are counted, split by `labels`.

    Rows are in the slice (`where`) and meet one of the conditions of `found_by`, each of which has a column of its own:
    a database finds the rows of each by itself, but not those of one *or* another.
    `span` is the dimension of time among the labels, or the one that the cells' own labels tell.
    """

    rows: FromClause
    labels: Mapping[str, ColumnElement[Any]]
    cells: Sequence[Cell]
    where: Sequence[ColumnElement[bool]]
    found_by: Sequence[ColumnElement[bool]]
    span: str | None = None

    @property
    def few_cases(self) -> ColumnElement[bool] | None:
        """Which few cases it looks at, where its subject says so."""
        return self.cells[0].metric.subject.few_cases

    def counts(self) -> Grouping:
        """Flags below, counting above: expressions with parameters or subqueries stay out of GROUP BY."""
        flags = [expression.label(f"by_{name}") for name, expression in self.labels.items()]
        flags += [flag.label(name) for n, cell in enumerate(self.cells) for name, flag in _flags(n, cell)]
        rows = needed(self.rows, self.expressions())
        parts = [
            select(*flags).select_from(rows).where(*self.where, condition, *(_is_not(one) for one in earlier))
            for condition, earlier in ((one, self.found_by[:n]) for n, one in enumerate(self.found_by))
        ]
        inner = (parts[0] if len(parts) == 1 else union_all(*parts)).subquery()
        labels = {f"by_{name}": inner.c[f"by_{name}"] for name in self.labels}
        return Grouping(labels, [_counted(inner.c, n, cell) for n, cell in enumerate(self.cells)])

    def expressions(self) -> Iterator[ColumnElement[Any]]:
        """All that it reads."""
        yield from (*self.labels.values(), *self.where, *self.found_by)
        for cell in self.cells:
            of_cell = cell.among, cell.hit, cell.amount, cell.metric.distinct
            yield from (one for one in of_cell if one is not None)

    def numbers(self, groups: Sequence[Group]) -> Iterator[Number]:
        """Those of each cell: all of them where nothing is split, also of nothing."""
        is_split = bool(self.labels or self.span)
        for group in groups:
            keys = _keys(self.labels, group.labels)
            for cell, (among, hits, amount) in zip(self.cells, group.cells, strict=True):
                if among or not is_split:
                    own = keys if cell.label is None or self.span is None else keys | {self.span: cell.label}
                    yield Number(cell.metric.id, own, hits, among, math.nan if amount is None else amount)


def _is_not(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """False, or unknown for want of the column."""
    return condition.is_not(true())


def _flags(n: int, cell: Cell) -> Iterator[tuple[str, ColumnElement[Any]]]:
    yield f"a{n}", cell.among
    if cell.hit is not None:
        yield f"h{n}", cell.hit
    if cell.metric.distinct is not None:
        yield f"k{n}", cell.metric.distinct
    if cell.amount is not None:
        yield f"m{n}", cell.amount


def _counted(
    flags: Any, n: int, cell: Cell
) -> tuple[ColumnElement[int], ColumnElement[int], ColumnElement[Any] | None]:
    counted = func.count(distinct(flags[f"k{n}"])) if cell.metric.distinct is not None else func.count()
    among = flags[f"a{n}"]
    hits = among if cell.hit is None else and_(among, flags[f"h{n}"])
    amount = None if cell.amount is None else func.sum(flags[f"m{n}"]).filter(hits)
    return counted.filter(among), counted.filter(hits), amount


@dataclass(frozen=True, eq=False)
class Balance:
    """A stock at several moments by one pass: who came by then, less who left by then.

    Each row is counted with the first of the moments at which it had come (`start`) and had left (`end`, blank: not
    yet). `moments` are in order, each with its label; `span` is the dimension that they are labelled by. Rows that meet
    `where` are those that had not left by the first moment, at least.
    """

    metric: Metric
    rows: FromClause
    labels: Mapping[str, ColumnElement[Any]]
    start: ColumnElement[datetime]
    end: ColumnElement[datetime]
    moments: Sequence[tuple[str, datetime]]
    where: Sequence[ColumnElement[bool]]
    span: str

    def counts(self) -> Grouping:
        """Counts of rows by when they came and when they left, as further labels."""
        flags = [expression.label(f"by_{name}") for name, expression in self.labels.items()]
        steps = [self._step(time).label(name) for name, time in (("came", self.start), ("left", self.end))]
        rows = needed(self.rows, self.expressions())
        inner = select(*flags, *steps).select_from(rows).where(*self.where).subquery()
        return Grouping(dict(inner.c), [(func.count(), func.count(), None)])

    def expressions(self) -> Iterator[ColumnElement[Any]]:
        """All that it reads."""
        yield from (*self.labels.values(), *self.where, self.start, self.end)

    def _step(self, time: ColumnElement[datetime]) -> ColumnElement[int]:
        """The place of the first moment that a time is not after; one past the last where it is blank or later."""
        steps = [(time <= moment, literal_column(str(n), Integer)) for n, (_, moment) in enumerate(self.moments)]
        return case(*steps, else_=literal_column(str(len(self.moments)), Integer))

    def numbers(self, groups: Sequence[Group]) -> Iterator[Number]:
        """Of each of its labels' groups at each moment; none of a moment at which nothing is there."""
        moves: dict[tuple[Any, ...], list[int]] = {}
        for group in groups:
            labels, (came, left) = group.labels[:-2], group.labels[-2:]
            change = moves.setdefault(labels, [0] * (len(self.moments) + 1))
            if came < left:
                change[came] += group.cells[0][0]
                change[left] -= group.cells[0][0]
        for labels, change in moves.items():
            keys = _keys(self.labels, labels)
            for (label, _), there in zip(self.moments, accumulate(change), strict=False):
                if there:
                    yield Number(self.metric.id, keys | {self.span: label}, there, there, math.nan)


def read(casebase: ScopedCasebase, passes: Sequence[Pass]) -> list[list[Number]]:
    """The numbers of passes, in their order; those that are split by columns of the same kinds in one statement."""
    alike: dict[tuple[str, ...], list[tuple[Pass, Grouping]]] = {}
    for one in passes:
        counts = one.counts()
        alike.setdefault(tuple(map(_kind, counts.labels.values())), []).append((one, counts))
    numbers: dict[Pass, list[Number]] = {}
    for group in alike.values():
        for first in range(0, len(group), _MOST_IN_A_STATEMENT):
            numbers |= _read(casebase, group[first : first + _MOST_IN_A_STATEMENT])
    return [numbers[one] for one in passes]


def _kind(expression: ColumnElement[Any]) -> str:
    try:
        return expression.type.python_type.__name__
    except NotImplementedError:
        return type(expression.type).__name__


def _read(casebase: ScopedCasebase, passes: Sequence[tuple[Pass, Grouping]]) -> Iterator[tuple[Pass, list[Number]]]:
    """Rows as they come, and no frames: a page has some sixty passes, most of a row or two."""
    counts_of = [counts for _, counts in passes]
    labels, (most, with_amount) = len(counts_of[0].labels), _width(counts_of)
    groups: list[list[Group]] = [[] for _ in passes]
    selects = _fetching_cases_once(casebase, _selects(counts_of), [one for one, _ in passes])
    for number, *values in casebase.rows(selects[0] if len(selects) == 1 else union_all(*selects)):
        end = labels + 2 * len(passes[number][1].cells)
        amounts = dict(zip(with_amount, values[labels + 2 * most :], strict=True))
        pairs = zip(values[labels:end:2], values[labels + 1 : end : 2], strict=True)
        cells = [(among, hits, amounts.get(n)) for n, (among, hits) in enumerate(pairs)]
        groups[number].append(Group(tuple(values[:labels]), cells))
    for (one, _), rows in zip(passes, groups, strict=True):
        yield one, list(one.numbers(rows))


def _fetching_cases_once(
    casebase: ScopedCasebase, selects: Sequence[Select[Any]], passes: Sequence[Pass]
) -> list[Select[Any]]:
    """The parts of a statement, in which those that look several times at few cases read these in place of all.

    DuckDB seeks the cases of a join among all of them, and reads all for each question that is asked of them, for each
    pass and moment anew. PostgreSQL has indexes.
    """
    few_of = [one.few_cases if isinstance(one, Scan) else None for one in passes]
    looks = Counter[ColumnElement[bool]]()
    if casebase.engine.dialect.name == "duckdb":
        for one in passes:
            if isinstance(one, Scan) and one.few_cases is not None:
                looks[one.few_cases] += len(one.cells)
    fetched = [few for few, times in looks.items() if times >= _SEVERAL]
    adapters = {few: ClauseAdapter(select(petition).where(few).cte(f"few_cases{n}")) for n, few in enumerate(fetched)}
    return [adapters[few].traverse(one) if few in adapters else one for one, few in zip(selects, few_of, strict=True)]


def _width(counts: Sequence[Grouping]) -> tuple[int, list[int]]:
    """How many cells the widest has, and which of the places of cells have an amount in any."""
    with_amount = {n for counted in counts for n, (_, _, amount) in enumerate(counted.cells) if amount is not None}
    return max(len(counted.cells) for counted in counts), sorted(with_amount)


def _selects(counts: Sequence[Grouping]) -> list[Select[Any]]:
    """The parts of a statement, one a pass: pass (its number), by0, by1, …, then a0, h0, a1, h1, … as far as the widest
    needs, then the amounts m<n>.

    What a narrower one does not have is blank.
    """
    most, with_amount = _width(counts)
    return [_select(number, counted, most, with_amount) for number, counted in enumerate(counts)]


def _select(number: int, counted: Grouping, most: int, with_amount: Sequence[int]) -> Select[Any]:
    columns: list[ColumnElement[Any]] = [literal_column(str(number), Integer).label("pass")]
    columns += [label.label(f"by{n}") for n, label in enumerate(counted.labels.values())]
    cells = [*counted.cells, *[(None, None, None)] * (most - len(counted.cells))]
    for n, (among, hits, _) in enumerate(cells):
        for name, count in ((f"a{n}", among), (f"h{n}", hits)):
            columns.append((cast(null(), BigInteger) if count is None else count).label(name))
    for n in with_amount:
        amount = cells[n][2]
        columns.append(cast(null() if amount is None else amount, Double).label(f"m{n}"))
    return select(*columns).group_by(*counted.labels.values())


def span_number(time: ColumnElement[Any], span: str) -> ColumnElement[int]:
    """The month or day that a time lies in, as a number: months since the year 0, days since 1970.

    Numbers, as the database reckons them in a quarter of the time that it takes to cut a time to its month.
    """
    day = cast(time, Date)
    if span == "day":
        return type_coerce(day - literal_column("DATE '1970-01-01'", Date), Integer)
    return cast(extract("year", day) * 12 + extract("month", day) - 1, Integer)


def _keys(names: Iterable[str], labels: Sequence[Any]) -> dict[str, str | None]:
    return {name: _as_text(value, name) for name, value in zip(names, labels, strict=True)}


@lru_cache(maxsize=4096)
def _span_text(number: int, span: str) -> str:
    if span == "day":
        return str(date(1970, 1, 1) + timedelta(days=number))
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def _as_text(value: Any, name: str) -> str | None:
    if value is None:
        return None
    return _span_text(int(value), name) if name in TIME else str(value)
