"""The course of a case as events, derived from its columns so that both always agree.

Only the actions of `DERIVED` belong to this module. Events of any other action (异议退回, 复查申请 …)
come from elsewhere and are never touched; their ids are negative, so that they meet none of these.
"""

from collections.abc import Iterator
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
        rows = union_all(*_events(where)).order_by("petition_id")
        connection.execute(insert(petition_event).from_select(_COLUMNS, rows))
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
    yield from _petition_events(where)
    yield from _child_events(where)


def _petition_events(where: ColumnElement[bool]) -> Iterator[Select[*tuple[Any, ...]]]:
    p = petition.c
    refused = func.coalesce(p.status.in_(NOT_HANDLED), false())
    yield _own(1, p.registered_at, "登记", where, note=p.channel)
    yield _own(2, p.forwarded_at, "转送", where, unit=p.unit_id)
    yield _own(7, p.received_at, "收到", where, unit=p.unit_id)
    yield _own(3, p.accepted_at, "受理告知", where & ~refused, unit=p.unit_id)
    yield _own(
        4, _extended_at(), "延期", where & (p.extended_days > 0), unit=p.unit_id,
        note=func.concat(cast(p.extended_days, String), "日"),
    )  # fmt: skip
    closing = case((refused, p.status), else_="办结")
    outcome = case((refused, null()), (p.resolved, "已化解"), (p.resolved.is_(False), "未化解"))
    yield _own(5, p.closed_at, closing, where, unit=p.unit_id, note=outcome)
    bureau, unit = (func.coalesce(evaluation, "未评价") for evaluation in (p.satisfaction_bureau, p.satisfaction_unit))
    opinion = func.concat("信访部门：", bureau, "；责任单位：", unit)
    yield _own(6, p.evaluated_at, "评价", where, unit=p.unit_id, note=opinion)


def _extended_at() -> ColumnElement[Any]:
    """The moment of the extension, which no column keeps.

    It was granted no later than the original deadline (article 34), the closing and the last change of
    the row, and not before registration.
    """
    p = petition.c
    day = literal_column("INTERVAL '1' DAY", Interval)
    latest = func.least(p.due_at - p.extended_days * day, p.closed_at, p.updated_at)
    return case((p.due_at.is_not(None), func.greatest(latest, p.registered_at)))


def _child_events(where: ColumnElement[bool]) -> Iterator[Select[*tuple[Any, ...]]]:
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


def _own(
    slot: int,
    moment: ColumnElement[Any],
    action: str | ColumnElement[Any],
    where: ColumnElement[bool],
    unit: ColumnElement[Any] | None = None,
    note: ColumnElement[Any] | None = None,
) -> Select[*tuple[Any, ...]]:
    """An event that stands in a column of the petition itself."""
    number = petition.c.petition_id * 10 + slot
    return _event(number, petition.c.petition_id, moment, action, unit, None, note).where(where, moment.is_not(None))


def _other(
    table: Table,
    space: int,
    slot: int,
    moment: ColumnElement[Any],
    action: str | ColumnElement[Any],
    where: ColumnElement[bool],
    actor: ColumnElement[Any] | None = None,
    note: ColumnElement[Any] | None = None,
) -> Select[*tuple[Any, ...]]:
    """An event that stands in a row of another table that points at the petition."""
    number = literal(space * _RANGE, BigInteger) + next(iter(table.primary_key)) * 10 + slot
    matching = select(petition.c.petition_id).where(where)
    event = _event(number, table.c.petition_id, moment, action, None, actor, note)
    return event.where(moment.is_not(None), table.c.petition_id.in_(matching))


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
