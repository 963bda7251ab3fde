"""Building the demonstration city into an empty case database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection, Table, func, select

from casebase import events, schema, workdays
from casebase.bulk_insert import append
from casebase.demo import cases, disputes, hearings, places, profile, reviews, rhythm
from casebase.demo.cases import World
from casebase.demo.draws import Draws
from casebase.engine import Casebase, mark_changed, write_info
from casebase.zhengzhou import CITY_NAME

BLOCK = 100_000
"""Cases drawn at a time. Part of what a seed means: another size gives other rows."""
_EVENTS_AT_ONCE = 1_000_000
_MEMORY = "5GB"
LIVE_SINCE, YEARLY = "demo_live_since", "demo_yearly"
"""Keys of `info`: when the built part ends and the living part begins, and the volume of the year before."""

Progress = Callable[[str, int, int], None]


@dataclass(eq=False)
class _Numbers:
    """The next free number of each table."""

    task: int = 1
    reception: int = 1
    supervision: int = 1
    mediation: int = 1


def build(casebase: Casebase, *, cases: int, seed: int, until: datetime, progress: Progress) -> None:
    """Fill an upgraded, empty case database with `cases` cases of the five years before `until`.

    One transaction: interrupted, the database is as before. The same cases, seed and until give the
    same rows on any machine. `progress` is told a stage's name, how much of it is done and its total.
    """
    until = until.replace(microsecond=0)
    base = np.random.SeedSequence(seed)
    city_seed, profile_seed, late_seed, block_seed = base.spawn(4)
    calendar = workdays.build(casebase.settings.calendar)
    start = rhythm.five_years_before(until)
    progress("城市与网格", 0, 1)
    city = places.make(city_seed, until)
    differences = profile.make(city, profile_seed, np.datetime64(start, "D"), (until - start).days + 2)
    world = World(city, differences, calendar, casebase.settings.deadlines, seed)
    with casebase.writing() as connection, _modest(connection):
        workdays.write(connection, calendar)
        places.write(connection, city)
        progress("城市与网格", 1, 1)
        candidates = _write_blocks(
            connection, world, rhythm.between(start, until, calendar, seed), cases, block_seed, until, progress
        )
        late = Draws(late_seed)
        hearings.write(connection, late, candidates, calendar, until, seed)
        disputes.call_experts(connection, late)
        disputes.write_model_cases(connection, late, until)
        _write_events(connection, cases, progress)
        reviews.write(connection, until)
        write_info(
            connection,
            demonstration="true",
            city_name=CITY_NAME,
            calendar=casebase.settings.calendar.kind,
            seed=str(seed),
            data_until=until.isoformat(),
            **{LIVE_SINCE: until.isoformat(), YEARLY: str(_last_year(connection, until))},
        )
        mark_changed(connection, until)


@contextmanager
def _modest(connection: Connection) -> Iterator[None]:
    """DuckDB would keep most of the machine's memory for the open transaction; it can do with less."""
    limited = connection.dialect.name == "duckdb"
    if limited:
        connection.exec_driver_sql(f"SET memory_limit = '{_MEMORY}'")
    try:
        yield
    finally:
        if limited:
            connection.exec_driver_sql("RESET memory_limit")


def _write_blocks(
    connection: Connection,
    world: World,
    span: rhythm.Rhythm,
    total: int,
    sequence: np.random.SeedSequence,
    until: datetime,
    progress: Progress,
) -> list[hearings.Candidates]:
    matter = np.empty(total, dtype=np.int16)
    community = np.empty(total, dtype=np.int16)
    root = np.arange(total, dtype=np.int64)
    numbers, candidates = _Numbers(), []
    for first in range(0, total, BLOCK):
        last = min(first + BLOCK, total)
        draws = Draws(sequence.spawn(1)[0])
        case = _origins(world, draws, span, first, last, total)
        matter[first:last], community[first:last] = case.matter, case.community
        _repeat(draws, case, root, matter, community, total)
        candidates.append(write_block(connection, world, draws, case, np.datetime64(until, "s"), numbers))
        progress("信访事项", last, total)
    return candidates


def _origins(world: World, draws: Draws, span: rhythm.Rhythm, first: int, last: int, total: int) -> cases.Origins:
    number = np.arange(first, last, dtype=np.int64)
    at = (number * span.total + draws.below(span.total, number.size)) // total
    registered, hour = span.moments(at)
    channel = span.channels(hour, draws.below(2**32, number.size))
    return cases.origins(world, draws, number + 1, registered, channel)


def _repeat(
    draws: Draws, case: cases.Origins, root: np.ndarray, matter: np.ndarray, community: np.ndarray, total: int
) -> None:
    """Make some cases repeat an earlier one: its person, place and matter.

    `root` holds the first case of every case so far, as numbers from 0.
    """
    number = case.petition_id - 1
    daily = max(total // 1826, 1)
    lag = draws.between(8 * daily, 260 * daily, case.size)
    again = draws.chance(850, case.size) & (lag <= number)
    root[number] = np.where(again, number - lag, number)
    while not np.array_equal(deeper := root[root[number]], root[number]):
        root[number] = deeper
    case.root = root[number] + 1
    case.matter = matter[root[number]].astype(np.int64)
    case.community = community[root[number]].astype(np.int64)
    matter[number], community[number] = case.matter, case.community


def write_block(
    connection: Connection, world: World, draws: Draws, case: cases.Origins, until: np.datetime64, numbers: _Numbers
) -> hearings.Candidates:
    """Plan the course of a block of cases and write all its rows as seen at `until`."""
    plan = cases.course(world, draws, case)
    seen = cases.observed(plan, until)
    petitions, grid = cases.petition_table(world, draws, case, seen)
    append_rows(connection, schema.petition, petitions)
    tasks = cases.task_table(world, draws, case, plan, grid, until, numbers.task)
    received = cases.reception_table(world, draws, case, plan, until, numbers.reception)
    watched = cases.supervision_table(world, draws, case, plan, until, numbers.supervision)
    mediated = disputes.table(world, draws, case, plan, until, numbers.mediation)
    append_rows(connection, schema.grid_task, tasks)
    append_rows(connection, schema.reception, received)
    append_rows(connection, schema.supervision, watched)
    append_rows(connection, schema.mediation, mediated)
    numbers.task += tasks.num_rows
    numbers.reception += received.num_rows
    numbers.supervision += watched.num_rows
    numbers.mediation += mediated.num_rows
    return hearings.candidates(draws, case, plan, until)


def _last_year(connection: Connection, until: datetime) -> int:
    recent = schema.petition.c.registered_at > until - timedelta(days=365)
    return connection.scalar(select(func.count()).select_from(schema.petition).where(recent)) or 0


def append_rows(connection: Connection, table: Table, rows: pa.Table) -> None:
    """Append; engines without dictionary columns get plain strings."""
    if connection.dialect.name != "duckdb":
        plain = [
            pa.field(field.name, pa.string() if pa.types.is_dictionary(field.type) else field.type)
            for field in rows.schema
        ]
        rows = rows.cast(pa.schema(plain))
    append(connection, table, rows)


def _write_events(connection: Connection, total: int, progress: Progress) -> None:
    petition_id = schema.petition.c.petition_id
    for first in range(1, total + 1, _EVENTS_AT_ONCE):
        last = min(first + _EVENTS_AT_ONCE - 1, total)
        events.derive(connection, petition_id.between(first, last), fresh=True)
        progress("办理过程", last, total)
