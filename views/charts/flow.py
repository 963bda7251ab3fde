"""Inflow and outflow, and the backlog that they leave."""

from typing import Any

import altair as alt
import pandas as pd

from views import words
from views.charts.axes import day_axis, fixed_scale, value_axis
from views.charts.empty import empty_chart
from views.charts.selection import POINTER, click_selection
from views.charts.template import Chart, data_slot, slot, template
from views.tokens import Palette

_LEFT = 44
_UNIT = "件次"
_WAYS = {"inflow": "↑ 新收", "outflow": "↓ 办结"}


def flow(
    frame: pd.DataFrame,
    palette: Palette,
    *,
    title: str,
    subtitle: str = "",
    height: int = 150,
) -> tuple[Chart, Chart]:
    """Inflow and outflow by day, and below them the backlog: two charts with one time axis, never two scales in one.

    Columns: at (day), inflow, outflow, backlog (at the day's end). Clicks on either: "pick" on `at`. A chart of two
    panels cannot follow its container's width, hence a pair: draw one right below the other.
    """
    if frame.empty:
        moves = empty_chart("所选范围内没有进出记录。", palette, title=title, subtitle=subtitle)
        return moves, empty_chart("所选范围内没有在办记录。", palette)
    return (
        _flow_bars(frame, palette, title, subtitle, height),
        _flow_line(frame, palette, height),
    )


def _flow_axis() -> alt.Axis:
    """A value axis of one width, so that charts below each other share their left edge; no minus for outflow."""
    axis = value_axis("count", ticks=4, minExtent=_LEFT, maxExtent=_LEFT)
    axis.labelExpr = axis.labelExpr.replace("datum.value", "abs(datum.value)")
    return axis


def _flow_bars(frame: pd.DataFrame, palette: Palette, title: str, subtitle: str, height: int) -> Chart:
    """Inflow upwards, outflow downwards from the same zero, to one scale."""
    data = frame.assign(at=pd.to_datetime(frame["at"])).melt(
        id_vars="at", value_vars=list(_WAYS), var_name="way", value_name="value"
    )
    data["height"] = data["value"].where(data["way"] == "inflow", -data["value"])
    data["way"] = data["way"].map(_WAYS)
    data["tip"] = [
        f"{words.day(at, year=True)}（{words.weekday(at)}）{way[2:]} {words.full_count(value)} {_UNIT}"
        for at, way, value in data[["at", "way", "value"]].itertuples(index=False)
    ]
    reach = float(data["value"].max()) * 1.05 or 1.0
    return _bars(palette).chart(title, subtitle, height, data[["at", "way", "height", "tip"]], ends=[-reach, reach])


@template
def _bars(palette: Palette) -> list[Any]:
    names = list(_WAYS.values())
    colours = alt.Scale(domain=names, range=[palette.accent, palette.compare])
    bar = (
        alt.Chart(data_slot())
        .mark_bar(cursor=POINTER)
        .encode(
            x=alt.X("at:T", timeUnit="yearmonthdate", title=None, axis=day_axis()),
            y=alt.Y("height:Q", title=None, stack=None, axis=_flow_axis(), scale=fixed_scale(slot("ends"))),
            color=alt.Color("way:N", scale=colours, sort=names),
            tooltip=alt.Tooltip("tip:N"),
        )
    )
    return [bar.add_params(click_selection("at", "way"))]


def _flow_line(frame: pd.DataFrame, palette: Palette, height: int) -> Chart:
    data = pd.DataFrame({"at": pd.to_datetime(frame["at"]), "backlog": frame["backlog"]})
    data["tip"] = [
        f"{words.day(at, year=True)}末在办 {words.full_count(value)} {_UNIT}"
        for at, value in data.itertuples(index=False)
    ]
    last = data.tail(1).assign(text=[words.full_count(data["backlog"].iloc[-1])])
    frames = {"rows": data, "last": last}
    ends = [0.0, float(data["backlog"].max()) * 1.15 or 1.0]
    return _line(palette).chart("", f"每日末在办件（{_UNIT}）", height, frames, ends=ends)


@template
def _line(palette: Palette) -> list[Any]:
    x = alt.X("at:T", title=None, axis=day_axis())
    y = alt.Y("backlog:Q", title=None, axis=_flow_axis(), scale=fixed_scale(slot("ends")))
    base = alt.Chart(data_slot()).encode(x=x, y=y)
    last = alt.Chart(data_slot("last")).encode(x=x, y=y)
    return [
        base.mark_area(color=palette.accent, opacity=0.12),
        base.mark_line(color=palette.accent, strokeWidth=2),
        base.mark_point(size=120, opacity=0, cursor=POINTER)
        .encode(tooltip=alt.Tooltip("tip:N"))
        .add_params(click_selection("at")),
        last.mark_point(size=44, filled=True, opacity=1, color=palette.accent),
        last.mark_text(align="right", dy=-12, color=palette.accent, fontWeight=600).encode(text="text:N"),
    ]
