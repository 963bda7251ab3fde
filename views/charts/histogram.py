"""Cases by working days to closing."""

from typing import Any

import altair as alt
import pandas as pd

from views import words
from views.charts.axes import fixed_scale, value_axis, with_headroom
from views.charts.empty import empty_chart
from views.charts.selection import POINTER, click_selection
from views.charts.template import Chart, data_slot, slot, template
from views.tokens import Palette

# The last day with a bar of its own.
_MOST = 10


def histogram(
    frame: pd.DataFrame,
    palette: Palette,
    *,
    title: str,
    subtitle: str = "",
    limit: int,
    height: int = 240,
) -> Chart:
    """Cases by working days to closing; days after `limit` in the colour of 超期. Clicks: "pick" on `days`.

    Columns: days (whole number, not negative), cases. Days above 10 are put together as "11+": under a longer limit
    nobody knows which of them are late, and they have no colour.
    """
    if frame.empty or frame["cases"].sum() == 0:
        return empty_chart("所选范围内没有办结件。", palette, title=title, subtitle=subtitle)
    folded = frame.assign(days=frame["days"].clip(upper=_MOST + 1)).groupby("days")["cases"].sum()
    data = folded.reindex(range(_MOST + 2), fill_value=0).rename_axis("days").reset_index()
    last = min(limit, _MOST)
    within, over = _states(last)
    total = data["cases"].sum()
    data["label"] = [str(day) if day <= _MOST else f"{day}+" for day in data["days"]]
    data["state"] = [within if day <= last else over for day in data["days"]]
    data["written"] = [text if text != "0" else "" for text in words.values_in_full(data["cases"], "count")]
    data["tip"] = [
        f"{label} 个工作日办结 {words.full_count(cases)} 件次，占 {words.percent(cases / total)}"
        for label, cases in data[["label", "cases"]].itertuples(index=False)
    ]
    ends = with_headroom(float(data["cases"].max()))
    beyond = palette.red if last == limit else palette.muted
    return _days(palette, last, beyond).chart(title, subtitle, height, data, ends=ends)


def _states(limit: int) -> list[str]:
    return [f"{limit} 个工作日内", f"超过 {limit} 个工作日"]


@template
def _days(palette: Palette, limit: int, beyond: str) -> list[Any]:
    base = alt.Chart(data_slot()).encode(
        x=alt.X("label:N", sort=None, title="办结用时（工作日）", scale=alt.Scale(paddingInner=0.25)),
        y=alt.Y("cases:Q", title=None, axis=value_axis("count"), scale=fixed_scale(slot("ends"))),
    )
    colour = alt.Color("state:N", scale=alt.Scale(domain=_states(limit), range=[palette.green, beyond]))
    mark = (
        base.mark_bar(cursor=POINTER)
        .encode(color=colour, tooltip=alt.Tooltip("tip:N"))
        .add_params(click_selection("days"))
    )
    return [mark, base.mark_text(dy=-8).encode(text="written:N")]
