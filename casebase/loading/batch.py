"""One chunk of rows on its way: text columns in, typed petition fields out, rejected rows aside."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from casebase.loading.clean_text import visible


@dataclass(frozen=True)
class Reject:
    """A row that was not taken. `first` is the position of the row that a duplicate repeats."""

    position: int
    column: str | None
    value: str | None
    reason: str
    first: int | None = None


@dataclass
class Batch:
    """Rows `start` … of the file.

    `text` holds the file's columns (trimmed, blank is null), `fields` the petition's, both over all rows of
    the chunk; `alive` says which rows have not been rejected. `own_times` are the formats in which the file
    itself shows times; times with a zone become wall time of `zone`. `dropped` names for each row (by its index)
    the times that cannot be and were left blank, `days` the rows in which the file gives a day instead of a time.
    """

    text: pd.DataFrame
    start: int
    own_times: tuple[str, ...] = ()
    zone: str = "Asia/Shanghai"
    fields: dict[str, pd.Series] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    dropped: dict[str, np.ndarray] = field(default_factory=dict)
    days: dict[str, np.ndarray] = field(default_factory=dict)
    alive: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.alive = np.ones(len(self.text), dtype=bool)

    def reject(self, mask: pd.Series | np.ndarray, column: str, values: pd.Series | None, reason: str) -> None:
        """Reject the rows of the mask; a row that already was keeps its first reason."""
        newly = np.asarray(mask, dtype=bool) & self.alive
        for i in np.flatnonzero(newly):
            value = None if values is None or pd.isna(values.iloc[i]) else visible(str(values.iloc[i]))
            self.rejects.append(Reject(self.start + int(i), column, value, reason))
        self.alive &= ~newly

    def note(self, mask: pd.Series | np.ndarray, text: str) -> None:
        """Count living rows that were taken but differ from what one would expect."""
        count = int((np.asarray(mask, dtype=bool) & self.alive).sum())
        if count:
            self.notes[text] += count

    def drop(self, mask: pd.Series | np.ndarray, name: str, text: str, advice: str = "") -> None:
        """Leave a time blank that cannot be, count it with the advice what to do, and keep that it was so."""
        wrong = np.asarray(mask, dtype=bool)
        self.note(wrong, f"{text} (left blank){advice}")
        self.dropped[name] = self.dropped.get(name, np.zeros(len(self.text), dtype=bool)) | wrong
        self.fields[name] = self.fields[name].mask(wrong)

    def joined(self, columns: tuple[str, ...]) -> pd.Series:
        """One column, or several joined by a space without their blanks."""
        first = self.text[columns[0]]
        for name in columns[1:]:
            other = self.text[name]
            both = first + " " + other
            first = both.where(first.notna() & other.notna(), first.fillna(other))
        return first


def by_value(series: pd.Series, translate: Callable[[str], object], dtype: str = "str") -> pd.Series:
    """Apply a function to each distinct non-null value; null stays null."""
    codes, values = pd.factorize(series)
    return taken([translate(value) for value in values], codes, series.index, dtype)


def taken(values: Sequence[object], codes: np.ndarray, index: pd.Index, dtype: str = "str") -> pd.Series:
    """The value at each code, null at code -1."""
    table = pd.Series(list(values), dtype=dtype).array
    return pd.Series(table.take(codes, allow_fill=True), index=index)
