"""五日办结: the promise of five working days, by month, place, unit and class, and what is about to miss it."""

from functools import partial

import pandas as pd
import streamlit as st

from cockpit import cells, places, rows, splits
from cockpit.links import list_link
from cockpit.view import View
from pages.parts import clicks, empty_period, filters, layout, notices, number_cards, pictures, rankings, tables
from pages.parts.navigation import open_link
from queries.cases import Part, has_cases
from queries.measure import measure, metric_of
from queries.registry.five_day import START_OF_SIMPLE
from queries.subjects import CLOSING_DAYS, DIMENSIONS
from queries.targets import target_of
from views import charts, words
from wording import findings, headlines
from wording.names import PLACE_NAMES

RATE = "five_day_closure"
BUNCHED = "five_day_last_day"
DUE = {"five_day_due_in_0": "当日", "five_day_due_in_1": "1个工作日", "five_day_due_in_3": "3个工作日"}
CARDS = (RATE, "five_day_closure_all", "five_day_overdue", *DUE)
ROWS = 20
LEAST_ROWS = 12
WAYS = {"rate": "五日办结率", "misses": "未按期件次"}


def closings(view: View) -> None:
    """How many working days closings take; a bar opens its claims."""
    closed = cells.closing_days(view)
    limit = view.settings.deadlines.simple_working_days
    on_last_day = float(view.hold(measure, [BUNCHED], **view.scope)["value"].iloc[0])
    drawing = clicks.draw(
        view,
        charts.histogram,
        closed,
        title=view.derive(findings.closings, closed, limit, on_last_day),
        subtitle="已办结的简单诉求用了几个工作日（件次）",
        limit=limit,
        height=230,
    )
    clicks.chart(
        drawing,
        "closings",
        alt="办结用了几个工作日",
        pick="days",
        link=lambda days: list_link(RATE, Part.AMONG, closing_days=CLOSING_DAYS[int(days)]),
    )


def ranked(
    view: View,
    rates: pd.DataFrame,
    dimension: str,
    noun: str,
    way: str,
    *,
    whole: str,
    drill: bool = False,
    most: int = ROWS,
) -> None:
    """A ranking, lowest rate or most misses first; a click goes down a level, or opens the claims that missed it.

    `whole` is what all that are drawn make up, of whose misses a share is told: 全市, 市直部门.
    """
    if layout.explain_missing_split(view, RATE, dimension):
        return
    on_pick = filters.set_area if drill and places.can_go_down(view, rates) else None
    key, alt = f"five_day_{dimension}", f"各{noun}{WAYS[way]}"
    if way == "rate":
        target, few = target_of(view.settings, RATE), view.settings.lights.small_sample
        rankings.ranking(
            view,
            rates,
            RATE,
            dimension,
            key=key,
            alt=alt,
            title=view.derive(findings.lowest, rates, target, f"各{noun}", few=few),
            subtitle=f"各{noun}五日办结率，按期／应办结{view.derive(rankings.left_out, rates, most)}",
            from_zero=False,
            most=most,
            none="这一时段没有应办结的简单诉求",
            on_pick=on_pick,
        )
        return
    late = view.derive(splits.misses_of, rates)
    rankings.counted(
        view,
        RATE,
        dimension,
        f"{whole}未按期总量",
        counts=late,
        key=key,
        alt=alt,
        subtitle=f"各{noun}期内应办结而未在{_promise(view)}内办结的（件次）"
        + view.derive(rankings.left_out, late, most),
        most=most,
        none=f"各{noun}都没有未按期的简单诉求",
        on_pick=on_pick,
    )


def by(view: View, dimension: str, way: str) -> None:
    """A ranking of the cases' own kinds."""
    ranked(view, splits.split(view, [RATE], dimension), dimension, DIMENSIONS[dimension], way, whole=view.place)


def places_and_units(view: View) -> str:
    """Places and units side by side, each kind of unit apart; returns one of WAYS, by which they are ranked."""
    choices = st.container(horizontal=True)
    groups = splits.by_kind(view, splits.split(view, [RATE], "unit"))
    with choices:
        way: str = filters.choose("排名依据", WAYS, "ranked_by")
        dimension = filters.choose_level("排名层级", places.levels_below(view), "level")
        unit_kind = filters.choose_unit_kind(groups)
    by_place = splits.split(view, [RATE], dimension)

    drill = dimension == places.dimension_below(view) != "grid"
    noun, whole = PLACE_NAMES[dimension], view.place
    at_places = partial(ranked, rates=by_place, dimension=dimension, noun=noun, way=way, whole=whole, drill=drill)

    def by_unit(view: View) -> None:
        if unit_kind is None:
            layout.heading("这一时段没有应办结的简单诉求", f"各责任单位{WAYS[way]}", define=metric_of(RATE))
        else:
            most = min(max(len(by_place), LEAST_ROWS), ROWS)
            kind, of_kind = unit_kind
            ranked(view, groups[kind], "unit", of_kind, way, whole=kind, most=most)

    layout.row(view, {"places": at_places}, {"units": by_unit})
    return way


def due_soon(view: View) -> None:
    """Who is about to miss the promise: open claims by unit and the day their five working days end."""
    units = rows.counts_by_unit(view, list(DUE), list(DUE)[::-1])
    if units.empty:
        notices.hint("3 个工作日内没有五日到期的简单诉求。")
        return
    today = view.day_text(view.stocks_at.date())
    tables.headed(
        rows.due_soon(view, units, DUE),
        headlines.due_soon(units, today, words.day(view.workday(view.stocks_at, 3))),
        f"{view.stock_moment_text}，五日期限将到、尚未办结的简单诉求，当日、1 个、3 个工作日内逐级累计；"
        "选中一行查看明细",
        define="five_day_due_in_3",
        open_row=lambda row: open_link(list_link("five_day_due_in_3", unit=units["code"].iloc[row])),
        key="due_soon",
        alt="五日期限将到的简单诉求按单位",
        high=8,
    )


def _promise(view: View) -> str:
    """5 个工作日: how long the promise gives."""
    return f"{view.settings.deadlines.simple_working_days} 个工作日"


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    start = START_OF_SIMPLE[view.settings.deadlines.simple_from]
    layout.header(view, "五日办结", f"{view.text}。{_promise(view)}自{start}次日起算；率按已到期口径，另列全口径。")
    empty_period.tell(view, CARDS)
    number_cards.show(view, CARDS, key="five_day_cards")
    if layout.page_lacks(view, RATE):
        return
    if not view.ask(has_cases, "five_day_closure_all", Part.AMONG, as_of=view.as_of, within=view.within):
        notices.hint("没有简单诉求。换一个区域、分类或截至日期。")
        return
    # First, so that the choices are seen on a low screen, with the rankings that they rule.
    way = places_and_units(view)
    months = partial(pictures.rate_by_month, metric_id=RATE, key="five_day_months")
    layout.row(view, {"months": months}, closings, widths=(3, 2))
    classes, channels = (partial(by, dimension=name, way=way) for name in ("category", "channel"))
    layout.row(view, {"classes": classes}, {"channels": channels, "due_soon": due_soon}, widths=(3, 2))
