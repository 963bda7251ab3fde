"""信访件: the petitions, by place, class, unit, channel and what became of their clocks."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
)

from casebase import schema
from casebase.case_words import ACCEPTED, ARTICLES_OF_PURPOSES, CLOSED, NOT_ACCEPTED, NOT_FORWARDED
from queries.model import Expression, Fixed, Moment, Subject
from queries.subjects.expressions import (
    area_name,
    before,
    first_level,
    happened,
    limit_state,
    name_of,
    natural_days,
    not_handled,
    on_day,
    p,
    without_own_name,
)

AGE_BANDS = ("5天内", "6–15天", "16–30天", "31–60天", "61–90天", "90天以上")
_AGE_LIMITS = (5, 15, 30, 60, 90)
CLOSING_DAYS = (*(str(n) for n in range(11)), "10以上")
# What became of a limit, of either clock.
DUE_STATES = ("按期办结", "逾期办结", "逾期未结", "在期未结")


def stage(at: Moment) -> ColumnElement[str]:
    """Where a case stood at the moment, from its times; null where a time that would tell was never loaded.

    A time that no row has is no sign that nothing happened: without times of forwarding nobody knows whether a case
    that is not accepted waits for the one or for the other.
    """
    blank = at.look()
    ending = case((not_handled(), p.status), else_=CLOSED)
    steps = [(p.closed_at, ending), (p.accepted_at, ACCEPTED), (p.forwarded_at, NOT_ACCEPTED)]
    reached = [(before(at.as_of, time), stage) for time, stage in steps]
    # What lies before a step that nobody dated is not known; what lies after it is.
    undated = [n for n, (time, _) in enumerate(steps) if f"petition.{time.key}" in blank]
    dated_steps = reached[: min(undated)] if undated else reached
    return case(*dated_steps, else_=null() if undated else NOT_FORWARDED) if dated_steps else cast(null(), String)


def age_band(at: Moment) -> ColumnElement[str]:
    """Natural days since registration, in bands; day 1 is the day after."""
    limits = zip(_AGE_LIMITS, AGE_BANDS[:-1], strict=True)
    bands = [(p.registered_at >= at.midnight - timedelta(days=days), band) for days, band in limits]
    return case(*bands, else_=AGE_BANDS[-1])


def _workday_number(day: ColumnElement[Any], *, begun: bool = False) -> ColumnElement[Any]:
    """Running number of the working day; a rest day belongs to the next one where `begun`."""
    workday = schema.workday.alias()
    number: ColumnElement[int] = workday.c.workday_no
    if begun:
        number = case((workday.c.is_workday, number), else_=number + 1)
    return select(number).where(workday.c.day == day).scalar_subquery()


def closing_days(at: Moment) -> ColumnElement[str]:
    """Working days from registration to closing, null while open or outside the calendar.

    0 is the same day; a closing on a rest day counts for the working day after it, so that
    "5" never holds a case that missed its fifth working day.
    """
    days = _workday_number(on_day(p.closed_at), begun=True) - _workday_number(on_day(p.registered_at))
    return case(
        (or_(p.closed_at.is_(None), p.closed_at > at.as_of, not_handled()), null()),
        (or_(on_day(p.closed_at) == on_day(p.registered_at), days < 0), "0"),
        (days > 10, CLOSING_DAYS[-1]),
        else_=cast(days, String),
    )


def five_day_state(at: Moment) -> ColumnElement[str]:
    """What became of a simple claim's five working days; null where it ended without being handled."""
    closed = before(at.as_of, p.closed_at)
    return case(
        (and_(closed, not_handled()), null()),
        (and_(closed, on_day(p.closed_at) <= p.five_day_due), DUE_STATES[0]),
        (closed, DUE_STATES[1]),
        (p.five_day_due < at.today, DUE_STATES[2]),
        else_=DUE_STATES[3],
    )


def due_state(at: Moment) -> ColumnElement[str]:
    """What became of a case's handling deadline; null where it has none, or ended without being handled."""
    state = limit_state(at, p.closed_at, p.due_at, DUE_STATES)
    return case((and_(before(at.as_of, p.closed_at), not_handled()), null()), else_=state)


# About a kilometre: 0.01 degrees.
CELLS_PER_DEGREE = 100


def _hot_cell() -> ColumnElement[str]:
    """The square of 0.01 degrees that a case lies in, as "11366_3475" (hundredths of lon and lat, rounded down)."""
    east = cast(func.floor(p.lon * CELLS_PER_DEGREE), Integer)
    north = cast(func.floor(p.lat * CELLS_PER_DEGREE), Integer)
    return case((or_(p.lon.is_(None), p.lat.is_(None)), null()), else_=func.concat(east, "_", north))


