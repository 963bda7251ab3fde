"""The course of a case: planned to its end first; `observed` then hides what lies after the present.

Every step of an office falls into its hours. Every level is a whole number per 10,000.
"""

from dataclasses import dataclass, replace

import numpy as np

from casebase.case_words import ARTICLE_29, ARTICLE_30, HANDLING_PATHS, NOT_HANDLED, PETITION_PROCEDURE
from casebase.demo import origins
from casebase.demo.draws import PER_MYRIAD, Draws, rolled
from casebase.demo.hours import OFFICE, read_waking, soon_after, waking_moment
from casebase.demo.origins import Origins
from casebase.demo.world import World

HANDLED = -1
REFUSED, NO_MORE, FILED = range(len(NOT_HANDLED))
"""Ends of a course: HANDLED, or a position in NOT_HANDLED (不予受理 不再受理 存)."""
SIXTH = HANDLING_PATHS.index(PETITION_PROCEDURE)
_TWENTY_NINE, _THIRTY = HANDLING_PATHS.index(ARTICLE_29), HANDLING_PATHS.index(ARTICLE_30)
_NO_PATH = -1
# Of 10,000 hard cases those refused, of repeats those no longer accepted besides, of letters and of what comes over the
# net those filed.
OF_REFUSED, OF_NO_MORE, OF_FILED_LETTERS, _OF_FILED_NET = 140, 450, 220, 45
EXTENSION_DAYS = 30
_LONG_DAYS = 82
# Of 1,000 cases that stay open those up to each span, and the spans in days.
_LONG_SHARES = (400, 780, 930)
_LONG_BOUNDS = ((200, 400, 900, 1_800), (400, 900, 1_800, 3_300))
_NONE = np.datetime64("NaT", "s")


@dataclass(eq=False)
class Course:
    """The planned course of each case; NaT where a step never comes."""

    ending: np.ndarray
    counted: np.ndarray
    path: np.ndarray  # position in HANDLING_PATHS; −1 for an order of 12345
    long: np.ndarray  # stays open for long
    assigned: np.ndarray  # a leader takes charge of it
    forwarded: np.ndarray
    received: np.ndarray
    accepted: np.ndarray
    extended: np.ndarray  # moment of the extension
    closed: np.ndarray
    resolved: np.ndarray
    evaluated: np.ndarray
    bureau: np.ndarray  # 0 … 2 in RATINGS, −1 not evaluated
    unit: np.ndarray


