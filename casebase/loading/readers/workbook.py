"""XLSX workbooks: the first visible sheet, or the one that the map names.

openpyxl reads what is around the sheets (their list, the styles, the first day of the calendar). The cells are
read here, one row at a time, since openpyxl makes a number of the text in which a long number still stands, does
not tell a formula without a result from an empty cell, and lets a wrong size of the sheet decide what is read.
"""

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import Element, ParseError, iterparse

import numpy as np
import pyarrow as pa
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries
from openpyxl.utils.datetime import from_excel
from openpyxl.utils.escape import unescape
from openpyxl.utils.exceptions import InvalidFileException

from casebase.errors import CasebaseError
from casebase.loading.readers.head import DEPTH, Head, find_head, head_at
from casebase.loading.readers.limits import (
    COLUMNS,
    check_archive,
    check_cells,
    check_columns,
    check_rows,
)
from casebase.loading.readers.reader import OWN_TIMES, ROWS, Misfit, Reader, cell_text

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ROW, _CELL, _VALUE, _FORMULA, _INLINE = (f"{_MAIN}{name}" for name in ("row", "c", "v", "f", "is"))
_TEXT, _ENTRY, _DATA, _PHONETIC = (f"{_MAIN}{name}" for name in ("t", "si", "sheetData", "rPh"))
_STRICT = b"purl.oclc.org/ooxml"
_ENCRYPTED = b"\xd0\xcf\x11\xe0"
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]+\d+:[A-Z]+\d+)"')
# Spreadsheets compute with 15 digits; what stands behind them is lost or made up.
_EXACT = 10**15
_LONG = (
    "a number of more than 15 digits, of which a spreadsheet keeps 15: set the column to text (设为文本格式) "
    "and enter it again"
)
_UNCOMPUTED = "a formula without a stored result: open the file in Excel or WPS and save it"
# What a broken or hostile workbook makes the libraries raise.
_BROKEN = (
    InvalidFileException, zipfile.BadZipFile, zlib.error, ParseError, SyntaxError, LookupError, OSError, EOFError,
    ValueError, TypeError, AttributeError, NotImplementedError, RecursionError, RuntimeError,
)  # fmt: skip
_PIECE = 1 << 20


@dataclass(frozen=True)
class Flaw:
    """A cell whose value cannot be known: `text` is what stands there, and a row that needs it is rejected."""

    text: str
    reason: str


@dataclass(frozen=True)
class ErrorCell:
    """A cell that holds an error as #N/A: blank, and counted."""

    text: str


Cell = str | Flaw | ErrorCell | None


@dataclass(frozen=True)
class _Sheet:
    name: str
    visible: bool
    part: str


