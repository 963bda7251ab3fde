"""Figures as sharp pictures for print, with Chinese type on a machine that has no font at all.

Drawn for paper, where nothing can be pointed at: every value is written beside its mark, and what colour tells is told
by dashes or by hollow marks as well, so that a black and white print says the same.
"""

from collections.abc import Callable, Sequence
from typing import Any

import altair as alt
import pandas as pd

from briefings import chart_labels
from briefings.model import Figure
from briefings.vega_png import draw_in_background, draw_png, register_fonts
from views import words
from views.charts.headings import break_lines
from views.tokens import DESK

FONT = "Noto Sans SC"
WIDTH_MM = 156
# Sizes are in points, 72 to the inch: 156 mm are 442 of them.
_WIDTH = round(WIDTH_MM / 25.4 * 72)
_TITLE, _LABEL, _VALUE = 10.5, 9, 8
_MONTHS_HEIGHT, _ROW_HEIGHT, _BAR = 92, 12, 7.5
_EDGE, _GAP = 4, 5
# Type stands out from a line that runs through it.
_HALO: dict[str, Any] = {"stroke": "white", "strokeWidth": 3, "strokeJoin": "round"}
_HIDDEN = alt.Axis(labels=False, ticks=False, domain=False)
# 2025年10月 is too wide for its place: 10月 above 2025年.
_TWO_LINES = (
    "indexof(datum.label, '年') < 0 ? datum.label : [split(datum.label, '年')[1], split(datum.label, '年')[0] + '年']"
)
# The pictures drawn last, the oldest first.
_drawn: dict[Figure, bytes] = {}
_MOST_DRAWN = 64
_DASHES = ([1, 0], [4, 3])


def png(figure: Figure) -> bytes:
    """A figure as a PNG 156 mm wide at 300 dpi; the same bytes for the same figure, drawn once."""
    picture = _drawn.get(figure)
    if picture is None:
        register_fonts()
        picture = draw_png(_specification(figure))
        _store([figure], [picture])
    return picture


def forget() -> None:
    """Draw every figure anew."""
    _drawn.clear()


def _store(figures: Sequence[Figure], pictures: Sequence[bytes]) -> None:
    _drawn.update(zip(figures, pictures, strict=False))
    for figure in list(_drawn)[:-_MOST_DRAWN]:
        _drawn.pop(figure, None)


def draw_ahead(figures: Sequence[Figure]) -> Callable[[], None]:
    """Begin to draw figures while something else is done; call what is handed back before `png` is asked for them."""
    new = [figure for figure in figures if figure not in _drawn]
    if not new:
        return lambda: None
    drawing = draw_in_background(_specification(figure) for figure in new)
    return lambda: _store(new, drawing.result())


def _specification(figure: Figure) -> str:
    drawn = _months(figure) if figure.form == "months" else _ranking(figure)
    # Tests check the specifications; here it would take longer than drawing.
    return str(drawn.to_json(validate=False))


def _themed(layers: Sequence[Any], frame: pd.DataFrame, height: float, figure: Figure, *notes: str) -> Any:
    """Layers over the rows of `frame` as a chart with its finding as title, below it what is drawn, how to read it.

    Made at one go: altair copies a whole chart for everything that is set on it afterwards, and the rows for every
    layer that has them as its own.
    """
    title = alt.TitleParams(
        text=_wrapped(figure.title, _TITLE),
        subtitle=_wrapped("；".join([figure.subtitle, *(note for note in notes if note)]), _LABEL),
        anchor="start",
        fontSize=_TITLE,
        fontWeight="normal",
        subtitleFontSize=_LABEL,
        color=DESK.ink,
        subtitleColor=DESK.muted,
        limit=_WIDTH - 2 * _EDGE,
        offset=10,
    )
    axis = alt.AxisConfig(labelFontSize=_LABEL, labelColor=DESK.ink, domainColor=DESK.muted, grid=False, ticks=False)
    return alt.layer(
        *layers,
        data=frame,
        title=title,
        width=_WIDTH,
        height=height,
        background="white",
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        config=alt.Config(font=FONT, padding=_EDGE, axis=axis, view=alt.ViewConfig(strokeWidth=0)),
    )


def _frame(figure: Figure) -> pd.DataFrame:
    """One row a label and series: label, series, value, text, small, fill (of its point)."""
    colours = dict(zip(_names(figure), DESK.categories, strict=False))
    rows = [
        {
            "label": label,
            "series": series.name,
            "value": value,
            "text": "" if value is None else chart_labels.value_label(figure, value),
            "small": small,
            "fill": "white" if small else colours[series.name],
        }
        for series in figure.series
        for label, value, small in zip(
            figure.labels, series.values, series.small or (False,) * len(figure.labels), strict=True
        )
    ]
    return pd.DataFrame(rows).astype({"value": float})


def _names(figure: Figure) -> list[str]:
    return [series.name for series in figure.series]


