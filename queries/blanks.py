"""What of the data is not there at all: tables without a row, columns that no row fills.

A column that is empty in every row was never loaded: what is computed from it is not known, which is not the same as 0.
It is a fact of the whole case base, not of a scope, a slice or a moment, and is asked once a version of the data.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    Subquery,
    Table,
    Text,
    and_,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)

from casebase import schema
from casebase.engine import ScopedCasebase
from casebase.scope import every_row
from queries.once_a_version import once_a_version

# The places of the lowest level: hardly a table of their own, but numbers are shares of them.
COMMUNITIES = "community"
_LOWEST = 4
_area, _grid, _grid_task = map(every_row, (schema.area, schema.grid, schema.grid_task))
_grid_worker, _agent, _social_org = map(every_row, (schema.grid_worker, schema.agent, schema.social_org))
_hearing, _mediation, _supervision = map(every_row, (schema.hearing, schema.mediation, schema.supervision))
_petition, _proposal = map(every_row, (schema.petition, schema.proposal))
_TABLES: tuple[Table, ...] = (
    _area,
    every_row(schema.unit),
    every_row(schema.category),
    _petition,
    _grid,
    _grid_worker,
    _agent,
    _grid_task,
    _social_org,
    _mediation,
    every_row(schema.expert),
    _hearing,
    every_row(schema.hearing_expert),
    every_row(schema.hearing_participant),
    every_row(schema.expert_task),
    every_row(schema.reception),
    _supervision,
    _proposal,
    every_row(schema.model_case),
)
_p = _petition.c
# Columns that every row fills, often with a default: the condition by which a row shows that its source filled them.
# Repeats are recognised by the person and the class, or a source names them itself.
_SAME_PERSON = and_(_p.petitioner_key.is_not(None), _p.category_code.is_not(None))
_FILLED_WHERE: Mapping[Column[Any], ColumnElement[bool]] = {
    _p.is_simple: _p.is_simple,
    _p.is_collective: or_(_p.is_collective, _p.people > 1),
    _p.people: _p.people > 1,
    _p.is_first: or_(not_(_p.is_first), _SAME_PERSON),
    _p.repeat_of: or_(_p.repeat_of.is_not(None), _SAME_PERSON),
    _p.extended_days: _p.extended_days > 0,
    _hearing.c.is_public: _hearing.c.is_public,
}
# Columns that may be empty in every row and still say something: still at work, founded long ago.
_MEANINGFUL_BLANKS = (_grid_worker.c.active_to, _agent.c.active_to, _social_org.c.founded_on)
# What is done sooner or later, and when it began. Empty in all rows it tells that nothing is done yet while the first
# row is young; older than the longest limit of the law (60 days and 30 of extension), that nobody wrote it down.
_DONE: Mapping[Column[Any], Column[Any]] = {
    _p.closed_at: _p.registered_at,
    _grid_task.c.contacted_at: _grid_task.c.pushed_at,
    _grid_task.c.finished_at: _grid_task.c.pushed_at,
    _mediation.c.closed_at: _mediation.c.opened_at,
    _supervision.c.replied_at: _supervision.c.issued_at,
    _proposal.c.feedback_at: _proposal.c.made_at,
}
_DONE_NAMES = frozenset(f"{column.table.name}.{column.name}" for column in _DONE)
_YOUNG = timedelta(days=90)
# Most columns are filled in one of so many rows; the rest of a table is read for the others alone.
_FIRST_ROWS = 2_000


def is_done(column: Column[Any]) -> bool:
    """Whether the column tells that something is done: where it is not known, nothing is known to be open either."""
    return name_of(column) in _DONE_NAMES


def names_of_columns() -> list[str]:
    """All that can be blank, as `blanks` names it."""
    columns = [name_of(column) for table in _TABLES for column in _conditions(table)]
    return [*(table.name for table in _TABLES), COMMUNITIES, *columns]


def name_of(column: Column[Any]) -> str:
    """A column as `blanks` names it: petition.due_at."""
    return f"{column.table.name}.{column.name}"


@once_a_version
def blanks(casebase: ScopedCasebase) -> frozenset[str]:
    """The tables without a row ("hearing"), and of the others the columns that no row fills ("petition.due_at")."""
    with casebase.reading_facts() as connection:
        return frozenset(_blank_names(connection))


@cache
def _first_rows_filled() -> Select[Any]:
    """All tables' first rows in one statement: each is one row of flags, so that joined they are one row of all."""
    first = [_filled_at_first(table) for table in _TABLES]
    joined: Any = first[0]
    for one in first[1:]:
        joined = joined.join(one, true())
    return select(*(column for one in first for column in one.c)).select_from(joined)


def _blank_names(connection: Connection) -> Iterator[str]:
    values = iter(connection.execute(_first_rows_filled()).one())
    unfilled: list[tuple[Table, Column[Any]]] = []
    for table in _TABLES:
        has_rows, *flags = (next(values) for _ in range(len(_conditions(table)) + 1))
        if has_rows:
            unfilled += [(table, column) for column, flag in zip(_conditions(table), flags, strict=True) if not flag]
        else:
            yield table.name
    yield from (name_of(column) for column in _never_filled(connection, unfilled))
    communities = select(_area.c.code).where(_area.c.level == _LOWEST).limit(1)
    if connection.scalar(communities) is None:
        yield COMMUNITIES


def _never_filled(connection: Connection, columns: list[tuple[Table, Column[Any]]]) -> Iterator[Column[Any]]:
    """Of columns that the first rows do not fill, those that no row fills: looked for until the first that does."""
    if not columns:
        return
    conditions = [(table, _conditions(table)[column]) for table, column in columns]
    filled = [exists(select(literal(1)).select_from(table).where(condition)) for table, condition in conditions]
    flags = connection.execute(select(*(flag.label(f"f{n}") for n, flag in enumerate(filled)))).one()
    for (table, column), flag in zip(columns, flags, strict=True):
        if not flag and not (column in _DONE and _is_young(connection, table, _DONE[column])):
            yield column


def _is_young(connection: Connection, table: Table, begun: Column[Any]) -> bool:
    first, last = connection.execute(select(func.min(begun), func.max(begun)).select_from(table)).one()
    return bool(last - first <= _YOUNG)


def _filled_at_first(table: Table) -> Subquery:
    """One row: whether there is a row, and for each column whether one of the first rows fills it."""
    flags = [condition.label(f"f{n}") for n, condition in enumerate(_conditions(table).values())]
    flagged = select(literal(1).label("row"), *flags).select_from(table).limit(_FIRST_ROWS).subquery()
    any_flags = [func.bool_or(flagged.c[f"f{n}"]).label(f"f{n}") for n in range(len(flags))]
    return select((func.count() > 0).label("row"), *any_flags).select_from(flagged).subquery(f"in_{table.name}")


@cache
def _conditions(table: Table) -> dict[Column[Any], ColumnElement[bool]]:
    """By column that may be blank: what a row that fills it meets. Long texts are no part of a number."""
    conditions: dict[Column[Any], ColumnElement[bool]] = {}
    for column in table.columns:
        if column in _FILLED_WHERE:
            conditions[column] = _FILLED_WHERE[column]
        elif column.nullable and not isinstance(column.type, Text) and column not in _MEANINGFUL_BLANKS:
            conditions[column] = column.is_not(None)
    return conditions
