"""网格覆盖: from the city down to a grid, who covers what, how fast people are reached, and where the gaps are."""

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from cockpit import places, splits
from cockpit import rows as table_rows
from cockpit.links import list_link, number_link
from cockpit.view import View
from pages.parts import filters, layout, maps, notices, tables
from pages.parts.markdown import escape_markdown
from pages.parts.navigation import open_link
from pages.parts.number_cards import number_cards
from pages.parts.rankings import finding, ranking
from queries import hot_cells
from queries.cases import Part, cases, count_cases
from queries.measure import measure, metric_of
from queries.model import Kind, Metric
from views import words
from wording import findings, numbers

CARDS = ("grids_staffed", "grid_workers", "communities_with_agent", "agents", "reached_in_24h", "on_the_spot")
CARDS_OF_CASES = ("registered", "closed", "backlog", "cases_per_10k")
HOT = "hot_cells"
OF_GRIDS = ("grids_staffed", "communities_with_agent", "reached_in_24h", "on_the_spot")
OF_CASES = ("cases_per_10k", HOT)
WITHOUT_GRIDS = ("registered", HOT, "cases_per_10k")
LAYER_NAMES = {"grids_staffed": "网格配员", "communities_with_agent": "代办员覆盖", HOT: "热点方格"}
# Layers that a single grid knows otherwise: how many workers it has, and cases without people to divide them by.
GRID_METRICS = {"grids_staffed": "grid_workers", "cases_per_10k": "registered"}
GAPS = {"grids_staffed": "没有网格员", "communities_with_agent": "没有代办员"}
STAFFED = (words.State("good", "●", "有在岗网格员"), words.State("bad", "■", "没有在岗网格员"))
HOT_LABEL = "登记量（件次），约 1 公里见方"
MOST_GAPS = 100
CELLS = 200
# What is said of one grid.
FACTS = ("grid_workers", "registered", "backlog", "tasks_pushed", "reached_in_24h", "on_the_spot")
MAP_SIZE = (780, 460)
ROWS, ROWS_BESIDE_FACTS = 14, 7


def layer(has_grids: bool) -> str:
    """Which number the map and the table show; without grids only what cases alone can tell."""
    layers = (*OF_GRIDS, *OF_CASES) if has_grids else WITHOUT_GRIDS
    return st.segmented_control(
        "图层",
        layers,
        default=layers[0],
        required=True,
        key="layer",
        bind="query-params",
        format_func=lambda name: LAYER_NAMES.get(name) or metric_of(name).name,
        label_visibility="collapsed",
    )


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
    frame = below.frame[below.frame["kind"] == kind].reset_index(drop=True)
    return replace(below, frame=frame.assign(name=frame["name"].str.removeprefix(view.place)))


def on_map(view: View, layer_id: str, below: places.Below) -> None:
    """The map and the table beside it; both go down into a place."""
    at_grids = below.dimension == "grid"
    metric = metric_of(GRID_METRICS.get(layer_id, layer_id) if at_grids else layer_id)
    if not metric.applies(below.dimension):
        notices.hint(f"{metric.name}没有{below.noun}一级的数，请换图层或回到上一级。")
        return
    frame = places.measured(view, metric.id, below)
    title = finding(view, frame, metric.id, below.noun, nameless=places.nameless(view, metric.id, below))
    coloured: dict[str, Any] = {}
    if metric.id == "grid_workers":
        title, frame = findings.staffed(frame, below.frame["kind"].iloc[0]), by_state(frame)
        coloured = {"scale": "lights", "states": STAFFED}
    if not maps.is_drawable(frame):
        with layout.block("coverage_table"):
            table(view, frame, metric, below)
            maps.say_why_not_drawn(below)
        return
    left, right = st.columns([8, 5])
    with left, layout.block("coverage_map"):
        what = "点一个网格看它的情况" if at_grids else "点地图往下一级"
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


def by_state(frame: pd.DataFrame) -> pd.DataFrame:
    """Grids with a worker or without, in words and shape."""
    has, lacks = STAFFED
    states = [has if value > 0 else lacks for value in frame["value"]]
    written = [f"{has.shape} {words.full(value)} 人" if value > 0 else f"{lacks.shape} 无" for value in frame["value"]]
    return frame.assign(role=[state.role for state in states], text=written)


