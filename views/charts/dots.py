"""Load as piles of dots."""

from typing import Any

import altair as alt
import pandas as pd

from views import words
from views.charts.axes import fixed_scale
from views.charts.empty import empty_chart
from views.charts.selection import POINTER, click_selection
from views.charts.template import Chart, data_slot, slot, template
from views.tokens import Palette

_TAIL = 20


def dots(
    frame: pd.DataFrame,
    palette: Palette,
    *,
    title: str,
    subtitle: str = "",
    axis_title: str = "参与件次",
    unit: str = "件次",
    height: int = 220,
) -> Chart:
    """Load as piles of dots, one dot a person; idle ones hollow. Clicks: "pick" on `code`.

    Columns: code, name, value (whole number); optional group (named in the tooltip). Values above 20 pile up there.
    """
    if frame.empty:
        return empty_chart("专家库为空。", palette, title=title, subtitle=subtitle)
    data = frame.sort_values("value", kind="stable").assign(at=lambda rows: rows["value"].clip(upper=_TAIL))
    top = int(data["at"].value_counts().max())
    idle = data["value"].eq(0)
    data = data.assign(
        level=data.groupby("at").cumcount(),
        tip=[_load_tip(row, unit) for row in data.to_dict("records")],
        fill=idle.map({True: palette.surface, False: palette.accent}),
        stroke=idle.map({True: palette.compare, False: palette.accent}),
    )
    return _dots(palette, axis_title).chart(
        title,
        subtitle,
        height,
        data,
        size=max(10.0, min(110.0, (height / top) ** 2 * 0.6)),
        across=[-0.5, max(float(data["at"].max()), 1.0) + 0.5],
        up=[-0.8, float(top)],
    )


@template
def _dots(_: Palette, axis_title: str) -> list[Any]:
    label = f"datum.value == {_TAIL} ? '{_TAIL}+' : format(datum.value, 'd')"
    chart = (
        alt.Chart(data_slot())
        .mark_point(size=slot("size"), opacity=1, strokeWidth=1, cursor=POINTER)
        .encode(
            x=alt.X(
                "at:Q",
                title=axis_title,
                scale=fixed_scale(slot("across")),
                axis=alt.Axis(tickMinStep=1, labelExpr=label),
            ),
            y=alt.Y("level:Q", axis=None, scale=fixed_scale(slot("up"))),
            fill=alt.Fill("fill:N", scale=None),
            stroke=alt.Stroke("stroke:N", scale=None),
            tooltip=alt.Tooltip("tip:N"),
        )
    )
    return [chart.add_params(click_selection("code"))]


def _load_tip(row: dict[Any, Any], unit: str) -> str:
    group = f"（{row['group']}）" if "group" in row else ""
    return f"{row['name']}{group}：{words.full_count(row['value'])} {unit}"
