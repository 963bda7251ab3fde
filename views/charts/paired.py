"""Groups beside comparable ones, with their intervals."""

from typing import Any

import altair as alt
import pandas as pd

from views import words
from views.charts.axes import fixed_scale, name_axis, value_axis
from views.charts.empty import empty_chart
from views.charts.frames import tooltips
from views.charts.selection import POINTER, click_selection
from views.charts.template import Chart, data_slot, slot, template
from views.tokens import Palette

# The height of a row, in px.
_ROW = 48


def paired(
    frame: pd.DataFrame,
    palette: Palette,
    *,
    title: str,
    subtitle: str = "",
) -> Chart:
    """Rates of groups set against comparable ones, each a dot with its 95 % interval. Clicks: "pick" on `row`.

    Columns: row (text), series (two names, the spoken-of one first), value, low, high, among; optional tip.
    """
    known = frame.dropna(subset=["value"])
    if known.empty:
        return empty_chart("样本不足，暂不能比较。", palette, title=title, subtitle=subtitle)
    names = [str(name) for name in dict.fromkeys(known["series"])]
    data = known.assign(
        written=[words.percent(value) for value in known["value"]],
        tip=_paired_tips(known),
        ink=[palette.accent if name == names[0] else palette.muted for name in known["series"]],
    )
    height = _ROW * data["row"].nunique()
    return _intervals(palette).chart(title, subtitle, height, data, names=names)


@template
def _intervals(palette: Palette) -> list[Any]:
    colours = alt.Scale(domain=slot("names"), range=[palette.accent, palette.compare])
    base = alt.Chart(data_slot()).encode(
        y=alt.Y("row:N", sort=None, title=None, axis=name_axis(palette), scale=alt.Scale(paddingInner=0.3)),
        yOffset=alt.YOffset("series:N", sort=slot("names")),
        tooltip=alt.Tooltip("tip:N"),
    )
    coloured = base.encode(color=alt.Color("series:N", scale=colours, sort=slot("names")))
    scale, axis = fixed_scale([0.0, 1.0]), value_axis("rate", grid=True, domain=False)

    def across(column: str) -> alt.X:
        return alt.X(f"{column}:Q", title=None, scale=scale, axis=axis)

    dot = coloured.mark_point(filled=True, size=90, opacity=1, cursor=POINTER).encode(x=across("value"))
    return [
        coloured.mark_rule(strokeWidth=2, opacity=0.6).encode(x=across("low"), x2="high:Q"),
        dot.add_params(click_selection("row")),
        base.mark_text(align="left", dx=12).encode(
            x=alt.value("width"), text="written:N", fill=alt.Fill("ink:N", scale=None)
        ),
    ]


def _paired_tips(frame: pd.DataFrame) -> list[str]:
    columns = frame[["row", "series", "among", "low", "high"]].itertuples(index=False)
    heads = [
        f"{row}，{series}，{words.full_count(among)} 件次，误差范围 {words.percent(low)}—{words.percent(high)}"
        for row, series, among, low, high in columns
    ]
    return tooltips(frame, heads, "rate", "")
