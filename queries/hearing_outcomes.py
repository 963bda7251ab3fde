"""What hearings achieve and how experts share the work: comparisons that a single rate does not tell."""

import math
from datetime import datetime

import pandas as pd
from sqlalchemy import Integer, case, cast, extract, func, not_, select

from casebase import schema
from casebase.engine import Casebase
from queries.measure import in_slice
from queries.model import EVERYTHING, Slice, moment
from queries.periods import Period
from queries.registry import METRICS
from queries.registry.common import closed, known
from queries.spread import spread
from queries.subjects import EXPERT, HEARING, PETITION, before, expert, first_level, hearing, p, seat

HEARD, COMPARABLE = "听证件", "可比件"
PRESIDING = "主持"
_Z = 1.959963984540054  # 95 %, two-sided


def against_comparable(casebase: Casebase, *, as_of: datetime, within: Slice = EVERYTHING) -> pd.DataFrame:
    """Resolution of heard cases beside comparable cases without a hearing.

    Both groups: cases that are no simple claims, closed by the moment, with a known outcome (化解 or not).
    Heard: at least one hearing held by then. Comparable: none, weighted so that first-level class and year of
    registration are spread as among the heard (direct standardisation); heard cases of a class and year in
    which nothing is comparable are left out of both.

    Returns two rows (`HEARD`, `COMPARABLE`): series, value (ratio; NaN without cases), low, high (95 % Wilson
    interval; for the standardised share over as many cases as its weights are worth), hits, among (cases; the
    comparable ones before weighting).
    """
    at = moment(casebase, as_of)
    heard = p.petition_id.in_(select(hearing.petition_id).where(before(as_of, hearing.held_at)))
    rows = (
        select(
            first_level(p.category_code).label("class"),
            cast(extract("year", p.registered_at), Integer).label("year"),
            case((heard, HEARD), else_=COMPARABLE).label("series"),
            case((p.resolved, 1), else_=0).label("resolved"),
        )
        .select_from(PETITION.rows)
        .where(
            known(at), closed(at), not_(p.is_simple), p.resolved.is_not(None), *in_slice(casebase, PETITION, at, within)
        )
        .subquery()
    )
    keys = [rows.c["class"], rows.c.year, rows.c.series]
    statement = select(*keys, func.count().label("among"), func.sum(rows.c.resolved).label("hits")).group_by(*keys)
    with casebase.reading() as connection:
        found = pd.DataFrame(connection.execute(statement).all(), columns=["class", "year", "series", "among", "hits"])
    return _standardised(found)


def _standardised(found: pd.DataFrame) -> pd.DataFrame:
    strata = found.assign(**{"class": found["class"].fillna("")}).astype({"among": "float64", "hits": "float64"})
    wide = strata.pivot_table(index=["class", "year"], columns="series", values=["among", "hits"], aggfunc="sum")
    wide = wide.reindex(columns=pd.MultiIndex.from_product([["among", "hits"], [HEARD, COMPARABLE]])).fillna(0)
    wide = wide[(wide["among", HEARD] > 0) & (wide["among", COMPARABLE] > 0)]
    n, hits = wide["among", HEARD].sum(), wide["hits", HEARD].sum()
    others = wide["among", COMPARABLE]
    rate = wide["hits", COMPARABLE] / others
    weight = wide["among", HEARD] / n if n else wide["among", HEARD]
    value = float((weight * rate).sum()) if n else math.nan
    worth = 1 / float((weight**2 / others).sum()) if n else 0.0
    rows = [
        (HEARD, hits / n if n else math.nan, *wilson(hits, n), hits, n),
        (COMPARABLE, value, *wilson(value * worth, worth), wide["hits", COMPARABLE].sum(), others.sum()),
    ]
    frame = pd.DataFrame(rows, columns=["series", "value", "low", "high", "hits", "among"])
    return frame.astype({"hits": "int64", "among": "int64"})


def wilson(hits: float, among: float) -> tuple[float, float]:
    """The 95 % Wilson interval of a share; NaN without cases."""
    if not among:
        return math.nan, math.nan
    share = hits / among
    centre = share + _Z**2 / (2 * among)
    spread = _Z * math.sqrt(share * (1 - share) / among + _Z**2 / (4 * among**2))
    scale = 1 + _Z**2 / among
    return float((centre - spread) / scale), float((centre + spread) / scale)


def difference(compared: pd.DataFrame) -> tuple[float, float, float]:
    """The first share less the second, with the low and high end of its 95 % interval (Newcombe's hybrid of Wilsons).

    `compared` is a frame of `against_comparable`; all NaN where one of the shares is.
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


def median_wait(casebase: Casebase, *, as_of: datetime, period: Period, within: Slice = EVERYTHING) -> float:
    """Median natural days from application to hearing, over the hearings of `hearing_wait_days`; NaN without any."""
    return float(spread(casebase, "hearing_wait_days", as_of=as_of, period=period, within=within)["median"].iloc[0])


def experts(casebase: Casebase, *, as_of: datetime) -> pd.DataFrame:
    """The pool at a moment: code, name, source, field, joined_on, last_on (date of the last hearing, None without)."""
    at = moment(casebase, as_of)
    last = (
        select(func.max(hearing.held_at))
        .select_from(schema.hearing_expert.join(schema.hearing, seat.hearing_id == hearing.hearing_id))
        .where(seat.expert_id == expert.expert_id, not_(seat.recused), before(as_of, hearing.held_at))
        .scalar_subquery()
    )
    columns = (expert.expert_id, expert.name, expert.source, expert.field, expert.joined_on, last)
    among = METRICS["experts_in_pool"].among(at)
    statement = select(*columns).select_from(EXPERT.rows).where(among).order_by(expert.expert_id)
    with casebase.reading() as connection:
        rows = connection.execute(statement).all()
    frame = pd.DataFrame(rows, columns=["code", "name", "source", "field", "joined_on", "last_on"])
    return frame.astype({"code": str})


def coming_panels(casebase: Casebase, *, as_of: datetime) -> pd.DataFrame:
    """Who sits on the hearings of `hearings_coming`: hearing_id, expert (name), role; the presiding one first.

    Recused experts are left out; a hearing without a panel has no row.
    """
    at = moment(casebase, as_of)
    rows = HEARING.rows.join(schema.hearing_expert, seat.hearing_id == hearing.hearing_id).join(
        schema.expert, seat.expert_id == expert.expert_id
    )
    statement = (
        select(hearing.hearing_id, expert.name, seat.role)
        .select_from(rows)
        .where(METRICS["hearings_coming"].among(at), not_(seat.recused))
        .order_by(hearing.hearing_id, case((seat.role == PRESIDING, 0), else_=1), expert.expert_id)
    )
    with casebase.reading() as connection:
        return pd.DataFrame(connection.execute(statement).all(), columns=["hearing_id", "expert", "role"])
