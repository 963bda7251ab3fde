"""12345转办件: the orders of the hotline, which have a limit of their own and none of the petition's clocks."""

from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, null

from casebase import schema
from queries.model import Expression, Fixed, Moment, Subject
from queries.subjects.expressions import (
    area_name,
    before,
    first_level,
    limit_state,
    name_of,
    on_day,
    p,
    within_limit,
    without_own_name,
)
from queries.subjects.petitions import PLACE_DIMENSIONS, age_band

# What became of an order's limit.
ANSWERS = ("按期答复", "逾期答复", "逾期未答", "在期未答")
# The unit answers the caller; where its rating was not asked for, that of who passed the order on stands for it.
rating: ColumnElement[Any] = func.coalesce(p.satisfaction_unit, p.satisfaction_bureau)


def answered(at: Moment) -> ColumnElement[bool]:
    """Answered by the moment."""
    return before(at.as_of, p.closed_at)


def answered_in_time(at: Moment) -> ColumnElement[bool]:
    """Answered by the end of the day that the limit falls on (domain.md §1)."""
    return and_(answered(at), within_limit(p.closed_at, p.due_at))


def called_back(at: Moment) -> ColumnElement[bool]:
    """The caller was called back by the moment, after the answer."""
    return before(at.as_of, p.evaluated_at)


def order_answer(at: Moment) -> ColumnElement[str]:
    """What became of an order's limit; null where it has none."""
    return limit_state(at, p.closed_at, p.due_at, ANSWERS)


def _after_call(word: ColumnElement[Any]) -> Expression:
    """What a call back brought to light, once it was made."""
    return lambda at: case((called_back(at), word), else_=null())


_SOLVED: ColumnElement[Any] = case((p.resolved.is_(True), "已解决"), (p.resolved.is_(False), "未解决"), else_=null())

# Without the filter bar's channel: all orders are of one, so that choosing another must not hide them.
HOTLINE_ORDER = Subject(
    "hotline_order",
    "12345转办件",
    "件次",
    schema.petition,
    p.petition_id,
    {
        **PLACE_DIMENSIONS,
        "category": Fixed(first_level(p.category_code)),
        "subcategory": Fixed(p.category_code),
        "unit": Fixed(p.unit_id),
        "age": age_band,
        "order_answer": order_answer,
        "order_due_day": Fixed(on_day(p.due_at)),
    },
    {
        "petition_id": Fixed(p.petition_id),
        "case_no": Fixed(p.case_no),
        "title": Fixed(without_own_name(p.title)),
        "channel": Fixed(p.channel),
        "category": name_of(schema.category, "code", p.category_code),
        "district": area_name(p.district_code),
        "street": area_name(p.street_code),
        "unit": name_of(schema.unit, "unit_id", p.unit_id),
        "registered_at": Fixed(p.registered_at),
        "order_due_at": Fixed(p.due_at),
        "order_answer": order_answer,
        "order_answered_at": lambda at: case((answered(at), p.closed_at), else_=null()),
        "solved": _after_call(_SOLVED),
        "rating": _after_call(rating),
        "unit_contact": name_of(schema.unit, "unit_id", p.unit_id, "contact"),
    },
    Fixed(p.registered_at),
)
