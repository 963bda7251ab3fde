"""What every draw of the demonstration city needs beside chance."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache

import numpy as np

from casebase import workdays
from casebase.demo import places, profile, rhythm
from casebase.demo.hours import OfficeClock
from casebase.settings import CalendarSettings, DeadlineSettings, HotlineSettings
from casebase.workdays import Workdays

YEARS, WHOLE_YEARS = 10, 5
"""Cases go back so far; in the last of these years every office registered in the system."""


@dataclass(frozen=True, eq=False)
class World:
    """The city, its differences, the calendar, the limits, and since when all offices register in the system."""

    city: places.City
    profile: profile.Profile
    calendar: Workdays
    deadlines: DeadlineSettings
    hotline: HotlineSettings
    whole_from: np.datetime64
    seed: int

    @cached_property
    def office(self) -> OfficeClock:
        """Hours of offices."""
        return OfficeClock(self.calendar)


@lru_cache(maxsize=2)
def make(
    seed: int, until: datetime, calendar: CalendarSettings, deadlines: DeadlineSettings, hotline: HotlineSettings
) -> World:
    """The city of a seed that is built up to `until`. Making one takes seconds: the last two are kept, to read."""
    city_seed, profile_seed, *_ = np.random.SeedSequence(seed).spawn(4)
    city = places.make(city_seed, until)
    first = rhythm.years_before(until, YEARS)
    differences = profile.make(city, profile_seed, np.datetime64(first, "D"), (until - first).days + 2)
    whole_from = np.datetime64(rhythm.years_before(until, WHOLE_YEARS), "s")
    return World(city, differences, workdays.build(calendar), deadlines, hotline, whole_from, seed)
