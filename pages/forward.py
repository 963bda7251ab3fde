"""到期预警: what falls out of its limit in the next working days, whose it is, and what the month would lose."""

from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from cockpit import cells, falling_due, kpis, places, rows, splits
from cockpit.falling_due import LIMITS, due
from cockpit.view import View
from pages.parts import filters, layout, lists, notices, number_cards, pictures, rankings, tables
from pages.parts.navigation import open_link
from queries import forward
from queries.cases import count_cases
from queries.measure import metric_of
from queries.registry.common import HORIZONS
from views import words
from wording import findings, headlines
from wording.names import PLACE_NAMES

CARDS = tuple(due(clock, days) for clock in forward.DUE_METRICS for days in HORIZONS)
ROWS = 16
TABLE_ROWS = 10
OUTLOOK_ROW = 36


def outlook(view: View, clock: str) -> None:
    """The month's rate now and if nothing closes until then; a dot opens what would miss the limit by then."""
    rate, month = metric_of(forward.RATE_METRICS[clock]), words.month(view.as_of.date(), year=False)
    if layout.explain_missing(view, rate.id):
        return
    rates = rows.outlook(view, clock)
    title = view.derive(findings.outlook, rates, rate.name, month)
    if not rates["among"].any():
        layout.heading(title, f"{month}{rate.name}", define=rate)
        return

    def link(row: Any) -> str:
        only_moved = bool(row["days"] and row["falling"])
        return falling_due.misses_link(view, clock, row["metric"], only_moved=only_moved)

    rankings.ranking(
        view,
        rates,
        rate.id,
        key=f"outlook_{clock}",
        alt=f"若不再办结的{rate.name}",
        title=title,
        subtitle=f"{month}{rate.name}，按期／应办结；不是预测，只把期限往后推{falling_due.crossing_text(view)}",
        is_timeline=True,
        from_zero=False,
        row=OUTLOOK_ROW,
        link=link,
    )


def calendar(view: View) -> None:
    """Both limits by the day they end; a cell opens its cases."""
    known = falling_due.known_limits(view)
    if not known:
        layout.explain_missing(view, *(due(clock, HORIZONS[-1]) for clock in LIMITS))
        return
    by_day = cells.limits_by_day(view, known)
    pictures.heat(
        view,
        by_day,
        key="calendar",
        alt="今后 5 个工作日到期件",
        title=view.derive(findings.peak, by_day),
        subtitle="尚未办结、期限未过的件，按期限所在日（件次），点击一格查看明细",
        unit="件次",
        row=72,
        link=lambda cell: falling_due.day_link(view, cell["clock"], cell["day"].isoformat()),
    )


def ranked(view: View, clock: str, days: int, dimension: str) -> None:
    """Where the cases lie that fall due; a bar opens them."""
    metric_id = due(clock, days)
    if layout.explain_missing(view, metric_id):
        return
    frame, noun = splits.split(view, [metric_id], dimension), PLACE_NAMES[dimension]
    what = f"{days} 个工作日内{LIMITS[clock]}到期，按{noun}"
    even = view.derive(headlines.spread, frame, noun)
    if even and len(frame) > ROWS:
        layout.heading(even, f"{what}（件次），没有一个比别的多")
        total = int(frame["value"].sum())
        lists.open_all(metric_id, f"全部 {words.full_count(total)} 件次", total, key=f"even_{dimension}")
        return
    rankings.counted(
        view,
        metric_id,
        dimension,
        view.place,
        counts=view.derive(splits.counts_of, frame, metric_id),
        key=f"forward_{dimension}",
        alt=what,
        title=even,
        subtitle=f"{what}（件次）{rankings.first_of(len(frame), ROWS)}",
        most=ROWS,
        none=headlines.none_due(days, LIMITS[clock]),
    )


def units(view: View, clock: str, days: int) -> None:
    """Who holds them, and what each would lose; every number in the table opens its cases."""
    metric_id, rate = due(clock, days), metric_of(forward.RATE_METRICS[clock])
    if layout.explain_missing(view, metric_id):
        return
    steps = [due(clock, number) for number in HORIZONS]
    holders = rows.counts_by_unit(view, steps, [metric_id, *steps])
    if holders.empty:
        later = "" if days == HORIZONS[-1] else f"；{HORIZONS[-1]} 个工作日内也没有"
        layout.heading(headlines.none_due(days, LIMITS[clock]), f"按责任单位{later}", define=metric_of(metric_id))
        return
    tables.headed(
        rows.due_units(view, holders, clock, days),
        view.derive(headlines.due_units, holders, metric_id, days, LIMITS[clock]),
        f"点击数字查看明细；率为{words.month(view.as_of.date(), year=False)}{rate.name}，"
        f"「届时」指 {days} 个工作日后、其间不再办结",
        define=metric_id,
        open_cell=lambda row, head: open_link(
            falling_due.unit_link(view, clock, days, head, holders["code"].iloc[row])
        ),
        key="forward_units",
        alt="将要到期的件按责任单位",
        high=TABLE_ROWS,
        columns={
            "责任单位": st.column_config.Column(width="medium"),
            **dict.fromkeys((falling_due.NOW, falling_due.THEN, falling_due.CHANGE), tables.RIGHT),
        },
    )


def details(view: View) -> None:
    """One limit and one horizon at a time: units, places and grids."""
    with st.container(horizontal=True, gap="small"):
        clock = filters.choose("期限", LIMITS, "limit", falling_due.first_clock(view))
        days = filters.choose("今后", {n: f"{n}个工作日" for n in HORIZONS}, "ahead", HORIZONS[1])
    layout.stack(view, {"units": partial(units, clock=clock, days=days)})
    below = dict.fromkeys([places.dimension_below(view), "grid"])
    known = [name for name in below if not kpis.missing_for_split(view, "backlog", name)]
    at_places = [{f"at_{name}": partial(ranked, clock=clock, days=days, dimension=name)} for name in known]
    layout.row(view, *at_places)


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    # What lies ahead is ahead of the moment, whatever period was chosen.
    view = replace(view, period=forward.month_of(view.as_of))
    last = view.workday(view.as_of, HORIZONS[-1])
    layout.header(
        view,
        "到期预警",
        f"{view.place}，今后 {HORIZONS[-1]} 个工作日（至{words.day(last)}）期限将到、尚未办结的件；"
        f"均为{view.stock_moment_text}的时点数{'，不随所选时段' if view.link_period else ''}。",
    )
    number_cards.show(view, CARDS, key="forward_cards", spark=False)
    if layout.page_lacks(view, "backlog"):
        return
    if not view.ask(count_cases, "backlog", as_of=view.as_of, within=view.within):
        notices.hint("没有在办件，也就没有将到期的件。换一个区域、分类或截至日期。")
        return
    layout.row(view, *({f"outlook_{clock}": partial(outlook, clock=clock)} for clock in LIMITS), calendar)
    details(view)
