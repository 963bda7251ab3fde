"""Upright bars, stacked where there are kinds."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from views import words
from views.charts.axes import fixed_scale, value_axis, with_headroom
from views.charts.empty import empty_chart
from views.charts.frames import bool_column, role_colour, tooltips
from views.charts.selection import POINTER, click_selection
from views.charts.template import Chart, data_slot, slot, template
from views.tokens import Palette
from views.words import NumberFormat

OTHER = "其他"
_PALER = 0.45
_MOST_SERIES = 6
_MOST_WRITTEN = 16


def bars(
    frame: pd.DataFrame,
    palette: Palette,
    *,
    title: str,
    subtitle: str = "",
    kind: NumberFormat = "count",
    unit: str = "",
    height: int = 240,
    series_order: Sequence[str] | None = None,
) -> Chart:
    """Upright bars in the frame's order; with `series` stacked, the seventh and further kinds as 其他.

    Columns: label (text), value; optional series, role (state colour), tip, unfinished (bool, drawn paler), and key,
    which "pick" hands back (the label where there is none).
    """
    if frame.empty or frame["value"].fillna(0).eq(0).all():
        return empty_chart("所选范围内没有数据。", palette, title=title, subtitle=subtitle)
    data = _bars_data(frame, palette, kind, unit, series_order)
    tallest = float(data.groupby("label")["value"].sum().max())
    values: dict[str, Any] = {"ends": with_headroom(tallest)}
    if "series" in data:
        names = list(dict.fromkeys(data.sort_values("rank")["series"]))
        colours = [palette.compare if name == OTHER else palette.categories[i] for i, name in enumerate(names)]
        values |= {"names": names, "colours": colours}
    layers = _bars(palette, kind, stacked="series" in data, written=len(data) <= _MOST_WRITTEN)
    return layers.chart(title, subtitle, height, data, **values)


@template
def _bars(_: Palette, kind: NumberFormat, *, stacked: bool, written: bool) -> list[Any]:
    base = alt.Chart(data_slot()).encode(
        x=alt.X(
            "label:N",
            sort=None,
            title=None,
            axis=alt.Axis(labelOverlap="parity", labelLimit=120),
            scale=alt.Scale(paddingInner=0.35, paddingOuter=0.2),
        ),
        y=alt.Y("value:Q", title=None, stack="zero", axis=value_axis(kind), scale=fixed_scale(slot("ends"))),
    )
    mark = base.mark_bar(cursor=POINTER).encode(tooltip=alt.Tooltip("tip:N"))
    if stacked:
        scale = alt.Scale(domain=slot("names"), range=slot("colours"))
        mark = mark.encode(color=alt.Color("series:N", scale=scale, sort=slot("names")), order=alt.Order("rank:Q"))
    else:
        mark = mark.encode(fill=alt.Fill("colour:N", scale=None), opacity=alt.Opacity("opacity:Q", scale=None))
    layers: list[Any] = [mark.add_params(click_selection("key"))]
    return [*layers, base.mark_text(dy=-8).encode(text="written:N")] if written and not stacked else layers


def _bars_data(
    frame: pd.DataFrame, palette: Palette, kind: NumberFormat, unit: str, order: Sequence[str] | None
) -> pd.DataFrame:
    data = _folded(frame, order) if "series" in frame else frame.copy()
    heads = [str(label) for label in data["label"]]
    if "series" in data:
        heads = [f"{head}，{series}" for head, series in zip(heads, data["series"], strict=True)]
    roles = data.get("role")
    late = bool_column(data, "unfinished")
    heads = [f"{head}（{words.UNFINISHED}）" if open_ else head for head, open_ in zip(heads, late, strict=True)]
    return data.assign(
        opacity=[_PALER if open_ else 1.0 for open_ in late],
        tip=tooltips(data, heads, kind, unit),
        written=words.values_in_full(data["value"], kind),
        key=data["key"] if "key" in data else data["label"],
        colour=palette.accent if roles is None else [role_colour(role, palette) for role in roles],
    )


def _folded(frame: pd.DataFrame, order: Sequence[str] | None) -> pd.DataFrame:
    """At most six series, by size or in the order given; the rest summed as 其他."""
    sizes = frame.groupby("series")["value"].sum().sort_values(ascending=False)
    names = [str(name) for name in (sizes.index if order is None else order) if name != OTHER][:_MOST_SERIES]
    keys = ["label", "series", *(["key"] if "key" in frame else [])]
    series = frame["series"].where(frame["series"].isin(names), OTHER)
    folded = frame.assign(series=series).groupby(keys, sort=False)["value"].sum().reset_index()
    ranks = {name: rank for rank, name in enumerate([*names, OTHER])}
    return folded.assign(rank=[ranks[str(name)] for name in folded["series"]])
