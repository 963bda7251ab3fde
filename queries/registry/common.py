"""What the numbers of all groups share: which cases are looked at, and how days are counted."""

from datetime import timedelta
from typing import Any, TypedDict

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Integer,
    and_,
    cast,
    func,
    literal_column,
    not_,
    or_,
    type_coerce,
)
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from casebase.case_words import HOTLINE
from queries.model import Fixed, Moment, Spell
from queries.subjects import before, natural_days, not_handled, on_day, open_at, p

# Working days that the cockpit looks ahead.
HORIZONS = (1, 3, 5)

EXCLUDED = "不含检举控告件；12345转办件另计，不并入信访量。"


class Rows(TypedDict):
    """What a number looks at and what of it counts, in words."""

    among_text: str
    hits_text: str


class Definition(Rows):
    """The same with the definition that says it."""

    definition: str


def all_of(text: str) -> Rows:
    """The words of a number of which all rows count: `text` says which it looks at."""
    return {"among_text": text, "hits_text": text}


def counted(text: str, note: str = EXCLUDED) -> Definition:
    """The same for one whose definition is a sentence of these words and the `note` of what it leaves out."""
    return {"definition": f"{text.removesuffix('。')}。{note}", "among_text": text, "hits_text": text}


def known(at: Moment) -> ColumnElement[bool]:
    """Petitions that every number looks at: registered by the moment, not restricted, no hotline case."""
    return and_(p.registered_at <= at.as_of, not_(p.restricted), or_(p.channel.is_(None), p.channel != HOTLINE))


def hotline(at: Moment) -> ColumnElement[bool]:
    """Orders of 12345 known by the moment, which are in no number of 信访 and stand beside it."""
    return and_(p.registered_at <= at.as_of, not_(p.restricted), p.channel == HOTLINE)


def first_counted(at: Moment) -> ColumnElement[bool]:
    """Timeliness numbers count first cases that are 纳入统计 (domain.md §2)."""
    return and_(known(at), p.is_first, p.counted)


def ended(at: Moment) -> ColumnElement[bool]:
    """Closed, or ended without being handled, by the moment."""
    return before(at.as_of, p.closed_at)


def closed(at: Moment) -> ColumnElement[bool]:
    """Closed (办结) by the moment; 不予受理, 不再受理 and 存 end a case without closing it (domain.md §1)."""
    return and_(ended(at), not_(not_handled()))


def still_open(at: Moment) -> ColumnElement[bool]:
    """Registered and not ended by the moment."""
    return and_(known(at), open_at(at.as_of))


def judged_by_limits(at: Moment) -> ColumnElement[bool]:
    """First cases that are 纳入统计 and did not end without being handled: those that a limit is held against."""
    return and_(first_counted(at), not_(and_(ended(at), not_handled())))


def active(at: Moment, columns: ReadOnlyColumnCollection[str, Any]) -> ColumnElement[bool]:
    """At work at the moment: `columns` are those of a table with active_from and active_to."""
    return and_(columns.active_from <= at.as_of, or_(columns.active_to.is_(None), columns.active_to > at.as_of))


def days_later(column: ColumnElement[Any], days: int) -> ColumnElement[Any]:
    """So many times 24 hours after a time."""
    return column + timedelta(days=days)


def last_day(column: ColumnElement[Any], days: int) -> ColumnElement[Any]:
    """The last of so many natural days; day 1 is the day after (domain.md §1).

    A date plus a whole number, because adding an interval to millions of rows is ten times as slow.
    """
    return type_coerce(type_coerce(on_day(column), Integer) + literal_column(str(days), Integer), Date)


def with_its_case(start: ColumnElement[Any]) -> ColumnElement[Any]:
    """When a row that belongs to a case comes into a stock: with its case, where that was registered later than it.

    The row's own time where it belongs to none: the greatest is taken of what is not blank.
    """
    return func.greatest(start, p.registered_at)


def overdue_from(start: ColumnElement[Any], limit: ColumnElement[Any]) -> ColumnElement[Any]:
    """What has a limit is overdue from the day after it, or from its own start where that is later."""
    return func.greatest(start, cast(last_day(limit, 1), DateTime))


def open_spell(rows: ColumnElement[bool], start: ColumnElement[Any] = p.registered_at) -> Spell:
    """Cases that are in a stock from their registration, or a later time, until they end."""
    return Spell(rows, start, p.closed_at)


def day_passed(column: ColumnElement[Any], days: int, at: Moment) -> ColumnElement[bool]:
    """The last of so many natural days lies before today."""
    return column < at.midnight - timedelta(days=days)


def by_last_day(done: ColumnElement[Any], start: ColumnElement[Any], days: int, at: Moment) -> ColumnElement[bool]:
    """Done by the last of so many natural days after the start."""
    return and_(before(at.as_of, done), natural_days(start, done) <= days)


REGISTERED_AT = Fixed(p.registered_at)
CLOSED_AT = Fixed(p.closed_at)