def on_hot_map(view: View, below: places.Below) -> None:
    """Where cases concentrate: squares over pale places, and the fullest of them as rows; both open their cases."""
    cells = view.ask(hot_cells.hot_cells, most=CELLS, **view.scope)
    if cells.empty:
        notices.hint(f"{view.place}这一时段没有带坐标的信访件，画不出热点；信访件的经度、纬度装入后自动显示。")
        return
    points = pd.DataFrame(
        {
            **cells[["code", "lon", "lat"]],
            "side": hot_cells.SIDE,
            "weight": cells["cases"],
            "name": [f"{place}一带" if isinstance(place, str) else "未填地址的方格" for place in cells["place"]],
            "tip": [f"约 1 公里见方内登记 {words.full(cases)} 件次，点开看明细" for cases in cells["cases"]],
        }
    )
    frame = places.measured(view, "registered", below).assign(value=float("nan"), text="")
    left, right = st.columns([8, 5])
    with left, layout.block("coverage_map"):
        down = "" if below.dimension == "grid" else "，点区域往下一级"
        layout.heading(
            findings.hot(points), f"{view.place}登记量按方格；点方格看信访件{down}", define=metric_of("registered")
        )
        width, height = MAP_SIZE
        clicked = maps.area_map(
            view,
            frame,
            below,
            metric="registered",
            key=f"coverage_{HOT}",
            width=width,
            height=height,
            scale="plain",
            points=points,
            points_label=HOT_LABEL,
        )
    with right, layout.block("coverage_table"):
        clicked = hot_table(view, points) or clicked
    if clicked:
        open_link(list_link("registered", hot_cell=clicked))


def hot_table(view: View, points: pd.DataFrame) -> str | None:
    """The squares as rows, the fullest first; returns the one that was selected."""
    most = "登记量最多的 " if len(points) == CELLS else ""
    layout.heading(f"{most}{len(points)} 个方格", "按登记量，选中一行看信访件")
    row = tables.pick_row(
        pd.DataFrame({"方格": points["name"], "登记量（件次）": points["weight"]}),
        key=f"table_{HOT}_{view.within.area}",
        alt=f"{view.place}热点方格",
        high=ROWS,
        columns={"登记量（件次）": tables.COUNT},
    )
    return None if row is None else str(points["code"].iloc[row])


def table(view: View, frame: pd.DataFrame, metric: Metric, below: places.Below) -> None:
    """The same places as rows, worst first; selecting one goes down into it, or shows a grid."""
    at_grids = below.dimension == "grid"
    low_first = metric.kind is Kind.RATE or metric.id == "grid_workers"
    rows = frame.sort_values("value", ascending=low_first, na_position="last", kind="stable").reset_index(drop=True)
    grid = picked_grid(frame) if at_grids else None
    written = columns(rows, metric, below)

    def go_down(row: int) -> None:
        code = str(rows["code"].iloc[row])
        if at_grids:
            pick_grid(code, "table")
        elif places.can_go_down(view, rows["code"].iloc[[row]]):
            filters.set_area(code)

    layout.heading(f"{len(rows)} 个{below.noun}", f"选中一行{'看这个网格' if at_grids else '往下一级'}")
    tables.pick_row(
        written,
        key=f"table_{metric.id}_{view.within.area}_{picks('map')}",
        alt=f"{view.place}各{below.noun}{metric.name}",
        high=ROWS if grid is None else ROWS_BESIDE_FACTS,
        columns=number_columns(written, metric),
        on_pick=go_down,
    )
    if grid is not None:
        facts(view, grid, rows)


def columns(rows: pd.DataFrame, metric: Metric, below: places.Below) -> pd.DataFrame:
    """What the table says of each place: the number, what a rate is made of, and how many are missing."""
    if metric.kind is not Kind.RATE:
        return pd.DataFrame({below.noun: rows["name"], f"{metric.name}（{metric.unit}）": rows["value"]})
    rates = pd.Series(table_rows.percentages(rows["value"]), dtype=float)
    written = pd.DataFrame({below.noun: rows["name"], f"{metric.name}（%）": rates})
    if metric.id in GAPS:
        return written.assign(**{GAPS[metric.id]: rows["among"] - rows["hits"], "总数": rows["among"]})
    written["计入"], written["总数"] = rows["hits"], rows["among"]
    written["样本"] = [words.SMALL if few else "" for few in rows["small"]]
    return written


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


def facts(view: View, code: str, rows: pd.DataFrame) -> None:
    """What is known of one grid; each number opens its list."""
    row: Any = rows.set_index("code").loc[code]
    of_grid = replace(view, within=view.within.narrow(grid=code))
    values = view.ask(measure, FACTS, **of_grid.scope).set_index("metric")
    households = "" if words.is_missing(row["households"]) else f"，{words.full(row['households'])} 户"
    layout.heading(f"{view.place}{row['name']}", f"{row['kind']}{households}；点数字看明细")
    with st.container(horizontal=True, gap="small"):
        for metric in map(metric_of, FACTS):
            text = numbers.format_value(metric, float(values["value"].loc[metric.id]))
            unit = "" if metric.kind is Kind.RATE else f" {metric.unit}"
            if st.button(f"{metric.name} {text}{unit}", key=f"fact_{metric.id}"):
                open_link(number_link(metric, values.loc[metric.id], grid=code))


