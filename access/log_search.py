"""Reading the access log: the newest lines first, a block of a file at a time, however long the log is."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from itertools import islice
from os import fstat
from pathlib import Path
from string import ascii_lowercase, ascii_uppercase

from access.entry import TEXTS, Action, Entry, entry_of
from casebase.access_log import lines_backwards, locked, month_files, read_line
from casebase.errors import CasebaseError

# A line begins {"at":"2026-11-29T15:13:13
_DAY = slice(7, 17)
_LONGEST_SHOWN = 500
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


@dataclass(frozen=True)
class Search:
    """What is looked for: on which days (both included), whose (part of a name or subject), what, and with which text.

    A text is part of any field, in capitals or not.
    """

    start: date | None = None
    end: date | None = None
    user: str = ""
    action: Action | None = None
    text: str = ""


@dataclass(frozen=True)
class Logged:
    """A line of the log: its number in the chain and its entry; or none, of a line that cannot be read, but its `raw`.

    `is_whole` is whether the line is as it was written; the chain around it is another matter (casebase.access_log).
    """

    number: int
    entry: Entry | None
    is_whole: bool
    raw: str = ""


def search(folder: Path, wanted: Search, *, limit: int | None = None, offset: int = 0) -> list[Logged]:
    """The lines that are looked for, the newest first. Raises CasebaseError where the log cannot be read.

    A line that cannot be read is found by its text and by the months, whoever and whatever else is looked for.
    """
    return [_logged(raw) for raw in islice(_found(folder, wanted), offset, None if limit is None else offset + limit)]


def count(folder: Path, wanted: Search) -> int:
    """How many lines are found; of 100,000 in half a second."""
    return sum(1 for _ in _found(folder, wanted))


def _found(folder: Path, wanted: Search) -> Iterator[bytes]:
    sought = _Sought(wanted)
    try:
        yield from (raw for raw in _backwards(folder, wanted.start) if sought.may_be(raw) and sought.is_found(raw))
    except OSError as error:
        raise CasebaseError(f"{folder}: the access log cannot be read ({error.strerror})") from None


def _backwards(folder: Path, start: date | None) -> Iterator[bytes]:
    """The lines of a log, the last one first. An entry stands in the file of its month or in a later one."""
    with ExitStack() as opened:
        if not folder.is_dir():
            return
        with locked(folder, to_write=False):
            months = [path for path in month_files(folder) if start is None or path.stem >= f"{start:%Y-%m}"]
            files = [opened.enter_context(path.open("rb")) for path in months]
            sizes = [fstat(file.fileno()).st_size for file in files]
        for file, size in zip(reversed(files), reversed(sizes), strict=True):
            yield from lines_backwards(file, size)


def _logged(raw: bytes) -> Logged:
    line = read_line(raw)
    entry = None if line is None else entry_of(line)
    if line is None or entry is None:
        return Logged(0, None, False, raw[:_LONGEST_SHOWN].decode(errors="replace").strip())
    return Logged(line.link.number, entry, line.is_whole)


class _Sought:
    """What is looked for, by the bytes of a line first, by which most lines are passed over before they are read."""

    def __init__(self, wanted: Search) -> None:
        self._start = wanted.start.isoformat().encode() if wanted.start else b""
        self._end = wanted.end.isoformat().encode() if wanted.end else b"9"
        self._action = f'"action":"{wanted.action.value}"'.encode() if wanted.action else b""
        self._text, self._user = _lower(wanted.text.strip()), _lower(wanted.user.strip())
        self._parts = [_as_written(part) for part in (self._text, self._user) if part]

    def may_be(self, raw: bytes) -> bool:
        """Whether a line is to be read: whatever has no day where lines have it cannot be."""
        is_line = raw.startswith(b'{"at":"') and raw.endswith(b'"}\n')
        if is_line and not (self._start <= raw[_DAY] <= self._end and self._action in raw):
            return False
        lower = raw.lower() if self._parts else b""
        return all(part in lower for part in self._parts)

    def is_found(self, raw: bytes) -> bool:
        """Whether a line is one: its bytes are those of its names and hashes, too."""
        if not self._parts:
            return True
        try:
            fields = json.loads(raw)
            user, name, *others = (_lower(str(fields.get(name, ""))) for name in TEXTS)
        except (ValueError, AttributeError, RecursionError):
            return self._text in _lower(raw.decode(errors="replace"))
        is_users = self._user in user or self._user in name
        return is_users and any(self._text in text for text in (user, name, *others))


def _lower(text: str) -> str:
    """In small letters as bytes are made small: those of ASCII."""
    return text.translate(_LOWER)


def _as_written(text: str) -> bytes:
    return json.dumps(text, ensure_ascii=False)[1:-1].encode(errors="backslashreplace")
