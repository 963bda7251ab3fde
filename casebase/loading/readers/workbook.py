"""XLSX workbooks."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
from openpyxl.utils.exceptions import InvalidFileException

from casebase.errors import CasebaseError
from casebase.loading.readers.reader import OWN_TIMES, ROWS, Misfit, Reader, cell_text


@dataclass
class XlsxReader(Reader):
    """The first sheet, or the one the map names; the first row with content is the header."""

    own_times: tuple[str, ...] = OWN_TIMES
    _records: list[int] = field(default_factory=list)

    def header(self) -> list[str]:
        with self._rows() as rows:
            for _, row in rows:
                return [cell_text(value) or "" for value in row]
        raise CasebaseError(f"{self.path}: the sheet is empty")

    def frames(self, columns: list[str]) -> Iterator[pa.Table]:
        header = self.header()
        wanted = [header.index(name) for name in columns]
        self._records.clear()
        with self._rows() as rows:
            next(rows)
            while block := list(islice(rows, ROWS)):
                good = [(number, row) for number, row in block if self._fits(number, row, len(header))]
                self._records += [number for number, _ in good]
                self.done = block[-1][0]
                cells = [[cell_text(row[i]) if i < len(row) else None for _, row in good] for i in wanted]
                yield pa.table(dict(zip(columns, (pa.array(cell, pa.string()) for cell in cells), strict=True)))

    def records_of(self, positions: np.ndarray) -> np.ndarray:
        records: np.ndarray = np.array(self._records, dtype=np.int64)[positions]
        return records

    def _fits(self, number: int, row: tuple[Any, ...], expected: int) -> bool:
        extra = [value for value in row[expected:] if value is not None]
        if extra:
            self.misfits.append(Misfit(number, str(extra[0]), f"cells beyond the {expected} columns of the header"))
        return not extra

    @contextmanager
    def _rows(self) -> Iterator[Iterator[tuple[int, tuple[Any, ...]]]]:
        try:
            book = openpyxl.load_workbook(self.path, read_only=True, data_only=True)
        except (InvalidFileException, zipfile.BadZipFile, KeyError, OSError, ValueError) as error:
            raise CasebaseError(f"{self.path}: not a readable XLSX workbook ({error})") from None
        try:
            if self.source.sheet and self.source.sheet not in book.sheetnames:
                raise CasebaseError(f"{self.path}: no sheet {self.source.sheet!r}; it has {', '.join(book.sheetnames)}")
            sheet = book[self.source.sheet] if self.source.sheet else book.worksheets[0]
            self.total = sheet.max_row or 0
            numbered = enumerate(sheet.iter_rows(values_only=True), start=1)
            yield ((number, row) for number, row in numbered if any(value is not None for value in row))
        finally:
            book.close()
