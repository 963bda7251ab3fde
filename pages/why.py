"""变化原因: the change of a number against an earlier period, split into parts that add up to it."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from cockpit import contributions, empty_periods
from cockpit.links import list_link, part_to_open
from cockpit.view import View
from pages.parts import clicks, empty_period, filters, layout, navigation, not_offered, notices, number_cards, tables
from pages.parts.navigation import open_link
from queries.cases import Part
from queries.decompose import SPLITTABLE, Change, decompose
from queries.measure import metric_of
from queries.model import Kind, Metric
from queries.periods import Against
from queries.subjects import DIMENSIONS
from views import charts, words
from wording import findings, numbers

FIRST = "registered"
MOST = 8


def chosen(view: View) -> tuple[Metric, Against, str]:
    """The number, the earlier period and the dimension, all of them in the address."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        labels = {name: metric_of(name).name for name in SPLITTABLE}
        begin = filters.default_of("of", FIRST)
        not_offered.check("of", "指标", labels.values(), begin, not_offered.shown_instead(labels[begin]))
        name: str = st.selectbox(
            "指标",
            SPLITTABLE,
            index=SPLITTABLE.index(begin),
            format_func=labels.__getitem__,
            key="of",
            bind="query-params",
            width=300,
        )
        against = Against.YEAR_BEFORE
        if len(view.comparisons) > 1:
            against = filters.choose("比较", navigation.AGAINST, "against")
        metric = metric_of(name)
        ways = {dimension: DIMENSIONS[dimension] for dimension in contributions.dimensions(view, metric)}
        dimension: str = filters.choose("拆分", ways, "split")
    return metric, against, dimension


def change_of(view: View, metric: Metric, against: Against, by: list[str]) -> Change:
    """The change of the metric, split."""
    return view.hold(decompose, metric.id, against=against, by=by, **view.scope)


def open_group(metric: Metric, row: pd.Series, by: list[str], *, volume: bool = False) -> None:
    """The cases of a group now: of a count what it counts, of a rate what speaks against it, or all for its volume."""
    is_rate = metric.kind is Kind.RATE
    part = Part.AMONG if is_rate and volume else part_to_open(metric, row["hits"], row["among"])
    if not row["among" if is_rate else "hits"]:
        st.info("这一组本期没有信访件，变化全部来自上期。")
        return
    open_link(list_link(metric.id, part, **{name: row[name] for name in by}))


def waterfall(view: View, metric: Metric, against: Against, dimension: str) -> None:
    """From the number before to that now; a bar opens its cases, the bar of the small ones lays them all out."""
    change = change_of(view, metric, against, [dimension])
    # A link says so before the switch stands that says it.
    whole = st.session_state.get("why_whole", st.query_params.get("why_whole") == "true")
    bars = contributions.bars_of(view, metric, change, dimension)
    drawing = clicks.draw(
        view,
        charts.waterfall,
        bars,
        title=view.derive(findings.change_reason, metric, change, bars, view.label_of(against)),
        subtitle=contributions.bars_text(view, metric, change, dimension),
        kind=numbers.kind_of(metric),
        before=(view.label_of(against).removeprefix("较"), change.before),
        now=("本期", change.now),
        direction=contributions.direction(view, metric, change),
        most=len(bars) if whole else MOST,
        none=f"{view.label_of(against)}没有可拆分的变化。",
    )
    code = clicks.chart(
        drawing, f"waterfall_{metric.id}_{dimension}", alt=f"{metric.name}的变化由什么组成", pick="code"
    )
    sentence = contributions.calendar_sentence(metric, change)
    if sentence:
        st.caption(f"{contributions.CALENDAR_NAME}：{sentence}。")
    if bars["value"].fillna(0).ne(0).sum() > MOST + 1:
        # Below the chart, so that a click on the bar of the small ones can turn it on.
        if code == charts.REST:
            st.session_state["why_whole"] = True
            st.rerun()
        st.toggle("全部列出，不并入「其余」", key="why_whole", bind="query-params")
    if code == contributions.CALENDAR:
        st.info("这一条由工作日多少带来，没有对应的信访件；查看各组的信访件请点击各组。")
    elif code and code != charts.REST:
        effect, place = code.split(":")
        open_group(metric, change.parts.iloc[int(place)], [dimension], volume=effect == contributions.MIX)


def cells(view: View, metric: Metric, against: Against) -> None:
    """Place by class by channel, the largest change first, in a block; a row opens its cases. Else no block."""
    known = contributions.dimensions(view, metric)
    by = [name for name in contributions.usual_dimensions(view) if name in known]
    if len(by) < 2:
        return
    change = change_of(view, metric, against, by)
    largest = view.derive(contributions.largest_parts, change)
    if largest.empty:
        return
    written = contributions.written_cells(view, metric, change, by)
    with layout.block("cells"):
        tables.headed(
            written,
            *contributions.cells_text(view, metric, change, by),
            define=metric.id,
            open_row=lambda row: open_group(metric, largest.iloc[row], by),
            key=f"cells_{metric.id}",
            alt=f"{metric.name}的变化按格",
            high=12,
            columns=dict.fromkeys(written.columns[len(by) :], tables.RIGHT),
        )


def effects(view: View, metric: Metric, against: Against, dimension: str) -> None:
    """What the rate's change consists of in the whole, and how it is reckoned, in a block; no block where unknown."""
    table = contributions.effects_text(change_of(view, metric, against, [dimension]), dimension)
    if not table:
        return
    with layout.block("effects", stretch=False):
        st.markdown(table)
        with st.expander("算法口径"):
            st.markdown(contributions.FORMULA)


def says_nothing_compared(
    view: View, metric: Metric, against: Against, dimension: str, row: Mapping[Hashable, Any]
) -> bool:
    """Whether there is nothing to compare, which it says; `row` is the number's, of kpis.comparison."""
    if not any(row[name] > 0 for name in ("among", "previous_among", "year_before_among")):
        say_nothing_of(view, metric, "两期都")
    elif not metric.is_total and words.is_missing(row["value"]):
        say_nothing_of(view, metric, "本期")
    elif words.is_missing(change_of(view, metric, against, [dimension]).before):
        lack = f"那一期没有可计{metric.name}的记录，或有一部分早于本库的第一条"
        notices.hint(f"{view.label_of(against)}没有数可比：{lack}。换一个时段或比较的一期。")
    else:
        return False
    return True


def say_nothing_of(view: View, metric: Metric, when: str) -> None:
    """Say that a period has nothing of the number, and lead to the last month that has any; without one, elsewhere."""
    nothing, day = f"{when}没有可计入「{metric.name}」的记录", empty_periods.latest(view, metric)
    if day is None:
        notices.hint(f"{nothing}。换一个时段、区域或指标。")
    else:
        empty_period.lead(nothing, day)


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    title = st.container(key="why_title")
    metric, against, dimension = chosen(view)
    with title:
        asked = f"{metric.name}，{view.text}。" if view.is_ahead else contributions.compared_with(view, metric, against)
        layout.header(view, "变化原因", asked)
    if view.is_ahead:
        return
    left, right = st.columns([1, 3])
    with left:
        numbers_compared = number_cards.show(view, [metric.id], key=f"why_card_{metric.id}", linked=False)
    with right:
        row = numbers_compared.to_dict("index")[metric.id]
        if layout.page_lacks(view, metric.id) or says_nothing_compared(view, metric, against, dimension, row):
            return
        with layout.block("waterfall"):
            waterfall(view, metric, against, dimension)
    with left:
        if metric.kind is Kind.RATE:
            effects(view, metric, against, dimension)
    cells(view, metric, against)
