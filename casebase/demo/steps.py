"""What all that happens in the living city is made of: draws, waits, and rows read and written whole."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from sqlalchemy import Column, Connection, MetaData, Select, Table, func, select

from casebase.bulk_insert import append
from casebase.demo.agenda import Agenda
from casebase.demo.draws import rolled
from casebase.demo.hours import read_waking, waking_moment
from casebase.demo.world import World
from casebase.engine import frame_of, is_one_of
from casebase.schema import OPEN_END, petition

Hours = Literal["office", "waking"]
_SPREAD = 1_787
"""Seconds within which what waits for the hours to begin happens then."""


@dataclass(frozen=True, eq=False)
class Span:
    """The span (since, until] that is being applied, and what the draws need."""

    since: np.datetime64
    until: np.datetime64
    live_since: np.datetime64
    speed: float
    seed: int
    world: World
    agenda: Agenda


def next_id(connection: Connection, number: Column[int], at_least: int = 0) -> int:
    """The next free number of a table, in which so high a number is known to be taken."""
    query = select(func.max(number)).where(number >= at_least) if at_least else select(func.max(number))
    return (connection.scalar(query) or 0) + 1


def draw_below(span: Span, numbers: pd.Series, salt: int, below: int | np.ndarray) -> np.ndarray:
    """A whole number below `below` that hangs on the row's number and the city's seed alone."""
    return rolled(numbers.to_numpy(dtype=np.int64), span.world.seed, salt, below)


def wait_start(span: Span, start: pd.Series) -> pd.Series:
    """Waits are counted from the step before, or from the moment the city came alive."""
    starts: pd.Series = start.where(~(start < pd.Timestamp(span.live_since)), pd.Timestamp(span.live_since))
    return starts


def office_moment_after(
    span: Span, start: pd.Series, working_days: np.ndarray, numbers: pd.Series, salt: int
) -> pd.Series:
    """A moment in office hours some working days later; 0 is within two hours when the office is open."""
    since = wait_start(span, start)
    day = since.to_numpy().astype("datetime64[D]")
    calendar = span.world.calendar
    second = (since - since.dt.normalize()).dt.total_seconds().to_numpy()
    opened = calendar.is_workday[(day - calendar.days[0]).astype(int)] & (second >= 8.5 * 3_600) & (second < 16 * 3_600)
    soon = since + pd.to_timedelta(300 + draw_below(span, numbers, salt, 5_400), unit="s")
    later = office_moment(span, calendar.after_many(day, np.maximum(working_days, 1)), numbers, salt)
    return soon.where(opened & (working_days == 0), pd.Series(later, index=start.index))


def office_moment(span: Span, day: np.ndarray, numbers: pd.Series, salt: int) -> np.ndarray:
    """A moment in office hours of the day."""
    seconds = 8 * 3_600 + 1_800 + draw_below(span, numbers, salt, 9 * 3_600)
    moments: np.ndarray = (day.astype("datetime64[s]") + seconds.astype("timedelta64[s]")).astype("datetime64[us]")
    return moments


def apply(
    span: Span,
    rows: pd.DataFrame,
    column: str,
    start: pd.Series,
    planned: pd.Series,
    hurried: bool = True,
    hours: Hours = "office",
) -> None:
    """Write the planned moments that have come; a wait shrinks with the speed.

    What should have happened earlier happens just after `since`; what would fall out of the hours, when they begin.
    What has not come is expected: the first column of `rows` numbers it.
    """
    since = wait_start(span, start)
    moment = since + (planned - since) / span.speed if hurried else planned
    soonest = pd.Timestamp(span.since) + pd.Timedelta(seconds=1)
    moment = moment.where(~(moment < soonest), soonest).dt.floor("s")
    moment = moment.where(~(moment <= start), start + pd.Timedelta(minutes=10))
    # Out of the hours the moment moves with `since`: from the unmoved one on every step has to look.
    soonest_look = moment
    moment = within_hours(span, moment, hours)
    has_come = moment <= pd.Timestamp(span.until)
    come = moment[has_come]
    key = rows.columns[0]
    span.agenda.expect(key, rows.loc[moment.index[~has_come], key], soonest_look[~has_come])
    rows.loc[come.index, column] = come.astype("datetime64[us]")


def within_hours(span: Span, moment: pd.Series, hours: Hours) -> pd.Series:
    """The moments, those out of the hours moved to half an hour from their next beginning."""
    known = moment[moment.notna()]
    at = known.to_numpy().astype("datetime64[s]")
    clock = span.world.office
    read, back = (clock.read, clock.moment) if hours == "office" else (read_waking, waking_moment)
    # A second that is last in its hours reads as the first of the next.
    moved = back(read(at))
    spread = at.astype(np.int64) % _SPREAD
    moved = np.where(moved == at, at, moved + spread.astype("timedelta64[s]"))
    return pd.Series(moved.astype("datetime64[us]"), index=known.index).reindex(moment.index)


def read(connection: Connection, query: Select[tuple[object, ...]]) -> pd.DataFrame:
    """Rows as a frame whose times are all datetime64[us], empty columns too."""
    frame = frame_of(connection, query)
    for column in query.selected_columns:
        if str(column.type) in ("DATETIME", "DATE", "TIMESTAMP"):
            frame[column.name] = pd.to_datetime(frame[column.name]).astype("datetime64[us]")
        elif str(column.type) in ("VARCHAR", "TEXT", "BOOLEAN"):
            frame[column.name] = (
                frame[column.name].astype(object) if frame[column.name].isna().any() else frame[column.name]
            )
    return frame


def read_due(
    connection: Connection,
    span: Span,
    query: Select[tuple[object, ...]],
    key: Column[int],
    petition_id: Column[int] | None = None,
) -> pd.DataFrame:
    """`read` of the rows to which something may happen by now, as the agenda has it.

    They are numbered by `key`, and belong to the case of `petition_id`. Of no rows the columns have no types.
    """
    numbers = span.agenda.numbers(connection, key, petition_id)
    if numbers is not None and not numbers:
        return pd.DataFrame(columns=[column.name for column in query.selected_columns])
    return read(connection, query if numbers is None else query.where(is_one_of(key, numbers)))


def update(connection: Connection, table: Table, rows: pd.DataFrame) -> None:
    """Set the columns of `rows` (key first) by a join with a temporary table: one statement whatever the number."""
    if rows.empty:
        return
    key, *values = rows.columns
    columns = [table.c[name]._copy(primary_key=False) for name in rows.columns]
    staging = Table(f"_{table.name}_moved", MetaData(), *columns, prefixes=["TEMPORARY"])
    staging.create(connection)
    append(connection, staging, rows)
    assigned: dict[str, Any] = {name: staging.c[name] for name in values}
    if table is petition:
        assigned["settled_by"] = OPEN_END  # a change unsettles a case (casebase.settled)
    connection.execute(table.update().values(assigned).where(table.c[key] == staging.c[key]))
    staging.drop(connection)
