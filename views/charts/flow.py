"""Inflow and outflow, and the backlog that they leave."""

import altair as alt
import pandas as pd

from views import words
from views.charts.axes import day_axis, fixed_scale, value_axis
from views.charts.selection import POINTER, click_selection
from views.charts.theme import Chart, empty_chart, finish
from views.tokens import Palette

_LEFT = 44


def flow(
    frame: pd.DataFrame,
    palette: Palette,
    *,
    title: str,
    subtitle: str = "",
    unit: str = "件次",
    height: int = 150,
) -> tuple[Chart, Chart]:
    """Inflow and outflow by day, and below them the backlog: two charts with one time axis, never two scales in one.

    Columns: at (day), inflow, outflow, backlog (at the day's end). Clicks on either: "pick" on `at`. A chart of two
    panels cannot follow its container's width, hence a pair: draw one right below the other.
    """
    if frame.empty:
        return empty_chart("所选范围内没有进出记录。", palette), empty_chart("所选范围内没有在办记录。", palette)
    return (
        _flow_bars(frame, palette, title, subtitle, unit, height),
        _flow_line(frame, palette, unit, height),
    )


def _flow_axis() -> alt.Axis:
    """A value axis of one width, so that charts below each other share their left edge; no minus for outflow."""
    axis = value_axis("count", ticks=4, minExtent=_LEFT, maxExtent=_LEFT)
    axis.labelExpr = axis.labelExpr.replace("datum.value", "abs(datum.value)")
    return axis


def _flow_bars(
    frame: pd.DataFrame, palette: Palette, title: str, subtitle: str, unit: str, height: int
) -> alt.LayerChart:
    """Inflow upwards, outflow downwards from the same zero, to one scale."""
    names = {"inflow": "↑ 新收", "outflow": "↓ 办结"}
    data = frame.assign(at=pd.to_datetime(frame["at"])).melt(
        id_vars="at", value_vars=list(names), var_name="way", value_name="value"
    )
    data["height"] = data["value"].where(data["way"] == "inflow", -data["value"])
    data["way"] = data["way"].map(names)
    data["tip"] = [
        f"{words.day(at, year=True)}（{words.weekday(at)}）{way[2:]} {words.full_count(value)} {unit}"
        for at, way, value in data[["at", "way", "value"]].itertuples(index=False)
    ]
    reach = float(data["value"].max()) * 1.05 or 1.0
    colours = alt.Scale(domain=list(names.values()), range=[palette.accent, palette.compare])
    bar = (
        alt.Chart(data[["at", "way", "height", "tip"]])
        .mark_bar(cursor=POINTER)
        .encode(
            x=alt.X("at:T", timeUnit="yearmonthdate", title=None, axis=day_axis()),
            y=alt.Y("height:Q", title=None, stack=None, axis=_flow_axis(), scale=fixed_scale(-reach, reach)),
            color=alt.Color("way:N", scale=colours, sort=list(names.values())),
            tooltip=alt.Tooltip("tip:N"),
        )
    )
    return finish([bar.add_params(click_selection("at", "way"))], palette, title, subtitle, height)


def _flow_line(frame: pd.DataFrame, palette: Palette, unit: str, height: int) -> alt.LayerChart:
    data = pd.DataFrame({"at": pd.to_datetime(frame["at"]), "backlog": frame["backlog"]})
    data["tip"] = [
        f"{words.day(at, year=True)}末在办 {words.full_count(value)} {unit}"
        for at, value in data.itertuples(index=False)
    ]
    x = alt.X("at:T", title=None, axis=day_axis())
    y = alt.Y(
        "backlog:Q", title=None, axis=_flow_axis(), scale=fixed_scale(0.0, float(data["backlog"].max()) * 1.15 or 1.0)
    )
    base = alt.Chart(data).encode(x=x, y=y)
    last = alt.Chart(data.tail(1).assign(text=[words.full_count(data["backlog"].iloc[-1])])).encode(x=x, y=y)
    layers = [
        base.mark_area(color=palette.accent, opacity=0.12),
        base.mark_line(color=palette.accent, strokeWidth=2),
        base.mark_point(size=120, opacity=0, cursor=POINTER)
        .encode(tooltip=alt.Tooltip("tip:N"))
        .add_params(click_selection("at")),
        last.mark_point(size=44, filled=True, opacity=1, color=palette.accent),
        last.mark_text(align="right", dy=-12, color=palette.accent, fontWeight=600).encode(text="text:N"),
    ]
    return finish(layers, palette, "", f"每日末在办件（{unit}）", height)
