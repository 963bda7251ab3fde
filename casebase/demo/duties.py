"""What the living city's leaders, offices and experts take on beside the handling of cases.

Receptions, supervision orders, proposals, hearings applied for and the help of experts. Whether a case is taken on
hangs on its number alone, as in the built city; only what falls due after the city came alive is taken on here, the
rest was decided when it was built.
"""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import Column, Connection, Select, Table, not_, or_, select

from casebase.bulk_insert import append
from casebase.case_words import HOTLINE, PETITION_PROCEDURE, REGISTERING_LEVELS
from casebase.demo import leaders, steps
from casebase.demo.cases import (
    ADOPTIONS,
    ANSWERS,
    ESCALATED_OF_LATE,
    ESCALATIONS,
    PROPOSALS,
    PROPOSED_OF_SUPERVISED,
    SUPERVISION_LEVELS,
)
from casebase.demo.draws import PER_MYRIAD
from casebase.demo.hearings import GUESTS, PRESIDING, ROLES, SLOTS
from casebase.demo.steps import Span
from casebase.schema import (
    expert,
    expert_task,
    hearing,
    hearing_expert,
    hearing_participant,
    petition,
    proposal,
    reception,
    supervision,
)

_HEARD = 40
"""Per 10,000 accepted cases that are not simple: about 240 hearings in five years of a full city."""
_HELPED = 4
"""Per 10,000 of the same: those that an expert helps to handle."""
_PANEL = 4
_LIMIT = timedelta(days=16) - timedelta(seconds=1)

p = petition.c


def receive(connection: Connection, span: Span) -> set[int]:
    """Leaders take on some of the accepted cases (see casebase.demo.leaders), and are done when the case is closed."""
    rows = _untaken(connection, span, reception)
    if rows.empty:
        return _close_receptions(connection, span)
    rows["level"] = pd.Index(REGISTERING_LEVELS).get_indexer(pd.Index(rows.registering_level))
    rows["is_hard"] = ~rows.is_simple.astype(bool)
    taken = leaders.takings(rows, span.world.calendar, span.world.seed)
    rows = rows.loc[taken.index].join(taken)
    rows["held_at"] = _none(rows)
    steps.apply(span, rows, "held_at", rows.accepted_at, rows.planned.astype("datetime64[us]"))
    come = _due_rows(rows, "held_at")
    places = np.array([*leaders.PLACES, None], dtype=object)
    received = pd.DataFrame(
        {
            "reception_id": _ids(connection, reception.c.reception_id, come),
            "leader_title": np.array(leaders.TITLES)[come.office],
            "kind": np.array(leaders.KINDS)[come.kind],
            "held_at": come.held_at,
            "place": places[come.place],
            "petition_id": come.petition_id,
        }
    )
    append(connection, reception, received)
    return set(come.petition_id.tolist()) | _close_receptions(connection, span)


def _close_receptions(connection: Connection, span: Span) -> set[int]:
    r = reception.c
    query = (
        select(r.reception_id, r.petition_id, p.closed_at)
        .join(petition, p.petition_id == r.petition_id)
        .where(r.closed_at.is_(None), p.closed_at >= r.held_at)
    )
    done = steps.read_due(connection, span, query, r.reception_id, r.petition_id)
    if done.empty:
        return set()
    steps.update(connection, reception, done[["reception_id", "closed_at"]])
    return set(done.petition_id.tolist())


def supervise(connection: Connection, span: Span) -> set[int]:
    """Orders on cases that are late, repeated or chosen for another reason, and the answers to them."""
    touched = _order(connection, span) | _answer(connection, span)
    _escalate(connection, span)
    return touched


def _order(connection: Connection, span: Span) -> set[int]:
    rows = _untaken(connection, span, supervision, earliest=timedelta(days=400))
    if rows.empty:
        return set()
    rows = rows[rows.due_at.notna() & ~rows.is_simple.astype(bool)].copy()
    if rows.empty:
        return set()
    chosen = steps.draw_below(span, rows.petition_id, 60, PER_MYRIAD) < np.where(rows.is_first, 60, 420)
    late = steps.draw_below(span, rows.petition_id, 61, PER_MYRIAD) < 4_200
    after = rows.accepted_at + pd.to_timedelta(10 + steps.draw_below(span, rows.petition_id, 62, 21), unit="D")
    rows["start"] = rows.accepted_at.where(chosen, rows.due_at)
    rows["cause"] = after.where(chosen, rows.due_at.where(late))
    rows = rows[rows.cause > pd.Timestamp(span.live_since)].copy()
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
    return set(come.petition_id.tolist())


