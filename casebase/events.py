"""The course of a case as events, derived from its columns so that both always agree.

Only the actions of `DERIVED` belong to this module. Events of any other action (异议退回, 复查申请 …)
come from elsewhere and are never touched; their ids are negative, so that they meet none of these.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    DateTime,
    Interval,
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
    select,
    union_all,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from casebase.case_words import NOT_HANDLED
from casebase.schema import expert_task, grid_task, hearing, petition, petition_event, reception, supervision

DERIVED = (
    "登记", "转送", "收到", "受理告知", "延期", "办结", *NOT_HANDLED, "评价",
    "听证申请", "听证", "息诉息访", "督办", "督办反馈", "领导接访", "领导下访", "领导阅批", "领导包案", "专家参与",
    "网格推送", "首次联系", "网格反馈",
)  # fmt: skip

_COLUMNS = ["event_id", "petition_id", "happened_at", "action", "unit_id", "actor", "note"]
# Ids of events on other tables start far above petition_id * 10, one range a table.
_RANGE = 10**17


def derive(connection: Connection, where: ColumnElement[bool], fresh: bool = False) -> None:
    """Replace the derivable events of the petitions that match `where` (a predicate on `petition`).

    `fresh` says that these petitions have no events yet, so nothing needs deleting. An event has the
    same id every time it is derived. Runs inside the caller's transaction.
    """
    if fresh:
        # A case is looked up by its id, and the cases themselves lie in the order of their ends (casebase.row_order).
        # Those of other tables, far fewer, come behind: a union in order would sort all of them once more.
        connection.execute(insert(petition_event).from_select(_COLUMNS, _petition_events(where, in_order=True)))
        others = [rows for table, rows in _child_events(where) if _has_rows(connection, table)]
        if others:
            ordered = union_all(*others).order_by("petition_id")
            connection.execute(insert(petition_event).from_select(_COLUMNS, ordered))
        return
    matching = select(petition.c.petition_id).where(where)
    owned = petition_event.c.petition_id.in_(matching) & petition_event.c.action.in_(DERIVED)
    # DuckDB refuses to insert a primary key that the same transaction deleted: an event that stays
    # is updated, one that vanished is deleted, and only new ones are inserted.
    wanted = union_all(*_events(where)).subquery("wanted")
    same = petition_event.c.event_id == wanted.c.event_id
    connection.execute(delete(petition_event).where(owned, ~exists().where(same)))
    details = [name for name in _COLUMNS if name != "event_id"]
    connection.execute(petition_event.update().values({name: wanted.c[name] for name in details}).where(same))
    connection.execute(insert(petition_event).from_select(_COLUMNS, select(wanted).where(~exists().where(same))))


def _events(where: ColumnElement[bool]) -> Iterator[Select[*tuple[Any, ...]]]:
    yield _petition_events(where)
    yield from (rows for _, rows in _child_events(where))


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


def _child_events(where: ColumnElement[bool]) -> Iterator[tuple[Table, Select[*tuple[Any, ...]]]]:
    """The events in rows of other tables, each with its table."""
    h, s, r, g, e = hearing.c, supervision.c, reception.c, grid_task.c, expert_task.c
    yield _other(hearing, 1, 1, h.applied_at, "听证申请", where, note=h.stage)
    yield _other(hearing, 1, 2, h.held_at, "听证", where, note=h.conclusion)
    yield _other(hearing, 1, 3, h.settled_at, "息诉息访", where)
    yield _other(supervision, 2, 1, s.issued_at, "督办", where, note=s.level)
    yield _other(supervision, 2, 2, s.replied_at, "督办反馈", where, note=s.result)
    yield _other(
        reception,
        3,
        1,
        r.held_at,
        func.concat("领导", func.coalesce(r.kind, "接访")),
        where,
        actor=r.leader_title,
        note=r.place,
    )
    yield _other(grid_task, 4, 1, g.pushed_at, "网格推送", where, note=g.kind)
    yield _other(grid_task, 4, 2, g.contacted_at, "首次联系", where, note=g.contact_method)
    yield _other(grid_task, 4, 3, g.finished_at, "网格反馈", where, note=g.outcome)
    yield _other(expert_task, 5, 1, e.took_part_at, "专家参与", where, note=e.kind)


def _other(
    table: Table,
    space: int,
    slot: int,
    moment: ColumnElement[Any],
    action: str | ColumnElement[Any],
    where: ColumnElement[bool],
    actor: ColumnElement[Any] | None = None,
    note: ColumnElement[Any] | None = None,
) -> tuple[Table, Select[*tuple[Any, ...]]]:
    """An event that stands in a row of another table that points at the petition."""
    number = literal(space * _RANGE, BigInteger) + next(iter(table.primary_key)) * 10 + slot
    matching = select(petition.c.petition_id).where(where)
    event = _event(number, table.c.petition_id, moment, action, None, actor, note)
    return table, event.where(moment.is_not(None), table.c.petition_id.in_(matching))


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
