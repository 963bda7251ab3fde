"""The files of the access log and whether they are whole: JSON lines, one file a month, each line chained to the last.

A line is UTF-8 JSON without blanks, `at` first, then `number` (of the line in the whole chain, from 1), at its end
`previous` and `hash`: the SHA-256 of all bytes of the line before `,"hash"`. `previous` is the hash of the line before,
for the first line of a month that of the last line of the month before. Beside the months, head.json has number and
hash of the last line. It is written after the lines are on the disk, so that it never is ahead of them by itself: where
it is, lines are missing at the end.

Two kinds of lines are the log's own and carry a `proof`: `months_removed` the hash of the last line that was removed by
age, to which the oldest line left is chained; `cut_off` the SHA-256 of what stood behind the last whole line when a
machine stopped amid a write.
"""

import fcntl
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from casebase.errors import CasebaseError

HEAD, LOCK = "head.json", "lock"
MONTHS_REMOVED, CUT_OFF = "months_removed", "cut_off"
_MONTH_FILE = re.compile(r"\d{4}-\d{2}\.jsonl")
_SEAL = re.compile(rb',"hash":"([0-9a-f]{64})"\}\n')
_SEAL_BYTES = 76
_HEAD = re.compile(rb'\{"number":(0|[1-9]\d{0,17}),"hash":"([0-9a-f]{64})"\}\n')
_BLOCK = 1 << 16
# What one stop of a machine can leave behind is less than this: a batch of lines.
_MOST_CUT_OFF = 1 << 24


@dataclass(frozen=True)
class Link:
    """A line's place in the chain."""

    number: int
    hash: str


START = Link(0, "0" * 64)


@dataclass(frozen=True)
class Line:
    """A line that can be read. `is_whole`: its own hash is right; the chain around it is another matter."""

    fields: Mapping[str, Any]
    previous: str
    link: Link
    is_whole: bool


def sealed(fields: Mapping[str, str], after: Link) -> tuple[bytes, Link]:
    """The line that follows a link, with its line end, and its own link. `fields` has `at` first."""
    names = iter(fields)
    ordered: dict[str, str | int] = {(first := next(names)): fields[first], "number": after.number + 1}
    ordered |= {name: fields[name] for name in names} | {"previous": after.hash}
    body = json.dumps(ordered, ensure_ascii=False, separators=(",", ":"))[:-1].encode(errors="backslashreplace")
    own = Link(after.number + 1, sha256(body).hexdigest())
    return b'%s,"hash":"%s"}\n' % (body, own.hash.encode()), own


def read_line(raw: bytes) -> Line | None:
    """A line with its line end; None for what is none."""
    seal = _SEAL.fullmatch(raw, max(len(raw) - _SEAL_BYTES, 0))
    if seal is None:
        return None
    body = raw[:-_SEAL_BYTES]
    try:
        fields = json.loads(body + b"}")
        number, previous = fields.pop("number"), fields.pop("previous")
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return None
    if type(number) is not int or not isinstance(previous, str):
        return None
    own = seal[1].decode()
    return Line(fields, previous, Link(number, own), sha256(body).hexdigest() == own)


def month_files(folder: Path) -> list[Path]:
    """The files of the log, the oldest first."""
    return sorted(path for path in folder.glob("*.jsonl") if _MONTH_FILE.fullmatch(path.name))


def head_text(link: Link) -> bytes:
    """What head.json says of the last line."""
    return b'{"number":%d,"hash":"%s"}\n' % (link.number, link.hash.encode())


def read_head(folder: Path) -> Link | None:
    """What the log's last line was when it was written; None without a head, or with one that is none."""
    try:
        said = _HEAD.fullmatch((folder / HEAD).read_bytes())
    except FileNotFoundError:
        return None
    return Link(int(said[1]), said[2].decode()) if said else None


@contextmanager
def locked(folder: Path, *, to_write: bool) -> Iterator[None]:
    """Hold the log: alone to write, with others to read.

    The system lets go of the lock when a process dies. A log in which nothing was ever written has none.
    """
    try:
        descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT if to_write else os.O_RDONLY, 0o600)
    except FileNotFoundError:
        if to_write:
            raise
        yield
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if to_write else fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def lines_backwards(file: BinaryIO, size: int) -> Iterator[bytes]:
    """The lines of the first `size` bytes, the last one first, each as it stands; a block is held at a time."""
    end, parts = size, list[bytes]()
    while end > 0:
        start = max(end - _BLOCK, 0)
        file.seek(start)
        block, end = file.read(end - start), start
        lines = _split(block)
        if parts and lines[-1].endswith(b"\n"):
            yield b"".join(reversed(parts))
            parts.clear()
        for line in reversed(lines[1:]):
            yield b"".join([line, *reversed(parts)])
            parts.clear()
        parts.append(lines[0])
    if parts:
        yield b"".join(reversed(parts))


