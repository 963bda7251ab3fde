"""The course of a case as events, derived from its columns so that both always agree.

Only the actions of `DERIVED` belong to this module. Events of any other action (异议退回, 复查申请 …)
come from elsewhere and are never touched; their ids are negative, so that they meet none of these.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    DateTime,
    Interval,
    MetaData,
    Select,
    String,
    Table,
    case,
    cast,
    delete,
    exists,
    false,
    func,
    insert,
    literal,
    literal_column,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from casebase.case_words import NOT_HANDLED
from casebase.engine import is_one_of
from casebase.schema import expert_task, grid_task, hearing, petition, petition_event, reception, supervision

DERIVED = (
    "登记", "转送", "收到", "受理告知", "延期", "办结", *NOT_HANDLED, "评价",
    "听证申请", "听证", "息诉息访", "督办", "督办反馈", "领导接访", "领导下访", "领导阅批", "领导包案", "专家参与",
    "网格推送", "首次联系", "网格反馈",
)  # fmt: skip

_COLUMNS = ["event_id", "petition_id", "happened_at", "action", "unit_id", "actor", "note"]
# Ids of events on other tables start far above petition_id * 10, one range a table.
_RANGE = 10**17
# So many cases are named one by one.
_FEW = 1_000


def derive(connection: Connection, where: ColumnElement[bool], fresh: bool = False) -> None:
    """Replace the derivable events of the petitions that match `where` (a predicate on `petition`).

    `fresh` says that these petitions have no events yet, so nothing needs deleting. An event has the
    same id every time it is derived, and one that stays as it is is not written again. Runs inside the caller's
    transaction.
    """
    cases = _Cases.of(connection, where)
    if cases.are_none:
        return
    own = _petition_events(cases.match(), in_order=fresh)
    others = [rows for table, rows in _child_events(cases) if _has_rows(connection, table)]
    if fresh:
        # A case is looked up by its id, and the cases themselves lie in the order of their ends (casebase.row_order).
        # Those of other tables, far fewer, come behind: a union in order would sort all of them once more.
        connection.execute(insert(petition_event).from_select(_COLUMNS, own))
        if others:
            ordered = union_all(*others).order_by("petition_id")
            connection.execute(insert(petition_event).from_select(_COLUMNS, ordered))
        return
    with _staged(connection, [own, *others]) as wanted:
        _replace(connection, wanted, cases.have(petition_event.c.petition_id))


@dataclass(frozen=True)
class _Cases:
    """The petitions that match `where`; where they are few, by their numbers (see is_one_of)."""

    where: ColumnElement[bool]
    numbers: Sequence[int] | None

    @classmethod
    def of(cls, connection: Connection, where: ColumnElement[bool]) -> "_Cases":
        numbers = list(connection.scalars(select(petition.c.petition_id).where(where).limit(_FEW + 1)))
        return cls(where, numbers if len(numbers) <= _FEW else None)

    @property
    def are_none(self) -> bool:
        return self.numbers is not None and not self.numbers

    def have(self, petition_id: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether a row of any table belongs to one of them."""
        if self.numbers is None:
            return petition_id.in_(select(petition.c.petition_id).where(self.where))
        return is_one_of(petition_id, self.numbers)

    def match(self) -> ColumnElement[bool]:
        """The predicate on `petition`."""
        return self.where if self.numbers is None else self.have(petition.c.petition_id)


def _replace(connection: Connection, wanted: Table, of_these: ColumnElement[bool]) -> None:
    """Let the derivable events of some petitions be those that are wanted.

    DuckDB refuses to insert a primary key that the same transaction deleted: an event that differs is updated, one that
    vanished is deleted, and only new ones are inserted.
    """
    events = petition_event.c
    same = events.event_id == wanted.c.event_id
    owned = of_these & events.action.in_(DERIVED)
    connection.execute(delete(petition_event).where(owned, ~exists().where(same)))
    details = [name for name in _COLUMNS if name != "event_id"]
    differs = or_(*(events[name].is_distinct_from(wanted.c[name]) for name in details))
    new = {name: wanted.c[name] for name in details}
    connection.execute(petition_event.update().values(new).where(of_these, same, differs))
    known = select(events.event_id).where(of_these)
    rows = select(*(wanted.c[name] for name in _COLUMNS)).where(wanted.c.event_id.not_in(known))
    connection.execute(insert(petition_event).from_select(_COLUMNS, rows))


@contextmanager
def _staged(connection: Connection, events: Sequence[Select[*tuple[Any, ...]]]) -> Iterator[Table]:
    """Events in a temporary table, so that they are put together once."""
    columns = [Column(name, petition_event.c[name].type) for name in _COLUMNS]
    wanted = Table("_wanted_event", MetaData(), *columns, prefixes=["TEMPORARY"])
    wanted.create(connection)
    connection.execute(insert(wanted).from_select(_COLUMNS, union_all(*events)))
    yield wanted
    wanted.drop(connection)


def _has_rows(connection: Connection, table: Table) -> bool:
    return connection.execute(select(literal(1)).select_from(table).limit(1)).first() is not None


@dataclass(frozen=True)
class _Step:
    """An event that stands in a column of the petition itself; none where its moment is null."""

    slot: int
    moment: ColumnElement[Any]
    action: ColumnElement[Any]
    unit: ColumnElement[Any]
    note: ColumnElement[Any]


