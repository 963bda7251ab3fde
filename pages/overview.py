"""一屏总览: what needs attention, the six numbers a leader asks for first, the map, and the ranking."""

import pandas as pd
import streamlit as st

from pages.parts import attention, filters, live, places, show
from queries.compare import daily_flow
from queries.measure import metric_of
from queries.model import Kind
from views import cards, charts
from wording import findings, numbers

SIX = ("registered", "backlog", "five_day_closure", "overdue", "unit_satisfaction", "reached_in_24h")
ON_MAP = ("five_day_closure", "backlog", "registered", "cases_per_10k")
MAP_SIZE = (480, 240)
LEAST, ROW = 6, 17

now = filters.current()


def today() -> None:
    """What needs attention, most urgent first: who must act, by when; each opens its cases, or its reason."""
    said = cards.attention_html(attention.alerts(now), show.theme(), quiet=attention.quiet())
    show.open_list(show.panel(said, "attention"))


def places_shown() -> None:
    """The map and the ranking of one number, chosen above the map."""
    below = places.below(now)
    middle, right = st.columns([3, 2])
    with middle, show.block("map"):
        side, drawing = st.columns([2, 5])
    with side:
        chosen = st.segmented_control(
            "地图看",
            list(ON_MAP),
            default=ON_MAP[0],
            required=True,
            key="on_map",
            bind="query-params",
            format_func=lambda name: metric_of(name).name,
            label_visibility="collapsed",
        )
        legend = st.container()
    frame = places.measured(now, chosen, below)
    with drawing:
        width, height = MAP_SIZE
        places.area_map(frame, below, now, metric=chosen, key="city", width=width, height=height, legend=legend)
    with right, show.block("ranking"):
        ranking(chosen, frame, below)


def ranking(chosen: str, frame: pd.DataFrame, below: places.Below) -> None:
    """The places in order; a bar goes down into its place."""
    if show.lacking(chosen):
        return
    metric = metric_of(chosen)
    target = show.target_of(chosen)
    few, elsewhere = live.settings().lights.small_sample, places.nameless(now, chosen, below)
    found = findings.ranked(frame, metric, target, below.noun, now.place, few=few, nameless=elsewhere)
    listed = (
        f"，{len(frame)} 个中列{'后' if metric.kind is Kind.RATE else '前'} {LEAST} 个" if len(frame) > LEAST else ""
    )
    show.heading(found, f"各{below.noun}{metric.name}（{metric.unit}）{listed}", define=metric)
    drawn = charts.ranking(
        frame,
        show.theme(),
        title="",
        kind=numbers.kind_of(metric),
        target=target,
        from_zero=metric.kind is not Kind.RATE,
        largest_first=metric.kind is not Kind.RATE,
        most=LEAST,
        row=ROW,
    )
    drill = None if below.dimension == "grid" else filters.go_to
    show.chart(drawn, "ranking", alt=f"{metric.name}排名", pick="code" if drill else None, on_pick=drill)


def longer() -> None:
    """Below the first screen: twelve months of volume and rate."""
    left, right = st.columns(2)
    with left, show.block("flow"):
        if not show.lacking("closed", "backlog"):
            daily()
    with right, show.block("months"):
        if not show.lacking("five_day_closure"):
            months()


def daily() -> None:
    """What came and went day by day, and what lay there."""
    flow = live.ask(daily_flow, as_of=now.stocks_at, days=90, within=now.within).rename(columns={"day": "at"})
    drawn = charts.flow(flow, show.theme(), title=findings.flow(flow), subtitle="每日新收与办结（件次）", height=110)
    show.chart(drawn[0], "flow_moved", alt="近 90 天每日新收与办结")
    show.chart(drawn[1], "flow_stock", alt="近 90 天每日末在办积压")


def months() -> None:
    """The rate of the promise month by month; a month opens its claims."""
    target = show.target_of("five_day_closure")
    rates = show.monthly(show.by_months(now, ["five_day_closure"], 13))
    drawn = charts.trend(
        rates,
        show.theme(),
        title=findings.months(rates, target, now.as_of.date()),
        subtitle="五日办结率，按五日期限所在月份",
        kind="rate",
        target=target,
    )
    month = show.chart(drawn, "months", alt=f"{now.months_said(13)}五日办结率", pick="at")
    if month is not None:
        show.open_list(show.month_link("five_day_closure", month))


show.header("一屏总览", f"{now.said}。")
today()
show.numbers(now, SIX, key="six", compact=True)
places_shown()
longer()
