"""The open cases themselves: how long they have been open, and which are the oldest."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Date, Integer, and_, case, func, literal, select, type_coerce

from casebase.engine import ScopedCasebase
from queries.measure import in_slice
from queries.model import EVERYTHING, Moment, Slice, moment
from queries.registry import METRICS
from queries.subjects import PETITION, as_key, limit_passed, on_day, p

NEAR_WORKING_DAYS = 5
OVERDUE, NEAR, IN_TIME = "overdue", "near", "in_time"


def open_days(
    casebase: ScopedCasebase, *, as_of: datetime, within: Slice = EVERYTHING, by: Sequence[str] = ()
) -> pd.DataFrame:
    """How long the open cases have been open, in natural days; day 1 is the day after registration.

    Returns one row a group of the `by` dimensions: their columns, cases, median, longest. Without
    `by` one row, median and longest NaN where nothing is open.
    """
    at = moment(casebase, as_of)
    labels = [as_key(PETITION.dimensions[name](at)).label(name) for name in by]
    rows = select(*labels, _days(at).label("days")).select_from(PETITION.rows)
    inner = rows.where(_open(casebase, at, within)).subquery()
    groups = [inner.c[name] for name in by]
    statement = select(
        *groups,
        func.count().label("cases"),
        func.percentile_cont(0.5).within_group(inner.c.days).label("median"),
        func.max(inner.c.days).label("longest"),
    ).group_by(*groups)
    durations = casebase.frame(statement)
    return durations.astype({"cases": "int64", "median": "float64", "longest": "float64"})


def oldest(casebase: ScopedCasebase, *, as_of: datetime, within: Slice = EVERYTHING, limit: int = 50) -> pd.DataFrame:
    """The cases that have been open longest, oldest first.

    Columns: petition_id, case_no, title, district, unit_id, unit, stage, registered_at, days_open, due_at,
    state (`OVERDUE`, `NEAR`: due within five working days, `IN_TIME`; None without a deadline) and
    days_left (natural days to the deadline, negative after it).
    """
    at = moment(casebase, as_of)
    list_columns = ("case_no", "title", "district", "unit", "stage", "registered_at", "due_at")
    columns: dict[str, ColumnElement[Any]] = {
        "petition_id": p.petition_id,
        "unit_id": p.unit_id,
        **{name: PETITION.columns[name](at) for name in list_columns},
        "days_open": _days(at),
        "state": _state(at),
        "days_left": type_coerce(on_day(p.due_at) - literal(at.today, Date), Integer),
    }
    statement = (
        select(*(column.label(name) for name, column in columns.items()))
        .select_from(PETITION.rows)
        .where(_open(casebase, at, within))
        .order_by(p.registered_at, p.petition_id)
        .limit(limit)
    )
    return casebase.frame(statement)


def _open(casebase: ScopedCasebase, at: Moment, within: Slice) -> ColumnElement[bool]:
    return and_(METRICS["backlog"].among(at), *in_slice(casebase, PETITION, at, within))


def _days(at: Moment) -> ColumnElement[int]:
    return type_coerce(literal(at.today, Date) - on_day(p.registered_at), Integer)


def _state(at: Moment) -> ColumnElement[str]:
    """Where the handling deadline (article 34) stands, by the same limits as `overdue` and `due_in_5`."""
    return case(
        (limit_passed(p.due_at, at), OVERDUE),
        (on_day(p.due_at) <= at.workday(NEAR_WORKING_DAYS), NEAR),
        (p.due_at.is_not(None), IN_TIME),
    )