def _petition_events(where: ColumnElement[bool], in_order: bool = False) -> Select[*tuple[Any, ...]]:
    """The events in the petitions' own columns: every petition is read once, and its steps become rows."""
    rows = select(petition).where(where)
    cases = (rows.order_by(petition.c.petition_id) if in_order else rows).subquery("cases").c
    steps = list(_steps(cases))
    step = select(
        cases.petition_id,
        _rows(literal(step.slot, BigInteger) for step in steps).label("slot"),
        _rows(step.moment for step in steps).label("moment"),
        _rows(step.action for step in steps).label("action"),
        _rows(step.unit for step in steps).label("unit"),
        _rows(step.note for step in steps).label("note"),
    ).subquery("steps")
    c = step.c
    event = _event(c.petition_id * 10 + c.slot, c.petition_id, c.moment, c.action, c.unit, None, c.note)
    return event.where(c.moment.is_not(None))


def _rows(values: Iterable[ColumnElement[Any]]) -> ColumnElement[Any]:
    """One row for each value; several such columns of a query go on together."""
    return func.unnest(postgresql.array(list(values)))


def _steps(p: ReadOnlyColumnCollection[str, Any]) -> Iterator[_Step]:
    refused = func.coalesce(p.status.in_(NOT_HANDLED), false())
    yield _step(1, p.registered_at, "登记", note=p.channel)
    yield _step(2, p.forwarded_at, "转送", unit=p.unit_id)
    yield _step(7, p.received_at, "收到", unit=p.unit_id)
    yield _step(3, case((~refused, p.accepted_at)), "受理告知", unit=p.unit_id)
    days = func.concat(cast(p.extended_days, String), "日")
    yield _step(4, case((p.extended_days > 0, _extended_at(p))), "延期", unit=p.unit_id, note=days)
    closing = case((refused, p.status), else_="办结")
    outcome = case((refused, null()), (p.resolved, "已化解"), (p.resolved.is_(False), "未化解"))
    yield _step(5, p.closed_at, closing, unit=p.unit_id, note=outcome)
    bureau, unit = (func.coalesce(evaluation, "未评价") for evaluation in (p.satisfaction_bureau, p.satisfaction_unit))
    opinion = func.concat("信访部门：", bureau, "；责任单位：", unit)
    yield _step(6, p.evaluated_at, "评价", unit=p.unit_id, note=opinion)


def _step(
    slot: int,
    moment: ColumnElement[Any],
    action: str | ColumnElement[Any],
    unit: ColumnElement[Any] | None = None,
    note: ColumnElement[Any] | None = None,
) -> _Step:
    texts = (cast(null() if text is None else text, String) for text in (action, unit, note))
    return _Step(slot, cast(moment, DateTime), *texts)


def _extended_at(p: ReadOnlyColumnCollection[str, Any]) -> ColumnElement[Any]:
    """The moment of the extension, which no column keeps.

    It was granted no later than the original deadline (article 34), the closing and the last change of
    the row, and not before registration.
    """
    day = literal_column("INTERVAL '1' DAY", Interval)
    latest = func.least(p.due_at - p.extended_days * day, p.closed_at, p.updated_at)
    return case((p.due_at.is_not(None), func.greatest(latest, p.registered_at)))


def _child_events(cases: _Cases) -> Iterator[tuple[Table, Select[*tuple[Any, ...]]]]:
    """The events in rows of other tables, each with its table."""
    h, s, r, g, e = hearing.c, supervision.c, reception.c, grid_task.c, expert_task.c
    yield _other(hearing, 1, 1, h.applied_at, "听证申请", cases, note=h.stage)
    yield _other(hearing, 1, 2, h.held_at, "听证", cases, note=h.conclusion)
    yield _other(hearing, 1, 3, h.settled_at, "息诉息访", cases)
    yield _other(supervision, 2, 1, s.issued_at, "督办", cases, note=s.level)
    yield _other(supervision, 2, 2, s.replied_at, "督办反馈", cases, note=s.result)
    yield _other(
        reception,
        3,
        1,
        r.held_at,
        func.concat("领导", func.coalesce(r.kind, "接访")),
        cases,
        actor=r.leader_title,
        note=r.place,
    )
    yield _other(grid_task, 4, 1, g.pushed_at, "网格推送", cases, note=g.kind)
    yield _other(grid_task, 4, 2, g.contacted_at, "首次联系", cases, note=g.contact_method)
    yield _other(grid_task, 4, 3, g.finished_at, "网格反馈", cases, note=g.outcome)
    yield _other(expert_task, 5, 1, e.took_part_at, "专家参与", cases, note=e.kind)


def _other(
    table: Table,
    space: int,
    slot: int,
    moment: ColumnElement[Any],
    action: str | ColumnElement[Any],
    cases: _Cases,
    actor: ColumnElement[Any] | None = None,
    note: ColumnElement[Any] | None = None,
) -> tuple[Table, Select[*tuple[Any, ...]]]:
    """An event that stands in a row of another table that points at the petition."""
    number = literal(space * _RANGE, BigInteger) + next(iter(table.primary_key)) * 10 + slot
    event = _event(number, table.c.petition_id, moment, action, None, actor, note)
    return table, event.where(moment.is_not(None), cases.have(table.c.petition_id))


def _event(
    number: ColumnElement[Any],
    petition_id: ColumnElement[Any],
    moment: ColumnElement[Any],
    action: str | ColumnElement[Any],
    unit: ColumnElement[Any] | None,
    actor: ColumnElement[Any] | None,
    note: ColumnElement[Any] | None,
) -> Select[*tuple[Any, ...]]:
    return select(
        cast(number, BigInteger).label("event_id"),
        petition_id.label("petition_id"),
        cast(moment, DateTime).label("happened_at"),
        (literal(action) if isinstance(action, str) else action).label("action"),
        cast(null() if unit is None else unit, String).label("unit_id"),
        cast(null() if actor is None else actor, String).label("actor"),
        cast(null() if note is None else note, String).label("note"),
    )
