"""五日办结: the promise of five working days, by month, place, unit and class, and what is about to miss it."""

from datetime import date

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cockpit import kpis, places, splits
from cockpit.links import list_link
from cockpit.view import View
from pages.parts import clicks, filters, layout, notices, pictures
from pages.parts.navigation import open_link
from pages.parts.number_cards import number_cards
from pages.parts.rankings import left_out, ranking
from pages.parts.tables import pick_row
from queries.cases import Part, count_cases
from queries.measure import measure, metric_of
from queries.subjects import CLOSING_DAYS
from queries.targets import target_of
from views import charts, words
from wording import findings
from wording.names import PLACE_NAMES

RATE = "five_day_closure"
BUNCHED = "five_day_last_day"
CARDS = (
    RATE,
    "five_day_closure_all",
    "five_day_overdue",
    "five_day_due_in_0",
    "five_day_due_in_1",
    "five_day_due_in_3",
)
DUE = {"five_day_due_in_0": "今日", "five_day_due_in_1": "1个工作日", "five_day_due_in_3": "3个工作日"}
ROWS = 20
LEAST_ROWS = 12
WAYS = {"rate": "五日办结率", "misses": "未按期件次"}
_START = {"registered": "登记", "forwarded": "转送", "accepted": "受理"}


def closings(view: View) -> None:
    """How many working days closings take; a bar opens its claims."""
    closed = view.ask(measure, [RATE], by=["closing_days"], **view.scope).dropna(subset=["closing_days"])
    counts = closed.set_index("closing_days")["among"].reindex(CLOSING_DAYS, fill_value=0)
    frame = pd.DataFrame({"days": range(len(CLOSING_DAYS)), "cases": counts.to_numpy()})
    on_last_day = float(view.ask(measure, [BUNCHED], **view.scope)["value"].iloc[0])
    drawing = clicks.draw(
        charts.histogram,
        frame,
        title=findings.closings(frame, view.settings.deadlines.simple_working_days, on_last_day),
        subtitle="已办结的简单诉求用了几个工作日（件次）",
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
    view: View, rates: pd.DataFrame, dimension: str, noun: str, way: str, *, drill: bool = False, most: int = ROWS
) -> None:
    """A ranking, lowest rate or most misses first; a click goes down a level, or opens the claims that missed it."""
    if layout.explain_missing_split(view, RATE, dimension):
        return
    on_pick = filters.set_area if drill and places.can_go_down(view, rates["code"]) else None
    key, alt = f"five_day_{dimension}", f"各{noun}{WAYS[way]}"
    if way == "rate":
        target, few = target_of(view.settings, RATE), view.settings.lights.small_sample
        ranking(
            view,
            rates,
            RATE,
            dimension,
            key=key,
            alt=alt,
            title=findings.lowest(rates, target, f"各{noun}", few=few),
            subtitle=f"各{noun}五日办结率，按期／应办结{left_out(len(rates), most)}",
            from_zero=False,
            most=most,
            none="这一时段没有应办结的简单诉求",
            on_pick=on_pick,
        )
        return
    late = rates[["code", "name", "hits", "among"]].assign(value=rates["among"] - rates["hits"])
    late = late[late["value"] > 0]
    none = f"各{noun}都没有未按期的简单诉求"
    ranking(
        view,
        late,
        RATE,
        dimension,
        key=key,
        alt=alt,
        title=findings.most(late, "未按期总量", none=none),
        subtitle=f"各{noun}期内应办结而未在五个工作日内办结的（件次）{left_out(len(late), most)}",
        kind="count",
        largest_first=True,
        most=most,
        none=none,
        on_pick=on_pick,
    )


def ranked_by() -> str:
    """Whether rankings show the rate or how many missed it; in the address."""
    chosen: str = filters.choose("排名按", list(WAYS), "ranked_by", "rate", WAYS.__getitem__)
    return chosen


