"""Cases and what hangs on them: origin, course, evaluation, grid tasks, receptions, supervision.

A course is planned to its end first; `observed` then hides what lies after the present. Every time
is a second in Asia/Shanghai, every level is a whole number per 10,000.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from casebase.demo import texts
from casebase.demo.draws import Draws
from casebase.demo.places import City
from casebase.demo.profile import Profile
from casebase.demo.rhythm import CHANNELS
from casebase.settings import DeadlineSettings
from casebase.workdays import Workdays

SOURCE = "演示数据"
PURPOSES = ("求决", "申诉", "意见建议", "检举控告", "其他")
OPINIONS = ("满意", "基本满意", "不满意")
STATUSES = ("待转送", "待受理", "办理中", "已办结", "不予受理")
_REPORT = 3  # 检举控告
_SUGGESTION = 2
_HOTLINE = CHANNELS.index("12345转办")
_VISIT = CHANNELS.index("来访")
_PURPOSES_BY_EASE = np.array([[84, 10, 1, 5], [70, 3, 20, 7]])  # 求决 申诉 意见建议 其他: hard matters, easy matters
_NONE = np.datetime64("NaT", "s")
_DAY = np.timedelta64(86_400, "s")
_SECOND = np.timedelta64(1, "s")
OFFICES = {
    "市委书记": 1, "市长": 2, "市委常委": 4, "副市长": 10, "市信访局局长": 14, "区县(市)党政主要负责人": 30,
    "区县(市)副职": 26, "街道党工委书记": 13,
}  # fmt: skip
RECEPTION_PLACES = {"市人民来访接待中心": 22, "区县(市)信访接待大厅": 40, "街道便民服务中心": 24, "现场办公": 14}
SUPERVISION_LEVELS = {"市级督办": 35, "区县督办": 65}


@dataclass(eq=False)
class Origins:
    """Who petitions where about what: one entry a case. Community and matter are −1 where the record lacks them."""

    petition_id: np.ndarray
    registered: np.ndarray
    channel: np.ndarray
    community: np.ndarray
    matter: np.ndarray
    root: np.ndarray  # petition_id of the first case of the same person and matter
    burst: np.ndarray

    @property
    def size(self) -> int:
        return self.petition_id.size

    @property
    def first(self) -> np.ndarray:
        is_first: np.ndarray = self.root == self.petition_id
        return is_first


@dataclass(eq=False)
class Course:
    """The planned course of each case; NaT where a step never comes."""

    simple: np.ndarray
    purpose: np.ndarray
    people: np.ndarray
    refused: np.ndarray
    counted: np.ndarray
    forwarded: np.ndarray
    accepted: np.ndarray
    closed: np.ndarray
    extended: np.ndarray  # moment of the extension
    resolved: np.ndarray
    evaluated: np.ndarray
    bureau: np.ndarray  # 0 … 2 in OPINIONS, −1 not evaluated
    unit: np.ndarray


@dataclass(frozen=True, eq=False)
class World:
    """What every draw needs: the city, its differences, the calendar and the deadlines."""

    city: City
    profile: Profile
    calendar: Workdays
    deadlines: DeadlineSettings
    seed: int


def origins(
    world: World, draws: Draws, petition_id: np.ndarray, registered: np.ndarray, channel: np.ndarray
) -> Origins:
    """First cases: a place by its volume, a matter by the kind of place, now and then part of a burst."""
    city, profile, n = world.city, world.profile, petition_id.size
    community = draws.weighted(profile.community_weight, n)
    weights = np.stack([city.matters.frame.urban.to_numpy(), city.matters.frame.rural.to_numpy()])
    matter = draws.by_row(weights, city.ground.kind[community])
    day = np.clip(
        (registered.astype("datetime64[D]") - profile.first_day).astype(int), 0, len(profile.burst_community) - 1
    )
    slot = draws.below(profile.burst_community.shape[1], n)
    burst = draws.chance(260, n)
    community = np.where(burst, profile.burst_community[day, slot], community)
    matter = np.where(burst, profile.burst_matter[day, slot], matter)
    community = np.where(draws.chance(10, n), -1, community)
    matter = np.where(draws.chance(10, n), -1, matter)
    return Origins(petition_id, registered, channel, community, matter, petition_id.copy(), burst)


def course(world: World, draws: Draws, case: Origins) -> Course:
    """Plan every step of every case."""
    n = case.size
    easy = (world.city.matters.simple_percent[case.matter] >= 60).astype(np.int64)
    report_share = np.where(case.matter < 0, 0, world.city.matters.discipline[case.matter] * 8200)
    purpose = np.where(
        draws.chance(np.maximum(report_share, 60), n),
        _REPORT,
        np.array([0, 1, _SUGGESTION, 4])[draws.by_row(_PURPOSES_BY_EASE, easy)],
    )
    simple_share = world.city.matters.simple_percent[case.matter] * 108 + np.where(case.channel == _HOTLINE, 1500, -200)
    collective = draws.chance(np.where(case.burst, 1600, 260), n)
    simple = draws.chance(simple_share, n) & (purpose != _REPORT) & ~collective
    several = np.where(draws.chance(1100, n), draws.between(2, 4, n), 1)
    people = np.where(collective, 5 + np.minimum(draws.below(40, n), draws.below(40, n)), several)
    refused = ~simple & draws.chance(160, n)
    street = np.where(case.community < 0, 0, world.city.ground.community_street[case.community])
    level = _level(world, case, street)
    forwarded = _forwarded(world, draws, case.registered, simple)
    accepted = _accepted(world, draws, forwarded, simple, level)
    base = {"registered": case.registered, "forwarded": forwarded, "accepted": accepted}[world.deadlines.simple_from]
    long, extended = _long_course(world, draws, accepted, level)
    closed = np.where(simple, _short_course(world, draws, base, level), long)
    closed = np.maximum(closed, case.registered + 600 * _SECOND)
    forwarded = np.minimum(forwarded, _part(case.registered, closed, draws.between(20, np.where(simple, 250, 480), n)))
    accepted = np.minimum(accepted, _part(forwarded, closed, draws.between(60, 850, n)))
    closed = np.where(refused, accepted, closed)
    resolved = ~refused & draws.chance(np.where(simple, 8700, 7000) - np.where(case.first, 0, 1200), n)
    extended = np.where(simple | refused, _NONE, extended)
    counted = draws.chance(9600, n)
    evaluated, bureau, unit = _evaluation(
        world, draws, closed, resolved, counted & ~refused & (purpose != _REPORT), street, level
    )
    return Course(
        simple,
        purpose,
        people,
        refused,
        counted,
        forwarded,
        accepted,
        closed,
        extended,
        resolved,
        evaluated,
        bureau,
        unit,
    )


def five_day_due(world: World, case_registered: np.ndarray, plan: Course) -> np.ndarray:
    """The fifth working day (datetime64[D]) of simple claims whose clock has started; NaT for all others."""
    start = {"registered": case_registered, "forwarded": plan.forwarded, "accepted": plan.accepted}[
        world.deadlines.simple_from
    ]
    runs = plan.simple & ~np.isnat(start)
    due = np.full(start.size, np.datetime64("NaT", "D"))
    due[runs] = world.calendar.after_many(start[runs].astype("datetime64[D]"), world.deadlines.simple_working_days)
    return due


def handling_due(world: World, registered: np.ndarray, accepted: np.ndarray, extended_days: np.ndarray) -> np.ndarray:
    """Last second of the handling deadline; counted from registration while a case is not accepted."""
    start = np.where(np.isnat(accepted), registered, accepted).astype("datetime64[D]")
    day = start + (world.deadlines.handle_days + extended_days).astype("timedelta64[D]")
    if world.deadlines.roll_over_rest_days:
        day = world.calendar.after_many(day - np.timedelta64(1, "D"), 1)
    due: np.ndarray = (day + np.timedelta64(1, "D")).astype("datetime64[s]") - _SECOND
    return due


def observed(plan: Course, until: np.datetime64) -> Course:
    """The course as far as it is known at `until`."""

    def seen(moment: np.ndarray) -> np.ndarray:
        return np.where(moment <= until, moment, _NONE)

    evaluated = seen(plan.evaluated)
    judged = ~np.isnat(evaluated)
    closed = seen(plan.closed)
    return Course(
        plan.simple, plan.purpose, plan.people, plan.refused & ~np.isnat(closed), plan.counted,
        seen(plan.forwarded), seen(plan.accepted), closed, seen(plan.extended), plan.resolved,
        evaluated, np.where(judged, plan.bureau, -1), np.where(judged, plan.unit, -1),
    )  # fmt: skip


def petition_table(world: World, draws: Draws, case: Origins, seen: Course) -> tuple[pa.Table, np.ndarray]:
    """Rows of `petition`, and the number of each case's grid (−1 without one)."""
    city, n = world.city, case.size
    known = case.community >= 0
    community = np.maximum(case.community, 0)
    street = np.where(known, city.ground.community_street[community], -1)
    district = np.where(known, city.ground.street_district[street], -1)
    grid = np.where(known, _grids(city, draws, community), -1)
    lon, lat = _points(city, draws, grid)
    title, body = texts.titles_and_bodies(
        city, draws, case.matter, case.community, case.channel, seen.purpose == _SUGGESTION
    )
    extended_days = np.where(np.isnat(seen.extended), 0, 30)
    closed = ~np.isnat(seen.closed)
    person = case.root
    moments = [case.registered, seen.forwarded, seen.accepted, seen.extended, seen.closed, seen.evaluated]
    table = {
        "petition_id": pa.array(case.petition_id),
        "case_no": _case_numbers(case),
        "channel": _dictionary(CHANNELS, case.channel),
        "purpose": _dictionary(PURPOSES, seen.purpose),
        "category_code": _dictionary(city.matters.codes.tolist(), case.matter),
        "title": title,
        "body": body,
        "petitioner_name": texts.names(person, world.seed),
        "petitioner_phone": texts.phones(person, world.seed),
        "petitioner_key": texts.keys(person, world.seed),
        "people": pa.array(seen.people.astype(np.int32)),
        "is_first": pa.array(case.first),
        "repeat_of": pa.array(case.root, mask=case.first),
        "is_simple": pa.array(seen.simple),
        "is_collective": pa.array(seen.people >= 5),
        "counted": pa.array(seen.counted),
        "restricted": pa.array(seen.purpose == _REPORT),
        "district_code": _codes(city.ground.district_code, district),
        "street_code": _codes(city.ground.street_code, street),
        "community_code": _codes(city.ground.community_code, case.community),
        "grid_id": _codes(city.grids.id, grid),
        "lon": pa.array(lon, mask=~known),
        "lat": pa.array(lat, mask=~known),
        "unit_id": _codes(city.units.id, _units(city, draws, case, district, street)),
        "agent_id": _codes(city.agents.id, _agents(city, draws, case, community, known)),
        "registered_at": _time(case.registered),
        "forwarded_at": _time(seen.forwarded),
        "accepted_at": _time(seen.accepted),
        "due_at": _time(handling_due(world, case.registered, seen.accepted, extended_days)),
        "extended_days": pa.array(extended_days.astype(np.int16)),
        "five_day_due": pa.array(five_day_due(world, case.registered, seen)),
        "closed_at": _time(seen.closed),
        "resolved": pa.array(seen.resolved, mask=~closed),
        "status": _dictionary(STATUSES, _status(seen)),
        "satisfaction_bureau": _dictionary(OPINIONS, seen.bureau),
        "satisfaction_unit": _dictionary(OPINIONS, seen.unit),
        "evaluated_at": _time(seen.evaluated),
        "source": _dictionary((SOURCE,), np.zeros(n, dtype=np.int64)),
        "updated_at": _time(np.fmax.reduce(moments)),
    }
    return pa.table(table), grid


