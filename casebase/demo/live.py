"""The demonstration city goes on living: cases arrive, move and close while the app runs.

What happens to a case hangs on its number and the seed alone, never on how often `advance` is
called. Nothing is written before `since`: a number that was shown for a past moment stays.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
from sqlalchemy import Connection, func, select

from casebase import events
from casebase.case_words import (
    ACCEPTED,
    CLOSED,
    HOTLINE,
    NOT_ACCEPTED,
    NOT_HANDLED,
    PETITION_PROCEDURE,
    RATINGS,
)
from casebase.demo import cases, course, disputes, duties, origins, rhythm, steps, world
from casebase.demo.agenda import Agenda
from casebase.demo.builder import LIVE_SINCE, YEARLY, append_rows
from casebase.demo.draws import PER_MYRIAD, Draws
from casebase.demo.hours import WAKING, read_waking, waking_moment
from casebase.demo.world import World
from casebase.engine import Casebase, mark_changed, read_state, write_info
from casebase.errors import CasebaseError
from casebase.schema import grid_task, grid_worker, hearing, info, mediation, petition

LONGEST_GAP = timedelta(days=92)
"""A city that was shut for longer is not caught up with further back."""
_STEP = timedelta(days=1)
_TICK = timedelta(seconds=15)
"""Open cases are looked through so often; arrivals are written at every call."""
_PAUSE = timedelta(minutes=10)
_DAY = 86_400
_ROWS_AT_ONCE = 5_000
_OLD = pd.Timedelta(days=200)
"""Cases that were open for longer when the city came alive go on staying open."""

_log = logging.getLogger(__name__)


def advance(
    casebase: Casebase, since: datetime, until: datetime, seed: int, speed: float = 1.0, agenda: Agenda | None = None
) -> int:
    """Apply in one transaction what happens in (since, until]; returns the number of cases touched.

    `speed` multiplies arrivals and shortens every wait. The version of the data grows when a case was
    touched, its cut-off time always. What another process has already let happen, as the cut-off time tells once it is
    this one's turn to write, happens no second time. An `agenda` that is kept from one call to the next spares
    the look at all that waits, and changes nothing else. Raises CasebaseError for a database that is not a
    demonstration city.
    """
    since, until = since.replace(microsecond=0), until.replace(microsecond=0)
    if until <= since:
        return 0
    with casebase.writing() as connection:
        values = dict(connection.execute(select(info.c.key, info.c.value)).all())
        if LIVE_SINCE not in values:
            raise CasebaseError(
                "the case database is not a demonstration city; only python -m casebase demo makes one that lives"
            )
        since = max(since, datetime.fromisoformat(values.get("data_until", since.isoformat())).replace(microsecond=0))
        if until <= since:
            return 0
        start = datetime.fromisoformat(values[LIVE_SINCE])
        settings = casebase.settings
        city = world.make(int(values["seed"]), start, settings.calendar, settings.deadlines, settings.hotline)
        agenda = Agenda() if agenda is None else agenda
        lived = values[LIVE_SINCE], values["seed"], speed
        agenda.go_on((*lived, values.get("version"), values.get("data_until")))
        span = steps.Span(_at(since), _at(until), _at(start), speed, seed, city, agenda)
        touched = _move(connection, span) if _ticks(since) < _ticks(until) else set()
        yearly = int(values[YEARLY])
        arrivals = _arrivals(city, start, until, speed, yearly) - _arrivals(city, start, since, speed, yearly)
        registered = _register(connection, span, since, until, arrivals)
        agenda.change(registered)
        touched |= registered
        _derive(connection, sorted(touched))
        write_info(connection, data_until=until.isoformat())
        if touched:
            mark_changed(connection, until)
        version = str(read_state(connection).version)
    agenda.rest((*lived, version, until.isoformat()))
    return len(touched)


@dataclass(eq=False)
class LiveCity:
    """A running city; `stop` ends it and waits for the last step."""

    thread: threading.Thread
    stopping: threading.Event

    def stop(self, timeout: float = 10.0) -> None:
        self.stopping.set()
        self.thread.join(timeout)


def start(casebase: Casebase, speed: float, poll_seconds: float, clock: Callable[[], datetime]) -> LiveCity:
    """Let the city live in a thread of its own until `stop`; `clock` tells it the time.

    After a pause the gap is filled at the real rhythm, a day a transaction. A database that cannot be
    reached is tried again with growing patience.
    """
    stopping, agenda = threading.Event(), Agenda()

    def live() -> None:
        patience = poll_seconds
        while not stopping.wait(patience):
            try:
                _catch_up(casebase, clock, speed, stopping, agenda)
                patience = poll_seconds
            except CasebaseError as error:
                patience = min(patience * 2, 60.0)
                _log.warning("the demonstration city waits %.0f s: %s", patience, error)
            except Exception:
                patience = min(patience * 2, 60.0)
                _log.exception("the demonstration city waits %.0f s", patience)

    thread = threading.Thread(target=live, name="demonstration-city", daemon=True)
    thread.start()
    return LiveCity(thread, stopping)


def _catch_up(
    casebase: Casebase, clock: Callable[[], datetime], speed: float, stopping: threading.Event, agenda: Agenda
) -> None:
    state = casebase.state()
    if not state.demonstration or state.data_until is None:
        raise CasebaseError("the case database is not a demonstration city")
    now = clock()
    since = max(state.data_until, now - LONGEST_GAP)
    while since < now and not stopping.is_set():
        paused = now - since > _PAUSE
        until = min(since + _STEP, now)
        advance(casebase, since, until, int(since.timestamp()), 1.0 if paused else speed, agenda)
        since = until


def _ticks(moment: datetime) -> int:
    return int((moment - datetime(2020, 1, 1)) / _TICK)


def _move(connection: Connection, span: steps.Span) -> set[int]:
    """Everything that happens to cases that are there already."""
    span.agenda.begin(span.until)
    touched: set[int] = set()
    for move in (
        _move_cases, _move_tasks, _hold_hearings, duties.receive, duties.supervise, duties.apply_for_hearings,
        duties.consult,
    ):  # fmt: skip
        moved = move(connection, span)
        span.agenda.change(moved)
        touched |= moved
    duties.propose(connection, span)
    _close_mediations(connection, span)
    span.agenda.end()
    return touched


def _at(moment: datetime) -> np.datetime64:
    return np.datetime64(moment, "us")


def _arrivals(world: World, start: datetime, moment: datetime, speed: float, yearly: int) -> int:
    """Cases registered from the start of the living city until `moment`, whatever the steps in between."""
    if moment <= start:
        return 0
    year = rhythm.between(start - timedelta(days=365), start, world.calendar, world.seed).total
    gone = rhythm.between(start, moment, world.calendar, world.seed).total
    return yearly * gone * round(speed * 1_000) // (year * 1_000)


def _register(connection: Connection, span: steps.Span, since: datetime, until: datetime, arrivals: int) -> set[int]:
    """New cases with what already happened to them by `until`."""
    if arrivals <= 0:
        return set()
    first = steps.next_id(connection, petition.c.petition_id, span.agenda.last_case)
    span.agenda.last_case = first + arrivals - 1
    draws = Draws(np.random.SeedSequence([span.seed, first]))
    hours = rhythm.between(since, until, span.world.calendar, span.world.seed)
    number = np.arange(arrivals, dtype=np.int64)
    registered, hour = hours.moments((number * hours.total + draws.below(hours.total, arrivals)) // arrivals)
    channel = hours.channels(hour, draws.bits(arrivals))
    case = origins.draw(
        span.world, draws, number + first, np.maximum(registered, span.since.astype("datetime64[s]") + 1), channel
    )
    _repeat(connection, span, draws, case)
    plan = course.plan(span.world, draws, case)
    until_second = span.until.astype("datetime64[s]")
    seen = course.observed(plan, until_second)
    rows, grid = cases.petition_table(span.world, draws, case, seen, until_second)
    append_rows(connection, petition, rows)
    task_id, mediation_id = (
        steps.next_id(connection, grid_task.c.task_id),
        steps.next_id(connection, mediation.c.mediation_id),
    )
    append_rows(connection, grid_task, cases.task_table(span.world, draws, case, plan, grid, until_second, task_id))
    mediated = disputes.table(span.world, draws, case, until_second, mediation_id, precede=False)
    append_rows(connection, mediation, mediated)
    return set(case.petition_id.tolist())


def _repeat(connection: Connection, span: steps.Span, draws: Draws, case: origins.Origins) -> None:
    """Let some of the new cases repeat an earlier one, above all one that ended unresolved."""
    earlier = (case.petition_id[0] - draws.between(1_000, 40_000, case.size)).clip(1)
    p = petition.c
    query = select(
        p.petition_id, p.repeat_of, p.community_code, p.category_code, p.title, p.purpose, p.is_simple, p.resolved
    ).where(p.petition_id.in_(earlier.tolist()), p.purpose.in_(origins.PURPOSES[: origins.APPEAL + 1]))
    by_id = {row.petition_id: row for row in connection.execute(query)}
    unresolved = np.array([number in by_id and by_id[number].resolved is False for number in earlier.tolist()])
    again = origins.come_again(draws, unresolved) & (case.channel != origins.LINE)
    matters = span.world.city.matters
    communities = pd.Index(span.world.city.ground.community_code.to_pylist())
    purpose, simple = case.purpose.copy(), case.simple.copy()
    for at in np.flatnonzero(again):
        row = by_id.get(int(earlier[at]))
        phrase = None if row is None else _phrase_of(span.world, row.category_code, row.title)
        if row is None or phrase is None or not row.community_code:
            again[at] = False
            continue
        case.root[at] = row.repeat_of or row.petition_id
        case.community[at] = communities.get_loc(row.community_code)
        case.phrase[at] = phrase
        purpose[at], simple[at] = origins.PURPOSES.index(row.purpose), row.is_simple
    again &= matters.phrase_month[case.phrase, origins.month_of(case.registered)] > 0
    case.root = np.where(again, case.root, case.petition_id)
    origins.repeat(draws, case, again, purpose, simple)


def _phrase_of(city: World, category: str | None, title: str | None) -> int | None:
    """Which phrase of its class the title of a case tells."""
    matters = city.city.matters
    own = np.flatnonzero(matters.codes[matters.phrase_matter] == category)
    return next((int(number) for number in own if matters.phrases[number] in (title or "")), None)


def _move_cases(connection: Connection, span: steps.Span) -> set[int]:
    """Forward, receive, accept, close and evaluate the cases that are due for it."""
    p = petition.c
    window = pd.Timestamp(span.until).to_pydatetime() - timedelta(days=span.world.deadlines.evaluation_days)
    columns = (
        p.petition_id, p.registered_at, p.forwarded_at, p.received_at, p.accepted_at, p.closed_at, p.evaluated_at,
        p.due_at, p.five_day_due, p.is_simple, p.is_first, p.people, p.channel, p.handling_path, p.extended_days,
        p.resolved, p.status, p.satisfaction_bureau, p.satisfaction_unit, p.updated_at, p.counted, p.restricted,
        p.grid_id, p.category_code, p.unit_id, p.leader_assigned, p.is_long_standing,
    )  # fmt: skip
    waiting = p.evaluated_at.is_(None) & p.counted & ~p.restricted & (p.closed_at > window) & (p.status == CLOSED)
    # Both lie in the last blocks of the file (see casebase.row_order).
    lately = p.settled_by > window
    query = select(*columns).where(lately, p.closed_at.is_(None) | waiting)
    # The tasks that are pushed are numbered in this order, and what becomes of a task hangs on its number.
    query = query.order_by(p.registered_at, p.petition_id)
    rows = steps.read_due(connection, span, query, p.petition_id, p.petition_id)
    if rows.empty:
        return set()
    rows["is_simple"] = rows.is_simple.astype(bool)
    rows["is_line"] = (rows.channel == HOTLINE).to_numpy(dtype=bool)
    rows["is_sixth"] = (rows.handling_path == PETITION_PROCEDURE).to_numpy(dtype=bool)
    rows["is_hard"] = ~rows.is_simple & ~rows.is_line & ~rows.restricted.astype(bool)
    rows["stays_open"] = _stays_open(span, rows)
    before = rows.copy()
    _forward(span, rows)
    _receive(span, rows)
    _accept(span, rows)
    _close(span, rows)
    _evaluate(span, rows)
    moments = ["forwarded_at", "received_at", "accepted_at", "closed_at", "evaluated_at"]
    changed = (rows[moments].notna() & before[moments].isna()).any(axis=1)
    rows.loc[changed, "updated_at"] = rows.loc[changed, moments].max(axis=1)
    changed |= _grow_old(span, rows)
    moved = rows[changed]
    kept = [
        "petition_id", *moments, "due_at", "five_day_due", "resolved", "status", "satisfaction_bureau",
        "satisfaction_unit", "updated_at", "unit_id", "leader_assigned", "is_long_standing",
    ]  # fmt: skip
    steps.update(connection, petition, moved[kept])
    _push(connection, span, moved[moved.forwarded_at.notna() & before.forwarded_at[changed].isna()])
    return set(moved.petition_id.tolist())


def _stays_open(span: steps.Span, rows: pd.DataFrame) -> np.ndarray:
    """Which hard cases stay open for long: those the built city chose, and those that have done so already."""
    registered = rows.registered_at.to_numpy().astype("datetime64[s]")
    matter = pd.Index(span.world.city.matters.codes).get_indexer(pd.Index(rows.category_code))
    chosen = origins.stays_open(span.world, rows.petition_id.to_numpy(dtype=np.int64), registered, matter)
    old = rows.registered_at < pd.Timestamp(span.live_since) - _OLD
    stays: np.ndarray = (chosen | old.to_numpy()) & rows.is_hard.to_numpy() & rows.is_sixth.to_numpy()
    return stays


def _grow_old(span: steps.Span, rows: pd.DataFrame) -> pd.Series:
    """An open case becomes a 积案 when it has been open for a year."""
    birthday = rows.registered_at + pd.Timedelta(days=cases.LONG_STANDING_DAYS)
    young = rows.closed_at.isna() & ~rows.is_long_standing.astype(bool)
    fresh = young & (birthday <= pd.Timestamp(span.until))
    span.agenda.expect("petition_id", rows.petition_id[young & ~fresh], birthday[young & ~fresh])
    rows.loc[fresh, "is_long_standing"] = True
    soonest = pd.Timestamp(span.since) + pd.Timedelta(seconds=1)
    rows.loc[fresh, "updated_at"] = birthday[fresh].where(birthday[fresh] > soonest, soonest)
    return fresh


def _forward(span: steps.Span, rows: pd.DataFrame) -> None:
    """Forwarded to a unit, or filed by the bureau (存): few letters."""
    waiting = rows.forwarded_at.isna() & rows.closed_at.isna()
    some = rows[waiting]
    days = np.array([0, 0, 0, 0, 0, 1, 1, 1, 2, 4])[steps.draw_below(span, some.petition_id, 1, 10)]
    planned = steps.office_moment_after(span, some.registered_at, days, some.petition_id, 2)
    roll = steps.draw_below(span, some.petition_id, 15, PER_MYRIAD)
    filed = some.is_hard & (some.channel == "来信") & (roll < course.OF_FILED_LETTERS)
    steps.apply(span, rows, "forwarded_at", some.registered_at[~filed], planned[~filed])
    steps.apply(span, rows, "closed_at", some.registered_at[filed], planned[filed])
    rows.loc[waiting & rows.forwarded_at.notna(), "status"] = NOT_ACCEPTED
    ended = waiting & rows.closed_at.notna()
    rows.loc[ended, "status"] = NOT_HANDLED[course.FILED]
    rows.loc[ended, "unit_id"] = None


def _receive(span: steps.Span, rows: pd.DataFrame) -> None:
    some = rows[rows.received_at.isna() & rows.forwarded_at.notna() & rows.closed_at.isna()]
    days = (steps.draw_below(span, some.petition_id, 16, 10) > 7).astype(np.int64)
    planned = steps.office_moment_after(span, some.forwarded_at, days, some.petition_id, 17)
    steps.apply(span, rows, "received_at", some.forwarded_at, planned)


def _accept(span: steps.Span, rows: pd.DataFrame) -> None:
    """Accepted, or for few hard cases refused; the limit of article 34 begins, where it applies."""
    waiting = rows.accepted_at.isna() & rows.received_at.notna() & rows.closed_at.isna()
    some = rows[waiting]
    roll = steps.draw_below(span, some.petition_id, 3, 10)
    quick = some.is_simple | some.is_line
    days = np.where(
        quick, np.array([0, 0, 0, 0, 0, 0, 0, 1, 1, 1])[roll], np.array([1, 1, 2, 2, 3, 3, 4, 5, 6, 8])[roll]
    )
    planned = steps.office_moment_after(span, some.received_at, days, some.petition_id, 4)
    roll = steps.draw_below(span, some.petition_id, 18, PER_MYRIAD)
    again = ~some.is_first.astype(bool)
    refused = some.is_hard & (roll < course.OF_REFUSED + np.where(again, course.OF_NO_MORE, 0))
    steps.apply(span, rows, "accepted_at", some.received_at[~refused], planned[~refused])
    steps.apply(span, rows, "closed_at", some.received_at[refused], planned[refused])
    ended = waiting & rows.closed_at.notna()
    no_more = pd.Series(roll >= course.OF_REFUSED, index=some.index).reindex(rows.index, fill_value=False)
    rows.loc[ended, "status"] = np.where(no_more[ended], NOT_HANDLED[course.NO_MORE], NOT_HANDLED[course.REFUSED])
    done = waiting & rows.accepted_at.notna()
    rows.loc[done, "status"] = ACCEPTED
    taken = origins.assigned(
        span.world,
        rows.petition_id.to_numpy(dtype=np.int64),
        rows.people.to_numpy(),
        rows.is_first.to_numpy(dtype=bool),
        rows.stays_open.to_numpy(dtype=bool),
    )
    rows.loc[done & rows.is_hard & taken, "leader_assigned"] = True
    limited = done & rows.is_sixth
    accepted = rows.loc[limited, "accepted_at"].to_numpy().astype("datetime64[s]")
    extended_days = rows.loc[limited, "extended_days"].to_numpy().astype(np.int64)
    rows.loc[limited, "due_at"] = course.handling_due(span.world, accepted, extended_days).astype("datetime64[us]")
    rows["five_day_due"] = _five_day_due(span, rows)


def _five_day_due(span: steps.Span, rows: pd.DataFrame) -> pd.Series:
    """Fills the deadline of simple claims whose clock starts with a later step than registration."""
    start = rows[f"{span.world.deadlines.simple_from}_at"]
    fresh = rows.is_simple & rows.five_day_due.isna() & start.notna()
    due = rows.five_day_due.copy()
    days = start[fresh].to_numpy().astype("datetime64[D]")
    due[fresh] = span.world.calendar.after_many(days, span.world.deadlines.simple_working_days).astype("datetime64[us]")
    return due


def _close(span: steps.Span, rows: pd.DataFrame) -> None:
    """A case closes somewhere on the way to its deadline, or some days after it; few stay open for long.

    What has no deadline takes as long as if it had one.
    """
    waiting = rows.closed_at.isna() & rows.accepted_at.notna()
    some = rows[waiting]
    base = steps.wait_start(span, some.accepted_at)
    without = some.accepted_at + pd.Timedelta(days=span.world.deadlines.handle_days)
    deadline = some.five_day_due.where(some.is_simple, some.due_at).fillna(some.due_at).fillna(without)
    left = (deadline.dt.normalize() - base.dt.normalize()).dt.days.to_numpy()
    late = (steps.draw_below(span, some.petition_id, 5, PER_MYRIAD) < 650) | (left < 1)
    days = np.where(
        late,
        np.maximum(left, 0) + 1 + steps.draw_below(span, some.petition_id, 6, 9) * np.where(left < 15, 1, 4),
        1 + steps.draw_below(span, some.petition_id, 7, np.maximum(left, 1)),
    )
    days = np.where(some.stays_open, 150 + steps.draw_below(span, some.petition_id, 19, 900), days)
    last = span.world.calendar.days[-1]
    day = span.world.calendar.after_many(np.minimum(base.to_numpy().astype("datetime64[D]") + days, last), 0)
    moment = pd.Series(steps.office_moment(span, day, some.petition_id, 8), index=some.index)
    steps.apply(span, rows, "closed_at", some.accepted_at, moment)
    done = waiting & rows.closed_at.notna()
    rows.loc[done, "status"] = CLOSED
    rows.loc[done, "resolved"] = steps.draw_below(span, rows.loc[done, "petition_id"], 9, 100) < np.where(
        rows.loc[done, "is_simple"], 87, 70
    )


def _evaluate(span: steps.Span, rows: pd.DataFrame) -> None:
    """About seven in ten are evaluated in the window; of those closed before the city came alive the rest."""
    eligible = (
        rows.evaluated_at.isna()
        & rows.closed_at.notna()
        & rows.counted
        & ~rows.restricted
        & ~rows.status.isin(NOT_HANDLED)
    )
    share = np.where(rows.closed_at.to_numpy() > span.live_since, 7_000, 2_500)
    waiting = eligible & (steps.draw_below(span, rows.petition_id, 10, PER_MYRIAD) < share)
    some = rows[waiting]
    window = span.world.deadlines.evaluation_days * WAKING - 3_600
    seconds = 1_800 + np.minimum(
        steps.draw_below(span, some.petition_id, 11, window), steps.draw_below(span, some.petition_id, 12, window)
    )
    moment = _awake_after(steps.wait_start(span, some.closed_at), seconds)
    last = some.closed_at + pd.Timedelta(days=span.world.deadlines.evaluation_days)
    moment = moment.where(moment <= last)
    steps.apply(span, rows, "evaluated_at", some.closed_at, moment, hours="waking")
    done = waiting & rows.evaluated_at.notna()
    happy = rows.loc[done, "resolved"].astype("boolean").fillna(False).to_numpy(dtype=bool)
    for column, salt, levels in (("satisfaction_bureau", 13, (73, 49)), ("satisfaction_unit", 14, (65, 33))):
        roll, content = steps.draw_below(span, rows.loc[done, "petition_id"], salt, 100), np.where(happy, *levels)
        rows.loc[done, column] = np.select([roll < content, roll < content + 24], RATINGS[:2], RATINGS[2])


def _awake_after(start: pd.Series, seconds: np.ndarray) -> pd.Series:
    """So many waking seconds later."""
    moments = waking_moment(read_waking(start.to_numpy().astype("datetime64[s]")) + seconds)
    return pd.Series(moments.astype("datetime64[us]"), index=start.index)


def _push(connection: Connection, span: steps.Span, forwarded: pd.DataFrame) -> None:
    """A third of the forwarded cases goes to the grid platform at the same moment."""
    chosen = forwarded[
        (steps.draw_below(span, forwarded.petition_id, 20, PER_MYRIAD) < 3_500)
        & forwarded.grid_id.notna()
        & ~forwarded.restricted
    ]
    if chosen.empty:
        return
    w = grid_worker.c
    near = w.grid_id.in_(chosen.grid_id.unique().tolist()) & (w.active_from <= pd.Timestamp(span.since).to_pydatetime())
    workers = dict(connection.execute(select(w.grid_id, func.min(w.worker_id)).where(near).group_by(w.grid_id)).all())
    first = steps.next_id(connection, grid_task.c.task_id)
    kinds = np.array(["协助化解"] * 60 + ["人员核查"] * 25 + ["人员关怀"] * 15)
    table = {
        "task_id": pa.array(np.arange(first, first + len(chosen))),
        "petition_id": pa.array(chosen.petition_id.to_numpy()),
        "kind": pa.array(kinds[steps.draw_below(span, chosen.petition_id, 21, 100)].tolist()),
        "grid_id": pa.array(chosen.grid_id.tolist()),
        "worker_id": pa.array([workers.get(grid) for grid in chosen.grid_id], pa.int64()),
        "pushed_at": pa.array(chosen.forwarded_at.to_numpy().astype("datetime64[us]")),
    }
    append_rows(connection, grid_task, pa.table(table))


def _move_tasks(connection: Connection, span: steps.Span) -> set[int]:
    """Contact people and finish tasks, at the latest when the case closes."""
    t = grid_task.c
    columns = (
        t.task_id,
        t.petition_id,
        t.worker_id,
        t.pushed_at,
        t.contacted_at,
        t.kind,
        t.contact_method,
        t.finished_at,
        t.outcome,
    )
    query = (
        select(*columns, petition.c.closed_at)
        .join(petition, petition.c.petition_id == t.petition_id)
        .where(t.finished_at.is_(None))
    )
    rows = steps.read_due(connection, span, query, t.task_id, t.petition_id)
    if rows.empty:
        return set()
    before = rows.copy()
    prompt = steps.draw_below(span, rows.task_id, 22, 100) < np.where(rows.worker_id.notna(), 94, 26)
    wait = np.where(
        prompt,
        600 + steps.draw_below(span, rows.task_id, 23, WAKING - 9_000),
        WAKING + 900 + steps.draw_below(span, rows.task_id, 23, 2 * WAKING),
    )
    waiting = rows.contacted_at.isna()
    some = rows[waiting]
    contact = _awake_after(steps.wait_start(span, some.pushed_at), wait[waiting.to_numpy()])
    contact = contact.where(~(contact > some.closed_at), some.closed_at)
    steps.apply(span, rows, "contacted_at", some.pushed_at, contact, hours="waking")
    method = np.where(steps.draw_below(span, rows.task_id, 24, 100) < 63, "电话", "上门")
    rows["contact_method"] = rows.contact_method.where(~waiting | rows.contacted_at.isna(), method)
    waiting = rows.contacted_at.notna()
    some = rows[waiting]
    begun = steps.wait_start(span, some.contacted_at)
    finish = _awake_after(begun, 3_600 + steps.draw_below(span, some.task_id, 25, 5 * WAKING))
    finish = finish.where(~(finish > some.closed_at), some.closed_at)
    steps.apply(span, rows, "finished_at", some.contacted_at, finish, hours="waking")
    roll = steps.draw_below(span, rows.task_id, 26, 100)
    settled = np.where(roll < 60, "就地化解", np.where(roll < 93, "疏导上报", "其他"))
    others = [np.where(roll < 93, "已核实", "未核实"), np.where(roll < 96, "已走访", "未走访")]
    outcome = np.select([rows.kind == "人员核查", rows.kind == "人员关怀"], others, settled)
    rows["outcome"] = rows.outcome.where(rows.finished_at.isna(), outcome)
    moments = ["contacted_at", "finished_at"]
    moved = rows[(rows[moments].notna() & before[moments].isna()).any(axis=1)]
    steps.update(connection, grid_task, moved[["task_id", "contacted_at", "contact_method", "finished_at", "outcome"]])
    return set(moved.petition_id.tolist())


def _hold_hearings(connection: Connection, span: steps.Span) -> set[int]:
    """Hearings take place when they were scheduled; some of those heard are content after a while."""
    h = hearing.c
    columns = (
        h.hearing_id,
        h.petition_id,
        h.applied_at,
        h.scheduled_at,
        h.held_at,
        h.status,
        h.conclusion,
        h.settled_at,
    )
    recent = h.held_at > pd.Timestamp(span.live_since).to_pydatetime() - timedelta(days=40)
    query = select(*columns).where((h.status == "已排期") | ((h.status == "已举行") & h.settled_at.is_(None) & recent))
    rows = steps.read_due(connection, span, query, h.hearing_id)
    if rows.empty:
        return set()
    before = rows.copy()
    waiting = rows.status == "已排期"
    steps.apply(span, rows, "held_at", rows[waiting].applied_at, rows[waiting].scheduled_at, hurried=False)
    done = waiting & rows.held_at.notna()
    rows.loc[done, "status"] = "已举行"
    conclusions = np.array(["支持诉求", "部分支持", "部分支持", "维持原意见", "达成和解"])
    rows.loc[done, "conclusion"] = conclusions[steps.draw_below(span, rows.loc[done, "hearing_id"], 30, 5)]
    waiting = rows.held_at.notna() & rows.settled_at.isna() & (steps.draw_below(span, rows.hearing_id, 31, 100) < 70)
    some = rows[waiting]
    moment = steps.wait_start(span, some.held_at) + pd.to_timedelta(
        _DAY + steps.draw_below(span, some.hearing_id, 32, 35 * _DAY), unit="s"
    )
    steps.apply(span, rows, "settled_at", some.held_at, moment)
    moments = ["held_at", "settled_at"]
    moved = rows[(rows[moments].notna() & before[moments].isna()).any(axis=1)]
    steps.update(connection, hearing, moved[["hearing_id", "held_at", "status", "conclusion", "settled_at"]])
    return set(moved.petition_id.tolist())


def _close_mediations(connection: Connection, span: steps.Span) -> None:
    m = mediation.c
    query = select(m.mediation_id, m.dispute_kind, m.opened_at, m.closed_at, m.outcome).where(m.closed_at.is_(None))
    rows = steps.read_due(connection, span, query, m.mediation_id)
    if rows.empty:
        return
    wait = 3_600 + steps.draw_below(span, rows.mediation_id, 40, 9 * WAKING)
    ended = _awake_after(steps.wait_start(span, rows.opened_at), wait)
    steps.apply(span, rows, "closed_at", rows.opened_at, ended, hours="waking")
    moved = rows[rows.closed_at.notna()].copy()
    settled = steps.draw_below(span, moved.mediation_id, 41, 100) < np.where(moved.dispute_kind == "家庭邻里", 88, 77)
    moved["outcome"] = np.where(settled, "化解", "未化解")
    steps.update(connection, mediation, moved[["mediation_id", "closed_at", "outcome"]])


def _derive(connection: Connection, touched: list[int]) -> None:
    for first in range(0, len(touched), _ROWS_AT_ONCE):
        events.derive(connection, petition.c.petition_id.in_(touched[first : first + _ROWS_AT_ONCE]))
