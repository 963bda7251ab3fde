"""What is wrong or missing in the data itself, as counts with a sentence each."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Column, ColumnElement, Connection, Date, Table, and_, cast, distinct, extract, func, or_, select

from casebase.schema import (
    area,
    category,
    grid,
    load_run,
    petition,
    petition_event,
    unit,
    workday,
)
from casebase.settings import DeadlineSettings

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """`count` rows of which `text` is true. An error makes numbers wrong, a warning makes them incomplete."""

    name: str
    severity: Severity
    count: int
    text: str


def check(connection: Connection, deadlines: DeadlineSettings) -> list[Finding]:
    """All findings with at least one row, errors first."""
    found = [*_gaps(connection), *_disorder(connection), *_dangling(connection), *_calendar(connection, deadlines)]
    found += _bookkeeping(connection)
    kept = [finding for finding in found if finding.count]
    return sorted(kept, key=lambda finding: finding.severity != "error")


def _count(connection: Connection, table: Table, where: ColumnElement[bool]) -> int:
    return connection.scalar(select(func.count()).select_from(table).where(where)) or 0


def _gaps(connection: Connection) -> Iterator[Finding]:
    """Rows that fall out of every breakdown by place, unit or category."""
    for name, column, text in (
        ("no_place", petition.c.district_code, "cases without a district"),
        ("no_unit", petition.c.unit_id, "cases without a responsible unit"),
        ("no_category", petition.c.category_code, "cases without a category"),
    ):
        yield Finding(name, "warning", _count(connection, petition, column.is_(None)), text)
    unknown = _count(connection, petition, petition.c.closed_at.is_not(None) & petition.c.resolved.is_(None))
    yield Finding("resolution_unknown", "warning", unknown, "closed cases that do not say whether they are resolved")


def _disorder(connection: Connection) -> Iterator[Finding]:
    """Times that cannot follow one another."""
    p = petition.c
    rules: tuple[tuple[str, Severity, ColumnElement[bool], str], ...] = (
        (
            "closed_before_registered",
            "error",
            p.closed_at < p.registered_at,
            "cases closed before they were registered",
        ),
        ("due_before_registered", "warning", p.due_at < p.registered_at, "deadlines before the registration"),
        (
            "stages_out_of_order",
            "warning",
            or_(p.forwarded_at < p.registered_at, p.accepted_at < p.registered_at, p.closed_at < p.accepted_at),
            "cases forwarded, accepted or closed before the stage that comes first",
        ),
        ("evaluated_before_closed", "warning", p.evaluated_at < p.closed_at, "evaluations before the closing"),
    )
    for name, severity, where, text in rules:
        yield Finding(name, severity, _count(connection, petition, where), text)


def _dangling(connection: Connection) -> Iterator[Finding]:
    """Codes that stand in a case and in no table of codes."""
    links: tuple[tuple[Column[Any], Column[Any]], ...] = (
        (petition.c.district_code, area.c.code),
        (petition.c.street_code, area.c.code),
        (petition.c.community_code, area.c.code),
        (petition.c.category_code, category.c.code),
        (petition.c.unit_id, unit.c.unit_id),
        (petition.c.grid_id, grid.c.grid_id),
        (area.c.parent_code, area.alias("above").c.code),
    )
    for column, key in links:
        where = and_(column.is_not(None), column.not_in(select(key)))
        text = f"{column.table.name} rows whose {column.name} is not among the {key.name}s of its table"
        yield Finding(f"dangling_{column.name}", "warning", _count(connection, column.table, where), text)


def _calendar(connection: Connection, deadlines: DeadlineSettings) -> Iterator[Finding]:
    """Days the working-day calendar lacks, and deadlines that differ from it."""
    p, day = petition.c, workday.c.day
    first, last, days = connection.execute(select(func.min(day), func.max(day), func.count())).one()
    if first is None:
        yield Finding("no_calendar", "error", 1, "working-day calendar that is empty; run: python -m casebase init")
        return
    gaps = (last - first).days + 1 - days
    yield Finding("calendar_gaps", "error", gaps, f"days missing in the calendar from {first} to {last}")
    registered = cast(p.registered_at, Date)
    outside = _count(connection, petition, (registered < first) | (registered > last))
    yield Finding("outside_calendar", "error", outside, "cases registered outside the calendar")
    missing = _count(connection, petition, p.is_simple & p.five_day_due.is_(None))
    yield Finding("no_five_day_due", "error", missing, "simple claims without a five-day deadline")
    text = "five-day deadlines that differ from the calendar; load the cases again"
    yield Finding("wrong_five_day_due", "error", _wrong_deadlines(connection, deadlines), text)
    years = select(func.count(distinct(extract("year", day)))).where(~workday.c.published)
    text = "calendar years without a published arrangement (weekends rest)"
    yield Finding("unpublished_years", "warning", connection.scalar(years) or 0, text)


def _wrong_deadlines(connection: Connection, deadlines: DeadlineSettings) -> int:
    p = petition.c
    begin = func.coalesce(p[f"{deadlines.simple_from}_at"], p.registered_at)
    started, ends = workday.alias("started"), workday.alias("ends")
    counted = (
        select(func.count())
        .select_from(petition)
        .join(started, started.c.day == cast(begin, Date))
        .join(ends, ends.c.day == p.five_day_due)
        .where(or_(~ends.c.is_workday, ends.c.workday_no - started.c.workday_no != deadlines.simple_working_days))
    )
    return connection.scalar(counted) or 0


def _bookkeeping(connection: Connection) -> Iterator[Finding]:
    """Numbers that must agree with one another."""
    run = load_run.c
    uneven = _count(connection, load_run, run.rows_read != run.rows_loaded + run.rows_rejected)
    yield Finding("load_arithmetic", "error", uneven, "loads whose rows read are not the rows loaded and rejected")
    rejected = connection.scalar(select(run.rows_rejected).order_by(run.load_id.desc()).limit(1))
    yield Finding("rejected_rows", "warning", rejected or 0, "rows rejected by the last load (table load_reject)")
    keys = select(petition.c.source, petition.c.case_no).group_by(petition.c.source, petition.c.case_no)
    twice = select(func.count()).select_from(keys.having(func.count() > 1).subquery())
    yield Finding(
        "case_no_twice", "error", connection.scalar(twice) or 0, "case numbers that stand twice in one source"
    )
    cases = connection.scalar(select(func.count()).select_from(petition)) or 0
    registered = _count(connection, petition_event, petition_event.c.action == "登记")
    text = "cases more or fewer than events of registration; load the cases again"
    yield Finding("events_disagree", "error", abs(cases - registered), text)
