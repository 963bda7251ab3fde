"""The settled cases most like a case, and how each was settled."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true

from casebase import schema
from casebase.engine import ScopedCasebase
from queries.model import Moment, moment
from queries.registry.common import closed, known
from queries.segmentation import weighted
from queries.subjects import before, dispute, first_level, hearing, natural_days, p, task, without_own_name

COLUMNS = (
    "petition_id",
    "case_no",
    "title",
    "category",
    "unit",
    "registered_at",
    "closed_at",
    "days",
    "outcome",
    "similarity",
)
MOST_READ = 4000
"""Of more settled cases of the class only so many are compared, those closed last."""
_CLOSED_WITHIN = timedelta(days=3 * 365)
_MIN_SIMILARITY = 0.05
_REPLIES = ("答复", "办结")
_RESOLVED, _NOT_RECORDED = "已化解", "办结，未登记是否化解"


@dataclass(frozen=True)
class _SoughtCase:
    """The case whose like is sought: its text, first-level class, and the first case of its matter."""

    text: str
    category: str | None
    matter: int


def similar_settled(casebase: ScopedCasebase, petition_id: int, *, as_of: datetime, limit: int = 5) -> pd.DataFrame:
    """The `limit` settled cases most like this one, the most similar first, and how they were settled.

    Settled: closed by the moment, and not known to be unresolved (many sources never say); not restricted, of another
    matter, of the same first-level class (any class where this case has none), closed within the three years before
    the moment, and of these the MOST_READ closed last. Likeness is the cosine of TF-IDF weighted words of title and
    text; under 0.05 two cases have nothing in common.

    Columns: petition_id, case_no, title, category, unit (names), registered_at, closed_at, days (natural, registration
    to closing), outcome (what is known of how it ended, as one text), similarity (0 … 1). Without rows where the case
    is unknown, restricted, or has no text.
    """
    at = moment(casebase, as_of)
    sought = _sought_case(casebase, petition_id, at)
    if sought is None:
        return _no_rows()
    texts = casebase.frame(_candidates(sought, at))
    similarity = _similarities(sought.text, texts["text"].tolist())
    order = np.argsort(-similarity, kind="stable")[:limit]
    order = order[similarity[order] >= _MIN_SIMILARITY]
    if not order.size:
        return _no_rows()
    chosen = texts["petition_id"].iloc[order].tolist()
    rows = casebase.frame(_details(chosen)).set_index("petition_id").loc[chosen].reset_index()
    similar = rows.assign(outcome=_outcomes(casebase, rows, at), similarity=similarity[order])
    return similar[list(COLUMNS)]


def _sought_case(casebase: ScopedCasebase, petition_id: int, at: Moment) -> _SoughtCase | None:
    matter = func.coalesce(p.repeat_of, p.petition_id)
    statement = select(_text().label("text"), first_level(p.category_code), matter)
    with casebase.reading() as connection:
        row = connection.execute(statement.where(p.petition_id == petition_id, known(at))).one_or_none()
    return None if row is None or not row.text.strip() else _SoughtCase(*row)


def _text() -> ColumnElement[str]:
    """The title twice: it says the matter in a few words, a body also how one feels about it."""
    title = func.coalesce(p.title, "")
    return func.concat(title, "\n", title, "\n", func.coalesce(p.body, ""))


def _candidates(sought: _SoughtCase, at: Moment) -> Select[Any]:
    category = schema.category.c
    classes = select(category.code).where(
        or_(category.code == sought.category, category.parent_code == sought.category)
    )
    settled = and_(
        known(at),
        closed(at),
        p.closed_at > at.as_of - _CLOSED_WITHIN,
        p.resolved.is_not(False),
        func.coalesce(p.repeat_of, p.petition_id) != sought.matter,
        p.category_code.in_(classes) if sought.category else true(),
    )
    columns = (p.petition_id, _text().label("text"))
    return select(*columns).where(settled).order_by(p.closed_at.desc(), p.petition_id).limit(MOST_READ)


def _similarities(text: str, others: list[str]) -> np.ndarray:
    matrix = weighted([text, *others])
    similarity: np.ndarray = (matrix[1:] @ matrix[0].T).toarray().ravel()
    return similarity


def _details(chosen: list[int]) -> Select[Any]:
    category, unit = schema.category.c, schema.unit.c
    columns = (
        p.petition_id,
        p.case_no,
        without_own_name(p.title).label("title"),
        category.name.label("category"),
        unit.name.label("unit"),
        p.registered_at,
        p.closed_at,
        natural_days(p.registered_at, p.closed_at).label("days"),
        p.resolved,
    )
    rows = schema.petition.outerjoin(schema.category, category.code == p.category_code)
    rows = rows.outerjoin(schema.unit, unit.unit_id == p.unit_id)
    return select(*columns).select_from(rows).where(p.petition_id.in_(chosen))


def _outcomes(casebase: ScopedCasebase, rows: pd.DataFrame, at: Moment) -> list[str]:
    """听证：达成和解；网格：就地化解；已化解. Only what had happened by the moment."""
    ends = {
        number: _NOT_RECORDED if pd.isna(resolved) else _RESOLVED
        for number, resolved in rows[["petition_id", "resolved"]].itertuples(index=False)
    }
    outcomes: dict[int, list[str]] = {number: [] for number in ends}
    for head, statement in _courses(list(ends), at):
        for number, text in casebase.frame(statement).itertuples(index=False):
            if text != ends[number]:
                outcomes[number].append(f"{head}：{text}")
    return ["；".join(dict.fromkeys([*outcomes[number], end])) for number, end in ends.items()]


def _courses(chosen: list[int], at: Moment) -> list[tuple[str, Select[Any]]]:
    """What may have settled a case, each as petition_id and text, oldest first."""
    event = schema.petition_event.c
    sources = (
        ("听证", hearing.petition_id, hearing.conclusion, hearing.held_at, true()),
        ("访前调解", dispute.petition_id, dispute.outcome, dispute.closed_at, true()),
        ("网格", task.petition_id, task.outcome, task.finished_at, true()),
        ("答复", event.petition_id, event.note, event.happened_at, event.action.in_(_REPLIES)),
    )
    return [
        (
            head,
            # An answer calls the petitioner by the name.
            select(case_id, without_own_name(text))
            .select_from(case_id.table.join(schema.petition, p.petition_id == case_id))
            .where(case_id.in_(chosen), text.is_not(None), before(at.as_of, when), which)
            .order_by(when),
        )
        for head, case_id, text, when, which in sources
    ]


def _no_rows() -> pd.DataFrame:
    return pd.DataFrame(columns=list(COLUMNS))
