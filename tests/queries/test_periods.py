from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.periods import Against, Period, Preset, buckets, compared_period, end_of_day, last_months, period_of

TODAY = date(2026, 11, 22)  # a Sunday
NOON = datetime(2026, 11, 22, 12, 0)


@pytest.mark.parametrize(
    ("preset", "start", "end"),
    [
        (Preset.TODAY, date(2026, 11, 22), date(2026, 11, 22)),
        (Preset.WEEK, date(2026, 11, 16), date(2026, 11, 22)),
        (Preset.MONTH, date(2026, 11, 1), date(2026, 11, 30)),
        (Preset.LAST_MONTH, date(2026, 10, 1), date(2026, 10, 31)),
        (Preset.QUARTER, date(2026, 10, 1), date(2026, 12, 31)),
        (Preset.YEAR, date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_presets_are_whole_spans_of_the_calendar(preset: Preset, start: date, end: date) -> None:
    assert period_of(preset, TODAY) == Period(start, end)


def test_a_week_begins_on_monday() -> None:
    assert period_of(Preset.WEEK, date(2026, 11, 16)).start == date(2026, 11, 16)
    assert period_of(Preset.WEEK, date(2026, 11, 23)) == Period(date(2026, 11, 23), date(2026, 11, 29))


def test_a_period_counts_both_ends_and_cannot_run_backwards() -> None:
    assert Period(TODAY, TODAY).days == 1
    with pytest.raises(ValueError, match="ends before it starts"):
        Period(TODAY, TODAY - timedelta(days=1))


def test_only_what_has_begun_is_left_of_a_running_period() -> None:
    month = period_of(Preset.MONTH, TODAY)
    assert month.cut(NOON) == Period(date(2026, 11, 1), TODAY)
    assert month.cut(datetime(2027, 1, 5)) == month
    assert month.cut(datetime(2026, 10, 5)) == Period(month.start, month.start)


def test_days_before_the_calendar_begins_are_its_first() -> None:
    assert Period(date(2026, 1, 1), date(2026, 1, 31)).earlier(30) == Period(date(2025, 12, 2), date(2026, 1, 1))
    assert Period(date(1, 1, 5), date(1, 2, 5)).earlier(30) == Period(date(1, 1, 1), date(1, 1, 6))


def test_the_last_days_of_a_period_are_no_more_than_it_has() -> None:
    november = Period(date(2026, 11, 1), date(2026, 11, 30))
    assert november.last(7) == Period(date(2026, 11, 24), date(2026, 11, 30))
    assert november.last(30) == november.last(31) == november.last(date.max.toordinal()) == november


def test_twelve_months_end_with_the_running_one() -> None:
    assert last_months(TODAY, 12) == Period(date(2025, 12, 1), date(2026, 11, 30))
    assert last_months(date(2026, 1, 31), 1) == Period(date(2026, 1, 1), date(2026, 1, 31))


def test_the_end_of_a_day_is_its_last_moment() -> None:
    assert end_of_day(TODAY) + timedelta(microseconds=1) == datetime(2026, 11, 23)


@pytest.mark.parametrize(
    ("period", "as_of", "against", "earlier", "then"),
    [
        pytest.param(
            Period(date(2026, 11, 1), date(2026, 11, 30)),
            NOON,
            Against.PREVIOUS,
            Period(date(2026, 10, 1), date(2026, 10, 31)),
            datetime(2026, 10, 22, 12, 0),
            id="a running month with the same days of the last one",
        ),
        pytest.param(
            Period(date(2026, 11, 1), date(2026, 11, 30)),
            NOON,
            Against.YEAR_BEFORE,
            Period(date(2025, 11, 1), date(2025, 11, 30)),
            datetime(2025, 11, 22, 12, 0),
            id="a running month with the same days a year ago",
        ),
        pytest.param(
            Period(date(2026, 3, 1), date(2026, 3, 31)),
            end_of_day(date(2026, 3, 31)),
            Against.PREVIOUS,
            Period(date(2026, 2, 1), date(2026, 2, 28)),
            end_of_day(date(2026, 2, 28)),
            id="the last day of March with the whole of February",
        ),
        pytest.param(
            Period(date(2026, 10, 1), date(2026, 10, 31)),
            NOON,
            Against.PREVIOUS,
            Period(date(2026, 9, 1), date(2026, 9, 30)),
            datetime(2026, 10, 22, 12, 0),
            id="a finished month at the same maturity",
        ),
        pytest.param(
            Period(date(2026, 7, 1), date(2026, 9, 30)),
            NOON,
            Against.PREVIOUS,
            Period(date(2026, 4, 1), date(2026, 6, 30)),
            datetime(2026, 8, 22, 12, 0),
            id="a quarter",
        ),
        pytest.param(
            Period(date(2026, 1, 1), date(2026, 12, 31)),
            NOON,
            Against.PREVIOUS,
            Period(date(2025, 1, 1), date(2025, 12, 31)),
            datetime(2025, 11, 22, 12, 0),
            id="a year",
        ),
        pytest.param(
            Period(date(2026, 11, 16), date(2026, 11, 22)),
            NOON,
            Against.PREVIOUS,
            Period(date(2026, 11, 9), date(2026, 11, 15)),
            datetime(2026, 11, 15, 12, 0),
            id="a week",
        ),
        pytest.param(
            Period(TODAY, TODAY),
            NOON,
            Against.PREVIOUS,
            Period(date(2026, 11, 21), date(2026, 11, 21)),
            datetime(2026, 11, 21, 12, 0),
            id="today with yesterday at the same hour",
        ),
        pytest.param(
            Period(date(2026, 11, 3), date(2026, 11, 12)),
            NOON,
            Against.PREVIOUS,
            Period(date(2026, 10, 24), date(2026, 11, 2)),
            datetime(2026, 11, 12, 12, 0),
            id="any ten days with the ten before",
        ),
        pytest.param(
            Period(date(2028, 2, 1), date(2028, 2, 29)),
            datetime(2028, 2, 29, 9, 0),
            Against.YEAR_BEFORE,
            Period(date(2027, 2, 1), date(2027, 2, 28)),
            datetime(2027, 2, 28, 9, 0),
            id="a leap February with a plain one",
        ),
        pytest.param(
            Period(date(2029, 2, 1), date(2029, 2, 28)),
            end_of_day(date(2029, 2, 28)),
            Against.YEAR_BEFORE,
            Period(date(2028, 2, 1), date(2028, 2, 29)),
            end_of_day(date(2028, 2, 29)),
            id="a plain February that is over with the whole of a leap one",
        ),
        pytest.param(
            Period(date(2029, 2, 1), date(2029, 2, 28)),
            datetime(2029, 2, 28, 15, 0),
            Against.YEAR_BEFORE,
            Period(date(2028, 2, 1), date(2028, 2, 29)),
            datetime(2028, 2, 28, 15, 0),
            id="a running February with a leap one, up to the same day",
        ),
        pytest.param(
            Period(date(2026, 9, 1), date(2026, 9, 30)),
            end_of_day(date(2026, 9, 30)),
            Against.PREVIOUS,
            Period(date(2026, 8, 1), date(2026, 8, 31)),
            end_of_day(date(2026, 8, 31)),
            id="the last moment of September with the whole of August",
        ),
        pytest.param(
            Period(date(2028, 2, 29), date(2028, 2, 29)),
            end_of_day(date(2028, 2, 29)),
            Against.YEAR_BEFORE,
            Period(date(2027, 2, 28), date(2027, 2, 28)),
            end_of_day(date(2027, 2, 28)),
            id="a leap day",
        ),
    ],
)
def test_what_a_period_is_compared_with(
    period: Period, as_of: datetime, against: Against, earlier: Period, then: datetime
) -> None:
    assert compared_period(period, as_of, against) == (earlier, then)


def test_months_are_cut_to_the_period() -> None:
    assert buckets(Period(date(2026, 9, 20), date(2026, 11, 5)), "month") == [
        ("2026-09", Period(date(2026, 9, 20), date(2026, 9, 30))),
        ("2026-10", Period(date(2026, 10, 1), date(2026, 10, 31))),
        ("2026-11", Period(date(2026, 11, 1), date(2026, 11, 5))),
    ]


@given(
    start=st.dates(date(2000, 1, 1), date(2040, 1, 1)),
    days=st.integers(0, 800),
    by=st.sampled_from(["month", "day"]),
)
def test_buckets_cover_a_period_without_gap_or_overlap(start: date, days: int, by: str) -> None:
    period = Period(start, start + timedelta(days=days))
    parts = [part for _, part in buckets(period, by)]
    assert (parts[0].start, parts[-1].end) == (period.start, period.end)
    for part, following in pairwise(parts):
        assert part.end + timedelta(days=1) == following.start
