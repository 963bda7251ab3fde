"""Maps of places, and the way back up from one."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from cockpit.kept import kept
from cockpit.places import Below, with_metric
from cockpit.squares import LABEL
from cockpit.view import View
from pages.parts import filters
from pages.parts.clicks import key_now, led_away, once
from pages.parts.layout import on_phone, theme
from pages.parts.markdown import escape_markdown
from queries.measure import metric_of
from views import maps, words
from views.tokens import Palette
from wording.numbers import kind_of, meaning_of

# A map is fitted to its width before the browser tells it; a phone's is known well enough, and wants a lower map.
_PHONE = (340, 320)


def area_map(
    view: View,
    frame: pd.DataFrame,
    places: Below,
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
    if not view.derive(is_drawable, frame):
        say_why_not_drawn(places)
        return None
    if on_phone():
        width, height = min(width, _PHONE[0]), min(height, _PHONE[1])
    area_map = view.derive(
        _build_map,
        frame,
        theme(),
        value_label="" if scale == "plain" else f"{chosen.name}（{chosen.unit}）",
        kind=kind_of(chosen),
        meaning=meaning_of(view.settings, chosen),
        width=width,
        height=height,
        scale=scale,
        states=tuple(states),
        selected=selected,
        points=points,
        points_label=points_label,
    )
    name = f"{key}_{view.within.area}"
    spot = key_now(name)

    def clicked() -> None:
        picked = maps.picked(st.session_state[spot])
        if picked is None or picked[0] == maps.POINTS:
            return
        if places.dimension != "grid":
            led_away(name)
            filters.set_area(picked[1])
        elif on_grid:
            on_grid(picked[1])

    shrink_to_room(spot, width, height)
    st.pydeck_chart(
        area_map.deck,
        height=height,
        key=spot,
        on_select=clicked,
        selection_mode="single-object",
        alt=f"{view.place}各{places.noun}{chosen.name}地图",
    )
    (legend or st).html(area_map.legend)
    layer, code = maps.picked(st.session_state.get(spot)) or (None, None)
    return once(spot, code if layer == maps.POINTS else None)


def shrink_to_room(key: str, width: int, height: int) -> None:
    """Let the map of this key, laid out for so many px, be drawn smaller where it has less room (see style.css)."""
    st.html(f"<style>.st-key-{key} {{ --laid-out: {width}px; --high: {height}px; }}</style>")


def squares_map(
    view: View, squares: pd.DataFrame, below: Below, *, metric: str, key: str, size: tuple[int, int]
) -> str | None:
    """Show squares (points of cockpit.squares) over the pale places below; returns the one that was clicked, once."""
    width, height = size
    return area_map(
        view,
        _pale(view, metric, below),
        below,
        metric=metric,
        key=key,
        width=width,
        height=height,
        scale="plain",
        points=squares,
        points_label=LABEL,
    )


@kept
def _pale(view: View, metric: str, below: Below) -> pd.DataFrame:
    """The places without their numbers, for squares to stand out."""
    return with_metric(view, metric, below).assign(value=float("nan"), text="")


def is_drawable(frame: pd.DataFrame) -> bool:
    """Whether any of these places has a spot or an outline on earth."""
    return not (frame[["lon", "lat"]].isna().any(axis=1).all() and frame["shape"].isna().all())


def say_why_not_drawn(places: Below) -> None:
    """One sentence in the place of a map."""
    st.caption(f"库中没有这些{places.noun}的坐标和轮廓，画不出地图；由数据管理员装入后自动显示。")


def _build_map(frame: pd.DataFrame, palette: Palette, **settings: Any) -> maps.AreaMap:
    """A map with its shapes read; its own tooltip begins with the name. To be derived, so that it is made once."""
    shapes = [json.loads(text) if isinstance(text, str) else None for text in frame["shape"]]
    tips = [tip.removeprefix(name).strip() for name, tip in zip(frame["name"], frame["tip"], strict=True)]
    shaped = frame.assign(shape=pd.Series(shapes, dtype=object, index=frame.index), tip=tips)
    return maps.area_map(shaped, palette, **settings)


def breadcrumb(view: View) -> None:
    """The way back up, one button a level."""
    path = filters.area_path(view)
    with st.container(horizontal=True, gap="small", key="breadcrumb", vertical_alignment="center"):
        for code, name in path[:-1]:
            st.button(escape_markdown(name), key=f"up_{code}", on_click=filters.set_area, args=(code,), type="tertiary")
            st.markdown("›", width="content")
        if path:
            st.markdown(f"**{escape_markdown(path[-1][1])}**", width="content")


def spot_map(view: View, areas: pd.DataFrame, spot: pd.DataFrame, height: int, *, key: str, alt: str) -> None:
    """Show one place among the areas around it, which stay grey and have their names below it.

    `areas` (not empty): code, name, lon, lat, schematic, shape (text).
    """
    width = _PHONE[0]
    drawn = view.derive(
        _build_map,
        view.derive(_without_numbers, areas),
        theme(),
        value_label="",
        scale="plain",
        width=width,
        height=height,
        points=spot,
        points_label="位置",
        points_on_top=True,
    )
    shrink_to_room(key, width, height)
    st.pydeck_chart(drawn.deck, height=height, key=key, alt=alt)


def _without_numbers(areas: pd.DataFrame) -> pd.DataFrame:
    return areas.assign(value=None, tip="", text="")
