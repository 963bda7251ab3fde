"""专家听证: hearings, the pool of experts and their seats."""

from sqlalchemy import (
    ColumnElement,
    case,
    func,
    literal,
)

from casebase import schema
from queries.model import Expression, Fixed, Subject
from queries.subjects.expressions import happened, natural_days, p
from queries.subjects.petitions import OF_PETITION, of_case

hearing = schema.hearing.c
WAIT_BANDS = ("15天内", "16–30天", "31–45天", "46–60天", "60天以上")
_WAIT_LIMITS = (15, 30, 45, 60)


def wait_days() -> ColumnElement[int]:
    """Natural days from the application for a hearing to the hearing."""
    return natural_days(hearing.applied_at, hearing.held_at)


def _wait_band() -> ColumnElement[str]:
    limits = zip(_WAIT_LIMITS, WAIT_BANDS[:-1], strict=True)
    return case(*((wait_days() <= days, band) for days, band in limits), (wait_days().is_not(None), WAIT_BANDS[-1]))


_OF_HEARING: dict[str, Expression] = {
    **OF_PETITION,
    "hearing_stage": Fixed(hearing.stage),
    "conclusion": happened(hearing.held_at, hearing.conclusion),
    "public": Fixed(case((hearing.is_public, literal("公开")), else_=literal("不公开"))),
    "wait": happened(hearing.held_at, _wait_band()),
}
_HEARING_COLUMNS: dict[str, Expression] = {
    "hearing_id": Fixed(hearing.hearing_id),
    "hearing_stage": Fixed(hearing.stage),
    "applied_at": Fixed(hearing.applied_at),
    "scheduled_at": Fixed(hearing.scheduled_at),
    "held_at": happened(hearing.held_at),
    "conclusion": happened(hearing.held_at, hearing.conclusion),
    "settled_at": happened(hearing.settled_at),
    **of_case(petition_id=p.petition_id),
}
_heard = schema.hearing.join(schema.petition, hearing.petition_id == p.petition_id)
HEARING = Subject(
    "hearing",
    "听证",
    "场次",
    _heard,
    hearing.hearing_id,
    _OF_HEARING,
    _HEARING_COLUMNS,
    Fixed(func.coalesce(hearing.held_at, hearing.scheduled_at)),
)

seat = schema.hearing_expert.c
expert = schema.expert.c
_OF_EXPERT: dict[str, Expression] = {
    "source": Fixed(expert.source),
    "field": Fixed(expert.field),
    "expert": Fixed(expert.expert_id),
}
EXPERT = Subject(
    "expert",
    "专家",
    "人",
    schema.expert,
    expert.expert_id,
    _OF_EXPERT,
    {
        "expert_id": Fixed(expert.expert_id),
        "name": Fixed(expert.name),
        "source": Fixed(expert.source),
        "field": Fixed(expert.field),
        "joined_on": Fixed(expert.joined_on),
    },
    Fixed(expert.expert_id),
)
PARTICIPATION = Subject(
    "participation",
    "专家参与",
    "人次",
    schema.hearing_expert.join(schema.hearing, seat.hearing_id == hearing.hearing_id)
    .join(schema.petition, hearing.petition_id == p.petition_id)
    .join(schema.expert, seat.expert_id == expert.expert_id),
    func.concat(seat.hearing_id, "-", seat.expert_id),
    {**_OF_HEARING, **_OF_EXPERT},
    {
        "expert": Fixed(expert.name),
        "source": Fixed(expert.source),
        "field": Fixed(expert.field),
        "role": Fixed(seat.role),
        **_HEARING_COLUMNS,
    },
    Fixed(hearing.held_at),
)
