"""The subjects: what rows there are to count, and by what they can be split."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Alias,
    ColumnElement,
    Date,
    Integer,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
)

from casebase import schema
from queries.model import Expression, Fixed, Moment, Subject

HOTLINE = "12345转办"

AGE_BANDS = ("5天内", "6–15天", "16–30天", "31–60天", "61–90天", "90天以上")
_AGE_LIMITS = (5, 15, 30, 60, 90)
STAGES = ("待转送", "待受理", "办理中", "已办结")
CLOSING_DAYS = (*(str(n) for n in range(11)), "10以上")
FIVE_DAY_STATES = ("按期办结", "逾期办结", "逾期未结", "在期未结")

p = schema.petition.c


def on_day(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The natural day of a time."""
    return cast(column, Date)


def natural_days(start: ColumnElement[Any], end: ColumnElement[Any]) -> ColumnElement[int]:
    """Natural days between two times; day 1 is the day after the start (domain.md §1)."""
    return type_coerce(on_day(end) - on_day(start), Integer)


def before(moment: datetime, column: ColumnElement[Any]) -> ColumnElement[bool]:
    """The event had happened at the moment."""
    return and_(column.is_not(None), column <= moment)


def first_level(code: ColumnElement[Any]) -> ColumnElement[Any]:
    """First-level class of a category code."""
    category = schema.category.alias()
    return (
        select(func.coalesce(category.c.parent_code, category.c.code)).where(category.c.code == code).scalar_subquery()
    )


def happened(time: ColumnElement[Any], value: ColumnElement[Any] | None = None) -> Expression:
    """A time, or what came to be known with it; null where the moment lies before it."""
    shown = time if value is None else value
    return lambda at: case((time <= at.as_of, shown), else_=null())


def _name(table: Any, key: str, code: ColumnElement[Any]) -> Expression:
    found: Alias = table.alias()
    return Fixed(select(found.c.name).where(found.c[key] == code).scalar_subquery())


def area_name(code: ColumnElement[Any]) -> Expression:
    """The name of an area code."""
    return _name(schema.area, "code", code)


def stage(at: Moment) -> ColumnElement[str]:
    """Where a case stood at the moment, from its times."""
    return case(
        (before(at.as_of, p.closed_at), "已办结"),
        (before(at.as_of, p.accepted_at), "办理中"),
        (before(at.as_of, p.forwarded_at), "待受理"),
        else_="待转送",
    )


def age_band(at: Moment) -> ColumnElement[str]:
    """Natural days since registration, in bands; day 1 is the day after."""
    limits = zip(_AGE_LIMITS, AGE_BANDS[:-1], strict=True)
    bands = [(p.registered_at >= at.midnight - timedelta(days=days), band) for days, band in limits]
    return case(*bands, else_=AGE_BANDS[-1])


def _workdays_until(column: ColumnElement[Any], *, begun: bool) -> ColumnElement[Any]:
    """Running number of the working day; a rest day belongs to the next one where `begun`."""
    workday = schema.workday.alias()
    number: ColumnElement[int] = workday.c.workday_no
    if begun:
        number = case((workday.c.is_workday, number), else_=number + 1)
    return select(number).where(workday.c.day == on_day(column)).scalar_subquery()


def closing_days(at: Moment) -> ColumnElement[str]:
    """Working days from registration to closing, null while open or outside the calendar.

    0 is the same day; a closing on a rest day counts for the working day after it, so that
    "5" never holds a case that missed its fifth working day.
    """
    days = _workdays_until(p.closed_at, begun=True) - _workdays_until(p.registered_at, begun=False)
    return case(
        (or_(p.closed_at.is_(None), p.closed_at > at.as_of), null()),
        (or_(on_day(p.closed_at) == on_day(p.registered_at), days < 0), "0"),
        (days > 10, CLOSING_DAYS[-1]),
        else_=cast(days, String),
    )


def five_day_state(at: Moment) -> ColumnElement[str]:
    """What became of a simple claim's five working days."""
    closed = before(at.as_of, p.closed_at)
    return case(
        (and_(closed, on_day(p.closed_at) <= p.five_day_due), FIVE_DAY_STATES[0]),
        (closed, FIVE_DAY_STATES[1]),
        (p.five_day_due < at.today, FIVE_DAY_STATES[2]),
        else_=FIVE_DAY_STATES[3],
    )


# About a kilometre: 0.01 degrees.
CELLS_PER_DEGREE = 100