def _answer(connection: Connection, span: Span) -> set[int]:
    s = supervision.c
    query = (
        select(s.supervision_id, s.petition_id, s.issued_at, s.replied_at, s.result, p.closed_at)
        .join(petition, p.petition_id == s.petition_id)
        .where(s.replied_at.is_(None))
    )
    rows = steps.read_due(connection, span, query, s.supervision_id, s.petition_id)
    if rows.empty:
        return set()
    days = 2 + steps.draw_below(span, rows.supervision_id, 65, 12)
    steps.apply(
        span,
        rows,
        "replied_at",
        rows.issued_at,
        steps.office_moment_after(span, rows.issued_at, days, rows.supervision_id, 66),
    )
    moved = _due_rows(rows, "replied_at")
    results = _drawn(span, moved, 67, ANSWERS, key="supervision_id")
    moved["result"] = np.where(moved.closed_at <= moved.replied_at, "已办结", results)
    steps.update(connection, supervision, moved[["supervision_id", "replied_at", "result"]])
    return set(moved.petition_id.tolist())


def _escalate(connection: Connection, span: Span) -> None:
    """The bureau takes further steps with some of the units that let the limit of an order pass (article 39)."""
    s = supervision.c
    late = or_(s.replied_at.is_(None), s.replied_at > s.due_at)
    since = pd.Timestamp(span.live_since).to_pydatetime()
    until = pd.Timestamp(span.until).to_pydatetime() - timedelta(days=1)
    query = select(s.supervision_id).where(s.escalation.is_(None), s.due_at > since, s.due_at <= until, late)
    rows = steps.read(connection, query)
    rows = rows[steps.draw_below(span, rows.supervision_id, 68, PER_MYRIAD) < ESCALATED_OF_LATE].copy()
    rows["escalation"] = _drawn(span, rows, 69, ESCALATIONS, key="supervision_id")
    steps.update(connection, supervision, rows)


def propose(connection: Connection, span: Span) -> None:
    """What the bureau proposes after some of the orders, and the written feedback (article 40)."""
    _propose(connection, span)
    _take_feedback(connection, span)


def _propose(connection: Connection, span: Span) -> None:
    s, q = supervision.c, proposal.c
    known = select(q.petition_id).where(q.petition_id.is_not(None))
    since = pd.Timestamp(span.live_since).to_pydatetime()
    query = (
        select(s.petition_id, s.issued_at, p.unit_id)
        .join(petition, p.petition_id == s.petition_id)
        .where(s.issued_at > since, s.petition_id.not_in(known))
    )
    rows = steps.read_due(connection, span, query, s.petition_id, s.petition_id)
    if rows.empty:
        return
    rows = rows[steps.draw_below(span, rows.petition_id, 100, PER_MYRIAD) < PROPOSED_OF_SUPERVISED].copy()
    if rows.empty:
        return
    rows["made_at"] = _none(rows)
    days = 12 + steps.draw_below(span, rows.petition_id, 101, 19)
    planned = steps.office_moment_after(span, rows.issued_at, days, rows.petition_id, 102)
    steps.apply(span, rows, "made_at", rows.issued_at, planned)
    come = _due_rows(rows, "made_at")
    proposals = pd.DataFrame(
        {
            "proposal_id": _ids(connection, q.proposal_id, come),
            "kind": _drawn(span, come, 103, PROPOSALS),
            "unit_id": come.unit_id,
            "petition_id": come.petition_id,
            "made_at": come.made_at,
        }
    )
    append(connection, proposal, proposals)


def _take_feedback(connection: Connection, span: Span) -> None:
    q = proposal.c
    query = select(q.proposal_id, q.made_at, q.feedback_at).where(q.feedback_at.is_(None))
    waiting = steps.read_due(connection, span, query, q.proposal_id)
    if waiting.empty:
        return
    days = 8 + steps.draw_below(span, waiting.proposal_id, 104, 38)
    planned = steps.office_moment_after(span, waiting.made_at, days, waiting.proposal_id, 105)
    steps.apply(span, waiting, "feedback_at", waiting.made_at, planned)
    moved = _due_rows(waiting, "feedback_at")
    moved["outcome"] = _drawn(span, moved, 106, ADOPTIONS, key="proposal_id")
    steps.update(connection, proposal, moved[["proposal_id", "feedback_at", "outcome"]])


def consult(connection: Connection, span: Span) -> set[int]:
    """Experts help to handle a few of the harder cases."""
    rows = _untaken(connection, span, expert_task)
    if rows.empty:
        return set()
    rows = rows[(rows.handling_path == PETITION_PROCEDURE) & ~rows.is_simple.astype(bool)]
    rows = rows[steps.draw_below(span, rows.petition_id, 110, PER_MYRIAD) < _HELPED].copy()
    if rows.empty:
        return set()
    rows["took_part_at"] = _none(rows)
    days = 2 + steps.draw_below(span, rows.petition_id, 111, 12)
    planned = steps.office_moment_after(span, rows.accepted_at, days, rows.petition_id, 112)
    steps.apply(span, rows, "took_part_at", rows.accepted_at, planned)
    come, experts = _due_rows(rows, "took_part_at"), _experts(connection)
    if come.empty or not experts.size:
        return set()
    tasks = pd.DataFrame(
        {
            "task_id": _ids(connection, expert_task.c.task_id, come),
            "expert_id": experts[steps.draw_below(span, come.petition_id, 113, experts.size)],
            "petition_id": come.petition_id,
            "kind": "办理",
            "took_part_at": come.took_part_at,
        }
    )
    append(connection, expert_task, tasks)
    return set(come.petition_id.tolist())


