"""Which times are events, how far loaded data reaches, and whether its loads still keep up with it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from casebase.checks import EVENTS
from casebase.engine import FOLLOWED_WITHIN, read_state, write_info
from casebase.events import DERIVED
from casebase.schema import (
    petition_event,
)


def latest_event(connection: Connection, now: datetime) -> datetime | None:
    """The latest event of any kind in the case database, none later than `now`; None without events."""
    times = [time for statement in _latest(now) for time in connection.execute(statement).one() if time is not None]
    return max(times, default=None)


def _latest(now: datetime) -> Iterator[Select[*tuple[Any, ...]]]:
    for table, names in EVENTS.items():
        yield select(*(_up_to(table.c[name], now) for name in names))
    # Events that stand in no other table; what is derived says nothing new, and an extension's day is only inferred.
    # By their ids, which are negative, none of the millions that are derived is looked at.
    event = petition_event.c
    yield select(_up_to(event.happened_at, now)).where(event.event_id < 0, event.action.not_in(DERIVED))


def _up_to(column: ColumnElement[datetime], now: datetime) -> ColumnElement[datetime]:
    return func.max(column).filter(column <= now)


def write_reach(connection: Connection, now: datetime) -> None:
    """Keep in `info` how far the data reaches (data_until)."""
    until = latest_event(connection, now)
    if until is not None:
        write_info(connection, data_until=until.isoformat())


def write_following(connection: Connection, now: datetime) -> None:
    """Keep in `info` that the loads keep up with the bureau (followed_at), whether they brought anything or not.

    They do where the data reached within a week of this load, or loads have come at least once a week since it did:
    a week in which nobody registered is a quiet one, a file of another year is not.
    """
    state = read_state(connection)
    if any(at is not None and now - at <= FOLLOWED_WITHIN for at in (state.data_until, state.followed_at)):
        write_info(connection, followed_at=now.isoformat())