def gaps(view: View, metric_id: str, what: str, none: str, place: str, key: str, heads: dict[str, str]) -> None:
    """What is missing (grids without a worker, communities without an agent), those with most cases first.

    `place` is the dimension of cases that `key` of the rows is a code of; a row opens its cases of the period. `heads`
    are of the columns; a level that the filter bar has fixed is left out.
    """
    metric = metric_of(metric_id)
    rows = view.ask(cases, metric_id, Part.MISSES, as_of=view.stocks_at, within=view.within)
    if rows.empty:
        layout.heading(none, view.place, define=metric)
        return
    total = len(rows)
    first = f"，列前 {MOST_GAPS} 个" if total > MOST_GAPS else ""
    note = f"{view.place}{first}；按本期登记的信访件由多到少，点一行看这些件"
    layout.heading(f"{words.full(total)} 个{what}", note, define=metric)
    rows = rows.assign(cases=registered_in(view, place, rows[key]))
    rows = rows.sort_values("cases", ascending=False, kind="stable").head(MOST_GAPS)
    heads = {name: head for name, head in heads.items() if name not in fixed_levels(view)}
    heads |= {"cases": "本期登记（件次）"}
    cell = tables.pick_cell(
        rows[list(heads)].rename(columns=heads),
        key=f"gaps_{metric_id}",
        alt=what,
        high=7,
        columns=dict.fromkeys(("人口", heads["cases"]), tables.COUNT),
    )
    if cell is not None:
        open_link(list_link("registered", **{place: rows[key].iloc[cell[0]]}))
    if st.button(f"打开全部 {words.full(total)} 个，可导出", key=f"all_gaps_{metric_id}"):
        open_link(list_link(metric_id, Part.MISSES))


def registered_in(view: View, place: str, codes: pd.Series) -> list[int]:
    """How many cases were registered in each of these places in the period."""
    registered = view.ask(measure, ["registered"], by=[place], **view.scope)
    counts = dict(zip(registered[place], registered["hits"], strict=True))
    return [int(counts.get(code, 0)) for code in codes]


def fixed_levels(view: View) -> set[str]:
    """Levels that the filter bar has fixed: every row would say the same."""
    path = filters.area_path(view) if view.within.area else []
    return set(filters.AREA_KEYS[: max(len(path) - 1, 0)])


def split_ranking(view: View, metric_id: str, dimension: str, subtitle: str, key: str) -> None:
    """A rate by the kinds of one dimension; a bar opens its list."""
    rates = splits.split(view, [metric_id], dimension)
    ranking(
        view,
        rates,
        metric_id,
        dimension,
        key=key,
        alt=subtitle,
        title=finding(view, rates, metric_id, "类"),
        subtitle=subtitle,
        largest_first=True,
        none="这一时段没有记录",
        part=Part.HITS,
    )


def tasks(view: View) -> None:
    """Grids by kind, contacts by means, outcomes by kind of task."""
    left, middle, right = st.columns(3)
    with left, layout.block("kinds"):
        split_ranking(view, "grids_staffed", "grid_kind", "网格配员率，按网格类型", "by_grid_kind")
    with middle, layout.block("means"):
        split_ranking(view, "reached_in_24h", "contact_method", "24小时联系率，按联系方式", "by_means")
    with right, layout.block("spot"):
        split_ranking(view, "on_the_spot", "task_kind", "就地化解率，按任务类型", "by_task_kind")


def all_gaps(view: View) -> None:
    """What is missing, as two lists side by side."""
    left, right = st.columns(2)
    with left, layout.block("gap_grids"):
        gaps(
            view,
            "grids_staffed",
            "网格没有在岗网格员",
            "所有网格都有在岗网格员",
            "grid",
            "grid_id",
            {"district": "区县", "street": "街道（乡镇）", "community": "社区（村）", "name": "网格", "kind": "类型"},
        )
    with right, layout.block("gap_communities"):
        gaps(
            view,
            "communities_with_agent",
            "社区（村）没有在岗代办员",
            "所有社区（村）都有在岗代办员",
            "community",
            "code",
            {"district": "区县", "street": "街道（乡镇）", "name": "社区（村）", "population": "人口"},
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
        notices.missing(
            "网格、网格员和代办员",
            {"grid": "网格", "grid_worker": "网格员", "agent": "代办员", "grid_task": "网格任务"},
        )
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        maps.breadcrumb(view)
        chosen = layer(has_grids)
    below = one_kind(view, places.below(view))
    if below.frame.empty:
        notices.missing(f"{view.place}的{below.noun}", {"area": "区域", "grid": "网格"})
    elif chosen == HOT:
        on_hot_map(view, below)
    else:
        on_map(view, chosen, below)
    if has_grids:
        all_gaps(view)
        tasks(view)


if __name__ == "__main__":
    page(filters.current())
