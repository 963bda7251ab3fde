"""One group of cases beside comparable ones: direct standardisation, with intervals. It is no proof of cause."""

import math
from datetime import datetime

import pandas as pd
from sqlalchemy import ColumnElement, Integer, case, cast, extract, func, select

from casebase.engine import ScopedCasebase
from queries.intervals import wilson
from queries.measure import conditions, in_slice, metric_of
from queries.model import EVERYTHING, Slice, moment
from queries.periods import Period
from queries.subjects import first_level, p


def beside_comparable(
    casebase: ScopedCasebase,
    metric: str,
    mine: ColumnElement[bool],
    names: tuple[str, str],
    *eligible: ColumnElement[bool],
    as_of: datetime,
    period: Period | None = None,
    within: Slice = EVERYTHING,
) -> pd.DataFrame:
    """A rate over cases, of the group `mine` and of comparable cases outside it; both of those `eligible`.

    The others are weighted so that first-level class and year of registration are spread as among mine (direct
    standardisation); cases of mine of a class and year in which nothing is comparable are left out of both.

    Returns two rows, `names`: series, value (ratio; NaN without cases), low, high (95 % Wilson interval; for the
    standardised share over as many cases as its weights are worth), hits, among (cases; the others before weighting).
    """
    chosen, at = metric_of(metric), moment(casebase, as_of)
    among, hits = conditions(at, chosen, period)
    rows = (
        select(
            p.category_code.label("code"),
            cast(extract("year", p.registered_at), Integer).label("year"),
            case((mine, names[0]), else_=names[1]).label("series"),
            case((hits, 1), else_=0).label("hit"),
        )
        .select_from(chosen.subject.rows)
        .where(among, *eligible, *in_slice(casebase, chosen.subject, at, within))
        .subquery()
    )
    keys = [rows.c.code, rows.c.year, rows.c.series]
    counts = select(*keys, func.count().label("among"), func.sum(rows.c.hit).label("hits")).group_by(*keys).subquery()
    # The class of a class is looked up for the few counts, not for millions of cases.
    columns = [counts.c[name] for name in ("year", "series", "among", "hits")]
    return _standardised(casebase.frame(select(first_level(counts.c.code).label("class"), *columns)), *names)


def _standardised(counts: pd.DataFrame, mine: str, other: str) -> pd.DataFrame:
    strata = counts.assign(**{"class": counts["class"].fillna("")}).astype({"among": "float64", "hits": "float64"})
    wide = strata.pivot_table(index=["class", "year"], columns="series", values=["among", "hits"], aggfunc="sum")
    wide = wide.reindex(columns=pd.MultiIndex.from_product([["among", "hits"], [mine, other]])).fillna(0)
    wide = wide[(wide["among", mine] > 0) & (wide["among", other] > 0)]
    n, hits = wide["among", mine].sum(), wide["hits", mine].sum()
    others = wide["among", other]
    rate = wide["hits", other] / others
    weight = wide["among", mine] / n if n else wide["among", mine]
    value = float((weight * rate).sum()) if n else math.nan
    effective_cases = 1 / float((weight**2 / others).sum()) if n else 0.0
    rows = [
        (mine, hits / n if n else math.nan, *wilson(hits, n), hits, n),
        (other, value, *wilson(value * effective_cases, effective_cases), wide["hits", other].sum(), others.sum()),
    ]
    frame = pd.DataFrame(rows, columns=["series", "value", "low", "high", "hits", "among"])
    return frame.astype({"hits": "int64", "among": "int64"})


def difference(compared: pd.DataFrame) -> tuple[float, float, float]:
    """The first share less the second, with the low and high end of its 95 % interval (Newcombe's hybrid of Wilsons).

    `compared` is a frame of `beside_comparable`; all NaN where one of the shares is.
    """
    (one, one_low, one_high), (other, other_low, other_high) = compared[["value", "low", "high"]].itertuples(
        index=False
    )
    moved = one - other
    return (
        moved,
        moved - math.hypot(one - one_low, other_high - other),
        moved + math.hypot(one_high - one, other - other_low),
    )
