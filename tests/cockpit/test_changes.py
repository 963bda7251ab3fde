"""A day of rest is not compared with a day of work as if they were alike."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from casebase.settings import Settings
from cockpit import kpis
from cockpit.view import View, comparisons
from queries.compare import WorkingDays
from queries.model import Slice
from queries.periods import Period, end_of_day
from queries.registry import METRICS
from tests.cockpit.fakes import data_that_answers
from views import cards, words
from wording.numbers import CHANGE_NOTE
from wording.working_days import note, short_note

SATURDAY, SUNDAY, FRIDAY = date(2026, 11, 21), date(2026, 11, 22), date(2026, 11, 20)
ENOUGH: dict[str, Any] = dict.fromkeys(("among", "previous_among", "year_before_among"), 100)
MADE_UP = date(2025, 9, 28)  # a Sunday that was worked


@pytest.fixture
def change() -> Callable[..., tuple[str, str]]:
    """A function (day, metric="closed") to the label with its note, and the tone, of 0 against 100 the day before."""

    def of(day: date, metric: str = "closed") -> tuple[str, str]:
        at = end_of_day(day)
        view = View(data_that_answers(), at, Period(day, day), Slice(), comparisons("较昨日同时段"))
        row = {**ENOUGH, "value": 0, "previous": 100, "year_before": 100}
        delta = kpis.deltas(view, METRICS[metric], row, linked=False)[0]
        return f"{delta.label}{delta.note}", delta.tone

    return of


def test_rest_day_against_a_working_day_has_no_colour(change: Callable[..., tuple[str, str]]) -> None:
    assert change(SATURDAY) == ("较昨日同时段（11月20日为工作日）", "neutral")


def test_like_days_are_judged(change: Callable[..., tuple[str, str]]) -> None:
    assert change(SUNDAY) == ("较昨日同时段", "bad")
    assert change(FRIDAY) == ("较昨日同时段", "bad")


def test_worked_sunday_is_a_working_day(change: Callable[..., tuple[str, str]]) -> None:
    assert change(MADE_UP) == ("较昨日同时段（9月27日为休息日）", "neutral")


def test_stocks_carry_over_rest_days(change: Callable[..., tuple[str, str]]) -> None:
    assert change(SATURDAY, "backlog") == ("较昨日同时段", "good")


@pytest.mark.parametrize("metric", ["due_today", "due_in_3", "five_day_due_in_0", "supervision_due_in_3"])
def test_nothing_due_on_a_rest_day_is_no_merit(change: Callable[..., tuple[str, str]], metric: str) -> None:
    assert change(SATURDAY, metric) == ("较昨日同时段（11月20日为工作日）", "neutral")
    assert change(FRIDAY, metric) == ("较昨日同时段", "good")


def test_a_month_that_ends_on_a_rest_day_has_what_falls_due_of_that_day() -> None:
    at = datetime(2026, 10, 31, 12)  # a Saturday; 30 September was worked
    view = View(data_that_answers(), at, Period(date(2026, 10, 1), at.date()), Slice(), comparisons("较上月同期"))
    row = {**ENOUGH, "value": 0, "previous": 100, "year_before": 100}
    month, year = kpis.deltas(view, METRICS["five_day_due_in_0"], row, linked=False)
    assert (month.label, month.note, month.short_note) == ("较上月同期", "（9月30日为工作日）", "（9月30日上班）")
    # The year before, 31 October was a Friday: its day carries its year, the label of the wall says it.
    assert (year.note, year.short_note) == ("（2025年10月31日为工作日）", "（10月31日上班）")
    assert not [one.note for one in kpis.deltas(view, METRICS["overdue"], row, linked=False) if one.note]


def test_no_number_of_a_cut_off_is_called_todays() -> None:
    """A page of last month shows what fell due on its last day: 当日, whenever the reader looks."""
    assert not [metric.id for metric in METRICS.values() if "今日" in metric.name + metric.short + metric.definition]
    assert METRICS["five_day_due_in_0"].name == "五日期限当日到期"


def _november(as_of: datetime) -> View:
    november = Period(date(2026, 11, 1), date(2026, 11, 30))
    return View(data_that_answers(), as_of, november, Slice(), comparisons("较上月同期"))


def _delta(metric: str, now: float, before: float, **among: int) -> cards.Delta:
    row = {**ENOUGH, "value": now, "previous": before, "year_before": float("nan"), **among}
    return kpis.deltas(_november(datetime(2026, 11, 30, 23, 59, 59)), METRICS[metric], row, linked=False)[0]


def test_the_working_days_stand_beside_the_change_of_a_flow() -> None:
    """November 2026 has 21 working days, October 18: 1100 a month are 52.4 a day, 1000 are 55.6."""
    delta = _delta("registered", 1100, 1000)
    assert (delta.text, delta.note) == ("+10.0%", "（多 3 个工作日；日均 −5.7%）")
    assert delta.short_note == "（日均 −5.7%）"
    assert _delta("registered", 2100, 1800).note == "（多 3 个工作日；日均持平）"
    assert _delta("backlog", 1275, 1000).note == _delta("five_day_closure", 0.9, 0.8).note == ""


@pytest.mark.parametrize(
    ("as_of", "tone", "note"),
    [
        (datetime(2026, 11, 1, 5, 30), "neutral", "（11月1日未完）"),
        (end_of_day(date(2026, 11, 1)), "bad", ""),
        (datetime(2026, 11, 2, 5, 30), "bad", ""),
    ],
)
def test_some_hours_of_the_first_day_judge_no_period(as_of: datetime, tone: str, note: str) -> None:
    row = {**ENOUGH, "value": 0.7, "previous": 0.8, "year_before": 0.8}
    delta = kpis.deltas(_november(as_of), METRICS["five_day_closure_all"], row, linked=False)[0]
    assert (delta.text, delta.tone, delta.note) == ("−10.00 百分点", tone, note)
    # A stock is of the moment itself.
    of_stock = kpis.deltas(_november(as_of), METRICS["grids_staffed"], row, linked=False)[0]
    assert (of_stock.tone, of_stock.note) == ("bad", "")


@pytest.mark.parametrize(
    ("now", "before", "said", "tone"),
    [
        (2, 1, "增加 1 件次", "neutral"),
        (1, 29, "减少 28 件次", "neutral"),
        (30, 0, "增加 30 件次", "neutral"),
        (60, 30, "+100.0%", "bad"),
    ],
)
def test_a_change_from_a_handful_is_one_of_pieces_and_has_no_colour(
    now: float, before: float, said: str, tone: str
) -> None:
    delta = _delta("overdue", now, before)
    assert (delta.text, delta.tone) == (said, tone)


def test_what_the_working_days_alone_moved_has_no_colour() -> None:
    assert _delta("collective_visits", 110, 100).tone == "neutral"  # fewer a day
    assert _delta("collective_visits", 150, 100).tone == "bad"  # more a day too
    assert _delta("collective_visits", 90, 100).tone == "good"
    assert _delta("closed", 110, 100).tone == "neutral"


def test_a_year_whose_holidays_are_not_published_is_named() -> None:
    days = WorkingDays(20, 17, (2027,))
    assert note(days, 100, 90, 30) == "（多 3 个工作日；日均 −5.6%；2027 年放假安排未发布）"
    assert short_note(days, 100, 90, 30) == "（日均 −5.6%，放假安排未发布）"
    assert note(days, 1, 2, 30) == "（多 3 个工作日；2027 年放假安排未发布）"  # a handful moves by chance
    assert note(WorkingDays(1, 0), 100, 90, 30) == "（多 1 个工作日）"
    assert note(WorkingDays(19, 20), 0, 0, 30) == "（少 1 个工作日）"
    assert note(WorkingDays(20, 20, (2027,)), 100, 90, 30) == short_note(WorkingDays(20, 20), 100, 90, 30) == ""


def test_the_definition_of_a_rate_tells_that_changes_are_of_unrounded_numbers() -> None:
    assert ("变化", CHANGE_NOTE) in kpis.definition(Settings(), METRICS["five_day_closure"])


@pytest.mark.parametrize("among", [{"among": 29}, {"previous_among": 29}, {"among": 3, "previous_among": 1}])
def test_a_rate_over_few_now_or_then_is_not_compared(among: dict[str, int]) -> None:
    delta = _delta("supervision_in_time", 1.0, 0.0, **among)
    assert (delta.text, delta.tone, delta.link) == (words.NOT_COMPARED, "neutral", None)
    assert _delta("supervision_in_time", 1.0, 0.0, among=30, previous_among=30).tone == "good"
    # Counts and the shares of all that there is are no samples.
    assert _delta("overdue", 200, 100, **among).tone == _delta("grids_staffed", 0.5, 0.6, **among).tone == "bad"
    assert _delta("supervision_in_time", 1.0, float("nan"), **among).text == words.NONE
