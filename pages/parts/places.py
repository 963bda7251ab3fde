"""The map and what lies below the chosen area: districts, streets, communities, grids."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from pages.parts import filters, live, show
from pages.parts.filters import Filters
from pages.parts.markdown import escape_markdown
from queries import names
from queries.measure import measure, metric_of
from queries.model import Kind
from views import maps, words
from views.tokens import Palette
from wording import numbers
from wording.names import PLACES

_BELOW = {0: "district", 1: "district", 2: "street", 3: "community", 4: "grid"}
# A map is fitted to its width before the browser tells it; a phone's is known well enough, and wants a lower map.
_PHONE = (340, 320)


@dataclass(frozen=True)
class Below:
    """The places directly below the chosen area, by `dimension`.

    `frame`: code, name, kind, lon, lat, schematic, shape (JSON text of a list of polygons, or None).
    """

    dimension: str
    frame: pd.DataFrame

    @property
    def noun(self) -> str:
        return PLACES[self.dimension]


def dimension_below(now: Filters) -> str:
    """The dimension one level below the area of the filter bar."""
    area = now.within.area
    return _BELOW[int(filters.areas()["level"][area]) if area else 1]


def place_of_cases(now: Filters) -> str:
    """The dimension that cases are told apart by: one level below the area, never finer than the community."""
    dimension = dimension_below(now)
    return "community" if dimension == "grid" else dimension


def levels_below(now: Filters) -> list[str]:
    """The dimensions below the area of the filter bar, the next first, down to the community; grids below that."""
    levels = list(PLACES)
    first = dimension_below(now)
    deeper = [name for name in levels[levels.index(first) + 1 :] if name != "grid" and not _none_of(name)]
    return [first, *deeper]


def _none_of(dimension: str) -> bool:
    return not (filters.areas()["level"] == list(PLACES).index(dimension) + 2).any()


def below(now: Filters) -> Below:
    """What lies below the area of the filter bar; grids below a community."""
    table = filters.areas()
    area = now.within.area
    dimension = dimension_below(now)
    if area and dimension == "grid":
        frame = live.ask(names.grids, area).rename(columns={"grid_id": "code"}).assign(schematic=True)
    else:
        parents = [area] if area else table.index[table["level"] == 1].tolist()
        frame = table[table["parent_code"].isin(parents)].reset_index(drop=True)
        outlines = pd.concat(
            [live.ask(names.shapes, parent) for parent in parents] or [pd.DataFrame(columns=["code", "shape"])]
        )
        frame = frame.merge(outlines, on="code", how="left")
    return Below(dimension, frame)


def measured(now: Filters, metric: str, places: Below) -> pd.DataFrame:
    """The places with a metric: hits, among, value (NaN or 0 where there is no row), small (bool) and tip."""
    found = live.ask(measure, [metric], as_of=now.as_of, period=now.period, within=now.within, by=[places.dimension])
    found = found.rename(columns={places.dimension: "code"})[["code", "hits", "among", "value"]]
    frame = places.frame.merge(found, on="code", how="left")
    chosen = metric_of(metric)
    counts = frame[["hits", "among"]].fillna(0).astype("int64")
    lacks = show.lacks(chosen)
    value = frame["value"].fillna(0) if chosen.kind is Kind.COUNT and not lacks else frame["value"]
    limit = live.settings().lights.small_sample
    frame = frame.assign(hits=counts["hits"], among=counts["among"], value=value)
    frame["small"] = (frame["among"].between(1, limit - 1)) if chosen.is_sample and not lacks else False
    frame["role"] = [
        show.role_of(chosen, value, among) for value, among in zip(frame["value"], frame["among"], strict=True)
    ]
    frame["tip"] = [
        f"{name} {words.NONE}（{lacks}）"
        if lacks
        else _tip(name, numbers.written(chosen, value), chosen.unit, chosen.kind, hits, among)
        for name, value, hits, among in frame[["name", "value", "hits", "among"]].itertuples(index=False)
    ]
    return frame


def nameless(now: Filters, metric: str, places: Below) -> int:
    """What a count counts in the whole and in none of these places: nobody wrote down where it is."""
    found = live.ask(measure, [metric], as_of=now.as_of, period=now.period, within=now.within, by=[places.dimension])
    return int(found.loc[~found[places.dimension].isin(places.frame["code"]), "hits"].sum())


def _tip(name: str, value: str, unit: str, kind: Kind, hits: int, among: int) -> str:
    if kind is Kind.RATE:
        return f"{name} {value}（{words.parts(hits, among)}）" if among else f"{name} 暂无数据"
    return f"{name} {value} {unit}"


def area_map(
    frame: pd.DataFrame,
    places: Below,
    now: Filters,
    *,
    metric: str,
    key: str,
    width: int,
    height: int,
    points: pd.DataFrame | None = None,
    points_label: str = "",
    scale: maps.Scale = "meaning",
    states: Sequence[words.State] = (words.GOOD, words.WARN, words.BAD),
    selected: str | None = None,
    on_grid: Callable[[str], None] | None = None,
    legend: Any = None,
) -> str | None:
    """Show the places on the map (see views.maps.area_map for frame, points, scale and states); a click goes down.

    A grid has nothing below: its code goes to `on_grid`. `legend` is the container of the legend, else below the map.
    Returns the code of a point that was clicked, once.
    """
    chosen = metric_of(metric)
    if frame[["lon", "lat"]].isna().any(axis=1).all() and frame["shape"].isna().all():
        st.caption(f"库中没有这些{places.noun}的坐标和轮廓，画不出地图；由数据管理员装入后自动显示。")
        return None
    if show.on_phone():
        width, height = min(width, _PHONE[0]), min(height, _PHONE[1])
    # The map's own tooltip begins with the name.
    tips = [tip.removeprefix(name).strip() for name, tip in zip(frame["name"], frame["tip"], strict=True)]
    drawn = _drawn(
        frame.assign(tip=tips),
        show.theme(),
        value_label="" if scale == "plain" else f"{chosen.name}（{chosen.unit}）",
        kind=numbers.kind_of(chosen),
        meaning=show.meaning_of(chosen),
        width=width,
        height=height,
        scale=scale,
        states=states,
        selected=selected,
        points=points,
        points_label=points_label,
    )
    spot = f"{key}_{now.within.area}"

    def clicked() -> None:
        found = maps.picked(st.session_state[spot])
        if found is None or found[0] == maps.POINTS:
            return
        if places.dimension != "grid":
            filters.go_to(found[1])
        elif on_grid:
            on_grid(found[1])

    st.pydeck_chart(
        drawn.deck,
        height=height,
        key=spot,
        on_select=clicked,
        selection_mode="single-object",
        alt=f"{now.place}各{places.noun}{chosen.name}地图",
    )
    (legend or st).html(drawn.legend)
    layer, code = maps.picked(st.session_state.get(spot)) or (None, None)
    return show.once(spot, code if layer == maps.POINTS else None)


@st.cache_resource(max_entries=200, show_spinner=False)
def _drawn(frame: pd.DataFrame, palette: Palette, **settings: Any) -> maps.AreaMap:
    """A map is made once for the same data: making it and writing it down costs more than all else on the page."""
    shapes = [json.loads(text) if isinstance(text, str) else None for text in frame["shape"]]
    shaped = frame.assign(shape=pd.Series(shapes, dtype=object, index=frame.index))
    return maps.area_map(shaped, palette, **settings)


def breadcrumb(now: Filters) -> None:
    """The way back up, one button a level."""
    path = filters.path_to(now.within.area)
    with st.container(horizontal=True, gap="small", key="breadcrumb", vertical_alignment="center"):
        for code, name in path[:-1]:
            st.button(escape_markdown(name), key=f"up_{code}", on_click=filters.go_to, args=(code,), type="tertiary")
            st.markdown("›", width="content")
        if path:
            st.markdown(f"**{escape_markdown(path[-1][1])}**", width="content")


def spot_map(areas: pd.DataFrame, spot: pd.DataFrame, height: int) -> Any:
    """One place among the areas around it, which stay grey. `areas`: code, name, lon, lat, schematic, shape (text)."""
    if areas.empty:
        areas = spot.assign(code="", schematic=True, shape=None)[["code", "name", "lon", "lat", "schematic", "shape"]]
    frame = areas.assign(value=None, tip="", text="")
    return _drawn(
        frame,
        show.theme(),
        value_label="",
        scale="plain",
        width=_PHONE[0],
        height=height,
        points=spot,
        points_label="位置",
    ).deck
