"""Building the demonstration city into an empty case database."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection, Table, func, select

from casebase import events, schema, workdays
from casebase.bulk_insert import append, modest_memory
from casebase.demo import cases, course, disputes, hearings, origins, places, reviews, rhythm, world
from casebase.demo.draws import Draws
from casebase.demo.world import WHOLE_YEARS, World
from casebase.engine import Casebase, mark_changed, write_info
from casebase.row_order import sort_cases
from casebase.zhengzhou import CITY_NAME

BLOCK = 100_000
"""Cases drawn at a time. Part of what a seed means: another size gives other rows."""
_EVENTS_AT_ONCE = 1_000_000
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
    proposal: int = 1


@dataclass(frozen=True, eq=False)
class _Earlier:
    """What repeats take from the cases before them, by case number from 0."""

    root: np.ndarray  # number of the first case of the same person and matter
    phrase: np.ndarray
    community: np.ndarray
    purpose: np.ndarray
    simple: np.ndarray
    unresolved: np.ndarray


def build(casebase: Casebase, *, cases: int, seed: int, until: datetime, progress: Progress) -> None:
    """Fill an upgraded, empty case database with `cases` cases of the ten years before `until`, most of the last five.

    One transaction: interrupted, the database is as before. The same cases, seed and until give the
    same rows on any machine. `progress` is told a stage's name, how much of it is done and its total.
    """
    until = until.replace(microsecond=0)
    *_, late_seed, block_seed = np.random.SeedSequence(seed).spawn(4)
    progress("城市与网格", 0, 1)
    settings = casebase.settings
    made = world.make(seed, until, settings.calendar, settings.deadlines, settings.hotline)
    calendar = made.calendar
    start, whole = (rhythm.years_before(until, years) for years in (world.YEARS, WHOLE_YEARS))
    span = rhythm.between(start, until, calendar, seed, whole)
    with casebase.writing() as connection, modest_memory(connection):
        workdays.write(connection, calendar)
        places.write(connection, made.city)
        progress("城市与网格", 1, 1)
        candidates = _write_blocks(connection, made, span, cases, block_seed, until, progress)
        late = Draws(late_seed)
        hearings.write(connection, late, candidates, calendar, until, seed)
        disputes.write_expert_tasks(connection, late, made, candidates, until)
        disputes.write_model_cases(connection, late, until)
        _write_events(connection, cases, progress)
        reviews.write(connection, made.office, until)
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
    sort_cases(casebase)


def _write_blocks(
    connection: Connection,
    world: World,
    span: rhythm.Rhythm,
    total: int,
    sequence: np.random.SeedSequence,
    until: datetime,
    progress: Progress,
) -> list[hearings.Candidates]:
    earlier = _Earlier(
        root=np.arange(total, dtype=np.int64),
        phrase=np.empty(total, dtype=np.int16),
        community=np.empty(total, dtype=np.int16),
        purpose=np.empty(total, dtype=np.int8),
        simple=np.empty(total, dtype=bool),
        unresolved=np.empty(total, dtype=bool),
    )
    numbers, candidates = _Numbers(), []
    daily = max(_whole_days(world, span, total), 1)
    for first in range(0, total, BLOCK):
        last = min(first + BLOCK, total)
        draws = Draws(sequence.spawn(1)[0])
        case = _origins(world, draws, span, first, last, total)
        _repeat(world, draws, case, earlier, daily)
        candidates.append(write_block(connection, world, draws, case, np.datetime64(until, "s"), numbers))
        progress("信访事项", last, total)
    return candidates


def _whole_days(world: World, span: rhythm.Rhythm, total: int) -> int:
    """Cases a day in the years in which every office registers in the system."""
    before = int(span.sums[np.searchsorted(span.hours, world.whole_from)])
    return total * (span.total - before) // span.total // (365 * WHOLE_YEARS)


def _origins(world: World, draws: Draws, span: rhythm.Rhythm, first: int, last: int, total: int) -> origins.Origins:
    number = np.arange(first, last, dtype=np.int64)
    at = (number * span.total + draws.below(span.total, number.size)) // total
    registered, hour = span.moments(at)
    channel = span.channels(hour, draws.bits(number.size))
    return origins.draw(world, draws, number + 1, registered, channel)


def _repeat(world: World, draws: Draws, case: origins.Origins, earlier: _Earlier, daily: int) -> None:
    """Make some cases repeat an earlier one, its person, place and matter: above all one that ended unresolved."""
    number = case.petition_id - 1
    block = slice(int(number[0]), int(number[-1]) + 1)
    earlier.phrase[block], earlier.community[block], earlier.purpose[block] = case.phrase, case.community, case.purpose
    earlier.simple[block], earlier.unresolved[block] = case.simple, case.unresolved
    lag = draws.between(8 * daily, 260 * daily, case.size)
    before = number - lag
    fit = before >= 0
    before = np.maximum(before, 0)
    fit &= origins.in_season(world, earlier.phrase[before], case.registered)
    fit &= (earlier.purpose[before] <= origins.APPEAL) & (case.channel != origins.LINE)
    again = origins.come_again(draws, earlier.unresolved[before]) & fit
    root = earlier.root
    root[block] = np.where(again, before, number)
    while not np.array_equal(deeper := root[root[block]], root[block]):
        root[block] = deeper
    first = root[block]
    case.root = first + 1
    case.phrase = earlier.phrase[first].astype(np.int64)
    case.community = earlier.community[first].astype(np.int64)
    origins.repeat(draws, case, again, earlier.purpose[first], earlier.simple[first])
    earlier.phrase[block], earlier.community[block] = case.phrase, case.community
    earlier.purpose[block], earlier.simple[block] = case.purpose, case.simple


def write_block(
    connection: Connection,
    world: World,
    draws: Draws,
    case: origins.Origins,
    until: np.datetime64,
    numbers: _Numbers,
) -> hearings.Candidates:
    """Plan the course of a block of cases and write all its rows as seen at `until`."""
    plan = course.plan(world, draws, case)
    seen = course.observed(plan, until)
    petitions, grid = cases.petition_table(world, draws, case, seen, until)
    append_rows(connection, schema.petition, petitions)
    tasks = cases.task_table(world, draws, case, plan, grid, until, numbers.task)
    received = cases.reception_table(world, case, plan, until, numbers.reception)
    watched = cases.supervision_table(world, draws, case, plan, until, numbers.supervision)
    units = petitions["unit_id"].take(pa.array(watched["petition_id"].to_numpy() - case.petition_id[0]))
    proposed = cases.proposal_table(world, draws, watched, units, until, numbers.proposal)
    mediated = disputes.table(world, draws, case, until, numbers.mediation)
    append_rows(connection, schema.grid_task, tasks)
    append_rows(connection, schema.reception, received)
    append_rows(connection, schema.supervision, watched)
    append_rows(connection, schema.proposal, proposed)
    append_rows(connection, schema.mediation, mediated)
    numbers.task += tasks.num_rows
    numbers.reception += received.num_rows
    numbers.supervision += watched.num_rows
    numbers.proposal += proposed.num_rows
    numbers.mediation += mediated.num_rows
    return hearings.candidates(world, draws, case, plan, until)


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