@dataclass
class XlsxReader(Reader):
    """A sheet, whose head is found as in a text file. Rows are known by their row of the sheet."""

    own_times: tuple[str, ...] = OWN_TIMES
    _records: list[int] = field(default_factory=list)

    def head(self, wanted: list[str]) -> Head:
        rows = self.first_texts
        if self.source.header:
            numbers = [number for number, _ in self.first_rows]
            absent = [line for line in self.source.header if line not in numbers]
            if absent:
                raise CasebaseError(f"{self.path}: row {absent[0]} is blank, where the map puts the header")
            return head_at(rows, tuple(numbers.index(line) for line in self.source.header))
        head = find_head(rows, wanted)
        if head is None:
            raise CasebaseError(f"{self.path}: the sheet {self._sheet.name!r} is empty")
        return head

    def frames(self, columns: list[str], head: Head) -> Iterator[pa.Table]:
        self._records.clear()
        check_columns(self.path, len(head.names))
        wanted = {name: head.places(name)[0] for name in columns}
        for block in self._blocks(self.first_rows[head.rows[-1]][0]):
            good = [(number, row) for number, row in block if self._fits(number, row, wanted, len(head.names))]
            self._records += [number for number, _ in good]
            check_rows(self.path, len(self._records))
            self.done = block[-1][0]
            texts = {name: [_at(row, i) for _, row in good] for name, i in wanted.items()}
            for name, cells in texts.items():
                self._count_errors(name, cells)
            yield pa.table(
                {name: pa.array([_text_or_none(cell) for cell in cells], pa.string()) for name, cells in texts.items()}
            )

    def lines_of(self, positions: np.ndarray) -> np.ndarray:
        records: np.ndarray = np.array(self._records, dtype=np.int64)[positions]
        return records

    def elsewhere(self, wanted: list[str]) -> str:  # noqa: ARG002
        others = [sheet.name for sheet in self._book.sheets if sheet != self._sheet]
        return f"; this is the sheet {self._sheet.name!r}, others are {', '.join(others)}" if others else ""

    @cached_property
    def first_rows(self) -> list[tuple[int, list[Cell]]]:
        """The first rows with content, and their numbers."""
        with self._rows() as rows:
            return list(islice(rows, DEPTH))

    @property
    def first_texts(self) -> list[list[str]]:
        """The first rows with content, as text."""
        return [[_plain(cell) for cell in row] for _, row in self.first_rows]

    @cached_property
    def _book(self) -> "_Book":
        return _Book(self.path)

    @cached_property
    def _sheet(self) -> _Sheet:
        sheets, name = self._book.sheets, self.source.sheet
        names = ", ".join(sheet.name for sheet in sheets)
        if name:
            chosen = [sheet for sheet in sheets if sheet.name == name]
            if not chosen:
                raise CasebaseError(f"{self.path}: no sheet {name!r}; it has {names}")
            return chosen[0]
        visible = [sheet for sheet in sheets if sheet.visible] or sheets
        if not visible:
            raise CasebaseError(f"{self.path}: the workbook has no sheet with cells")
        return visible[0]

    @cached_property
    def _merged(self) -> list[tuple[int, int, int]]:
        """Cells merged over several rows: column (from 0), first row, last row. On the way the sheet is measured."""
        ranges, cells, in_row, rest = [], 0, 0, b""
        for piece in self._book.pieces(self._sheet):
            data = rest + piece
            in_row = in_row + data.count(b"<c") if b"<row" not in data else data[data.rindex(b"<row") :].count(b"<c")
            cells += piece.count(b"<c")
            check_cells(self.path, cells, in_row)
            ranges += [range_boundaries(reference.decode("ascii")) for reference in _MERGE.findall(data)]
            rest = data[-64:]
            last = re.findall(rb'<row[^>]*? r="(\d+)"', data[max(data.rfind(b"<row"), 0) :])
            self.total = int(last[-1]) if last else self.total
        return sorted({(left - 1, top, bottom) for left, top, _, bottom in ranges if bottom > top})

    def _blocks(self, after: int) -> Iterator[list[tuple[int, list[Cell]]]]:
        """Rows below the head, so many at a time."""
        with self._rows() as rows:
            below = (pair for pair in rows if pair[0] > after)
            while block := list(islice(below, ROWS)):
                yield block

    @contextmanager
    def _rows(self) -> Iterator[Iterator[tuple[int, list[Cell]]]]:
        merged = self._merged
        try:
            yield self._filled(self._book.rows(self._sheet), merged)
        except _BROKEN as error:
            raise CasebaseError(f"{self.path}: not a readable XLSX workbook ({_short(error)})") from None

    def _filled(
        self, rows: Iterator[tuple[int, list[Cell]]], merged: list[tuple[int, int, int]]
    ) -> Iterator[tuple[int, list[Cell]]]:
        """Rows with content; what is merged over several rows stands in each of them."""
        starting: dict[int, list[tuple[int, int]]] = {}
        for column, top, bottom in merged:
            starting.setdefault(top, []).append((column, bottom))
        open_: dict[int, tuple[int, Cell]] = {}
        for number, row in rows:
            if all(cell is None for cell in row):
                continue
            for column, (bottom, value) in open_.items():
                if number <= bottom and _at(row, column) is None and value is not None:
                    row += [None] * (column + 1 - len(row))
                    row[column] = value
            for column, bottom in starting.get(number, ()):
                open_[column] = (bottom, _at(row, column))
            yield number, row

    def _fits(self, number: int, row: list[Cell], wanted: dict[str, int], width: int) -> bool:
        extra = [cell for cell in row[width:] if cell is not None and _plain(cell).strip()]
        if extra:
            self.misfits.append(Misfit(number, _plain(extra[0]), f"cells beyond the {width} columns of the header"))
            return False
        for name, i in wanted.items():
            cell = _at(row, i)
            if isinstance(cell, Flaw):
                self.misfits.append(Misfit(number, cell.text, f"{name}: {cell.reason}", column=name))
                return False
        return True

    def _count_errors(self, name: str, cells: list[Cell]) -> None:
        for cell in cells:
            if isinstance(cell, ErrorCell):
                self.notes[f"{name}: {cell.text} (left blank)"] += 1


