"""What a page says where the chosen period has nothing of what it counts: since when, and one click to the last month.

A file of another year ends with its last event, months after its last case (docs/loading.md): the first page that is
opened would be empty without a word.
"""

from collections.abc import Sequence
from datetime import timedelta

import streamlit as st

from cockpit import kpis
from cockpit.view import View
from pages.parts import filters
from queries.cases import latest_day
from queries.measure import metric_of
from queries.model import Metric, Slice
from queries.periods import Preset, period_of
from views import words

# Days without any record that nobody asks about: a period that has only begun, a quiet place.
_QUIET = timedelta(days=7)


def tell(view: View, metrics: Sequence[str]) -> None:
    """Say that the first of these numbers that is of a period has nothing in this one, where another month has any."""
    compared = kpis.comparison(view, metrics)
    dated = [metric for metric in map(metric_of, metrics) if not metric.is_stock and not compared["unknown"][metric.id]]
    if dated and not compared.loc[dated[0].id, ["hits", "among"]].astype(float).gt(0).any():
        offer(view, dated[0], view.within)


def offer(view: View, metric: Metric, within: Slice) -> None:
    """Say when a number that has nothing in the period had anything last, with a button that opens that month."""
    day = view.ask(latest_day, metric.id, as_of=view.as_of, within=within)
    if day is None or timedelta(0) <= view.last_day - day <= _QUIET:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="empty_period"):
        st.info(
            f"{words.span(view.period.start, view.period.end)}没有可计入「{metric.name}」的记录，"
            f"最近的在{words.day(day, year=True)}。"
        )
        month = period_of(Preset.MONTH, day)
        st.button(f"查看{words.month(day)}", key="last_month_with_records", on_click=filters.show_period, args=(month,))
