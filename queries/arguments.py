"""What commands are told about time: days, moments and periods, each wrong one named in one sentence."""

from datetime import date, datetime

from casebase.errors import UsageError
from queries.periods import Period, end_of_day


def day(option: str, text: str) -> date:
    """A day, written 2026-11-22. Raises UsageError for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text}: not a day; write it as 2026-11-22") from None


def period(from_: str | None, to: str | None) -> Period | None:
    """The days --from … --to; open on a side that is not told. None where neither is."""
    if from_ is None and to is None:
        return None
    start = day("--from", from_) if from_ else date(1900, 1, 1)
    end = day("--to", to) if to else date(2999, 12, 31)
    if end < start:
        raise UsageError(f"--to {to} lies before --from {from_}")
    return Period(start, end)


def moment(text: str) -> datetime:
    """A moment of --as-of; a day means its end. Raises UsageError for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo:
        raise UsageError(f"--as-of {text}: not a moment; write it as 2026-11-22 or 2026-11-22T10:30:00")
    return found if ":" in text else end_of_day(found.date())
