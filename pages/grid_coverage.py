"""网格覆盖: from the city down to a grid, who covers what, how fast people are reached, and where the gaps are."""

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from pages.parts import filters, findings, live, places, show, splits, waiting
from queries.cases import Part, cases, count_cases
from queries.measure import measure, metric_of
from queries.model import Kind
from queries.subjects import CELLS_PER_DEGREE
from views import charts, maps, words

CARDS = ("grids_staffed", "grid_workers", "communities_with_agent", "agents", "reached_in_24h", "on_the_spot")
HOT = "hot_cells"
OF_GRIDS = ("grids_staffed", "communities_with_agent", "reached_in_24h", "on_the_spot")
OF_CASES = ("cases_per_10k", HOT)
LAYER_NAMES = {"grids_staffed": "网格配员", "communities_with_agent": "代办员覆盖", HOT: "热点方格"}
HOT_CELLS = 60
HOT_RADIUS = 500
GAPS_SHOWN = 100
MAP_SIZE = (780, 460)

now = filters.current()


def layer() -> str:
    """Which number the map and the table show; without grids only what cases alone can tell."""
    layers = (*OF_GRIDS, *OF_CASES) if has_grids else OF_CASES[::-1]
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


def one_kind(below: places.Below) -> places.Below:
    """Grids of one kind at a time: 微网格 lie within 社区网格 and 专属网格 over both."""
    if below.dimension != "grid" or below.frame.empty:
        return below
    kinds = below.frame["kind"].value_counts()
    kind = st.segmented_control(
        "网格类型",
        kinds.index.tolist(),
        default=kinds.index[0],
        required=True,
        key=f"grid_kind_{now.within.area}",
        format_func=lambda name: f"{name} {kinds[name]}",
        label_visibility="collapsed",
    )
    return replace(below, frame=below.frame[below.frame["kind"] == kind].reset_index(drop=True))


def hot_cells() -> pd.DataFrame:
    """The squares with most cases of the period: code, lon, lat, weight, radius, tip."""
    found = live.ask(measure, ["registered"], as_of=now.as_of, period=now.period, within=now.within, by=["hot_cell"])
    found = found[found["hot_cell"].notna()].nlargest(HOT_CELLS, "hits")
    corner = found["hot_cell"].str.split("_", expand=True).astype(float) if len(found) else pd.DataFrame({0: [], 1: []})
    return pd.DataFrame(
        {
            "code": found["hot_cell"],
            "lon": (corner[0] + 0.5) / CELLS_PER_DEGREE,
            "lat": (corner[1] + 0.5) / CELLS_PER_DEGREE,
            "weight": found["hits"],
            "radius": HOT_RADIUS,
            "tip": [f"约 1 公里见方内登记 {words.full(hits)} 件次" for hits in found["hits"]],
        }
    )


def on_map(chosen: str, below: places.Below) -> None:
    """The map and the table beside it; both go down into a place."""
    hot = chosen == HOT
    metric = metric_of("registered" if hot else chosen)
    if not metric.applies(below.dimension):
        waiting.hint(f"{metric.name}没有{below.noun}一级的数，请换图层或回到上一级。")
        return
    frame = places.measured(now, metric.id, below)
    points = hot_cells() if hot else None
    left, right = st.columns([8, 5])
    with left, show.block("coverage_map"):
        few = live.settings().lights.small_sample
        title = (
            findings.hot(points)
            if points is not None
            else findings.ranked(frame, metric, show.target_of(metric.id), below.noun, now.place, few=few)
        )
        show.heading(title, f"{now.place}各{below.noun}{metric.name}；点地图往下一级", define=metric)
        width, height = MAP_SIZE
        picked = places.area_map(
            frame, below, now, metric=metric.id, key=f"coverage_{chosen}", width=width, height=height, points=points
        )
    if picked and picked[0] == maps.POINTS:
        show.open_list(show.link("registered", hot_cell=picked[1]))
    with right, show.block("coverage_table"):
        table(frame, metric.id, below, picked[1] if picked else None)


def table(frame: pd.DataFrame, chosen: str, below: places.Below, picked: str | None) -> None:
    """The same places as rows, worst first; selecting one goes down into it."""
    metric = metric_of(chosen)
    rate = metric.kind is Kind.RATE
    rows = frame.sort_values("value", ascending=rate, na_position="last").reset_index(drop=True)
    shown = pd.DataFrame(
        {below.noun: rows["name"], metric.name: [show.written(metric, value) for value in rows["value"]]}
    )
    if rate:
        made_of = zip(rows["hits"], rows["among"], rows["small"], strict=True)
        shown["计入／总数"] = [
            f"{words.parts(hits, among)}{' ' + words.SMALL if few else ''}" if among else words.NONE
            for hits, among, few in made_of
        ]
    key = f"table_{chosen}_{now.within.area}"

    def clicked() -> None:
        selected = st.session_state[key]["selection"]["rows"]
        if selected and below.dimension != "grid":
            filters.go_to(str(rows["code"].iloc[selected[0]]))

    show.heading(
        f"{len(rows)} 个{below.noun}", "选中一行往下一级" if below.dimension != "grid" else "选中一行看这个网格"
    )
    event = st.dataframe(
        shown,
        hide_index=True,
        height=show.rows_high(len(rows), 12),
        key=key,
        on_select=clicked if below.dimension != "grid" else "rerun",
        selection_mode="single-row",
        alt=f"{now.place}各{below.noun}{metric.name}",
    )
    if below.dimension == "grid":
        selected = event["selection"]["rows"]
        facts(rows["code"].iloc[selected[0]] if selected else picked, rows)


