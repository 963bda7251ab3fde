"""Who is signed in: sessions with their ends, which outlive the process.

A session is one sign-in, in as many tabs as it is open in. It ends when the provider's word or `session_hours` has run
out, when nobody did anything for `idle_minutes`, and when it is ended: by the person, with all other sessions of the
same person, or by an administrator. What has ended is kept in a file until no cookie of it is believed any more: a copy
of one does not begin it again.
"""

import json
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from access.identity import Reason, Role
from access.private_file import write_private
from casebase.settings import AccessSettings

# The framework believes its cookie for 30 days, and one more.
COOKIE_SECONDS = 31 * 86_400.0
# Sessions that are kept at most; of more, those that were last active longest ago are forgotten.
MOST_SESSIONS = 10_000
# How often (s) it is written down who was active when.
_SAVED_EVERY = 60.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SignIn:
    """One sign-in. Times are seconds of the epoch; `issued_at` None is a proxy's word, which has no beginning."""

    key: str
    subject: str
    name: str
    role: Role
    issued_at: float | None = None
    expires_at: float | None = None


@dataclass(frozen=True)
class Session:
    """A session as it stands. Times are seconds of the epoch; what redraws by itself is seen, but no act.

    Whoever is vouched for has one; `is_let_in` once it was found what the person may see.
    """

    key: str
    subject: str
    name: str
    role: Role
    address: str
    signed_in_at: float
    seen_at: float
    active_at: float
    expires_at: float
    tabs: frozenset[int] = frozenset()
    is_let_in: bool = False


@dataclass
class _Ended:
    """What has ended, as the file has it. All times are seconds of the epoch."""

    # Sessions that have ended: why, and until when that is kept.
    sessions: dict[str, tuple[str, float]] = field(default_factory=dict)
    # Persons all of whose sign-ins up to a moment have ended.
    before: dict[str, float] = field(default_factory=dict)
    # Persons whom nothing lets in until a moment: a proxy that goes on vouching for them cannot be told.
    barred: dict[str, float] = field(default_factory=dict)
    # Everybody's sign-ins up to a moment have ended: what had ended before could not be read.
    everybody: float = 0.0
    # When the open sessions were begun and last active.
    active: dict[str, tuple[float, float]] = field(default_factory=dict)


