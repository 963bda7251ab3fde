"""What the living city's leaders and offices take on: receptions, supervision orders and hearings applied for.

Whether a case is taken on hangs on its number alone, as in the built city; only what falls due after the city came
alive is taken on here, the rest was decided when it was built.
"""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import Column, Connection, Select, Table, not_, select

from casebase.bulk_insert import append
from casebase.demo import steps
from casebase.demo.cases import OFFICES, RECEPTION_PLACES, SUPERVISION_LEVELS
from casebase.demo.draws import PER_MYRIAD
from casebase.demo.steps import Span
from casebase.schema import expert, hearing, hearing_expert, petition, reception, supervision

_HEARD = 20
"""Per 10,000 accepted cases that are not simple: about 240 hearings in five years of a full city."""
_PANEL = 5
_LIMIT = timedelta(days=16) - timedelta(seconds=1)

p = petition.c


def receive(connection: Connection, span: Span) -> set[int]:
    """Leaders receive some visitors the working day after acceptance, and are done when the case is closed."""
    rows = _untaken(connection, span, reception)
    share = np.where(rows.channel == "来访", 300, 10) + np.where(rows.people >= 5, 900, 0)
    rows = rows[steps.draw_below(span, rows.petition_id, 50, PER_MYRIAD) < share].copy()
    days = np.ones(len(rows), dtype=np.int64)
    rows["held_at"] = _none(rows)
    steps.apply(
        span,
        rows,
        "held_at",
        rows.accepted_at,
        steps.office_moment_after(span, rows.accepted_at, days, rows.petition_id, 51),
    )
    come = _due_rows(rows, "held_at")
    taken = pd.DataFrame(
        {
            "reception_id": _ids(connection, reception.c.reception_id, come),
            "leader_title": _drawn(span, come, 52, dict(OFFICES)),
            "held_at": come.held_at,
            "place": _drawn(span, come, 53, RECEPTION_PLACES),
            "petition_id": come.petition_id,
        }
    )
    append(connection, reception, taken)
    return set(come.petition_id.tolist()) | _close_receptions(connection)


def _close_receptions(connection: Connection) -> set[int]:
    r = reception.c
    query = (
        select(r.reception_id, r.petition_id, p.closed_at)
        .join(petition, p.petition_id == r.petition_id)
        .where(r.closed_at.is_(None), p.closed_at >= r.held_at)
    )
    done = steps.read(connection, query)
    steps.update(connection, reception, done[["reception_id", "closed_at"]])
    return set(done.petition_id.tolist())


def supervise(connection: Connection, span: Span) -> set[int]:
    """Orders on cases that are late, repeated or chosen for another reason, and the answers to them."""
    rows = _untaken(connection, span, supervision, earliest=timedelta(days=400))
    chosen = steps.draw_below(span, rows.petition_id, 60, PER_MYRIAD) < np.where(rows.is_first, 60, 420)
    late = steps.draw_below(span, rows.petition_id, 61, PER_MYRIAD) < 4_200
    after = rows.accepted_at + pd.to_timedelta(10 + steps.draw_below(span, rows.petition_id, 62, 21), unit="D")
    rows["start"] = rows.accepted_at.where(chosen, rows.due_at)
    rows["cause"] = after.where(chosen, rows.due_at.where(late))
    rows = rows[~rows.is_simple & (rows.cause > pd.Timestamp(span.live_since))].copy()
    days = np.ones(len(rows), dtype=np.int64)
    rows["issued_at"] = _none(rows)
    steps.apply(
        span, rows, "issued_at", rows.start, steps.office_moment_after(span, rows.cause, days, rows.petition_id, 63)
    )
    come = _due_rows(rows, "issued_at")
    orders = pd.DataFrame(
        {
            "supervision_id": _ids(connection, supervision.c.supervision_id, come),
            "petition_id": come.petition_id,
            "level": _drawn(span, come, 64, SUPERVISION_LEVELS),
            "issued_at": come.issued_at,
            "due_at": come.issued_at.dt.normalize() + _LIMIT,
        }
    )
    append(connection, supervision, orders)
    return set(come.petition_id.tolist()) | _answer(connection, span)