def _hot_cell() -> ColumnElement[str]:
    """The square of 0.01 degrees that a case lies in, as "11366_3475" (hundredths of lon and lat, rounded down)."""
    east = cast(func.floor(p.lon * CELLS_PER_DEGREE), Integer)
    north = cast(func.floor(p.lat * CELLS_PER_DEGREE), Integer)
    return case((or_(p.lon.is_(None), p.lat.is_(None)), null()), else_=func.concat(east, "_", north))


PLACE: dict[str, Expression] = {
    "district": Fixed(p.district_code),
    "street": Fixed(p.street_code),
    "community": Fixed(p.community_code),
    "grid": Fixed(p.grid_id),
}
OF_PETITION: dict[str, Expression] = {
    **PLACE,
    "channel": Fixed(p.channel),
    "category": Fixed(first_level(p.category_code)),
    "subcategory": Fixed(p.category_code),
    "unit": Fixed(p.unit_id),
    "purpose": Fixed(p.purpose),
    "stage": stage,
    "age": age_band,
    "closing_days": closing_days,
    "five_day_state": five_day_state,
    "due_day": Fixed(on_day(p.due_at)),
    "five_day_due": Fixed(p.five_day_due),
    "hot_cell": Fixed(_hot_cell()),
}
_CASE: dict[str, Expression] = {
    "case_no": Fixed(p.case_no),
    "title": Fixed(case((p.restricted, null()), else_=p.title)),
    "channel": Fixed(p.channel),
    "category": _name(schema.category, "code", p.category_code),
    "district": area_name(p.district_code),
    "street": area_name(p.street_code),
    "unit": _name(schema.unit, "unit_id", p.unit_id),
    "stage": stage,
    "registered_at": Fixed(p.registered_at),
    "five_day_due": Fixed(p.five_day_due),
    "due_at": Fixed(p.due_at),
    "closed_at": happened(p.closed_at),
}


def _of_case(**more: ColumnElement[Any]) -> Mapping[str, Expression]:
    return {**{name: Fixed(column) for name, column in more.items()}, **_CASE}


PETITION = Subject(
    "petition",
    "信访件",
    "件次",
    schema.petition,
    p.petition_id,
    OF_PETITION,
    _of_case(petition_id=p.petition_id),
    Fixed(p.registered_at),
)

grid = schema.grid.c
GRID = Subject(
    "grid",
    "网格",
    "个",
    schema.grid,
    grid.grid_id,
    {
        "district": Fixed(grid.district_code),
        "street": Fixed(grid.street_code),
        "community": Fixed(grid.community_code),
        "grid": Fixed(grid.grid_id),
        "grid_kind": Fixed(grid.kind),
    },
    {
        "grid_id": Fixed(grid.grid_id),
        "name": Fixed(grid.name),
        "kind": Fixed(grid.kind),
        "district": area_name(grid.district_code),
        "street": area_name(grid.street_code),
        "community": area_name(grid.community_code),
        "households": Fixed(grid.households),
    },
    Fixed(grid.grid_id),
)

worker = schema.grid_worker.c
WORKER = Subject(
    "grid_worker",
    "网格员",
    "人",
    schema.grid_worker.outerjoin(schema.grid, worker.grid_id == grid.grid_id),
    worker.worker_id,
    {**GRID.dimensions, "worker_source": Fixed(worker.source)},
    {
        "worker_id": Fixed(worker.worker_id),
        "worker_source": Fixed(worker.source),
        "active_from": Fixed(worker.active_from),
        "grid": Fixed(grid.name),
        "grid_kind": Fixed(grid.kind),
        "district": area_name(grid.district_code),
        "street": area_name(grid.street_code),
    },
    Fixed(worker.worker_id),
)

_community = schema.area.alias("community")
_street = schema.area.alias("street")
community = _community.c
COMMUNITY = Subject(
    "community",
    "社区（村）",
    "个",
    _community.outerjoin(_street, _community.c.parent_code == _street.c.code),
    community.code,
    {
        "district": Fixed(_street.c.parent_code),
        "street": Fixed(_street.c.code),
        "community": Fixed(community.code),
    },
    {
        "code": Fixed(community.code),
        "name": Fixed(community.name),
        "kind": Fixed(community.kind),
        "district": area_name(_street.c.parent_code),
        "street": Fixed(_street.c.name),
        "population": Fixed(community.population),
    },
    Fixed(community.code),
)

accompanier = schema.agent.c
AGENT = Subject(
    "agent",
    "信访代办员",
    "人",
    schema.agent.outerjoin(_community, accompanier.community_code == community.code).outerjoin(
        _street, community.parent_code == _street.c.code
    ),
    accompanier.agent_id,
    {**COMMUNITY.dimensions, "origin": Fixed(accompanier.origin)},
    {
        "agent_id": Fixed(accompanier.agent_id),
        "origin": Fixed(accompanier.origin),
        "active_from": Fixed(accompanier.active_from),
        "district": area_name(_street.c.parent_code),
        "street": Fixed(_street.c.name),
        "community": Fixed(community.name),
    },
    Fixed(accompanier.agent_id),
)

