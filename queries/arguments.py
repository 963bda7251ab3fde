"""Arguments of commands: days, moments and periods, places and units, each wrong one named in one sentence."""

from contextlib import suppress
from datetime import date, datetime
from difflib import get_close_matches
from enum import StrEnum

from casebase.engine import ScopedCasebase
from casebase.errors import UsageError
from queries import names
from queries.periods import Period, Preset, end_of_day, last_finished
from queries.subjects import AREA_LEVELS

_MOST_NEAR = 4
# A side of a period that is not given.
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)


class Last(StrEnum):
    """What --last names; each is a Preset of the same word."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    def before(self, today: date) -> Period:
        """The last one that ended before the one that holds `today`."""
        return last_finished(Preset(self), today)


def day(option: str, text: str) -> date:
    """A day, written 2026-11-22. Raises UsageError for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text}: not a day; write it as 2026-11-22") from None


def period(from_: str | None, to: str | None) -> Period | None:
    """The days --from … --to; open on a side that is not given. None where neither is."""
    if from_ is None and to is None:
        return None
    start = day("--from", from_) if from_ else _FIRST_DAY
    end = day("--to", to) if to else _LAST_DAY
    if end < start:
        raise UsageError(f"--to {to} lies before --from {from_}")
    return Period(start, end)


def days_of(period: Period | None, at: datetime) -> str:
    """Which days a period has, as a remark under numbers of a moment says it: period: 2026-10-01 to 2026-10-31."""
    if period is None or (period.start == _FIRST_DAY and period.end == _LAST_DAY):
        return "period: all days (--from, --to or --last narrows it)"
    if period.end == _LAST_DAY:
        return f"period: {period.start} and all days after it"
    if period.start == _FIRST_DAY:
        return f"period: {period.end} and all days before it"
    so_far = f", so far to {at:%Y-%m-%d %H:%M:%S}" if period.end > at.date() else ""
    return f"period: {period.start} to {period.end}{so_far}"


def moment(text: str) -> datetime:
    """A moment of --as-of; a day means its end. Raises UsageError for anything else."""
    with suppress(ValueError):
        return end_of_day(date.fromisoformat(text))  # no time was given, however the day is written
    with suppress(ValueError):
        parsed = datetime.fromisoformat(text)
        if parsed.tzinfo is None:
            return parsed
    raise UsageError(f"--as-of {text}: not a moment; write it as 2026-11-22 or 2026-11-22T10:30:00")


def code(
    casebase: ScopedCasebase, option: str, text: str, dimension: str | None = None, *, within: str | None = None
) -> str:
    """The code of an area (no dimension), or of a value of a dimension, given by code or by name.

    Of several areas of one name that which lies `within` the area of that code is meant. Raises UsageError for a name
    that several have, or that none has, with those near it.
    """
    codes = names.codes(casebase, dimension)
    if codes is None or text in codes:
        return text
    matches = [code for code, name in codes.items() if name == text]
    if not matches and dimension in AREA_LEVELS:
        told_apart = names.names_of(casebase, dimension) or {}
        matches = [code for code in codes if told_apart.get(code) == text]
    if len(matches) > 1 and within is not None and dimension in AREA_LEVELS:
        matches = [code for code in matches if within in _lies_in(casebase, code)]
    if len(matches) == 1:
        return matches[0]
    kind = dimension or "area"
    if matches:
        listed = ", ".join(_placed(casebase, code) for code in matches)
        raise UsageError(f"{option} {text}: the name of several {kind}s, write the code: {listed}")
    near = [name for name in codes.values() if text in name] or get_close_matches(text, codes.values(), _MOST_NEAR)
    hint = ", ".join(f"{name} ({code})" for code, name in codes.items() if name in near[:_MOST_NEAR])
    ways = f"python -m queries --codes {dimension or 'district'} lists them"
    raise UsageError(f"{option} {text}: no such {kind}; {f'near it: {hint}; ' if hint else ''}{ways}")


def _lies_in(casebase: ScopedCasebase, code: str) -> list[str]:
    """An area's code and those of all that it lies in."""
    parents = names.areas(casebase).set_index("code")["parent_code"].to_dict()
    path: list[str] = []
    while code in parents and code not in path:
        path.append(code)
        code = parents[code]
    return path


def _placed(casebase: ScopedCasebase, code: str) -> str:
    """A code with the place that it lies in: 410105003 (金水区)."""
    table = names.areas(casebase).set_index("code")
    parent = table["parent_code"].get(code)
    return f"{code} ({table['name'].get(parent)})" if parent in table.index else code
