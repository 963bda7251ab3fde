"""The list behind a number, by the same predicates: its length is the number."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Select, and_, func, select, true

from casebase.engine import Casebase
from casebase.errors import UsageError
from queries.measure import conditions, in_slice, metric_of, span_of
from queries.model import EVERYTHING, Kind, Metric, Moment, Slice, Subject, moment
from queries.periods import Period


class Part(StrEnum):
    """Which rows of a number: those that count, all it looks at, or those that fail."""

    HITS = "hits"
    AMONG = "among"
    MISSES = "misses"


def cases(
    casebase: Casebase,
    metric: str,
    part: Part = Part.HITS,
    *,
    as_of: datetime,
    period: Period | None = None,
    within: Slice = EVERYTHING,
    limit: int | None = None,
    offset: int = 0,
) -> pd.DataFrame:
    """The rows behind a metric, oldest first: one row a thing counted, the columns of its subject.

    Raises UsageError for an unknown metric, and for the people that a number for 10,000 is divided by.
    """
    chosen, at, where = _resolve(casebase, metric, part, as_of, period, within)
    if limit is not None or offset:
        where = _page(chosen, at, where, limit, offset)
    statement = _rows(chosen, at, where)
    with casebase.reading() as connection:
        rows = connection.execute(statement).all()
    return pd.DataFrame(rows, columns=list(listed(chosen).columns))


def count_cases(
    casebase: Casebase,
    metric: str,
    part: Part = Part.HITS,
    *,
    as_of: datetime,
    period: Period | None = None,
    within: Slice = EVERYTHING,
) -> int:
    """How long the list is, without fetching it."""
    chosen, at, where = _resolve(casebase, metric, part, as_of, period, within)
    listing = _rows(chosen, at, where).order_by(None).subquery()
    with casebase.reading() as connection:
        return int(connection.scalar(select(func.count()).select_from(listing)) or 0)


def listed(metric: Metric) -> Subject:
    """What a list behind the metric shows."""
    return metric.lists or metric.subject


def _resolve(
    casebase: Casebase, name: str, part: Part, as_of: datetime, period: Period | None, within: Slice
) -> tuple[Metric, Moment, ColumnElement[bool]]:
    metric = metric_of(name)
    if metric.kind is Kind.PER_10K and part is not Part.HITS:
        raise UsageError(f"metric {metric.id} is divided by people; there is no list of them, ask for hits")
    as_of, period, within = span_of(metric, as_of, period, within)
    at = moment(casebase, as_of)
    among, hits = conditions(at, metric, period)
    chosen = {Part.HITS: hits, Part.AMONG: among, Part.MISSES: and_(among, hits.is_not(true()))}[part]
    where = and_(chosen, *in_slice(casebase, metric.subject, at, within))
    if metric.distinct is not None:
        where = listed(metric).key.in_(select(metric.distinct).select_from(metric.subject.rows).where(where))
    return metric, at, where


def _page(
    metric: Metric, at: Moment, where: ColumnElement[bool], limit: int | None, offset: int
) -> ColumnElement[bool]:
    """Only the keys of one page are sought among all rows; names are looked up for the page alone."""
    subject = listed(metric)
    keys = select(subject.key).select_from(subject.rows).where(where).order_by(subject.order(at), subject.key)
    return subject.key.in_(keys.limit(limit).offset(offset).correlate(None))


def _rows(metric: Metric, at: Moment, where: ColumnElement[bool]) -> Select[Any]:
    subject = listed(metric)
    columns = [expression(at).label(name) for name, expression in subject.columns.items()]
    return select(*columns).select_from(subject.rows).where(where).order_by(subject.order(at), subject.key)
