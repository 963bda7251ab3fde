"""Cases as rows: petitions, and what hangs on them: grid tasks, supervision, proposals."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from casebase.case_words import HANDLING_PATHS, RATINGS, REGISTERING_LEVELS, STATUSES
from casebase.demo import course, leaders, origins, texts
from casebase.demo.course import EXTENSION_DAYS, FILED, HANDLED, SIXTH, Course
from casebase.demo.draws import PER_MYRIAD, Draws, rolled
from casebase.demo.hours import WAKING, read_waking, waking_moment
from casebase.demo.origins import Origins
from casebase.demo.places import City
from casebase.demo.rhythm import CHANNELS
from casebase.demo.world import World
from casebase.zhengzhou import CITY_NAME

SOURCE = "演示数据"
LONG_STANDING_DAYS = 365
"""An open case of so many days is a 积案."""
SUPERVISION_LEVELS = {"市级督办": 35, "区县督办": 65}
ANSWERS = {"正在推进": 58, "限期整改": 42}
"""What units answer to an order whose case they have not closed."""
ESCALATIONS = {"约谈": 52, "通报": 26, "挂牌督办": 16, "责令限期整改": 6}
PROPOSALS = {"改进工作": 62, "完善政策": 24, "追究责任": 14}
ADOPTIONS = {"采纳": 60, "部分采纳": 28, "未采纳": 12}
ESCALATED_OF_LATE, PROPOSED_OF_SUPERVISED = 3_600, 700
_THREAT = 84
# Of 协助化解, of 人员核查, of 人员关怀.
TASK_OUTCOMES = ("就地化解", "疏导上报", "其他", "已核实", "未核实", "已走访", "未走访")
_NONE = np.datetime64("NaT", "s")
_DAY = np.timedelta64(86_400, "s")
_SECOND = np.timedelta64(1, "s")


def petition_table(
    world: World, draws: Draws, case: Origins, seen: Course, until: np.datetime64
) -> tuple[pa.Table, np.ndarray]:
    """Rows of `petition` as seen at `until`, and the number of each case's grid (−1 without one)."""
    city, n = world.city, case.size
    known = case.community >= 0
    community = np.maximum(case.community, 0)
    street = np.where(known, city.ground.community_street[community], -1)
    district = np.where(known, city.ground.street_district[street], -1)
    grid = np.where(known, _grids(city, draws, community), -1)
    lon, lat = _points(city, draws, grid)
    title, body = texts.titles_and_bodies(city, draws, case)
    unit, complained = _units(city, draws, case, district, street)
    closed = ~np.isnat(seen.closed)
    handled = seen.ending == HANDLED
    person = case.root
    several = case.people >= origins.COLLECTIVE
    visit = case.channel == origins.VISIT
    moments = [
        case.registered,
        seen.forwarded,
        seen.received,
        seen.accepted,
        seen.extended,
        seen.closed,
        seen.evaluated,
    ]
    table = {
        "petition_id": pa.array(case.petition_id),
        "case_no": _case_numbers(case),
        "channel": _dictionary(CHANNELS, case.channel),
        "purpose": _dictionary(origins.PURPOSES, case.purpose),
        "category_code": _dictionary(
            city.matters.codes.tolist(), np.where(case.classed, city.matters.phrase_matter[case.phrase], -1)
        ),
        "title": title,
        "body": body,
        "petitioner_name": texts.names(person, world.seed),
        "petitioner_phone": texts.phones(person, world.seed),
        "petitioner_key": texts.keys(person, world.seed),
        "people": pa.array(case.people.astype(np.int32)),
        "is_first": pa.array(case.first),
        "repeat_of": pa.array(case.root, mask=case.first),
        "is_simple": pa.array(case.simple),
        "is_collective": pa.array(several),
        "counted": pa.array(seen.counted),
        "restricted": pa.array(case.purpose == origins.REPORT),
        "district_code": _codes(city.ground.district_code, district),
        "street_code": _codes(city.ground.street_code, street),
        "community_code": _codes(city.ground.community_code, case.community),
        "grid_id": _codes(city.grids.id, grid),
        "lon": pa.array(lon, mask=~known),
        "lat": pa.array(lat, mask=~known),
        "unit_id": _codes(city.units.id, np.where(seen.ending == FILED, -1, unit)),
        "complained_unit_id": _codes(city.units.id, complained),
        "registering_body": _registering_bodies(city, case, district),
        "registering_level": _dictionary(REGISTERING_LEVELS, case.level),
        "handling_path": _dictionary(HANDLING_PATHS, seen.path),
        "is_skip_level": pa.array(visit & (case.level > _rank(city, unit))),
        "is_joint": pa.array(several & ~visit),
        "is_threat": pa.array(_threatens(world, case, seen)),
        "leader_assigned": pa.array(seen.assigned),
        "is_long_standing": pa.array(long_standing(case.registered, seen.closed, until) & handled),
        "agent_id": _codes(city.agents.id, _agents(city, draws, case, community, known)),
        "registered_at": _time(case.registered),
        "forwarded_at": _time(seen.forwarded),
        "received_at": _time(seen.received),
        "accepted_at": _time(seen.accepted),
        "due_at": _time(course.due(world, case, seen)),
        "extended_days": pa.array(np.where(np.isnat(seen.extended), 0, EXTENSION_DAYS).astype(np.int16)),
        "five_day_due": pa.array(course.five_day_due(world, case.registered, seen, case.simple)),
        "closed_at": _time(seen.closed),
        "resolved": pa.array(seen.resolved, mask=~closed | ~handled),
        "status": _dictionary(STATUSES, _status(seen)),
        "satisfaction_bureau": _dictionary(RATINGS, seen.bureau),
        "satisfaction_unit": _dictionary(RATINGS, seen.unit),
        "evaluated_at": _time(seen.evaluated),
        "source": _dictionary((SOURCE,), np.zeros(n, dtype=np.int64)),
        "updated_at": _time(np.fmax.reduce(moments)),
    }
    return pa.table(table), grid


