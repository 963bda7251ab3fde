"""The columns of the frames that numbers come in, with their types: the one place where makers and readers meet.

Every frame keeps its columns and types however many rows it has, none included.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

Counts = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]

# A column's dtype by its name. Objects are texts of which some may be None.
Columns = Mapping[str, str]

# What a metric's rows are known by comes first: its id, then the codes or labels of the dimensions (see `keys`).
NUMBERS: Final[Columns] = {
    "hits": "int64",
    "among": "int64",
    "value": "float64",
    "unknown": "object",
    "as_of": "datetime64[us]",
}
# Value and among of the period before and of the year before; NaN where that period has no row.
EARLIER: Final[Columns] = {
    "previous": "float64",
    "previous_among": "float64",
    "year_before": "float64",
    "year_before_among": "float64",
}
COMPARED: Final[Columns] = {**NUMBERS, **EARLIER}
MONTHS: Final[Columns] = {**NUMBERS, "unfinished": "bool"}
SPREAD: Final[Columns] = {"hits": "int64", "median": "float64", "p90": "float64"}


def keys(by: Sequence[str]) -> Columns:
    """The columns that tell the rows of a frame of numbers apart: metric, then the dimensions it is split by."""
    return {"metric": "str", **dict.fromkeys(by, "object")}


def of(columns: Mapping[str, Sequence[Any]], kinds: Columns) -> pd.DataFrame:
    """A frame of lists by column, with the columns of `kinds`, in their order and of their types."""
    return pd.DataFrame({name: _column(columns[name], kind) for name, kind in kinds.items()})


def _column(values: Sequence[Any], kind: str) -> Any:
    # What pandas takes for texts by itself would turn None into NaN.
    return pd.Series(values, dtype=kind) if kind in ("object", "str") else np.array(values, dtype=kind)


def conform(frame: pd.DataFrame, columns: Columns) -> pd.DataFrame:
    """The frame with just these columns, in this order and of these types. Raises KeyError for one that is missing."""
    chosen = frame[list(columns)]
    others = {name: kind for (name, kind), own in zip(columns.items(), chosen.dtypes, strict=True) if own != kind}
    return chosen.astype(others) if others else chosen
