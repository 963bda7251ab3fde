"""变化原因: the change of a number against an earlier period, split into parts that add up to it."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from cockpit import contributions, kpis, places, splits
from cockpit.kept import kept
from cockpit.links import list_link, part_to_open
from cockpit.view import View
from pages.parts import clicks, filters, layout, navigation, notices, tables
from pages.parts.navigation import open_link
from pages.parts.number_cards import number_cards
from queries.cases import Part
from queries.decompose import SPLITTABLE, Change, decompose
from queries.measure import metric_of, stock_moment
from queries.model import Kind, Metric, Polarity
from queries.periods import Against, compared_period
from queries.subjects import DIMENSIONS, OF_PETITION
from views import charts, words
from wording import findings, numbers

FIRST = "registered"
MOST = 10
CELLS = 200
# A dimension of thousands of names that nobody compares.
_TOO_FINE = ("expert",)
FORMULA = (
    "率的变化分成两部分，两部分之和恰好等于变化（Bennet 对称分解）：\n\n"
    "R₁ − R₀ = Σ s̄ᵢ·(rᵢ₁ − rᵢ₀) + Σ (sᵢ₁ − sᵢ₀)·(r̄ᵢ − R̄)\n\n"
    "sᵢ 为各组占分母的比重，rᵢ 为各组自己的率，上横线为两期平均。前一项是**办理**效应：各组自己的率变了多少；"
    "后一项是**构成**效应：率高或率低的组占得多了还是少了。只在一期有件的组，全部计入构成效应。"
)


def chosen(view: View) -> tuple[Metric, Against, str]:
    """The number, the earlier period and the dimension, all of them in the address."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        name: str = st.selectbox(
            "指标",
            SPLITTABLE,
            index=SPLITTABLE.index(filters.default_of("of", FIRST)),
            format_func=lambda name: metric_of(name).name,
            key="of",
            bind="query-params",
            width=300,
        )
        against = Against.YEAR_BEFORE
        if len(view.comparisons) > 1:
            against = filters.choose(
                "比较", list(navigation.AGAINST), "against", Against.PREVIOUS, navigation.AGAINST.__getitem__
            )
        metric = metric_of(name)
        ways = dimensions(view, metric)
        dimension: str = filters.choose("拆分", ways, "split", ways[0], DIMENSIONS.__getitem__)
    return metric, against, dimension


def usual(view: View) -> list[str]:
    """Place, class and channel, one level below what the bar has fixed."""
    return [places.dimension_below(view), "subcategory" if view.within.category else "category", "channel"]


def dimensions(view: View, metric: Metric) -> list[str]:
    """What a metric is split by: the usual ones and the unit, then those of its own."""
    own = [name for name in metric.subject.dimensions if name not in OF_PETITION and name not in _TOO_FINE]
    every = [name for name in (*usual(view), "unit") if metric.applies(name)] + own
    known = [name for name in every if not kpis.missing_for_split(view, metric.id, name)]
    return known or every


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
    """The parts, largest first; a bar opens its cases, the bar of the small ones lays them all out."""
    change = change_of(view, metric, against, [dimension])
    whole = st.session_state.get("why_whole", False)
    bars = contributions.bars_of(view, metric, change, dimension)
    unit = "百分点" if metric.kind is Kind.RATE else metric.unit
    neutral = metric.polarity is Polarity.NEUTRAL
    colours = "蓝为增加，灰为减少" if neutral else "蓝为向好，红为变差"
    drawing = clicks.draw(
        view,
        charts.waterfall,
        bars,
        title=view.derive(findings.change_reason, metric, change, bars, view.label_of(against)),
        subtitle=f"按{DIMENSIONS[dimension]}拆分，各条相加等于总变化（{unit}）；{colours}；点击一条查看本期明细",
        kind=numbers.kind_of(metric),
        most=len(bars) if whole else MOST,
        none=f"{view.label_of(against)}没有可拆分的变化。",
    )
    code = clicks.chart(
        drawing, f"waterfall_{metric.id}_{dimension}", alt=f"{metric.name}的变化由什么组成", pick="code"
    )
    sentence = contributions.calendar_sentence(metric, change)
    if sentence:
        st.caption(f"{contributions.CALENDAR_NAME}：{sentence}。")
    if len(bars) > MOST + 1:
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


def moved_parts(change: Change) -> pd.DataFrame:
    """The parts of a change that are not 0."""
    moved = change.parts[["change", change.by]].fillna(0).ne(0).any(axis=1)
    return change.parts[moved].reset_index(drop=True)


