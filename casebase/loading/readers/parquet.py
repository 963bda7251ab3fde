"""Parquet files."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from casebase.errors import CasebaseError
from casebase.loading.readers.head import Head, column_name
from casebase.loading.readers.limits import check_rows
from casebase.loading.readers.reader import OWN_TIMES, ROWS, Reader


@dataclass
class ParquetReader(Reader):
    """Parquet; a row is known by its number, the first being 1. Zoned times become wall time of `zone`."""

    own_times: tuple[str, ...] = OWN_TIMES

    def head(self, wanted: list[str]) -> Head:  # noqa: ARG002
        return Head([column_name(name) for name in self._open().schema_arrow.names])

    def frames(self, columns: list[str], head: Head) -> Iterator[pa.Table]:
        file = self._open()
        self.total = file.metadata.num_rows
        check_rows(self.path, self.total)
        names = {name: file.schema_arrow.names[head.places(name)[0]] for name in columns}
        try:
            for batch in file.iter_batches(batch_size=ROWS, columns=list(names.values())):
                self.done += batch.num_rows
                yield pa.table({name: _as_text(batch.column(own), own, self.zone) for name, own in names.items()})
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
            raise CasebaseError(f"{self.path}: cannot be read ({error})") from None

    def lines_of(self, positions: np.ndarray) -> np.ndarray:
        return positions + 1

    def _open(self) -> pa.parquet.ParquetFile:
        try:
            return pa.parquet.ParquetFile(self.path)
        except (pa.ArrowInvalid, OSError) as error:
            raise CasebaseError(f"{self.path}: not a readable Parquet file ({error})") from None


def _as_text(column: pa.Array, name: str, zone: str) -> pa.Array:
    if pa.types.is_timestamp(column.type) and column.type.tz:
        column = pc.local_timestamp(column.cast(pa.timestamp(column.type.unit, zone)))
    try:
        return column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise CasebaseError(f"the column {name!r} of type {column.type} cannot be read as text") from None
