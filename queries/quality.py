"""数据质量: what `casebase check` finds, with the rows behind each finding, the loads and how old the data is."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Column, ColumnElement, Table, func, not_, or_, select

from casebase import checks
from casebase.checks import Rule
from casebase.engine import ScopedCasebase
from casebase.errors import UsageError
from casebase.schema import (
    expert_task,
    grid_task,
    hearing,
    load_reject,
    load_run,
    mediation,
    petition,
    proposal,
    reception,
    supervision,
)
from queries.model import Expression, Fixed, moment
from queries.subjects import PETITION, p

# Days and years that the calendar lacks stand in no table.
CALENDAR = "calendar"
# 检举控告 is on no screen, not even where it is incomplete.
_RESTRICTED = select(p.petition_id).where(p.restricted)
_LISTABLE: Mapping[Table, ColumnElement[bool]] = {
    petition: not_(p.restricted),
    **{
        table: or_(table.c.petition_id.is_(None), table.c.petition_id.not_in(_RESTRICTED))
        for table in (grid_task, mediation, hearing, expert_task, reception, supervision, proposal)
    },
}
_TIMES = ("forwarded_at", "accepted_at", "evaluated_at")
_CODES = ("district_code", "street_code", "community_code", "category_code", "unit_id", "grid_id")
_CHOICES = ("purpose", "satisfaction_bureau", "satisfaction_unit")


def findings(casebase: ScopedCasebase) -> pd.DataFrame:
    """What is wrong or missing, errors first: name, severity ("error", "warning"), table, count, among (its rows).

    Of rejects, which have a table of their own, among are the rows that the load read. Only findings
    with a row. The rules are those of `python -m casebase check`; cases of 检举控告 are left out here.
    """
    rules = checks.rules(casebase.settings.deadlines)
    with casebase.reading() as connection:
        counts = checks.count_rows(connection, rules, _LISTABLE)
        tables = dict.fromkeys(rule.table for rule in rules if counts[rule.name])
        sizes = {table: connection.scalar(_size(table)) for table in tables}
        lacking = checks.calendar(connection)
    rows = [
        (rule.name, rule.severity, rule.table.name, counts[rule.name], sizes[rule.table])
        for rule in rules
        if counts[rule.name]
    ]
    rows += [(one.name, one.severity, CALENDAR, one.count, None) for one in lacking if one.count]
    frame = pd.DataFrame(rows, columns=["name", "severity", "table", "count", "among"])
    frame = frame.sort_values("severity", kind="stable", ignore_index=True)
    return frame.astype({"count": "int64", "among": "Int64"})


def rows(
    casebase: ScopedCasebase, name: str, *, as_of: datetime, limit: int | None = None, offset: int = 0
) -> pd.DataFrame:
    """The rows of a finding, by key: of cases the columns of any list of cases and the fields that rules look at.

    Of the calendar: day, or year. Raises UsageError for an unknown finding.
    """
    if name in ("calendar_gaps", "unpublished_years", "no_calendar"):
        return _of_calendar(casebase, name).iloc[offset : None if limit is None else offset + limit]
    rule = _rule(casebase, name)
    table, keys = rule.table, list(rule.table.primary_key.columns)
    columns = _columns(casebase, table, as_of)
    statement = select(*columns).select_from(table).where(rule.where, *_only_listable(table)).order_by(*keys)
    if limit is not None or offset:
        statement = statement.limit(limit).offset(offset)
    return casebase.frame(statement)


def loads(casebase: ScopedCasebase) -> pd.DataFrame:
    """Every load, the last first: load_id, started_at, source, file_name, rows_read, rows_loaded, rows_rejected."""
    run = load_run.c
    columns = (
        run.load_id,
        run.started_at,
        run.source,
        run.file_name,
        run.rows_read,
        run.rows_loaded,
        run.rows_rejected,
    )
    statement = select(*columns).order_by(run.load_id.desc())
    return casebase.frame(statement)


def rejects(casebase: ScopedCasebase, load_id: int, *, limit: int | None = None, offset: int = 0) -> pd.DataFrame:
    """The rows that a load did not take: line_no, column_name, reason.

    Their text is in the operator's rejects file alone.
    """
    reject = load_reject.c
    columns = (reject.line_no, reject.column_name, reject.reason)
    statement = select(*columns).where(reject.load_id == load_id).order_by(reject.line_no)
    if limit is not None or offset:
        statement = statement.limit(limit).offset(offset)
    return casebase.frame(statement)


def ages(casebase: ScopedCasebase) -> pd.DataFrame:
    """How old the data of each source is: source, cases, first_at and last_at (registered), updated_at (the latest)."""
    columns = (func.count(), func.min(p.registered_at), func.max(p.registered_at), func.max(p.updated_at))
    statement = select(p.source, *columns).where(not_(p.restricted)).group_by(p.source).order_by(p.source)
    with casebase.reading() as connection:
        sources = connection.execute(statement).all()
    return pd.DataFrame(sources, columns=["source", "cases", "first_at", "last_at", "updated_at"])


def _rule(casebase: ScopedCasebase, name: str) -> Rule:
    for rule in checks.rules(casebase.settings.deadlines):
        if rule.name == name:
            return rule
    raise UsageError(f"finding {name}: unknown; python -m casebase check shows them all")


def _only_listable(table: Table) -> list[ColumnElement[bool]]:
    return [_LISTABLE[table]] if table in _LISTABLE else []


def _size(table: Table) -> Any:
    if table is load_reject:
        last = select(func.max(load_run.c.load_id)).scalar_subquery()
        return select(load_run.c.rows_read).where(load_run.c.load_id == last)
    return select(func.count()).select_from(table).where(*_only_listable(table))


def _columns(casebase: ScopedCasebase, table: Table, as_of: datetime) -> list[ColumnElement[Any]]:
    if table is not petition:
        hidden: set[Column[Any]] = {column for column in table.columns if column.name in ("shape", "sha256")}
        return [column for column in table.columns if column not in hidden]
    at = moment(casebase, as_of)
    more: dict[str, Expression] = {name: Fixed(petition.c[name]) for name in (*_TIMES, *_CODES, *_CHOICES)}
    return [expression(at).label(name) for name, expression in {**PETITION.columns, **more}.items()]


def _of_calendar(casebase: ScopedCasebase, name: str) -> pd.DataFrame:
    with casebase.reading() as connection:
        if name == "unpublished_years":
            return pd.DataFrame({"year": checks.unpublished_years(connection)})
        if name == "calendar_gaps":
            return pd.DataFrame({"day": checks.missing_days(connection)})
        calendar = casebase.settings.calendar
        empty = not any(one.name == name for one in checks.calendar(connection))
        return pd.DataFrame({"year": [] if empty else [f"{calendar.first_year}—{calendar.last_year}"]})
