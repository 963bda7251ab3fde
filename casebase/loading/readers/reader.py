"""An open input file: chunks of text columns, and where each row stands in it."""

import json
from collections import Counter
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
from casebase.loading.readers.head import Head

# Rows that are read and converted at a time: each column costs the same few dozen calls however many there are. Long
# texts make fewer.
ROWS = 50_000
BYTES = 32 << 20
# How a file that has times of its own shows them as text.
_SHOWN = 500
OWN_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d")


@dataclass(frozen=True)
class Misfit:
    """A row that is no row of the table: the physical lines it covers (of a sheet: its row), and why.

    `column` is named where a single cell is at fault, and `text` is that cell's.
    """

    line: int
    text: str | None
    reason: str
    column: str | None = None
    last: int | None = None

    @property
    def sentence(self) -> str:
        """The reason, with the lines where it is more than one."""
        several = self.last is not None and self.last > self.line
        return f"{self.reason} (lines {self.line}–{self.last})" if several else self.reason


@dataclass
class Reader:
    """An open input file.

    `chunks` yields frames of trimmed text (blank is null), one column for each asked for; rows that are none are
    left out and kept in `misfits`, and what was taken otherwise than it stands is counted in `notes`. Rows are known
    by their position: 0 for the first good row, counted through all chunks. `done` of `total` (bytes or rows) tells
    the progress.
    """

    path: Path
    source: Source
    total: int = 0
    done: int = 0
    misfits: list[Misfit] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    # How a file that has times of its own shows them as text; the map's formats come first.
    own_times: tuple[str, ...] = ()
    # Times that the file keeps with their zone are shown as wall time of this one.
    zone: str = "Asia/Shanghai"

    def head(self, wanted: list[str]) -> Head:
        """The names of the columns and where they stand. Raises CasebaseError when the file has none."""
        raise NotImplementedError

    def frames(self, columns: list[str], head: Head) -> Iterator[pa.Table]:
        """Tables of the columns, all text."""
        raise NotImplementedError

    def lines_of(self, positions: np.ndarray) -> np.ndarray:
        """The physical line (sheet row, Parquet row, feature) at which each good row begins."""
        raise NotImplementedError

    def elsewhere(self, wanted: list[str]) -> str:  # noqa: ARG002
        """What may help where a column is missing, as the end of a sentence."""
        return ""

    def chunks(self, columns: list[str], rows: int = ROWS) -> Iterator[pd.DataFrame]:
        """Frames of the wanted columns, of some `rows` each.

        Raises CasebaseError when the file lacks one or breaks off.
        """
        head = self.head(columns)
        places = {name: head.places(name) for name in columns}
        missing = [name for name, positions in places.items() if not positions]
        if missing:
            names = ", ".join(head.names)
            names = names if len(names) <= _SHOWN else f"{names[:_SHOWN]}…"
            raise CasebaseError(f"{self.path}: no column {missing[0]!r}; the file has {names}{self.elsewhere(columns)}")
        twice = [name for name, positions in places.items() if len(positions) > 1]
        if twice:
            raise CasebaseError(f"{self.path}: the column {twice[0]!r} stands in the file twice")
        for table in _gathered(self.frames(columns, head), rows):
            yield pa.table({name: _trimmed(table.column(name)) for name in columns}).to_pandas()


def _gathered(tables: Iterator[pa.Table], rows: int) -> Iterator[pa.Table]:
    """The same rows in tables of at least so many, or of so many bytes, each in one piece."""
    waiting: list[pa.Table] = []
    count = size = 0
    for table in tables:
        waiting.append(table)
        count += table.num_rows
        size += table.nbytes
        if count >= rows or size >= BYTES:
            yield pa.concat_tables(waiting).combine_chunks()
            waiting, count, size = [], 0, 0
    if waiting:
        yield pa.concat_tables(waiting).combine_chunks()


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
