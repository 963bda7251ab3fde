"""Figures as sharp pictures for print, with Chinese type on a machine that has no font at all."""

from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import pylopdf_fonts_zh_cn
import vl_convert

from briefings.model import Figure
from views import words
from views.tokens import DESK

FONT = "Noto Sans SC"
WIDTH_MM = 156
_PPI = 300
# Sizes are laid out in points, 72 to the inch: 156 mm are 442 of them.
_WIDTH = round(WIDTH_MM / 25.4 * 72)
_LABEL, _TITLE = 8, 10
_MONTHS_HEIGHT, _ROW_HEIGHT = 130, 13
# Values stand at the marks.
_HIDDEN = alt.Axis(labels=False, ticks=False, domain=False)
# 2026年1月 is too wide for its place: 26年1月.
_SHORT = "replace(datum.label, /20(\\d\\d)年/, '$1年')"


@lru_cache(maxsize=64)
def png(figure: Figure) -> bytes:
    """A figure as a PNG 156 mm wide at 300 dpi; the same bytes for the same figure."""
    _fonts()
    drawn = _months(figure) if figure.form == "months" else _ranking(figure)
    spec = _themed(drawn, figure).to_json()
    return bytes(vl_convert.vegalite_to_png(spec, ppi=_PPI))


@cache
def _fonts() -> None:
    """The font that comes with the packages; the machine's own are not asked."""
    vl_convert.register_font_directory(str(Path(pylopdf_fonts_zh_cn.__file__).parent))


def _themed(chart: Any, figure: Figure) -> Any:
    title = alt.TitleParams(
        text=figure.title,
        subtitle=figure.subtitle,
        anchor="start",
        fontSize=_TITLE,
        subtitleFontSize=_LABEL,
        color=DESK.ink,
        subtitleColor=DESK.muted,
        fontWeight="bold",
        offset=8,
    )
    axis: dict[str, Any] = {
        "labelFontSize": _LABEL,
        "labelColor": DESK.ink,
        "titleFontSize": _LABEL,
        "domainColor": DESK.muted,
    }
    return (
        chart.properties(title=title, background="white", autosize=alt.AutoSizeParams(type="fit", contains="padding"))
        .configure(font=FONT, padding=4)
        .configure_axis(grid=False, **axis)
        .configure_view(strokeWidth=0)
    )


def _frame(figure: Figure) -> pd.DataFrame:
    """One row a label and series: label, at (its place), series, value, text, small."""
    rows = [
        {
            "label": label,
            "at": place,
            "series": series.name,
            "value": series.values[place],
            "text": _written(figure, series.values[place]),
            "small": bool(series.small and series.small[place]),
        }
        for series in figure.series
        for place, label in enumerate(figure.labels)
    ]
    return pd.DataFrame(rows)


def _written(figure: Figure, value: float | None) -> str:
    return words.full(value) if figure.kind == "count" else words.value(value, figure.kind).replace(" ", "")


def _months(figure: Figure) -> Any:
    """Lines by month, told apart by dash as well as colour, their names at the right end."""
    frame = _frame(figure)
    values = frame["value"].dropna()
    low, high = float(values.min()), float(values.max())
    if figure.target is not None:
        low, high = min(low, figure.target), max(high, figure.target)
    room = (high - low) * 0.15 or 0.01
    rate = figure.kind == "rate"
    domain = [low - room, min(high + room, 1.0)] if rate else [0, high * 1.15]
    x = alt.X(
        "label:N", sort=list(figure.labels), title=None, axis=alt.Axis(labelAngle=0, ticks=False, labelExpr=_SHORT)
    )
    y = alt.Y(
        "value:Q", title=None, scale=alt.Scale(domain=domain, nice=False), axis=alt.Axis(labels=False, ticks=False)
    )
    names = [series.name for series in figure.series]
    colour = alt.Color("series:N", scale=alt.Scale(domain=names, range=list(DESK.categories)), legend=_legend(names))
    dash = alt.StrokeDash("series:N", scale=alt.Scale(domain=names, range=[[1, 0], [4, 3]]), legend=None)
    base = alt.Chart(frame).encode(x=x, y=y, color=colour)
    layers = [
        base.mark_line(strokeWidth=1.5).encode(strokeDash=dash),
        base.mark_point(size=18, filled=True, opacity=1),
        _label(base, names),
    ]
    return alt.layer(*layers, *_target(figure, vertical=False)).properties(width=_WIDTH, height=_MONTHS_HEIGHT)


def _legend(names: list[str]) -> alt.Legend | None:
    if len(names) < 2:
        return None
    return alt.Legend(
        orient="top", title=None, labelFontSize=_LABEL, symbolType="stroke", direction="horizontal", offset=2
    )


def _label(base: alt.Chart, names: list[str]) -> Any:
    """Values above the points of the first line."""
    return (
        base.transform_filter(alt.datum.series == names[0])
        .mark_text(dy=-8, fontSize=_LABEL - 1, color=DESK.ink)
        .encode(text="text:N", color=alt.value(DESK.ink))
    )


def _ranking(figure: Figure) -> Any:
    """Bars in the given order, their values at the end; small samples in outline."""
    frame = _frame(figure)
    frame["text"] = frame["text"] + frame["small"].map({True: f"（{words.SMALL}）", False: ""})
    top = max(float(frame["value"].max()), figure.target or 0.0)
    y = alt.Y(
        "label:N",
        sort=list(figure.labels),
        title=None,
        axis=alt.Axis(ticks=False, domain=False, labelLimit=160, labelPadding=6),
    )
    x = alt.X("value:Q", title=None, scale=alt.Scale(domain=[0, top * 1.16], nice=False), axis=_HIDDEN)
    base = alt.Chart(frame).encode(x=x, y=y)
    fill = alt.condition(alt.datum.small, alt.value("white"), alt.value(DESK.accent))
    bars = base.mark_bar(size=8, stroke=DESK.accent, strokeWidth=0.8).encode(color=fill)
    labels = base.mark_text(align="left", dx=4, fontSize=_LABEL, color=DESK.ink).encode(text="text:N")
    height = _ROW_HEIGHT * len(figure.labels)
    return alt.layer(bars, *_target(figure, vertical=True), labels).properties(width=_WIDTH, height=height)


def _target(figure: Figure, *, vertical: bool) -> list[Any]:
    """The target as a named dashed line."""
    if figure.target is None:
        return []
    frame = pd.DataFrame({"target": [figure.target], "text": [f"目标 {words.percent(figure.target, 0)}"]})
    base = alt.Chart(frame)
    look: dict[str, Any] = {"fontSize": _LABEL - 1, "color": DESK.muted}
    if vertical:
        rule = base.mark_rule(strokeDash=[3, 3], color=DESK.muted).encode(x=alt.X("target:Q", title=None, axis=_HIDDEN))
        text = base.mark_text(dy=-3, baseline="bottom", **look)
        return [rule, text.encode(x=alt.X("target:Q", title=None, axis=_HIDDEN), y=alt.value(0), text="text:N")]
    rule = base.mark_rule(strokeDash=[3, 3], color=DESK.muted).encode(y=alt.Y("target:Q", title=None, axis=_HIDDEN))
    text = base.mark_text(align="right", dx=-2, dy=8, **look)
    return [rule, text.encode(y=alt.Y("target:Q", title=None, axis=_HIDDEN), x=alt.value(_WIDTH), text="text:N")]
