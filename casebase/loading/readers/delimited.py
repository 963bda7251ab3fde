"""CSV and its kin: fields between delimiters, one record a line or, in quotes, several.

Arrow converts; before it stands the scanner (`records`), so that Arrow only ever sees well-formed records of the same
width, and every line of the file is loaded, blank, or rejected by its number.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.csv

from casebase.errors import CasebaseError
from casebase.loading.readers.encodings import Progress, utf8_blocks
from casebase.loading.readers.head import DEPTH, Head, find_head, head_at
from casebase.loading.readers.limits import check_columns, check_rows
from casebase.loading.readers.reader import Reader
from casebase.loading.readers.records import Grammar, IncompleteError, Piece, Scanner, line_breaks, texts_of

# The first line of a file that Excel is told to open by another delimiter.
_SEPARATOR = re.compile(rb'"?sep=(.)"?\s*[\r\n]')
_DELIMITERS = (",", ";", "\t", "|", "，", "；")


@dataclass(frozen=True)
class _Row:
    """One of the first records: its texts, its physical line and last line, and where the next begins."""

    texts: list[str]
    line: int
    last: int
    end: int


@dataclass
class CsvReader(Reader):
    """CSV, gzipped or not, in any encoding."""

    _lines: list[np.ndarray] = field(default_factory=list)
    _progress: Progress = field(default_factory=Progress)

    def head(self, wanted: list[str]) -> Head:
        rows = [row.texts for row in self.first_rows]
        chosen = self.source.header
        if chosen:
            places = tuple(self._place(line) for line in chosen)
            return head_at(rows, places)
        head = find_head(rows, wanted)
        if head is None:
            raise CasebaseError(f"{self.path}: the file is empty")
        return head

    def frames(self, columns: list[str], head: Head) -> Iterator[pa.Table]:
        self.total = self.path.stat().st_size
        check_columns(self.path, len(head.names))
        last = self.first_rows[head.rows[-1]]
        scanner = Scanner(self.path, self._grammar, len(head.names), last.last + 1, self.misfits, self.notes)
        wanted = {name: str(head.places(name)[0]) for name in columns}
        count = 0
        for piece in scanner.pieces(self._blocks(last.end)):
            self.done = self._progress.done
            self._lines.append(piece.lines)
            table = self._table(piece, len(head.names), list(wanted.values()))
            count += table.num_rows
            check_rows(self.path, count)
            yield pa.table({name: table.column(place) for name, place in wanted.items()})
        self.done = self.total

    def lines_of(self, positions: np.ndarray) -> np.ndarray:
        lines = np.concatenate(self._lines) if self._lines else np.empty(0, dtype=np.int64)
        chosen: np.ndarray = lines[positions]
        return chosen

    def elsewhere(self, wanted: list[str]) -> str:
        """Whether another delimiter would bring the columns."""
        for delimiter in _DELIMITERS:
            if delimiter != self.delimiter and len(delimiter.encode()) == 1:
                rows = [row.texts for row in _first_rows(self._sample, Grammar(delimiter.encode()), self._start)]
                head = find_head(rows, wanted)
                if head is not None and head.has(wanted):
                    escaped = "\\t" if delimiter == "\t" else delimiter
                    return f'; with delimiter = "{escaped}" under [source] in the map it has them'
        return ""

    @cached_property
    def delimiter(self) -> str:
        """What stands between fields: as the map says, or else as the file itself does (`sep=;`)."""
        match = _SEPARATOR.match(self._sample)
        given = "delimiter" in self.source.model_fields_set
        return match[1].decode("ascii", "replace") if match and not given else self.source.delimiter

    @cached_property
    def first_rows(self) -> list[_Row]:
        """The first records of the file, in which the head is looked for; blank lines are left out."""
        return _first_rows(self._sample, self._grammar, self._start)

    @cached_property
    def _grammar(self) -> Grammar:
        code = self.delimiter.encode()
        if len(code) > 1 or code in b'"\r\n':
            raise CasebaseError(f"{self.path}: the delimiter {self.delimiter!r} is not a single ASCII character")
        return Grammar(code)

    @cached_property
    def _sample(self) -> bytes:
        return next(utf8_blocks(self.path, self.source.encoding, Progress()), b"")

    @cached_property
    def _start(self) -> int:
        """Where the first line after `sep=` begins."""
        match = _SEPARATOR.match(self._sample)
        return match.end() if match else 0

    def _place(self, line: int) -> int:
        for i, row in enumerate(self.first_rows):
            if row.line == line:
                return i
        raise CasebaseError(f"{self.path}: no row of the file begins on line {line}, where the map puts the header")

    def _blocks(self, start: int) -> Iterator[bytes]:
        blocks = utf8_blocks(self.path, self.source.encoding, self._progress)
        first = next(blocks, b"")
        return chain([first[start:]], blocks)

    def _table(self, piece: Piece, width: int, places: list[str]) -> pa.Table:
        read = pa.csv.ReadOptions(
            column_names=[str(i) for i in range(width)], use_threads=False, block_size=max(len(piece.data) + 1, 1 << 16)
        )
        parse = pa.csv.ParseOptions(delimiter=self.delimiter, newlines_in_values=True)
        convert = pa.csv.ConvertOptions(include_columns=places, column_types=dict.fromkeys(places, pa.string()))
        try:
            table = pa.csv.read_csv(pa.py_buffer(piece.data), read, parse, convert)
        except pa.ArrowInvalid as error:
            raise CasebaseError(f"{self.path}: not a readable CSV file ({str(error)[:200]})") from None
        if table.num_rows != len(piece.lines):
            raise CasebaseError(
                f"{self.path}: {len(piece.lines)} records read as {table.num_rows} from line {piece.lines[0]} on"
            )
        return table


def _first_rows(sample: bytes, grammar: Grammar, start: int) -> list[_Row]:
    rows: list[_Row] = []
    position, line = start, line_breaks(sample[:start]) + 1
    try:
        while position < len(sample) and len(rows) < DEPTH:
            record = grammar.parse(sample, position, True)
            if record.fault:
                record = grammar.literal(sample, position, True)
            last = line + max(line_breaks(sample[position : record.end]), 1) - 1
            texts = texts_of(record.fields)
            if any(text.strip() for text in texts):
                rows.append(_Row(texts, line, last, record.end))
            position, line = record.end, last + 1
    except IncompleteError:
        pass
    return rows
