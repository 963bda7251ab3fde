"""An open input file: chunks of text columns, and where each row stands in it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from casebase.errors import CasebaseError
from casebase.loading.mapfile import Source

# Rows that are read at a time where the file's kind has rows.
ROWS = 50_000
# How a file that has times of its own shows them as text.
OWN_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d")


@dataclass(frozen=True)
class Misfit:
    """A row that is no row of the table: `record` counts the header as 1 and leaves out blank lines."""

    record: int
    text: str
    reason: str


@dataclass
class Reader:
    """An open input file.

    `chunks` yields frames of trimmed text (blank is null), one column for each asked for; rows of the
    wrong length are left out and kept in `misfits`. Rows are known by their position: 0 for the first
    good row, counted through all chunks. `done` of `total` (bytes or rows) tells the progress.
    """

    path: Path
    source: Source
    total: int = 0
    done: int = 0
    misfits: list[Misfit] = field(default_factory=list)
    # How a file that has times of its own shows them as text; the map's formats come first.
    own_times: tuple[str, ...] = ()
    # Times that the file keeps with their zone are shown as wall time of this one.
    zone: str = "Asia/Shanghai"

    def header(self) -> list[str]:
        raise NotImplementedError

    def frames(self, columns: list[str]) -> Iterator[pa.Table]:
        raise NotImplementedError

    def chunks(self, columns: list[str]) -> Iterator[pd.DataFrame]:
        """Frames of the wanted columns. Raises CasebaseError when the file lacks one or breaks off."""
        header = self.header()
        missing = [name for name in columns if name not in header]
        if missing:
            raise CasebaseError(f"{self.path}: no column {missing[0]!r}; the file has {', '.join(header)}")
        twice = [name for name in columns if header.count(name) > 1]
        if twice:
            raise CasebaseError(f"{self.path}: the column {twice[0]!r} stands in the file twice")
        for table in self.frames(columns):
            yield pa.table({name: _trimmed(table.column(name)) for name in columns}).to_pandas()

    def records_of(self, positions: np.ndarray) -> np.ndarray:
        """The records of good rows, the misfits before them counted in."""
        misfits = np.sort(np.array([misfit.record for misfit in self.misfits], dtype=np.int64))
        good_before = misfits - 2 - np.arange(misfits.size)
        return positions + 2 + np.searchsorted(good_before, positions, side="right")

    def lines_of(self, records: set[int]) -> dict[int, int]:
        """The physical line (or sheet row) at which each record begins."""
        return {record: record for record in records}


def _trimmed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    text = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, text.type), text)


def cell_text(value: object) -> str | None:
    """A value that the file itself types, as text."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date | time) else str(value)
