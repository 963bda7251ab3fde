"""A day of rest is not compared with a day of work as if they were alike."""

from collections.abc import Callable
from datetime import date, datetime
from types import SimpleNamespace

import pytest

from casebase.settings import CalendarSettings
from casebase.workdays import build
from pages.parts import show
from pages.parts.filters import Filters
from queries.model import Slice
from queries.periods import Against, Period
from queries.registry import METRICS

SATURDAY, SUNDAY, FRIDAY = date(2026, 11, 21), date(2026, 11, 22), date(2026, 11, 20)
MADE_UP = date(2025, 9, 28)  # a Sunday that was worked


@pytest.fixture
def change(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[str, str]]:
    """A function (day, metric="closed") to the label and tone of 0 against 100 the day before."""
    workdays = build(CalendarSettings())
    monkeypatch.setattr("pages.parts.live.casebase", lambda: SimpleNamespace(workdays=workdays))

    def of(day: date, metric: str = "closed") -> tuple[str, str]:
        at = datetime(day.year, day.month, day.day, 12)
        filters = Filters(at, Period(day, day), Slice(), "较昨日同时", "全市", None)
        delta = show._delta(METRICS[metric], "较昨日同时", 0, 100, Against.PREVIOUS, filters, False)
        return delta.label, delta.tone

    return of


def test_rest_day_against_a_working_day_has_no_colour(change: Callable[..., tuple[str, str]]) -> None:
    assert change(SATURDAY) == ("较昨日同时（为工作日）", "neutral")


def test_like_days_are_judged(change: Callable[..., tuple[str, str]]) -> None:
    assert change(SUNDAY) == ("较昨日同时", "bad")
    assert change(FRIDAY) == ("较昨日同时", "bad")


def test_worked_sunday_is_a_working_day(change: Callable[..., tuple[str, str]]) -> None:
    assert change(MADE_UP) == ("较昨日同时（为休息日）", "neutral")


def test_stocks_carry_over_rest_days(change: Callable[..., tuple[str, str]]) -> None:
    assert change(SATURDAY, "backlog") == ("较昨日同时", "good")