def task_table(
    world: World, draws: Draws, case: Origins, plan: Course, grid: np.ndarray, until: np.datetime64, first_id: int
) -> pa.Table:
    """Rows of `grid_task` for about a third of the cases: pushed on forwarding, contacted mostly within a day."""
    city = world.city
    chosen = draws.chance(3500, case.size) & (grid >= 0) & (plan.purpose != _REPORT) & (plan.forwarded < until)
    at = np.flatnonzero(chosen)
    n = at.size
    street = city.ground.community_street[case.community[at]]
    forwarded, closed = plan.forwarded[at], plan.closed[at]
    pushed = np.minimum(forwarded + draws.between(30, 900, n) * _SECOND, _part(forwarded, closed, np.full(n, 250)))
    worker = _workers(city, draws, grid[at], pushed)
    prompt = draws.chance(np.where(worker > 0, world.profile.reached[street], 2600), n)
    wait = np.where(
        prompt, 600 + np.minimum(draws.below(85_000, n), draws.below(85_000, n)), draws.between(86_500, 330_000, n)
    )
    finished = pushed + (wait + draws.between(3_600, 520_000, n)) * _SECOND
    finished = np.maximum(np.minimum(finished, closed), pushed)
    contacted = np.minimum(pushed + wait * _SECOND, finished)
    spot = draws.chance(world.profile.settled[street], n)
    outcome = np.where(spot, 0, np.where(draws.chance(8200, n), 1, 2))
    happened = pushed <= until
    done = finished <= until
    reached = contacted <= until
    return pa.table(
        {
            "task_id": pa.array(first_id + np.cumsum(happened) - 1),
            "petition_id": pa.array(case.petition_id[at]),
            "kind": _dictionary(("协助化解", "人员核查", "人员关怀"), draws.weighted([60, 25, 15], n)),
            "grid_id": _codes(city.grids.id, grid[at]),
            "worker_id": pa.array(worker, mask=worker == 0),
            "pushed_at": _time(pushed),
            "contacted_at": _time(np.where(reached, contacted, _NONE)),
            "contact_method": _dictionary(("电话", "上门"), np.where(reached, draws.weighted([63, 37], n), -1)),
            "finished_at": _time(np.where(done, finished, _NONE)),
            "outcome": _dictionary(("就地化解", "疏导上报", "其他"), np.where(done, outcome, -1)),
        }
    ).filter(pa.array(happened))


