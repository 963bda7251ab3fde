"""Expressions that the subjects share: days, what was known at a moment, names of codes."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Alias,
    ColumnElement,
    Date,
    Integer,
    String,
    and_,
    case,
    cast,
    false,
    func,
    null,
    or_,
    select,
    type_coerce,
)

from casebase import schema
from casebase.case_words import NOT_HANDLED
from casebase.person_names import COMPOUND_SURNAMES, STARS
from casebase.personal import PersonalText
from queries.model import Expression, Fixed, Moment

p = schema.petition.c


def not_handled() -> ColumnElement[bool]:
    """The case ends, or ended, without being handled: 不予受理, 不再受理, 存."""
    return func.coalesce(p.status.in_(NOT_HANDLED), false())


def on_day(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The natural day of a time."""
    return cast(column, Date)


def natural_days(start: ColumnElement[Any], end: ColumnElement[Any]) -> ColumnElement[int]:
    """Natural days between two times; day 1 is the day after the start (domain.md §1)."""
    return type_coerce(on_day(end) - on_day(start), Integer)


def before(moment: datetime, column: ColumnElement[Any]) -> ColumnElement[bool]:
    """The event had happened at the moment."""
    return and_(column.is_not(None), column <= moment)


def open_at(moment: datetime) -> ColumnElement[bool]:
    """The case had not ended by the moment.

    `settled_by` says no more here than `closed_at`, but rows are found by it (see casebase.row_order).
    """
    return and_(p.settled_by > moment, or_(p.closed_at.is_(None), p.closed_at > moment))


def limit_passed(limit: ColumnElement[Any], at: Moment) -> ColumnElement[bool]:
    """The limit's day lies before today: what is due today is due until midnight (domain.md §1)."""
    return limit < at.midnight


def within_limit(done: ColumnElement[Any], limit: ColumnElement[Any]) -> ColumnElement[bool]:
    """Done on the limit's day or earlier."""
    return on_day(done) <= on_day(limit)


def limit_state(
    at: Moment, done_at: ColumnElement[Any], limit: ColumnElement[Any], states: tuple[str, str, str, str]
) -> ColumnElement[str]:
    """What became of a limit: done in time, done late, past and not done, ahead; null where there is none."""
    done = before(at.as_of, done_at)
    return case(
        (limit.is_(None), null()),
        (and_(done, within_limit(done_at, limit)), states[0]),
        (done, states[1]),
        (limit_passed(limit, at), states[2]),
        else_=states[3],
    )


def first_level(code: ColumnElement[Any]) -> ColumnElement[Any]:
    """First-level class of a category code."""
    category = schema.category.alias()
    return (
        select(func.coalesce(category.c.parent_code, category.c.code)).where(category.c.code == code).scalar_subquery()
    )


def happened(time: ColumnElement[Any], value: ColumnElement[Any] | None = None) -> Expression:
    """A time, or what came to be known with it; null where the moment lies before it."""
    result = time if value is None else value
    return lambda at: case((time <= at.as_of, result), else_=null())


def name_of(table: Any, key: str, code: ColumnElement[Any], column: str = "name") -> Expression:
    """The name that a table has for a code, or another column of it."""
    names: Alias = table.alias()
    return Fixed(select(names.c[column]).where(names.c[key] == code).scalar_subquery())


def area_name(code: ColumnElement[Any]) -> Expression:
    """The name of an area code."""
    return name_of(schema.area, "code", code)


def grid_name(code: ColumnElement[Any]) -> Expression:
    """The name of a grid; the code of one that the case base does not know."""
    known = name_of(schema.grid, "grid_id", code)
    return lambda at: func.coalesce(known(at), code)


def without_own_name(text: ColumnElement[Any]) -> ColumnElement[Any]:
    """A text of a case, its petitioner's name in it masked where it stands there to the letter.

    In the database, so that whoever lists titles need not read names. A name of one character would be in any text.
    """
    length, compound = func.length(p.petitioner_name), func.substr(p.petitioner_name, 1, 2)
    surname = case((and_(compound.in_(COMPOUND_SURNAMES), length > 2), compound), else_=func.substr(compound, 1, 1))
    masked = func.replace(text, p.petitioner_name, func.concat(surname, STARS))
    return type_coerce(case((length > 1, masked), else_=text), PersonalText)


def as_key(expression: ColumnElement[Any]) -> ColumnElement[Any]:
    """A dimension as the key of a group: the value as it is stored, to be masked where it is displayed."""
    return type_coerce(expression, String) if isinstance(expression.type, PersonalText) else expression