task = schema.grid_task.c
GRID_TASK = Subject(
    "grid_task",
    "网格任务",
    "件",
    schema.grid_task.join(schema.petition, task.petition_id == p.petition_id),
    task.task_id,
    {
        **OF_PETITION,
        "grid": Fixed(task.grid_id),
        "task_kind": Fixed(task.kind),
        "contact_method": happened(task.contacted_at, task.contact_method),
        "outcome": happened(task.finished_at, task.outcome),
    },
    {
        "task_id": Fixed(task.task_id),
        "task_kind": Fixed(task.kind),
        "grid": Fixed(task.grid_id),
        "pushed_at": Fixed(task.pushed_at),
        "contacted_at": happened(task.contacted_at),
        "contact_method": happened(task.contacted_at, task.contact_method),
        "finished_at": happened(task.finished_at),
        "outcome": happened(task.finished_at, task.outcome),
        **_of_case(petition_id=p.petition_id),
    },
    Fixed(task.pushed_at),
)

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
    **_of_case(petition_id=p.petition_id),
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

dispute = schema.mediation.c
_place = schema.area.alias("mediation_place")
_place_street = schema.area.alias("mediation_street")
MEDIATION = Subject(
    "mediation",
    "访前调解",
    "件",
    schema.mediation.outerjoin(_place, dispute.community_code == _place.c.code).outerjoin(
        _place_street, _place.c.parent_code == _place_street.c.code
    ),
    dispute.mediation_id,
    {
        "district": Fixed(_place_street.c.parent_code),
        "street": Fixed(_place.c.parent_code),
        "community": Fixed(dispute.community_code),
        "dispute_kind": Fixed(dispute.dispute_kind),
        "mediator_kind": Fixed(dispute.mediator_kind),
    },
    {
        "mediation_id": Fixed(dispute.mediation_id),
        "dispute_kind": Fixed(dispute.dispute_kind),
        "mediator_kind": Fixed(dispute.mediator_kind),
        "district": area_name(_place_street.c.parent_code),
        "community": Fixed(_place.c.name),
        "opened_at": Fixed(dispute.opened_at),
        "closed_at": happened(dispute.closed_at),
        "outcome": happened(dispute.closed_at, dispute.outcome),
        "petition_id": Fixed(dispute.petition_id),
    },
    Fixed(dispute.opened_at),
)

DIMENSIONS: dict[str, str] = {
    "district": "区县（功能区）",
    "street": "街道（乡镇）",
    "community": "社区（村）",
    "grid": "网格",
    "channel": "信访形式",
    "category": "内容分类",
    "subcategory": "二级分类",
    "unit": "责任单位",
    "purpose": "信访目的",
    "stage": "办理环节",
    "age": "积压时长",
    "closing_days": "办结用时（工作日）",
    "five_day_state": "五日办结情况",
    "due_day": "办结期限",
    "five_day_due": "五日期限",
    "hot_cell": "热点方格",
    "grid_kind": "网格类型",
    "worker_source": "网格员来源",
    "origin": "代办员来源",
    "task_kind": "任务类型",
    "contact_method": "联系方式",
    "outcome": "办理结果",
    "hearing_stage": "听证阶段",
    "conclusion": "听证结论",
    "public": "是否公开",
    "wait": "等待天数",
    "source": "专家来源",
    "field": "专业领域",
    "expert": "专家",
    "dispute_kind": "纠纷类型",
    "mediator_kind": "调解力量",
    "month": "月份",
    "day": "日期",
}


PLACES = {2: "district", 3: "street", 4: "community"}


def in_area(subject: Subject, at: Moment, code: str, level: int) -> ColumnElement[bool] | None:
    """Rows of an area; None where the subject has no place or the area is the whole city."""
    dimension = PLACES.get(level)
    if dimension is None or dimension not in subject.dimensions:
        return None
    return subject.dimensions[dimension](at) == code


def in_category(subject: Subject, at: Moment, code: str) -> ColumnElement[bool] | None:
    """Rows of a class, first or second level."""
    if "subcategory" not in subject.dimensions:
        return None
    category = schema.category.alias()
    codes = select(category.c.code).where(or_(category.c.code == code, category.c.parent_code == code))
    return subject.dimensions["subcategory"](at).in_(codes)
