"""Upright bars."""

from typing import Any

import altair as alt
import pandas as pd

from views import words
from views.charts.axes import fixed_scale, value_axis, with_headroom
from views.charts.empty import empty_chart
from views.charts.frames import bool_column, tooltips
from views.charts.selection import POINTER, click_selection
from views.charts.template import Chart, data_slot, slot, template
from views.tokens import Palette

_PALER = 0.45
_MOST_WRITTEN = 16


def bars(
    frame: pd.DataFrame, palette: Palette, *, title: str, subtitle: str = "", unit: str = "", height: int = 240
) -> Chart:
    """Counts as upright bars in the frame's order.

    Columns: label (text), value; optional tip, unfinished (bool, drawn paler), and key, which "pick" hands back (the
    label where there is none).
    """
    if frame.empty or frame["value"].fillna(0).eq(0).all():
        return empty_chart("所选范围内没有数据。", palette, title=title, subtitle=subtitle)
    data = _bars_data(frame, unit)
    ends = with_headroom(float(data["value"].max()))
    return _bars(palette, written=len(data) <= _MOST_WRITTEN).chart(title, subtitle, height, data, ends=ends)


@template
def _bars(palette: Palette, *, written: bool) -> list[Any]:
    base = alt.Chart(data_slot()).encode(
        x=alt.X(
            "label:N",
            sort=None,
            title=None,
            axis=alt.Axis(labelOverlap="parity", labelLimit=120),
            scale=alt.Scale(paddingInner=0.35, paddingOuter=0.2),
        ),
        y=alt.Y("value:Q", title=None, axis=value_axis("count"), scale=fixed_scale(slot("ends"))),
    )
    mark = base.mark_bar(cursor=POINTER, fill=palette.accent).encode(
        tooltip=alt.Tooltip("tip:N"), opacity=alt.Opacity("opacity:Q", scale=None)
    )
    layers: list[Any] = [mark.add_params(click_selection("key"))]
    return [*layers, base.mark_text(dy=-8).encode(text="written:N")] if written else layers


def _bars_data(frame: pd.DataFrame, unit: str) -> pd.DataFrame:
    late = bool_column(frame, "unfinished")
    heads = [
        f"{label}（{words.UNFINISHED}）" if open_ else str(label)
        for label, open_ in zip(frame["label"], late, strict=True)
    ]
    return frame.assign(
        opacity=[_PALER if open_ else 1.0 for open_ in late],
        tip=tooltips(frame, heads, "count", unit),
        written=words.values_in_full(frame["value"], "count"),
        key=frame["key"] if "key" in frame else frame["label"],
    )