def reception_table(
    world: World, draws: Draws, case: Origins, plan: Course, until: np.datetime64, first_id: int
) -> pa.Table:
    """Rows of `reception`: visits and collective cases that a leader received; offices, never names."""
    share = np.where(case.channel == _VISIT, 300, 10) + np.where(plan.people >= 5, 900, 0)
    at = np.flatnonzero(draws.chance(share, case.size) & (plan.purpose != _REPORT) & ~plan.refused & (case.matter >= 0))
    accepted, closed = plan.accepted[at], plan.closed[at]
    held = _office(world.calendar.after_many(accepted.astype("datetime64[D]"), 1), draws, at.size)
    happened = (held < closed) & (held <= until)
    at, held, closed = at[happened], held[happened], closed[happened]
    n = at.size
    return pa.table(
        {
            "reception_id": pa.array(first_id + np.arange(n)),
            "leader_title": _dictionary(tuple(OFFICES), draws.weighted(list(OFFICES.values()), n)),
            "held_at": _time(held),
            "place": _dictionary(tuple(RECEPTION_PLACES), draws.weighted(list(RECEPTION_PLACES.values()), n)),
            "petition_id": pa.array(case.petition_id[at]),
            "closed_at": _time(np.where(closed <= until, closed, _NONE)),
        }
    )