class _Book:
    """An open workbook: its sheets and what their cells refer to."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with path.open("rb") as raw:
                if raw.read(4) == _ENCRYPTED:
                    raise CasebaseError(f"{path}: locked by a password, or an old .xls; save it as a plain .xlsx")
            with zipfile.ZipFile(path) as archive:
                check_archive(path, archive)
                self._refuse_unusual(archive)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of features that no cell depends on
                self._read()
        except _BROKEN as error:
            raise CasebaseError(f"{path}: not a readable XLSX workbook ({_short(error)})") from None

    def rows(self, sheet: _Sheet) -> Iterator[tuple[int, list[Cell]]]:
        """The rows that the sheet has, by their numbers."""
        with zipfile.ZipFile(self._path) as archive, archive.open(sheet.part) as part:
            number, data = 0, None
            for event, element in iterparse(part, ("start", "end")):
                if event == "start":
                    data = element if element.tag == _DATA else data
                elif element.tag == _ROW:
                    number = int(element.get("r") or number + 1)
                    yield number, self._cells(element)
                    if data is not None:
                        data.clear()

    def pieces(self, sheet: _Sheet) -> Iterator[bytes]:
        """The sheet's XML as it is, a megabyte at a time."""
        try:
            with zipfile.ZipFile(self._path) as archive, archive.open(sheet.part) as part:
                while piece := part.read(_PIECE):
                    yield piece
        except _BROKEN as error:
            raise CasebaseError(f"{self._path}: not a readable XLSX workbook ({_short(error)})") from None

    def _refuse_unusual(self, archive: zipfile.ZipFile) -> None:
        for part in archive.infolist():
            if not part.filename.lower().endswith((".xml", ".rels")):
                continue
            with archive.open(part) as content:
                begin = content.read(1 << 16)
            if re.search(rb"<!(DOCTYPE|ENTITY)", begin) or begin[:2] in (b"\xff\xfe", b"\xfe\xff"):
                raise CasebaseError(f"{self._path}: {part.filename} declares entities, which is not read")
            if _STRICT in begin and part.filename.lower().endswith("workbook.xml"):
                raise CasebaseError(
                    f"{self._path}: saved as Strict Open XML; open it in Excel or WPS and save it as an ordinary .xlsx"
                )

    def _read(self) -> None:
        reader = ExcelReader(self._path, read_only=True, data_only=True, keep_links=False)
        with reader.archive:
            reader.read_manifest()
            reader.read_workbook()
            apply_stylesheet(reader.archive, reader.wb)
            self.sheets = [
                _Sheet(sheet.name, sheet.state == "visible", rel.target)
                for sheet, rel in reader.parser.find_sheets()
                if rel.Type.endswith("/worksheet") and rel.target in reader.valid_files
            ]
            texts = next((name for name in reader.valid_files if name.lower().endswith("sharedstrings.xml")), None)
            self._texts: list[str] = []
            if texts:
                with reader.archive.open(texts) as part:
                    self._texts = _shared_texts(part)
        book = reader.wb
        self._epoch = book.epoch
        self._dates, self._spans = book._date_formats, book._timedelta_formats
        self._zeros = {style: zeros for style, cell in enumerate(book._cell_styles) if (zeros := _zeros(book, cell))}

    def _cells(self, row: Element) -> list[Cell]:
        cells: list[Cell] = []
        for element in row:
            if element.tag != _CELL:
                continue
            place = element.get("r")
            column = coordinate_to_tuple(place)[1] if place else len(cells) + 1
            if column > COLUMNS:
                raise ValueError(f"column {column}")
            cells += [None] * (column - len(cells))
            cells[column - 1] = self._cell(element)
        return cells

    def _cell(self, element: Element) -> Cell:
        kind = element.get("t", "n")
        if kind == "inlineStr":
            inline = element.find(_INLINE)
            return _unescaped(_text_of(inline)) if inline is not None else None
        raw = element.findtext(_VALUE)
        if raw is None and element.find(_FORMULA) is not None:
            return Flaw("", _UNCOMPUTED)
        if not raw:
            return None
        if kind == "n":
            return self._number(raw, int(element.get("s") or 0))
        if kind == "e":
            return ErrorCell(raw)
        if kind == "b":
            return "true" if raw.strip() == "1" else "false"
        if kind == "d":
            return raw.replace("T", " ").removesuffix("Z")
        return _unescaped(self._texts[int(raw)] if kind == "s" else raw)

    def _number(self, raw: str, style: int) -> Cell:
        try:
            number = Decimal(raw)
        except InvalidOperation:
            return Flaw(raw, "not a number")
        if style in self._dates:
            try:
                return cell_text(from_excel(float(number), self._epoch, timedelta=style in self._spans))
            except (OverflowError, ValueError):
                return Flaw(raw, "a date that no calendar has")
        if not number.is_finite() or abs(number) >= _EXACT:
            return Flaw(raw, _LONG)
        if number == number.to_integral_value():
            whole = str(int(number))
            return whole.zfill(self._zeros.get(style, 0))
        # As many digits as the spreadsheet keeps, and no exponent.
        return format(Decimal(repr(float(number))), "f")


