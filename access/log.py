"""The access log of a process: entries are taken at once and written by a thread of its own, or surely before going on.

Nobody who reads waits for the disk. What the disk refuses waits in memory and is tried again; what no longer fits there
is counted, and the loss becomes a line as soon as lines can be written.
"""

import atexit
import logging
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Condition, Event, Thread

from access.entry import Action, Entry, Outcome
from access.log_files import LogFiles
from casebase.errors import CasebaseError

# Some minutes of a whole bureau's clicks, a few megabytes.
MOST_WAITING = 10_000
_BATCH = 1_000
# Seconds between two tries where the disk refuses; seconds that a person waits for a line; seconds at the end.
_RETRY, _PATIENCE, _AT_END = 1.0, 5.0, 5.0

_log = logging.getLogger(__name__)


class NotLoggedError(CasebaseError):
    """What must not happen unlogged cannot be logged now."""


@dataclass(frozen=True)
class Trouble:
    """The log cannot be written, or just could not: since which entry, how many wait, how many are lost, and why."""

    since: datetime
    waiting: int
    lost: int
    cause: str


@dataclass(frozen=True)
class _Loss:
    """Entries that were not taken."""

    count: int
    first: datetime
    last: datetime

    def __add__(self, other: "_Loss | None") -> "_Loss":
        if other is None:
            return self
        return _Loss(self.count + other.count, min(self.first, other.first), max(self.last, other.last))

    @property
    def entry(self) -> Entry:
        """As a line of the log."""
        span = f"{self.first:%Y-%m-%d %H:%M:%S} - {self.last:%Y-%m-%d %H:%M:%S}"
        return Entry(self.last, Action.LINES_LOST, what=str(self.count), reason=span, outcome=Outcome.FAILED)


@dataclass
class _Waiting:
    """An entry that is to be written, and who waits for it (if anybody), or the loss that it tells of."""

    entry: Entry
    written: Future[None] | None = None
    loss: _Loss | None = None


@dataclass
class _State:
    """What both sides share, under one lock: what waits, is being written and is lost, since when and why.

    `telling` is the loss of which a line is being written.
    """

    waiting: deque[_Waiting] = field(default_factory=deque)
    in_hand: int = 0
    lost: _Loss | None = None
    telling: _Loss | None = None
    since: datetime | None = None
    cause: str = ""
    is_closing: bool = False


