"""Working days against the arrangement that the State Council published."""

from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from chinese_calendar import is_workday
from hypothesis import given
from hypothesis import strategies as st

from casebase import workdays
from casebase.engine import Casebase
from casebase.errors import CasebaseError, UsageError
from casebase.settings import ROOT, CalendarSettings
from casebase.workdays import Workdays

CROSS_CHECK = ROOT.parent / "shared" / "data" / "zhengzhou" / "workdays_2023_2026.csv"
needs_cross_check = pytest.mark.skipif(
    not CROSS_CHECK.is_file(), reason="needs the test input ../shared/data/zhengzhou/workdays_2023_2026.csv"
)


@cache
def china() -> Workdays:
    return workdays.build(CalendarSettings())


@cache
def published_days() -> dict[date, bool]:
    """Every day of 2023 to 2026, whether worked or not, from sources that are not ours."""
    frame = pd.read_csv(CROSS_CHECK, parse_dates=["date"], encoding="utf-8-sig")
    return {day.date(): bool(works) for day, works in zip(frame["date"], frame["is_workday"], strict=True)}


def test_every_published_year_is_what_its_package_says() -> None:
    calendar = workdays.build(CalendarSettings(first_year=2004, last_year=2026))
    assert calendar.published.all()
    assert calendar.is_workday.tolist() == [is_workday(day) for day in calendar.days.astype(object)]


@pytest.mark.parametrize(
    ("start", "end"),
    [(date(2025, 9, 30), date(2025, 10, 14)), (date(2025, 9, 26), date(2025, 10, 10))],
)
def test_five_working_days_across_the_national_holiday(start: date, end: date) -> None:
    assert china().after(start, 5) == end


@needs_cross_check
def test_every_published_day_agrees() -> None:
    calendar = china()
    ours = dict(zip(calendar.days.astype(object), calendar.is_workday, strict=True))
    assert {day: ours[day] for day in published_days()} == published_days()


@needs_cross_check
@given(start=st.dates(date(2023, 1, 1), date(2026, 11, 30)), n=st.integers(1, 15))
def test_deadline_is_found_by_counting_days_one_by_one(start: date, n: int) -> None:
    day, counted = start, 0
    while counted < n:
        day += timedelta(days=1)
        counted += published_days()[day]
    assert china().after(start, n) == day


@given(start=st.dates(date(2010, 1, 1), date(2029, 12, 1)), n=st.integers(1, 15))
def test_deadline_is_a_working_day_that_many_working_days_later(start: date, n: int) -> None:
    calendar = china()
    end = calendar.after(start, n)
    assert calendar.is_workday[(np.datetime64(end) - calendar.days[0]).astype(int)]
    assert calendar.between_many(np.array([start], "datetime64[D]"), np.array([end], "datetime64[D]")) == [n]


def test_many_deadlines_are_the_single_ones() -> None:
    calendar = china()
    starts = np.arange("2025-09-01", "2025-11-01", dtype="datetime64[D]")
    assert calendar.after_many(starts, 5).tolist() == [calendar.after(day, 5) for day in starts.tolist()]


def test_no_deadlines_for_no_cases() -> None:
    assert china().after_many(np.array([], dtype="datetime64[D]"), 5).size == 0


def test_unpublished_year_rests_on_weekends_and_says_so() -> None:
    """Whoever upgrades chinesecalendar to a release that knows 2027 moves the year on."""
    calendar = workdays.build(CalendarSettings(first_year=2026, last_year=2027))
    assert calendar.unpublished_years() == [2027]
    # 元旦 is a Friday; that it is a holiday needs no arrangement.
    assert calendar.after(date(2026, 12, 31), 5) == date(2027, 1, 8)


def test_five_days_cross_into_an_unpublished_year() -> None:
    assert china().after(date(2026, 12, 28), 5) == date(2027, 1, 5)


