"""Passes over the rows: one counts several metrics at once, and one statement makes several of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

import numpy as np
import pandas as pd
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
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

from casebase.engine import Casebase
from queries.model import Metric

TIME = ("month", "day")
FREQUENCY = {"month": "M", "day": "D"}
# A database plans each part of a statement by itself; one of hundreds of parts takes longer to plan than to answer.
_MOST_IN_A_STATEMENT = 24


@dataclass(frozen=True, eq=False)
class Cell:
    """One metric in one span of time, ready for SQL: what it looks at, and what of it counts (None: all)."""

    metric: Metric
    among: ColumnElement[bool]
    hit: ColumnElement[bool] | None
    amount: ColumnElement[Any] | None
    label: str | None = None


@dataclass(frozen=True, eq=False)
class Counts:
    """What a pass hands over: for each group of `labels` (by the names that they have in its rows), for each of `cells`
    the columns a<n> (among), h<n> (hits) and m<n> (the amount over the hits; None where there is none).
    """

    labels: Mapping[str, ColumnElement[Any]]
    cells: Sequence[tuple[ColumnElement[int], ColumnElement[int], ColumnElement[Any] | None]]


class Pass(Protocol):
    """One pass over the rows of a subject: how it counts, and the numbers that come of it."""

    def counts(self) -> Counts:
        """Its counts, group by group of its labels."""

    def numbers(self, wide: pd.DataFrame) -> pd.DataFrame:
        """From its rows (columns as `Counts` names them) one row a metric and group: see `Scan.numbers`."""


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

    def counts(self) -> Counts:
        """Flags below, counting above: expressions with parameters or subqueries stay out of GROUP BY."""
        flags = [expression.label(f"by_{name}") for name, expression in self.labels.items()]
        flags += [flag.label(name) for n, cell in enumerate(self.cells) for name, flag in _flags(n, cell)]
        parts = [
            select(*flags).select_from(self.rows).where(*self.where, condition, *(_is_not(one) for one in earlier))
            for condition, earlier in ((one, self.found_by[:n]) for n, one in enumerate(self.found_by))
        ]
        inner = (parts[0] if len(parts) == 1 else union_all(*parts)).subquery()
        labels = {f"by_{name}": inner.c[f"by_{name}"] for name in self.labels}
        return Counts(labels, [_counted(inner.c, n, cell) for n, cell in enumerate(self.cells)])

    def numbers(self, wide: pd.DataFrame) -> pd.DataFrame:
        """metric, the labels, hits, among (int), amount (float): built as whole columns, a page asks for hundreds."""
        rows, cells = len(wide), self.cells
        columns: dict[str, Any] = {"metric": np.repeat(np.array([c.metric.id for c in cells], dtype=object), rows)}
        for name in self.labels:
            # Kept as objects: a column of strings would turn None into NaN.
            columns[name] = pd.Series(_as_text(wide[f"by_{name}"], name) * len(cells), dtype=object)
        if self.span and self.span not in columns:
            columns[self.span] = np.repeat(np.array([cell.label for cell in cells], dtype=object), rows)
        for column, letter in (("hits", "h"), ("among", "a")):
            columns[column] = np.concatenate([wide[f"{letter}{n}"].to_numpy("int64") for n in range(len(cells))])
        nothing = np.full(rows, np.nan)
        amounts = [nothing if c.amount is None else wide[f"m{n}"].to_numpy("float64") for n, c in enumerate(cells)]
        numbers = pd.DataFrame(columns | {"amount": np.concatenate(amounts)})
        return numbers[numbers["among"] > 0] if self.labels or self.span else numbers


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

    def counts(self) -> Counts:
        """Counts of rows by when they came and when they left, as further labels."""
        flags = [expression.label(f"by_{name}") for name, expression in self.labels.items()]
        steps = [self._step(time).label(name) for name, time in (("came", self.start), ("left", self.end))]
        inner = select(*flags, *steps).select_from(self.rows).where(*self.where).subquery()
        return Counts(dict(inner.c), [(func.count(), func.count(), None)])

    def _step(self, time: ColumnElement[datetime]) -> ColumnElement[int]:
        """The place of the first moment that a time is not after; one past the last where it is blank or later."""
        steps = [(time <= moment, literal_column(str(n), Integer)) for n, (_, moment) in enumerate(self.moments)]
        return case(*steps, else_=literal_column(str(len(self.moments)), Integer))

    def numbers(self, wide: pd.DataFrame) -> pd.DataFrame:
        """As `Scan.numbers`; groups of which nothing is there at a moment have no row for it."""
        names = list(self.labels)
        columns = {name: pd.Series(_as_text(wide[f"by_{name}"], name), dtype=object) for name in names}
        steps = pd.DataFrame(columns | {name: wide[name].to_numpy("int64") for name in ("came", "left")})
        steps["hits"] = wide["a0"].to_numpy("int64")
        parts = [self._at(steps, n, label) for n, (label, _) in enumerate(self.moments)]
        numbers = pd.concat(parts, ignore_index=True)
        return numbers.assign(metric=self.metric.id, among=numbers["hits"], amount=np.nan)

    def _at(self, steps: pd.DataFrame, n: int, label: str) -> pd.DataFrame:
        there = steps[(steps["came"] <= n) & (steps["left"] > n)]
        if self.labels:
            counted = there.groupby(list(self.labels), dropna=False, sort=False)["hits"].sum().reset_index()
            for name in self.labels:  # a key without a value comes back as NaN
                counted[name] = pd.Series([None if pd.isna(key) else key for key in counted[name]], dtype=object)
        else:
            counted = pd.DataFrame({"hits": [there["hits"].sum()] if len(there) else []}, dtype="int64")
        counted[self.span] = np.full(len(counted), label, dtype=object)
        return counted


def read(casebase: Casebase, passes: Sequence[Pass]) -> list[pd.DataFrame]:
    """The numbers of passes, in their order; those that are split by columns of the same kinds in one statement."""
    alike: dict[tuple[str, ...], list[tuple[Pass, Counts]]] = {}
    for one in passes:
        counts = one.counts()
        alike.setdefault(tuple(map(_kind, counts.labels.values())), []).append((one, counts))
    numbers: dict[Pass, pd.DataFrame] = {}
    for group in alike.values():
        for first in range(0, len(group), _MOST_IN_A_STATEMENT):
            numbers |= _read(casebase, group[first : first + _MOST_IN_A_STATEMENT])
    return [numbers[one] for one in passes]


def _kind(expression: ColumnElement[Any]) -> str:
    try:
        return expression.type.python_type.__name__
    except NotImplementedError:
        return type(expression.type).__name__


def _read(casebase: Casebase, passes: Sequence[tuple[Pass, Counts]]) -> Iterator[tuple[Pass, pd.DataFrame]]:
    wide = casebase.frame(_statement([counts for _, counts in passes]))
    for number, (one, counts) in enumerate(passes):
        own = wide[wide["pass"] == number].rename(columns={f"by{n}": name for n, name in enumerate(counts.labels)})
        yield one, one.numbers(own.reset_index(drop=True))


def _statement(counts: Sequence[Counts]) -> Select[Any] | CompoundSelect[Any]:
    """pass (its number), by0, by1, …, then a0, h0, m0, a1, … as far as the widest needs; the others' are blank."""
    most = max(len(counted.cells) for counted in counts)
    with_amount = {n for counted in counts for n, (_, _, amount) in enumerate(counted.cells) if amount is not None}
    selects = [_select(number, counted, most, with_amount) for number, counted in enumerate(counts)]
    return selects[0] if len(selects) == 1 else union_all(*selects)


def _select(number: int, counted: Counts, most: int, with_amount: set[int]) -> Select[Any]:
    columns: list[ColumnElement[Any]] = [literal_column(str(number), Integer).label("pass")]
    columns += [label.label(f"by{n}") for n, label in enumerate(counted.labels.values())]
    for n in range(most):
        among, hits, amount = counted.cells[n] if n < len(counted.cells) else (None, None, None)
        for name, count in ((f"a{n}", among), (f"h{n}", hits)):
            columns.append((cast(null(), BigInteger) if count is None else count).label(name))
        if n in with_amount:
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


def _span_text(number: float, span: str) -> str | None:
    if pd.isna(number):
        return None
    if span == "day":
        return str(date(1970, 1, 1) + timedelta(days=int(number)))
    return f"{int(number) // 12:04d}-{int(number) % 12 + 1:02d}"


def _as_text(column: pd.Series, name: str) -> list[str | None]:
    if name in TIME:
        return [_span_text(number, name) for number in column]
    return [None if pd.isna(value) else str(value) for value in column]
