"""数据质量: what `casebase check` finds, with the rows behind each finding, the loads and how old the data is."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

import pandas as pd
from sqlalchemy import Column, ColumnElement, DateTime, Table, case, func, not_, or_, select

from casebase import checks
from casebase.checks import Rule
from casebase.engine import ScopedCasebase
from casebase.errors import UsageError
from casebase.schema import (
    agent,
    area,
    expert_task,
    grid,
    grid_task,
    grid_worker,
    hearing,
    load_reject,
    load_run,
    mediation,
    petition,
    proposal,
    reception,
    supervision,
    unit,
)
from queries.columns import COLUMN_NAMES
from queries.model import Expression, Fixed, moment
from queries.subjects import AREA_DIMENSIONS, DIMENSIONS, PETITION, area_name, name_of, p

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
_LEVELS = {1: "市", **{level: DIMENSIONS[AREA_DIMENSIONS[level]] for level in sorted(AREA_DIMENSIONS)}}
_FIELDS = (
    "district_code",
    "street_code",
    "community_code",
    "category_code",
    "unit_id",
    "complained_unit_id",
    "grid_id",
    "purpose",
    "handling_path",
    "registering_level",
    "status",
    "satisfaction_bureau",
    "satisfaction_unit",
    "dropped_times",
)


def _case_of(table: Table) -> Mapping[str, Expression]:
    """The case that a row belongs to: its key, by which the row opens it, and its number."""
    number = table.c.petition_id
    return {"petition_id": Fixed(number), "case_no": name_of(petition, "petition_id", number, "case_no")}


def _fields(table: Table, **labels: str) -> Mapping[str, Expression]:
    """Columns of a table as they are, by what lists call them."""
    return {label: Fixed(table.c[name]) for label, name in labels.items()}


# What lists call the columns of each table, in their order: in the words of queries.columns.
_COLUMNS: Mapping[Table, Mapping[str, Expression]] = {
    petition: {
        **PETITION.columns,
        **_fields(petition, forwarded_at="forwarded_at", unit_received_at="received_at"),
        **_fields(petition, accepted_at="accepted_at", evaluated_at="evaluated_at"),
        **_fields(petition, **{name: name for name in _FIELDS}),
    },
    area: {
        **_fields(area, code="code", name="name"),
        "area_level": Fixed(case(_LEVELS, value=area.c.level)),
        **_fields(area, kind="kind", parent_code="parent_code", population="population", households="households"),
    },
    unit: _fields(unit, unit_id="unit_id", name="name", kind="kind", area_code="area_code", contact="contact"),
    grid: {
        **_fields(grid, grid_id="grid_id", name="name", grid_kind="kind"),
        "district": area_name(grid.c.district_code),
        "street": area_name(grid.c.street_code),
        "community": area_name(grid.c.community_code),
        **_fields(grid, households="households"),
    },
    grid_worker: _fields(
        grid_worker,
        worker_id="worker_id",
        grid_id="grid_id",
        worker_source="source",
        active_from="active_from",
        active_to="active_to",
        dropped_times="dropped_times",
    ),
    agent: {
        **_fields(agent, agent_id="agent_id"),
        "community": area_name(agent.c.community_code),
        **_fields(agent, origin="origin", active_from="active_from", active_to="active_to"),
        **_fields(agent, dropped_times="dropped_times"),
    },
    grid_task: {
        **_fields(grid_task, task_id="task_id"),
        **_case_of(grid_task),
        **_fields(grid_task, task_kind="kind", grid_id="grid_id", pushed_at="pushed_at", contacted_at="contacted_at"),
        **_fields(grid_task, contact_method="contact_method", finished_at="finished_at", outcome="outcome"),
        **_fields(grid_task, dropped_times="dropped_times"),
    },
    mediation: {
        **_fields(mediation, mediation_id="mediation_id"),
        **_case_of(mediation),
        **_fields(mediation, dispute_kind="dispute_kind"),
        "community": area_name(mediation.c.community_code),
        **_fields(mediation, mediator_kind="mediator_kind", opened_at="opened_at", mediated_at="closed_at"),
        **_fields(mediation, outcome="outcome", dropped_times="dropped_times"),
    },
    hearing: {
        **_fields(hearing, hearing_id="hearing_id"),
        **_case_of(hearing),
        **_fields(hearing, hearing_stage="stage", hearing_status="status", is_public="is_public"),
        **_fields(hearing, applied_at="applied_at", scheduled_at="scheduled_at", held_at="held_at"),
        **_fields(hearing, conclusion="conclusion", settled_at="settled_at", dropped_times="dropped_times"),
    },
    reception: {
        **_fields(reception, reception_id="reception_id"),
        **_case_of(reception),
        **_fields(reception, leader="leader_title", duty="kind", duty_at="held_at", duty_place="place"),
        **_fields(reception, duty_closed_at="closed_at", dropped_times="dropped_times"),
    },
    supervision: {
        **_fields(supervision, supervision_id="supervision_id"),
        **_case_of(supervision),
        **_fields(supervision, supervision_level="level", issued_at="issued_at", answer_due_at="due_at"),
        **_fields(supervision, replied_at="replied_at", supervision_result="result", escalation="escalation"),
        **_fields(supervision, dropped_times="dropped_times"),
    },
    proposal: {
        **_fields(proposal, proposal_id="proposal_id"),
        **_case_of(proposal),
        **_fields(proposal, proposal_kind="kind"),
        "addressee": name_of(unit, "unit_id", proposal.c.unit_id),
        **_fields(proposal, made_at="made_at", feedback_at="feedback_at", proposal_outcome="outcome"),
        **_fields(proposal, dropped_times="dropped_times"),
    },
    load_run: _fields(
        load_run,
        load_id="load_id",
        started_at="started_at",
        source="source",
        file_name="file_name",
        rows_read="rows_read",
        rows_loaded="rows_loaded",
        rows_rejected="rows_rejected",
    ),
    load_reject: _fields(load_reject, load_id="load_id", line_no="line_no", column_name="column_name", reason="reason"),
}


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

    Columns are those of queries.columns, times that were left blank in its words too. Of the calendar: day, or year.
    Raises UsageError for an unknown finding.
    """
    if name in ("calendar_gaps", "unpublished_years", "no_calendar"):
        return _of_calendar(casebase, name).iloc[offset : None if limit is None else offset + limit]
    rule = _rule(casebase, name)
    table, keys = rule.table, list(rule.table.primary_key.columns)
    at = moment(casebase, as_of)
    columns = [expression(at).label(name) for name, expression in _COLUMNS[table].items()]
    statement = select(*columns).select_from(table).where(rule.where, *_only_listable(table)).order_by(*keys)
    if limit is not None or offset:
        statement = statement.limit(limit).offset(offset)
    found = casebase.frame(statement)
    if "dropped_times" in found.columns:
        found["dropped_times"] = found["dropped_times"].map(partial(_dropped, _words(table)), na_action="ignore")
    return found


def _words(table: Table) -> Mapping[str, str]:
    """What lists call the times of a table, by its own names for them."""
    plain = {label: one.column for label, one in _COLUMNS[table].items() if isinstance(one, Fixed)}
    times = {label: column for label, column in plain.items() if isinstance(column.type, DateTime)}
    return {column.name: COLUMN_NAMES[label] for label, column in times.items() if isinstance(column, Column)}


def _dropped(words: Mapping[str, str], names: str) -> str:
    return "、".join(words.get(name) or COLUMN_NAMES.get(name, name) for name in names.split())


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


def _of_calendar(casebase: ScopedCasebase, name: str) -> pd.DataFrame:
    with casebase.reading() as connection:
        if name == "unpublished_years":
            return pd.DataFrame({"year": checks.unpublished_years(connection)})
        if name == "calendar_gaps":
            return pd.DataFrame({"day": checks.missing_days(connection)})
        calendar = casebase.settings.calendar
        empty = not any(one.name == name for one in checks.calendar(connection))
        return pd.DataFrame({"year": [] if empty else [f"{calendar.first_year}—{calendar.last_year}"]})