def _months(figure: Figure) -> Any:
    """Lines by month, told apart by dash as well as colour; the first line's values at its points."""
    frame = _frame(figure)
    frame["below"] = chart_labels.labels_below(figure) * len(figure.series)
    low, high = chart_labels.axis_range(figure)
    x = alt.X("label:N", sort=list(figure.labels), title=None, axis=alt.Axis(labelAngle=0, labelExpr=_TWO_LINES))
    scale = alt.Scale(domain=[low, high], nice=False)
    y = alt.Y("value:Q", title=None, scale=scale, axis=_HIDDEN)
    names = _names(figure)
    colour = alt.Color(
        "series:N", scale=alt.Scale(domain=names, range=list(DESK.categories[: len(names)])), legend=_legend(names)
    )
    dash = alt.StrokeDash("series:N", scale=alt.Scale(domain=names, range=[*_DASHES][: len(names)]), legend=None)
    base = alt.Chart().encode(x=x, y=y, color=colour)
    layers = [
        *_level(figure, scale),
        base.mark_line(strokeWidth=1.5).encode(strokeDash=dash),
        base.mark_point(size=16, strokeWidth=1, opacity=1).encode(fill=alt.Fill("fill:N", scale=None)),
        *_values(x, y, names[0]),
    ]
    hollow = f"空心为{words.SMALL}" if frame["small"].any() else ""
    target = "" if figure.target is None else f"虚线为{chart_labels.target_label(figure)}"
    return _themed(layers, frame, _MONTHS_HEIGHT, figure, target, chart_labels.axis_note(figure), hollow)


def _values(x: Any, y: Any, name: str) -> list[Any]:
    base = alt.Chart().encode(x=x, y=y, text="text:N")
    layers = []
    for below, dy in ((False, -9), (True, 10)):
        side = base.transform_filter((alt.datum.series == name) & (alt.datum.below == below))
        layers += [side.mark_text(dy=dy, fontSize=_VALUE, color=DESK.ink, **look) for look in (_HALO, {})]
    return layers


def _level(figure: Figure, scale: alt.Scale) -> list[Any]:
    """The target as a dashed line; the subtitle names it."""
    if figure.target is None:
        return []
    y = alt.Y("target:Q", title=None, scale=scale, axis=_HIDDEN)
    rows = pd.DataFrame({"target": [figure.target]})
    return [alt.Chart(rows).mark_rule(strokeDash=[3, 3], color=DESK.muted).encode(y=y)]


def _legend(names: list[str]) -> alt.Legend | None:
    if len(names) < 2:
        return None
    dashes = {"expr": f"datum.value === '{names[0]}' ? [1, 0] : [4, 3]"}
    return alt.Legend(
        orient="top",
        title=None,
        labelFontSize=_LABEL,
        labelColor=DESK.ink,
        symbolType="stroke",
        symbolDash=dashes,
        direction="horizontal",
        offset=2,
    )


def _ranking(figure: Figure) -> Any:
    """Bars in the given order, their values between name and bar, clear of the target; small samples hollow."""
    frame = _frame(figure)
    frame["text"] = frame["small"].map({True: f"（{words.SMALL}）", False: ""}) + frame["text"]
    top = max([*frame["value"].dropna(), figure.target or 0.0], default=0.0) or 1.0
    column = max(_wide(text, _LABEL) for text in frame["text"])
    axis = alt.Axis(domain=False, labelLimit=150, labelPadding=column + 3 * _GAP)
    y = alt.Y("label:N", sort=list(figure.labels), title=None, axis=axis)
    scale = alt.Scale(domain=[0, top], nice=False)
    x = alt.X("value:Q", title=None, scale=scale, axis=_HIDDEN)
    base = alt.Chart().encode(y=y)
    bars = base.mark_bar(size=_BAR, stroke=DESK.accent, strokeWidth=0.8)
    values = base.mark_text(align="right", dx=-_GAP, fontSize=_LABEL, color=DESK.ink)
    layers = [
        bars.encode(x=x, fill=alt.Fill("fill:N", scale=None)),
        *_mark(figure, scale, top),
        values.encode(x=alt.value(0), text="text:N"),
    ]
    return _themed(layers, frame, _ROW_HEIGHT * len(figure.labels), figure)


def _mark(figure: Figure, scale: alt.Scale, top: float) -> list[Any]:
    """The target as a dashed line through the bars, named above them."""
    if figure.target is None:
        return []
    base = alt.Chart(pd.DataFrame({"target": [figure.target], "text": [chart_labels.target_label(figure)]}))
    base = base.encode(x=alt.X("target:Q", title=None, scale=scale, axis=_HIDDEN))
    text = base.mark_text(
        align="right" if figure.target > top / 2 else "left",
        baseline="bottom",
        dy=-2,
        fontSize=_VALUE,
        color=DESK.muted,
    )
    return [
        base.mark_rule(strokeWidth=2.5, color="white"),
        base.mark_rule(strokeDash=[3, 2], color=DESK.ink),
        text.encode(y=alt.value(0), text="text:N"),
    ]


def _wrapped(text: str, size: float) -> str | list[str]:
    """A title in lines that the picture's width holds."""
    lines = break_lines(text, _WIDTH - 2 * _EDGE, size)
    return lines if len(lines) > 1 else text


def _wide(text: str, size: float) -> float:
    """The width of a text in points: a digit is about 0.57 of a Chinese character."""
    return size * sum(0.57 if one.isascii() else 1.0 for one in text)
