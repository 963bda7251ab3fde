"""Periods and what they are compared with. Days are inclusive on both ends; `today` is an argument."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache

import pandas as pd


@dataclass(frozen=True)
class Period:
    """The natural days `start` to `end`, both included."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"a period ends before it starts: {self.start} to {self.end}")

    @property
    def days(self) -> int:
        """How many natural days it has."""
        return (self.end - self.start).days + 1

    def earlier(self, days: int) -> "Period":
        """The same days, so many days before; none before the calendar begins."""
        start, end = (date.fromordinal(max(1, day.toordinal() - days)) for day in (self.start, self.end))
        return Period(start, end)

    def last(self, days: int) -> "Period":
        """Its last `days` days; all of it where it has no more."""
        return Period(date.fromordinal(max(self.start.toordinal(), self.end.toordinal() - days + 1)), self.end)

    def cut(self, as_of: datetime) -> "Period":
        """The part that has begun by `as_of`; at least the first day."""
        return Period(self.start, max(self.start, min(self.end, as_of.date())))


class Preset(StrEnum):
    """The periods of the filter bar."""

    TODAY = "today"
    WEEK = "week"
    MONTH = "month"
    LAST_MONTH = "last_month"
    QUARTER = "quarter"
    YEAR = "year"


class Against(StrEnum):
    """What a period is compared with."""

    PREVIOUS = "previous"
    YEAR_BEFORE = "year_before"


_FREQUENCY = {Preset.MONTH: "M", Preset.QUARTER: "Q", Preset.YEAR: "Y"}
_STEP = {
    Preset.MONTH: pd.DateOffset(months=1),
    Preset.QUARTER: pd.DateOffset(months=3),
    Preset.YEAR: pd.DateOffset(years=1),
}


def period_of(preset: Preset, today: date) -> Period:
    """The whole day, week (Monday to Sunday), month, quarter or year that holds `today`, or the month before."""
    if preset is Preset.TODAY:
        return Period(today, today)
    if preset is Preset.WEEK:
        monday = today - timedelta(days=today.weekday())
        return Period(monday, monday + timedelta(days=6))
    if preset is Preset.LAST_MONTH:
        return period_of(Preset.MONTH, today.replace(day=1) - timedelta(days=1))
    span = pd.Period(today, freq=_FREQUENCY[preset])
    return Period(span.start_time.date(), span.end_time.date())


def last_finished(preset: Preset, today: date) -> Period:
    """The last week, month, quarter or year that ended before the one that holds `today`."""
    return period_of(preset, period_of(preset, today).start - timedelta(days=1))


def last_months(today: date, months: int) -> Period:
    """The `months` calendar months that end with the one that holds `today`."""
    end = pd.Period(today, freq="M")
    return Period((end - (months - 1)).start_time.date(), end.end_time.date())


def end_of_day(day: date) -> datetime:
    """The last moment of a day."""
    return datetime.combine(day, time.max)


@lru_cache(maxsize=256)
def compared_period(period: Period, as_of: datetime, against: Against) -> tuple[Period, datetime]:
    """The period and the as-of moment to compare with (domain.md §2).

    Both move by the same step, so a running month is compared with the same days of last month
    (or of last year), and a finished one at the same maturity, but never before the earlier one
    was over too: what is whole is compared with what is whole. A whole month, quarter or year
    steps by its own length in the calendar, anything else by its number of days. The earlier moment is
    one to the minute, so that the changes within one are compared with the same numbers.
    """
    if against is Against.YEAR_BEFORE:
        step: pd.DateOffset | timedelta = pd.DateOffset(years=1)
    else:
        unit = calendar_unit(period)
        step = _STEP[unit] if unit in _STEP else timedelta(days=period.days)
    start = (pd.Timestamp(period.start) - step).date()
    end = (pd.Timestamp(period.end + timedelta(days=1)) - step).date() - timedelta(days=1)
    minute = as_of if as_of == end_of_day(as_of.date()) else as_of.replace(second=0, microsecond=0)
    earlier, then = Period(start, max(start, end)), (pd.Timestamp(minute) - step).to_pydatetime()
    return earlier, max(then, end_of_day(earlier.end)) if as_of >= end_of_day(period.end) else then


def buckets(period: Period, by: str) -> list[tuple[str, Period]]:
    """The months ("2026-11") or days ("2026-11-22") of a period, cut to it, with their labels."""
    spans = pd.period_range(period.start, period.end, freq={"month": "M", "day": "D"}[by])
    calendar_spans = ((str(span), span.start_time.date(), span.end_time.date()) for span in spans)
    return [(label, Period(max(period.start, start), min(period.end, end))) for label, start, end in calendar_spans]


def calendar_unit(period: Period) -> Preset | None:
    """The calendar unit that the period fills exactly, if any: a week, month, quarter or year."""
    return next((unit for unit in (*_FREQUENCY, Preset.WEEK) if period_of(unit, period.start) == period), None)
