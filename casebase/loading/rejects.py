"""The operator's file of rejected rows: the only place where their text is kept, and never at another file's cost.

It is read by people and loaded by nobody: who mends a row looks it up in its own file, by the line.
"""

import csv
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from casebase.errors import CasebaseError, UsageError
from casebase.loading.run import Rejected
from casebase.spreadsheets import harmless

_HEAD = ["line", "column", "value", "reason"]


def beside(file: Path) -> Path:
    """Where the rejected rows of a file go if nobody says otherwise."""
    return file.with_name(f"{file.name}.rejects.csv")


def check_target(path: Path, in_use: Mapping[str, Path]) -> None:
    """Raises UsageError where the rejects would overwrite a file that is needed, or that holds something else.

    `in_use` names the files of the load, such as "input"; links and other spellings of them count as well.
    """
    for name, file in in_use.items():
        if _same(path, file):
            raise UsageError(f"{path}: this is the {name} of the load; name another file with --rejects")
    if path.exists() and not path.is_file():
        raise UsageError(f"{path}: the rejected rows need a file of their own; this is none")
    if path.is_file() and path.stat().st_size and not _holds_rejects(path):
        raise UsageError(f"{path}: this file holds something else than rejected rows; name another with --rejects")


def write(path: Path, rejected: Iterable[Rejected]) -> None:
    """Write the rows as line, column, value and reason: beside it first, so that the file is whole or as before.

    Only its owner can read it. Raises CasebaseError where it cannot be written.
    """
    target = path.resolve()
    aside = None
    try:
        # Made for its owner alone from the start.
        with tempfile.NamedTemporaryFile(
            "w", dir=target.parent, prefix=f".{target.name}.", encoding="utf-8-sig", newline="", delete=False
        ) as out:
            aside = Path(out.name)
            writer = csv.writer(out)
            writer.writerow(_HEAD)
            writer.writerows((row.line, *map(_cell, (row.column, row.value, row.reason))) for row in rejected)
        aside.replace(target)
    except OSError as error:
        raise CasebaseError(
            f"{path}: the rejected rows cannot be written ({error.strerror}); name another file with --rejects"
        ) from None
    finally:
        if aside is not None:
            aside.unlink(missing_ok=True)


def _cell(text: str | None) -> str | None:
    """What came from the file, or names a column of it, as an operator's spreadsheet may open it. Digits stay."""
    return None if text is None else harmless(text, digits=False)


def forget(path: Path) -> None:
    """Remove the rejects of an earlier load."""
    if path.is_file() and _holds_rejects(path):
        path.unlink()


def _same(path: Path, other: Path) -> bool:
    if path.exists() and other.exists():
        return path.samefile(other)
    return path.resolve() == other.resolve()


def _holds_rejects(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            first = file.readline(100)
    except OSError:
        return False
    return first.decode("utf-8-sig", errors="replace").strip() == ",".join(_HEAD)
