"""CSV and its kin: fields between delimiters, one record a line or, in quotes, several."""

import csv
import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.csv

from casebase.errors import CasebaseError
from casebase.loading.readers.encodings import broken, marked
from casebase.loading.readers.reader import Misfit, Reader

_BLOCK = 4 << 20

# A petition's text may be longer than the 128 KiB that the csv module allows a field.
csv.field_size_limit(_BLOCK)


class CsvReader(Reader):
    """CSV, gzipped or not. Arrow parses; only the lines of rejected rows are looked up with `csv`."""

    def header(self) -> list[str]:
        with self._text() as text:
            for row in csv.reader(text, delimiter=self.source.delimiter):
                if row:
                    return row
        raise CasebaseError(f"{self.path}: the file is empty")

    def frames(self, columns: list[str]) -> Iterator[pa.Table]:
        self.total = self.path.stat().st_size
        with self.path.open("rb") as raw:
            plain = gzip.GzipFile(fileobj=raw) if _is_gzip(self.path) else raw
            try:
                batches = pa.csv.open_csv(
                    plain,
                    read_options=pa.csv.ReadOptions(block_size=_BLOCK, use_threads=False, encoding=self._encoding),
                    parse_options=pa.csv.ParseOptions(
                        delimiter=self.source.delimiter, newlines_in_values=True, invalid_row_handler=self._misfit
                    ),
                    convert_options=pa.csv.ConvertOptions(
                        include_columns=columns, column_types=dict.fromkeys(columns, pa.string())
                    ),
                )
                for batch in batches:
                    self.done = raw.tell()
                    yield pa.Table.from_batches([batch])
            except (pa.ArrowInvalid, UnicodeDecodeError) as error:
                raise CasebaseError(f"{self.path}: {broken(error, self._encoding)}") from None
            except (gzip.BadGzipFile, EOFError, OSError) as error:
                raise CasebaseError(f"{self.path}: cannot be read ({error})") from None

    def lines_of(self, records: set[int]) -> dict[int, int]:
        found: dict[int, int] = {}
        if not records:
            return found
        with self._text() as text:
            rows = csv.reader(text, delimiter=self.source.delimiter)
            record, begin = 0, 1
            for row in rows:
                if row:
                    record += 1
                    if record in records:
                        found[record] = begin
                        if len(found) == len(records):
                            break
                begin = rows.line_num + 1
        return found

    @property
    def _encoding(self) -> str:
        return "utf-8" if self.source.encoding == "utf-8-sig" else self.source.encoding

    @contextmanager
    def _text(self) -> Iterator[IO[str]]:
        encoding = marked(self._encoding)
        try:
            with self.path.open("rb") as raw:
                plain = gzip.GzipFile(fileobj=raw) if _is_gzip(self.path) else raw
                yield TextIOWrapper(plain, encoding=encoding, newline="")
        except UnicodeDecodeError as error:
            raise CasebaseError(f"{self.path}: {broken(error, encoding)}") from None
        except (csv.Error, EOFError, OSError) as error:
            raise CasebaseError(f"{self.path}: cannot be read ({error})") from None

    def _misfit(self, row: pa.csv.InvalidRow) -> str:
        many = "few" if row.actual_columns < row.expected_columns else "many"
        reason = f"too {many} fields: {row.actual_columns} instead of {row.expected_columns}"
        self.misfits.append(Misfit(row.number, row.text, reason))
        return "skip"


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as raw:
        return raw.read(2) == b"\x1f\x8b"
