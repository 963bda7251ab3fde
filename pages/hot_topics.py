"""热点问题: what rises beyond chance, by class and place, by words and on the map; each opens its cases."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from cockpit import places
from cockpit.links import list_link
from cockpit.view import View, comparisons
from pages.parts import filters, layout, maps, notices
from pages.parts.navigation import open_link
from pages.parts.number_cards import number_cards
from pages.parts.tables import pick_row
from queries import hot_cells, hot_topics
from queries.cases import Part, count_cases
from queries.hot_topics import METRIC, WINDOWS, Stretches
from queries.measure import metric_of
from queries.periods import end_of_day
from queries.surges import LEAST, STRETCHES
from views import words
from wording import findings

CARDS = ("registered", "closed", "repeat_rate")
STATES = {True: words.State("warn", "▲", "热点"), False: words.State("none", "●", "波动内")}
MAP_SIZE = (640, 400)
ROWS = 12
SQUARES = 60
COURSE = "走势"


def days_chosen() -> int:
    """How many days the latest stretch has."""
    return st.segmented_control(
        "近几天",
        WINDOWS,
        default=WINDOWS[0],
        required=True,
        key="hot_days",
        bind="query-params",
        format_func=lambda days: f"近 {days} 天",
        label_visibility="collapsed",
    )


def comparison_text(stretches: Stretches) -> str:
    """What is expected by what came before: 按前 8 周."""
    return f"按前 {STRETCHES} 周" if stretches.days == min(WINDOWS) else f"按前 {STRETCHES} 个 {stretches.days} 天"


def open_cases(stretches: Stretches, **cell: str) -> None:
    """The cases behind a topic: those of the latest stretch."""
    open_link(list_link(METRIC, Part.HITS, period=stretches.window, **cell))


def by_class(view: View, stretches: Stretches) -> None:
    """Classes and places, the least likely by chance first."""
    topics = view.ask(
        hot_topics.topics,
        as_of=stretches.as_of,
        days=stretches.days,
        within=view.within,
        place=places.dimension_of_cases(view),
        most=ROWS,
    )
    layout.heading(
        findings.risen(topics, "类别和地区", stretches.days, comparison_text(stretches)),
        "内容分类、地区及其交叉；▲ 越过误报界限，● 在波动之内；选中一行看信访件",
        define=metric_of(METRIC),
    )
    has_year_before = topics["year_before"].notna().any()
    row = table(
        stretches,
        topics,
        "hot_classes",
        {"状态": states(topics), "话题": topics["name"]},
        {"去年同期": topics["year_before"]} if has_year_before else {},
    )
    if row is not None:
        open_cases(stretches, **dict(topics["cell"].iloc[row]))


def by_word(view: View, stretches: Stretches) -> None:
    """Words of titles and texts."""
    risen = view.ask(hot_topics.words, as_of=stretches.as_of, days=stretches.days, within=view.within, most=ROWS)
    layout.heading(
        findings.risen(
            risen.assign(name=[f"“{word}”" for word in risen["word"]], alarm=True),
            "词",
            stretches.days,
            comparison_text(stretches),
        ),
        f"标题或正文含这个词的信访件；不足 {LEAST} 件次的词不比；选中一行看信访件",
    )
    row = None
    if not risen.empty:
        row = table(stretches, risen, "hot_words", {"词": risen["word"], "同现": risen["with_it"].map("、".join)})
    method(stretches)
    if row is not None:
        open_cases(stretches, word=str(risen["word"].iloc[row]))


def on_map(view: View, stretches: Stretches) -> None:
    """Square kilometres, on the map and as rows."""
    clusters = view.ask(
        hot_topics.clusters, as_of=stretches.as_of, days=stretches.days, within=view.within, most=SQUARES
    )
    if clusters.empty:
        notices.hint(f"{view.place}近 {stretches.days} 天没有登记量高于应有的方格；没有经纬度的信访件不在其中。")
        return
    names = [f"{place}一带" if isinstance(place, str) else "未填地址的方格" for place in clusters["place"]]
    clusters = clusters.assign(name=names, observed=clusters["cases"])
    left, right = st.columns([3, 2])
    with left, layout.block("hot_map"):
        layout.heading(
            findings.risen(clusters, "方格", stretches.days, comparison_text(stretches)),
            f"约 1 公里见方的登记量，最不像偶然的 {len(clusters)} 格；点方格看信访件",
        )
        clicked = squares(view, stretches, clusters)
    with right, layout.block("hot_squares"):
        layout.heading("聚集的方格", "▲ 越过误报界限，● 在波动之内；选中一行看信访件")
        row = table(stretches, clusters, "hot_squares", {"状态": states(clusters), "方格": clusters["name"]})
    code = clusters["code"].iloc[row] if row is not None else clicked
    if code is not None:
        open_cases(stretches, hot_cell=str(code))


def squares(view: View, stretches: Stretches, clusters: pd.DataFrame) -> str | None:
    """The squares over pale places; returns the one that was clicked."""
    below = places.below(view)
    before = comparison_text(stretches)
    tips = [
        f"{STATES[bool(alarm)].shape} {words.full(cases)} 件次，{before}应有 {words.decimal(expected)}"
        for alarm, cases, expected in clusters[["alarm", "cases", "expected"]].itertuples(index=False)
    ]
    points = clusters[["code", "lon", "lat", "name"]].assign(side=hot_cells.SIDE, weight=clusters["cases"], tip=tips)
    width, height = MAP_SIZE
    return maps.area_map(
        view,
        places.measured(view, METRIC, below).assign(value=float("nan"), text=""),
        below,
        metric=METRIC,
        key="hot_topics_map",
        width=width,
        height=height,
        scale="plain",
        points=points,
        points_label="登记量（件次），约 1 公里见方",
    )


def states(topics: pd.DataFrame) -> list[str]:
    """▲ 热点 or ● 波动内."""
    return [STATES[bool(alarm)].text for alarm in topics["alarm"]]


def table(
    stretches: Stretches,
    topics: pd.DataFrame,
    key: str,
    heads: Mapping[str, Any],
    more: Mapping[str, Any] | None = None,
) -> int | None:
    """Topics as rows: `heads`, what there is and was to be expected, `more`, the course; returns the row selected."""
    counts = {
        f"近{stretches.days}天": topics["observed"],
        "应有": [words.decimal(value) for value in topics["expected"]],
    }
    course = {COURSE: topics["course"]} if "course" in topics else {}
    # One scale for all rows: each to its own would make a spike of every last bar.
    most = max((max(counts, default=0) for counts in topics["course"]), default=0) if course else 0
    return pick_row(
        pd.DataFrame({**heads, **counts, **(more or {}), **course}),
        key=key,
        alt="上升的热点",
        high=ROWS,
        columns={
            COURSE: st.column_config.BarChartColumn(
                help=f"此前 {STRETCHES} 段和最近一段的登记量（件次），各行同一刻度，最高 {words.full(most)}",
                y_min=0,
                y_max=most or 1,
            ),
            "应有": st.column_config.TextColumn(
                alignment="right", help=f"{comparison_text(stretches)}和同期总量推算的登记量（件次）"
            ),
        },
    )


def method(stretches: Stretches) -> None:
    """What is compared, and how often it may be wrong."""
    past = stretches.before
    st.caption(
        f"比较法：最近 {stretches.days} 天与此前 {STRETCHES} 个同长时段（{words.span(past.start, past.end)}）相比，"
        "各段星期相同、截到同一时刻。“应有”取前几段均值和“前几段占比 × 本段总量”中较大的一个，"
        "所以节后件数普涨、节中占比虚高都不算热点。单侧检验：只有偶然波动时用超几何、二项分布，"
        "波动更大时用贝塔二项分布；多个一起比，按 Benjamini–Hochberg 控制。"
        f"若什么都没有上升，类别地区、词、方格合起来出现任何误报的可能不超过 "
        f"{words.percent(hot_topics.FALSE_ALARM_CHANCE, 0)}。"
        "互相包含的只列最突出的一个。热点说明件数异常，不说明原因。"
    )


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    heading = st.container()
    days = days_chosen()
    stretches = Stretches(min(view.as_of, end_of_day(view.period.end)), days)
    view = replace(view, as_of=stretches.as_of, period=stretches.window, comparisons=comparisons(f"较前 {days} 天"))
    with heading:
        layout.header(
            view,
            "热点问题",
            f"{view.text}，与此前 {STRETCHES} 个同长时段比；"
            f"全页误报的可能不超过 {words.percent(hot_topics.FALSE_ALARM_CHANCE, 0)}。",
        )
    number_cards(view, CARDS, key="hot_cards")
    if view.ask(count_cases, METRIC, **view.scope) == 0:
        notices.hint(f"{view.place}近 {days} 天没有登记的信访件，看不出热点。换一个区域或截至日期，或装入信访件。")
    else:
        left, right = st.columns([2, 1])
        with left, layout.block("hot_classes"):
            by_class(view, stretches)
        with right, layout.block("hot_words"):
            by_word(view, stretches)
        on_map(view, stretches)


if __name__ == "__main__":
    page(filters.current())
