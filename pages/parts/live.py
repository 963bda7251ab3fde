"""Where Streamlit's cache meets the queries: one database, one pulse, every question asked once.

The pulse looks for new data every few seconds. Answers are kept for the version of the data and
the moment they speak of, so nothing is computed twice and a new case is seen by every page. While the
database cannot be reached the pulse stands still: the last good numbers stay, with their age.
"""

import gc
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import streamlit as st

from casebase.clock import wall_clock
from casebase.demo import live as city
from casebase.engine import Casebase, State, keep_new_files_private, open_casebase
from casebase.errors import CasebaseError, NoAnswerError
from casebase.settings import Settings, read_settings
from pages.parts import leaving
from queries.model import moment

P = ParamSpec("P")
R = TypeVar("R")

_spoken: ContextVar["Reading | None"] = ContextVar("spoken", default=None)
_READING = "_reading"
_WHOLE = "_whole_reading"
_HELD = "_reading_held"
# Seconds that a page waits for a look at the database; one that does not answer at all is looked at in vain meanwhile.
_PATIENCE = 0.5
# After the database went away under a page, pages try a newer reading so many seconds later, and longer each time.
_RETRY, _LONGEST_RETRY = 3.0, 6.0

_log = logging.getLogger(__name__)


def monotonic() -> float:
    """Seconds of a clock that is never set: it decides when to look and how old a reading is."""
    return time.monotonic()


@dataclass(frozen=True)
class Reading:
    """The state of the data at the last good look, and how long ago that was."""

    state: State
    read_at: datetime
    error: str | None = None
    looked_at: float = field(default_factory=lambda: monotonic(), compare=False)

    @property
    def age(self) -> float:
        """Seconds since the look, whatever happened to the wall clock."""
        return monotonic() - self.looked_at

    @property
    def as_of(self) -> datetime:
        """The moment that numbers speak of."""
        return self.state.as_of(self.read_at)


class Pulse:
    """The last reading, shared by all sessions; looks at the database at most every `poll` seconds.

    A thread of its own does the looking, so that a database that neither answers nor fails holds up nobody's page.
    """

    def __init__(self, casebase: Casebase) -> None:
        self.casebase = casebase
        self.whole: Reading | None = None
        self._lock = threading.Lock()
        self._last = self._sound = Reading(casebase.state(), now())
        self._looked = self._last.looked_at
        self._look: threading.Thread | None = None
        # Why pages have no numbers though the state can be read, until when nobody tries again, and how long that is.
        self._trouble, self._trouble_until, self._retry = "", 0.0, 0.0

    def read(self) -> Reading:
        """The last reading, after a new look where one is due."""
        with self._lock:
            at = monotonic()
            due = at - self._looked >= self.casebase.settings.freshness.poll / 2
            if due and not (self._look and self._look.is_alive()):
                self._looked = at
                self._look = threading.Thread(target=self._look_at, args=(now(),), name="pulse", daemon=True)
                self._look.start()
            look = self._look
        if look:
            look.join(_PATIENCE)
        if look is not None and look.is_alive():
            return replace(self._last, error="the database does not answer")
        with self._lock:
            if monotonic() < self._trouble_until:
                return replace(self._sound, error=self._trouble)
            if not self._retry and self._last.error is None:
                self._sound = self._last
        return self._last

    def failed(self, error: CasebaseError) -> None:
        """A page got no answer: for a while all pages keep their last numbers at once, instead of waiting each."""
        with self._lock:
            if monotonic() >= self._trouble_until:
                self._retry = min(self._retry * 2 or _RETRY, _LONGEST_RETRY)
                self._trouble, self._trouble_until = str(error), monotonic() + self._retry

    def answered(self, reading: Reading) -> None:
        """A page got all its numbers by this reading."""
        self.whole = reading
        if reading.error is None and reading.looked_at >= self._trouble_until:
            self._retry = 0.0

    def _look_at(self, at: datetime) -> None:
        try:
            came_back = self._last.error is not None
            self._last = Reading(self.casebase.state(), at)
            if came_back:
                # The database was gone, not locked: what failed meanwhile says nothing of now.
                self._trouble_until = self._retry = 0.0
        except CasebaseError as error:
            self._last = replace(self._last, error=str(error))
        except Exception as error:
            # Whatever it is: a look that failed must not pass for one that found nothing new.
            _log.exception("the look at the database failed")
            self._last = replace(self._last, error=f"{type(error).__name__}: the look at the database failed")