def supervision_table(
    world: World, draws: Draws, case: Origins, plan: Course, until: np.datetime64, first_id: int
) -> pa.Table:
    """Rows of `supervision`: orders on late and repeated cases, to be answered within 15 days."""
    limit = handling_due(world, case.registered, plan.accepted, np.where(np.isnat(plan.extended), 0, 30))
    late = plan.closed > limit
    share = np.where(late, 4200, np.where(case.first, 60, 420)) * ~plan.simple
    at = np.flatnonzero(draws.chance(share, case.size) & (plan.purpose != _REPORT))
    cause = np.where(late[at], limit[at], plan.accepted[at] + draws.between(10, 30, at.size) * _DAY)
    issued = _office(world.calendar.after_many(cause.astype("datetime64[D]"), 1), draws, at.size)
    happened = (issued < plan.closed[at]) & (issued <= until)
    at, issued = at[happened], issued[happened]
    n = at.size
    due = (issued.astype("datetime64[D]") + np.timedelta64(16, "D")).astype("datetime64[s]") - _SECOND
    replied = _office(world.calendar.after_many(issued.astype("datetime64[D]"), 1) + draws.between(2, 17, n), draws, n)
    answered = replied <= until
    result = np.where(answered, np.where(plan.closed[at] <= replied, 0, draws.weighted([0, 50, 35, 15], n)), -1)
    return pa.table(
        {
            "supervision_id": pa.array(first_id + np.arange(n)),
            "petition_id": pa.array(case.petition_id[at]),
            "level": _dictionary(tuple(SUPERVISION_LEVELS), draws.weighted(list(SUPERVISION_LEVELS.values()), n)),
            "issued_at": _time(issued),
            "due_at": _time(due),
            "replied_at": _time(np.where(answered, replied, _NONE)),
            "result": _dictionary(("已办结", "限期整改", "正在推进", "约谈提醒"), result),
        }
    )


