"""What a change is made of."""

from collections.abc import Hashable
from typing import Any

import altair as alt
import pandas as pd

from views import words
from views.charts.axes import ROW, name_axis
from views.charts.empty import empty_chart
from views.charts.frames import distinct_names
from views.charts.headings import width_of
from views.charts.selection import POINTER, click_selection
from views.charts.template import Chart, data_slot, slot, template
from views.tokens import Palette
from views.words import NumberFormat

REST = "rest:"
# Between a bar and its number, px, and the least share of a picture that its bars have.
_GAP, _LEAST_OF_BARS = 6, 0.25


def waterfall(
    frame: pd.DataFrame,
    palette: Palette,
    *,
    title: str,
    subtitle: str = "",
    kind: NumberFormat = "count",
    before: tuple[str, float],
    now: tuple[str, float],
    direction: str = "",
    most: int = 10,
    row: int = ROW,
    none: str = "两期相同，没有变化。",
) -> Chart:
    """From one number to another: bars that each start where the one above ends, between a mark of either number.

    Columns: code, name, value (what the part adds; a ratio for kind "rate"); optional tone (good, bad or neutral), tip,
    note (said behind what the part adds) and pinned (whether the part stands first, whatever its size). `before` and
    `now` are what both rows are called and their numbers, whose difference is the sum of the parts. Parts that drive
    the change come first, then those against it, each the largest first; what is beyond the `most` largest is one bar
    of code REST. The axis starts at no change and says its `direction`. Clicks: "pick" on `code`.
    """
    changed = frame[frame["value"].fillna(0) != 0]
    if changed.empty:
        return empty_chart(none, palette, title=title, subtitle=none)
    data = _waterfall_data(changed, palette, kind, before, now, most)
    low, high = float(data[["start", "end"]].min().min()), float(data[["start", "end"]].max().max())
    margin = (high - low) * 0.02
    frames = {
        "rows": data,
        "links": data[["label", "next", "end"]].iloc[:-1],
        "marks": data[["label", "end"]].iloc[[0, -1]],
        "none": pd.DataFrame({"at": [0.0]}),
    }
    room = max(width_of(text, palette.note) for text in data["written"]) + 2 * _GAP
    places = [0, {"expr": f"max(width - {room}, width * {_LEAST_OF_BARS})"}]
    return _parts(palette, kind).chart(
        title, subtitle, row * len(data), frames, ends=[low - margin, high + margin], range=places, direction=direction
    )


@template
def _parts(palette: Palette, kind: NumberFormat) -> list[Any]:
    label = "datum.value * 100" if kind == "rate" else "datum.value"
    axis = alt.Axis(
        labelExpr=f"replace(format({label}, '+,~f'), /^[+]0$/, '0')",
        tickCount=5,
        grid=True,
        domain=False,
        title=slot("direction"),
        titleAnchor="start",
    )
    if kind == "count":
        axis.tickMinStep = 1
    base = alt.Chart(data_slot()).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=name_axis(palette)), tooltip=alt.Tooltip("tip:N")
    )
    scale = alt.Scale(domain=slot("ends"), range=slot("range"), nice=False, zero=False)
    bar = base.mark_bar(height=16, cursor=POINTER, minBandSize=2).encode(
        x=alt.X("start:Q", title=None, scale=scale, axis=axis),
        x2="end:Q",
        fill=alt.Fill("colour:N", scale=None),
    )
    links = alt.Chart(data_slot("links")).mark_rule(color=palette.muted, strokeDash=[2, 2])
    none_moved = alt.Chart(data_slot("none")).mark_rule(color=palette.muted).encode(x="at:Q")
    ends = alt.Chart(data_slot("marks")).mark_tick(color=palette.ink, thickness=4, size=20)
    return [
        none_moved,
        links.encode(x="end:Q", y=alt.Y("label:N", sort=None), y2="next:N"),
        bar.add_params(click_selection("code")),
        ends.encode(x="end:Q", y=alt.Y("label:N", sort=None)),
        base.mark_text(align="left", dx=_GAP).encode(x="right:Q", text="written:N"),
    ]


def _waterfall_data(
    frame: pd.DataFrame,
    palette: Palette,
    kind: NumberFormat,
    before: tuple[str, float],
    now: tuple[str, float],
    most: int,
) -> pd.DataFrame:
    rows = _ordered(frame, most)
    whole = sum(frame["value"].tolist())
    ends = [0.0]
    for one in rows:
        ends.append(ends[-1] + one["value"])
    names = distinct_names([before[0], *(str(one["name"]) for one in rows), now[0]])
    first, last = words.values_in_full([before[1], now[1]], kind)
    added = [words.contribution(one["value"], kind) for one in rows]
    written = [f"{text}{one.get('note', '')}" for one, text in zip(rows, added, strict=True)]
    change = f"（{words.contribution(whole, kind)}）" if whole else ""
    tips = [one.get("tip") or f"{one['name']} {text}" for one, text in zip(rows, added, strict=True)]
    # The axis is the change: a bar of either number would say that it had come from nothing.
    starts, ends = [0.0, *ends[:-1], whole], [*ends, whole]
    return pd.DataFrame(
        {
            "code": ["", *(str(one["code"]) for one in rows), ""],
            "label": names,
            "next": [*names[1:], names[-1]],
            "start": starts,
            "end": ends,
            "right": [max(pair) for pair in zip(starts, ends, strict=True)],
            "written": [first, *written, f"{last}{change}"],
            "tip": [f"{before[0]} {first}", *tips, f"{now[0]} {last}{change}"],
            "colour": [
                palette.muted,
                *(_tone_colour(one.get("tone"), one["value"], palette) for one in rows),
                palette.muted,
            ],
        }
    )


def _ordered(frame: pd.DataFrame, most: int) -> list[dict[Hashable, Any]]:
    """The pinned parts, what drives the change, what is against it, each the largest first, and the rest in one."""
    whole = frame["value"].sum()
    keys = pd.DataFrame(
        {
            "pinned": frame.get("pinned", False),
            "drives": (frame["value"] > 0) == (whole >= 0),
            "size": frame["value"].abs(),
        },
        index=frame.index,
    )
    largest_first = keys.sort_values(["pinned", "size"], ascending=False, kind="stable").index
    # A bar for a single one would say less than the part itself.
    kept, gathered = largest_first, largest_first[:0]
    if len(frame) > most + 1:
        kept, gathered = largest_first[:most], largest_first[most:]
    shown = keys.loc[kept].sort_values(["pinned", "drives", "size"], ascending=False, kind="stable").index
    rows = frame.loc[shown].to_dict("records")
    if not len(gathered):
        return rows
    small = frame.loc[gathered]
    rest = small["value"].sum()
    tones = {
        value > 0: tone for value, tone in zip(small["value"], small.get("tone", [None] * len(small)), strict=True)
    }
    return [*rows, {"code": REST, "name": f"其余 {len(small)} 项", "value": rest, "tone": tones.get(rest > 0)}]


def _tone_colour(tone: object, value: float, palette: Palette) -> str:
    """The ends of the two-way scale for better and worse; a change that is neither is told by its direction."""
    if tone in ("good", "bad"):
        return palette.two_way[-1 if tone == "good" else 0]
    return palette.accent if value > 0 else palette.compare
