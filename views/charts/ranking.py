"""Sorted horizontal bars."""

from typing import Any

import altair as alt
import pandas as pd

from views import words
from views.charts.axes import NAMES, ROW, fixed_scale, name_axis, value_axis, value_range
from views.charts.empty import empty_chart
from views.charts.frames import bool_column, distinct_names, role_colour, tooltips
from views.charts.headings import join_notes, width_of
from views.charts.selection import POINTER, click_selection
from views.charts.targets import target_column, target_frame, target_text
from views.charts.template import Chart, data_slot, slot, template
from views.tokens import Palette
from views.words import NumberFormat

# The height of a bar, in px, where rows are high enough to leave a gap between two.
_BAR = 14
# An axis of counts reaches at least so far.
_LEAST_REACH = 5.0


def ranking(
    frame: pd.DataFrame,
    palette: Palette,
    *,
    title: str,
    subtitle: str = "",
    kind: NumberFormat = "rate",
    target: float | None = None,
    largest_first: bool | None = True,
    from_zero: bool = True,
    most: int = 30,
    row: int = ROW,
    none: str = "所选范围内没有可排名的单位。",
) -> Chart:
    """Sorted horizontal bars, their numbers in a column at the right. Clicks: "pick" on `code`.

    Columns: code, name, value; optional hits and among (written beside), small (bool: drawn as a dashed outline and
    marked 样本少; below those that can be judged), role (a tokens.Role: warn and bad colour the bar), tip. Rows without
    a value come last, as —.
    `largest_first=None` leaves all rows in the order of the frame, for steps of time.
    `from_zero=False` draws dots on a shorter axis, for rates that all lie near each other.
    """
    if frame["value"].isna().all():
        return empty_chart(none, palette, title=title, subtitle=subtitle)
    data = _ranking_data(frame, palette, kind, largest_first).head(most)
    low, high = value_range(data, ["value"], target, kind, from_zero)
    if kind == "count":
        high = max(high, _LEAST_REACH)  # four bars of 1 are short, not full
    if low > 0:
        subtitle = join_notes(subtitle, f"横轴自 {words.percent(low, 0)} 起")
    data["start"] = low if from_zero else (low if target is None else target)
    frames = {"rows": data}
    if target is not None:
        frames["target"] = target_frame(target, target_text(target, kind))
    layers = _rows(palette, kind, bar=min(_BAR, row * 2 // 3) if from_zero else None, has_target=target is not None)
    left = -min(max(map(width_of, data["label"])), NAMES)
    # Left to the data, a row without a value comes last: no bar has it.
    order = data["label"].tolist()
    return layers.chart(title, subtitle, row * len(data), frames, ends=[low, high], left=left, order=order)


@template
def _rows(palette: Palette, kind: NumberFormat, *, bar: int | None, has_target: bool) -> list[Any]:
    """Bars so many px high, or dots (None), with what stands beside them."""
    axis = value_axis(kind, ticks=4, grid=True, domain=False)
    base = alt.Chart(data_slot()).encode(
        y=alt.Y("label:N", sort=slot("order"), title=None, axis=name_axis(palette)), tooltip=alt.Tooltip("tip:N")
    )
    x = alt.X("value:Q", title=None, scale=fixed_scale(slot("ends")), axis=axis)
    # Nothing to see: the whole row takes the click, its name too. Wider than the names, it would shrink the plot.
    whole = base.mark_rect(opacity=0, cursor=POINTER).encode(x=alt.value(slot("left")), x2=alt.value("width"))
    return [
        *_bars_or_dots(base, x, palette, bar),
        *(target_column(palette) if has_target else []),
        base.mark_text(align="left", dx=12).encode(x=alt.value("width"), text="written:N"),
        whole.add_params(click_selection("code")),
    ]


def _bars_or_dots(base: Any, x: Any, palette: Palette, bar: int | None) -> list[Any]:
    looks = {
        "x": x,
        "fill": alt.Fill("fill:N", scale=None),
        "stroke": alt.Stroke("colour:N", scale=None),
    }
    if bar is not None:
        dash = alt.condition("datum.small", alt.value([3, 2]), alt.value([1, 0]))
        return [base.mark_bar(height=bar, strokeWidth=1).encode(**looks, strokeDash=dash)]
    reach = base.mark_rule(strokeWidth=2, color=palette.compare, opacity=0.6).encode(x=x, x2="start:Q")
    return [reach, base.mark_point(size=90, strokeWidth=1.5, shape="circle", opacity=1).encode(**looks)]


def _ranking_data(
    frame: pd.DataFrame, palette: Palette, kind: NumberFormat, largest_first: bool | None
) -> pd.DataFrame:
    ordered = in_order(frame, largest_first=largest_first)
    names = ordered["name"].astype(str)
    small = bool_column(ordered, "small")
    written = [_written(row, few, kind) for row, few in zip(ordered.to_dict("records"), small, strict=True)]
    roles = ordered["role"] if "role" in ordered else [None] * len(ordered)
    colours = [_rank_colour(role, palette) for role in roles]
    return pd.DataFrame(
        {
            "code": ordered["code"].astype(str),
            "name": names,
            "label": distinct_names(names),
            "value": ordered["value"].to_numpy(dtype=float, na_value=float("nan")),
            "colour": colours,
            "fill": [palette.surface if few else colour for few, colour in zip(small, colours, strict=True)],
            "small": small,
            "written": written,
            "tip": tooltips(ordered, list(names), kind, "")
            if "tip" in ordered
            else [f"{name}：{text}" for name, text in zip(names, written, strict=True)],
        }
    )


def in_order(frame: pd.DataFrame, *, largest_first: bool | None) -> pd.DataFrame:
    """The rows of a ranking as they stand in it: small samples below those that can be judged, without a value last.

    None: in the order of the frame.
    """
    if largest_first is None:
        return frame.reset_index(drop=True)
    ordered = frame.sort_values("value", ascending=not largest_first, na_position="last", kind="stable")
    last = ordered["value"].isna() * 2 + pd.Series(bool_column(ordered, "small"), index=ordered.index)
    return ordered.loc[last.sort_values(kind="stable").index].reset_index(drop=True)


def _rank_colour(role: object, palette: Palette) -> str:
    """What misses its target stands out; what is in order has the colour of numbers that nothing judges."""
    return role_colour(role, palette) if role in ("warn", "bad") else palette.accent


def _written(row: dict[Any, Any], small: bool, kind: NumberFormat) -> str:
    (text,) = words.values_in_full([row["value"]], kind)
    if kind == "rate" and not words.is_missing(row.get("among")):
        text += f"  {words.fraction(row['hits'], row['among'])}"
    return f"{text}  {words.SMALL}" if small else text