class Sessions:
    """The sessions of this process. `clock` gives seconds of the epoch, `file` is where ends are kept."""

    def __init__(self, settings: AccessSettings, file: Path, clock: Callable[[], float]) -> None:
        self._idle, self._longest = settings.idle_minutes * 60, settings.session_hours * 3600
        self._file = file
        self._clock = clock
        self._lock = threading.RLock()
        self._open: dict[str, Session] = {}
        self._listeners: set[Callable[[], None]] = set()
        self._begun: Callable[[Session], None] = lambda session: None
        self._saved_at = clock()
        self._ended = self._read()

    def admit(self, sign_in: SignIn, address: str) -> Reason | None:
        """Why this sign-in opens no session any more; None where it does. Is no act of the person."""
        with self._lock:
            now = self._clock()
            reason = self._why_ended(sign_in, now)
            if reason is not None:
                return reason
            session = self._open.get(sign_in.key) or self._begin(sign_in, address, now)
            reason = self._why_over(session, now)
            if reason is not None:
                self._end([session], reason)
                return reason
            self._open[sign_in.key] = replace(
                session, seen_at=now, address=address, name=sign_in.name, role=sign_in.role
            )
            return None

    def when_begun(self, tell: Callable[[Session], None]) -> None:
        """Call `tell` with each session of this process when its person is let in."""
        self._begun = tell

    def let_in(self, key: str, is_let_in: bool) -> None:
        """Whether the person of an admitted session is let in: areas and units that are named may be unknown."""
        with self._lock:
            session = self._open.get(key)
            if session is None or session.is_let_in is is_let_in:
                return
            self._open[key] = replace(session, is_let_in=is_let_in)
            if is_let_in:
                self._begun(self._open[key])

    def check(self, key: str) -> Reason | None:
        """Why a session that was admitted has ended since; None where it goes on."""
        with self._lock:
            session = self._open.get(key)
            if session is None:
                return Reason[self._ended.sessions.get(key, (Reason.ENDED.name, 0.0))[0]]
            reason = self._why_over(session, self._clock())
            if reason is not None:
                self._end([session], reason)
            return reason

    def touch(self, key: str) -> None:
        """The person of a session did something."""
        with self._lock:
            if key in self._open:
                now = self._clock()
                self._open[key] = replace(self._open[key], seen_at=now, active_at=now)
                if now - self._saved_at >= _SAVED_EVERY:
                    self._save()

    def seconds_left(self, key: str) -> float:
        """After how long a session ends if nobody does anything; 0 for one that has ended."""
        with self._lock:
            session = self._open.get(key)
            return max(0.0, self._ends_at(session) - self._clock()) if session else 0.0

    def open_tab(self, key: str, tab: int) -> None:
        """A tab of a session was opened; tabs are told apart by any number."""
        self._set_tabs(key, lambda tabs: tabs | {tab})

    def close_tab(self, key: str, tab: int) -> None:
        """It was closed."""
        self._set_tabs(key, lambda tabs: tabs - {tab})

    def _set_tabs(self, key: str, change: Callable[[frozenset[int]], frozenset[int]]) -> None:
        with self._lock:
            if key in self._open:
                self._open[key] = replace(self._open[key], tabs=change(self._open[key].tabs))

    def all_open(self) -> list[Session]:
        """The open sessions of persons who were let in, those that were last seen latest first."""
        with self._lock:
            now = self._clock()
            let_in = [session for session in self._open.values() if session.is_let_in]
            standing = [session for session in let_in if self._why_over(session, now) is None]
        return sorted(standing, key=lambda session: session.seen_at, reverse=True)

    def end_person(self, subject: str) -> None:
        """End all sessions of a person, also those that this process has not seen yet."""
        with self._lock:
            self._ended.before[subject] = self._clock()
            self._end([session for session in self._open.values() if session.subject == subject], Reason.ENDED)

    def bar(self, subject: str) -> None:
        """End all sessions of a person, and let nothing begin another for as long as a session lasts."""
        with self._lock:
            self._ended.barred[subject] = self._clock() + self._longest
            self.end_person(subject)

    def begin_anew(self, key: str) -> None:
        """Let a person whom a proxy vouches for begin a session that has ended again, unless barred."""
        with self._lock:
            if self._ended.sessions.pop(key, None) is not None:
                self._save()

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call the listener whenever a session was ended; returns what ends that."""
        with self._lock:
            self._listeners.add(listener)

        def unsubscribe() -> None:
            with self._lock:
                self._listeners.discard(listener)

        return unsubscribe

    def _begin(self, sign_in: SignIn, address: str, now: float) -> Session:
        if len(self._open) >= MOST_SESSIONS:
            del self._open[min(self._open.values(), key=lambda session: session.active_at).key]
        begun, active = self._ended.active.get(sign_in.key, (sign_in.issued_at or now, now))
        latest = begun + self._longest
        return Session(
            key=sign_in.key,
            subject=sign_in.subject,
            name=sign_in.name,
            role=sign_in.role,
            address=address,
            signed_in_at=begun,
            seen_at=now,
            active_at=active,
            expires_at=latest if sign_in.expires_at is None else min(latest, sign_in.expires_at),
        )

    def _why_ended(self, sign_in: SignIn, now: float) -> Reason | None:
        if self._ended.barred.get(sign_in.subject, 0.0) > now:
            return Reason.BARRED
        if sign_in.key in self._ended.sessions:
            return Reason[self._ended.sessions[sign_in.key][0]]
        before = max(self._ended.everybody, self._ended.before.get(sign_in.subject, 0.0))
        # A cookie knows its second only: of the second in which everything ended, it is one that ended.
        return Reason.ENDED if sign_in.issued_at is not None and sign_in.issued_at <= before else None

    def _why_over(self, session: Session, now: float) -> Reason | None:
        if now >= session.expires_at:
            return Reason.EXPIRED
        return Reason.IDLE if now >= self._ends_at(session) else None

    def _ends_at(self, session: Session) -> float:
        return min(session.expires_at, session.active_at + self._idle)

    def _end(self, sessions: list[Session], reason: Reason) -> None:
        until = self._clock() + COOKIE_SECONDS
        for session in sessions:
            self._ended.sessions[session.key] = (reason.name, until)
            self._open.pop(session.key, None)
            self._ended.active.pop(session.key, None)
        self._save()
        for listener in (*self._listeners,):  # one that is called may leave
            listener()

    def _save(self) -> None:
        """Write down what has ended and who was active, whole or not at all."""
        self._saved_at = now = self._clock()
        ended = self._ended
        ended.sessions = {key: kept for key, kept in ended.sessions.items() if kept[1] > now}
        ended.before = {who: at for who, at in ended.before.items() if at > now - COOKIE_SECONDS}
        ended.barred = {who: until for who, until in ended.barred.items() if until > now}
        ended.active = {
            **{key: times for key, times in ended.active.items() if times[1] > now - self._idle},
            **{session.key: (session.signed_in_at, session.active_at) for session in self._open.values()},
        }
        try:
            write_private(self._file, vars(ended))
        except OSError as error:
            _log.error(
                "%s: the ends of sessions cannot be kept (%s); make room or correct the rights", self._file, error
            )

    def _read(self) -> _Ended:
        """What the file says has ended. One that cannot be read has ended everybody's sessions up to now."""
        try:
            return _ended_of(json.loads(self._file.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return _Ended()
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            _log.error("%s: cannot be read (%s); everybody has to sign in anew", self._file, type(error).__name__)
            return _Ended(everybody=self._clock())


def _ended_of(kept: Mapping[str, Any]) -> _Ended:
    return _Ended(
        sessions={str(key): (Reason[why].name, float(until)) for key, (why, until) in kept["sessions"].items()},
        before={str(who): float(at) for who, at in kept["before"].items()},
        barred={str(who): float(until) for who, until in kept["barred"].items()},
        everybody=float(kept["everybody"]),
        active={str(key): (float(begun), float(at)) for key, (begun, at) in kept["active"].items()},
    )