def facts(code: str | None, rows: pd.DataFrame) -> None:
    """What is known of one grid; each number opens its list."""
    if code is None or code not in set(rows["code"]):
        return
    row: Any = rows.set_index("code").loc[code]
    within = now.within.within(grid=code)
    wanted = ("grid_workers", "registered", "backlog", "tasks_pushed", "reached_in_24h")
    found = live.ask(measure, wanted, as_of=now.as_of, period=now.period, within=within).set_index("metric")["value"]
    show.heading(f"{row['name']}", f"{row['kind']}，{words.full(row['households'])} 户")
    with st.container(horizontal=True, gap="small"):
        for name in wanted:
            metric = metric_of(name)
            text = show.written(metric, float(found.loc[name]))
            unit = "" if metric.kind is Kind.RATE else f" {metric.unit}"
            if st.button(f"{metric.name} {text}{unit}", key=f"fact_{name}"):
                show.open_list(show.link(name, grid=code))


def gaps(metric_id: str, what: str, columns: dict[str, str]) -> None:
    """The list of what is missing: grids without a worker, communities without an agent."""
    metric = metric_of(metric_id)
    total = live.ask(count_cases, metric_id, Part.MISSES, as_of=now.as_of, within=now.within)
    show.heading(f"{words.full(total)} 个{what}", f"{now.place}，列前 {GAPS_SHOWN} 个", define=metric)
    rows = live.ask(cases, metric_id, Part.MISSES, as_of=now.as_of, within=now.within, limit=GAPS_SHOWN)
    if total:
        shown = rows[list(columns)].rename(columns=columns).astype(object)
        st.dataframe(
            shown.where(shown.notna(), words.NONE),
            hide_index=True,
            height=show.rows_high(len(rows), 7),
            key=f"gaps_{metric_id}",
            alt=what,
        )
        if st.button(f"打开全部 {words.full(total)} 个", key=f"all_gaps_{metric_id}"):
            show.open_list(show.link(metric_id, Part.MISSES))
    else:
        waiting.hint(f"没有{what}。")


def split_ranking(metric_id: str, dimension: str, subtitle: str, key: str) -> None:
    """A rate by the kinds of one dimension; a bar opens its list."""
    metric = metric_of(metric_id)
    rows = splits.split(now, [metric_id], dimension)
    target = show.target_of(metric_id)
    few = live.settings().lights.small_sample
    drawn = charts.ranking(
        rows,
        show.theme(),
        title=findings.ranked(rows, metric, target, "类", now.place, few=few),
        subtitle=subtitle,
        kind="rate",
        target=target,
        none="这一时段没有记录。",
    )
    code = show.chart(drawn, key, alt=subtitle, pick="code")
    if code is not None:
        show.open_list(show.link(metric_id, **{dimension: code}))


def tasks() -> None:
    """Grids by kind, contacts by means, outcomes by kind of task."""
    left, middle, right = st.columns(3)
    with left, show.block("kinds"):
        split_ranking("grids_staffed", "grid_kind", "各类网格配员率（有在岗网格员的／全部网格）", "by_grid_kind")
    with middle, show.block("means"):
        split_ranking("reached_in_24h", "contact_method", "24小时联系率按联系方式；未填写为尚未联系", "by_means")
    with right, show.block("spot"):
        split_ranking("on_the_spot", "task_kind", "就地化解率按任务类型", "by_task_kind")


show.header("网格覆盖", f"{now.said}。轮廓除法定区县外均为示意；专属网格与其他网格重叠，只计个数。")
has_grids = live.ask(count_cases, "grids_staffed", Part.AMONG, as_of=now.as_of) > 0
show.numbers(now, CARDS, key="grid_cards", spark=False)
with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    places.breadcrumb(now)
    chosen = layer()
below = one_kind(places.below(now))
if below.frame.empty:
    waiting.missing(f"{now.place}的{below.noun}", {"area": "区域", "grid": "网格"})
else:
    on_map(chosen, below)
if has_grids:
    left, right = st.columns(2)
    with left, show.block("gap_grids"):
        gaps(
            "grids_staffed",
            "网格没有在岗网格员",
            {"district": "区县", "street": "街道（乡镇）", "community": "社区（村）", "name": "网格", "kind": "类型"},
        )
    with right, show.block("gap_communities"):
        gaps(
            "communities_with_agent",
            "社区（村）没有在岗代办员",
            {"district": "区县", "street": "街道（乡镇）", "name": "社区（村）", "population": "人口"},
        )
    tasks()
else:
    waiting.missing(
        "网格、网格员和代办员", {"grid": "网格", "grid_worker": "网格员", "agent": "代办员", "grid_task": "网格任务"}
    )
