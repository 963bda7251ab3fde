"""网格覆盖: from the city down to a grid, who covers what, how fast people are reached, and where the gaps are."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from cockpit import places, rows, splits, squares
from cockpit.kept import kept
from cockpit.links import list_link, number_link
from cockpit.view import View
from pages.parts import filters, layout, lists, maps, notices, tables
from pages.parts.markdown import escape_markdown
from pages.parts.navigation import open_link
from pages.parts.number_cards import number_cards
from pages.parts.rankings import finding, left_out, ranking
from queries.cases import Part, cases, count_cases
from queries.measure import measure, metric_of
from queries.model import Kind, Metric
from queries.subjects import DIMENSIONS
from views import words
from wording import findings, headlines, numbers

CARDS = ("grids_staffed", "grid_workers", "communities_with_agent", "agents", "reached_in_24h", "on_the_spot")
CARDS_OF_CASES = ("registered", "closed", "backlog", "cases_per_10k")
HOT = "hot_cells"
OF_GRIDS = ("grids_staffed", "communities_with_agent", "reached_in_24h", "on_the_spot")
OF_CASES = ("cases_per_10k", HOT)
WITHOUT_GRIDS = ("registered", HOT, "cases_per_10k")
LAYER_NAMES = {"grids_staffed": "网格配员", "communities_with_agent": "代办员覆盖", HOT: "热点方格"}
# Layers that a single grid knows otherwise: how many workers it has, and cases without people to divide them by.
GRID_METRICS = {"grids_staffed": "grid_workers", "cases_per_10k": "registered"}
MOST_GAPS = 100
CELLS = 200
# What is said of one grid.
FACTS = ("grid_workers", "registered", "backlog", "tasks_pushed", "reached_in_24h", "on_the_spot")
MAP_SIZE = (780, 460)
ROWS, ROWS_BESIDE_FACTS = 14, 7
# Bars of one ranking, as high as the two short ones beside it.
MOST_KINDS = 10


@dataclass(frozen=True)
class Gap:
    """What is missing: the misses of a metric, the dimension of cases whose codes its column `key` has, its columns."""

    metric: str
    what: str
    none: str
    dimension: str
    key: str
    heads: dict[str, str]


GAPS = {
    "gap_grids": Gap(
        "grids_staffed",
        "网格没有在岗网格员",
        "所有网格都有在岗网格员",
        "grid",
        "grid_id",
        {"district": "区县", "street": "街道（乡镇）", "community": "社区（村）", "name": "网格", "kind": "类型"},
    ),
    "gap_communities": Gap(
        "communities_with_agent",
        "社区（村）没有在岗代办员",
        "所有社区（村）都有在岗代办员",
        "community",
        "code",
        {"district": "区县", "street": "街道（乡镇）", "name": "社区（村）", "population": "人口"},
    ),
}


def layer(has_grids: bool) -> str:
    """Which number the map and the table show; without grids only what cases alone can tell."""
    layers = (*OF_GRIDS, *OF_CASES) if has_grids else WITHOUT_GRIDS
    chosen: str = filters.choose(
        "图层", layers, "layer", layers[0], lambda name: LAYER_NAMES.get(name) or metric_of(name).name, hidden=True
    )
    return chosen


@kept
def of_kind(view: View, below: places.Below, kind: str) -> places.Below:
    """The grids of a kind, called without the place that they lie in."""
    frame = below.frame[below.frame["kind"] == kind].reset_index(drop=True)
    return replace(below, frame=frame.assign(name=frame["name"].str.removeprefix(view.place)))


def one_kind(view: View, below: places.Below) -> places.Below:
    """Grids of one kind at a time: 微网格 lie within 社区网格 and 专属网格 over both."""
    if below.dimension != "grid" or below.frame.empty:
        return below
    kinds = below.frame["kind"].value_counts()
    kind = filters.choose(
        "网格类型",
        kinds.index.tolist(),
        "grid_kind",
        kinds.index[0],
        escape_markdown,
        hidden=True,
    )
    return of_kind(view, below, kind)


def on_map(view: View, layer_id: str, below: places.Below) -> None:
    """The map and the table beside it; both go down into a place."""
    at_grids = below.dimension == "grid"
    metric = metric_of(GRID_METRICS.get(layer_id, layer_id) if at_grids else layer_id)
    if not metric.applies(below.dimension):
        notices.hint(f"{metric.name}没有{below.noun}一级的数，请换图层或回到上一级。")
        return
    frame = places.with_metric(view, metric.id, below)
    title = finding(view, frame, metric.id, below.noun, nameless=places.nameless(view, metric.id, below))
    coloured: dict[str, Any] = {}
    if metric.id == "grid_workers":
        title = view.derive(findings.staffing, frame, below.frame["kind"].iloc[0])
        frame = view.derive(rows.grids_by_state, frame)
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
        notices.hint(f"{view.place}这一时段没有带坐标的信访件，画不出热点；信访件的经度、纬度装入后自动显示。")
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


def in_order(frame: pd.DataFrame, *, low_first: bool) -> pd.DataFrame:
    """Places by their value, those without one last."""
    return frame.sort_values("value", ascending=low_first, na_position="last", kind="stable").reset_index(drop=True)


def table(view: View, frame: pd.DataFrame, metric: Metric, below: places.Below) -> None:
    """The same places as rows, worst first; selecting one goes down into it, or shows a grid."""
    at_grids = below.dimension == "grid"
    low_first = metric.kind is Kind.RATE or metric.id == "grid_workers"
    listed = view.derive(in_order, frame, low_first=low_first)
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
        columns=number_columns(written, metric),
        on_pick=go_down,
    )
    if grid is not None:
        facts(view, grid, listed)


def number_columns(written: pd.DataFrame, metric: Metric) -> dict[str, Any]:
    """The table's columns of numbers: rates with two places, 万人信访量 with one, counts with thousands."""
    first, *others = (head for head in written.columns[1:] if head != "样本")
    format_of_first = {Kind.RATE: "%.2f", Kind.PER_10K: "%.1f"}.get(metric.kind, "localized")
    return {first: st.column_config.NumberColumn(format=format_of_first), **dict.fromkeys(others, tables.COUNT)}


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


