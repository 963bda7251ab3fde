"""Database URLs and driver messages without their secrets, for every message and log."""

import re
from urllib.parse import unquote, unquote_plus

from sqlalchemy.engine import URL

HIDDEN = "***"
# Keys whose values are secrets or lead to them: password, sslpassword, passfile, passcode, motherduck_token, …
_SECRET = re.compile(r"pass|pwd|secret|token|key|auth|credential", re.IGNORECASE)
# "password = 'a b'" of libpq's own style.
_PAIR = re.compile(r"(?P<key>[\w%+.-]+)(?P<sign>\s*=\s*)(?P<value>'(?:\\.|[^'\\])*'?|\"[^\"]*\"?|[^\s;&]*)")
# Shorter secrets are not looked for in other texts: they would hide every letter of it.
_LEAST = 3


def redact(address: str | URL) -> str:
    """A database URL as it may be printed; works on texts that are no URL, too.

    Whatever could be a secret is hidden: the password between user and host, also one with an @, ? or / in it, and
    the value of every key that names one, in a query or in libpq's style. Where two readings of a text are possible,
    the one that hides more is taken.
    """
    return _split(_text(address))[0]


def without_secrets(message: str, address: str | URL) -> str:
    """A driver's message without the secrets of the URL, which drivers quote when they cannot read it."""
    for secret in sorted(_split(_text(address))[1], key=len, reverse=True):
        for spelling in {secret, unquote(secret), unquote_plus(secret)}:
            if len(spelling) >= _LEAST:
                message = message.replace(spelling, HIDDEN)
    return message


def _text(address: str | URL) -> str:
    return address.render_as_string(hide_password=False) if isinstance(address, URL) else address


def _split(text: str) -> tuple[str, set[str]]:
    """The text without its secrets, and the secrets."""
    secrets: set[str] = set()
    start, sign, rest = text.partition("://")
    if not sign:
        return _without_pairs(text, secrets), secrets
    # The user ends at the first colon and the password at the last @, whatever stands between.
    login = re.match(r"([^:/?#@]*):(.*)@", rest, re.DOTALL)
    if login:
        secrets.add(login[2])
        # A message may quote what stands before or behind an @ or a slash of the password.
        secrets |= {part for part in re.split(r"[@/?#:]", login[2]) if len(part) > _LEAST}
        rest = f"{login[1]}:{HIDDEN}@{rest[login.end() :]}"
    place, mark, query = rest.partition("?")
    return f"{start}://{place}{mark}{_without_values(query, secrets)}", secrets


def _without_values(query: str, secrets: set[str]) -> str:
    parts, hiding = [], False
    for part in query.split("&"):
        key, sign, value = part.partition("=")
        if not sign:
            # The rest of a value that holds an unescaped &.
            parts.append(HIDDEN if hiding else part)
            if hiding:
                secrets.add(part)
            continue
        hiding = bool(_SECRET.search(unquote_plus(key)))
        if hiding:
            secrets.add(value)
        parts.append(f"{key}={HIDDEN}" if hiding else f"{key}={_without_pairs(value, secrets)}")
    return "&".join(parts)


def _without_pairs(text: str, secrets: set[str]) -> str:
    def hide(pair: re.Match[str]) -> str:
        if not _SECRET.search(unquote_plus(pair["key"])):
            return pair[0]
        secrets.add(pair["value"].strip("'\""))
        return f"{pair['key']}{pair['sign']}{HIDDEN}"

    return _PAIR.sub(hide, text)
