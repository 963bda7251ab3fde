"""What a running cockpit has once a process: settings, live data, and what works in the background."""

import gc
import threading
import time
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from access.entry import Action, Entry
from access.gate import Gate
from access.identity import Identity
from access.lockout import Lockout
from access.log import AccessLog
from access.pairing import Pairing
from access.screens import Screens
from access.sessions import Session, Sessions
from casebase.clock import wall_clock
from casebase.directory import Directory, read_directory
from casebase.engine import keep_new_files_private, open_casebase
from casebase.errors import CasebaseError
from casebase.row_security import check_reader
from casebase.settings import ROOT, Check, Settings, read_settings
from cockpit.abandoned import watch_statements
from cockpit.data import LiveData
from cockpit.idle import watch_idleness
from cockpit.preparing import Preparing
from cockpit.reading import monotonic
from cockpit.slots import DRAWING
from queries.targets import check_targets

T = TypeVar("T")
_ONCE: list["_Once[object]"] = []
_CHECKS: list[Check] = [check_targets]
# Seconds until the demonstration city begins to live: what it makes first would take the processor from the first page.
SECONDS_UNTIL_CITY_LIVES = 10.0


class _Once(Generic[T]):
    """The value of a function, computed at the first call that succeeds; calls at the same time wait for it."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = threading.RLock()
        self._value: list[T] = []
        _ONCE.append(self)  # type: ignore[arg-type]
        wraps(make)(self)

    def __call__(self) -> T:
        known = self._value
        if not known:
            with DRAWING.left(), self._lock:  # opening a database takes a while
                known = self._value
                if not known:
                    known = self._value = [self._make()]
        return known[0]

    def forget(self) -> None:
        """Make it anew at the next call."""
        with self._lock:
            self._value = []


def now() -> datetime:
    """The wall time of the city."""
    return wall_clock(settings().city.timezone)


def wall_time(seconds: float) -> datetime:
    """The wall time of the city at a moment, in seconds of the epoch."""
    return datetime.fromtimestamp(seconds, ZoneInfo(settings().city.timezone)).replace(tzinfo=None)


@_Once
def settings() -> Settings:
    """The settings of config.toml. Raises UsageError for a wrong one."""
    return read_settings(checks=_CHECKS)


def check_settings_by(check: Check) -> None:
    """Let a room above this one, which knows what a setting names, refuse it when they are read."""
    if check not in _CHECKS:
        _CHECKS.append(check)


@_Once
def live_data() -> LiveData:
    """The one case base, for pages and walls alike.

    Raises CasebaseError while it cannot be opened, or where people sign in and it does not keep their scopes too.
    """
    keep_new_files_private()
    casebase = open_casebase(settings(), create=False)
    if settings().access.sign_in != "none":
        try:
            with casebase.reading() as connection:
                check_reader(connection)
        except CasebaseError:
            casebase.engine.dispose()
            raise
    live = LiveData(casebase, lambda: now())
    watch_statements(live)
    watch_idleness(live)
    return live


@_Once
def access_log() -> AccessLog:
    """The one access log of this process."""
    chosen = settings().access
    return AccessLog(ROOT / chosen.log, chosen.keep_months)


@_Once
def preparing() -> Preparing:
    """What prepares new versions for the pages that are open."""
    return Preparing(live_data())


# What the pages' framework signs its cookies with: that room says it, which this one does not know.
_COOKIE_SECRET: list[Callable[[], str]] = []
_ON_NETWORK: list[bool] = []
# Areas and units seldom change; seconds until a new one lets its staff in.
_DIRECTORY_LASTS = 60.0


def sign_cookies_by(secret: Callable[[], str]) -> None:
    """Let a room above this one say what cookies are signed with."""
    _COOKIE_SECRET[:] = [secret]


@_Once
def gate() -> Gate:
    """Who may come in. Raises UsageError for a wrong setting."""
    access = settings().access
    sessions = Sessions(access, ROOT / access.sessions, lambda: time.time())
    if access.sign_in == "proxy":
        # A provider's sign-in is logged on its way back; a proxy's has no other beginning than this.
        sessions.when_begun(_log_sign_in)
    return Gate(access, sessions, Lockout(monotonic), _Directories().read, lambda: _COOKIE_SECRET[0](), _is_exposed)


def _log_sign_in(session: Session) -> None:
    access_log().record(
        Entry(now(), Action.SIGN_IN, session.subject, session.name, role=session.role.value, address=session.address)
    )


@_Once
def pairing() -> Pairing:
    """The paired screens, kept beside the sessions. Raises UsageError for a wrong setting."""
    access = settings().access
    file = (ROOT / access.sessions).with_name("screens.json")
    screens = Screens(access.screen_days, file, lambda: time.time())
    return Pairing(screens, Lockout(monotonic), gate().directory, monotonic)


def is_still_in(who: Identity) -> bool:
    """Whether somebody who was let in still is: a session may have ended meanwhile, a screen's token been revoked."""
    if gate().is_open or pairing().screens.get(who.session) is not None:
        return True
    return gate().sessions.check(who.session) is None


def listen_on_network() -> None:
    """The server can be reached from other machines."""
    _ON_NETWORK.append(True)


def _is_exposed() -> bool:
    """Whether others could read real cases. Raises CasebaseError while it is not known what the cases are."""
    return bool(_ON_NETWORK) and not live_data().watch.read().state.demonstration


class _Directories:
    """The areas and units, read anew now and then."""

    def __init__(self) -> None:
        self._last: tuple[float, Directory] | None = None

    def read(self) -> Directory:
        """Raises CasebaseError while none could be read yet."""
        last, now = self._last, monotonic()
        if last is None or now - last[0] >= _DIRECTORY_LASTS:
            with DRAWING.left():
                last = self._last = now, read_directory(live_data().casebase)
        return last[1]


@_Once
def start_background_tasks() -> None:
    """Let the demonstration city live; leave what the imports made out of every later collection."""
    gc.freeze()
    if settings().demo.live and live_data().watch.read().state.demonstration:
        begin = threading.Timer(SECONDS_UNTIL_CITY_LIVES, _let_city_live)
        begin.daemon = True
        begin.start()


def _let_city_live() -> None:
    # A real case base needs nothing of the invented city, and no first page waits for it.
    from casebase.demo import live

    writer, every = live_data().casebase.for_writer(), settings().freshness.poll
    live.start(writer, speed=settings().demo.speed, poll_seconds=every, clock=now)


def forget_all() -> None:
    """Begin as a new process does, with other settings or another database (tests)."""
    for once in _ONCE:
        once.forget()
