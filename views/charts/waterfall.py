"""What a change is made of."""

from collections.abc import Hashable
from typing import Any

import altair as alt
import pandas as pd

from views import words
from views.charts.axes import ROW, fixed_scale, name_axis
from views.charts.empty import empty_chart
from views.charts.frames import distinct_names
from views.charts.selection import POINTER, click_selection
from views.charts.template import Chart, data_slot, slot, template
from views.tokens import Palette
from views.words import NumberFormat

REST = "rest:"


def waterfall(
    frame: pd.DataFrame,
    palette: Palette,
    *,
    title: str,
    subtitle: str = "",
    kind: NumberFormat = "count",
    total: str = "合计变化",
    most: int = 10,
    row: int = ROW,
    none: str = "两期相同，没有变化。",
) -> Chart:
    """What a change is made of: bars that each start where the one above ends, the largest first, their sum below.

    Columns: code, name, value (what the part adds; a ratio for kind "rate"); optional tone (good, bad or neutral), tip
    and pinned (whether the part stands first, whatever its size). The axis starts at no change. Parts beyond `most` are
    one bar of code REST. Clicks: "pick" on `code`.
    """
    changed = frame[frame["value"].fillna(0) != 0]
    if changed.empty:
        return empty_chart(none, palette)
    data = _waterfall_data(changed, palette, kind, total, most)
    low, high = float(data[["start", "end"]].min().min()), float(data[["start", "end"]].max().max())
    margin = (high - low) * 0.04
    frames = {"rows": data, "links": data[["label", "next", "end"]].iloc[:-1], "none": pd.DataFrame({"at": [0.0]})}
    return _parts(palette, kind).chart(title, subtitle, row * len(data), frames, ends=[low - margin, high + margin])


@template
def _parts(palette: Palette, kind: NumberFormat) -> list[Any]:
    label = "datum.value * 100" if kind == "rate" else "datum.value"
    axis = alt.Axis(
        labelExpr=f"replace(format({label}, '+,~f'), /^[+]0$/, '0')", tickCount=5, grid=True, domain=False, title=None
    )
    if kind == "count":
        axis.tickMinStep = 1
    base = alt.Chart(data_slot()).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=name_axis(palette)), tooltip=alt.Tooltip("tip:N")
    )
    scale = fixed_scale(slot("ends"))
    bar = base.mark_bar(height=16, cursor=POINTER, minBandSize=2).encode(
        x=alt.X("start:Q", title=None, scale=scale, axis=axis),
        x2="end:Q",
        fill=alt.Fill("colour:N", scale=None),
    )
    links = alt.Chart(data_slot("links")).mark_rule(color=palette.compare, strokeDash=[2, 2])
    none_moved = alt.Chart(data_slot("none")).mark_rule(color=palette.muted).encode(x="at:Q")
    return [
        none_moved,
        links.encode(x="end:Q", y=alt.Y("label:N", sort=None), y2="next:N"),
        bar.add_params(click_selection("code")),
        base.mark_text(align="left", dx=12).encode(x=alt.value("width"), text="written:N"),
    ]


def _waterfall_data(frame: pd.DataFrame, palette: Palette, kind: NumberFormat, total: str, most: int) -> pd.DataFrame:
    keys = pd.DataFrame({"pinned": frame.get("pinned", False), "size": frame["value"].abs()}, index=frame.index)
    ordered = frame.loc[keys.sort_values(["pinned", "size"], ascending=False, kind="stable").index]
    rows = ordered.to_dict("records")
    # A bar for a single one would say less than the part itself.
    if len(rows) > most + 1:
        rest = sum(one["value"] for one in rows[most:])
        tones = {one["value"] > 0: one.get("tone") for one in rows}
        gathered: dict[Hashable, Any] = {
            "code": REST,
            "name": f"其余 {len(rows) - most} 项",
            "value": rest,
            "tone": tones.get(rest > 0),
        }
        rows = [*rows[:most], gathered]
    whole = sum(one["value"] for one in ordered.to_dict("records"))
    ends = [0.0]
    for one in rows:
        ends.append(ends[-1] + one["value"])
    names = distinct_names([str(one["name"]) for one in rows])
    written = [words.contribution(value, kind) for value in (*(one["value"] for one in rows), whole)]
    heads = [one.get("tip") or f"{one['name']} {text}" for one, text in zip(rows, written, strict=False)]
    return pd.DataFrame(
        {
            "code": [*(str(one["code"]) for one in rows), ""],
            "label": [*names, total],
            "next": [*names[1:], total, total],
            "start": [*ends[:-1], 0.0],
            "end": [*ends[1:], whole],
            "written": written,
            "tip": [*heads, f"{total}：{written[-1]}"],
            "colour": [*(_tone_colour(one.get("tone"), one["value"], palette) for one in rows), palette.muted],
        }
    )


def _tone_colour(tone: object, value: float, palette: Palette) -> str:
    """The ends of the two-way scale for better and worse; a change that is neither is told by its direction."""
    if tone in ("good", "bad"):
        return palette.two_way[-1 if tone == "good" else 0]
    return palette.accent if value > 0 else palette.compare
