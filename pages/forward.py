"""到期预警: what falls out of its limit in the next working days, whose it is, and what the month would lose."""

from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from cockpit import cells, kpis, places, rows, splits
from cockpit.links import list_link
from cockpit.view import View
from pages.parts import filters, layout, lists, notices, pictures, tables
from pages.parts.navigation import open_link
from pages.parts.number_cards import number_cards
from pages.parts.rankings import counted, first_of, ranking
from queries import forward
from queries.cases import Part, count_cases
from queries.measure import metric_of
from queries.registry.common import HORIZONS
from views import words
from wording import findings, headlines
from wording.names import PLACE_NAMES

CLOCKS = {"five_day": "五日期限", "handling": "办结期限"}
CARDS = tuple(f"{due}_{days}" for due in forward.DUE_METRICS.values() for days in HORIZONS)
ROWS = 16
TABLE_ROWS = 10
OUTLOOK_ROW = 36


def misses_link(view: View, metric: str, **cell: str | None) -> str:
    """What misses a rate of the month."""
    return list_link(metric, Part.MISSES, period=view.link_period, **cell)


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
    crossing = ""
    if view.workday(view.as_of, HORIZONS[-1]) > view.period.end:
        crossing = f"；{words.day(view.period.end)}以后到期的计入下月，不在此列"

    def link(row: Any) -> str:
        state = {forward.STATE_DIMENSIONS[clock]: "在期未结"} if row["days"] and row["falling"] else {}
        return misses_link(view, row["metric"], **state)

    ranking(
        view,
        rates,
        rate.id,
        key=f"outlook_{clock}",
        alt=f"若不再办结的{rate.name}",
        title=title,
        subtitle=f"{month}{rate.name}，按期／应办结；不是预测，只把期限往后推{crossing}",
        largest_first=True,
        from_zero=False,
        row=OUTLOOK_ROW,
        link=link,
    )


def calendar(view: View) -> None:
    """Both limits by the day they end; a cell opens its cases."""
    metrics = {clock: f"{forward.DUE_METRICS[clock]}_{HORIZONS[-1]}" for clock in CLOCKS}
    known = {clock: CLOCKS[clock] for clock, name in metrics.items() if not kpis.missing_reason(view, metric_of(name))}
    if not known:
        layout.explain_missing(view, *metrics.values())
        return
    by_day = cells.limits_by_day(view, known)

    def link(cell: Any) -> str:
        day = {forward.DAY_DIMENSIONS[cell["clock"]]: cell["day"].isoformat()}
        return list_link(metrics[cell["clock"]], period=view.link_period, **day)

    pictures.heat(
        view,
        by_day,
        key="calendar",
        alt="今后 5 个工作日到期件",
        title=view.derive(findings.peak, by_day),
        subtitle="尚未办结、期限未过的件，按期限所在日（件次），点击一格查看明细",
        unit="件次",
        row=72,
        link=link,
    )


def bars(due: pd.DataFrame) -> pd.DataFrame:
    """What is drawn of a split of a stock: code, name, value."""
    return due[["code", "name", "value"]]


def ranked(view: View, clock: str, days: int, dimension: str) -> None:
    """Where the cases lie that fall due; a bar opens them."""
    metric_id = f"{forward.DUE_METRICS[clock]}_{days}"
    if layout.explain_missing(view, metric_id):
        return
    due, noun = splits.split(view, [metric_id], dimension), PLACE_NAMES[dimension]
    falling_due = f"{days} 个工作日内{CLOCKS[clock]}到期"
    even = view.derive(headlines.spread, due, noun)
    if even and len(due) > ROWS:
        layout.heading(even, f"各{noun}{falling_due}（件次），没有一个比别的多")
        total = int(due["value"].sum())
        lists.open_all(metric_id, f"全部 {words.full_count(total)} 件次", total, key=f"even_{dimension}")
        return
    counted(
        view,
        metric_id,
        dimension,
        view.place,
        counts=view.derive(bars, due),
        key=f"forward_{dimension}",
        alt=f"各{noun}{falling_due}",
        title=even,
        subtitle=f"各{noun}{falling_due}（件次）{first_of(len(due), ROWS)}",
        most=ROWS,
        none=f"没有{falling_due}的件",
    )


def units(view: View, clock: str, days: int) -> None:
    """Who holds them, and what each would lose; every number in the table opens its cases."""
    due = {n: f"{forward.DUE_METRICS[clock]}_{n}" for n in HORIZONS}
    if layout.explain_missing(view, due[days]):
        return
    holders = rows.counts_by_unit(view, list(due.values()), [due[days], *due.values()])
    if holders.empty:
        nothing = f"{HORIZONS[-1]} 个工作日内没有{CLOCKS[clock]}到期的件"
        layout.heading(nothing, "按责任单位", define=metric_of(due[days]))
        return
    rate = metric_of(forward.RATE_METRICS[clock])
    rates = {"现在": rate.id, "届时": f"{rate.id}_in_{days}"}

    def open_cases(row: int, head: str) -> None:
        unit = holders["code"].iloc[row]
        if head in rates:
            open_link(misses_link(view, rates[head], unit=unit))
        elif head == "变化":
            open_link(misses_link(view, rates["届时"], unit=unit, **{forward.STATE_DIMENSIONS[clock]: "在期未结"}))
        else:
            counts = {f"{n}个工作日内": name for n, name in due.items()}
            open_link(list_link(counts.get(head, due[days]), period=view.link_period, unit=unit))

    tables.headed(
        rows.due_units(view, holders, clock, days),
        view.derive(headlines.due_units, holders, due[days], days, CLOCKS[clock]),
        f"点击数字查看明细；率为{words.month(view.as_of.date(), year=False)}{rate.name}，"
        f"「届时」指 {days} 个工作日后、其间不再办结",
        define=due[days],
        open_cell=open_cases,
        key="forward_units",
        alt="将要到期的件按责任单位",
        high=TABLE_ROWS,
        columns={"责任单位": st.column_config.Column(width="medium"), **dict.fromkeys((*rates, "变化"), tables.RIGHT)},
    )


def first_clock(view: View) -> str:
    """The limit to begin with: the first of which the data tells what falls due."""
    due = {f"{name}_{HORIZONS[0]}": clock for clock, name in forward.DUE_METRICS.items()}
    return due[kpis.first_known(view, list(due))]


def details(view: View) -> None:
    """One limit and one horizon at a time: units, places and grids."""
    with st.container(horizontal=True, gap="small"):
        clock = filters.choose("期限", list(CLOCKS), "limit", first_clock(view), CLOCKS.__getitem__)
        days = filters.choose("今后", list(HORIZONS), "ahead", HORIZONS[1], lambda n: f"{n}个工作日")
    with layout.block("units", stretch=False):
        units(view, clock, days)
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
    number_cards(view, CARDS, key="forward_cards", spark=False)
    if layout.page_lacks(view, "backlog"):
        return
    if not view.ask(count_cases, "backlog", as_of=view.as_of, within=view.within):
        notices.hint("没有在办件，也就没有将到期的件。换一个区域、分类或截至日期，或装入信访件。")
        return
    layout.row(
        view,
        {"outlook_five_day": partial(outlook, clock="five_day")},
        {"outlook_handling": partial(outlook, clock="handling")},
        calendar,
    )
    details(view)
