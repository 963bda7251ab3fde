"""Screens that were paired: what each may show, by whose word, and until when; its token is known to it alone.

Whoever opens the wall without a sign-in is shown a code. A leader or an administrator enters it once; the screen then
gets a token of its own, of which only the SHA-256 is kept here.
"""

import hashlib
import json
import logging
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from access.identity import Identity, Role
from access.private_file import write_private
from casebase.scope import Scope

# The cookie of a paired screen.
TOKEN = "cockpit_screen"
_TOKEN_BYTES = 32
MOST_SCREENS = 500
# Characters of a screen's name.
LONGEST_NAME = 30
# How often (s) it is written down when screens were last seen, and for how long (s) a screen that was paired may take
# to come for its token.
_SAVED_EVERY, _COLLECTED_WITHIN = 60.0, 600.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Screen:
    """A paired screen. Times are seconds of the epoch; `digest` is "" until it has come for its token."""

    key: str
    name: str
    scope: Scope
    paired_by: str
    paired_by_name: str
    paired_at: float
    expires_at: float
    digest: str = ""
    seen_at: float = 0.0
    address: str = ""

    @property
    def identity(self) -> Identity:
        """Who a request of the screen is from."""
        return Identity(
            f"screen:{self.key}", self.name, Role.SCREEN, self.scope, session=self.key, address=self.address
        )


class Screens:
    """The paired screens. `clock` gives seconds of the epoch, `file` is where they are kept."""

    def __init__(self, days: int, file: Path, clock: Callable[[], float]) -> None:
        self._lasts = days * 86_400.0
        self._file = file
        self._clock = clock
        self._lock = threading.RLock()
        self._screens: dict[str, Screen] = self._read()
        self._saved_at = clock()

    def add(self, name: str, scope: Scope, who: Identity) -> Screen | None:
        """A new screen, without a token yet; None where there are too many."""
        with self._lock:
            self._forget_past()
            if len(self._screens) >= MOST_SCREENS:
                return None
            now = self._clock()
            screen = Screen(secrets.token_hex(8), name, scope, who.subject, who.name, now, now + self._lasts)
            self._screens[screen.key] = screen
            self._save()
            return screen

    def give_token(self, key: str, address: str) -> tuple[str, float] | None:
        """A token for a screen, and for how long (s) it holds; an earlier one is void. None for one that is gone."""
        with self._lock:
            screen = self.get(key)
            if screen is None:
                return None
            token, now = secrets.token_urlsafe(_TOKEN_BYTES), self._clock()
            self._screens[key] = replace(screen, digest=_digest(token), seen_at=now, address=address)
            self._save()
            return token, screen.expires_at - now

    def find(self, token: str, address: str) -> Screen | None:
        """The screen that a token is of, seen now at an address."""
        digest = _digest(token)
        with self._lock:
            found = next((screen for screen in self._screens.values() if screen.digest == digest), None)
            if found is None or self.get(found.key) is None:
                return None
            now = self._clock()
            self._screens[found.key] = found = replace(found, seen_at=now, address=address)
            if now - self._saved_at >= _SAVED_EVERY:
                self._save()
            return found

    def get(self, key: str) -> Screen | None:
        """A screen that is paired now."""
        screen = self._screens.get(key)
        return screen if screen is not None and not self._is_past(screen) else None

    def every(self) -> list[Screen]:
        """The screens that are paired now, the last one first."""
        with self._lock:
            standing = [screen for screen in self._screens.values() if not self._is_past(screen)]
        return sorted(standing, key=lambda screen: screen.paired_at, reverse=True)

    def revoke(self, key: str) -> None:
        """From now on the screen's token is void."""
        with self._lock:
            if self._screens.pop(key, None) is not None:
                self._save()

    def _is_past(self, screen: Screen) -> bool:
        now = self._clock()
        return now >= screen.expires_at or (not screen.digest and now >= screen.paired_at + _COLLECTED_WITHIN)

    def _forget_past(self) -> None:
        self._screens = {key: screen for key, screen in self._screens.items() if not self._is_past(screen)}

    def _save(self) -> None:
        self._saved_at = self._clock()
        self._forget_past()
        try:
            write_private(self._file, [_written(screen) for screen in self._screens.values()])
        except OSError as error:
            _log.error("%s: paired screens cannot be kept (%s); make room or correct the rights", self._file, error)

    def _read(self) -> dict[str, Screen]:
        """What the file says is paired; of one that cannot be read nothing is."""
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
            screens = [_screen_of(one) for one in kept]
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            _log.error("%s: cannot be read (%s); all screens must be paired anew", self._file, type(error).__name__)
            return {}
        return {screen.key: screen for screen in screens}


def _digest(token: str) -> str:
    """A token has 256 random bits: nobody finds it by its digest, and no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def _written(screen: Screen) -> dict[str, Any]:
    scope = screen.scope
    areas = None if scope.areas is None else sorted(scope.areas)
    return asdict(screen) | {"scope": {"areas": areas, "units": sorted(scope.units)}}


def _screen_of(kept: Mapping[str, Any]) -> Screen:
    areas, units = kept["scope"]["areas"], kept["scope"]["units"]
    scope = Scope(None if areas is None else frozenset(map(str, areas)), frozenset(map(str, units)))
    texts = {name: str(kept[name]) for name in ("key", "name", "paired_by", "paired_by_name", "digest", "address")}
    times = {name: float(kept[name]) for name in ("paired_at", "expires_at", "seen_at")}
    return Screen(scope=scope, **texts, **times)  # type: ignore[arg-type]