# What counts as article 31 item 6 for want of a word (domain.md §1).
UNNAMED_PATH = "未注明（按第三十一条第六项）"


def _handling_path() -> ColumnElement[str]:
    """By which article a case is handled: as its source says, else as its purpose does."""
    return func.coalesce(
        p.handling_path,
        case(*((p.purpose == purpose, path) for purpose, path in ARTICLES_OF_PURPOSES.items()), else_=UNNAMED_PATH),
    )


ACCOMPANIED = ("有代办员", "无代办员")


def _accompanied() -> ColumnElement[str]:
    """Whether a case has an agent; null where there is no case (a reception without one)."""
    without = and_(p.petition_id.is_not(None), p.agent_id.is_(None))
    return case((p.agent_id.is_not(None), ACCOMPANIED[0]), (without, ACCOMPANIED[1]), else_=null())


PLACE_DIMENSIONS: dict[str, Expression] = {
    "district": Fixed(p.district_code),
    "street": Fixed(p.street_code),
    "community": Fixed(p.community_code),
    "grid": Fixed(p.grid_id),
}
OF_PETITION: dict[str, Expression] = {
    **PLACE_DIMENSIONS,
    "channel": Fixed(p.channel),
    "category": Fixed(first_level(p.category_code)),
    "subcategory": Fixed(p.category_code),
    "unit": Fixed(p.unit_id),
    "complained_unit": Fixed(p.complained_unit_id),
    "purpose": Fixed(p.purpose),
    "handling_path": Fixed(_handling_path()),
    "registering_level": Fixed(p.registering_level),
    "stage": stage,
    "age": age_band,
    "closing_days": closing_days,
    "five_day_state": five_day_state,
    "due_state": due_state,
    "due_day": Fixed(on_day(p.due_at)),
    "five_day_due": Fixed(p.five_day_due),
    "hot_cell": Fixed(_hot_cell()),
    "accompanied": Fixed(_accompanied()),
}


def _last_day_of_work(at: Moment) -> ColumnElement[Any]:
    """The day a case was closed, or today while it is open: the day that its limits are held against."""
    return case((before(at.as_of, p.closed_at), on_day(p.closed_at)), else_=literal(at.today, Date))


def _unless_turned_away(at: Moment, days: ColumnElement[int]) -> ColumnElement[int]:
    """Days to a limit; null where the case ended without being handled, and no limit is held against it."""
    return case((and_(before(at.as_of, p.closed_at), not_handled()), null()), else_=days)


def days_left(at: Moment) -> ColumnElement[int]:
    """Natural days from the closing, or from today, to the handling deadline: negative where it was missed."""
    return _unless_turned_away(at, natural_days(_last_day_of_work(at), p.due_at))


def five_day_left(at: Moment) -> ColumnElement[int]:
    """Working days from the closing, or from today, to the five-day deadline: negative where it was missed.

    As a case's clock counts them (casebase.workdays.Workdays.between): the working days after the earlier day up
    to and including the later. A rest day is none: 0 is the last day, or a limit after which nobody has worked yet.
    """
    days = _workday_number(p.five_day_due) - _workday_number(_last_day_of_work(at))
    return _unless_turned_away(at, days)


_CASE: dict[str, Expression] = {
    "case_no": Fixed(p.case_no),
    "title": Fixed(case((p.restricted, null()), else_=without_own_name(p.title))),
    "channel": Fixed(p.channel),
    "people": Fixed(p.people),
    "category": name_of(schema.category, "code", p.category_code),
    "district": area_name(p.district_code),
    "street": area_name(p.street_code),
    "unit": name_of(schema.unit, "unit_id", p.unit_id),
    "stage": stage,
    "registered_at": Fixed(p.registered_at),
    "five_day_due": Fixed(p.five_day_due),
    "five_day_left": five_day_left,
    "due_at": Fixed(p.due_at),
    "days_left": days_left,
    "closed_at": happened(p.closed_at),
    # Last: on a narrow screen the days that are left go first.
    "unit_contact": name_of(schema.unit, "unit_id", p.unit_id, "contact"),
}


def of_case(**more: ColumnElement[Any]) -> Mapping[str, Expression]:
    """The columns of a list of cases, after these of its own."""
    return {**{name: Fixed(column) for name, column in more.items()}, **_CASE}


def _with_word(word: str) -> ColumnElement[bool]:
    """The title or the text holds the word, to the letter."""
    return or_(*(func.strpos(func.coalesce(column, ""), word) > 0 for column in (p.title, p.body)))


PETITION = Subject(
    "petition",
    "信访件",
    "件次",
    schema.petition,
    p.petition_id,
    OF_PETITION,
    of_case(petition_id=p.petition_id),
    Fixed(p.registered_at),
    finds={"word": _with_word},
)