def plan(world: World, draws: Draws, case: Origins) -> Course:
    """Plan every step of every case."""
    n, clock = case.size, world.office
    line = case.channel == origins.LINE
    quick = case.simple | line
    ending = _endings(draws, case, quick)
    path = handling_path(world, draws, case)
    street = np.where(case.community < 0, 0, world.city.ground.community_street[case.community])
    level = _level(world, case, street)
    matter = world.city.matters.phrase_matter[case.phrase]
    long = (
        origins.stays_open(world, case.petition_id, case.registered, matter)
        & ~quick
        & (ending == HANDLED)
        & (path == SIXTH)
    )

    registered, day = clock.read(case.registered), clock.day_number(case.registered)
    forwarded = soon_after(registered, day, _days_to_forward(draws, quick), draws.bits(n))
    received = soon_after(forwarded, forwarded // OFFICE, draws.weighted([80, 16, 4], n), draws.bits(n))
    accepted = soon_after(received, received // OFFICE, _days_to_accept(draws, quick, level), draws.bits(n))
    begin = {"registered": day, "forwarded": forwarded // OFFICE, "accepted": accepted // OFFICE}[
        world.deadlines.simple_from
    ]
    limit = np.where(line, world.hotline.answer_working_days, world.deadlines.simple_working_days)
    short = soon_after(registered, np.where(line, day, begin), _days_of_quick(draws, limit, level), draws.bits(n))
    slow, extended = _long_course(world, draws, accepted, level, path == SIXTH)
    slow = np.where(long, _long_standing(world, case, accepted), slow)
    closed = np.maximum(np.where(quick, short, slow), registered + 1_800)
    # The steps of what is closed early come earlier.
    forwarded = np.minimum(forwarded, _part(registered, closed, draws.between(50, np.where(quick, 250, 480), n)))
    received = np.minimum(received, _part(forwarded, closed, draws.between(50, 300, n)))
    accepted = np.minimum(accepted, _part(received, closed, draws.between(60, 800, n)))
    refused = (ending == REFUSED) | (ending == NO_MORE)
    closed = np.where(refused, accepted, np.where(ending == FILED, forwarded, closed))
    extended = np.where(quick | (ending != HANDLED) | (extended >= closed), -1, extended)

    moments = list(clock.moment(np.stack([forwarded, received, accepted, np.maximum(extended, 0), closed])))
    for step, gone in enumerate((ending == FILED, ending == FILED, ending != HANDLED, extended < 0)):
        moments[step][gone] = _NONE
    resolved = ~case.unresolved & (case.first | ~draws.chance(1_500, n))
    counted = draws.chance(9_600, n)
    can_evaluate = counted & (ending == HANDLED) & (case.purpose != origins.REPORT)
    evaluated, bureau, unit = _evaluation(world, draws, moments[4], resolved, can_evaluate, street, level)
    hard = ~quick & (ending == HANDLED) & (case.purpose != origins.REPORT)
    assigned = hard & origins.assigned(world, case.petition_id, case.people, case.first, long)
    return Course(
        ending=ending,
        counted=counted,
        path=path,
        long=long,
        assigned=assigned,
        forwarded=moments[0],
        received=moments[1],
        accepted=moments[2],
        extended=moments[3],
        closed=moments[4],
        resolved=resolved,
        evaluated=evaluated,
        bureau=bureau,
        unit=unit,
    )


def observed(planned: Course, until: np.datetime64) -> Course:
    """The course as far as it is known at `until`."""

    def seen(moment: np.ndarray) -> np.ndarray:
        return np.where(moment <= until, moment, _NONE)

    evaluated, closed, accepted = seen(planned.evaluated), seen(planned.closed), seen(planned.accepted)
    judged = ~np.isnat(evaluated)
    return replace(
        planned,
        ending=np.where(np.isnat(closed), HANDLED, planned.ending),
        assigned=planned.assigned & ~np.isnat(accepted),
        forwarded=seen(planned.forwarded),
        received=seen(planned.received),
        accepted=accepted,
        extended=seen(planned.extended),
        closed=closed,
        evaluated=evaluated,
        bureau=np.where(judged, planned.bureau, -1),
        unit=np.where(judged, planned.unit, -1),
    )


def handling_path(world: World, draws: Draws, case: Origins) -> np.ndarray:
    """By purpose; of claims and appeals some belong into another procedure (items 1 to 5), simple ones never."""
    matters = world.city.matters
    matter = matters.phrase_matter[case.phrase]
    led = draws.chance(matters.item_percent[matter] * 100, case.size) & ~case.simple
    item = np.where(led, _THIRTY + matters.item[matter], SIXTH)
    of_purpose = np.where(case.purpose == origins.REPORT, _THIRTY, _TWENTY_NINE)
    path = np.where(case.purpose <= origins.APPEAL, item, of_purpose)
    return np.where(case.channel == origins.LINE, _NO_PATH, path)


def five_day_due(world: World, registered: np.ndarray, planned: Course, simple: np.ndarray) -> np.ndarray:
    """The fifth working day (datetime64[D]) of simple claims whose clock has started; NaT for all others."""
    start = {"registered": registered, "forwarded": planned.forwarded, "accepted": planned.accepted}[
        world.deadlines.simple_from
    ]
    runs = simple & ~np.isnat(start)
    due = np.full(start.size, np.datetime64("NaT", "D"))
    due[runs] = world.calendar.after_many(start[runs].astype("datetime64[D]"), world.deadlines.simple_working_days)
    return due


def handling_due(world: World, accepted: np.ndarray, extended_days: np.ndarray) -> np.ndarray:
    """Last second of the handling deadline of accepted cases."""
    day = accepted.astype("datetime64[D]")
    day = day + (world.deadlines.handle_days + extended_days).astype("timedelta64[D]")
    if world.deadlines.roll_over_rest_days:
        day = world.calendar.after_many(day - np.timedelta64(1, "D"), 1)
    return last_second(day)


def due(world: World, case: Origins, seen: Course) -> np.ndarray:
    """Last second of the limit: of article 34 once accepted where the 60 days apply, of 12345; NaT for all others."""
    limit = np.full(case.size, _NONE)
    runs = (seen.path == SIXTH) & ~np.isnat(seen.accepted)
    extended_days = np.where(np.isnat(seen.extended), 0, EXTENSION_DAYS)
    limit[runs] = handling_due(world, seen.accepted[runs], extended_days[runs])
    line = case.channel == origins.LINE
    day = case.registered[line].astype("datetime64[D]")
    limit[line] = last_second(world.calendar.after_many(day, world.hotline.answer_working_days))
    return limit


def last_second(day: np.ndarray) -> np.ndarray:
    """The last second of each day."""
    moments: np.ndarray = (day + np.timedelta64(1, "D")).astype("datetime64[s]") - np.timedelta64(1, "s")
    return moments


def _endings(draws: Draws, case: Origins, quick: np.ndarray) -> np.ndarray:
    """Few hard cases are refused, repeats more often no longer accepted, some letters filed without an answer."""
    roll = draws.below(PER_MYRIAD, case.size)
    open_to = ~quick & (case.purpose != origins.REPORT)
    no_more = OF_REFUSED + np.where(case.first, 0, OF_NO_MORE)
    net = np.where(case.channel == origins.NET, _OF_FILED_NET, 0)
    filed = no_more + np.where(case.channel == origins.LETTER, OF_FILED_LETTERS, net)
    ending = np.select([roll < OF_REFUSED, roll < no_more, roll < filed], [REFUSED, NO_MORE, FILED], HANDLED)
    return np.where(open_to, ending, HANDLED)


def _level(world: World, case: Origins, street: np.ndarray) -> np.ndarray:
    """Per-myriad share of simple claims closed in time, by street and matter; better every year, worse in bursts."""
    matter = (world.city.matters.phrase_matter[case.phrase] * 37 % 41 - 20) * 9
    year = case.registered.astype("datetime64[Y]").astype(int) + 1970
    trend = np.clip((year - 2024) * 55, -160, 130) + 90
    shares: np.ndarray = np.clip(
        world.profile.in_time[street] + matter + trend - np.where(case.burst, 350, 0), 6500, 9930
    )
    return shares


def _days_to_forward(draws: Draws, quick: np.ndarray) -> np.ndarray:
    n = quick.size
    days = np.where(quick, draws.weighted([72, 22, 4, 2], n), draws.weighted([34, 30, 14, 9, 6, 4, 2, 1], n))
    return np.where(~quick & draws.chance(190, n), draws.between(11, 18, n), days)


def _days_to_accept(draws: Draws, quick: np.ndarray, level: np.ndarray) -> np.ndarray:
    n = quick.size
    days = np.where(quick, draws.weighted([66, 26, 8], n), draws.weighted([8, 18, 19, 16, 12, 9, 7, 5, 4, 2], n))
    late = ~quick & draws.chance((PER_MYRIAD - level) * 6 // 10, n)
    return np.where(late, draws.between(12, 22, n), days)


def _days_of_quick(draws: Draws, limit: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Working days to the closing: within the limit, often on its last day, or late with a thin tail."""
    n = limit.size
    early = draws.weighted([5, 13, 17, 19, 18, 28], n)
    early = np.where(early == 5, limit, np.minimum(early, limit))
    late = limit + 1 + draws.weighted([28, 19, 13, 10, 7, 6, 4, 3, 3, 2, 2, 1, 1, 1], n)
    return np.where(draws.chance(level, n), early, late)


def _long_course(
    world: World, draws: Draws, accepted: np.ndarray, level: np.ndarray, limited: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Closing of any other case, and its extension (−1 without): 5 to 60 days, 90 when extended, or late.

    What has no 60 days is never extended and never late.
    """
    n = accepted.size
    limit = world.deadlines.handle_days
    ordinary = np.array([5, 15, 30, 45, 56])[(bucket := draws.weighted([14, 28, 26, 22, 10], n))]
    days = (ordinary + draws.within(np.array([10, 15, 15, 11, 5])[bucket])) * limit // 60
    extended = draws.chance(900, n) & limited
    days = np.where(extended, limit - 2 + draws.between(0, 31, n), days)
    over = np.array([1, 11, 31])[(bucket := draws.weighted([36, 36, 28], n))] + draws.within(
        np.array([10, 20, 40])[bucket]
    )
    late = draws.chance((PER_MYRIAD - level) * 17 // 20, n) & limited
    days = np.where(late, limit + np.where(extended, EXTENSION_DAYS, 0) + over, days)
    closed = world.office.days_after(accepted, days) * OFFICE + draws.below(OFFICE, n)
    asked = world.office.days_after(accepted, np.full(n, limit * 5 // 6)) * OFFICE + draws.below(OFFICE, n)
    return np.maximum(closed, accepted + 3_600), np.where(extended, asked, -1)


def _long_standing(world: World, case: Origins, accepted: np.ndarray) -> np.ndarray:
    """Closing of cases that stay open: after months, for few after years; what is older than the system, for long."""
    roll = rolled(case.petition_id, world.seed, _LONG_DAYS, 1_000)
    low, high = (np.array(bound)[np.searchsorted(_LONG_SHARES, roll, side="right")] for bound in _LONG_BOUNDS)
    days = low + rolled(case.petition_id, world.seed, _LONG_DAYS + 1, high - low)
    days = np.where(case.registered < world.whole_from, 2_200 + days * 3 // 5, days)
    closed: np.ndarray = world.office.days_after(accepted, days) * OFFICE + rolled(
        case.petition_id, world.seed, _LONG_DAYS + 2, OFFICE
    )
    return closed


def _evaluation(
    world: World,
    draws: Draws,
    closed: np.ndarray,
    resolved: np.ndarray,
    eligible: np.ndarray,
    street: np.ndarray,
    level: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Given in waking hours within the days for it."""
    n = closed.size
    given = eligible & draws.chance(world.profile.evaluated[street], n)
    window = world.deadlines.evaluation_days * 13 * 3_600 - 3_600
    delay = np.minimum(draws.below(window, n), draws.below(window, n)) + 1_800
    better = (level - 9_300) // 8
    bureau = np.where(draws.chance(9_600, n), _opinion(draws, np.where(resolved, 7_300, 4_900) + better, 2_200), -1)
    unit = np.where(
        (bureau < 0) | draws.chance(9_300, n), _opinion(draws, np.where(resolved, 6_500, 3_300) + better, 2_750), -1
    )
    evaluated = waking_moment(read_waking(closed) + delay)
    return np.where(given, evaluated, _NONE), np.where(given, bureau, -1), np.where(given, unit, -1)


def _opinion(draws: Draws, content: np.ndarray, fair: int) -> np.ndarray:
    drawn = draws.below(PER_MYRIAD, content.size)
    return np.where(drawn < content, 0, np.where(drawn < content + fair, 1, 2))


def _part(start: np.ndarray, end: np.ndarray, per_mille: np.ndarray) -> np.ndarray:
    """A share of the way from start to end, in seconds."""
    seconds: np.ndarray = start + (end - start) * per_mille // 1000
    return seconds
