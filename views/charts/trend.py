"""A line over months."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from views import words
from views.charts.axes import fixed_scale, month_axis, months_of, value_axis, value_range
from views.charts.empty import empty_chart
from views.charts.frames import bool_column, tooltips
from views.charts.headings import join_notes
from views.charts.selection import POINTER, click_selection
from views.charts.targets import clear_spot, target_frame, target_label, target_line, target_text
from views.charts.template import Chart, data_slot, slot, template
from views.tokens import Palette
from views.words import NumberFormat

LAST_YEAR = "上年同期"
_LEAST_MONTHS = 3


def trend(
    frame: pd.DataFrame,
    palette: Palette,
    *,
    title: str,
    subtitle: str = "",
    kind: NumberFormat = "count",
    unit: str = "",
    target: float | None = None,
    height: int = 260,
) -> Chart:
    """A number by month, its name at the right end where there is another line. Clicks: "pick" on `at`.

    Columns: at (first of the month, in order), value; optional last_year (grey), small (bool, drawn hollow), unfinished
    (bool: the months at the end that are not all in yet, dashed and hollow), tip. `target` is a ratio for rates. Counts
    start at zero; a rate's axis that does not says so.
    """
    if frame.empty or frame["value"].notna().sum() == 0:
        return empty_chart("所选范围内没有可画的月份。", palette, title=title, subtitle=subtitle)
    data = _trend_data(_from_first_month(frame), palette, kind, unit)
    low, high = value_range(data, ["value", "last_year"], target, kind, None)
    if low > 0:
        subtitle = join_notes(subtitle, f"纵轴自 {words.percent(low, 0)} 起")
    lines = [data[column].to_numpy() for column in ("value", "last_year")]
    spot = clear_spot(lines, target, (low, high), height, palette) if target else None
    called = target_text(target, kind) if target else ""
    at_the_end = (target, called) if target and spot is None else None
    frames = {"rows": data, "names": _end_labels(data, (low, high), height, palette, at_the_end)}
    if target:
        frames["target"] = target_frame(target, called)
    if spot is not None:
        frames["target_name"] = frames["target"].assign(at=data["at"].iloc[spot.month])
    named_above = None if spot is None else spot.is_above
    is_unfinished = bool(data["unfinished"].notna().any())
    layers = _lines(palette, kind, named_above, has_target=bool(target), has_unfinished=is_unfinished)
    return layers.chart(title, subtitle, height, frames, ends=[low, high], months=months_of(data["at"]))


@template
def _lines(
    palette: Palette, kind: NumberFormat, named_above: bool | None, *, has_target: bool, has_unfinished: bool
) -> list[Any]:
    """Lines and their names; a target is named above its line or below (None: with the lines, at their end)."""
    scale, axis = fixed_scale(slot("ends")), value_axis(kind)
    base = alt.Chart(data_slot()).encode(
        x=alt.X("at:T", title=None, axis=month_axis(slot("months")), scale=alt.Scale(nice=False)),
    )
    y = alt.Y("value:Q", title=None, scale=scale, axis=axis)
    before = alt.Y("last_year:Q", title=None, scale=scale, axis=axis)
    layers: list[Any] = [target_line(palette)] if has_target else []
    layers += [] if named_above is None else [target_label(palette, is_above=named_above)]
    layers += [base.mark_line(color=palette.compare, strokeWidth=1.5).encode(y=before)]
    whole = alt.Y("whole:Q", title=None, scale=scale, axis=axis)
    layers += [base.mark_line(color=palette.accent, strokeWidth=2).encode(y=whole)]
    if has_unfinished:
        rest = alt.Y("unfinished:Q", title=None, scale=scale, axis=axis)
        layers += [base.mark_line(color=palette.accent, strokeWidth=2, strokeDash=[4, 3]).encode(y=rest)]
    layers += [_trend_points(base, y, palette).add_params(click_selection("at"))]
    names = alt.Chart(data_slot("names")).mark_text(align="left", dx=10, baseline="middle")
    ends = names.encode(x="at:T", y="at_value:Q", text="name:N", color=alt.Color("colour:N", scale=None))
    return [*layers, ends]


def _from_first_month(frame: pd.DataFrame) -> pd.DataFrame:
    """Without the months before anything is known, which would leave a picture half empty; at least the last three."""
    columns = [name for name in ("value", "last_year") if name in frame]
    known = frame.set_index("at")[columns].notna().any(axis=1)
    first = min(known.idxmax(), known.index[-_LEAST_MONTHS:][0])
    from_first: pd.DataFrame = frame[frame["at"] >= first]
    return from_first.reset_index(drop=True)


def _trend_data(frame: pd.DataFrame, palette: Palette, kind: NumberFormat, unit: str) -> pd.DataFrame:
    at = pd.to_datetime(frame["at"])
    small = bool_column(frame, "small")
    late = bool_column(frame, "unfinished")
    heads = [
        words.month(moment) + (f"（{words.SMALL}）" if few else "") + (f"（{words.UNFINISHED}）" if open_ else "")
        for moment, few, open_ in zip(at, small, late, strict=True)
    ]
    last_year = frame["last_year"] if "last_year" in frame else pd.Series([None] * len(frame), dtype=float)
    sentences = tooltips(frame, heads, kind, unit)
    if "tip" not in frame:
        sentences = [
            tip if words.is_missing(last) else f"{tip}；{LAST_YEAR} {words.value(last, kind)}"
            for tip, last in zip(sentences, last_year, strict=True)
        ]
    return pd.DataFrame(
        {
            "at": at.to_numpy(),
            "value": frame["value"].to_numpy(dtype=float, na_value=float("nan")),
            "last_year": last_year.to_numpy(dtype=float, na_value=float("nan")),
            "fill": [
                palette.surface if few or open_ else palette.accent for few, open_ in zip(small, late, strict=True)
            ],
            "tip": sentences,
        }
    ).assign(**_parted(frame["value"], late))


def _parted(values: pd.Series, late: Sequence[bool]) -> dict[str, pd.Series]:
    """A line's months that are all in, and apart the rest from the last of those on, so that the two lines meet."""
    value = pd.Series(values.to_numpy(dtype=float, na_value=float("nan")))
    open_ = pd.Series(late, dtype=bool)
    following = open_.shift(-1, fill_value=False)
    return {"whole": value.mask(open_), "unfinished": value.where(open_ | following)}


