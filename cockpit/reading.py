"""Watching the data: the state at the last good look, shared by everyone, and whether answers come at all.

The watch looks for new data every few seconds. While the database cannot be reached, it stands still: the last good
numbers stay, with their age.
"""

import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from casebase.engine import Casebase, DataState
from casebase.errors import CasebaseError
from cockpit.slots import DRAWING

# Seconds from one look at the database to the next one at the earliest; a look takes a millisecond.
LOOK = 0.25
# Seconds that a caller waits for a look at the database; one that does not answer at all is looked at meanwhile.
_PATIENCE = 0.5
# After the database went away under a page, readers try a newer reading so many seconds later, and longer each time.
RETRY, _LONGEST_RETRY = 3.0, 6.0

_log = logging.getLogger(__name__)


def monotonic() -> float:
    """Seconds of a clock that is never set: it decides when to look and how old a reading is."""
    return time.monotonic()


@dataclass(frozen=True)
class Reading:
    """The state of the data at the last good look, and how long ago that was."""

    state: DataState
    read_at: datetime
    error: str | None = None
    looked_at: float = field(default_factory=lambda: monotonic(), compare=False)

    @property
    def age(self) -> float:
        """Seconds since the look, whatever happened to the wall clock."""
        return monotonic() - self.looked_at

    def is_like(self, other: "Reading") -> bool:
        """Whether both say the same of the data: its version and the moment that numbers speak of."""
        return (self.state.version, self.as_of) == (other.state.version, other.as_of)

    @property
    def as_of(self) -> datetime:
        """The moment that numbers speak of."""
        return self.state.as_of(self.read_at)

    @property
    def mark(self) -> str:
        """A text that is the same for readings that are alike."""
        return f"{self.state.version} {self.as_of.isoformat()}"


class StateWatch:
    """The last reading, shared by everyone; looks at the database when it is asked, at most every LOOK seconds.

    After what this process itself has written it looks at once, and tells whoever wants to hear of it. A thread of its
    own does the looking, so that a database that neither answers nor fails holds up nobody.
    """

    def __init__(self, casebase: Casebase, clock: Callable[[], datetime]) -> None:
        self.last_complete: Reading | None = None
        self._casebase = casebase
        self._clock = clock
        self._lock = threading.Lock()
        self._last = self._sound = Reading(casebase.state(), clock())
        self._looked = self._last.looked_at
        self._look: threading.Thread | None = None
        self._listener: Callable[[], None] | None = None
        casebase.when_written(self._look_soon)
        # Why there are no numbers though the state can be read, until when nobody tries again, and how long that is.
        self._trouble, self._trouble_until, self._retry = "", 0.0, 0.0

    def read(self) -> Reading:
        """The last reading, after a new look where one is due."""
        with self._lock:
            at = monotonic()
            due = at - self._looked >= LOOK
            if due and not (self._look and self._look.is_alive()):
                self._looked = at
                self._look = threading.Thread(target=self._look_at, args=(self._clock(),), name="watch", daemon=True)
                self._look.start()
            look = self._look
        if look and look.is_alive():
            with DRAWING.left():
                look.join(_PATIENCE)
        if look is not None and look.is_alive():
            # A busy machine looks slowly. A page that went back to an earlier reading for that would find the newer one
            # when the look ends, begin anew, and so on for ever: only where the reading is old was the look in vain.
            in_vain = self._last.age >= self._casebase.settings.freshness.amber
            return replace(self._last, error="the database does not answer") if in_vain else self._last
        with self._lock:
            if monotonic() < self._trouble_until:
                return replace(self._sound, error=self._trouble)
            if not self._retry and self._last.error is None:
                self._sound = self._last
        return self._last

    def call_when_written(self, listener: Callable[[], None]) -> None:
        """Call the listener, the last one that was named, when this process has written something new to look at."""
        self._listener = listener

    def _look_soon(self) -> None:
        self._looked = -math.inf
        if self._listener:
            self._listener()

    def report_failure(self, error: CasebaseError) -> None:
        """Somebody got no answer: for a while all keep their last numbers at once, instead of waiting each."""
        with self._lock:
            if monotonic() >= self._trouble_until:
                self._retry = min(self._retry * 2 or RETRY, _LONGEST_RETRY)
                self._trouble, self._trouble_until = str(error), monotonic() + self._retry

    def report_complete(self, reading: Reading) -> None:
        """A page got all its numbers by this reading."""
        self.last_complete = reading
        self.report_answer(reading)

    def report_answer(self, reading: Reading) -> None:
        """Somebody got numbers from the database by this reading: what it was in trouble with before is over."""
        if reading.error is None and reading.looked_at >= self._trouble_until:
            self._retry = 0.0

    def _look_at(self, at: datetime) -> None:
        try:
            came_back = self._last.error is not None
            self._last = Reading(self._casebase.state(), at)
            if came_back:
                # The database was gone, not locked: what failed meanwhile says nothing of now.
                self._trouble_until = self._retry = 0.0
        except CasebaseError as error:
            self._last = replace(self._last, error=str(error))
        except Exception as error:
            # Whatever it is: a look that failed must not pass for one that found nothing new.
            _log.exception("the look at the database failed")
            self._last = replace(self._last, error=f"{type(error).__name__}: the look at the database failed")
