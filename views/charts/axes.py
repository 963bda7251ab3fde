"""Axes in Chinese and their scales."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from views.tokens import Palette
from views.words import NumberFormat

_MONTH_LABEL = "month(datum.value) == 0 ? ['1月', year(datum.value) + '年'] : month(datum.value) + 1 + '月'"
_DAY_LABEL = "(month(datum.value) + 1) + '月' + date(datum.value) + '日'"
_VALUE_LABELS: dict[NumberFormat, str] = {
    "rate": "format(datum.value * 100, '~f') + '%'",
    "count": "format(datum.value, ',~f')",
    "days": "format(datum.value, '~f') + ' 天'",
    "number": "format(datum.value, ',~f')",
}
# The room of names beside a plot, at most, in px; where the picture is wide, a share of it.
NAMES = 168
_SHARE_OF_NAMES = 0.3
# Letters that are not as wide as high, and how wide they are then at most, on the average of a name.
_NARROW, _NARROW_WIDTH = "[^\\u2E80-\\uFFFF]", 0.56
# How much of its room a name that was cut fills: what stays of it may be wider than its average letter.
_CUT = 0.95
# The height of a row, in px.
ROW = 28


def value_axis(kind: NumberFormat, *, ticks: int = 5, **settings: Any) -> alt.Axis:
    """A value axis: percent, days or plain, by kind; 12,000 stands above 8,000, not 1.2万."""
    if kind == "count":
        settings["tickMinStep"] = 1
    return alt.Axis(
        tickCount=ticks, labelExpr=_VALUE_LABELS[kind], labelOverlap="parity", labelSeparation=6, **settings
    )


def months_of(at: pd.Series) -> list[dict[str, int]]:
    """The months in the data, in order, as Vega-Lite's dates."""
    return [{"year": month.year, "month": month.month, "date": 1} for month in sorted(set(at))]


def month_axis(months: Any) -> alt.Axis:
    """One label for each of the months (see `months_of`); the year under each January."""
    return alt.Axis(
        values=months,
        labelExpr=_MONTH_LABEL,
        labelOverlap="parity",
        labelFlush=False,
    )


def day_axis() -> alt.Axis:
    """A time axis by days: 11月22日."""
    return alt.Axis(labelExpr=_DAY_LABEL, tickCount=6, labelOverlap="parity", labelFlush=True)


def name_axis(palette: Palette) -> alt.Axis:
    """Names down the left side; what is too long loses its middle, for its end may be what tells it apart."""
    room = f"max({NAMES}, (containerSize()[0] || 0) * {_SHARE_OF_NAMES})"
    letters = "length(datum.label)"
    chinese = f"length(replace(datum.label, regexp('{_NARROW}', 'g'), ''))"
    width = f"{palette.note} * ({chinese} + {_NARROW_WIDTH} * ({letters} - {chinese}))"
    cut = f"truncate(datum.label, floor({_CUT} * {letters} * {room} / ({width})), 'center')"
    return alt.Axis(
        labelExpr=f"{width} > {room} ? {cut} : datum.label",
        labelLimit=alt.ExprRef(room),
        labelColor=palette.ink,
        domain=False,
    )


def with_headroom(largest: float) -> list[float]:
    """Ends from zero with room for numbers above the bars."""
    return [0.0, largest * 1.12 or 1.0]


def fixed_scale(ends: Any) -> alt.Scale:
    """A scale with exactly these ends."""
    return alt.Scale(domain=ends, nice=False, zero=False)


def value_range(
    data: pd.DataFrame, columns: Sequence[str], target: float | None, kind: NumberFormat, from_zero: bool | None
) -> tuple[float, float]:
    """Ends of a value axis. Counts start at zero; rates at the 5 % step below the least, unless told otherwise."""
    numbers = [float(number) for column in columns for number in data[column].dropna()]
    numbers += [] if target is None else [target]
    low, high = min(numbers, default=0.0), max(numbers, default=0.0)
    if kind != "rate":
        return min(0.0, low * 1.1), high * 1.1 or 1.0
    zero = low < 0.5 if from_zero is None else from_zero
    least = 0.0 if zero else max(0.0, int((low - 0.005) * 20) / 20)
    return least, 1.0 if high > 0.5 else high * 1.15 or 1.0
