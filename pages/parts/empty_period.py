"""What a page says where the chosen period or moment has nothing of what it counts: since when, and a way on.

A file of another year ends with its last event, months after its last case (docs/loading.md), and a month begins with
rates that have nothing to look at: the first page that is opened would be empty without a word.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import streamlit as st

from cockpit import empty_periods
from cockpit.view import View
from pages.parts import filters
from pages.parts.markdown import escape_markdown
from queries.beginnings import first_day
from queries.measure import metric_of
from queries.model import Metric, Slice
from queries.periods import Preset, period_of
from views import words

# Days without any record that nobody asks about: a quiet place.
_QUIET = timedelta(days=7)
_NAMED = 4


def tell_moment(view: View) -> None:
    """Say that the moment lies before all records, or the period ahead of the moment: then nothing is compared."""
    with _place():
        first = view.ask(first_day)
        if first is not None and view.as_of.date() < first:
            before = f"截至日期{words.day(view.as_of, year=True)}早于库中最早的记录（{words.day(first, year=True)}）"
            _say(f"{before}，那时的数无从知道，写作「—」。", "改看最新", filters.show_latest)
        elif view.is_ahead:
            ahead = f"{words.span(view.period.start, view.period.end)}还没有开始，其间的数都还没有"
            moment = f"在办件等时点数是{view.stock_moment_text}的"
            _say(f"{ahead}；{moment}。都不与此前比较。", *_month_of(view.as_of.date()))


def tell(view: View, metrics: Sequence[str]) -> None:
    """Say which of these numbers have nothing in the period, where another month has any.

    Of a period that has only begun all that have nothing yet, of another the first number of a period alone: it is what
    the page is about.
    """
    with _place():
        if view.is_ahead:
            return
        empty = empty_periods.without_any(view, metrics)
        if empty and empty_periods.has_only_begun(view):
            _tell_begun(view, [metric_of(name) for name in empty])
        elif empty and empty[0] == empty_periods.dated(view, metrics)[0]:
            offer(view, metric_of(empty[0]), view.within)


def _tell_begun(view: View, empty: Sequence[Metric]) -> None:
    """Say what a period that has only begun has none of yet, and until when there is any of the first that had any."""
    days = ((metric, empty_periods.latest(view, metric)) for metric in empty)
    metric, day = next(((metric, day) for metric, day in days if day is not None), (empty[0], None))
    if day is None:
        return
    number = empty_periods.days_begun(view)
    begun = "刚开始" if number == 1 else f"才过 {number} 天"
    names = words.listing([f"「{one.name}」" for one in empty], _NAMED).replace("、", "")
    whose = f"「{metric.name}」" if len(empty) > 1 else ""
    _say(
        f"{words.span(view.period.start, view.period.end)}{begun}，还没有可计入{names}的记录；"
        f"{whose}最近的在{words.day(day, year=True)}。",
        *_month_of(day),
    )


def offer(view: View, metric: Metric, within: Slice) -> None:
    """Say when a number that has nothing in the period had anything last, with a button that opens that month.

    Nothing is said where that was a few days before, unless the period has only begun.
    """
    day = empty_periods.latest(view, metric, within)
    is_quiet = day is not None and timedelta(0) <= view.last_day - day <= _QUIET
    if day is None or view.is_ahead or (is_quiet and not empty_periods.has_only_begun(view)):
        return
    lead(f"{words.span(view.period.start, view.period.end)}没有可计入「{metric.name}」的记录", day)


def lead(statement: str, day: date) -> None:
    """Say something (without full stop) of a number that has nothing in the period, when it had, and lead there."""
    _say(f"{statement}，最近的在{words.day(day, year=True)}。", *_month_of(day))


def _month_of(day: date) -> tuple[str, Callable[..., None], Any]:
    """The label of a button that opens the month of a day, and what it calls."""
    return f"查看{words.month(day)}", filters.show_period, period_of(Preset.MONTH, day)


def _place() -> Any:
    """Where a sentence comes and goes with the period. The place stays, so that all below it keeps its own.

    What moves is made anew by the framework, and its address with it: a choice there may be written no more.
    """
    return st.empty()


def _say(sentence: str, label: str, go: Callable[..., None], *arguments: Any) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="empty_period"):
        st.info(escape_markdown(sentence))
        st.button(label, key="way_on", on_click=go, args=arguments)
