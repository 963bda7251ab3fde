"""What hearings achieve and how experts share the work: comparisons that a single rate does not tell."""

from datetime import datetime

import pandas as pd
from sqlalchemy import case, func, not_, select

from casebase import schema
from casebase.engine import ScopedCasebase
from queries.comparable import beside_comparable
from queries.model import EVERYTHING, Slice, moment
from queries.periods import Period
from queries.registry import METRICS
from queries.spread import spread
from queries.subjects import EXPERT, HEARING, PRESIDING, before, expert, hearing, p, seat, work

HEARD, COMPARABLE = "听证件", "可比件"


def against_comparable(casebase: ScopedCasebase, *, as_of: datetime, within: Slice = EVERYTHING) -> pd.DataFrame:
    """Resolution of heard cases beside comparable cases without a hearing (see queries.comparable).

    Both groups: cases that are no simple claims, closed by the moment, with a known outcome (化解 or not).
    Heard: at least one hearing held by then. Comparable: none.
    """
    heard = p.petition_id.in_(select(hearing.petition_id).where(before(as_of, hearing.held_at)))
    names = (HEARD, COMPARABLE)
    return beside_comparable(casebase, "resolution", heard, names, not_(p.is_simple), as_of=as_of, within=within)


def median_wait(casebase: ScopedCasebase, *, as_of: datetime, period: Period, within: Slice = EVERYTHING) -> float:
    """Median natural days from application to hearing, over the hearings of `hearing_wait_days`; NaN without any."""
    return float(spread(casebase, "hearing_wait_days", as_of=as_of, period=period, within=within)["median"].iloc[0])


def experts(casebase: ScopedCasebase, *, as_of: datetime) -> pd.DataFrame:
    """The pool at a moment: code, name, source, field, joined_on, last_on.

    last_on is when each last took part in anything: a hearing, a mediation, a handling; None for who never did.
    """
    at = moment(casebase, as_of)
    last = (
        select(func.max(work.took_part_at))
        .where(work.expert_id == expert.expert_id, work.took_part_at <= as_of)
        .scalar_subquery()
    )
    columns = (expert.expert_id, expert.name, expert.source, expert.field, expert.joined_on, last)
    among = METRICS["experts_in_pool"].among(at)
    statement = select(*columns).select_from(EXPERT.rows).where(among).order_by(expert.expert_id)
    with casebase.reading() as connection:
        rows = connection.execute(statement).all()
    frame = pd.DataFrame(rows, columns=["code", "name", "source", "field", "joined_on", "last_on"])
    return frame.astype({"code": str})


def coming_panels(casebase: ScopedCasebase, *, as_of: datetime) -> pd.DataFrame:
    """Who sits on the hearings of `hearings_coming`: hearing_id, expert (name), role; the presiding one first.

    Recused experts are left out; a hearing without a panel has no row.
    """
    at = moment(casebase, as_of)
    rows = HEARING.rows.join(schema.hearing_expert, seat.hearing_id == hearing.hearing_id).join(
        schema.expert, seat.expert_id == expert.expert_id
    )
    statement = (
        select(hearing.hearing_id, expert.name.label("expert"), seat.role)
        .select_from(rows)
        .where(METRICS["hearings_coming"].among(at), not_(seat.recused))
        .order_by(hearing.hearing_id, case((seat.role == PRESIDING, 0), else_=1), expert.expert_id)
    )
    return casebase.frame(statement)
