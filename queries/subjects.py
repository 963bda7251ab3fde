"""The subjects: what rows there are to count, and by what they can be split."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Alias, ColumnElement, Date, and_, case, cast, func, literal, null, or_, select

from casebase import schema
from queries.model import Expression, Moment, Subject

HOTLINE = "12345转办"

AGE_BANDS = ("5天内", "6–15天", "16–30天", "31–60天", "61–90天", "90天以上")
_AGE_LIMITS = (5, 15, 30, 60, 90)
STAGES = ("待转送", "待受理", "办理中", "已办结")
CLOSING_DAYS = (*(str(n) for n in range(11)), "10以上")
FIVE_DAY_STATES = ("按期办结", "逾期办结", "逾期未结", "在期未结")

p = schema.petition.c


def _fixed(column: ColumnElement[Any]) -> Expression:
    return lambda at: column


def on_day(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(column, Date)


def before(moment: datetime, column: ColumnElement[Any]) -> ColumnElement[bool]:
    """The event had happened at the moment."""
    return and_(column.is_not(None), column <= moment)


def first_level(code: ColumnElement[Any]) -> ColumnElement[Any]:
    """First-level class of a category code."""
    category = schema.category.alias()
    return (
        select(func.coalesce(category.c.parent_code, category.c.code)).where(category.c.code == code).scalar_subquery()
    )


def _name(table: Any, key: str, code: ColumnElement[Any]) -> Expression:
    found: Alias = table.alias()
    return _fixed(select(found.c.name).where(found.c[key] == code).scalar_subquery())


def area_name(code: ColumnElement[Any]) -> Expression:
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
    midnight = datetime.combine(at.today, time.min)
    limits = zip(_AGE_LIMITS, AGE_BANDS[:-1], strict=True)
    return case(*((p.registered_at >= midnight - timedelta(days=days), band) for days, band in limits), else_=AGE_BANDS[-1])


def _workdays_until(column: ColumnElement[Any], *, begun: bool) -> ColumnElement[Any]:
    """Running number of the working day; a rest day belongs to the next one where `begun`."""
    workday = schema.workday.alias()
    number = workday.c.workday_no
    if begun:
        number = case((workday.c.is_workday, number), else_=number + 1)
    return select(number).where(workday.c.day == on_day(column)).scalar_subquery()


def closing_days(at: Moment) -> ColumnElement[str]:
    """Working days from registration to closing, null while open.

    0 is the same day; a closing on a rest day counts for the working day after it, so that
    "5" never holds a case that missed its fifth working day.
    """
    days = _workdays_until(p.closed_at, begun=True) - _workdays_until(p.registered_at, begun=False)
    return case(
        (or_(p.closed_at.is_(None), p.closed_at > at.as_of), null()),
        (or_(on_day(p.closed_at) == on_day(p.registered_at), days <= 0), "0"),
        *((days == n, str(n)) for n in range(1, 11)),
        else_=CLOSING_DAYS[-1],
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


PLACE: dict[str, Expression] = {
    "district": _fixed(p.district_code),
    "street": _fixed(p.street_code),
    "community": _fixed(p.community_code),
    "grid": _fixed(p.grid_id),
}
OF_PETITION: dict[str, Expression] = {
    **PLACE,
    "channel": _fixed(p.channel),
    "category": _fixed(first_level(p.category_code)),
    "subcategory": _fixed(p.category_code),
    "unit": _fixed(p.unit_id),
    "purpose": _fixed(p.purpose),
    "stage": stage,
    "age": age_band,
    "closing_days": closing_days,
    "five_day_state": five_day_state,
    "due_day": _fixed(on_day(p.due_at)),
    "five_day_due": _fixed(p.five_day_due),
}
_CASE: dict[str, Expression] = {
    "case_no": _fixed(p.case_no),
    "title": lambda at: case((p.restricted, null()), else_=p.title),
    "channel": _fixed(p.channel),
    "category": _name(schema.category, "code", p.category_code),
    "district": area_name(p.district_code),
    "street": area_name(p.street_code),
    "unit": _name(schema.unit, "unit_id", p.unit_id),
    "stage": stage,
    "registered_at": _fixed(p.registered_at),
    "five_day_due": _fixed(p.five_day_due),
    "due_at": _fixed(p.due_at),
    "closed_at": lambda at: case((p.closed_at <= at.as_of, p.closed_at), else_=null()),
}


def _of_case(**more: ColumnElement[Any]) -> Mapping[str, Expression]:
    return {**{name: _fixed(column) for name, column in more.items()}, **_CASE}


PETITION = Subject(
    "petition",
    "信访件",
    "件次",
    schema.petition,
    p.petition_id,
    OF_PETITION,
    _of_case(petition_id=p.petition_id),
    _fixed(p.registered_at),
)

grid = schema.grid.c
GRID = Subject(
    "grid",
    "网格",
    "个",
    schema.grid,
    grid.grid_id,
    {
        "district": _fixed(grid.district_code),
        "street": _fixed(grid.street_code),
        "community": _fixed(grid.community_code),
        "grid": _fixed(grid.grid_id),
        "grid_kind": _fixed(grid.kind),
    },
    {
        "grid_id": _fixed(grid.grid_id),
        "name": _fixed(grid.name),
        "kind": _fixed(grid.kind),
        "district": area_name(grid.district_code),
        "street": area_name(grid.street_code),
        "community": area_name(grid.community_code),
        "households": _fixed(grid.households),
    },
    _fixed(grid.grid_id),
)

_community = schema.area.alias("community")
_street = schema.area.alias("street")
community = _community.c
COMMUNITY = Subject(
    "community",
    "社区（村）",
    "个",
    _community.join(_street, _community.c.parent_code == _street.c.code),
    community.code,
    {
        "district": _fixed(_street.c.parent_code),
        "street": _fixed(_street.c.code),
        "community": _fixed(community.code),
    },
    {
        "code": _fixed(community.code),
        "name": _fixed(community.name),
        "kind": _fixed(community.kind),
        "district": area_name(_street.c.parent_code),
        "street": _fixed(_street.c.name),
        "population": _fixed(community.population),
    },
    _fixed(community.code),
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
        "grid": _fixed(task.grid_id),
        "task_kind": _fixed(task.kind),
        "contact_method": lambda at: case((task.contacted_at <= at.as_of, task.contact_method), else_=null()),
        "outcome": lambda at: case((task.finished_at <= at.as_of, task.outcome), else_=null()),
    },
    {
        "task_id": _fixed(task.task_id),
        "task_kind": _fixed(task.kind),
        "grid": _fixed(task.grid_id),
        "pushed_at": _fixed(task.pushed_at),
        "contacted_at": _fixed(task.contacted_at),
        "contact_method": _fixed(task.contact_method),
        "finished_at": _fixed(task.finished_at),
        "outcome": _fixed(task.outcome),
        **_of_case(petition_id=p.petition_id),
    },
    _fixed(task.pushed_at),
)

hearing = schema.hearing.c
_OF_HEARING: dict[str, Expression] = {
    **OF_PETITION,
    "hearing_stage": _fixed(hearing.stage),
    "conclusion": _fixed(hearing.conclusion),
    "public": lambda at: case((hearing.is_public, literal("公开")), else_=literal("不公开")),
}
_HEARING_COLUMNS: dict[str, Expression] = {
    "hearing_id": _fixed(hearing.hearing_id),
    "hearing_stage": _fixed(hearing.stage),
    "applied_at": _fixed(hearing.applied_at),
    "scheduled_at": _fixed(hearing.scheduled_at),
    "held_at": _fixed(hearing.held_at),
    "conclusion": _fixed(hearing.conclusion),
    "settled_at": _fixed(hearing.settled_at),
    **_of_case(petition_id=p.petition_id),
}
_heard = schema.hearing.join(schema.petition, hearing.petition_id == p.petition_id)
HEARING = Subject(
    "hearing", "听证", "场次", _heard, hearing.hearing_id, _OF_HEARING, _HEARING_COLUMNS, _fixed(hearing.held_at)
)

seat = schema.hearing_expert.c
expert = schema.expert.c
_OF_EXPERT: dict[str, Expression] = {
    "source": _fixed(expert.source),
    "field": _fixed(expert.field),
    "expert": _fixed(expert.expert_id),
}
EXPERT = Subject(
    "expert",
    "专家",
    "人",
    schema.expert,
    expert.expert_id,
    _OF_EXPERT,
    {
        "expert_id": _fixed(expert.expert_id),
        "name": _fixed(expert.name),
        "source": _fixed(expert.source),
        "field": _fixed(expert.field),
        "joined_on": _fixed(expert.joined_on),
    },
    _fixed(expert.expert_id),
)
PARTICIPATION = Subject(
    "participation",
    "专家参与",
    "人次",
    schema.hearing_expert.join(schema.hearing, seat.hearing_id == hearing.hearing_id)
    .join(schema.petition, hearing.petition_id == p.petition_id)
    .join(schema.expert, seat.expert_id == expert.expert_id),
    seat.expert_id,
    {**_OF_HEARING, **_OF_EXPERT},
    {
        "expert": _fixed(expert.name),
        "source": _fixed(expert.source),
        "field": _fixed(expert.field),
        "role": _fixed(seat.role),
        **_HEARING_COLUMNS,
    },
    _fixed(hearing.held_at),
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
        "district": _fixed(_place_street.c.parent_code),
        "street": _fixed(_place.c.parent_code),
        "community": _fixed(dispute.community_code),
        "dispute_kind": _fixed(dispute.dispute_kind),
        "mediator_kind": _fixed(dispute.mediator_kind),
    },
    {
        "mediation_id": _fixed(dispute.mediation_id),
        "dispute_kind": _fixed(dispute.dispute_kind),
        "mediator_kind": _fixed(dispute.mediator_kind),
        "district": area_name(_place_street.c.parent_code),
        "community": _fixed(_place.c.name),
        "opened_at": _fixed(dispute.opened_at),
        "closed_at": lambda at: case((dispute.closed_at <= at.as_of, dispute.closed_at), else_=null()),
        "outcome": lambda at: case((dispute.closed_at <= at.as_of, dispute.outcome), else_=null()),
        "petition_id": _fixed(dispute.petition_id),
    },
    _fixed(dispute.opened_at),
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
    "grid_kind": "网格类型",
    "task_kind": "任务类型",
    "contact_method": "联系方式",
    "outcome": "办理结果",
    "hearing_stage": "听证阶段",
    "conclusion": "听证结论",
    "public": "是否公开",
    "source": "专家来源",
    "field": "专业领域",
    "expert": "专家",
    "dispute_kind": "纠纷类型",
    "mediator_kind": "调解力量",
    "month": "月份",
    "day": "日期",
}


def in_area(subject: Subject, at: Moment, code: str, level: int) -> ColumnElement[bool] | None:
    """Rows of an area; None where the subject has no place or the area is the whole city."""
    dimension = {2: "district", 3: "street", 4: "community"}.get(level)
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
