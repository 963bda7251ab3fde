"""Bounds of what a file may hold, known before it is read: a small file must not take the machine with it."""

import gzip
import zipfile
from pathlib import Path
from typing import IO

from casebase.errors import CasebaseError

# Tables compress five- to thirtyfold; what expands more, beyond a size that never hurts, is no ordinary file.
_RATIO = 200
_HARMLESS = 64 << 20
# The most that a workbook's parts may take together, and its table of texts alone, which stands in memory.
_WORKBOOK = 2 << 30
_TEXTS = 256 << 20
_PARTS = 10_000
_DESCRIPTION = 32 << 20
# A cell of a real sheet takes more than a byte of its file; styled blank ones a tenth.
_CELLS = 5_000_000
_CELLS_PER_BYTE = 10
# A whole GeoJSON file stands in memory, several times its size.
GEOJSON = 256 << 20
# A row of a spreadsheet has 16,384 cells, a column 1,048,576.
ROWS = 20_000_000
COLUMNS = 16_384


class Expanding(gzip.GzipFile):
    """A gzipped file that stops where it expands beyond measure."""

    def __init__(self, path: Path, raw: IO[bytes]) -> None:
        super().__init__(fileobj=raw)
        self._path = path
        self._most = max(_HARMLESS, _RATIO * path.stat().st_size)
        self._size = 0

    def read(self, size: int | None = -1) -> bytes:
        block = super().read(size)
        self._size += len(block)
        if self._size > self._most:
            raise CasebaseError(f"{self._path}: expands to more than {_RATIO} times its size; it is not read")
        return block


def check_archive(path: Path, archive: zipfile.ZipFile) -> None:
    """Refuse a workbook whose parts expand beyond measure. Raises CasebaseError."""
    parts = archive.infolist()
    size = sum(part.file_size for part in parts)
    texts = sum(part.file_size for part in parts if part.filename.lower().endswith("sharedstrings.xml"))
    most = min(_WORKBOOK, max(_HARMLESS, _RATIO * path.stat().st_size))
    described = max((part.file_size for part in parts if _describes(part.filename)), default=0)
    if len(parts) > _PARTS or size > most or texts > _TEXTS or described > _DESCRIPTION:
        raise CasebaseError(
            f"{path}: the workbook expands to {size >> 20} MB, which is too much to be read; save the sheet as CSV"
        )


def _describes(name: str) -> bool:
    """Whether a part of a workbook is read as one piece."""
    return name.lower().endswith(("styles.xml", "workbook.xml", ".rels", "[content_types].xml"))


def check_columns(path: Path, count: int) -> None:
    """Refuse a table of more columns than a spreadsheet has."""
    if count > COLUMNS:
        raise CasebaseError(f"{path}: {count:,} columns are too many to be read; there may be {COLUMNS:,}")


def check_rows(path: Path, count: int) -> None:
    """Refuse a table of more rows than any city has cases."""
    if count > ROWS:
        raise CasebaseError(f"{path}: {count:,} rows are too many to be read at once; there may be {ROWS:,}")


def check_cells(path: Path, cells: int, in_row: int) -> None:
    """Refuse a sheet of more cells than its file can honestly hold, or with a row longer than a sheet is wide."""
    if in_row > 2 * COLUMNS:
        raise CasebaseError(f"{path}: a row of more than {COLUMNS:,} cells; it is not read")
    if cells > max(_CELLS, _CELLS_PER_BYTE * path.stat().st_size):
        raise CasebaseError(f"{path}: {cells:,} cells and more are too many to be read; save the sheet as CSV")
