"""When people petition: the day's and the week's rhythm, holidays, seasons and growth.

Visits, letters and faxes are registered in office hours of working days alone.

A span of time becomes a list of hours with whole-number weights; a case's number then decides its
moment, so that n cases come out in order of time without being sorted.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from casebase.demo.draws import mixed
from casebase.workdays import Workdays

CHANNELS = ("网信", "来访", "来信", "电话", "传真", "12345转办")
_SHARES = (4300, 1500, 700, 1800, 100, 1600)

_OFFICE = (0, 0, 0, 0, 0, 0, 0, 0, 60, 140, 130, 90, 20, 30, 90, 130, 110, 60, 0, 0, 0, 0, 0, 0)
_ROUND = (16, 9, 6, 4, 4, 6, 12, 26, 52, 74, 80, 66, 50, 46, 60, 70, 68, 58, 48, 46, 52, 56, 46, 30)
_PHONE = (2, 1, 1, 1, 1, 2, 6, 24, 80, 110, 104, 76, 48, 44, 78, 92, 84, 62, 36, 28, 22, 14, 8, 4)
_PROFILES = (_ROUND, _OFFICE, _OFFICE, _PHONE, _OFFICE, _PHONE)
_REST_PERCENT = (66, 0, 0, 40, 0, 58)
_SEASON = (91, 74, 108, 103, 104, 101, 103, 100, 104, 96, 108, 108)  # January … December, percent
_GROWTH = 38  # per 1,000 and year
_ROLLOUT = (1000, 300, 90, 27, 9, 3)
"""Per 1,000 of the later volume, 0, 1, 2 … years before all offices registered in the system."""
_EPOCH = np.datetime64("2020-01-01")


@dataclass(frozen=True, eq=False)
class Rhythm:
    """Hours of a span with the running sum of their weights (`sums`, one more than hours)."""

    hours: np.ndarray  # datetime64[s]
    seconds: np.ndarray  # length of each; the first and the last may be cut
    sums: np.ndarray
    by_channel: np.ndarray  # hours × channels, running sums within the hour

    @property
    def total(self) -> int:
        return int(self.sums[-1])

    def moments(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Time and hour number of positions 0 … total − 1."""
        hour = np.searchsorted(self.sums, at, side="right") - 1
        within = (at - self.sums[hour]) * self.seconds[hour] // (self.sums[hour + 1] - self.sums[hour])
        return self.hours[hour] + within.astype("timedelta64[s]"), hour

    def channels(self, hour: np.ndarray, bits: np.ndarray) -> np.ndarray:
        """A channel for each case, by the weights of its hour; `bits` are 32 random bits a case."""
        weights = self.by_channel[hour]
        drawn = (bits * weights[:, -1]) >> 32
        channel: np.ndarray = (drawn[:, None] >= weights).sum(axis=1)
        return channel


def between(
    start: datetime, end: datetime, calendar: Workdays, seed: int, whole_from: datetime | None = None
) -> Rhythm:
    """The rhythm of (start, end]; days differ a little by `seed`.

    Before `whole_from` ever fewer offices registered in the system: volumes fade into the past without a jump.
    """
    first = np.datetime64(start, "s")
    last = np.datetime64(end, "s")
    hours = np.arange(first.astype("datetime64[h]"), last.astype("datetime64[h]") + 1).astype("datetime64[s]")
    opens = np.maximum(hours, first)
    closes = np.minimum(hours + np.timedelta64(3600, "s"), last)
    seconds = (closes - opens).astype(np.int64)
    hours, opens, seconds = hours[seconds > 0], opens[seconds > 0], seconds[seconds > 0]
    days = hours.astype("datetime64[D]")
    works = calendar.is_workday[(days - calendar.days[0]).astype(int)].astype(int)
    table = _hour_table()[1 - works, (hours - days).astype(np.int64) // 3600]
    factor = _day_factor(days, calendar, seed)
    if whole_from is not None:
        factor = factor * _rolled_out(days, np.datetime64(whole_from, "D")) // 1000
    weights = table * factor[:, None] * seconds[:, None] // 3600
    return Rhythm(opens, seconds, np.concatenate([[0], np.cumsum(weights.sum(axis=1))]), np.cumsum(weights, axis=1))


def years_before(until: datetime, years: int) -> datetime:
    """The same moment so many years earlier."""
    day = 28 if (until.month, until.day) == (2, 29) else until.day
    return until.replace(year=until.year - years, day=day)


def _rolled_out(days: np.ndarray, whole_from: np.datetime64) -> np.ndarray:
    before = np.maximum((whole_from - days).astype(np.int64), 0)
    level = np.array([*_ROLLOUT, _ROLLOUT[-1]])
    year = np.minimum(before // 365, len(_ROLLOUT) - 1)
    rest = np.minimum(before - year * 365, 365)
    factors: np.ndarray = level[year] - (level[year] - level[year + 1]) * rest // 365
    return factors


def _hour_table() -> np.ndarray:
    """Weights of working days and rest days × 24 hours × channels; a working day sums to about 10,000."""
    profile = np.array(_PROFILES, dtype=np.int64)
    working = np.array(_SHARES)[:, None] * profile // profile.sum(axis=1)[:, None]
    resting = working * np.array(_REST_PERCENT)[:, None] // 100
    return np.stack([working.T, resting.T])


def _day_factor(days: np.ndarray, calendar: Workdays, seed: int) -> np.ndarray:
    """About 1,000 on a plain day: season, growth, the rush after a holiday and a little noise."""
    month = days.astype("datetime64[M]").astype(int) % 12
    age = (days - _EPOCH).astype(np.int64)
    growth = 1000 + age * _GROWTH // 365
    noise = 880 + (mixed(age, seed) % np.uint64(241)).astype(np.int64)
    index = (days - calendar.days[0]).astype(int)
    rested = sum((~calendar.is_workday[index - back]).astype(int) for back in (1, 2, 3))
    rush = np.where(
        calendar.is_workday[index] & (rested == 3),
        1260,
        np.where(calendar.is_workday[index] & (rested == 2), 1080, 1000),
    )
    factors: np.ndarray = np.array(_SEASON)[month] * growth // 100 * noise // 1000 * rush // 1000
    return factors