class AccessLog:
    """The access log below a folder, written by one thread for the whole process; at its end it writes what waits.

    The folder is made with the first entry, and shared with other processes. Nothing here reads the clock: an entry
    brings its time.
    """

    def __init__(self, folder: Path, keep_months: int, *, most_waiting: int = MOST_WAITING) -> None:
        self.folder = folder
        self._files = LogFiles(folder, keep_months)
        self._most = most_waiting
        self._changed = Condition()
        self._hurry = Event()
        self._state = _State()
        self._thread: Thread | None = None

    def record(self, entry: Entry) -> None:
        """Take an entry, which is written soon. Never waits for the disk, and never raises."""
        self._take(_Waiting(entry))

    def record_surely(self, entry: Entry, *, patience: float = _PATIENCE) -> None:
        """Write an entry and return when it is on the disk.

        Raises NotLoggedError where it is not within `patience` seconds: then what it tells of must not happen.
        """
        written: Future[None] = Future()
        if not self._take(_Waiting(entry, written)):
            raise NotLoggedError(self._refusal("too many lines wait, or the log is closed"))
        self._hurry.set()
        try:
            written.result(patience)
        except TimeoutError:
            # What was not begun is left out; what is being written now may tell of something that did not happen.
            written.cancel()
            raise NotLoggedError(self._refusal(f"the disk did not answer within {patience:g} s")) from None

    @property
    def trouble(self) -> Trouble | None:
        """What keeps the log from being written; None while all is well."""
        with self._changed:
            state = self._state
            if state.since is None:
                return None
            waiting, lost = self._left()
            return Trouble(state.since, waiting, lost, state.cause)

    def flush(self, patience: float = _AT_END) -> bool:
        """Wait until everything that was recorded is on the disk; whether it is."""
        self._hurry.set()
        with self._changed:
            return self._changed.wait_for(self._is_idle, patience)

    def close(self) -> None:
        """Write what waits and stop; what cannot be written is counted in the process's own log."""
        atexit.unregister(self.close)
        with self._changed:
            self._state.is_closing = True
            self._changed.notify_all()
        self._hurry.set()
        if self._thread is not None:
            self._thread.join(_AT_END)
        with self._changed:
            left, cause = sum(self._left()), self._state.cause
        if left:
            _log.error("%s: %d lines of the access log are lost: %s", self.folder, left, cause)

    def _take(self, item: _Waiting) -> bool:
        """Let an entry wait for the writer; whether there was room for it."""
        with self._changed:
            state = self._state
            if state.is_closing or len(state.waiting) + state.in_hand >= self._most:
                self._lose(item.entry)
                return False
            state.waiting.append(item)
            if self._thread is None:
                self._thread = Thread(target=self._write_all, name="access log", daemon=True)
                self._thread.start()
                atexit.register(self.close)
            self._changed.notify_all()
            return True

    def _lose(self, entry: Entry) -> None:
        """Count an entry for which there is no room. Under the lock."""
        state = self._state
        if state.lost is None:
            _log.warning("%s: lines of the access log are lost: too many wait, or it is closed", self.folder)
        state.lost = _Loss(1, entry.at, entry.at) + state.lost
        state.since = state.since or entry.at
        state.cause = state.cause or "too many lines wait"

    def _left(self) -> tuple[int, int]:
        """How many entries are still to be written, and how many are lost of which no line tells yet."""
        state = self._state
        lost = sum(loss.count for loss in (state.lost, state.telling) if loss)
        return len(state.waiting) + state.in_hand, lost

    def _is_idle(self) -> bool:
        state = self._state
        return not (state.waiting or state.in_hand or state.lost or state.telling)

    def _write_all(self) -> None:
        """What the thread does: batch by batch, until the log is closed and nothing is left that can be written."""
        while (batch := self._next_batch()) is not None:
            if not batch:
                continue
            count, error = self._try(batch)
            self._settle(batch[:count], batch[count:], error)
            if error is not None:
                if self._state.is_closing:
                    return
                self._hurry.wait(_RETRY)
            self._hurry.clear()

    def _next_batch(self) -> list[_Waiting] | None:
        """Take what is to be written next, as soon as there is something; None once the log is closed and empty."""
        with self._changed:
            state = self._state
            self._changed.wait_for(lambda: state.waiting or state.lost or state.is_closing)
            batch = [state.waiting.popleft() for _ in range(min(len(state.waiting), _BATCH))]
            batch = [item for item in batch if _is_wanted(item)]
            if state.lost and not state.waiting:
                # What was lost came after what waited.
                batch.append(_Waiting(state.lost.entry, loss=state.lost))
                state.lost, state.telling = None, state.lost
            state.in_hand = len(batch) - (state.telling is not None)
            self._changed.notify_all()
            return batch or (None if state.is_closing else [])

    def _try(self, batch: Sequence[_Waiting]) -> tuple[int, str | None]:
        """How many of a batch are on the disk now, and why no more (None: the others are of another month)."""
        try:
            return self._files.append([item.entry for item in batch]), None
        except OSError as error:
            return 0, error.strerror or str(error)
        except Exception as error:
            _log.exception("%s: a fault in writing the access log", self.folder)
            return 0, type(error).__name__

    def _settle(self, written: Sequence[_Waiting], left: Sequence[_Waiting], error: str | None) -> None:
        """Tell who waits for a line, and keep what is to be tried again in its place."""
        with self._changed:
            state = self._state
            state.in_hand, state.telling = 0, None
            for item in written:
                if item.written is not None:
                    item.written.set_result(None)
            for item in reversed(left):
                self._keep(item, error)
            if error is None and not state.lost:
                if state.since is not None:
                    _log.warning("%s: the access log is written again", self.folder)
                state.since, state.cause = None, ""
            elif error is not None:
                if state.since is None or state.cause != error:
                    _log.warning("%s: the access log cannot be written: %s", self.folder, error)
                state.since, state.cause = state.since or left[0].entry.at, error
            self._changed.notify_all()

    def _keep(self, item: _Waiting, error: str | None) -> None:
        """Put one that was not written back where it was; who waits for it hears of an error at once."""
        state = self._state
        if item.loss is not None:
            state.lost = item.loss + state.lost
        elif item.written is not None and error is not None:
            item.written.set_exception(NotLoggedError(self._refusal(error)))
        else:
            state.waiting.appendleft(item)

    def _refusal(self, cause: str) -> str:
        return f"{self.folder}: the access log cannot be written ({cause}), so nothing is shown or handed out"


def _is_wanted(item: _Waiting) -> bool:
    """Whether an entry is to be written still: who waited for it may have given up."""
    return item.written is None or item.written.running() or item.written.set_running_or_notify_cancel()
