"""一屏总览: what needs attention, the six numbers a leader asks for first, the map, and the ranking."""

import pandas as pd
import streamlit as st

from cockpit import attention, empty_periods, kpis, places
from cockpit.ahead import ask_ahead
from cockpit.months import monthly
from cockpit.view import View
from pages.parts import empty_period, filters, layout, maps, number_cards, pictures, rankings
from pages.parts.navigation import open_link
from pages.parts.panel import panel
from queries.measure import metric_of
from queries.model import Kind
from queries.targets import target_of
from views import cards
from wording import findings

SIX = ("registered", "backlog", "five_day_closure", "overdue", "unit_satisfaction", "reached_in_24h")
ON_MAP = ("five_day_closure", "backlog", "registered", "cases_per_10k")
RATE = "five_day_closure"
MAP_SIZE = (480, 236)
LEAST, ROW = 6, 17


def today(view: View) -> None:
    """What needs attention, most urgent first: who must act, by when; each opens its cases, or its reason."""
    html = view.derive(
        cards.attention_html,
        attention.alerts(view),
        layout.theme(),
        quiet=attention.quiet(view),
        note=attention.note(view),
    )
    open_link(panel(html, "attention"))


def map_and_ranking(view: View) -> None:
    """The map and the ranking of one number, chosen above the map; the ranking alone where nothing can be drawn."""
    below = places.below(view)
    if not view.derive(maps.is_drawable, below.frame):
        with layout.block("ranking"):
            chosen = choose_number(view)
            ranking(view, chosen, places.with_metric(view, chosen, below), below)
            maps.say_why_not_drawn(below)
        return
    middle, right = st.columns([3, 2])
    with middle, layout.block("map"):
        side, drawing = st.columns([2, 5])
    with side:
        chosen = choose_number(view)
        legend = st.container()
    frame = places.with_metric(view, chosen, below)
    with drawing:
        width, height = MAP_SIZE
        maps.area_map(view, frame, below, metric=chosen, key="city", width=width, height=height, legend=legend)
    with right, layout.block("ranking"):
        ranking(view, chosen, frame, below)


def choose_number(view: View) -> str:
    """The number that map and ranking are of, at first one that the data can tell and that has any in the period.

    On the first days of a month no promise has ended yet: the map begins with what is open then.
    """
    nothing_yet = empty_periods.without_any(view, SIX)
    first = kpis.first_known(view, [name for name in ON_MAP if name not in nothing_yet])
    numbers = {name: metric_of(name).name for name in ON_MAP}
    chosen: str = filters.choose("地图指标", numbers, "on_map", first, hidden=True)
    return chosen


def ranking(view: View, metric_id: str, frame: pd.DataFrame, below: places.Below) -> None:
    """The places in order; a bar goes down into its place, or opens its cases where no table names it."""
    if layout.explain_missing(view, metric_id):
        return
    metric = metric_of(metric_id)
    is_rate, has_values = metric.kind is Kind.RATE, bool(frame["value"].notna().any())
    is_cut = has_values and len(frame) > LEAST
    of_many = f"，{len(frame)} 个中列{'后' if is_rate else '前'} {LEAST} 个" if is_cut else ""
    layout.heading(
        rankings.finding(view, frame, metric_id, below.noun, nameless=places.nameless(view, metric_id, below)),
        f"各{below.noun}{metric.name}（{metric.unit}）{of_many}",
        define=metric,
    )
    if not has_values:
        return
    rankings.ranking(
        view,
        frame,
        metric_id,
        below.dimension,
        key="ranking",
        alt=f"{metric.name}排名",
        from_zero=not is_rate,
        most=LEAST,
        row=ROW,
        is_clicked=below.dimension != "grid",
        on_pick=filters.set_area if places.can_go_down(view, frame) else None,
    )


@layout.needs("closed", "backlog")
def flow(view: View) -> None:
    """What came and went day by day, and what lay there."""
    pictures.daily_flow(view, subtitle="每日新收与办结（件次）", height=110)


@layout.needs(RATE)
def months(view: View) -> None:
    """The rate of the promise month by month; a month opens the claims that missed it."""
    rates = monthly(view, kpis.months(view, [RATE], 13))
    pictures.trend(
        view,
        RATE,
        rates,
        key="months",
        alt=f"{view.months_text(13)}五日办结率",
        title=view.derive(findings.months, rates, target_of(view.settings, RATE), view.as_of.date()),
        subtitle="五日办结率，按五日期限所在月份",
    )


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    ask_ahead(view, kpis.comparison, SIX)
    ask_ahead(view, kpis.months, SIX)
    layout.header(view, "一屏总览", f"{view.text}。{kpis.working_days_text(view, metric_of('registered'))}")
    empty_period.tell(view, SIX)
    today(view)
    number_cards.show(view, SIX, key="six", compact=True)
    map_and_ranking(view)
    if kpis.missing_reason(view, metric_of(RATE)):
        # What cannot be told has one line below the other, not the half of the page.
        with st.container():
            layout.row(view, flow)
        with st.container():
            layout.stack(view, months)
    else:
        layout.row(view, flow, months)
