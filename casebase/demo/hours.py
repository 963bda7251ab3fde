"""Hours in which something happens: offices work on working days, people are spoken to between eight and nine.

Both are clocks of whole seconds that run in those hours alone: adding to one never ends in the night.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from casebase.workdays import Workdays

OPENING, OFFICE = 8 * 3600 + 1800, 9 * 3600
"""An office opens at half past eight for nine hours."""
MORNING, WAKING = 8 * 3600, 13 * 3600
"""Nobody is called or visited before eight or from nine in the evening on."""
_LAST_CALL = 7 * 3600 + 1800
_AT_LEAST = 300


@dataclass(frozen=True, eq=False)
class OfficeClock:
    """Seconds of office hours since the calendar began; day n of the working days begins at n × OFFICE."""

    calendar: Workdays

    @cached_property
    def _position(self) -> np.ndarray:
        """Where each working day stands among the days of the calendar."""
        return np.flatnonzero(self.calendar.is_workday)

    @cached_property
    def _opening(self) -> np.ndarray:
        opens: np.ndarray = self.calendar.days[self._position].astype("datetime64[s]") + np.timedelta64(OPENING, "s")
        return opens

    def day_number(self, moments: np.ndarray) -> np.ndarray:
        """The number of the working day, of the last one before on a day of rest: n working days later is n more."""
        number: np.ndarray = self.calendar.numbers[self._index(moments)] - 1
        return number

    def read(self, moments: np.ndarray) -> np.ndarray:
        """Office seconds at a moment; outside the hours, those of the next opening."""
        index = self._index(moments)
        number = self.calendar.numbers[index]
        day = moments.astype("datetime64[D]").astype("datetime64[s]")
        second = np.clip((moments - day).astype("timedelta64[s]").astype(np.int64) - OPENING, 0, OFFICE)
        seconds: np.ndarray = number * OFFICE + np.where(self.calendar.is_workday[index], second - OFFICE, 0)
        return seconds

    def moment(self, office: np.ndarray) -> np.ndarray:
        """The moment (datetime64[s]) of office seconds; what lies behind the calendar falls on its last day."""
        day = np.minimum(office // OFFICE, self._opening.size - 1)
        moments: np.ndarray = self._opening[day] + (office % OFFICE).astype("timedelta64[s]")
        return moments

    def days_after(self, office: np.ndarray, natural_days: np.ndarray) -> np.ndarray:
        """The number of the last working day up to so many natural days later."""
        begin = self._position[np.minimum(office // OFFICE, self._position.size - 1)]
        number: np.ndarray = self.calendar.numbers[np.minimum(begin + natural_days, self.calendar.days.size - 1)] - 1
        return number

    def _index(self, moments: np.ndarray) -> np.ndarray:
        index: np.ndarray = (moments.astype("datetime64[D]") - self.calendar.days[0]).astype(np.int64)
        return index


def soon_after(office: np.ndarray, day_number: np.ndarray, working_days: np.ndarray, bits: np.ndarray) -> np.ndarray:
    """Office seconds so many working days after a day: 0 is the same day, or the next once the office has closed.

    `bits` are 32 random bits a row.
    """
    within = office - day_number * OFFICE
    today = (working_days == 0) & (within >= 0) & (within < _LAST_CALL)
    rest = np.where(today, OFFICE - _AT_LEAST - within, OFFICE)
    begin = np.where(today, office + _AT_LEAST, (day_number + np.maximum(working_days, 1)) * OFFICE)
    seconds: np.ndarray = begin + ((bits * rest) >> 32)
    return seconds


def read_waking(moments: np.ndarray) -> np.ndarray:
    """Waking seconds at a moment; in the night, those of the next morning."""
    day = moments.astype("datetime64[D]")
    second = (moments - day.astype("datetime64[s]")).astype("timedelta64[s]").astype(np.int64) - MORNING
    seconds: np.ndarray = day.astype(np.int64) * WAKING + np.clip(second, 0, WAKING)
    return seconds


def waking_moment(waking: np.ndarray) -> np.ndarray:
    """The moment (datetime64[s]) of waking seconds."""
    day = waking // WAKING
    moments: np.ndarray = (day * 86_400 + MORNING + waking - day * WAKING).astype("datetime64[s]")
    return moments
