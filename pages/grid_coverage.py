"""网格覆盖: from the city down to a grid, who covers what, how fast people are reached, and where the gaps are."""

from datetime import datetime
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from cockpit import coverage, places, rows, splits, squares
from cockpit.coverage import GAPS, HOT, Gap
from cockpit.links import list_link
from cockpit.view import View
from pages.parts import empty_period, filters, layout, lists, maps, notices, number_cards, rankings, tables
from pages.parts.markdown import escape_markdown
from pages.parts.navigation import open_link
from queries.cases import Part, count_cases
from queries.measure import metric_of
from queries.model import Metric
from queries.subjects import DIMENSIONS
from views import words
from wording import findings, headlines

CARDS = ("grids_staffed", "grid_workers", "communities_with_agent", "agents", "reached_in_24h", "on_the_spot")
CARDS_OF_CASES = ("registered", "closed", "backlog", "cases_per_10k")
CELLS = 200
MAP_SIZE = (780, 460)
ROWS, ROWS_BESIDE_FACTS = 14, 7
# Bars of one ranking, as high as the two short ones beside it.
MOST_KINDS = 10


def layer(has_grids: bool) -> str:
    """Which number the map and the table show."""
    layers = coverage.LAYERS if has_grids else coverage.LAYERS_WITHOUT_GRIDS
    chosen: str = filters.choose("图层", layers, "layer", label_of=coverage.layer_name, hidden=True)
    return chosen


def one_kind(view: View, below: places.Below) -> places.Below:
    """Grids of one kind at a time, the most frequent first."""
    if below.dimension != "grid" or below.frame.empty:
        return below
    kinds = below.frame["kind"].value_counts().index.tolist()
    kind = filters.choose("网格类型", kinds, "grid_kind", label_of=escape_markdown, hidden=True)
    return coverage.of_kind(view, below, kind)


def on_map(view: View, layer_id: str, below: places.Below) -> None:
    """The map and the table beside it; both go down into a place."""
    at_grids, metric = below.dimension == "grid", coverage.metric_of_layer(layer_id, below.dimension)
    if not metric.applies(below.dimension):
        notices.hint(f"{metric.name}没有{below.noun}一级的数，请换图层或回到上一级。")
        return
    frame = places.with_metric(view, metric.id, below)
    title = rankings.finding(view, frame, metric.id, below.noun, nameless=places.nameless(view, metric.id, below))
    coloured: dict[str, Any] = {}
    if metric.id == "grid_workers":
        title, frame = coverage.staffed(view, frame)
        coloured = {"scale": "lights", "states": rows.STAFFED}
    if not view.derive(maps.is_drawable, frame):
        with layout.block("coverage_table"):
            table(view, frame, metric, below)
            maps.say_why_not_drawn(below)
        return
    left, right = st.columns([8, 5])
    with left, layout.block("coverage_map"):
        what = "点击网格查看情况" if at_grids else "点击地图查看下一级"
        layout.heading(title, f"{view.place}各{below.noun}{metric.name}；{what}", define=metric)
        width, height = MAP_SIZE
        maps.area_map(
            view,
            frame,
            below,
            metric=metric.id,
            key=f"coverage_{layer_id}_{picks('table')}",
            width=width,
            height=height,
            selected=picked_grid(frame) if at_grids else None,
            on_grid=lambda code: pick_grid(code, "map"),
            **coloured,
        )
    with right, layout.block("coverage_table"):
        table(view, frame, metric, below)


def on_hot_map(view: View, below: places.Below) -> None:
    """Where cases concentrate: squares over pale places, and the fullest of them as rows; both open their cases."""
    fullest = squares.fullest(view, CELLS)
    if fullest.empty:
        notices.hint(f"{view.place}这一时段没有带坐标的信访件，画不出热点；没有经度、纬度的信访件不在其中。")
        return
    left, right = st.columns([8, 5])
    with left, layout.block("coverage_map"):
        down = "" if below.dimension == "grid" else "，点击区域查看下一级"
        note = f"{view.place}登记量按方格；点击方格查看明细{down}"
        layout.heading(findings.hot_squares(fullest), note, define=metric_of("registered"))
        clicked = maps.squares_map(view, fullest, below, metric="registered", key=f"coverage_{HOT}", size=MAP_SIZE)
    if clicked:
        open_link(list_link("registered", hot_cell=clicked))
    with right, layout.block("coverage_table"):
        hot_table(view, fullest)


def hot_table(view: View, fullest: pd.DataFrame) -> None:
    """The squares as rows, the fullest first; a row opens its cases."""
    most = "登记量最多的 " if len(fullest) == CELLS else ""
    tables.headed(
        pd.DataFrame({"方格": fullest["name"], "登记量（件次）": fullest["weight"]}),
        f"{most}{len(fullest)} 个方格",
        "按登记量，选中一行查看明细",
        open_row=lambda row: open_link(list_link("registered", hot_cell=str(fullest["code"].iloc[row]))),
        key=f"table_{HOT}_{view.within.area}",
        alt=f"{view.place}热点方格",
        high=ROWS,
        columns={"登记量（件次）": tables.COUNT},
    )


