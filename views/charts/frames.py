"""What charts read from their frames: tooltips, flags, names, colours of states."""

from collections.abc import Sequence

import pandas as pd

from views import words
from views.tokens import Palette, Role
from views.words import NumberFormat


def tooltips(frame: pd.DataFrame, heads: Sequence[str], kind: NumberFormat, unit: str) -> list[str]:
    """Tooltips as sentences: the frame's own column `tip`, else "head：value unit" with counts in full."""
    if "tip" in frame:
        return [str(tip) for tip in frame["tip"]]
    after = f" {unit}" if unit else ""
    values = words.values_in_full(frame["value"], kind)
    return [f"{head}：{value}{after}" for head, value in zip(heads, values, strict=True)]


def bool_column(frame: pd.DataFrame, column: str) -> list[bool]:
    """A column of truth values; all False where the column is missing."""
    if column not in frame:
        return [False] * len(frame)
    return [bool(flag) for flag in frame[column].eq(True).fillna(False)]


def distinct_names(names: Sequence[str] | pd.Series) -> list[str]:
    """Names made different by thin spaces where two areas share one, so that each keeps its own bar."""
    seen: dict[str, int] = {}
    labels = []
    for name in names:
        labels.append(name + "\u2009" * seen.get(name, 0))
        seen[name] = seen.get(name, 0) + 1
    return labels


def role_colour(role: object, palette: Palette) -> str:
    """The colour of a tokens.Role as a frame holds it; that of no state for anything else."""
    known: dict[object, Role] = {"good": "good", "warn": "warn", "bad": "bad"}
    return palette.state(known.get(role, "none"))
