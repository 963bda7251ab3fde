"""热点问题: what rises beyond chance, by class and place, by words and on the map; each opens its cases."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from cockpit import places, squares, topics
from cockpit.links import list_link
from cockpit.view import View, comparisons
from pages.parts import empty_period, filters, layout, maps, notices, number_cards, tables
from pages.parts.navigation import open_link
from queries import hot_topics
from queries.cases import Part, count_cases
from queries.hot_topics import METRIC, WINDOWS, Stretches
from queries.measure import metric_of
from queries.periods import end_of_day
from queries.surges import LEAST, STRETCHES
from views import words

CARDS = ("registered", "closed", "repeat_rate")
MAP_SIZE = (640, 400)
ROWS = 12
SQUARES = 60
TOPIC = "话题"
# Longer names are cut: beside the numbers and their course there is room for so much (px).
WIDEST_TOPIC = 300


def open_cases(stretches: Stretches, **cell: str) -> None:
    """The cases behind a topic: those of the latest stretch."""
    open_link(list_link(METRIC, Part.HITS, period=stretches.window, **cell))


def by_class(view: View, stretches: Stretches) -> None:
    """Classes and places, the least likely by chance first; a row opens its cases."""
    place = places.dimension_of_cases(view)
    risen = view.ask(hot_topics.topics, **stretches.asked, within=view.within, place=place, most=ROWS)
    note = f"内容分类、地区及其交叉；{topics.STATES_NOTE}；选中一行查看明细"
    layout.heading(topics.title(stretches, risen, "类别和地区"), note, define=metric_of(METRIC))
    heads = {"状态": topics.states(risen), TOPIC: [tables.cut(name, WIDEST_TOPIC) for name in risen["name"]]}
    more = {"上年同期": risen["year_before"]} if risen["year_before"].notna().any() else {}
    row = table(stretches, risen, "hot_classes", heads, more)
    if row is not None:
        open_cases(stretches, **dict(risen["cell"].iloc[row]))


def by_word(view: View, stretches: Stretches) -> None:
    """Words of titles and texts; a row opens its cases."""
    risen = view.ask(hot_topics.words, **stretches.asked, within=view.within, most=ROWS)
    quoted = risen.assign(name=[f"“{word}”" for word in risen["word"]], alarm=True)
    note = f"标题或正文含这个词的信访件；不足 {LEAST} 件次的词不比；选中一行查看明细"
    layout.heading(topics.title(stretches, quoted, "词"), note)
    row = None
    if not risen.empty:
        row = table(stretches, risen, "hot_words", {"词": risen["word"], "同现": risen["with_it"].map("、".join)})
    with st.expander("比较口径"):
        st.caption(topics.method(stretches))
    if row is not None:
        open_cases(stretches, word=str(risen["word"].iloc[row]))


def on_map(view: View, stretches: Stretches) -> None:
    """Square kilometres, on the map and as rows."""
    clusters = squares.clusters(view, stretches, SQUARES)
    if clusters.empty:
        notices.hint(f"{view.place}近 {stretches.days} 天没有登记量高于预计的方格；没有经纬度的信访件不在其中。")
        return
    left, right = st.columns([3, 2])
    with left, layout.block("hot_map"):
        note = f"约 1 公里见方的登记量，上升最明显的 {len(clusters)} 格；点击方格查看明细"
        layout.heading(topics.title(stretches, clusters, "方格"), note)
        points = view.derive(squares.points, clusters, topics.tips(clusters, stretches))
        clicked = maps.squares_map(view, points, places.below(view), metric=METRIC, key="hot_topics_map", size=MAP_SIZE)
    with right, layout.block("hot_squares"):
        layout.heading("聚集的方格", f"{topics.STATES_NOTE}；选中一行查看明细")
        row = table(stretches, clusters, "hot_squares", {"状态": topics.states(clusters), "方格": clusters["name"]})
    code = clusters["code"].iloc[row] if row is not None else clicked
    if code is not None:
        open_cases(stretches, hot_cell=str(code))


def table(
    stretches: Stretches,
    risen: pd.DataFrame,
    key: str,
    heads: Mapping[str, Any],
    more: Mapping[str, Any] | None = None,
) -> int | None:
    """Topics as rows (see cockpit.topics.written for `heads` and `more`); returns the row that was selected."""
    # One scale for all rows: each to its own would make a spike of every last bar.
    most = topics.highest(risen)
    course = st.column_config.BarChartColumn(
        help=f"此前 {STRETCHES} 段和最近一段的登记量（件次），各行同一刻度，最高 {words.full_count(most)}",
        y_min=0,
        y_max=most or 1,
    )
    expected = st.column_config.TextColumn(
        alignment="right", help=f"{topics.comparison_text(stretches.days)}和同期总量推算的登记量（件次）"
    )
    named = {TOPIC: st.column_config.Column(width=tables.width_of(heads[TOPIC]))} if TOPIC in heads else {}
    return tables.pick_row(
        topics.written(stretches, risen, heads, more or {}),
        key=key,
        alt="上升的热点",
        high=ROWS,
        columns={topics.COURSE: course, topics.EXPECTED: expected, **named},
    )


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    head = st.container()
    days: int = filters.choose("近几天", {days: f"近 {days} 天" for days in WINDOWS}, "hot_days", hidden=True)
    stretches = Stretches(min(view.as_of, end_of_day(view.period.end)), days)
    view = replace(view, as_of=stretches.as_of, period=stretches.window, comparisons=comparisons(f"较前 {days} 天"))
    with head:
        layout.header(
            view,
            "热点问题",
            f"{view.text}，与此前 {STRETCHES} 个同长时段比；"
            f"全页误报的可能不超过 {words.percent(hot_topics.FALSE_ALARM_CHANCE, 0)}。",
        )
    if layout.page_is_empty(view, [METRIC], "信访件"):
        return
    empty_period.tell(view, CARDS)
    number_cards.show(view, CARDS, key="hot_cards")
    if view.ask(count_cases, METRIC, **view.scope) == 0:
        notices.hint(f"{view.place}近 {days} 天没有登记的信访件，看不出热点。换一个区域或截至日期。")
    else:
        classes, risen_words = partial(by_class, stretches=stretches), partial(by_word, stretches=stretches)
        layout.row(view, {"hot_classes": classes}, {"hot_words": risen_words}, widths=(2, 1))
        on_map(view, stretches)