def long_standing(registered: np.ndarray, closed: np.ndarray, until: np.datetime64) -> np.ndarray:
    """Cases that were open for a year or longer."""
    end = np.where(np.isnat(closed), until, closed)
    is_long: np.ndarray = end - registered >= LONG_STANDING_DAYS * _DAY
    return is_long


def task_table(
    world: World, draws: Draws, case: Origins, plan: Course, grid: np.ndarray, until: np.datetime64, first_id: int
) -> pa.Table:
    """Rows of `grid_task` for about a third of the cases: pushed on forwarding, contacted mostly within a day.

    Grid workers call and visit in waking hours, at weekends too.
    """
    city = world.city
    chosen = draws.chance(3500, case.size) & (grid >= 0) & (case.purpose != origins.REPORT)
    at = np.flatnonzero(chosen & (plan.forwarded < until) & (plan.forwarded >= world.whole_from))
    n = at.size
    street = city.ground.community_street[case.community[at]]
    forwarded, closed = plan.forwarded[at], plan.closed[at]
    pushed = np.minimum(forwarded + draws.between(30, 900, n) * _SECOND, forwarded + (closed - forwarded) // 4)
    worker = _workers(city, draws, grid[at], pushed)
    prompt = draws.chance(np.where(worker > 0, world.profile.reached[street], 2600), n)
    begin, end = read_waking(pushed), read_waking(closed)
    # A day has WAKING seconds: what is prompt is so within 24 hours.
    wait = np.where(
        prompt,
        600 + np.minimum(draws.below(WAKING - 900, n), draws.below(WAKING - 900, n)),
        draws.between(WAKING + 60, 4 * WAKING, n),
    )
    finish = np.minimum(begin + wait + draws.between(1_800, 6 * WAKING, n), end)
    finished = np.maximum(waking_moment(finish), pushed)
    contacted = np.maximum(waking_moment(np.minimum(begin + wait, finish)), pushed)
    spot = draws.chance(world.profile.settled[street], n)
    kind = draws.weighted([60, 25, 15], n)
    settled = np.where(spot, 0, np.where(draws.chance(8200, n), 1, 2))
    # Persons are verified, or cared for at home: nothing is settled.
    outcome = np.select([kind == 0, kind == 1], [settled, np.where(draws.chance(9300, n), 3, 4)], 5)
    outcome = np.where((outcome == 5) & ~draws.chance(9600, n), 6, outcome)
    happened = pushed <= until
    done = finished <= until
    reached = contacted <= until
    return pa.table(
        {
            "task_id": pa.array(first_id + np.cumsum(happened) - 1),
            "petition_id": pa.array(case.petition_id[at]),
            "kind": _dictionary(("协助化解", "人员核查", "人员关怀"), kind),
            "grid_id": _codes(city.grids.id, grid[at]),
            "worker_id": pa.array(worker, mask=worker == 0),
            "pushed_at": _time(pushed),
            "contacted_at": _time(np.where(reached, contacted, _NONE)),
            "contact_method": _dictionary(("电话", "上门"), np.where(reached, draws.weighted([63, 37], n), -1)),
            "finished_at": _time(np.where(done, finished, _NONE)),
            "outcome": _dictionary(TASK_OUTCOMES, np.where(done, outcome, -1)),
        }
    ).filter(pa.array(happened))


def reception_table(world: World, case: Origins, plan: Course, until: np.datetime64, first_id: int) -> pa.Table:
    """Rows of `reception`: cases that a leader took on while they were open; offices, never names."""
    fit = np.flatnonzero((plan.ending == HANDLED) & (case.purpose != origins.REPORT) & (case.channel != origins.LINE))
    rows = pd.DataFrame(
        {
            "petition_id": case.petition_id[fit],
            "channel": np.array(CHANNELS)[case.channel[fit]],
            "people": case.people[fit],
            "level": case.level[fit],
            "is_hard": ~case.simple[fit],
            "leader_assigned": plan.assigned[fit],
            "accepted_at": plan.accepted[fit],
        },
        index=fit,
    )
    taken = leaders.takings(rows, world.calendar, world.seed)
    held, closed = taken.planned.to_numpy().astype("datetime64[s]"), plan.closed[taken.index]
    happened = (held < closed) & (held <= until)
    taken, held, closed = taken[happened], held[happened], closed[happened]
    return pa.table(
        {
            "reception_id": pa.array(first_id + np.arange(len(taken))),
            "leader_title": _dictionary(leaders.TITLES, taken.office.to_numpy()),
            "kind": _dictionary(leaders.KINDS, taken.kind.to_numpy()),
            "held_at": _time(held),
            "place": _dictionary(leaders.PLACES, taken.place.to_numpy()),
            "petition_id": pa.array(case.petition_id[taken.index]),
            "closed_at": _time(np.where(closed <= until, closed, _NONE)),
        }
    )


def supervision_table(
    world: World, draws: Draws, case: Origins, plan: Course, until: np.datetime64, first_id: int
) -> pa.Table:
    """Rows of `supervision`: orders on late and repeated cases, to be answered within 15 days.

    The bureau escalates what is answered late (article 39); the unit answers.
    """
    limit = np.full(case.size, _NONE)
    runs = (plan.path == SIXTH) & (plan.ending == HANDLED) & ~case.simple
    extended_days = np.where(np.isnat(plan.extended), 0, EXTENSION_DAYS)
    limit[runs] = course.handling_due(world, plan.accepted[runs], extended_days[runs])
    late = plan.closed > limit
    share = np.where(plan.long, 8_500, np.where(late, 4_200, np.where(case.first, 60, 420))) * runs
    at = np.flatnonzero(draws.chance(share, case.size))
    cause = np.where(late[at], limit[at], plan.accepted[at] + draws.between(10, 30, at.size) * _DAY)
    issued = _office(world.calendar.after_many(cause.astype("datetime64[D]"), 1), draws, at.size)
    happened = (issued < plan.closed[at]) & (issued <= until)
    at, issued = at[happened], issued[happened]
    n = at.size
    due = course.last_second(issued.astype("datetime64[D]") + np.timedelta64(15, "D"))
    working_days = np.where(plan.long[at], draws.between(6, 30, n), draws.between(1, 13, n))
    replied = _office(world.calendar.after_many(issued.astype("datetime64[D]"), working_days), draws, n)
    answered = replied <= until
    result = np.where(
        answered, np.where(plan.closed[at] <= replied, 0, 1 + draws.weighted(list(ANSWERS.values()), n)), -1
    )
    overdue = (replied > due) & (due + _DAY <= until) & draws.chance(ESCALATED_OF_LATE, n)
    level = list(SUPERVISION_LEVELS.values())
    return pa.table(
        {
            "supervision_id": pa.array(first_id + np.arange(n)),
            "petition_id": pa.array(case.petition_id[at]),
            "level": _dictionary(tuple(SUPERVISION_LEVELS), draws.weighted(level, n)),
            "issued_at": _time(issued),
            "due_at": _time(due),
            "replied_at": _time(np.where(answered, replied, _NONE)),
            "result": _dictionary(("已办结", *ANSWERS), result),
            "escalation": _dictionary(
                tuple(ESCALATIONS), np.where(overdue, draws.weighted(list(ESCALATIONS.values()), n), -1)
            ),
        }
    )


def proposal_table(
    world: World, draws: Draws, supervision: pa.Table, units: pa.Array, until: np.datetime64, first_id: int
) -> pa.Table:
    """Rows of `proposal` (article 40): what some of the orders made the bureau propose, with the written feedback.

    `units` are those that handle the cases of `supervision`.
    """
    at = np.flatnonzero(draws.chance(PROPOSED_OF_SUPERVISED, supervision.num_rows))
    n = at.size
    issued = supervision["issued_at"].to_numpy()[at].astype("datetime64[D]")
    made = _office(world.calendar.after_many(issued, draws.between(12, 30, n)), draws, n)
    feedback = _office(world.calendar.after_many(made.astype("datetime64[D]"), draws.between(8, 45, n)), draws, n)
    kind, outcome = draws.weighted(list(PROPOSALS.values()), n), draws.weighted(list(ADOPTIONS.values()), n)
    happened = made <= until
    kept = np.flatnonzero(happened)
    answered = feedback[kept] <= until
    petition = supervision["petition_id"].to_numpy()[at][kept]
    return pa.table(
        {
            "proposal_id": pa.array(first_id + np.arange(kept.size)),
            "kind": _dictionary(tuple(PROPOSALS), kind[kept]),
            "unit_id": units.take(pa.array(at[kept])),
            "petition_id": pa.array(petition),
            "made_at": _time(made[kept]),
            "feedback_at": _time(np.where(answered, feedback[kept], _NONE)),
            "outcome": _dictionary(tuple(ADOPTIONS), np.where(answered, outcome[kept], -1)),
        }
    )


def _office(day: np.ndarray, draws: Draws, n: int) -> np.ndarray:
    return day.astype("datetime64[s]") + (8 * 3600 + 1800 + draws.below(9 * 3600, n)) * _SECOND


def _grids(city: City, draws: Draws, community: np.ndarray) -> np.ndarray:
    """A base grid of each community, by households."""
    low = city.grids.base_households[city.grids.base_start[community]]
    high = city.grids.base_households[city.grids.base_start[community + 1]]
    grids: np.ndarray = city.grids.base[
        np.searchsorted(city.grids.base_households, low + draws.within(high - low), side="right") - 1
    ]
    return grids


def _points(city: City, draws: Draws, grid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A point inside each grid's cell, in degrees with six decimals."""
    reach = np.maximum(city.grids.reach[grid], 1)
    shift = np.column_stack([draws.within(2 * reach) - reach for _ in range(2)])
    point = (city.grids.point[grid] + shift) / 1_000_000
    return point[:, 0], point[:, 1]


def _units(
    city: City, draws: Draws, case: Origins, district: np.ndarray, street: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The unit that handles each case, as the matter has it, and the one it complains about (−1 without).

    Reports of wrongdoing go to the bodies of discipline and are never led to who is complained about (article 30).
    """
    matters, units, n = city.matters, city.units, case.size
    matter = matters.phrase_matter[case.phrase]
    report = case.purpose == origins.REPORT
    handling = np.where(report & ~matters.discipline[matter], np.flatnonzero(matters.discipline)[0], matter)
    known = district >= 0
    area, street = np.maximum(district, 0), np.maximum(street, 0)
    level = np.where(known, draws.by_row(matters.handlers, handling), 0)
    unit = np.where(
        level == 0, units.city[handling], np.where(level == 1, units.bureau[area, handling], units.street[street])
    )
    percent = matters.complained_percent[matter] + np.where(case.purpose == origins.APPEAL, 30, 0)
    share = np.where(report, PER_MYRIAD, np.where(case.purpose <= origins.APPEAL, percent * 100, 0))
    other = np.where(report, 1 + draws.below(2, n), _OTHER_LEVEL[level, draws.below(2, n)])
    elsewhere = report | draws.chance(6_000, n)
    street_fits = report | (matters.handlers[matter, 2] > 0)
    beside = np.where((other == 2) & street_fits, units.street[street], units.bureau[area, matter])
    complained = np.where(elsewhere & known, beside, unit)
    complained = np.where(report & matters.discipline[matter], units.street[street], complained)
    return unit, np.where(draws.chance(share, n) & (known | ~report), complained, -1)


_OTHER_LEVEL = np.array([[1, 1], [2, 2], [1, 1]])


def _rank(city: City, unit: np.ndarray) -> np.ndarray:
    """The level of registration from which on a visit skips one: above the level over the unit."""
    city_units = int(city.units.bureau.min())
    ranks: np.ndarray = np.where(unit < city_units, origins.CITY, origins.COUNTY) + (
        unit < int(city.units.street.min())
    )
    return ranks


def _registering_bodies(city: City, case: Origins, district: np.ndarray) -> pa.Array:
    names = city.ground.district_name.to_pylist()
    bodies = [f"{name}信访局" for name in names]
    bodies += [f"{CITY_NAME}信访局", "河南省信访局", "国家信访局", "12345政务服务便民热线"]
    county = np.where(district >= 0, district, len(names))
    at = np.where(case.level == origins.COUNTY, county, len(names) + case.level - 1)
    return _dictionary(bodies, np.where(case.channel == origins.LINE, len(names) + 3, at))


def _threatens(world: World, case: Origins, seen: Course) -> np.ndarray:
    """Hard cases with threats of extreme acts (扬言), repeats more often."""
    hard = ~case.simple & (case.channel != origins.LINE) & (case.purpose <= origins.APPEAL) & (seen.ending == HANDLED)
    threatens: np.ndarray = hard & (
        rolled(case.petition_id, world.seed, _THREAT, PER_MYRIAD) < np.where(case.first, 15, 70)
    )
    return threatens


def _agents(city: City, draws: Draws, case: Origins, community: np.ndarray, known: np.ndarray) -> np.ndarray:
    count = city.agents.count[community]
    agent = np.minimum(city.agents.first[community] + draws.within(np.maximum(count, 1)), city.agents.since.size - 1)
    active = city.agents.since[agent] <= case.registered
    return np.where(draws.chance(3300, case.size) & known & (count > 0) & active, agent, -1)


def _workers(city: City, draws: Draws, grid: np.ndarray, pushed: np.ndarray) -> np.ndarray:
    """worker_id of somebody active in the grid when the task is pushed, else 0."""
    count = city.workers.count[grid]
    leader = np.where(count > 0, city.workers.first[grid], 0)
    anyone = leader + draws.within(np.maximum(count, 1))
    worker = np.where(city.workers.since[anyone] <= pushed, anyone, leader)
    return np.where((count > 0) & (city.workers.since[worker] <= pushed), worker + 1, 0)


def _status(seen: Course) -> np.ndarray:
    return np.select(
        [seen.ending != HANDLED, ~np.isnat(seen.closed), ~np.isnat(seen.accepted), ~np.isnat(seen.forwarded)],
        [4 + seen.ending, 3, 2, 1],
        0,
    )


def _case_numbers(case: Origins) -> pa.Array:
    day = pc.strftime(pa.array(case.registered.astype("datetime64[D]")), "%Y%m%d")
    number = pc.utf8_lpad(pa.array(case.petition_id).cast(pa.string()), 8, "0")
    return pc.binary_join_element_wise("4101", day, number, "")


def _dictionary(names: tuple[str, ...] | list[str], at: np.ndarray) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(at, pa.int32(), mask=at < 0), pa.array(names))


def _codes(values: pa.Array, at: np.ndarray) -> pa.Array:
    return values.take(pa.array(at, mask=at < 0))


def _time(moments: np.ndarray) -> pa.Array:
    return pa.array(moments.astype("datetime64[us]"))
