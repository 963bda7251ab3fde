"""A target as a dashed line with its name."""

from typing import Any

import altair as alt
import pandas as pd

from views import words
from views.tokens import Palette
from views.words import NumberFormat


def target_text(name: str, target: float, kind: NumberFormat) -> str:
    """A target as people say it: 目标 95%, not 95.00%."""
    value = words.percent(target, 1).replace(".0%", "%") if kind == "rate" else words.value(target, kind)
    return f"{name} {value}"


def target_line(target: float, text: str, palette: Palette) -> list[Any]:
    """A dashed level line, named above its left end."""
    data = pd.DataFrame({"target": [target], "text": [text]})
    line = alt.Chart(data).mark_rule(strokeDash=[5, 4], color=palette.muted).encode(y="target:Q")
    label = alt.Chart(data).mark_text(align="left", baseline="bottom", dy=-3, color=palette.muted)
    return [line, label.encode(x=alt.value(0), y="target:Q", text="text:N")]


def target_column(target: float, text: str, palette: Palette) -> list[Any]:
    """A dashed upright line, named at its top."""
    data = pd.DataFrame({"target": [target], "text": [text]})
    line = alt.Chart(data).mark_rule(strokeDash=[5, 4], color=palette.muted).encode(x="target:Q")
    label = alt.Chart(data).mark_text(align="center", baseline="bottom", color=palette.muted)
    return [line, label.encode(x="target:Q", y=alt.value(-2), text="text:N")]
