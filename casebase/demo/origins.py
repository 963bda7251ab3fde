"""Who petitions where about what: what a case is before anybody has handled it."""

from dataclasses import dataclass

import numpy as np

from casebase.case_words import HOTLINE, REGISTERING_LEVELS, SUGGESTION, WRONGDOING
from casebase.demo.draws import PER_MYRIAD, Draws, rolled
from casebase.demo.rhythm import CHANNELS
from casebase.demo.world import World

PURPOSES = ("求决", "申诉", SUGGESTION, WRONGDOING, "其他")
CLAIM, APPEAL, SUGGEST, REPORT, OTHER = range(len(PURPOSES))
LINE, VISIT, LETTER, NET = (CHANNELS.index(name) for name in (HOTLINE, "来访", "来信", "网信"))
COUNTY, CITY, PROVINCE, STATE = range(len(REGISTERING_LEVELS))
# 求决 申诉 意见建议 其他: hard matters, easy matters.
_PURPOSES_BY_EASE = np.array([[84, 11, 1, 4], [72, 4, 17, 7]])
_PURPOSE_AT = np.array([CLAIM, APPEAL, SUGGEST, OTHER])
# Of 1,000 cases: those up to each level of registration, by channel (as CHANNELS).
_LEVEL_ENDS = np.array(
    [[520, 930, 985], [640, 975, 994], [460, 910, 975], [600, 985, 1_000], [600, 980, 1_000], [0, 1_000, 1_000]]
)
_EASY = 60
COLLECTIVE = 5
"""People from whom on a case is collective."""
UNRESOLVED_FROM = (7_000, 8_700)
"""The luck, of 10,000, from which on a case ends unresolved: hard ones, simple claims."""
# Of 10,000 earlier cases: those whose person comes again, once they ended resolved and once they did not.
_AGAIN = (480, 4_700)
_LONG, _ASSIGNED = 80, 81
_LONG_STANDING = 200
"""Of 10,000 hard cases of grave matters: those that stay open for long (积案)."""
_GRAVE = 45
"""Matters are grave of whose cases fewer, in percent, are simple: land, demolition, unfinished buildings …"""
_LONG_OF_OLD = np.array([30, 110, 450, 2_400, 7_000])
"""The same of cases registered 5, 6, 7 … years before the end: the older ones were entered for being open still."""


@dataclass(eq=False)
class Origins:
    """One entry a case. `community` is −1 where the record lacks it; `classed` says that it has a class."""

    petition_id: np.ndarray
    registered: np.ndarray
    channel: np.ndarray
    community: np.ndarray
    phrase: np.ndarray
    classed: np.ndarray
    purpose: np.ndarray
    people: np.ndarray
    simple: np.ndarray
    level: np.ndarray  # position in REGISTERING_LEVELS
    luck: np.ndarray  # below 10,000
    root: np.ndarray  # petition_id of the first case of the same person and matter
    burst: np.ndarray

    @property
    def size(self) -> int:
        return self.petition_id.size

    @property
    def first(self) -> np.ndarray:
        is_first: np.ndarray = self.root == self.petition_id
        return is_first

    @property
    def unresolved(self) -> np.ndarray:
        """What becomes of the matter in the end, should it be handled."""
        ends: np.ndarray = self.luck >= np.array(UNRESOLVED_FROM)[self.simple.astype(np.int64)]
        return ends


