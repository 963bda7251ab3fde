"""How the amounts behind a mean are spread: their median and what nine in ten stay under."""

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
from sqlalchemy import Float, cast, func, select

from casebase.engine import ScopedCasebase
from casebase.errors import UsageError
from queries import frames
from queries.joins import needed
from queries.measure import check_dimensions, conditions, in_slice, metric_of, span_of
from queries.model import EVERYTHING, Slice, moment
from queries.periods import Period
from queries.scans import TIME
from queries.subjects import as_key

_QUANTILES = {"median": 0.5, "p90": 0.9}


def spread(
    casebase: ScopedCasebase,
    metric: str,
    *,
    as_of: datetime,
    period: Period | None = None,
    within: Slice = EVERYTHING,
    by: Sequence[str] = (),
) -> pd.DataFrame:
    """Median and 90th percentile (between neighbours: interpolated) of a mean's amounts, in the metric's unit.

    One row a group, one row without `by`: the `by` columns (None where not filled in), then frames.SPREAD: hits,
    median, p90 (NaN without a row). Raises UsageError for a metric that is no mean, and for a split by time, which is
    not offered.
    """
    chosen = metric_of(metric)
    if chosen.amount is None:
        raise UsageError(f"metric {metric} is no mean; it has no amounts that could spread")
    check_dimensions(chosen, by)
    if not set(by).isdisjoint(TIME):
        raise UsageError(f"the spread of {metric} cannot be split by time; ask for one period at a time")
    as_of, period, within = span_of(chosen, as_of, period, within)
    at = moment(casebase, as_of)
    _, hits = conditions(at, chosen, period)
    labels = [as_key(chosen.subject.dimensions[name](at)).label(f"by_{name}") for name in by]
    amounts = [cast(chosen.amount(at), Float).label("amount"), *labels]
    where = [hits, *in_slice(casebase, chosen.subject, at, within)]
    joined = needed(chosen.subject.rows, [*amounts, *where])
    rows = select(*amounts).select_from(joined).where(*where).subquery()
    groups = [rows.c[f"by_{name}"] for name in by]
    quantiles = [func.percentile_cont(share).within_group(rows.c.amount) for share in _QUANTILES.values()]
    statement = select(*groups, func.count(), *quantiles).group_by(*groups).order_by(*groups)
    quantiles_by_group = casebase.frame(statement).set_axis([*by, "hits", *_QUANTILES], axis=1)
    labels_as_text = {
        name: quantiles_by_group[name].astype(object).where(quantiles_by_group[name].notna(), None) for name in by
    }
    columns = {**dict.fromkeys(by, "object"), **frames.SPREAD}
    return frames.conform(quantiles_by_group.assign(**labels_as_text), columns)
