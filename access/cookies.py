"""The framework's cookie of somebody who signed in: what it says, and when it was made.

The framework signs it with a time of its own, keeps it for 30 days, splits a long one into pieces, and looks at neither
time nor end. Whoever has the secret reads the same from it here, in pages, on routes and sockets alike.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer

NAME = "_streamlit_user"
_PIECES = re.compile(r"chunks-(\d{1,2})")
# Seconds between the pieces of one cookie: more, and they are pieces of several.
_APART = 1.0


class ForgedError(ValueError):
    """A cookie was not made by this server, or is put together from several."""


@dataclass(frozen=True)
class SignedCookie:
    """What a cookie says: claims of the provider, when it was made (seconds of the epoch), and what it alone has."""

    claims: Mapping[str, Any]
    issued_at: float
    key: str


def read_cookie(cookies: Mapping[str, str], secret: str) -> SignedCookie | None:
    """The sign-in that cookies show; None where there is none. Raises ForgedError."""
    if NAME not in cookies:
        return None
    text, issued_at = _signed(cookies, NAME, secret)
    if pieces := _PIECES.fullmatch(text):
        parts = [_signed(cookies, f"{NAME}_{number + 1}", secret) for number in range(int(pieces[1]))]
        times = [issued_at, *(at for _, at in parts)]
        if max(times) - min(times) > _APART:
            raise ForgedError("pieces of several cookies")
        text = "".join(part for part, _ in parts)
    try:
        claims = json.loads(text)
    except ValueError:
        raise ForgedError("no claims in it") from None
    if not isinstance(claims, dict) or claims.get("is_logged_in") is not True:
        raise ForgedError("no claims in it")
    key = hashlib.sha256(f"{issued_at:.0f} {text}".encode()).hexdigest()
    return SignedCookie(claims, issued_at, key)


def _signed(cookies: Mapping[str, str], name: str, secret: str) -> tuple[str, float]:
    """What stands in one cookie, and when it was signed."""
    try:
        value, at = URLSafeTimedSerializer(secret, salt=name).loads(cookies.get(name, ""), return_timestamp=True)
    except BadSignature:
        raise ForgedError(f"{name} is not signed by this server") from None
    if not isinstance(value, str):
        raise ForgedError(f"{name} holds no text")
    return value, at.timestamp()
