"""Cutting delimited text into records: strictly where quotes stand, and on the next line again where they stand wrong.

RFC 4180 is what is read: a field in quotes may hold delimiters, line breaks and, doubled, quotes. A quote inside a
field that does not begin with one is text, as every spreadsheet has it. Whatever else a quote does makes the record
malformed, and such a record must never take the lines after it along: it ends before the next line that reads as a
record by itself.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from casebase.errors import CasebaseError
from casebase.loading.readers.reader import Misfit

# A record is never longer: a quote that nobody closes is known after so many bytes.
LONGEST = 4 << 20
_QUOTE, _NEWLINE, _RETURN = 34, 10, 13
# After a record that reads only slowly, so many bytes are read slowly before the fast way is tried again.
_SLOW = 1 << 16
_SAMPLE = 300
# A column has a shape where so large a share of the sample shows it.
_USUAL = 0.9
_SHOWN = 200


@dataclass(frozen=True)
class Piece:
    """Well-formed records: `data` in UTF-8, all of the same width, and the physical line at which each begins."""

    data: bytes
    lines: np.ndarray


@dataclass(frozen=True)
class Record:
    """One record: its raw fields (quotes still around them), or why it is none. `end` is where the next begins."""

    fields: list[bytes]
    end: int
    fault: str | None = None


class IncompleteError(Exception):
    """The bytes end before the record does, and more may come."""


@dataclass
class Grammar:
    """How one file divides its fields. `delimiter` is one ASCII byte."""

    delimiter: bytes

    def __post_init__(self) -> None:
        self._stop = re.compile(rb"[\r\n" + re.escape(self.delimiter) + rb"]")
        # Blanks around a field in quotes are no text; a tab may be the delimiter.
        self._opening = re.compile(rb' *"')
        self._after = re.compile(rb" *")

    def parse(self, data: bytes, start: int, final: bool) -> Record:
        """The record at `start`. Raises IncompleteError where more bytes may follow (unless `final`)."""
        fields: list[bytes] = []
        position = start
        while True:
            opened = self._opening.match(data, position)
            item, stop, fault = self._quoted(data, opened.end() - 1, start, final) if opened else (None, 0, "")
            if fault and data[position : position + 1] == b'"':
                return Record(fields, self.next_line(data, start, final), fault)
            if item is None:
                match = self._stop.search(data, position)
                if match is None and not final:
                    raise IncompleteError
                stop = match.start() if match else len(data)
                item = data[position:stop]
            fields.append(item)
            if data[stop : stop + 1] != self.delimiter:
                return Record(fields, self.next_line(data, stop, final))
            position = stop + 1

    def _quoted(self, data: bytes, opened: int, start: int, final: bool) -> tuple[bytes | None, int, str]:
        """A field in quotes and where it ends, or what is wrong with it."""
        close = self._closing(data, opened, start, final)
        if close is None:
            return None, 0, "a quote is opened and not closed"
        after = self._after.match(data, close + 1)
        stop = after.end() if after else close + 1
        if stop >= len(data) and not final:
            raise IncompleteError
        if stop < len(data) and data[stop : stop + 1] not in (self.delimiter, b"\r", b"\n"):
            return None, 0, "text follows a closing quote"
        return data[opened : close + 1], stop, ""

    def literal(self, data: bytes, start: int, final: bool) -> Record:
        """The physical line at `start`, its quotes taken as text."""
        end = self.next_line(data, start, final)
        return Record(data[start:end].rstrip(b"\r\n").split(self.delimiter), end)

    def next_line(self, data: bytes, start: int, final: bool) -> int:
        """Where the physical line after that of `start` begins."""
        newline = data.find(b"\n", start)
        alone = data.find(b"\r", start, newline if newline >= 0 else len(data))
        if alone >= 0 and alone + 1 != newline and (alone + 1 < len(data) or final):
            return alone + 1
        if newline < 0 and not final:
            raise IncompleteError
        return newline + 1 if newline >= 0 else len(data)

    def _closing(self, data: bytes, opened: int, start: int, final: bool) -> int | None:
        position = opened + 1
        while True:
            close = data.find(b'"', position, start + LONGEST)
            if close < 0 or close + 1 == len(data):
                if not final and len(data) - start < LONGEST:
                    raise IncompleteError
                return close if close >= 0 else None
            if data[close + 1] != _QUOTE:
                return close
            position = close + 2


def texts_of(fields: list[bytes]) -> list[str]:
    """The fields of a record as text, without their quotes."""
    whole = [item[1:-1].replace(b'""', b'"') if _quoted(item) else item for item in fields]
    return [item.decode("utf-8", "replace") for item in whole]


def _quoted(item: bytes) -> bool:
    return len(item) > 1 and item[:1] == b'"' == item[-1:]


def line_breaks(data: bytes) -> int:
    """How many physical lines end in the bytes."""
    return data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")


def shape_of(text: str) -> str:
    """What a value looks like: runs of digits as 9, of letters as A, all else as it is."""
    return re.sub(r"[^\W\d_]+", "A", re.sub(r"\d+", "9", text.strip()))


class Shapes:
    """The columns whose values look alike (numbers of cases, times …), by which a line is known to be a record."""

    def __init__(self, rows: list[list[str]], width: int) -> None:
        self._usual: dict[int, set[str]] = {}
        fitting = [row for row in rows if len(row) == width]
        if len(fitting) < 2:
            return
        for i in range(width):
            shapes = Counter(shape_of(row[i]) for row in fitting)
            usual, count = shapes.most_common(1)[0]
            if "9" in usual and count >= _USUAL * len(fitting):
                self._usual[i] = {usual}

    def __bool__(self) -> bool:
        return bool(self._usual)

    def fit(self, row: list[str], start: int = 0, stop: int = sys.maxsize) -> bool:
        """Whether the row looks like the others in these columns; never where none of them has a shape."""
        looked = {i: shapes for i, shapes in self._usual.items() if start <= i < stop}
        return bool(looked) and all(i < len(row) and shape_of(row[i]) in shapes for i, shapes in looked.items())


@dataclass
class Scanner:
    """Cuts blocks of UTF-8 bytes into records of `width` fields.

    Records that are none go to `misfits`, those that were made to fit are counted in `notes`. `line` is the physical
    line at which the first block begins.
    """

    path: Path
    grammar: Grammar
    width: int
    line: int
    misfits: list[Misfit]
    notes: Counter[str]
    shapes: Shapes = field(init=False)
    # How many bytes are looked at in one go: few after a malformed record, since all is looked at again behind it.
    _window: int = sys.maxsize

    def pieces(self, blocks: Iterator[bytes]) -> Iterator[Piece]:
        """The good records, a block at a time."""
        data, learned = b"", False
        following: bytes | None = next(blocks, None)
        while following is not None:
            data += following
            following = next(blocks, None)
            final = following is None
            if final and data and data[-1:] not in b"\r\n":
                data += b"\n"
            if not learned:
                self.shapes, learned = self._learn(data, final), True
            used = 0
            while used < len(data):
                window = data[used : used + min(self._window, 2 * LONGEST)]
                piece, step = self._step(window, final and used + len(window) == len(data))
                if len(piece.lines):
                    yield piece
                used += step
                if not step and used + len(window) == len(data):
                    break
                if not step and len(window) == 2 * LONGEST:
                    raise CasebaseError(
                        f"{self.path}: a line of more than {LONGEST >> 20} MB begins at line {self.line}"
                    )
                self._window = self._window if step else sys.maxsize
            data = data[used:]

    def _learn(self, data: bytes, final: bool) -> Shapes:
        rows: list[list[str]] = []
        position = 0
        try:
            while position < len(data) and len(rows) < _SAMPLE:
                record = self.grammar.parse(data, position, final)
                position = record.end
                if record.fault is None:
                    rows.append(texts_of(record.fields))
        except IncompleteError:
            pass
        return Shapes(rows, self.width)

    def _step(self, data: bytes, final: bool) -> tuple[Piece, int]:
        """Records from the beginning of the data, and how many bytes they take; 0 where more bytes are needed."""
        marks = _Marks(data, self.grammar.delimiter[0], final)
        fault = marks.first_fault()
        stop = min(fault, self._first_swallowing(data, marks, fault))
        self._window = 4 * _SLOW if stop < len(data) else 4 * min(self._window, LONGEST)
        whole = int(np.searchsorted(marks.record_ends, stop)) if stop < len(data) else len(marks.record_ends)
        if whole:
            end = int(marks.record_ends[whole - 1]) + 1
            return self._fast(data, marks, whole), end
        if stop >= len(data) and not final and len(data) < LONGEST:
            self._window = sys.maxsize
            return Piece(b"", np.empty(0, dtype=np.int64)), 0
        return self._slow(data, final)

    def _first_swallowing(self, data: bytes, marks: "_Marks", until: int) -> int:
        """Where a field in quotes holds a line that is a record itself: its quote was opened or closed by mistake."""
        for i in marks.quoted_lines(self.width):
            start, end = marks.line(i)
            if start >= until:
                break
            row = texts_of(self.grammar.literal(data[: end + 1], start, True).fields)
            # What stands outside the quotes of a first or last line belongs to the record in any case.
            quotes = [place for place, text in enumerate(row) if '"' in text]
            first = quotes[-1] + 1 if quotes and not marks.inside(i) else 0
            last = quotes[0] if quotes and not marks.inside(i + 1) else self.width
            if (
                self.shapes.fit(row, first, last)
                if self.shapes
                else self.width > 2 and marks.wide_around(i, self.width)
            ):
                return start
        return len(data)

    def _fast(self, data: bytes, marks: "_Marks", count: int) -> Piece:
        """The first records, all well-formed; those of another width are made to fit or put aside."""
        ends = marks.record_ends[:count] + 1
        starts = np.concatenate([[0], ends[:-1]])
        lines = self.line + marks.lines_before(starts)
        self.line += int(np.searchsorted(marks.ends, ends[-1]))
        # So few bytes may be delimiters alone.
        bare = ends - starts <= self.width + 1
        ragged = np.flatnonzero((marks.widths(starts, ends) != self.width) | bare)
        if not ragged.size:
            return Piece(data[: int(ends[-1])], lines)
        kept = np.ones(count, dtype=bool)
        parts, done = [], 0
        for i in ragged.tolist():
            if starts[i] < done:
                continue  # the second half of a broken row
            stop = i + 1 if self._breaks(data, starts, ends, i) else i
            raw = data[int(starts[i]) : int(ends[stop])]
            if stop > i:
                self._refuse(raw, "a line break stands in a field without quotes", int(lines[i]))
                mended = b""
            else:
                mended = self._mended(raw, int(lines[i]))
            parts += [data[done : int(starts[i])], mended]
            kept[i : stop + 1] = bool(mended)
            done = int(ends[stop])
        parts.append(data[done : int(ends[-1])])
        return Piece(b"".join(parts), lines[kept])

    def _breaks(self, data: bytes, starts: np.ndarray, ends: np.ndarray, i: int) -> bool:
        """Whether two short records in a row are one, whose second half does not look like a record."""
        if not self.shapes or i + 1 >= len(starts):
            return False
        halves = [self.grammar.parse(data[int(starts[j]) : int(ends[j])], 0, True).fields for j in (i, i + 1)]
        joined = len(halves[0]) + len(halves[1]) - 1 == self.width
        return joined and max(map(len, halves)) < self.width and not self.shapes.fit(texts_of(halves[1]))

    def _slow(self, data: bytes, final: bool) -> tuple[Piece, int]:
        """Records one by one, past those that are malformed."""
        parts: list[bytes] = []
        lines: list[int] = []
        position = 0
        try:
            while position < min(len(data), _SLOW):
                record = self._checked(data, position, final)
                raw = data[position : record.end]
                if record.fault is None:
                    mended = self._mended(raw, self.line, record.fields)
                    if mended:
                        parts.append(mended)
                        lines.append(self.line)
                else:
                    self._refuse(raw, record.fault, self.line)
                self.line += line_breaks(raw)
                position = record.end
        except IncompleteError:
            pass
        return Piece(b"".join(parts), np.array(lines, dtype=np.int64)), position

    def _checked(self, data: bytes, start: int, final: bool) -> Record:
        """The record at `start`; a malformed one ends before the next line that reads as a record."""
        record = self.grammar.parse(data, start, final)
        if record.fault is None and not self._swallows(data, start, record.end):
            return record
        fault = record.fault or "a quote stands wrong: the field in quotes would hold whole records"
        end = self.grammar.next_line(data, start, final)
        while end < len(data) and end - start < LONGEST and not self._begins(data, end, final):
            end = self.grammar.next_line(data, end, final)
        if end >= len(data) and not final and end - start < LONGEST:
            raise IncompleteError
        return Record([], end, fault)

    def _swallows(self, data: bytes, start: int, end: int) -> bool:
        if line_breaks(data[start:end]) < 2:
            return False
        raw = data[start:end]
        return self._first_swallowing(raw, _Marks(raw, self.grammar.delimiter[0], True), len(raw)) < len(raw)

    def _begins(self, data: bytes, start: int, final: bool) -> bool:
        """Whether a record begins on this line: it parses to the expected width, or looks like one without quotes."""
        record = self.grammar.parse(data, start, final)
        row = texts_of(record.fields)
        if record.fault is None and (self.shapes.fit(row) or (not self.shapes and len(row) == self.width)):
            return True
        row = texts_of(self.grammar.literal(data, start, final).fields)
        return len(row) == self.width and (self.shapes.fit(row) or not self.shapes)

    def _mended(self, raw: bytes, line: int, fields: list[bytes] | None = None) -> bytes:
        """A record as `width` fields: blank ones at its end added or taken away. Nothing where it does not fit."""
        if fields is None:
            fields = self.grammar.parse(raw, 0, True).fields
        while fields and len(fields) > self.width and not fields[-1].strip(b' \t"'):
            fields = fields[:-1]
        if not any(item.strip(b' \t"') for item in fields):
            return b""  # an empty line, or one of delimiters alone
        if len(fields) > self.width:
            self._refuse(raw, f"too many fields: {len(fields)} instead of {self.width}", line)
            return b""
        if len(fields) < self.width:
            self.notes["row ends early (missing cells are taken as blank)"] += 1
            fields = [*fields, *[b""] * (self.width - len(fields))]
        return self.grammar.delimiter.join(fields) + b"\n"

    def _refuse(self, raw: bytes, fault: str, line: int) -> None:
        raw = raw.rstrip(b"\r\n")
        last = line + line_breaks(raw)
        text = raw.decode("utf-8", "replace")
        self.misfits.append(Misfit(line, text, fault, last=last))


class _Marks:
    """Where quotes, line ends and delimiters stand in bytes that begin with a record."""

    def __init__(self, data: bytes, delimiter: int, final: bool) -> None:
        self._bytes = np.frombuffer(data, dtype=np.uint8)
        self._final = final
        self._delimiter = delimiter
        self._quotes = np.flatnonzero(self._bytes == _QUOTE) if b'"' in data else np.empty(0, dtype=np.int64)
        self.ends = self._line_ends(data)
        self._inside = self._parity(self.ends)
        self.record_ends = self.ends[~self._inside]
        self._delimiters: np.ndarray | None = None

    def first_fault(self) -> int:
        """The first quote that stands where none may, or the length of the bytes."""
        size = self._bytes.size
        opening, closing = self._quotes[0::2], self._quotes[1::2]
        before = self._bytes[opening - 1]
        wrong = opening[~(self._may_bound(before) | (opening == 0))]
        # The last byte's neighbour is not known yet; its record is not complete either.
        after = self._bytes[np.minimum(closing + 1, size - 1)]
        late = closing[~(self._may_bound(after) | (closing + 1 >= size))]
        first = min((int(faults[0]) for faults in (wrong, late) if faults.size), default=size)
        if self._final and self._quotes.size % 2:
            first = min(first, int(self._quotes[-1]))
        return first

    def lines_before(self, starts: np.ndarray) -> np.ndarray:
        """How many physical lines end before each position."""
        before: np.ndarray = np.searchsorted(self.ends, starts)
        return before

    def widths(self, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """How many fields stand between each start and end."""
        places = self._places()
        outside = places[~self._parity(places)] if self._quotes.size else places
        counts: np.ndarray = np.searchsorted(outside, ends) - np.searchsorted(outside, starts) + 1
        return counts

    def quoted_lines(self, width: int) -> list[int]:
        """The physical lines that begin or end inside quotes and have the delimiters of a record."""
        if width < 2 or not self._inside.any():
            return []
        starts = np.concatenate([[False], self._inside[:-1]])
        lines = np.flatnonzero(starts | self._inside) - 1
        matching: list[int] = lines[self._literal_widths(lines) == width].tolist()
        return matching

    def inside(self, i: int) -> bool:
        """Whether the i-th line end stands inside quotes."""
        return i >= 0 and bool(self._inside[i])

    def line(self, i: int) -> tuple[int, int]:
        """Start and end of the physical line after the i-th line end."""
        return (int(self.ends[i]) + 1 if i >= 0 else 0), int(self.ends[i + 1])

    def wide_around(self, i: int, width: int) -> bool:
        """Whether the first and the last line of the record around have the delimiters of a record as well."""
        outer = np.flatnonzero(~self._inside)
        above = int(np.searchsorted(outer, i, side="right"))
        first = int(outer[above - 1]) if above else -1
        last = int(outer[above]) - 1 if above < outer.size else i
        return bool((self._literal_widths(np.array([first, last])) == width).all())

    def _literal_widths(self, lines: np.ndarray) -> np.ndarray:
        places = self._places()
        begins = np.where(lines < 0, 0, self.ends[lines] + 1)
        counts: np.ndarray = np.searchsorted(places, self.ends[lines + 1]) - np.searchsorted(places, begins) + 1
        return counts

    def _places(self) -> np.ndarray:
        if self._delimiters is None:
            self._delimiters = np.flatnonzero(self._bytes == self._delimiter)
        return self._delimiters

    def _parity(self, positions: np.ndarray) -> np.ndarray:
        """Whether each position lies inside quotes."""
        if not self._quotes.size:
            return np.zeros(positions.size, dtype=bool)
        inside: np.ndarray = np.searchsorted(self._quotes, positions) % 2 == 1
        return inside

    def _may_bound(self, neighbours: np.ndarray) -> np.ndarray:
        return np.isin(neighbours, np.array([self._delimiter, _NEWLINE, _RETURN, _QUOTE], dtype=np.uint8))

    def _line_ends(self, data: bytes) -> np.ndarray:
        newlines = np.flatnonzero(self._bytes == _NEWLINE)
        if b"\r" not in data:
            return newlines
        returns = np.flatnonzero(self._bytes == _RETURN)
        if not self._final:
            returns = returns[returns + 1 < self._bytes.size]
        following = self._bytes[np.minimum(returns + 1, self._bytes.size - 1)]
        alone = returns[(following != _NEWLINE) | (returns + 1 >= self._bytes.size)]
        return np.sort(np.concatenate([newlines, alone])) if alone.size else newlines