def _split(block: bytes) -> list[bytes]:
    """At \\n alone, as files are read; each line with it."""
    lines = [line + b"\n" for line in block.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


class Fault(StrEnum):
    """What was done to a log."""

    CHANGED = "changed"
    MISSING = "missing"
    MISSING_AT_END = "missing at end"
    INSERTED = "inserted"
    REORDERED = "reordered"
    CUT_OFF = "cut off"
    REST_MISSING = "rest missing"
    HEAD = "head"


@dataclass(frozen=True)
class Finding:
    """What is wrong, and where: the line of a file (from 1); `first` and `last` number the missing lines."""

    fault: Fault
    file: str
    line: int
    first: int = 0
    last: int = 0

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        lines = f"line {self.first}" if self.first == self.last else f"lines {self.first} to {self.last}"
        return {
            Fault.CHANGED: f"{place}: was changed after it was written",
            Fault.MISSING: f"{place}: {lines} of the log should stand before it and are missing",
            Fault.MISSING_AT_END: f"{place}: {lines} of the log should stand behind it and are missing",
            Fault.INSERTED: f"{place}: was inserted; it is no part of the log at this place",
            Fault.REORDERED: f"{place}: is out of order; another line of the log should stand here",
            Fault.CUT_OFF: f"{place}: is cut off; the machine stopped amid a write, or its end was removed",
            Fault.REST_MISSING: f"{place}: tells of a write that was cut off, the rest of which is missing before it",
            Fault.HEAD: f"{place}: is missing or does not fit the lines of the log",
        }[self.fault]


@dataclass(frozen=True)
class Verdict:
    """What a look at a whole log found: lines and files that are as written, what it tells itself, the first fault."""

    lines: int
    files: int
    last: Link
    fault: Finding | None
    told: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class _Placed:
    file: str
    line: int
    raw: bytes


def verify(folder: Path, noted: str | None = None) -> Verdict:
    """Look at every line of a log: lines in their order, the first fault, cut-off lines that the log itself tells of.

    `noted` is the hash of some line that somebody noted outside of the log: it must still be in it. Lines that are
    written meanwhile are not looked at. Raises CasebaseError where there is no log, or it cannot be read.
    """
    try:
        with ExitStack() as opened:
            with locked(folder, to_write=False):
                files = [opened.enter_context(path.open("rb")) for path in month_files(folder)]
                sizes = [os.fstat(file.fileno()).st_size for file in files]
                head, has_head = read_head(folder), (folder / HEAD).exists()
            if not files and not has_head:
                raise CasebaseError(f"{folder}: there is no access log here")
            placed = chain.from_iterable(_placed(file, size) for file, size in zip(files, sizes, strict=True))
            walk = _Walk(head, noted)
            fault = walk.first_fault(placed)
            return Verdict(walk.lines, len(files), walk.at, fault, tuple(walk.told))
    except OSError as error:
        raise CasebaseError(f"{folder}: the access log cannot be read ({error.strerror})") from None


def _placed(file: Any, size: int) -> Iterator[_Placed]:
    name, rest = Path(file.name).name, size
    for number, raw in enumerate(file, 1):
        if rest <= 0:
            return
        yield _Placed(name, number, raw[:rest])
        rest -= len(raw)


class _Walk:
    """One way along the chain, from the oldest line to the newest."""

    def __init__(self, head: Link | None, noted: str | None) -> None:
        self.at, self.lines, self.told = START, 0, list[Finding]()
        self._before = START
        self._head, self._noted = head, noted
        self._place, self._place_before = _Placed(HEAD, 0, b""), _Placed(HEAD, 0, b"")
        self._anchor: Line | None = None
        self._first_place = self._place
        self._proofs: set[str] = set()
        self._met: set[str] = set()

    def first_fault(self, lines: Iterator[_Placed]) -> Finding | None:
        for place in lines:
            line = read_line(place.raw)
            if line is None or not line.is_whole:
                # Told only if the log itself goes on behind it with a line about it.
                found = self._told_cut_off(place, lines)
                if found is not None:
                    return found
            elif self._continues(line) and line.fields.get("action") == CUT_OFF:
                return Finding(Fault.REST_MISSING, place.file, place.line)
            elif self._continues(line):
                if not self._go_on(place, line):
                    return Finding(Fault.HEAD, HEAD, 0)
            else:
                return self._misplaced(place, line, lines)
        return self._fault_at_end()

    def _continues(self, line: Line) -> bool:
        is_oldest = self._anchor is None and line.link.number > 1
        return is_oldest or (line.previous == self.at.hash and line.link.number == self.at.number + 1)

    def _go_on(self, place: _Placed, line: Line) -> bool:
        """Take a line as the next; whether the head agrees."""
        if self._anchor is None:
            self._anchor, self._first_place = line, place
        if line.fields.get("action") == MONTHS_REMOVED:
            self._proofs.add(str(line.fields.get("proof")))
        self._met.update({line.link.hash} & {self._noted})
        self._place_before, self._place = self._place, place
        self._before, self.at = self.at, line.link
        self.lines += 1
        return self._head is None or self._head.number != line.link.number or self._head.hash == line.link.hash

    def _told_cut_off(self, broken: _Placed, lines: Iterator[_Placed]) -> Finding | None:
        """Go on behind what a stop of the machine left, where the log tells of it; else what is wrong with it."""
        left, size = [broken], len(broken.raw)
        while size < _MOST_CUT_OFF and (following := next(lines, None)) is not None:
            line = read_line(following.raw)
            if line is not None and line.is_whole:
                proof = sha256(b"".join(one.raw for one in left)).hexdigest()
                told = line.fields.get("action") == CUT_OFF and line.fields.get("proof") == proof
                if told and self._continues(line) and self._go_on(following, line):
                    self.told.append(Finding(Fault.CUT_OFF, broken.file, broken.line))
                    return None
                return self._broken(broken, chain([following], lines))
            left.append(following)
            size += len(following.raw)
        return self._broken(broken, chain(left[1:], lines))

    def _broken(self, place: _Placed, rest: Iterable[_Placed]) -> Finding:
        """What was done where a line is none, or not what its hash says."""
        following = (read_line(later.raw) for later in rest)
        goes_on = next((line.previous == self.at.hash for line in following if line and line.is_whole), None)
        if goes_on is None and not place.raw.endswith(b"\n"):
            return Finding(Fault.CUT_OFF, place.file, place.line)
        is_behind_the_end = goes_on is None and self._head == self.at
        return Finding(Fault.INSERTED if goes_on or is_behind_the_end else Fault.CHANGED, place.file, place.line)

    def _misplaced(self, place: _Placed, line: Line, rest: Iterator[_Placed]) -> Finding:
        """What was done where a line is one of this log, as it seems, but not the next."""
        expected = self.at.number + 1
        if line.previous == self._before.hash and line.link.number == self.at.number:
            return Finding(Fault.INSERTED, self._place.file, self._place.line)
        if line.link.number == expected:
            return Finding(Fault.CHANGED, self._place.file, self._place.line)
        later = [one for one in (_link_and_previous(behind.raw) for behind in rest) if one is not None]
        if self.lines == 1 and line.link.number < self.at.number:
            # The oldest line follows nothing, so that it is the next one that tells of it.
            again = any(link == self.at for link, _ in later)
            return Finding(Fault.INSERTED if again else Fault.REORDERED, self._place.file, self._place.line)
        if line.link.number < expected or any(link == line.link for link, _ in later):
            return Finding(Fault.INSERTED, place.file, place.line)
        if any(previous == self.at.hash for _, previous in later):
            return Finding(Fault.REORDERED, place.file, place.line)
        return Finding(Fault.MISSING, place.file, place.line, expected, line.link.number - 1)

    def _fault_at_end(self) -> Finding | None:
        """What only the whole chain tells: lines before the oldest and behind the newest, and the line once noted."""
        oldest, head = self._anchor, self._head
        if oldest is not None and oldest.link.number > 1 and oldest.previous not in self._proofs:
            first = self._first_place
            return Finding(Fault.MISSING, first.file, first.line, 1, oldest.link.number - 1)
        if head is None or not self._knows(head):
            return Finding(Fault.HEAD, HEAD, 0)
        if head.number > self.at.number:
            last = self._place
            return Finding(Fault.MISSING_AT_END, last.file, last.line, self.at.number + 1, head.number)
        if self._noted is not None and self._noted not in self._met:
            raise CasebaseError(f"no line of the log has the noted hash {self._noted}: it was written anew, or removed")
        return None

    def _knows(self, head: Link) -> bool:
        """Whether a head is of a line that is left, or of the one before: it is written after the lines."""
        if self._anchor is None:
            return True
        oldest = self._anchor.link.number
        return head.number >= oldest or head == Link(oldest - 1, self._anchor.previous)


def _link_and_previous(raw: bytes) -> tuple[Link, str] | None:
    line = read_line(raw)
    return (line.link, line.previous) if line is not None and line.is_whole else None