def _level(world: World, case: Origins, street: np.ndarray) -> np.ndarray:
    """Per-myriad share of simple claims closed in time, by street and matter; better every year, worse in bursts."""
    matter = (case.matter * 37 % 41 - 20) * 9
    year = case.registered.astype("datetime64[Y]").astype(int) + 1970
    trend = np.clip((year - 2024) * 55, -160, 130)
    shares: np.ndarray = np.clip(
        world.profile.in_time[street] + matter + trend - np.where(case.burst, 350, 0), 6500, 9930
    )
    return shares


def _forwarded(world: World, draws: Draws, registered: np.ndarray, simple: np.ndarray) -> np.ndarray:
    n = registered.size
    days = np.where(simple, draws.weighted([72, 22, 4, 2], n), draws.weighted([34, 30, 14, 9, 6, 4, 2, 1], n))
    days = np.where(~simple & draws.chance(190, n), draws.between(11, 18, n), days)
    return _later(world.calendar, draws, registered, days)


def _accepted(world: World, draws: Draws, forwarded: np.ndarray, simple: np.ndarray, level: np.ndarray) -> np.ndarray:
    n = forwarded.size
    days = np.where(simple, draws.weighted([66, 26, 8], n), draws.weighted([8, 18, 19, 16, 12, 9, 7, 5, 4, 2], n))
    late = ~simple & draws.chance((10_000 - level) * 6 // 10, n)
    return _later(world.calendar, draws, forwarded, np.where(late, draws.between(12, 22, n), days))


def _short_course(world: World, draws: Draws, start: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Closing of a simple claim: within five working days, often on the last, or late with a thin tail."""
    n = start.size
    limit = world.deadlines.simple_working_days
    early = draws.weighted([5, 13, 17, 19, 18, 28], n)
    early = np.where(early == 5, limit, np.minimum(early, limit))
    late = limit + 1 + draws.weighted([28, 19, 13, 10, 7, 6, 4, 3, 3, 2, 2, 1, 1, 1], n)
    days = np.where(draws.chance(level, n), early, late)
    return _later(world.calendar, draws, start, days)


def _long_course(world: World, draws: Draws, accepted: np.ndarray, level: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Closing of any other case, and the moment of its extension: 5 to 60 days, 90 when extended, or late."""
    n = accepted.size
    limit = world.deadlines.handle_days
    ordinary = np.array([5, 15, 30, 45, 56])[(bucket := draws.weighted([14, 28, 26, 22, 10], n))]
    days = (ordinary + draws.within(np.array([10, 15, 15, 11, 5])[bucket])) * limit // 60
    extended = draws.chance(900, n)
    days = np.where(extended, limit - 2 + draws.between(0, 31, n), days)
    over = np.array([1, 11, 31])[(bucket := draws.weighted([36, 36, 28], n))] + draws.within(
        np.array([10, 20, 40])[bucket]
    )
    days = np.where(draws.chance((10_000 - level) * 17 // 20, n), limit + np.where(extended, 30, 0) + over, days)
    day = world.calendar.after_many(accepted.astype("datetime64[D]") + days, 0)
    closed = np.maximum(_office(day, draws, n), accepted + 3_600 * _SECOND)
    asked = accepted + (limit * 5 // 6) * _DAY
    return closed, np.where(extended & (asked < closed), asked, _NONE)


def _evaluation(
    world: World,
    draws: Draws,
    closed: np.ndarray,
    resolved: np.ndarray,
    eligible: np.ndarray,
    street: np.ndarray,
    level: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n = closed.size
    given = eligible & draws.chance(world.profile.evaluated[street], n)
    window = world.deadlines.evaluation_days * 86_400
    delay = np.minimum(draws.below(window - 7_200, n), draws.below(window - 7_200, n)) + 3_600
    better = (level - 9_300) // 8
    bureau = np.where(draws.chance(9_600, n), _opinion(draws, np.where(resolved, 7_300, 4_900) + better, 2_200), -1)
    unit = np.where(
        (bureau < 0) | draws.chance(9_300, n), _opinion(draws, np.where(resolved, 6_500, 3_300) + better, 2_750), -1
    )
    return np.where(given, closed + delay * _SECOND, _NONE), np.where(given, bureau, -1), np.where(given, unit, -1)


def _opinion(draws: Draws, content: np.ndarray, fair: int) -> np.ndarray:
    drawn = draws.below(10_000, content.size)
    return np.where(drawn < content, 0, np.where(drawn < content + fair, 1, 2))


def _later(calendar: Workdays, draws: Draws, start: np.ndarray, working_days: np.ndarray) -> np.ndarray:
    """A moment in office hours so many working days after `start`.

    0 is the same day, or the next working day when the office has closed.
    """
    n = start.size
    day = start.astype("datetime64[D]")
    works = calendar.is_workday[(day - calendar.days[0]).astype(int)]
    second = (start - day).astype("timedelta64[s]").astype(np.int64)
    today = (working_days == 0) & works & (second < 16 * 3600)
    later = _office(calendar.after_many(day, np.maximum(working_days, 1)), draws, n)
    opening = np.maximum(second + 300, 8 * 3600 + 1800)
    soon = opening + draws.within(np.maximum(17 * 3600 + 1800 - opening, 1))
    return np.where(today, day + soon * _SECOND, later)


def _office(day: np.ndarray, draws: Draws, n: int) -> np.ndarray:
    return day.astype("datetime64[s]") + (8 * 3600 + 1800 + draws.below(9 * 3600, n)) * _SECOND


def _part(start: np.ndarray, end: np.ndarray, per_mille: np.ndarray) -> np.ndarray:
    """The moment a share of the way from start to end."""
    moments: np.ndarray = start + ((end - start).astype(np.int64) * per_mille // 1000) * _SECOND
    return moments


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


def _units(city: City, draws: Draws, case: Origins, district: np.ndarray, street: np.ndarray) -> np.ndarray:
    level = draws.weighted([16, 52, 32], case.size)
    known = (case.matter >= 0) & (district >= 0)
    matter = np.maximum(case.matter, 0)
    unit_ids: np.ndarray = np.where(
        (level == 0) | ~known,
        city.units.city[matter],
        np.where(
            level == 1, city.units.bureau[np.maximum(district, 0), matter], city.units.street[np.maximum(street, 0)]
        ),
    )
    return unit_ids


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
        [seen.refused, ~np.isnat(seen.closed), ~np.isnat(seen.accepted), ~np.isnat(seen.forwarded)], [4, 3, 2, 1], 0
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
