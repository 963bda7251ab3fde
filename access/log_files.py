"""Writing the access log: lines behind the last one, in the file of their month, by whatever process holds the log.

All processes write one chain, one after the other under a lock of the folder. With a chain for each of them, a whole
file could go without a trace, and whoever reads would have to merge them.
"""

import logging
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from itertools import takewhile
from pathlib import Path

from access.entry import Action, Entry, Outcome
from casebase.access_log import (
    HEAD,
    START,
    Link,
    head_text,
    lines_backwards,
    locked,
    month_files,
    read_head,
    read_line,
    sealed,
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _End:
    """Where the log ends: its last link, what is left of a broken write behind it, and the file and its size."""

    link: Link
    broken: bytes
    file: Path | None
    size: int


class LogFiles:
    """The folder of a log, kept for `keep_months` months. Every method raises OSError where the disk refuses."""

    def __init__(self, folder: Path, keep_months: int) -> None:
        self._folder, self._keep = folder, keep_months
        self._known: _End | None = None

    def append(self, entries: Sequence[Entry]) -> int:
        """Write entries behind the last line, those of one month; how many of them are on the disk now, one at least.

        Where it raises, none of them is in the log.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(self._folder, to_write=True):
            end = self._end()
            if end.broken:
                end = self._tell_of_broken(end, entries[0].at)
            file = self._file_of(end, entries[0].at)
            of_month = list(takewhile(lambda entry: _month_name(entry.at) <= file.name, entries))
            self._write(end, file, of_month)
            return len(of_month)

    def _end(self) -> _End:
        """Where the log ends now, whoever wrote last. Lines that were written and are in no file stay missing."""
        files = month_files(self._folder)
        last = files[-1] if files else None
        known = self._known
        if known and known.file == last and last and last.stat().st_size == known.size:
            return known
        end, head = _end_of(files), read_head(self._folder)
        written = max(
            [end.link, *([head] if head else []), *([known.link] if known else [])], key=lambda one: one.number
        )
        if written.number > end.link.number:
            _log.warning(
                "%s: lines %d to %d of the access log are missing", self._folder, end.link.number + 1, written.number
            )
        elif not files and head is None:
            self._write_head(START)
        return replace(end, link=written)

    def _tell_of_broken(self, end: _End, at: datetime) -> _End:
        """Close what a stop of the machine cut off, and say so in a line behind it."""
        assert end.file is not None
        line_end = b"" if end.broken.endswith(b"\n") else b"\n"
        if line_end:
            _append(end.file, line_end)
        line = read_line(end.broken + b"\n")
        if line and line.is_whole and (line.link == end.link or line.previous == end.link.hash):
            # Nothing but its line end was lost.
            return _End(line.link, b"", end.file, end.file.stat().st_size)
        cut_off = Entry(
            at,
            Action.CUT_OFF,
            what=end.file.name,
            reason=f"{len(end.broken)} 字节",
            outcome=Outcome.FAILED,
            proof=sha256(end.broken + line_end).hexdigest(),
        )
        return self._write(end, self._file_of(end, at), [cut_off])

    def _write(self, end: _End, file: Path, entries: list[Entry]) -> _End:
        """Lines of one month, then the head; with a new month, the old ones that nobody must keep go."""
        removed = self._too_old(end.file, file) if end.file and end.file != file else []
        if removed:
            entries = [_removal(removed, self._keep, entries[0].at), *entries]
        link, lines = end.link, list[bytes]()
        for entry in entries:
            line, link = sealed(entry.fields(), link)
            lines.append(line)
        size = _append(file, b"".join(lines))
        self._known = _End(link, b"", file, size)
        self._finish(link, removed)
        return self._known

    def _finish(self, link: Link, removed: Sequence[Path]) -> None:
        """What follows lines that are on the disk; where it fails now, it is done with the next ones."""
        try:
            self._write_head(link)
            for old in removed:
                old.unlink()
        except OSError as error:
            _log.warning(
                "%s: the lines are written, but not their end, or old months are left: %s", self._folder, error
            )

    def _file_of(self, end: _End, at: datetime) -> Path:
        """The file of a month, or a later one that was begun: a clock that is set back writes nothing between lines."""
        return self._folder / max(_month_name(at), end.file.name if end.file else "")

    def _write_head(self, link: Link) -> None:
        new = self._folder / f"{HEAD}.new"
        with new.open("wb") as file:
            file.write(head_text(link))
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._folder / HEAD)
        _sync_folder(self._folder)

    def _too_old(self, last: Path, new: Path) -> list[Path]:
        """The files that are older than the log is kept, at the start of a month.

        Counted from the month after the last one, if that is earlier: a clock that jumps ahead empties no log.
        """
        newest = min(_months(new), _months(last) + 1)
        return [file for file in month_files(self._folder) if _months(file) < newest - self._keep]


def _month_name(at: datetime) -> str:
    return f"{at:%Y-%m}.jsonl"


def _months(file: Path) -> int:
    year, month = file.stem.split("-")
    return int(year) * 12 + int(month)


def _removal(files: Sequence[Path], keep: int, at: datetime) -> Entry:
    return Entry(
        at,
        Action.MONTHS_REMOVED,
        what="、".join(file.stem for file in files),
        reason=f"保留 {keep} 个月",
        proof=_end_of(files).link.hash,
    )


def _end_of(files: Sequence[Path]) -> _End:
    """The last whole line of files, and what is broken behind it in the last one of them."""
    end, size, broken = files[-1] if files else None, 0, list[bytes]()
    for path in reversed(files):
        with path.open("rb") as file:
            length = os.fstat(file.fileno()).st_size
            size = length if path == end else size
            for raw in lines_backwards(file, length):
                line = read_line(raw)
                if line is not None and line.is_whole:
                    return _End(line.link, b"".join(reversed(broken)), end, size)
                broken.append(raw)
    return _End(START, b"".join(reversed(broken)), end, size)


def _append(path: Path, text: bytes) -> int:
    """Write to the end of a file and to the disk; its size then. What was written in part is taken back."""
    is_new = not path.exists()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        try:
            rest = memoryview(text)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            os.fsync(descriptor)
        except OSError:
            with suppress(OSError):
                os.ftruncate(descriptor, size)
            raise
    finally:
        os.close(descriptor)
    if is_new:
        _sync_folder(path.parent)
    return size + len(text)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
