"""What leaders take on themselves (article 18): receptions on fixed days, visits, letters and cases in charge.

Everything hangs on the number of the case: the built and the living city follow the same rules. Leaders appear by
their office only.
"""

from functools import lru_cache

import numpy as np
import pandas as pd

from casebase.demo.draws import PER_MYRIAD, rolled
from casebase.demo.hours import OFFICE, OPENING
from casebase.demo.origins import CITY, COLLECTIVE
from casebase.workdays import Workdays

KINDS = ("接访", "下访", "阅批", "包案")
RECEIVE, GO_DOWN, READ, IN_CHARGE = range(len(KINDS))
TITLES = (
    "市委书记", "市长", "市委常委", "副市长", "市信访局局长", "区县(市)党政主要负责人", "区县(市)副职",
    "街道(乡镇)党(工)委书记",
)  # fmt: skip
PLACES = ("市人民来访接待中心", "区县(市)信访接待大厅", "街道(乡镇)来访接待室", "社区(村)现场")
# Shares of the offices in percent: reception in the city, in a county; then by the other kinds.
_OFFICES = np.array(
    [
        (2, 4, 10, 24, 60, 0, 0, 0), (0, 0, 0, 0, 0, 30, 38, 32), (1, 2, 5, 12, 8, 28, 26, 18),
        (4, 6, 10, 20, 16, 28, 16, 0), (1, 2, 5, 12, 0, 34, 30, 16),
    ]
)  # fmt: skip
_WHO = np.stack([np.repeat(np.arange(len(TITLES)), shares) for shares in _OFFICES])
# Where each office receives, and where it goes to.
_RECEIVES_AT = np.array([0, 0, 0, 0, 0, 1, 1, 2])
_GOES_TO = np.array([(1, 3), (1, 3), (1, 3), (1, 3), (1, 3), (2, 3), (2, 3), (3, 3)])
# Days of reception: of the month (or the next working day), or of the week (0 Monday … 4 Friday).
_OF_MONTH = {0: (15,), 1: (25,), 5: (5, 20)}
_OF_WEEK = {2: (1,), 3: (3,), 4: (0, 2), 6: (2,), 7: (4,)}
_SALT = 90
_RECEIVED, _COLLECTIVE_RECEIVED, _LETTERS_READ, _NET_READ, _GONE_TO = 700, 1_500, 260, 55, 40
"""Of 10,000 cases of a kind those that a leader takes on."""


def takings(rows: pd.DataFrame, calendar: Workdays, seed: int) -> pd.DataFrame:
    """Who takes on which of the accepted cases, how, when and where: at most one leader a case.

    Columns of `rows`: petition_id, channel, people, level (position in REGISTERING_LEVELS), is_hard, leader_assigned,
    accepted_at. Returned, with the index of `rows`: kind, office (positions in KINDS and TITLES), place (in PLACES, −1
    for what is read at the desk) and planned (datetime64[s]).
    """
    roll = rolled(rows.petition_id.to_numpy(), seed, _SALT, PER_MYRIAD)
    kind = _kinds(rows, roll)
    chosen = np.flatnonzero(kind >= 0)
    some, kind = rows.iloc[chosen], kind[chosen]
    number = some.petition_id.to_numpy()
    in_county = (kind == RECEIVE) & (some.level.to_numpy() < CITY)
    table = np.where(kind == RECEIVE, in_county.astype(np.int64), kind + 1)
    office = _WHO[table, rolled(number, seed, _SALT + 1, 100)]
    to = _GOES_TO[office, (rolled(number, seed, _SALT + 2, 100) < 55).astype(np.int64)]
    place = np.where(kind == RECEIVE, _RECEIVES_AT[office], np.where(kind == READ, -1, to))
    planned = _moments(some.accepted_at.to_numpy(), kind, office, calendar, number, seed)
    return pd.DataFrame({"kind": kind, "office": office, "place": place, "planned": planned}, index=some.index)


def _kinds(rows: pd.DataFrame, roll: np.ndarray) -> np.ndarray:
    channel, visit = rows.channel.to_numpy(), (rows.channel == "来访").to_numpy()
    received = np.where(rows.people >= COLLECTIVE, _COLLECTIVE_RECEIVED, _RECEIVED)
    read = np.where(channel == "来信", _LETTERS_READ, np.where(channel == "网信", _NET_READ, 0))
    go = np.where(rows.is_hard & ~visit, read + _GONE_TO, 0)
    return np.select(
        [rows.leader_assigned.to_numpy(dtype=bool), visit & (roll < received), roll < read, roll < go],
        [IN_CHARGE, RECEIVE, READ, GO_DOWN],
        -1,
    )


def _moments(
    accepted: np.ndarray,
    kind: np.ndarray,
    office: np.ndarray,
    calendar: Workdays,
    number: np.ndarray,
    seed: int,
) -> np.ndarray:
    """On the office's next day of reception after acceptance; what needs no such day, some working days later."""
    day = accepted.astype("datetime64[D]")
    wait = np.array([0, 20, 4, 8])[kind]
    later = calendar.after_many(day, 1 + rolled(number, seed, _SALT + 3, np.maximum(wait, 1)))
    fixed = reception_days(calendar)[office, (day - calendar.days[0]).astype(np.int64)]
    chosen = np.where(kind == RECEIVE, fixed, later)
    # Leaders receive from nine in the morning; a desk has the whole day.
    morning = 1_800 + rolled(number, seed, _SALT + 4, 2 * 3_600 + 1_800)
    whole = rolled(number, seed, _SALT + 5, OFFICE)
    seconds = OPENING + np.where(kind == RECEIVE, morning, whole)
    moments: np.ndarray = chosen.astype("datetime64[s]") + seconds.astype("timedelta64[s]")
    return moments


@lru_cache(maxsize=4)
def reception_days(calendar: Workdays) -> np.ndarray:
    """Offices × days of the calendar: the first day of reception after each day (datetime64[D])."""
    days, works = calendar.days, calendar.is_workday
    of_month = (days - days.astype("datetime64[M]")).astype(np.int64) + 1
    of_week = (days.astype(np.int64) + 3) % 7
    coming = np.empty((len(TITLES), days.size), dtype="datetime64[D]")
    for office in range(len(TITLES)):
        wanted = np.flatnonzero(np.isin(of_month, _OF_MONTH.get(office, ())))
        workdays = np.flatnonzero(works)
        moved = workdays[np.minimum(np.searchsorted(workdays, wanted), workdays.size - 1)]
        weekly = np.flatnonzero(np.isin(of_week, _OF_WEEK.get(office, ())) & works)
        held = np.unique(np.concatenate([moved, weekly]))
        after = np.minimum(np.searchsorted(held, np.arange(days.size), side="right"), held.size - 1)
        coming[office] = days[held[after]]
    return coming