def facts(view: View, code: str, grids: pd.DataFrame) -> None:
    """What is known of one grid; each number opens its list."""
    row: Any = grids.set_index("code").loc[code]
    of_grid = replace(view, within=view.within.narrow(grid=code))
    values = view.ask(measure, FACTS, **of_grid.scope).set_index("metric")
    households = "" if words.is_missing(row["households"]) else f"，{words.full_count(row['households'])} 户"
    layout.heading(f"{view.place}{row['name']}", f"{row['kind']}{households}；点击数字查看明细")
    with st.container(horizontal=True, gap="small"):
        for metric in map(metric_of, FACTS):
            text = numbers.format_value(metric, float(values["value"].loc[metric.id]))
            unit = "" if metric.kind is Kind.RATE else f" {metric.unit}"
            if st.button(f"{metric.name} {text}{unit}", key=f"fact_{metric.id}"):
                open_link(number_link(metric, values.loc[metric.id], grid=code))


@kept
def missing(view: View, metric: str, dimension: str, key: str) -> tuple[int, pd.DataFrame]:
    """How many places a Gap has, and those with most cases of them."""
    every = view.ask(cases, metric, Part.MISSES, as_of=view.stocks_at, within=view.within)
    return len(every), places.with_cases(view, every, dimension, every[key]).head(MOST_GAPS)


def under_heads(frame: pd.DataFrame, heads: Mapping[str, str]) -> pd.DataFrame:
    """These columns under these heads, in the frame's order of columns."""
    return frame[list(heads)].rename(columns=heads)


def gap_list(view: View, gap: Gap) -> None:
    """What is missing, those places with most cases first; a row opens its cases of the period."""
    total, listed = missing(view, gap.metric, gap.dimension, gap.key)
    # A level that the filter bar has fixed: every row would say the same.
    heads = {name: head for name, head in gap.heads.items() if name not in filters.fixed_levels(view)}
    heads |= {"cases": "本期登记（件次）"}
    first = f"，列前 {MOST_GAPS} 个" if total > MOST_GAPS else ""
    tables.headed(
        view.derive(under_heads, listed, heads),
        headlines.gaps(total, gap.what, gap.none),
        f"{view.place}{first}；按本期登记的信访件由多到少，点击一行查看明细",
        none=view.place,
        define=gap.metric,
        open_cell=lambda row, _: open_link(list_link("registered", **{gap.dimension: listed[gap.key].iloc[row]})),
        key=f"gaps_{gap.metric}",
        alt=gap.what,
        high=7,
        columns=dict.fromkeys(("人口", heads["cases"]), tables.COUNT),
    )
    all_of_them = f"全部 {words.full_count(total)} 个，可导出"
    lists.open_all(gap.metric, all_of_them, total, key=f"all_gaps_{gap.metric}", part=Part.MISSES)


def ranked(view: View, metric_id: str, dimension: str, key: str) -> None:
    """A rate by the kinds of one dimension; a bar opens its list."""
    rates = splits.split(view, [metric_id], dimension)
    name = f"{metric_of(metric_id).name}，按{DIMENSIONS[dimension]}"
    ranking(
        view,
        rates,
        metric_id,
        dimension,
        key=key,
        alt=name,
        title=finding(view, rates, metric_id, "类"),
        subtitle=f"{name}{left_out(rates, MOST_KINDS)}",
        most=MOST_KINDS,
        none="这一时段没有记录",
        part=Part.HITS,
    )


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    has_grids = view.ask(count_cases, "grids_staffed", Part.AMONG, as_of=view.as_of) > 0
    note = (
        "除法定区县外，轮廓均为示意；专属网格与其他网格重叠，只计个数。" if has_grids else "没有网格数据，先看信访件。"
    )
    layout.header(view, "网格覆盖", f"{view.text}。{note}")
    number_cards(view, CARDS if has_grids else CARDS_OF_CASES, key="grid_cards", spark=not has_grids)
    if not has_grids:
        notices.missing("网格、网格员和代办员", "网格", "网格员", "代办员", "网格任务")
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
        layout.row(
            view,
            {
                "kinds": partial(ranked, metric_id="grids_staffed", dimension="grid_kind", key="by_grid_kind"),
                "means": partial(ranked, metric_id="reached_in_24h", dimension="contact_method", key="by_means"),
            },
            {"spot": partial(ranked, metric_id="on_the_spot", dimension="category", key="spot_by_category")},
        )