def _shared_texts(part: IO[bytes]) -> list[str]:
    texts: list[str] = []
    root: Element | None = None
    for event, element in iterparse(part, ("start", "end")):
        if root is None:
            root = element
        if event == "end" and element.tag == _ENTRY:
            texts.append(_text_of(element))
            root.clear()
    return texts


def _text_of(element: Element) -> str:
    """The text of an entry, its runs together, without what only says how it is pronounced."""
    parts: list[str] = []
    for child in element:
        if child.tag == _TEXT:
            parts.append(child.text or "")
        elif child.tag != _PHONETIC:
            parts += [text.text or "" for text in child.iter(_TEXT)]
    return "".join(parts)


def _unescaped(text: str) -> str:
    return unescape(text) if "_x" in text else text


def _zeros(book: Any, cell: Any) -> int:
    """How many digits a number format of zeros alone (00000000) shows."""
    number = cell.numFmtId
    custom = book._number_formats
    code = BUILTIN_FORMATS.get(number) or (custom[number - 164] if 0 <= number - 164 < len(custom) else "")
    return len(code) if re.fullmatch("0{2,}", code or "") else 0


def _at(row: list[Cell], place: int) -> Cell:
    return row[place] if place < len(row) else None


def _plain(cell: Cell) -> str:
    return cell.text if isinstance(cell, Flaw | ErrorCell) else cell or ""


def _text_or_none(cell: Cell) -> str | None:
    return cell if isinstance(cell, str) else None


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