def draw(world: World, draws: Draws, petition_id: np.ndarray, registered: np.ndarray, channel: np.ndarray) -> Origins:
    """First cases: a place by its volume, a matter by place and season, now and then part of a burst."""
    city, profile, n = world.city, world.profile, petition_id.size
    matters = city.matters
    community = draws.weighted(profile.community_weight, n)
    burst_day = np.clip(
        (registered.astype("datetime64[D]") - profile.first_day).astype(int), 0, len(profile.burst_community) - 1
    )
    slot = draws.below(profile.burst_community.shape[1], n)
    burst = draws.chance(260, n)
    community = np.where(burst, profile.burst_community[burst_day, slot], community)
    phrase = draws.by_row(matters.weights, month_of(registered) * 2 + city.ground.kind[community])
    phrase = np.where(burst, profile.burst_phrase[burst_day, slot], phrase)
    matter = matters.phrase_matter[phrase]
    purpose = _PURPOSE_AT[draws.by_row(_PURPOSES_BY_EASE, (matters.simple_percent[matter] >= _EASY).astype(np.int64))]
    purpose = np.where(matters.appeal[matter], APPEAL, np.where(matters.enquiry[matter], OTHER, purpose))
    purpose = np.where(matters.discipline[matter] | draws.chance(60, n), REPORT, purpose)
    collective = draws.chance(np.where(burst, 1600, 260), n) & (channel != LINE) & (purpose != OTHER)
    several = np.where(draws.chance(1100, n), draws.between(2, 4, n), 1)
    people = np.where(collective, COLLECTIVE + np.minimum(draws.below(40, n), draws.below(40, n)), several)
    asks = (purpose == CLAIM) | (purpose == OTHER)
    simple = draws.chance(matters.simple_percent[matter] * 126, n) & asks & ~collective & (channel != LINE)
    return Origins(
        petition_id=petition_id,
        registered=registered,
        channel=channel,
        community=np.where(draws.chance(15, n), -1, community),
        phrase=phrase,
        classed=~draws.chance(15, n),
        purpose=purpose,
        people=people,
        simple=simple,
        level=_levels(draws, channel),
        luck=draws.below(PER_MYRIAD, n),
        root=petition_id.copy(),
        burst=burst,
    )


def come_again(draws: Draws, unresolved: np.ndarray) -> np.ndarray:
    """Whose person comes again: far more often when the earlier case ended unresolved."""
    return draws.chance(np.array(_AGAIN)[unresolved.astype(np.int64)], unresolved.size)


def repeat(draws: Draws, case: Origins, again: np.ndarray, purpose: np.ndarray, simple: np.ndarray) -> None:
    """Who comes again asks for the same, or appeals; what was simple the first time is so less often."""
    appeals = again & draws.chance(2_500, case.size)
    case.purpose = np.where(appeals, APPEAL, np.where(again, purpose, case.purpose))
    case.simple = np.where(
        again, simple & ~appeals & draws.chance(6_500, case.size) & (case.people < COLLECTIVE), case.simple
    )


def in_season(world: World, phrase: np.ndarray, registered: np.ndarray) -> np.ndarray:
    """Whether a matter comes up at all in the month."""
    comes: np.ndarray = world.city.matters.phrase_month[phrase, month_of(registered)] > 0
    return comes


def month_of(moments: np.ndarray) -> np.ndarray:
    """0 … 11."""
    months: np.ndarray = moments.astype("datetime64[M]").astype(np.int64) % 12
    return months


def stays_open(world: World, petition_id: np.ndarray, registered: np.ndarray, matter: np.ndarray) -> np.ndarray:
    """Hard cases that stay open for long, by their number: the same in the built and in the living city.

    `matter` is the number of the class, −1 without.
    """
    year = (world.whole_from - registered).astype("timedelta64[s]").astype(np.int64) // (365 * 86_400)
    share = np.where(year < 0, _LONG_STANDING, _LONG_OF_OLD[np.clip(year, 0, _LONG_OF_OLD.size - 1)])
    grave = (matter >= 0) & (world.city.matters.simple_percent[matter] < _GRAVE)
    stays: np.ndarray = grave & (rolled(petition_id, world.seed, _LONG, PER_MYRIAD) < share)
    return stays


def assigned(
    world: World, petition_id: np.ndarray, people: np.ndarray, first: np.ndarray, long: np.ndarray
) -> np.ndarray:
    """Hard cases that a leader takes charge of (领导包案), by their number."""
    share = np.where(long, 6_000, np.where(people >= COLLECTIVE, 1_200, np.where(first, 15, 150)))
    taken: np.ndarray = rolled(petition_id, world.seed, _ASSIGNED, PER_MYRIAD) < share
    return taken


def _levels(draws: Draws, channel: np.ndarray) -> np.ndarray:
    """Where a case was registered first: most in the county or the city, few in the province or in the capital."""
    roll = draws.below(1_000, channel.size)
    level: np.ndarray = (roll[:, None] >= _LEVEL_ENDS[channel]).sum(axis=1)
    return level
