"""优秀案例: the library of exemplary mediations, with where and by whom each was settled."""

from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Select, and_, case, func, not_, null, or_, select

from casebase import schema
from casebase.engine import ScopedCasebase
from queries.cases import place_of_case, with_cases_at
from queries.model import EVERYTHING, Slice
from queries.segmentation import occurrences, words
from queries.subjects import AREA_DIMENSIONS, dispute, natural_days, p

_model_case = schema.model_case.c
_org = schema.social_org.c
_WITH_DISPUTES = schema.model_case.outerjoin(schema.mediation, dispute.mediation_id == _model_case.mediation_id)
_MIN_CASES, _MAX_SHARE, _MOST_METHODS = 2, 0.9, 12
_SEARCHED = ("title", "method", "outcome", "community", "org")

COLUMNS = (
    "model_case_id", "petition_id", "case_no", "title", "dispute_kind", "method", "who", "outcome", "told_on",
    "district_code", "street_code", "community_code", "district", "street", "community", "org", "opened_at", "days",
)  # fmt: skip


def model_cases(casebase: ScopedCasebase, *, as_of: datetime, within: Slice = EVERYTHING) -> pd.DataFrame:
    """The exemplary cases published by the day of the moment (or without a day), the latest first.

    Columns: COLUMNS. Place and course are the mediation's, else the petition's; days are natural days from the
    opening of the mediation (the registration of the petition) to its end, missing where that is unknown or later.
    Of a slice only the area applies. A case that a restricted petition stands behind is left out.
    """
    where = [
        _model_case.told_on.is_(None) | (_model_case.told_on <= as_of.date()),
        or_(p.restricted.is_(None), not_(p.restricted)),
    ]
    rows = with_cases_at(casebase, _rows(as_of).where(*where), _places_of_cases(casebase)).subquery()
    statement = select(rows).order_by(rows.c.told_on.desc().nulls_last(), rows.c.model_case_id.desc())
    if within.area and casebase.level_of(within.area) in AREA_DIMENSIONS:
        statement = statement.where(rows.c[f"{AREA_DIMENSIONS[casebase.level_of(within.area)]}_code"] == within.area)
    library = casebase.frame(statement)
    return library.astype({"petition_id": "Int64", "days": "Int64"})


def _places_of_cases(casebase: ScopedCasebase) -> Select[Any]:
    """The places of the cases that stand behind any exemplary case."""
    named = select(func.coalesce(_model_case.petition_id, dispute.petition_id)).select_from(_WITH_DISPUTES)
    return select(place_of_case(casebase)).select_from(schema.petition).where(p.petition_id.in_(named)).correlate(None)


def _rows(as_of: datetime) -> Select[Any]:
    community, street, district = (schema.area.alias(name) for name in ("community", "street", "district"))
    mediated_in, mediated_street = schema.area.alias("mediated_in"), schema.area.alias("mediated_street")
    place = {
        "community": func.coalesce(dispute.community_code, p.community_code),
        "street": func.coalesce(mediated_in.c.parent_code, p.street_code),
        "district": func.coalesce(mediated_street.c.parent_code, p.district_code),
    }
    begun = func.coalesce(dispute.opened_at, p.registered_at)
    ended = case((dispute.mediation_id.is_not(None), dispute.closed_at), else_=p.closed_at)
    columns: dict[str, ColumnElement[Any]] = {
        **{
            name: _model_case[name]
            for name in ("model_case_id", "title", "dispute_kind", "method", "who", "outcome", "told_on")
        },
        "petition_id": case((p.registered_at <= as_of, p.petition_id), else_=null()),
        "case_no": case((p.registered_at <= as_of, p.case_no), else_=null()),
        **{f"{name}_code": code for name, code in place.items()},
        **{table.name: table.c.name for table in (community, street, district)},
        "org": _org.name,
        "opened_at": begun,
        "days": case((and_(ended <= as_of, ended >= begun), natural_days(begun, ended)), else_=null()),
    }
    sources = (
        _WITH_DISPUTES.outerjoin(
            schema.petition, p.petition_id == func.coalesce(_model_case.petition_id, dispute.petition_id)
        )
        .outerjoin(schema.social_org, _org.org_id == dispute.org_id)
        .outerjoin(mediated_in, mediated_in.c.code == dispute.community_code)
        .outerjoin(mediated_street, mediated_street.c.code == mediated_in.c.parent_code)
        .outerjoin(community, community.c.code == place["community"])
        .outerjoin(street, street.c.code == place["street"])
        .outerjoin(district, district.c.code == place["district"])
    )
    return select(*(columns[name].label(name) for name in COLUMNS)).select_from(sources)


def methods(library: pd.DataFrame) -> list[str]:
    """The words that tell the methods apart, the twelve most frequent: in two at least, and not in nearly all."""
    texts = library["method"].dropna().tolist()
    matrix, vocabulary = occurrences(texts, _MIN_CASES, _MAX_SHARE)
    counts = pd.Series(matrix.sum(axis=0).A1 if len(vocabulary) else [], index=vocabulary, dtype="int64")
    return counts.sort_values(ascending=False, kind="stable").index[:_MOST_METHODS].tolist()


def filter_cases(
    library: pd.DataFrame, *, kind: str = "", who: str = "", method: str = "", text: str = ""
) -> pd.DataFrame:
    """The cases of a kind of dispute, by who helped, whose method has the word, that hold every word of the text."""
    chosen = pd.Series(True, index=library.index)
    for column, value in (("dispute_kind", kind), ("who", who)):
        if value:
            chosen &= library[column] == value
    if method:
        chosen &= library["method"].map(lambda texts: method in words(texts) if isinstance(texts, str) else False)
    texts = [" ".join(filter(pd.notna, row)) for row in library[list(_SEARCHED)].itertuples(index=False)]
    needed_words = text.split()
    chosen &= pd.Series([all(word in line for word in needed_words) for line in texts], index=library.index, dtype=bool)
    return library[chosen.astype(bool)].reset_index(drop=True)