@pytest.mark.parametrize(
    ("day", "next_working"),
    [
        (date(2027, 12, 31), date(2028, 1, 3)),  # 元旦 on a Saturday: nothing is moved without an arrangement
        (date(2028, 4, 30), date(2028, 5, 3)),  # 劳动节, two days since 2025
        (date(2029, 9, 30), date(2029, 10, 4)),  # 国庆节, three days
        (date(1998, 9, 30), date(1998, 10, 5)),  # two days then, a Thursday and a Friday
    ],
)
def test_holidays_of_every_year_rest_without_an_arrangement(day: date, next_working: date) -> None:
    calendar = workdays.build(CalendarSettings(first_year=1998, last_year=2029))
    assert calendar.after(day, 1) == next_working
    assert calendar.unpublished_years()[-3:] == [2027, 2028, 2029], "the rest of the arrangement is still unknown"


def test_weekday_calendar_knows_no_holiday_and_is_always_published() -> None:
    calendar = workdays.build(CalendarSettings(kind="weekdays", first_year=2011, last_year=2040))
    assert calendar.unpublished_years() == []
    assert calendar.after(date(2011, 7, 1), 5) == date(2011, 7, 8)
    assert calendar.after(date(2025, 9, 30), 5) == date(2025, 10, 7)


def test_overrides_win_over_the_arrangement() -> None:
    closed, opened = date(2026, 3, 4), date(2026, 3, 7)
    settings = CalendarSettings(first_year=2026, last_year=2026, rest_days=(closed,), work_days=(opened,))
    calendar = workdays.build(settings)
    assert calendar.after(date(2026, 3, 3), 1) == date(2026, 3, 5)
    assert calendar.after(date(2026, 3, 6), 1) == opened


def test_file_goes_over_the_calendar_and_publishes_its_years(tmp_path: Path) -> None:
    file = tmp_path / "2027.csv"
    file.write_text("day,is_workday\n2027-01-01,false\n2027-01-04,0\n2027-01-09,true\n", encoding="utf-8")
    calendar = workdays.build(CalendarSettings(first_year=2026, last_year=2027, file=str(file)))
    assert calendar.after(date(2026, 12, 31), 1) == date(2027, 1, 5)
    assert calendar.after(date(2027, 1, 8), 1) == date(2027, 1, 9)
    assert calendar.unpublished_years() == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("date,is_workday\n2027-01-01,false\n", "columns day"),
        ("day,is_workday\n2027/1/1,false\n", "columns day"),
        ("day,is_workday\n2027-01-01,false\n2027-01-02,maybe\n", "line 3"),
        (None, "columns day"),
    ],
)
def test_unusable_file_is_named_with_the_reason(tmp_path: Path, text: str | None, said: str) -> None:
    file = tmp_path / "days.csv"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=said) as error:
        workdays.build(CalendarSettings(file=str(file)))
    assert str(file) in str(error.value)


@pytest.mark.parametrize("day", [date(2009, 12, 31), date(2031, 1, 1), date(1800, 1, 1)])
def test_day_outside_the_calendar_is_refused(day: date) -> None:
    with pytest.raises(CasebaseError, match="2010-01-01 to 2030-12-31"):
        china().after(day, 5)


def test_deadline_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(CasebaseError, match="last_year"):
        china().after(date(2030, 12, 28), 5)


def test_table_gives_back_what_was_written(empty_casebase: Casebase) -> None:
    calendar = china()
    found = empty_casebase.workdays
    assert np.array_equal(found.days, calendar.days)
    assert np.array_equal(found.is_workday, calendar.is_workday)
    assert np.array_equal(found.published, calendar.published)


def test_writing_again_replaces_the_calendar(empty_casebase: Casebase) -> None:
    shorter = workdays.build(CalendarSettings(first_year=2026, last_year=2026))
    with empty_casebase.writing() as connection:
        workdays.write(connection, shorter)
    with empty_casebase.reading() as connection:
        assert workdays.read(connection).days.size == 365


def test_empty_table_says_what_to_do(empty_casebase: Casebase) -> None:
    with empty_casebase.writing() as connection:
        connection.exec_driver_sql("DELETE FROM workday")
    with empty_casebase.reading() as connection, pytest.raises(CasebaseError, match="casebase init"):
        workdays.read(connection)
