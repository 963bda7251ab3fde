"""What is wrong or missing in the data itself: rules over rows, and a few counts that are no rows of a table."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Literal

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Date,
    Numeric,
    Select,
    Table,
    and_,
    cast,
    exists,
    extract,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import SelectBase
from sqlalchemy.sql.visitors import iterate

from casebase.case_words import (
    CLOSED,
    HANDLING_PATHS,
    HOTLINE,
    NOT_HANDLED,
    OPEN_STATUSES,
    RATINGS,
    REGISTERING_LEVELS,
    STATUSES,
    SUGGESTION,
    WRONGDOING,
)
from casebase.schema import (
    agent,
    area,
    category,
    expert_task,
    grid,
    grid_task,
    grid_worker,
    hearing,
    load_reject,
    load_run,
    mediation,
    petition,
    petition_event,
    proposal,
    reception,
    supervision,
    unit,
    workday,
)
from casebase.settings import DeadlineSettings
from casebase.settled import settled_by

Severity = Literal["error", "warning"]
_ENDED = (CLOSED, *NOT_HANDLED)
# What happened, by the table's own columns; deadlines and planned days (due_at, scheduled_at …) are none of it.
EVENTS: Mapping[Table, tuple[str, ...]] = {
    petition: ("registered_at", "forwarded_at", "received_at", "accepted_at", "closed_at", "evaluated_at"),
    grid_task: ("pushed_at", "contacted_at", "finished_at"),
    mediation: ("opened_at", "closed_at"),
    hearing: ("applied_at", "held_at", "settled_at"),
    reception: ("held_at", "closed_at"),
    supervision: ("issued_at", "replied_at"),
    expert_task: ("took_part_at",),
    proposal: ("made_at", "feedback_at"),
}
# An event later than the load by more than this is a typing error; clocks and time zones differ by less.
TOLERANCE = timedelta(days=1)
# The words that numbers and pages know (domain vocabulary); what stands outside falls out of every split by them.
VOCABULARY: Mapping[Column[Any], tuple[str, ...]] = {
    petition.c.channel: ("来信", "来访", "网信", "电话", "传真", HOTLINE),
    petition.c.purpose: ("求决", "申诉", SUGGESTION, WRONGDOING, "其他"),
    petition.c.satisfaction_bureau: RATINGS,
    petition.c.satisfaction_unit: RATINGS,
    petition.c.status: STATUSES,
    petition.c.handling_path: HANDLING_PATHS,
    petition.c.registering_level: REGISTERING_LEVELS,
    grid.c.kind: ("社区网格", "微网格", "农村网格", "专属网格"),
    grid_task.c.outcome: ("就地化解", "疏导上报", "其他", "已核实", "未核实", "已走访", "未走访"),
    grid_task.c.kind: ("协助化解", "人员核查", "人员关怀"),
    reception.c.kind: ("接访", "下访", "阅批", "包案"),
    supervision.c.escalation: ("约谈", "通报", "挂牌督办", "责令限期整改"),
    proposal.c.kind: ("改进工作", "完善政策", "追究责任"),
    proposal.c.outcome: ("采纳", "部分采纳", "未采纳"),
}

# Times of the other tables: one, and one that cannot come before it.
ORDER: Mapping[Table, tuple[tuple[str, str], ...]] = {
    grid_worker: (("active_from", "active_to"),),
    agent: (("active_from", "active_to"),),
    grid_task: (("pushed_at", "contacted_at"), ("pushed_at", "finished_at")),
    mediation: (("opened_at", "closed_at"),),
    hearing: (("applied_at", "held_at"), ("held_at", "settled_at")),
    reception: (("held_at", "closed_at"),),
    supervision: (("issued_at", "due_at"), ("issued_at", "replied_at")),
    proposal: (("made_at", "feedback_at"),),
}


@dataclass(frozen=True)
class Problem:
    """`count` rows of which `text` is true. An error makes numbers wrong, a warning makes them incomplete."""

    name: str
    severity: Severity
    count: int
    text: str


@dataclass(frozen=True, eq=False)
class Rule:
    """The rows of `table` that `where` finds are what `text` says.

    `ruled_out`, where it is given, tells of all rows at once, and in a fraction of the time, that it finds none.
    """

    name: str
    severity: Severity
    table: Table
    where: ColumnElement[bool]
    text: str
    ruled_out: Select[bool] | None = None


def rules(deadlines: DeadlineSettings) -> list[Rule]:
    """All rules over rows: for the command line and for the page."""
    return [
        *_gaps(),
        *_disorder(),
        *_contradictions(),
        *_other_times(),
        *_dangling(),
        *_strange(),
        *_deadlines(deadlines),
        *_bookkeeping(),
    ]


def check(connection: Connection, deadlines: DeadlineSettings) -> list[Problem]:
    """All findings with at least one row, errors first."""
    every = rules(deadlines)
    counts = count_rows(connection, every)
    findings = [Problem(rule.name, rule.severity, counts[rule.name], rule.text) for rule in every]
    findings += calendar(connection)
    return errors_first(finding for finding in findings if finding.count)


def errors_first(findings: Iterator[Problem]) -> list[Problem]:
    """Errors first, else as they come."""
    return sorted(findings, key=lambda finding: finding.severity != "error")


def count_rows(
    connection: Connection, wanted: Sequence[Rule], among: Mapping[Table, ColumnElement[bool]] | None = None
) -> dict[str, int]:
    """How many rows each rule finds, by its name; `among` narrows a table.

    What looks at a row alone is counted in one query a table. A rule that looks at other rows has a query of its own,
    which an engine joins: as a flag of every row PostgreSQL would look each of them up by itself.
    """
    row_counts: dict[str, int] = {}
    for rule in wanted:
        if rule.ruled_out is not None and connection.scalar(rule.ruled_out):
            row_counts[rule.name] = 0
        elif _looks_elsewhere(rule.where):
            counted = select(func.count()).select_from(rule.table).where((among or {}).get(rule.table, true()))
            row_counts[rule.name] = int(connection.scalar(counted.where(rule.where)) or 0)
    for table in dict.fromkeys(rule.table for rule in wanted):
        here = [rule for rule in wanted if rule.table is table and rule.name not in row_counts]
        if not here:
            continue
        flags = [rule.where.label(f"f{n}") for n, rule in enumerate(here)]
        rows = select(*flags).select_from(table).where((among or {}).get(table, true())).subquery()
        counts = select(*(func.count().filter(rows.c[f"f{n}"]) for n in range(len(here)))).select_from(rows)
        numbers = connection.execute(counts).one()
        row_counts |= {rule.name: int(number) for rule, number in zip(here, numbers, strict=True)}
    return row_counts


def _looks_elsewhere(where: ColumnElement[bool]) -> bool:
    """Whether it asks for other rows than the one it is about."""
    return any(isinstance(part, SelectBase) for part in iterate(where))


def _gaps() -> Iterator[Rule]:
    """Rows that fall out of every breakdown by place, unit or category."""
    p = petition.c
    yield Rule("no_place", "warning", petition, p.district_code.is_(None), "cases without a district")
    yield Rule("no_unit", "warning", petition, p.unit_id.is_(None), "cases without a responsible unit")
    yield Rule("no_category", "warning", petition, p.category_code.is_(None), "cases without a category")
    unknown = and_(p.closed_at.is_not(None), p.resolved.is_(None))
    yield Rule(
        "resolution_unknown", "warning", petition, unknown, "closed cases that do not say whether they are resolved"
    )
    others = unit.alias("other").c.contact
    uneven = and_(unit.c.contact.is_(None), exists().where(others.is_not(None)))
    yield Rule("no_contact", "warning", unit, uneven, "units without a contact, which others have")


def _disorder() -> Iterator[Rule]:
    """Times that cannot follow one another."""
    p = petition.c
    early = p.closed_at < p.registered_at
    yield Rule("closed_before_registered", "error", petition, early, "cases closed before they were registered")
    early = p.due_at < p.registered_at
    yield Rule("due_before_registered", "warning", petition, early, "deadlines before the registration")
    early = or_(p.forwarded_at < p.registered_at, p.accepted_at < p.registered_at, p.closed_at < p.accepted_at)
    text = "cases forwarded, accepted or closed before the stage that comes first"
    yield Rule("stages_out_of_order", "warning", petition, early, text)
    early = p.evaluated_at < p.closed_at
    yield Rule("evaluated_before_closed", "warning", petition, early, "evaluations before the closing")


def _contradictions() -> Iterator[Rule]:
    """Columns of a case that cannot all be true, and what was left out because of it."""
    p = petition.c
    dropped = p.dropped_times.is_not(None)
    text = "cases with a time that cannot be (before the registration, after the load) and was left blank"
    yield Rule("times_dropped", "warning", petition, dropped, text)
    late = func.greatest(*(p[name] for name in EVENTS[petition])) > p.updated_at + TOLERANCE
    text = "cases with a time later than their last change: typed wrong"
    yield Rule("future_times", "error", petition, late, text)
    yield Rule(
        "open_but_closed", "warning", petition, and_(p.status.in_(OPEN_STATUSES), p.closed_at.is_not(None)),
        f"cases whose status is {' '.join(OPEN_STATUSES)} beside a time of closing, which counts",
    )  # fmt: skip
    yield Rule(
        "closed_without_time", "warning", petition, and_(p.status.in_(_ENDED), p.closed_at.is_(None)),
        f"cases whose status is {' '.join(_ENDED)} without a time of closing: they count as open",
    )  # fmt: skip
    # Only a change past the cockpit leaves it so (casebase.row_order).
    yield Rule(
        "found_closed", "error", petition, p.settled_by < settled_by(p),
        "cases that are open again, or have a later time, and are not found by it: python -m casebase sort mends it",
    )  # fmt: skip
    other = petition.alias("other").c
    without = _strays(p.source, lambda source: exists().where(other.source == source, ~other.is_first))
    unknown = and_(p.is_first, or_(p.petitioner_key.is_(None), p.category_code.is_(None)), without)
    text = "cases of a source without any repeat, of which person or category is unknown: a repeat cannot be told"
    yield Rule("repeats_unknown", "warning", petition, unknown, text)


def _other_times() -> Iterator[Rule]:
    """Times of the other tables that cannot be: what was left blank, and what stands in the wrong order."""
    for table, steps in ORDER.items():
        text = f"{table.name} rows with a time that cannot be (too early, after the load) and was left blank"
        yield Rule(f"times_dropped_{table.name}", "warning", table, table.c.dropped_times.is_not(None), text)
        early = or_(*(table.c[later] < table.c[start] for start, later in steps))
        text = f"{table.name} rows with a time before the one that it follows"
        yield Rule(f"out_of_order_{table.name}", "warning", table, early, text)


def _dangling() -> Iterator[Rule]:
    """Codes that stand in a row and in no table of codes."""
    links: tuple[tuple[Column[Any], Column[Any]], ...] = (
        (petition.c.district_code, area.c.code),
        (petition.c.street_code, area.c.code),
        (petition.c.community_code, area.c.code),
        (petition.c.category_code, category.c.code),
        (petition.c.unit_id, unit.c.unit_id),
        (petition.c.complained_unit_id, unit.c.unit_id),
        (petition.c.grid_id, grid.c.grid_id),
        (area.c.parent_code, area.alias("above").c.code),
    )
    for column, key in links:
        where = _strays(column, partial(_is_among, key))
        text = f"{column.table.name} rows whose {column.name} is not among the {key.name}s of its table"
        yield Rule(f"dangling_{column.name}", "warning", _table(column), where, text)


def _is_among(key: Column[Any], code: ColumnElement[Any]) -> ColumnElement[bool]:
    return exists().where(key == code)


def _strays(column: Column[Any], is_known: Callable[[ColumnElement[Any]], ColumnElement[bool]]) -> ColumnElement[bool]:
    """Rows whose value of a column is not known: that is asked of each value once, of which there are few."""
    values = select(column.label("value")).group_by(column).subquery("each_value").c
    return column.in_(select(values.value).where(values.value.is_not(None), not_(is_known(values.value))))


def _strange() -> Iterator[Rule]:
    """Words outside the vocabulary: no map brought them to one of its own."""
    for column, words in VOCABULARY.items():
        where = and_(column.is_not(None), column.not_in(words))
        text = f"{column.table.name} rows whose {column.name} is none of {' '.join(words)}"
        yield Rule(f"unmapped_{column.table.name}_{column.name}", "warning", _table(column), where, text)


def _table(column: Column[Any]) -> Table:
    table = column.table
    assert isinstance(table, Table)
    return table


def _deadlines(deadlines: DeadlineSettings) -> Iterator[Rule]:
    """Five-day deadlines that are missing, or differ from the calendar."""
    p, day = petition.c, workday.c.day
    first, last = select(func.min(day)).scalar_subquery(), select(func.max(day)).scalar_subquery()
    registered = cast(p.registered_at, Date)
    outside = or_(registered < first, registered > last)
    yield Rule("outside_calendar", "error", petition, outside, "cases registered outside the calendar")
    missing = and_(p.is_simple, p.five_day_due.is_(None))
    yield Rule("no_five_day_due", "error", petition, missing, "simple claims without a five-day deadline")
    text = "five-day deadlines that differ from the calendar; load the cases again"
    yield Rule("wrong_five_day_due", "error", petition, p.petition_id.in_(_wrong_deadlines(deadlines)), text)


def _wrong_deadlines(deadlines: DeadlineSettings) -> Any:
    p = petition.alias("limited").c
    begin = func.coalesce(p[f"{deadlines.simple_from}_at"], p.registered_at)
    started, ends = workday.alias("started"), workday.alias("ends")
    return (
        select(p.petition_id)
        .join(started, started.c.day == cast(begin, Date))
        .join(ends, ends.c.day == p.five_day_due)
        .where(or_(~ends.c.is_workday, ends.c.workday_no - started.c.workday_no != deadlines.simple_working_days))
    )


def _bookkeeping() -> Iterator[Rule]:
    """Rows that other rows contradict."""
    run, p = load_run.c, petition.c
    uneven = run.rows_read != run.rows_loaded + run.rows_rejected
    yield Rule(
        "load_arithmetic", "error", load_run, uneven, "loads whose rows read are not the rows loaded and rejected"
    )
    last = select(func.max(run.load_id)).scalar_subquery()
    text = "rows rejected by the last load (table load_reject)"
    yield Rule("rejected_rows", "warning", load_reject, load_reject.c.load_id == last, text)
    text = "cases whose number an earlier case of the same source has"
    yield Rule("case_no_twice", "error", petition, p.petition_id.in_(_later_of_a_number()), text)
    text = "cases without exactly one event of registration; load the cases again"
    otherwise = p.petition_id.in_(_registered_otherwise_than_once())
    yield Rule("events_disagree", "error", petition, otherwise, text, _all_registered_once())


def _later_of_a_number() -> Any:
    """Cases whose number an earlier case of the same source has.

    Only of numbers that stand twice anything is compared: all cases joined to all take three times as long.
    """
    later, earlier, any_ = (petition.alias(name).c for name in ("later", "earlier", "any"))
    repeated = select(any_.case_no).group_by(any_.case_no).having(func.count() > 1)
    same = and_(earlier.source == later.source, earlier.case_no == later.case_no)
    before = exists().where(same, earlier.petition_id < later.petition_id)
    return select(later.petition_id).where(later.case_no.in_(repeated), before)


def _registered_otherwise_than_once() -> Any:
    """Cases without exactly one event of registration: cases and events in one group by case, which no join equals."""
    event, every = petition_event.c, petition.alias("every").c
    cases = select(every.petition_id.label("petition_id"), literal(0).label("events"))
    events = select(event.petition_id, literal(1)).where(event.action == "登记")
    both = union_all(cases, events).subquery("both").c
    return select(both.petition_id).group_by(both.petition_id).having(func.sum(both.events) != 1)


class _hashed(FunctionElement[Decimal]):  # noqa: N801 — a function of SQL
    """A whole number as 64 bits that tell nothing of how large it is."""

    inherit_cache = True
    type = Numeric()


@compiles(_hashed)
def _by_engine(element: FunctionElement[Decimal], compiler: SQLCompiler, **options: Any) -> str:
    number = compiler.process(element.clauses, **options)
    return f"hashint8extended({number}, 0)" if compiler.dialect.name == "postgresql" else f"hash({number})"


def _all_registered_once() -> Select[bool]:
    """Whether the cases and the events of registration name the same cases, each once: as many, and of the same sum.

    The sum is of hashes, so that others have it once in 2^64. It is 0.2 s of ten million cases, and 3.4 to group them.
    """
    event = petition_event.c
    cases, events = (
        select(func.count().label("rows"), func.sum(_hashed(key)).label("sum")).where(where).subquery(name)
        for name, key, where in (
            ("cases", petition.c.petition_id, true()),
            ("events", event.petition_id, event.action == "登记"),
        )
    )
    same = and_(cases.c.rows == events.c.rows, cases.c.sum.is_not_distinct_from(events.c.sum))
    return select(same).select_from(cases.join(events, true()))


def calendar(connection: Connection) -> list[Problem]:
    """What the working-day calendar lacks; not rows of a table but days and years."""
    if connection.scalar(select(func.count()).select_from(workday)) == 0:
        text = "working-day calendar that is empty; run: python -m casebase init"
        return [Problem("no_calendar", "error", 1, text)]
    gaps, years = missing_days(connection), unpublished_years(connection)
    return [
        Problem("calendar_gaps", "error", len(gaps), "days missing between the first and last of the calendar"),
        Problem(
            "unpublished_years",
            "warning",
            len(years),
            "calendar years without a published arrangement (weekends and holidays of fixed days rest)",
        ),
    ]


def missing_days(connection: Connection) -> list[date]:
    """Days between the first and the last of the calendar that it does not have."""
    days = list(connection.scalars(select(workday.c.day).order_by(workday.c.day)))
    known = set(days)
    span = (days[-1] - days[0]).days if days else 0
    return [day for day in (days[0] + timedelta(days=n) for n in range(span)) if day not in known]


def unpublished_years(connection: Connection) -> list[int]:
    """Years of the calendar whose arrangement is not published."""
    year = extract("year", workday.c.day)
    return [int(y) for y in connection.scalars(select(year).where(~workday.c.published).distinct().order_by(year))]
