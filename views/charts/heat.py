"""A table of colours."""

from typing import Any

import altair as alt
import pandas as pd

from views import words
from views.charts.axes import ROW, name_axis
from views.charts.empty import empty_chart
from views.charts.frames import tooltips
from views.charts.headings import join_notes
from views.charts.selection import POINTER, click_selection
from views.charts.template import Chart, data_slot, template
from views.tokens import Palette, ink_on

# Numbers stand in the cells of at most so many columns.
_MOST_WRITTEN = 8


def heat(
    frame: pd.DataFrame,
    palette: Palette,
    *,
    title: str,
    subtitle: str = "",
    unit: str = "",
    row: int = ROW,
) -> Chart:
    """Counts as a table of colours, rows and columns in the frame's order. Clicks: "pick" on `row` and `column`.

    Columns: row, column (text), value; optional role ("bad": what is counted is a failure, drawn in reds), tip. Numbers
    stand in the cells where there are at most 8 columns.
    """
    if frame.empty or frame["value"].notna().sum() == 0:
        return empty_chart("所选范围内没有数据。", palette, title=title, subtitle=subtitle)
    high = float(frame["value"].max())
    heads = [f"{name}，{column}" for name, column in frame[["row", "column"]].itertuples(index=False)]
    roles = frame["role"] if "role" in frame else [None] * len(frame)
    fills = [_heat_fill(value, high, role, palette) for value, role in zip(frame["value"], roles, strict=True)]
    data = frame.assign(
        written=words.values_in_full(frame["value"], "count"),
        tip=tooltips(frame, heads, "count", unit),
        fill=fills,
        ink=[ink_on(fill) for fill in fills],
    )
    if high > 0:
        subtitle = join_notes(
            subtitle, f"颜色越{'亮' if palette.dark else '深'}越多，最高 {words.value(high, 'count')}"
        )
    layers = _cells(palette, written=data["column"].nunique() <= _MOST_WRITTEN)
    return layers.chart(title, subtitle, row * data["row"].nunique(), data)


@template
def _cells(palette: Palette, *, written: bool) -> list[Any]:
    base = alt.Chart(data_slot()).encode(
        x=alt.X("column:N", sort=None, title=None, axis=alt.Axis(orient="top", labelOverlap="parity", domain=False)),
        y=alt.Y("row:N", sort=None, title=None, axis=name_axis(palette)),
    )
    cell = base.mark_rect(stroke=palette.surface, strokeWidth=2, cornerRadius=2, cursor=POINTER).encode(
        fill=alt.Fill("fill:N", scale=None), tooltip=alt.Tooltip("tip:N")
    )
    layers: list[Any] = [cell.add_params(click_selection("row", "column"))]
    text = base.mark_text().encode(text="written:N", color=alt.Color("ink:N", scale=None))
    return [*layers, text] if written else layers


def _heat_fill(value: float | None, high: float, role: object, palette: Palette) -> str:
    """The step of the one-way scale, or of the reds of what is bad, from zero to the largest value."""
    if words.is_missing(value):
        return palette.empty
    ramp = (palette.one_way[0], *palette.worse) if role == "bad" and value else palette.one_way
    share = max(value or 0.0, 0.0) / (high or 1.0)
    # One failure is never as pale as none.
    least = 1 if role == "bad" and value else 0
    return ramp[min(len(ramp) - 1, max(least, int(share * len(ramp))))]
