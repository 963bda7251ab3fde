"""Reading CSV, XLSX, Parquet and GeoJSON in chunks of text columns, knowing where each row stands in the file."""

import csv
import gzip
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import IO, Any

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
from openpyxl.utils.exceptions import InvalidFileException

from casebase.errors import CasebaseError, UsageError
from casebase.loading.mapfile import Source

_BLOCK = 4 << 20
_ROWS = 50_000
_ZONE = "Asia/Shanghai"
_OWN_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d")

# A petition's text may be longer than the 128 KiB that the csv module allows a field.
csv.field_size_limit(_BLOCK)


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
                raise CasebaseError(f"{self.path}: {_broken(error, self._encoding)}") from None
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
        encoding = _marked(self._encoding)
        try:
            with self.path.open("rb") as raw:
                plain = gzip.GzipFile(fileobj=raw) if _is_gzip(self.path) else raw
                yield TextIOWrapper(plain, encoding=encoding, newline="")
        except UnicodeDecodeError as error:
            raise CasebaseError(f"{self.path}: {_broken(error, encoding)}") from None
        except (csv.Error, EOFError, OSError) as error:
            raise CasebaseError(f"{self.path}: cannot be read ({error})") from None

    def _misfit(self, row: pa.csv.InvalidRow) -> str:
        many = "few" if row.actual_columns < row.expected_columns else "many"
        reason = f"too {many} fields: {row.actual_columns} instead of {row.expected_columns}"
        self.misfits.append(Misfit(row.number, row.text, reason))
        return "skip"


@dataclass
class XlsxReader(Reader):
    """The first sheet, or the one the map names; the first row with content is the header."""

    own_times: tuple[str, ...] = _OWN_TIMES
    _records: list[int] = field(default_factory=list)

    def header(self) -> list[str]:
        with self._rows() as rows:
            for _, row in rows:
                return [_cell(value) or "" for value in row]
        raise CasebaseError(f"{self.path}: the sheet is empty")

    def frames(self, columns: list[str]) -> Iterator[pa.Table]:
        header = self.header()
        wanted = [header.index(name) for name in columns]
        self._records.clear()
        with self._rows() as rows:
            next(rows)
            while block := list(islice(rows, _ROWS)):
                good = [(number, row) for number, row in block if self._fits(number, row, len(header))]
                self._records += [number for number, _ in good]
                self.done = block[-1][0]
                cells = [[_cell(row[i]) if i < len(row) else None for _, row in good] for i in wanted]
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


@dataclass
class ParquetReader(Reader):
    """Parquet; a row is known by its number, the first being 1. Zoned times become Shanghai wall time."""

    own_times: tuple[str, ...] = _OWN_TIMES

    def header(self) -> list[str]:
        return list(self._open().schema_arrow.names)

    def frames(self, columns: list[str]) -> Iterator[pa.Table]:
        file = self._open()
        self.total = file.metadata.num_rows
        try:
            for batch in file.iter_batches(batch_size=_ROWS, columns=columns):
                self.done += batch.num_rows
                yield pa.table({name: _as_text(batch.column(name), name) for name in columns})
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
            raise CasebaseError(f"{self.path}: cannot be read ({error})") from None

    def records_of(self, positions: np.ndarray) -> np.ndarray:
        return positions + 1

    def _open(self) -> pa.parquet.ParquetFile:
        try:
            return pa.parquet.ParquetFile(self.path)
        except (pa.ArrowInvalid, OSError) as error:
            raise CasebaseError(f"{self.path}: not a readable Parquet file ({error})") from None


@dataclass
class GeoJsonReader(Reader):
    """A GeoJSON FeatureCollection; a row is known by its number, the first feature being 1.

    The columns are the properties and `geometry`, whose text is GeoJSON as well.
    """

    def header(self) -> list[str]:
        return list(dict.fromkeys(name for row in self._features for name in row))

    def frames(self, columns: list[str]) -> Iterator[pa.Table]:
        self.total = len(self._features)
        for start in range(0, self.total, _ROWS):
            block = self._features[start : start + _ROWS]
            self.done += len(block)
            yield pa.table({name: pa.array([_cell(row.get(name)) for row in block], pa.string()) for name in columns})

    def records_of(self, positions: np.ndarray) -> np.ndarray:
        return positions + 1

    @cached_property
    def _features(self) -> list[dict[str, Any]]:
        try:
            content = json.loads(self.path.read_text(encoding=_marked(self.source.encoding)))
            return [{**(item["properties"] or {}), "geometry": item["geometry"]} for item in content["features"]]
        except OSError as error:
            raise CasebaseError(f"{self.path}: cannot be read ({error})") from None
        except UnicodeDecodeError as error:
            raise CasebaseError(f"{self.path}: {_broken(error, self.source.encoding)}") from None
        except (ValueError, KeyError, TypeError):
            raise CasebaseError(f"{self.path}: not a GeoJSON FeatureCollection") from None


def open_reader(path: Path, source: Source) -> Reader:
    """A reader for the file. Raises UsageError for a missing file or a kind that is not read."""
    if not path.is_file():
        raise UsageError(f"{path}: no such file")
    kinds: dict[str, type[Reader]] = {".xlsx": XlsxReader, ".parquet": ParquetReader, ".geojson": GeoJsonReader}
    kinds |= dict.fromkeys([".csv", ".tsv", ".txt", ".gz"], CsvReader)
    kind = kinds.get(path.suffix.lower())
    if kind is None:
        ending = path.suffix or "a file without ending"
        raise UsageError(f"{path}: {ending} is not read; use .csv, .csv.gz, .xlsx, .parquet or .geojson")
    return kind(path, source)


def _trimmed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    text = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, text.type), text)


def _marked(encoding: str) -> str:
    """The encoding that also reads a text with a byte order mark."""
    return "utf-8-sig" if encoding == "utf-8" else encoding


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as raw:
        return raw.read(2) == b"\x1f\x8b"


def _broken(error: Exception, encoding: str) -> str:
    encoding = encoding.removesuffix("-sig")
    text = " ".join(str(error).split())
    if isinstance(error, UnicodeDecodeError) or "invalid UTF8" in text:
        return f"the text is not {encoding}; set encoding under [source] in the map (utf-8 or gb18030)"
    return f"not a readable CSV file ({text[:200]})"


def _cell(value: object) -> str | None:
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


def _as_text(column: pa.Array, name: str) -> pa.Array:
    if pa.types.is_timestamp(column.type) and column.type.tz:
        column = pc.local_timestamp(column.cast(pa.timestamp(column.type.unit, _ZONE)))
    try:
        return column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise CasebaseError(f"the column {name!r} of type {column.type} cannot be read as text") from None
