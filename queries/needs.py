"""What a number needs of the data, read from its own predicates: without that it is not known, whatever they count.

A predicate is followed as SQL reads it, with nothing in the columns that the data does not fill. Where it can then only
come out false or empty, no row could ever count, and a 0 would say nothing: those columns are what the number lacks.
What is done sooner or later (closed_at …) is needed wherever it is looked at, since all rows would seem open
without it; what a number needs beyond its predicates is declared in `Metric.needs`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any, Literal

import numpy as np
import pandas as pd
from sqlalchemy import Alias, Case, Column, FromClause, Join, Null, Select, Subquery, Table
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, BooleanClauseList, Grouping, UnaryExpression
from sqlalchemy.sql.functions import coalesce
from sqlalchemy.sql.selectable import Exists, ScalarSelect
from sqlalchemy.sql.visitors import iterate

from casebase.engine import ScopedCasebase
from casebase.settings import DeadlineSettings
from casebase.workdays import Workdays
from queries import blanks
from queries.model import Kind, Metric, Moment
from queries.registry import METRICS

Truth = Literal["true", "false", "null", "any"]
# The defaults of columns that a source may leave out.
_DEFAULTS: Mapping[str, Truth] = {
    "petition.is_simple": "false",
    "petition.is_collective": "false",
    "petition.is_first": "true",
    "hearing.is_public": "false",
}
_POPULATION = "area.population"
# Reckoned while loading from what another column is reckoned from, too: one word for both.
_DERIVED_WITH = {
    "petition.five_day_due": "petition.is_simple",
    "petition.repeat_of": "petition.is_first",
    "petition.is_collective": "petition.people",
}


def unknown(casebase: ScopedCasebase) -> Mapping[str, tuple[str, ...]]:
    """The metrics that the data as it is cannot tell, each with what they lack (see `lacking`)."""
    return _unknown(blanks.blanks(casebase))


def without_unknown(casebase: ScopedCasebase, numbers: pd.DataFrame) -> pd.DataFrame:
    """A frame of numbers (columns metric, value) with the column unknown: what each lacks, joined by commas, or None.

    What the data cannot tell has no value.
    """
    lacks = {name: ",".join(lacking) for name, lacking in unknown(casebase).items()}
    if not lacks:
        return numbers.assign(unknown=np.full(len(numbers), None, dtype=object))
    missing = pd.Series([lacks.get(name) for name in numbers["metric"]], index=numbers.index, dtype=object)
    return numbers.assign(value=numbers["value"].where(missing.isna()), unknown=missing)


@lru_cache(maxsize=64)
def _unknown(blank: frozenset[str]) -> Mapping[str, tuple[str, ...]]:
    lacks_by_metric = {name: lacking(metric, blank) for name, metric in METRICS.items()}
    return {name: lacks for name, lacks in lacks_by_metric.items() if lacks}


def lacking(metric: Metric, blank: frozenset[str]) -> tuple[str, ...]:
    """What a metric lacks where these are blank: tables ("hearing") and columns ("petition.due_at"); () for nothing.

    `blank` names tables and columns as `blanks.blanks` does. In the order of the schema.
    """
    reader = _Reader(blank)
    reader.follow_joins(metric.subject.rows)
    lacks = set(reader.why_no_rows(metric.subject.rows))
    for expression in _expressions(metric):
        lacks |= reader.read(expression).lacks
    lacks |= reader.never_done
    needs = (*metric.needs, *((_POPULATION,) if metric.kind is Kind.PER_10K else ()))
    lacks |= {need.split(".")[0] if need.split(".")[0] in blank else need for need in needs if _is_blank(need, blank)}
    lacks -= {name for name, source in _DERIVED_WITH.items() if source in lacks}
    order = _order()
    return tuple(sorted(lacks, key=order.__getitem__))


@cache
def _expressions(metric: Metric) -> tuple[Any, ...]:
    """What a metric reads of its rows."""
    at = _Anytime(datetime(2026, 1, 1), DeadlineSettings(), _NO_DAYS)
    parts = (metric.among, metric.hit, metric.dated_by, metric.amount)
    own = () if metric.distinct is None else (metric.distinct,)
    return (*(part(at) for part in parts if part is not None), *own)


def split_lacks(metric: Metric, dimension: str, blank: frozenset[str]) -> tuple[str, ...]:
    """What a split of a metric by a dimension lacks, beyond what the metric itself lacks: see `lacking`.

    Bands and states are cases of conditions: one that no row can meet for want of a column leaves the rows that would
    have met it to the others, so that none of them can be believed.
    """
    reader = _Reader(blank)
    reader.follow_joins(metric.subject.rows)
    expression = metric.subject.dimensions[dimension](_Anytime(datetime(2026, 1, 1), DeadlineSettings(), _NO_DAYS))
    lacks = set(reader.read(expression).lacks)
    for one in (node for node in iterate(expression) if isinstance(node, Case)):
        for condition, _ in one.whens:
            lacks |= reader.read(condition).lacks
    lacks |= reader.never_done
    order = _order()
    return tuple(sorted(lacks, key=order.__getitem__))


def unknown_split(casebase: ScopedCasebase, metric: str, dimension: str) -> tuple[str, ...]:
    """What the data lacks for this metric split by this dimension; () where it lacks nothing."""
    return split_lacks(METRICS[metric], dimension, blanks.blanks(casebase))


def _is_blank(need: str, blank: frozenset[str]) -> bool:
    return need in blank or need.split(".")[0] in blank


@lru_cache(maxsize=1)
def _order() -> dict[str, int]:
    return {name: place for place, name in enumerate(blanks.names_of_columns())}


class _Anytime(Moment):
    """A moment whose calendar does not matter: it is only asked what a predicate looks at."""

    def workday(self, n: int) -> date:  # noqa: ARG002
        return self.today


_NO_DAYS = Workdays(np.array([], dtype="datetime64[D]"), np.array([], dtype=bool), np.array([], dtype=bool))


@dataclass(frozen=True)
class _Value:
    """What an expression can come out as, and the blanks that make it so."""

    truth: Truth = "any"
    blank: frozenset[str] = frozenset()

    @property
    def never(self) -> bool:
        """No row meets it as a condition."""
        return self.truth in ("false", "null")

    @property
    def lacks(self) -> frozenset[str]:
        return self.blank if self.never else frozenset()


_ANY = _Value()


class _Reader:
    """Reads expressions over data in which some tables and columns are blank."""

    def __init__(self, blank: frozenset[str]) -> None:
        self._blank = blank
        # Tables that a join finds no row of, and why.
        self._absent: dict[FromClause, frozenset[str]] = {}
        self.never_done: set[str] = set()

    def follow_joins(self, rows: FromClause) -> None:
        """Find out which tables of a join no row of it reaches."""
        if isinstance(rows, Join):
            self.follow_joins(rows.left)
            self.follow_joins(rows.right)
            met = self.read(rows.onclause)
            if met.never:
                self._absent[rows.right] = met.blank

    def why_no_rows(self, rows: FromClause) -> frozenset[str]:
        """Why there are no rows at all; empty where there may be some."""
        if isinstance(rows, Join):
            inner = (
                frozenset()
                if rows.isouter
                else self._absent.get(rows.right, frozenset()) | self.why_no_rows(rows.right)
            )
            return self.why_no_rows(rows.left) | inner
        if isinstance(rows, Subquery):
            element: Any = rows.element
            return self._why_empty(element) if isinstance(element, Select) else frozenset()
        table = _table(rows)
        return frozenset({table.name}) if table is not None and table.name in self._blank else frozenset()

    def read(self, expression: Any) -> _Value:
        """What an expression comes out as."""
        kind: type = type(expression)
        return _way_to_read(kind)(self, expression)

    def _of_parts(self, expression: Any) -> _Value:
        """An operator or function gives nothing for nothing."""
        parts = [self.read(one) for one in expression.get_children() if not isinstance(one, FromClause | Select)]
        empty = [part.blank for part in parts if part.truth == "null"]
        return _Value("null", _union(empty)) if empty else _ANY

    def _and_or(self, expression: BooleanClauseList) -> _Value:
        return _combine([self.read(one) for one in expression.clauses], either=expression.operator is operators.or_)

    def _coalesced(self, expression: coalesce[Any]) -> _Value:
        return _combine([self.read(one) for one in expression.clauses], either=True, truth="null")

    def _unary(self, expression: UnaryExpression[Any]) -> _Value:
        value = self.read(expression.element)
        return _negate(value) if expression.operator in (operators.inv, operators.is_false) else value

    def _binary(self, expression: BinaryExpression[Any]) -> _Value:
        if expression.operator in (operators.is_, operators.is_not):
            return _null_test(self.read(expression.left), none=expression.operator is operators.is_)
        chosen = _select_of(expression.right)
        if chosen is None:
            return self._of_parts(expression)
        blank = self._subquery_value(chosen).lacks | self.read(expression.left).lacks
        return _Value("false", blank) if blank else _ANY

    def _column(self, column: Column[Any]) -> _Value:
        source = column.table
        if isinstance(source, Subquery):
            element: Any = source.element
            return self._subquery_value(element, column.key) if isinstance(element, Select) else _ANY
        if source in self._absent:
            return _Value("null", self._absent[source])
        table = _table(source)
        if table is None:
            return _ANY
        if table.name in self._blank:
            return _Value("null", frozenset({table.name}))
        own = table.columns[column.key]
        name = blanks.name_of(own)
        if name not in self._blank:
            return _ANY
        if blanks.is_done(own):
            self.never_done.add(name)
        return _Value(_DEFAULTS.get(name, "null"), frozenset({name}))

    def _case(self, expression: Case[Any]) -> _Value:
        """Null where every branch that can be reached is."""
        blank: frozenset[str] = frozenset()
        for condition, result in expression.whens:
            met, value = self.read(condition), self.read(result)
            if not met.never and value.truth != "null":
                return _ANY
            blank |= met.lacks | value.lacks
            if met.truth == "true":
                return _Value("null", blank)
        otherwise = _Value("null") if expression.else_ is None else self.read(expression.else_)
        return _Value("null", blank | otherwise.lacks) if otherwise.truth == "null" else _ANY

    def _exists(self, expression: Exists) -> _Value:
        none = self._why_empty(_select_of(expression.element))
        return _Value("false", none) if none else _ANY

    def _why_empty(self, statement: Any) -> frozenset[str]:
        """Why a subquery has no row; empty where it may have some."""
        if not isinstance(statement, Select):
            return frozenset()
        none: frozenset[str] = frozenset()
        for rows in statement.get_final_froms():
            self.follow_joins(rows)
            none |= self.why_no_rows(rows)
        return none | (self.read(statement.whereclause).lacks if statement.whereclause is not None else frozenset())

    def _subquery_value(self, statement: Any, key: str | None = None) -> _Value:
        """A column of a subquery: null where there is no row, or nothing in it."""
        if not isinstance(statement, Select):
            return _ANY
        none = self._why_empty(statement)
        columns = statement.selected_columns
        return _Value("null", none) if none else self.read(columns[key] if key is not None else next(iter(columns)))


_WAYS: tuple[tuple[type, Callable[[_Reader, Any], _Value]], ...] = (
    (Null, lambda reader, _: _Value("null")),
    (Column, _Reader._column),
    (BooleanClauseList, _Reader._and_or),
    (Case, _Reader._case),
    (coalesce, _Reader._coalesced),
    (Exists, _Reader._exists),
    (ScalarSelect, lambda reader, one: reader._subquery_value(one.element)),
    (BinaryExpression, _Reader._binary),
    (Grouping, lambda reader, one: reader.read(one.element)),
    (UnaryExpression, _Reader._unary),
)


@cache
def _way_to_read(kind: type) -> Callable[[_Reader, Any], _Value]:
    """How an expression of a class is read: as the first of _WAYS that it is one of."""
    return next((way for base, way in _WAYS if issubclass(kind, base)), _Reader._of_parts)


def _combine(parts: list[_Value], *, either: bool, truth: Truth = "false") -> _Value:
    """All of these (either: one of them), as conditions; `truth` is what comes out where none can be met."""
    never = [part.blank for part in parts if part.never]
    if len(never) == len(parts) or (never and not either):
        return _Value(truth, _union(never))
    met = [part for part in parts if part.truth == "true"]
    if met and (either or len(met) == len(parts)):
        return _Value("true", _union(part.blank for part in met))
    return _ANY


def _null_test(value: _Value, *, none: bool) -> _Value:
    """IS NULL (none) or IS NOT NULL of a value."""
    if value.truth != "null":
        return _ANY
    return _Value("true" if none else "false", value.blank)


def _negate(value: _Value) -> _Value:
    turned: dict[Truth, Truth] = {"true": "false", "false": "true"}
    return _Value(turned.get(value.truth, value.truth), value.blank)


def _union(blanks: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset[str]().union(*blanks)


def _select_of(expression: Any) -> Any:
    """The statement in brackets; None where there is none."""
    while isinstance(expression, Grouping | ScalarSelect):
        expression = expression.element
    return expression if isinstance(expression, Select) else None


def _table(source: Any) -> Table | None:
    """The table of the schema that a column comes from."""
    while isinstance(source, Alias):
        source = source.element
    return source if isinstance(source, Table) else None
