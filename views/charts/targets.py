"""A target as a dashed line with its name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from views import words
from views.charts.template import data_slot
from views.tokens import Palette
from views.words import NumberFormat


def target_text(target: float, kind: NumberFormat) -> str:
    """A target as people say it: 目标 95%, not 95.00%."""
    value = words.percent(target, 1).replace(".0%", "%") if kind == "rate" else words.value(target, kind)
    return f"目标 {value}"


# The label's share of the width of a chart at its narrowest, and steps between two months at which a line is looked at.
_LABEL_SHARE, _STEPS = 0.2, 4


@dataclass(frozen=True)
class Spot:
    """Where a target is named: from the month at this position on, above its line or below."""

    month: int
    is_above: bool


def clear_spot(
    lines: Sequence[np.ndarray], target: float, domain: tuple[float, float], height: int, palette: Palette
) -> Spot | None:
    """The first place along a target where no line runs through its name: above before below, from the left.

    `lines` have a value a month (NaN: a gap) each; `domain` and `height` (px) are those of the value axis. None where
    there is no such place.
    """
    months = max((line.size for line in lines), default=0)
    room = (domain[1] - domain[0]) * (palette.note + 8) / height
    span = _LABEL_SHARE * max(months - 1, 1)
    at = np.arange((months - 1) * _STEPS + 1) / _STEPS
    drawn = [
        np.interp(at, np.flatnonzero(known), line[known], left=np.nan, right=np.nan)
        for line in lines
        if (known := ~np.isnan(line)).any()
    ]
    spots = [Spot(month, is_above) for month in range(int(months - 1 - span) + 1) for is_above in (True, False)]
    for spot in spots:
        low, high = (target, target + room) if spot.is_above else (target - room, target)
        under = (at >= spot.month - 0.1) & (at <= spot.month + span)
        if domain[0] <= low and high <= domain[1] and not any(((low < y) & (y < high))[under].any() for y in drawn):
            return spot
    return None


def target_frame(target: float, text: str) -> pd.DataFrame:
    """What the layers of a target draw as `target`."""
    return pd.DataFrame({"target": [target], "text": [text]})


def target_line(palette: Palette) -> Any:
    """A dashed level line."""
    return alt.Chart(data_slot("target")).mark_rule(strokeDash=[5, 4], color=palette.muted).encode(y="target:Q")


def target_label(palette: Palette, *, is_above: bool) -> Any:
    """Its name above or below it, where the frame `target_name` says: that of the line with `at`."""
    named = alt.Chart(data_slot("target_name"))
    above = named.mark_text(align="left", baseline="bottom", dy=-3, color=palette.muted)
    below = named.mark_text(align="left", baseline="top", dy=4, color=palette.muted)
    label = above if is_above else below
    return label.encode(x="at:T", y="target:Q", text="text:N")


def target_column(palette: Palette) -> list[Any]:
    """A dashed upright line, named at its top."""
    data = data_slot("target")
    line = alt.Chart(data).mark_rule(strokeDash=[5, 4], color=palette.muted).encode(x="target:Q")
    label = alt.Chart(data).mark_text(align="center", baseline="bottom", color=palette.muted)
    return [line, label.encode(x="target:Q", y=alt.value(-2), text="text:N")]
