"""Working days: the State Council's yearly arrangement, or plain weekdays.

Rule (domain.md §1): day 1 is the day after the start; make-up working weekends count; a year
whose arrangement is not published rests on weekends and on the holidays that have the same days in every
year, and is reported as unpublished.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from chinese_calendar.constants import holidays, workdays
from sqlalchemy import Connection, Select, delete, func, select

from casebase.bulk_insert import append
from casebase.errors import CasebaseError, UsageError
from casebase.schema import workday
from casebase.settings import ROOT, CalendarSettings

# 《全国年节及纪念日放假办法》第二条: 元旦、劳动节、国庆节, with the year since which the day is a holiday.
_FIXED_HOLIDAYS = {(1, 1): 1949, (5, 1): 1949, (5, 2): 2025, (10, 1): 1949, (10, 2): 1949, (10, 3): 2000}
_PUBLISHED_YEARS = {day.year for day in holidays} | {day.year for day in workdays}


@dataclass(frozen=True, eq=False)
class Workdays:
    """The calendar as arrays, one entry a natural day, without gaps.

    `days` is datetime64[D]; `is_workday` bool; `published` bool.
    """

    days: np.ndarray
    is_workday: np.ndarray
    published: np.ndarray

    @cached_property
    def numbers(self) -> np.ndarray:
        """Working days from the first day up to and including each day."""
        numbers: np.ndarray = np.cumsum(self.is_workday)
        return numbers

    @property
    def first(self) -> date:
        """The day on which the calendar begins."""
        first: date = self.days[0].astype(object)
        return first

    @cached_property
    def _working(self) -> np.ndarray:
        working: np.ndarray = self.days[self.is_workday]
        return working

    def is_working(self, day: date) -> bool:
        """Whether a day is a working day. Raises CasebaseError outside the calendar."""
        return bool(self.is_workday[self._positions(np.array([day], dtype="datetime64[D]"))[0]])

    def after(self, day: date, n: int) -> date:
        """The n-th working day after `day`. Raises CasebaseError outside the calendar."""
        workday: date = self.after_many(np.array([day], dtype="datetime64[D]"), n)[0].astype(object)
        return workday

    def after_many(self, days: np.ndarray, n: int | np.ndarray) -> np.ndarray:
        """The n-th working day after each of `days` (datetime64[D], no NaT) as datetime64[D]."""
        index = self._positions(days)
        target = self.numbers[index] + n - 1
        if target.size and target.max() >= self._working.size:
            raise CasebaseError(
                f"the calendar ends on {self.days[-1]}; set [calendar] last_year in config.toml to a later year"
            )
        workdays: np.ndarray = self._working[target]
        return workdays

    def between_many(self, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Working days after `start` up to and including `end`."""
        between: np.ndarray = self.numbers[self._positions(end)] - self.numbers[self._positions(start)]
        return between

    def between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`. Raises CasebaseError outside the calendar."""
        return int(self.between_many(*(np.array([day], dtype="datetime64[D]") for day in (start, end)))[0])

    def within(self, first: date, last: date) -> int:
        """Working days from `first` to `last`, both included. Raises CasebaseError outside the calendar."""
        return self.between(first, last) + self.is_working(first)

    def unpublished_within(self, first: date, last: date) -> list[int]:
        """The years of unpublished_years that have a day from `first` to `last`."""
        return [year for year in self.unpublished_years() if first.year <= year <= last.year]

    def unpublished_years(self) -> list[int]:
        """Years whose arrangement was not published when the calendar was written."""
        return list(self._unpublished)

    @cached_property
    def _unpublished(self) -> tuple[int, ...]:
        years = self.days[~self.published].astype("datetime64[Y]").astype(int) + 1970
        return tuple(sorted(set(years.tolist())))

    def _positions(self, days: np.ndarray) -> np.ndarray:
        index: np.ndarray = (days.astype("datetime64[D]") - self.days[0]).astype(int)
        if index.size and (index.min() < 0 or index.max() >= self.days.size):
            raise CasebaseError(
                f"the calendar covers {self.days[0]} to {self.days[-1]}; "
                "set [calendar] first_year and last_year in config.toml"
            )
        return index


def build(settings: CalendarSettings) -> Workdays:
    """The calendar of the settings, with the days of its file and its lists put over it.

    A year that the file speaks of counts as published. Raises UsageError for a file that cannot be used.
    """
    first, last = date(settings.first_year, 1, 1), date(settings.last_year, 12, 31)
    days = [first + timedelta(days=i) for i in range((last - first).days + 1)]
    china = settings.kind == "china"
    from_file = _read_file(settings.file) if settings.file else {}
    known = _PUBLISHED_YEARS | {day.year for day in from_file}
    overrides = from_file | dict.fromkeys(settings.rest_days, False) | dict.fromkeys(settings.work_days, True)
    working = [overrides.get(day, _works(day, china)) for day in days]
    published = [not china or day.year in known for day in days]
    return Workdays(np.array(days, dtype="datetime64[D]"), np.array(working), np.array(published))


def _read_file(name: str) -> dict[date, bool]:
    """The days of a CSV with the columns day and is_workday; a relative path starts at the project."""
    path = ROOT / name
    try:
        table = pd.read_csv(path, dtype=str, usecols=["day", "is_workday"], encoding="utf-8-sig")
        days = pd.to_datetime(table["day"], format="%Y-%m-%d").dt.date
        works = table["is_workday"].str.lower().map({"true": True, "false": False, "1": True, "0": False})
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise UsageError(
            f"[calendar] file {path}: {reason}; it needs the columns day (2027-01-01) and is_workday"
        ) from None
    if works.isna().any():
        line = int(works.isna().to_numpy().argmax()) + 2
        raise UsageError(f"[calendar] file {path}, line {line}: is_workday must be true or false")
    return dict(zip(days, works, strict=True))


def _works(day: date, china: bool) -> bool:
    if china and day.year in _PUBLISHED_YEARS:
        # The package's own is_workday looks through all its days at every call: a third of the time of a small load.
        return day in workdays or (day.weekday() < 5 and day not in holidays)
    return day.weekday() < 5 and not (china and _is_fixed_holiday(day))


def _is_fixed_holiday(day: date) -> bool:
    """Statutory holidays of the same days in every year; the others follow the moon, make-up days the arrangement."""
    since = _FIXED_HOLIDAYS.get((day.month, day.day))
    return since is not None and day.year >= since


def write(connection: Connection, calendar: Workdays) -> None:
    """Replace the workday table by the calendar."""
    connection.execute(delete(workday))
    frame = pd.DataFrame(
        {
            "day": calendar.days.astype(object),
            "is_workday": calendar.is_workday,
            "workday_no": calendar.numbers.astype("int32"),
            "published": calendar.published,
        }
    )
    append(connection, workday, frame)


def fingerprint() -> Select[*tuple[Any, ...]]:
    """One row that differs wherever two calendars do, as far as anybody would write them."""
    day, number = workday.c.day, workday.c.workday_no
    published = func.count().filter(workday.c.published)
    return select(func.count(), func.min(day), func.max(day), func.sum(number), func.sum(number * number), published)


def read(connection: Connection) -> Workdays:
    """The calendar from the workday table. Raises CasebaseError when the table is empty."""
    rows = connection.execute(
        select(workday.c.day, workday.c.is_workday, workday.c.published).order_by(workday.c.day)
    ).all()
    if not rows:
        raise CasebaseError("the workday table is empty; run: python -m casebase init")
    columns: Iterable[tuple[object, ...]] = zip(*rows, strict=True)
    day, works, published = columns
    return Workdays(np.array(day, dtype="datetime64[D]"), np.array(works, dtype=bool), np.array(published, dtype=bool))
