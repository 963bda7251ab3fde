"""A join of which a statement needs less than all has as many rows, and the same in what it needs."""

from typing import Any

import pytest
from sqlalchemy import ColumnElement, FromClause, Join, func, literal, select

from casebase.engine import Casebase
from casebase.schema import petition
from queries.joins import needed
from queries.model import Subject, moment
from queries.registry import METRICS
from queries.subjects import ACCOMPANIED_CASE, MEDIATION, dispute
from tests.queries import sample

JOINED = {
    subject.id: subject
    for metric in METRICS.values()
    for subject in (metric.subject, metric.lists or metric.subject)
    if isinstance(subject.rows, Join)
}

ANY = literal("any")


def _outer_joins(rows: FromClause) -> int:
    return 0 if not isinstance(rows, Join) else rows.isouter + _outer_joins(rows.left)


@pytest.fixture(params=JOINED)
def subject(request: pytest.FixtureRequest) -> Subject:
    return JOINED[request.param]


def test_a_join_has_as_many_rows_without_what_is_not_needed(duckdb_city: Casebase, subject: Subject) -> None:
    few = needed(subject.rows, [subject.key])
    assert _outer_joins(few) == 0
    assert _counted(duckdb_city, few) == _counted(duckdb_city, subject.rows) != {}


def test_every_dimension_keeps_the_joins_that_lead_to_it(duckdb_city: Casebase, subject: Subject) -> None:
    at = moment(duckdb_city.whole, sample.LAST)
    for name, dimension in subject.dimensions.items():
        value = dimension(at)
        few = needed(subject.rows, [value])
        assert _counted(duckdb_city, few, value) == _counted(duckdb_city, subject.rows, value), name


def test_what_nobody_looks_at_is_not_joined() -> None:
    assert needed(ACCOMPANIED_CASE.rows, [petition.c.agent_id]) is petition
    assert needed(MEDIATION.rows, [dispute.closed_at, dispute.community_code]) is dispute.mediation_id.table
    assert needed(MEDIATION.rows, [MEDIATION.key, petition.c.closed_at]).right is petition  # type: ignore[attr-defined]
    asked_by_itself = select(func.count()).where(petition.c.closed_at > dispute.opened_at).scalar_subquery()
    assert petition in needed(MEDIATION.rows, [asked_by_itself])._from_objects


def _counted(city: Casebase, rows: FromClause, value: ColumnElement[Any] = ANY) -> dict[object, int]:
    """How many of the rows have each value."""
    values = select(value.label("value")).select_from(rows).subquery().c
    return dict(city.whole.rows(select(values.value, func.count()).group_by(values.value)))
