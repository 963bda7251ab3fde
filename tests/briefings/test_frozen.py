"""One frozen set of numbers: named by what it says, under one state of the data."""

import shutil
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text, update

from briefings.facts import debtors
from briefings.frozen import TOTALS, Frozen, definitions_version, freeze
from briefings.request import Form, Request, last_finished, recent_periods
from casebase.engine import Casebase, open_casebase
from casebase.errors import UsageError
from casebase.schema import OPEN_END, petition
from casebase.settings import DeadlineSettings, Settings
from queries.periods import Period
from queries.registry import METRICS
from tests.briefings.conftest import PERIODS
from tests.pages.conftest import EVENING


def test_the_same_numbers_have_the_same_name(frozen_of: Callable[..., Frozen], city: Casebase) -> None:
    again = freeze(city.whole, Request(PERIODS["month"]), EVENING)
    assert again.snapshot == frozen_of("month").snapshot
    assert again.snapshot != frozen_of("running").snapshot
    assert again.definitions == definitions_version(DeadlineSettings())


def test_what_must_be_read_with_a_number_is_frozen_with_it() -> None:
    assert {other for name in TOTALS for other in METRICS[name].beside} <= set(TOTALS)


def test_one_case_more_is_another_snapshot(demo_file: Path, tmp_path: Path, frozen_of: Callable[..., Frozen]) -> None:
    casebase = open_casebase(Settings(), f"duckdb:///{shutil.copy(demo_file, tmp_path / 'city.duckdb')}")
    try:
        with casebase.writing() as connection:
            connection.execute(text("update petition set title = title || '。' where petition_id = 5000"))
        same = freeze(casebase.whole, Request(PERIODS["running"]), EVENING).snapshot
        with casebase.writing() as connection:
            opened = {"closed_at": None, "settled_by": OPEN_END}
            connection.execute(update(petition).where(petition.c.petition_id == 3000).values(opened))
        other = freeze(casebase.whole, Request(PERIODS["running"]), EVENING).snapshot
    finally:
        casebase.engine.dispose()
    assert same != other


def test_what_comes_after_the_moment_leaves_the_snapshot_as_it_is(
    demo_file: Path, tmp_path: Path, frozen_of: Callable[..., Frozen]
) -> None:
    casebase = open_casebase(Settings(), f"duckdb:///{shutil.copy(demo_file, tmp_path / 'city.duckdb')}")
    later = EVENING + timedelta(hours=2)
    still_open = petition.c.closed_at.is_(None) & (petition.c.registered_at < EVENING)
    try:
        with casebase.writing() as connection:
            ended = {"closed_at": later, "status": "已办结", "resolved": True, "updated_at": later}
            closed = connection.execute(update(petition).where(still_open).values(ended)).rowcount
        frozen = freeze(casebase.whole, Request(PERIODS["month"]), EVENING)
        a_minute_on = freeze(casebase.whole, Request(PERIODS["month"]), EVENING + timedelta(minutes=1))
    finally:
        casebase.engine.dispose()
    assert closed
    assert frozen.snapshot == frozen_of("month").snapshot
    assert a_minute_on.snapshot != frozen.snapshot, "every page prints the moment"


def test_progress_only_grows_and_ends_whole(city: Casebase) -> None:
    told: list[tuple[float, str]] = []
    freeze(city.whole, Request(PERIODS["nothing"]), EVENING, lambda share, text: told.append((share, text)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert all(text for _, text in told)


def test_an_unknown_area_is_one_sentence(city: Casebase) -> None:
    with pytest.raises(UsageError, match="area 999: no such code"):
        freeze(city.whole, Request(PERIODS["month"], "999"), EVENING)


@pytest.mark.parametrize(
    ("start", "end", "form", "label"),
    [
        ((2026, 11, 16), (2026, 11, 22), Form.WEEKLY, "2026年11月16日—22日"),
        ((2026, 10, 1), (2026, 10, 31), Form.MONTHLY, "2026年10月"),
        ((2026, 7, 1), (2026, 9, 30), Form.QUARTERLY, "2026年第3季度"),
        ((2025, 1, 1), (2025, 12, 31), Form.YEARLY, "2025年"),
        ((2026, 8, 3), (2026, 9, 11), Form.SPECIAL, "2026年8月3日—9月11日"),
        ((2026, 11, 17), (2026, 11, 23), Form.SPECIAL, "2026年11月17日—23日"),
    ],
)
def test_a_period_says_what_kind_of_briefing_it_makes(
    start: tuple[int, int, int], end: tuple[int, int, int], form: Form, label: str
) -> None:
    request = Request(Period(date(*start), date(*end)))
    assert (request.form, request.label) == (form, label)


def test_the_last_finished_period_has_ended() -> None:
    monday = date(2026, 11, 23)
    assert last_finished(Form.WEEKLY, monday) == Period(date(2026, 11, 16), date(2026, 11, 22))
    assert last_finished(Form.MONTHLY, monday) == Period(date(2026, 10, 1), date(2026, 10, 31))
    assert last_finished(Form.QUARTERLY, monday) == Period(date(2026, 7, 1), date(2026, 9, 30))
    assert last_finished(Form.YEARLY, monday) == Period(date(2025, 1, 1), date(2025, 12, 31))
    assert recent_periods(Form.MONTHLY, monday, 3)[0] == Period(date(2026, 11, 1), date(2026, 11, 30))
    with pytest.raises(ValueError, match="no issues"):
        last_finished(Form.SPECIAL, monday)


def test_a_period_that_has_not_ended_is_running(frozen_of: Callable[..., Frozen]) -> None:
    assert frozen_of("running").running
    assert not frozen_of("month").running
    assert frozen_of("month").as_of == EVENING
    assert isinstance(frozen_of("month").as_of, datetime)


def test_a_database_without_cases_owes_nothing(empty_casebase: Casebase) -> None:
    frozen = freeze(empty_casebase.whole, Request(PERIODS["month"]), EVENING)
    assert debtors(frozen) == []
    assert frozen.total("registered")["hits"] == 0