@kept
def written_cells(view: View, metric: Metric, change: Change, by: Sequence[str]) -> pd.DataFrame:
    """The CELLS largest parts as rows: the names of their dimensions, then what changed."""
    largest = moved_parts(change).head(CELLS)
    names = pd.DataFrame({DIMENSIONS[name]: splits.names_of(view, name, largest[name].tolist()) for name in by})
    return names.join(contributions.written_changes(metric, change, largest))


def cells(view: View, metric: Metric, against: Against) -> None:
    """Place by class by channel, the largest change first; a row opens its cases."""
    by = [name for name in usual(view) if name in dimensions(view, metric)]
    if len(by) < 2:
        return
    change = change_of(view, metric, against, by)
    moved = view.derive(moved_parts, change)
    if moved.empty:
        return
    largest, written = moved.head(CELLS), written_cells(view, metric, change, by)
    kind = numbers.kind_of(metric)
    rest = moved["change"].iloc[CELLS:].sum()
    more = (
        f"；列前 {CELLS} 格，其余 {len(moved) - CELLS} 格合计 {words.contribution(rest, kind)}"
        if len(moved) > CELLS
        else ""
    )
    of_calendar = f"，其中日历影响 {words.contribution(change.calendar, kind)}" if change.has_calendar else ""
    first = "、".join(written.iloc[0, : len(by)])
    tables.headed(
        written,
        f"变化最大的一格：{first}，{words.contribution(largest[change.by].iloc[0], kind)}",
        f"{' × '.join(DIMENSIONS[name] for name in by)}，共 {words.full_count(len(moved))} 格有变化，"
        f"各格相加等于总变化 {words.contribution(change.difference, kind)}{of_calendar}{more}；选中一行查看本期明细",
        define=metric.id,
        open_row=lambda row: open_group(metric, largest.iloc[row], by),
        key=f"cells_{metric.id}",
        alt=f"{metric.name}的变化按格",
        high=12,
        columns=dict.fromkeys(written.columns[len(by) :], tables.RIGHT),
    )


def effects(view: View, metric: Metric, against: Against, dimension: str) -> None:
    """What the rate's change consists of in the whole, and how it is reckoned."""
    if kpis.missing_reason(view, metric):
        return
    parts = change_of(view, metric, against, [dimension]).parts
    sums = parts[[contributions.PERFORMANCE, contributions.MIX, "change"]].sum()
    rows = dict(zip(("办理效应", "构成效应", "合计变化"), sums, strict=True))
    if not pd.notna(rows["合计变化"]):
        return
    lines = "\n".join(f"| {name} | **{words.contribution(value, 'rate')}** |" for name, value in rows.items())
    st.markdown(f"| 按{DIMENSIONS[dimension]}拆分 | |\n|:--|--:|\n{lines}")
    with st.expander("算法口径"):
        st.markdown(FORMULA)


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    title = st.container(key="why_title")
    metric, against, dimension = chosen(view)
    then, moment = compared_period(view.period, view.as_of, against)
    cut = words.moment(stock_moment(moment, then) if metric.is_stock else moment, year=True)
    earlier = f"{cut}的时点数相比" if metric.is_stock else f"{words.span(then.start, then.end)}相比（截至 {cut}）"
    with title:
        of = f"{view.slice_text}，{view.stock_moment_text}" if metric.is_stock else view.text
        layout.header(view, "变化原因", f"{metric.name}，{of}；与{earlier}。")
    left, right = st.columns([1, 3])
    with left:
        numbers_compared = number_cards(view, [metric.id], key=f"why_card_{metric.id}", linked=False)
        if metric.kind is Kind.RATE:
            with layout.block("effects", stretch=False):
                effects(view, metric, against, dimension)
    with right:
        if layout.page_lacks(view, metric.id):
            return
    if not numbers_compared[["among", "previous_among", "year_before_among"]].fillna(0).loc[metric.id].any():
        with right:
            notices.hint(f"两期都没有可计{metric.name}的记录。换一个时段、区域或指标，或装入数据。")
    elif words.is_missing(change_of(view, metric, against, [dimension]).before):
        with right:
            lack = f"那一期没有可计{metric.name}的记录，或有一部分早于本库的第一条"
            notices.hint(f"{view.label_of(against)}没有数可比：{lack}。换一个时段或比较的一期。")
    else:
        with right, layout.block("waterfall"):
            waterfall(view, metric, against, dimension)
        with layout.block("cells"):
            cells(view, metric, against)