def _trend_points(base: Any, y: Any, palette: Palette) -> Any:
    return base.mark_point(size=44, stroke=palette.accent, strokeWidth=1.5, opacity=1, cursor=POINTER).encode(
        y=y,
        fill=alt.Fill("fill:N", scale=None),
        tooltip=alt.Tooltip("tip:N"),
    )


def _end_labels(
    data: pd.DataFrame,
    domain: tuple[float, float],
    height: int,
    palette: Palette,
    target: tuple[float, str] | None = None,
) -> pd.DataFrame:
    """Names at the right end of two lines (and of a target's), moved apart where they would touch."""
    last_year = _last_value(data, "last_year")
    name = "" if last_year is None else "本期"
    lines = [(_last_value(data, "value"), name, palette.accent), (last_year, LAST_YEAR, palette.muted)]
    lines += [] if target is None else [(*target, palette.muted)]
    gap = (domain[1] - domain[0]) * (palette.note + 4) / height
    labels, below = [], float("-inf")
    known = [(value, name, colour) for value, name, colour in lines if value is not None and name]
    for value, name, colour in sorted(known):
        below = max(value, below + gap)
        labels.append({"at": data["at"].max(), "at_value": below, "name": name, "colour": colour})
    return pd.DataFrame(labels, columns=["at", "at_value", "name", "colour"])


def _last_value(data: pd.DataFrame, column: str) -> float | None:
    known = data[column].dropna()
    return None if known.empty else float(known.iloc[-1])
