"""What a database says went wrong, as one sentence without secrets: what happened, and what to do."""

import re

from sqlalchemy.engine import URL
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from casebase.addresses import redact, without_secrets

_LONGEST = 200
# PostgreSQL's error codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
_BY_CODE = {
    "42P01": "the tables are missing; run: python -m casebase init",
    "42703": "a column of this release is missing; run: python -m casebase init",
    "53100": "the disk of the database is full; make room and try again",
    "55P03": "another program holds a lock on what is needed; try again when it has ended",
    "40P01": "two programs waited for each other's locks; try again",
    "25P02": "an earlier statement of the same transaction failed",
}
_BY_CLASS = {
    "08": "the case database cannot be reached",
    "28": "the case database refuses this user",
    "3D": "there is no such database on the server",
    "53": "the database server is at the end of its means",
    "54": "a value is too long for PostgreSQL to keep",
    "57": "the case database cannot be reached",
}
# The words of DuckDB and of operating systems, which have no codes.
_BY_WORDS = (
    (
        r"could not set lock",
        "another process holds this DuckDB file; stop it (the cockpit itself may be running), or use PostgreSQL",
    ),
    (r"(table|relation) .*does not exist", "the tables are missing; run: python -m casebase init"),
    (r"column .*(does not exist|not found)", "a column of this release is missing; run: python -m casebase init"),
    (r"no space left|disk (is )?full|disk quota", "the disk of the database is full; make room and try again"),
    (r"out of memory|failed to allocate", "the database ran out of memory"),
    (r"database has been invalidated", "the case database failed and must be opened again; restart the program"),
    (r"interrupt", "the statement was cancelled"),
    (r"unrecognized configuration parameter", "the URL has an option that the database does not know"),
    (r"read-only", "the case database may only be read, not written"),
    (r"permission denied", "the case database may not be opened by this user"),
)


def reason(address: str | URL, error: BaseException) -> str:
    """One sentence for an error of a driver, with the address it happened at."""
    return f"{redact(address)}: {_failure(error, address)}"


def _failure(error: BaseException, address: str | URL) -> str:
    if isinstance(error, PoolTimeoutError):
        return "all connections are busy; try again, or raise [database] connections"
    cause = getattr(error, "orig", None) or error
    text = _short(cause, address)
    code: str | None = getattr(cause, "sqlstate", None)
    if code == "57014":
        late = "statement timeout" in text
        return "the statement took longer than [database] statement_timeout" if late else "the statement was cancelled"
    if code and code in _BY_CODE:
        return f"{_BY_CODE[code]} ({text})"
    if code and code[:2] in _BY_CLASS:
        return f"{_BY_CLASS[code[:2]]} ({text})"
    for words, sentence in _BY_WORDS:
        if re.search(words, text, re.IGNORECASE):
            return sentence if "lock" in words else f"{sentence} ({text})"
    unreachable = code is None and (isinstance(cause, OSError) or "connect" in text or "IO Error" in text)
    return f"the case database {'cannot be reached' if unreachable else 'refuses'} ({text})"


def _short(cause: BaseException, address: str | URL) -> str:
    """The message alone: details and context quote rows, with the people in them."""
    primary = getattr(getattr(cause, "diag", None), "message_primary", None)
    text = " ".join(str(primary or cause).split())
    return without_secrets(text, address)[:_LONGEST]
