"""Pairing a screen: the code that it shows, and whoever enters it.

A code holds for ten minutes and once. The browser that shows it knows a secret of its own by which it asks what became
of it; the code alone opens nothing.
"""

import hashlib
import secrets
import threading
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from access.identity import Identity, Role
from access.lockout import Lockout, group_of
from access.screens import LONGEST_NAME, Screen, Screens
from casebase.directory import Directory
from casebase.scope import Scope

# The cookie of a browser that shows a code.
SECRET = "cockpit_pairing"
# What nobody takes for another: no 0 and O, 1 and I and L, 2 and Z, 5 and S, 8 and B, U and V, G and Q.
ALPHABET = "34679ACDEFHJKMNPRTWXY"
LETTERS, LASTS = 8, 600.0
MOST_CODES, MOST_CODES_OF_ADDRESS = 200, 6
PAIRING_ROLES = (Role.LEADER, Role.ADMINISTRATOR)


class PairingRefusal(StrEnum):
    """Why nothing is paired; each is one sentence for the person."""

    WRONG_CODE = "没有这个配对码，或者已过期。请照大屏上现在显示的码输入。"
    LOCKED = "输错次数过多，请几分钟后再试。"
    NO_NAME = f"请给大屏起个名称，最长 {LONGEST_NAME} 字。"
    NOT_ALLOWED = "大屏由领导或管理人员配对，显示范围不能超出本人可以查看的范围。"
    FULL = "已配对的大屏太多，请先撤销不用的。"


@dataclass(frozen=True)
class Code:
    """A code that is shown: to whom (the digest of the browser's secret), where, until when (s of the codes' clock).

    `screen` is the key of the screen that it was paired as, "" while nobody has entered it.
    """

    text: str
    digest: str
    group: str
    until: float
    screen: str = ""


class Pairing:
    """Codes and screens. `clock` gives seconds of a clock that is never set."""

    def __init__(
        self, screens: Screens, lockout: Lockout, directory: Callable[[], Directory], clock: Callable[[], float]
    ) -> None:
        self.screens = screens
        self._lockout = lockout
        self._directory = directory
        self._clock = clock
        self._lock = threading.Lock()
        self._codes: dict[str, Code] = {}

    def begin(self, address: str) -> tuple[str, Code] | None:
        """A new code and the secret of the browser that shows it; None while too many are shown."""
        with self._lock:
            self._forget_past()
            group = group_of(address)
            shown_there = sum(code.group == group for code in self._codes.values())
            if len(self._codes) >= MOST_CODES or shown_there >= MOST_CODES_OF_ADDRESS:
                return None
            secret = secrets.token_urlsafe(32)
            text = "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))
            code = Code(text, _digest(secret), group, self._clock() + LASTS)
            self._codes[code.digest] = code
            return secret, code

    def find(self, secret: str) -> Code | None:
        """The code that the browser with this secret shows, while it holds."""
        with self._lock:
            self._forget_past()
            return self._codes.get(_digest(secret))

    def seconds_left(self, code: Code) -> float:
        """How long a code still holds."""
        return max(0.0, code.until - self._clock())

    def pair(self, who: Identity, typed: str, name: str, scope: Scope) -> Screen | PairingRefusal:
        """Pair the screen that shows a code, as somebody who may see all that it will show.

        Wrong codes lock the person and the address for a while. Raises CasebaseError where the areas cannot be read.
        """
        name = name.strip()
        if who.role not in PAIRING_ROLES or not self._directory().lies_within(scope, who.scope):
            return PairingRefusal.NOT_ALLOWED
        if not 0 < len(name) <= LONGEST_NAME:
            return PairingRefusal.NO_NAME
        if any(self._lockout.is_locked(key) for key in _keys(who)):
            return PairingRefusal.LOCKED
        with self._lock:
            self._forget_past()
            text = normalized(typed)
            code = next((code for code in self._codes.values() if code.text == text and not code.screen), None)
            if code is None:
                for key in _keys(who):
                    self._lockout.fail(key)
                return PairingRefusal.WRONG_CODE
            screen = self.screens.add(name, scope, who)
            if screen is None:
                return PairingRefusal.FULL
            self._codes[code.digest] = replace(code, screen=screen.key)
            return screen

    def _forget_past(self) -> None:
        now = self._clock()
        self._codes = {digest: code for digest, code in self._codes.items() if code.until > now}


def normalized(typed: str) -> str:
    """A code as it was made, whatever a person puts between its groups and however a keyboard writes its letters."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", typed).upper() if letter.isalnum())


def in_groups(text: str) -> str:
    """A code as it is read: two groups of four."""
    return f"{text[: LETTERS // 2]} {text[LETTERS // 2 :]}"


def _keys(who: Identity) -> tuple[str, str]:
    """What wrong codes are counted by: the person, and where they come from."""
    return f"person {who.subject}", who.address


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