def _answer(connection: Connection, span: Span) -> set[int]:
    s = supervision.c
    query = (
        select(s.supervision_id, s.petition_id, s.issued_at, s.replied_at, s.result, p.closed_at)
        .join(petition, p.petition_id == s.petition_id)
        .where(s.replied_at.is_(None))
    )
    rows = steps.read(connection, query)
    days = 2 + steps.draw_below(span, rows.supervision_id, 65, 12)
    steps.apply(
        span,
        rows,
        "replied_at",
        rows.issued_at,
        steps.office_moment_after(span, rows.issued_at, days, rows.supervision_id, 66),
    )
    moved = _due_rows(rows, "replied_at")
    results = _drawn(span, moved, 67, {"限期整改": 50, "正在推进": 35, "约谈提醒": 15}, key="supervision_id")
    moved["result"] = np.where(moved.closed_at <= moved.replied_at, "已办结", results)
    steps.update(connection, supervision, moved[["supervision_id", "replied_at", "result"]])
    return set(moved.petition_id.tolist())


def apply_for_hearings(connection: Connection, span: Span) -> set[int]:
    """A few of the harder cases get a hearing: applied for, scheduled and given a panel at once."""
    rows = _untaken(connection, span, hearing)
    rows = rows[~rows.is_simple & (steps.draw_below(span, rows.petition_id, 70, PER_MYRIAD) < _HEARD)].copy()
    days = 6 + steps.draw_below(span, rows.petition_id, 71, 12)
    rows["applied_at"] = _none(rows)
    planned = steps.office_moment_after(span, rows.accepted_at, days, rows.petition_id, 72)
    steps.apply(span, rows, "applied_at", rows.accepted_at, planned)
    come = _due_rows(rows, "applied_at")
    day = come.applied_at.to_numpy().astype("datetime64[D]")
    wait = 5 + steps.draw_below(span, come.petition_id, 73, 18)
    scheduled = steps.office_moment(span, span.world.calendar.after_many(day, wait), come.petition_id, 74)
    asked = pd.DataFrame(
        {
            "hearing_id": _ids(connection, hearing.c.hearing_id, come),
            "petition_id": come.petition_id,
            "stage": "办理",
            "applied_at": come.applied_at,
            "scheduled_at": scheduled,
            "is_public": steps.draw_below(span, come.petition_id, 75, 100) < 72,
            "status": "已排期",
        }
    )
    append(connection, hearing, asked)
    _seat(connection, span, asked)
    return set(come.petition_id.tolist())


def _seat(connection: Connection, span: Span, asked: pd.DataFrame) -> None:
    """A panel of at most five from the pool, the first of them presiding."""
    experts = np.array(
        connection.scalars(select(expert.c.expert_id).order_by(expert.c.expert_id)).all(), dtype=np.int64
    )
    if asked.empty or not experts.size:
        return
    seats = pd.DataFrame(
        {
            "hearing_id": np.repeat(asked.hearing_id.to_numpy(), _PANEL),
            "expert_id": experts[
                steps.draw_below(
                    span,
                    pd.Series(
                        np.repeat(asked.petition_id.to_numpy(), _PANEL) * _PANEL
                        + np.tile(np.arange(_PANEL), len(asked))
                    ),
                    76,
                    experts.size,
                )
            ],
            "role": np.tile(["主持"] + ["评议"] * (_PANEL - 1), len(asked)),
            "recused": False,
        }
    )
    append(connection, hearing_expert, seats.drop_duplicates(["hearing_id", "expert_id"]))


def _untaken(connection: Connection, span: Span, table: Table, earliest: timedelta = timedelta(0)) -> pd.DataFrame:
    """Open cases accepted since the city came alive (or `earliest` before) that the table does not hold yet."""
    since: datetime = pd.Timestamp(span.live_since).to_pydatetime() - earliest
    query: Select[tuple[object, ...]] = select(
        p.petition_id, p.channel, p.people, p.is_first, p.is_simple, p.accepted_at, p.due_at
    ).where(
        p.accepted_at > since,
        p.closed_at.is_(None),
        not_(p.restricted),
        p.petition_id.not_in(select(table.c.petition_id).where(table.c.petition_id.is_not(None))),
    )
    return steps.read(connection, query)


def _none(rows: pd.DataFrame) -> pd.Series:
    return pd.Series(np.datetime64("NaT", "us"), index=rows.index)


def _due_rows(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """The rows whose moment has come, earliest first."""
    due: pd.DataFrame = rows[rows[column].notna()].sort_values([column, "petition_id"]).reset_index(drop=True)
    return due


def _ids(connection: Connection, column: Column[int], rows: pd.DataFrame) -> np.ndarray:
    ids: np.ndarray = np.arange(len(rows)) + steps.next_id(connection, column)
    return ids


def _drawn(span: Span, rows: pd.DataFrame, salt: int, weights: dict[str, int], key: str = "petition_id") -> np.ndarray:
    """A word for each row, by weight."""
    words = np.repeat(list(weights), list(weights.values()))
    chosen: np.ndarray = words[steps.draw_below(span, rows[key], salt, len(words))]
    return chosen
