"""专家听证: hearings, who sits at them, the pool of experts and all that experts take part in."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    String,
    Subquery,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)

from casebase import schema
from casebase.personal import PersonalText
from queries.model import Expression, Fixed, Moment, Subject
from queries.subjects.expressions import area_name, happened, natural_days, p
from queries.subjects.petitions import OF_PETITION, of_case
from queries.subjects.receptions import OF_KNOWN_CASE

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

participant = schema.hearing_participant.c
# The role of who leads a hearing.
PRESIDING = "主持"
THIRD_PARTY = Subject(
    "third_party",
    "第三方参加听证",
    "人次",
    schema.hearing_participant.join(schema.hearing, participant.hearing_id == hearing.hearing_id).join(
        schema.petition, hearing.petition_id == p.petition_id
    ),
    func.concat(participant.hearing_id, "-", participant.participant_no),
    {**_OF_HEARING, "participant_kind": Fixed(participant.kind)},
    {
        "participant_kind": Fixed(participant.kind),
        "role": Fixed(participant.role),
        **_HEARING_COLUMNS,
    },
    Fixed(hearing.held_at),
)

# How experts take part: the kinds of expert_task beside the panels of hearings.
HEARD, MEDIATED, HANDLED = "听证", "调解", "办理"
WAYS = (HEARD, MEDIATED, HANDLED)


def _expert_rows() -> Subquery:
    """A row for each expert and case, by a panel that was held or a task: way, case, expert, time."""
    task = schema.expert_task.c
    seats = (
        select(
            type_coerce(literal(HEARD), PersonalText).label("way"),
            hearing.petition_id,
            cast(null(), BigInteger).label("mediation_id"),
            seat.expert_id,
            hearing.held_at.label("took_part_at"),
        )
        .select_from(schema.hearing_expert.join(schema.hearing, seat.hearing_id == hearing.hearing_id))
        .where(seat.recused.is_(False), hearing.held_at.is_not(None))
    )
    tasks = select(
        task.kind,
        task.petition_id,
        case((task.petition_id.is_(None), task.mediation_id)),
        task.expert_id,
        task.took_part_at,
    )
    return union_all(seats, tasks).subquery("expert_rows")


def _expert_work() -> Subquery:
    """The same with `case_key`: a petition, and a dispute that is none, are a case each."""
    rows = _expert_rows().c
    of_petition = func.concat("P", cast(rows.petition_id, String))
    key = case((rows.petition_id.is_not(None), of_petition), else_=func.concat("M", cast(rows.mediation_id, String)))
    return select(*rows, key.label("case_key")).subquery("expert_work")


_work = _expert_work()
work = _work.c
# The disputes that experts helped with: joined to all disputes, DuckDB makes a table of all of them every time.
_helped = (
    select(schema.mediation)
    .where(schema.mediation.c.mediation_id.in_(select(schema.expert_task.c.mediation_id)))
    .subquery("dispute_of_experts")
)
helped = _helped.c
_each = select(work.case_key, work.petition_id, work.mediation_id).distinct().subquery("expert_case")
_dispute_place = schema.area.alias("expert_place")
_dispute_street = schema.area.alias("expert_street")


def _with_cases(rows: FromClause, petition_id: ColumnElement[int], mediation_id: ColumnElement[int]) -> FromClause:
    """Rows that name a petition or a dispute, with these and the place of the dispute."""
    return (
        rows.outerjoin(schema.petition, petition_id == p.petition_id)
        .outerjoin(_helped, mediation_id == helped.mediation_id)
        .outerjoin(_dispute_place, helped.community_code == _dispute_place.c.code)
        .outerjoin(_dispute_street, _dispute_place.c.parent_code == _dispute_street.c.code)
    )


# The place of the petition, or of the community whose dispute it is.
_CASE_PLACES = {
    "district": func.coalesce(p.district_code, _dispute_street.c.parent_code),
    "street": func.coalesce(p.street_code, _dispute_place.c.parent_code),
    "community": func.coalesce(p.community_code, helped.community_code),
}


def _way_of_case(at: Moment, way: str) -> ColumnElement[Any]:
    rows = _work.alias().c
    took_part = exists().where(rows.case_key == _each.c.case_key, rows.way == way, rows.took_part_at <= at.as_of)
    return case((took_part, way))


EXPERT_CASE = Subject(
    "expert_case",
    "专家参与件",
    "件次",
    _with_cases(_each, _each.c.petition_id, _each.c.mediation_id),
    _each.c.case_key,
    {},
    {
        "case_kind": Fixed(case((_each.c.petition_id.is_not(None), "信访件"), else_="访前调解")),
        "ways": lambda at: func.concat_ws("、", *(_way_of_case(at, way) for way in WAYS)),
        **of_case(petition_id=p.petition_id),
        "district": area_name(_CASE_PLACES["district"]),
        "street": area_name(_CASE_PLACES["street"]),
        "stage": OF_KNOWN_CASE["stage"],
        "dispute_kind": Fixed(helped.dispute_kind),
        "opened_at": Fixed(helped.opened_at),
        "mediated_at": happened(helped.closed_at),
    },
    Fixed(_each.c.case_key),
)
EXPERT_WORK = Subject(
    "expert_work",
    "专家参与",
    "人次",
    _with_cases(_work.join(schema.expert, work.expert_id == expert.expert_id), work.petition_id, work.mediation_id),
    func.concat(work.case_key, "-", work.expert_id, "-", work.way, "-", work.took_part_at),
    {
        **OF_KNOWN_CASE,
        **{name: Fixed(column) for name, column in _CASE_PLACES.items()},
        **_OF_EXPERT,
        "way": Fixed(work.way),
    },
    {
        "expert": Fixed(expert.name),
        "source": Fixed(expert.source),
        "field": Fixed(expert.field),
        "way": Fixed(work.way),
        "took_part_at": Fixed(work.took_part_at),
        **of_case(petition_id=p.petition_id),
        "stage": OF_KNOWN_CASE["stage"],
    },
    Fixed(work.took_part_at),
)