def apply_for_hearings(connection: Connection, span: Span) -> set[int]:
    """A few of the harder cases get a hearing: applied for, scheduled and given a panel at once."""
    rows = _untaken(connection, span, hearing)
    if rows.empty:
        return set()
    rows = rows[(rows.handling_path == PETITION_PROCEDURE) & ~rows.is_simple.astype(bool)]
    rows = rows[steps.draw_below(span, rows.petition_id, 70, PER_MYRIAD) < _HEARD].copy()
    if rows.empty:
        return set()
    days = 6 + steps.draw_below(span, rows.petition_id, 71, 12)
    rows["applied_at"] = _none(rows)
    planned = steps.office_moment_after(span, rows.accepted_at, days, rows.petition_id, 72)
    steps.apply(span, rows, "applied_at", rows.accepted_at, planned)
    come = _due_rows(rows, "applied_at")
    day = come.applied_at.to_numpy().astype("datetime64[D]")
    wait = 5 + steps.draw_below(span, come.petition_id, 73, 18)
    slot = SLOTS[steps.draw_below(span, come.petition_id, 74, SLOTS.size)]
    scheduled = span.world.calendar.after_many(day, wait).astype("datetime64[us]") + slot
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


def _experts(connection: Connection) -> np.ndarray:
    query = select(expert.c.expert_id).order_by(expert.c.expert_id)
    return np.array(connection.scalars(query).all(), dtype=np.int64)


def _seat(connection: Connection, span: Span, asked: pd.DataFrame) -> None:
    """The head of the unit presides; at most four experts of the pool and one third party hear."""
    experts = _experts(connection)
    if asked.empty:
        return
    head = pd.DataFrame(
        {"hearing_id": asked.hearing_id, "participant_no": 1, "kind": PRESIDING["办理"], "role": "主持"}
    )
    guest = head.assign(participant_no=2, kind=_drawn(span, asked, 77, GUESTS), role="听证员")
    append(connection, hearing_participant, pd.concat([head, guest], ignore_index=True))
    if not experts.size:
        return
    seat = pd.DataFrame(
        {"key": np.repeat(asked.petition_id.to_numpy(), _PANEL) * _PANEL + np.tile(np.arange(_PANEL), len(asked))}
    )
    seats = pd.DataFrame(
        {
            "hearing_id": np.repeat(asked.hearing_id.to_numpy(), _PANEL),
            "expert_id": experts[steps.draw_below(span, seat.key, 76, experts.size)],
            "role": _drawn(span, seat, 78, ROLES, key="key"),
            "recused": False,
        }
    )
    append(connection, hearing_expert, seats.drop_duplicates(["hearing_id", "expert_id"]))


def _untaken(connection: Connection, span: Span, table: Table, earliest: timedelta = timedelta(0)) -> pd.DataFrame:
    """Open cases accepted since the city came alive (or `earliest` before) that the table does not hold yet."""
    since: datetime = pd.Timestamp(span.live_since).to_pydatetime() - earliest
    query: Select[tuple[object, ...]] = select(
        p.petition_id,
        p.channel,
        p.people,
        p.is_first,
        p.is_simple,
        p.handling_path,
        p.registering_level,
        p.leader_assigned,
        p.accepted_at,
        p.due_at,
    ).where(
        p.accepted_at > since,
        p.channel != HOTLINE,
        p.closed_at.is_(None),
        not_(p.restricted),
        p.petition_id.not_in(select(table.c.petition_id).where(table.c.petition_id.is_not(None))),
    )
    return steps.read_due(connection, span, query, p.petition_id, p.petition_id)


def _none(rows: pd.DataFrame) -> pd.Series:
    return pd.Series(np.datetime64("NaT", "us"), index=rows.index)


def _due_rows(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """The rows whose moment has come, earliest first; their number is the first column."""
    due: pd.DataFrame = rows[rows[column].notna()].sort_values([column, str(rows.columns[0])]).reset_index(drop=True)
    return due


def _ids(connection: Connection, column: Column[int], rows: pd.DataFrame) -> np.ndarray:
    ids: np.ndarray = np.arange(len(rows)) + steps.next_id(connection, column)
    return ids


def _drawn(span: Span, rows: pd.DataFrame, salt: int, weights: dict[str, int], key: str = "petition_id") -> np.ndarray:
    """A word for each row, by weight."""
    words = np.repeat(list(weights), list(weights.values()))
    chosen: np.ndarray = words[steps.draw_below(span, rows[key], salt, len(words))]
    return chosen