def now() -> datetime:
    """The wall time of the city."""
    return wall_clock(settings().city.timezone)


@st.cache_resource(show_spinner=False)
def settings() -> Settings:
    """The settings of config.toml."""
    return read_settings()


def workday(at: datetime, n: int) -> date:
    """The n-th working day after a moment, as the numbers reckon it (see queries.model.Moment.workday)."""
    return moment(casebase(), at).workday(n)


@st.cache_resource(show_spinner="正在打开信访件库…")
def pulse() -> Pulse:
    """The one database and its state, for all sessions."""
    keep_new_files_private()
    opened = open_casebase(settings(), create=False)
    leaving.watch(opened)
    return Pulse(opened)


@st.cache_resource(show_spinner=False)
def settle() -> None:
    """Once a process: leave what the imports made out of every later collection; let the demonstration city live."""
    gc.collect()
    gc.freeze()
    demo = settings().demo
    if demo.live and pulse().read().state.demonstration:
        city.start(casebase().for_writer(), speed=demo.speed, poll_seconds=settings().freshness.poll, clock=now)


def casebase() -> Casebase:
    """The open case database."""
    return pulse().casebase


def owner() -> str:
    """Whose cockpit it is: the bureau of config.toml, or the city whose cases were loaded, where that is another."""
    return pulse().read().state.bureau(settings())


def begin() -> Reading:
    """Take the reading that one run of a page speaks of, so that all its numbers are of one moment."""
    reading = pulse().read()
    if reading.error is not None or _held(reading):
        reading = st.session_state.get(_WHOLE) or pulse().whole or reading
    st.session_state[_READING] = reading
    return reading


def whole() -> None:
    """The page has all its numbers: should a later reading find the database gone, these stay."""
    st.session_state[_WHOLE] = current()
    pulse().answered(current())


def hold() -> None:
    """The database went away under this run: draw the page again from the last reading that it had whole."""
    known = st.session_state.get(_WHOLE)
    if known is not None and known != current():
        st.session_state[_HELD] = current()
        st.rerun()


def _held(reading: Reading) -> bool:
    """Whether the page stays with its last whole reading, since a reading just before this one failed it."""
    failed = st.session_state.get(_HELD)
    return failed is not None and reading.looked_at - failed.looked_at < _RETRY


def changed() -> bool:
    """Whether a newer reading says something else than the page shows."""
    shown, now = current(), pulse().read()
    if now.error is not None or _held(now):
        return False
    return (shown.state.version, shown.as_of) != (now.state.version, now.as_of)


def current() -> Reading:
    """The reading of this run."""
    reading: Reading = _spoken.get() or st.session_state[_READING]
    return reading


@contextmanager
def speaking_of(reading: Reading) -> Iterator[None]:
    """Ask by this reading, outside the run of a page."""
    token = _spoken.set(reading)
    try:
        yield
    finally:
        _spoken.reset(token)


def ask(question: Callable[Concatenate[Casebase, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Ask a query of queries/, once for each version of the data; its first argument, the case base, is given here.

    Raises CasebaseError while the database is unreachable and the answer is not known yet.
    """
    name = f"{question.__module__}.{question.__qualname__}"
    try:
        return cast(R, _answer(name, current().state.version, question, args, kwargs))
    except NoAnswerError as error:
        if not leaving.left(threading.current_thread()):
            pulse().failed(error)
        raise


@st.cache_data(max_entries=4000, show_spinner=False)
def _answer(name: str, version: int, _question: Callable[..., Any], args: Any, kwargs: Any) -> Any:  # noqa: ARG001
    """`name` and `version` are the cache's key; the question itself is not hashed."""
    return _question(casebase(), *args, **kwargs)