def rankings(view: View, choices: DeltaGenerator, way: str) -> None:
    """Places and units side by side; each kind of unit is ranked apart."""
    groups = splits.by_kind(view, splits.split(view, [RATE], "unit"))
    with choices:
        dimension = level(view)
        unit_kind = filters.choose_unit_kind(groups)
    by_place = splits.split(view, [RATE], dimension)
    drill = dimension == places.dimension_below(view) != "grid"
    left, right = st.columns(2)
    with left, layout.block("places"):
        ranked(view, by_place, dimension, PLACE_NAMES[dimension], way, drill=drill)
    with right, layout.block("units"):
        if unit_kind is None:
            notices.hint("这一时段没有应办结的简单诉求。")
        else:
            most = min(max(len(by_place), LEAST_ROWS), ROWS)
            ranked(view, groups[unit_kind[0]], "unit", unit_kind[1], way, most=most)


def level(view: View) -> str:
    """The places to rank: the next level down, or all of a deeper one (which street of the whole city?)."""
    below = places.levels_below(view)
    if len(below) < 2:
        return below[0]
    chosen: str = filters.choose("排名到", below, "level", below[0], PLACE_NAMES.__getitem__)
    return chosen


def due_soon(view: View) -> None:
    """Who is about to miss the promise: open claims by unit and the day their five working days end."""
    due = splits.split(view, list(DUE), "unit")
    if due.empty:
        notices.hint("3 个工作日内没有五日到期的简单诉求。")
        return
    by_unit = due.pivot_table(index=["code", "name"], columns="metric", values="hits", aggfunc="sum", fill_value=0)
    by_unit = by_unit.reindex(columns=list(DUE), fill_value=0).sort_values(list(DUE)[::-1], ascending=False)
    by_unit = by_unit.reset_index()
    totals = by_unit[list(DUE)].sum()
    last = view.workday(view.stocks_at, 3)
    layout.heading(
        f"{words.day(view.stocks_at) if view.is_over else '今日'}到期 {words.full(totals.iloc[0])} 件次，"
        f"至{words.day(last)}共 {words.full(totals.iloc[2])} 件次，涉及 {len(by_unit)} 个单位",
        f"{view.stock_moment_text}，五日期限将到、尚未办结的简单诉求，今日、1 个、3 个工作日内逐级累计；"
        "选中一行看这些件",
        define=metric_of("five_day_due_in_3"),
    )
    written = by_unit[["name"]].assign(due=by_unit["code"].map(first_due(view))).join(by_unit[list(DUE)])
    written = written.rename(columns={"name": "责任单位", "due": "最早期限", **DUE})
    row = pick_row(written, key="due_soon", alt="五日期限将到的简单诉求按单位", high=8)
    if row is not None:
        open_link(list_link("five_day_due_in_3", unit=by_unit["code"].iloc[row]))


def first_due(view: View) -> dict[str, str]:
    """By unit, the next day on which five working days end: 11月23日."""
    by = ["unit", "five_day_due"]
    due = view.ask(measure, ["five_day_due_in_3"], as_of=view.stocks_at, within=view.within, by=by)
    first = due.assign(code=due["unit"].fillna("")).groupby("code")["five_day_due"].min()
    return {str(code): words.day(date.fromisoformat(day)) for code, day in first.items()}


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    start = _START[view.settings.deadlines.simple_from]
    layout.header(view, "五日办结", f"{view.text}。五个工作日自{start}次日起算；率按已到期口径，另列全口径。")
    number_cards(view, CARDS, key="five_day_cards")
    if kpis.missing_reason(view, metric_of(RATE)):
        with layout.block("unknown", stretch=False):
            layout.explain_missing(view, RATE)
    elif view.ask(count_cases, "five_day_closure_all", Part.AMONG, as_of=view.as_of, within=view.within):
        # First, so that the choices are seen on a low screen, with the rankings that they rule.
        choices = st.container(horizontal=True)
        with choices:
            way = ranked_by()
        rankings(view, choices, way)
        left, right = st.columns([3, 2])
        with left, layout.block("months"):
            pictures.rate_by_month(view, RATE, key="five_day_months")
        with right, layout.block("closings"):
            closings(view)
        left, right = st.columns([3, 2])
        with left, layout.block("classes"):
            ranked(view, splits.split(view, [RATE], "category"), "category", "内容分类", way)
        with right:
            with layout.block("channels", stretch=False):
                ranked(view, splits.split(view, [RATE], "channel"), "channel", "信访形式", way)
            with layout.block("due_soon"):
                due_soon(view)
    else:
        notices.hint("没有简单诉求。换一个区域、分类或截至日期，或装入信访件。")


if __name__ == "__main__":
    page(filters.current())