def table(view: View, frame: pd.DataFrame, metric: Metric, below: places.Below) -> None:
    """The same places as rows, worst first; selecting one goes down into it, or shows a grid."""
    at_grids = below.dimension == "grid"
    listed = view.derive(coverage.worst_first, frame, metric)
    grid = picked_grid(frame) if at_grids else None
    written = view.derive(rows.places_with, metric, listed, below.noun)

    def go_down(row: int) -> None:
        code = str(listed["code"].iloc[row])
        if at_grids:
            pick_grid(code, "table")
        elif places.can_go_down(view, listed.iloc[[row]]):
            filters.set_area(code)

    layout.heading(f"{len(listed)} 个{below.noun}", f"选中一行{'查看网格' if at_grids else '查看下一级'}")
    tables.pick_row(
        written,
        key=f"table_{metric.id}_{view.within.area}_{picks('map')}",
        alt=f"{view.place}各{below.noun}{metric.name}",
        high=ROWS if grid is None else ROWS_BESIDE_FACTS,
        columns=tables.number_columns(written, metric),
        on_pick=go_down,
        stays=at_grids,
    )
    if grid is not None:
        facts(view, listed.set_index("code", drop=False).loc[grid])


def pick_grid(code: str, where: str) -> None:
    """Remember the grid that was clicked on the map or in the table; the other one lets go of its own selection."""
    st.session_state["grid_shown"] = code
    st.session_state[f"picks_{where}"] = picks(where) + 1


def picks(where: str) -> int:
    """How many grids were picked there: part of the other one's key, so that it begins anew."""
    return int(st.session_state.get(f"picks_{where}", 0))


def picked_grid(frame: pd.DataFrame) -> str | None:
    """The grid that was clicked, while it is among those shown."""
    code = st.session_state.get("grid_shown")
    return code if code in set(frame["code"]) else None


def facts(view: View, grid: Any) -> None:
    """What is known of one grid, a row of the places; each number opens its list."""
    layout.heading(f"{view.place}{grid['name']}", f"{coverage.grid_note(grid)}；点击数字查看明细")
    with st.container(horizontal=True, gap="small"):
        for metric_id, text, link in coverage.facts(view, grid["code"]):
            if st.button(text, key=f"fact_{metric_id}"):
                open_link(link)


def gap_list(view: View, gap: Gap) -> None:
    """What is missing, those places with most cases first; a row opens its cases of the period."""
    if layout.explain_missing(view, gap.metric):
        return
    total, listed = coverage.missing(view, gap)
    first = f"，列前 {coverage.MOST_GAPS} 个" if total > coverage.MOST_GAPS else ""
    tables.headed(
        view.derive(coverage.written_gap, listed, gap, filters.fixed_levels(view)),
        headlines.gaps(total, gap.what, gap.none),
        f"{view.place}{first}；按本期登记的信访件由多到少，点击一行查看明细",
        none=view.place,
        define=gap.metric,
        open_cell=lambda row, _: open_link(list_link("registered", **{gap.dimension: listed[gap.key].iloc[row]})),
        key=f"gaps_{gap.metric}",
        alt=gap.what,
        high=7,
        columns=dict.fromkeys(("人口", coverage.CASES), tables.COUNT),
    )
    all_of_them = f"全部 {words.full_count(total)} 个，可导出"
    lists.open_all(gap.metric, all_of_them, total, key=f"all_gaps_{gap.metric}", part=Part.MISSES)


def ranked(view: View, metric_id: str, dimension: str, key: str) -> None:
    """A rate by the kinds of one dimension; a bar opens its list."""
    if layout.explain_missing_split(view, metric_id, dimension):
        return
    rates = splits.split(view, [metric_id], dimension)
    name = f"{metric_of(metric_id).name}，按{DIMENSIONS[dimension]}"
    rankings.ranking(
        view,
        rates,
        metric_id,
        dimension,
        key=key,
        alt=name,
        title=rankings.finding(view, rates, metric_id, "类"),
        subtitle=f"{name}{view.derive(rankings.left_out, rates, MOST_KINDS)}",
        most=MOST_KINDS,
        none="这一时段没有记录",
        part=Part.HITS,
    )


def grids_at(view: View, at: datetime) -> bool:
    """Whether there are any grids at a moment."""
    return view.ask(count_cases, "grids_staffed", Part.AMONG, as_of=at) > 0


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    has_grids = grids_at(view, view.as_of)
    note = "除法定区县外，轮廓均为示意；专属网格与其他网格重叠，只计个数。" if has_grids else "没有网格，先看信访件。"
    layout.header(view, "网格覆盖", f"{view.text}。{note}")
    numbers = CARDS if has_grids else CARDS_OF_CASES
    empty_period.tell(view, numbers)
    number_cards.show(view, numbers, key="grid_cards", spark=not has_grids)
    layout.says_missing(view, partial(grids_at, view), "网格、网格员和代办员", "网格", "网格员", "代办员", "网格任务")
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        maps.breadcrumb(view)
        chosen = layer(has_grids)
    below = one_kind(view, places.below(view))
    if below.frame.empty:
        notices.missing(f"{view.place}的{below.noun}", "区域", "网格")
    elif chosen == HOT:
        on_hot_map(view, below)
    else:
        on_map(view, chosen, below)
    if has_grids:
        layout.row(view, *({key: partial(gap_list, gap=gap)} for key, gap in GAPS.items()))
        kinds = partial(ranked, metric_id="grids_staffed", dimension="grid_kind", key="by_grid_kind")
        means = partial(ranked, metric_id="reached_in_24h", dimension="contact_method", key="by_means")
        spot = partial(ranked, metric_id="on_the_spot", dimension="category", key="spot_by_category")
        layout.row(view, {"kinds": kinds, "means": means}, {"spot": spot})
