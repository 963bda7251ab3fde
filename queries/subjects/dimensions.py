"""The dimensions by their Chinese names, and the filter bar's area and class as conditions on a subject."""

from sqlalchemy import (
    ColumnElement,
    or_,
    select,
)

from casebase import schema
from casebase.scope import COMMUNITY, DISTRICT, STREET
from queries.model import Moment, Subject

DIMENSIONS: dict[str, str] = {
    "district": "区县（功能区）",
    "street": "街道（乡镇）",
    "community": "社区（村）",
    "grid": "网格",
    "channel": "信访形式",
    "category": "内容分类",
    "subcategory": "二级分类",
    "unit": "责任单位",
    "complained_unit": "被投诉单位",
    "purpose": "信访目的",
    "handling_path": "办理路径",
    "registering_level": "登记层级",
    "stage": "办理环节",
    "age": "在办时长",
    "closing_days": "办结用时（工作日）",
    "five_day_state": "五日办结情况",
    "due_state": "办结期限情况",
    "due_day": "办结期限",
    "five_day_due": "五日期限",
    "hot_cell": "热点方格",
    "word": "标题或正文含",
    "grid_kind": "网格类型",
    "worker_source": "网格员来源",
    "accompanied": "有无代办员",
    "agent": "代办员",
    "origin": "代办员来源",
    "task_kind": "任务类型",
    "contact_method": "联系方式",
    "contact_band": "联系用时",
    "outcome": "办理结果",
    "hearing_stage": "听证阶段",
    "conclusion": "听证结论",
    "public": "是否公开",
    "wait": "等待天数",
    "participant_kind": "第三方类别",
    "way": "参与方式",
    "source": "专家来源",
    "field": "专业领域",
    "expert": "专家",
    "dispute_kind": "纠纷类型",
    "mediator_kind": "调解力量",
    "org": "社会组织",
    "org_kind": "组织类型",
    "incubator_level": "孵化中心层级",
    "leader": "领导职务",
    "duty": "履职方式",
    "reception_place": "接访地点",
    "reception_age": "接访后未办结",
    "supervision_level": "督办层级",
    "answer": "反馈情况",
    "order_answer": "答复情况",
    "order_due_day": "答复期限",
    "escalation": "升级措施",
    "proposal_kind": "建议类别",
    "addressee": "建议对象",
    "proposal_outcome": "采纳情况",
    "supervision_result": "督办结果",
    "month": "月份",
    "day": "日期",
}

# By level of an area; the city itself (level 1) narrows nothing.
AREA_DIMENSIONS = {DISTRICT: "district", STREET: "street", COMMUNITY: "community"}
AREA_LEVELS = {dimension: level for level, dimension in AREA_DIMENSIONS.items()}


def in_area(subject: Subject, at: Moment, code: str, level: int) -> ColumnElement[bool] | None:
    """Rows of an area; None where the subject has no place or the area is the whole city."""
    dimension = AREA_DIMENSIONS.get(level)
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
