"""What a number lacks, in the bureau's words: why a card says — and what would have to be loaded."""

from collections.abc import Iterable

from casebase.case_words import SOURCE_FLAGS
from queries.beginnings import BEFORE_RECORDS
from views import words

# By the names of queries.blanks: tables, then columns.
LACKING = {
    "area": "行政区划",
    "category": "内容分类",
    "petition": "信访件",
    "grid": "网格",
    "grid_worker": "网格员",
    "agent": "信访代办员",
    "grid_task": "网格任务",
    "social_org": "社会组织",
    "mediation": "访前调解",
    "expert": "专家库",
    "hearing": "听证",
    "hearing_expert": "听证评议团",
    "hearing_participant": "听证第三方参加人",
    "expert_task": "专家参与调解和办理",
    "expert_task.mediation_id": "专家参与的纠纷",
    "reception": "领导接访",
    "supervision": "督办件",
    "proposal": "三项建议",
    "unit": "单位名册",
    "area.kind": "社区和村的类别",
    "social_org.level": "孵化中心层级",
    "reception.kind": "领导履职方式（接访、下访、阅批、包案）",
    "supervision.escalation": "督办升级措施",
    "proposal.unit_id": "建议对象",
    "proposal.feedback_at": "建议书面反馈时间",
    "proposal.outcome": "建议采纳情况",
    "unit.area_code": "单位所在地区",
    "community": "社区（村）",
    "area.population": "常住人口",
    "petition.channel": "信访形式",
    "petition.is_first": "信访人和内容分类",
    "petition.repeat_of": "信访人和内容分类",
    "petition.is_simple": "简单诉求标识",
    "petition.people": "人数",
    "petition.is_collective": "人数",
    "petition.agent_id": "信访件的代办员",
    "petition.forwarded_at": "转送时间",
    "petition.received_at": "责任单位收到时间",
    "petition.status": "案件状态",
    "petition.handling_path": "办理路径",
    "petition.complained_unit_id": "被投诉单位",
    "petition.registering_body": "登记机构",
    "petition.registering_level": "登记机构层级",
    **{f"petition.{name}": f"{flag}标记" for name, flag in SOURCE_FLAGS.items()},
    "petition.accepted_at": "受理告知时间",
    "petition.due_at": "办结期限",
    "petition.extended_days": "延期天数",
    "petition.five_day_due": "五日期限",
    "petition.closed_at": "办结时间",
    "petition.resolved": "是否化解",
    "petition.satisfaction_bureau": "对信访部门的评价",
    "petition.satisfaction_unit": "对责任单位的评价",
    "petition.evaluated_at": "评价时间",
    "petition_event.review": "复查复核记录",
    "agent.community_code": "代办员所在社区",
    "grid_task.contacted_at": "任务联系时间",
    "grid_task.finished_at": "任务办结时间",
    "grid_task.outcome": "任务结果",
    "social_org.community_code": "社会组织所在社区",
    "mediation.petition_id": "调解转为的信访件",
    "mediation.dispute_kind": "纠纷类型",
    "mediation.org_id": "调解的社会组织",
    "mediation.mediator_kind": "调解力量",
    "mediation.closed_at": "调解结束时间",
    "mediation.outcome": "调解结果",
    "hearing.applied_at": "听证申请时间",
    "hearing.scheduled_at": "听证排期时间",
    "hearing.held_at": "听证举行时间",
    "hearing.settled_at": "听证后化解时间",
    "hearing.is_public": "听证是否公开",
    "reception.petition_id": "接访的信访件",
    "supervision.replied_at": "督办反馈时间",
    "supervision.result": "督办结果",
    # What numbers are split by.
    "area.parent_code": "行政区划的上级",
    "petition.district_code": "信访件所在区县",
    "petition.street_code": "信访件所在街道",
    "petition.community_code": "信访件所在社区",
    "petition.grid_id": "信访件所在网格",
    "petition.category_code": "内容分类",
    "petition.purpose": "信访目的",
    "petition.unit_id": "责任单位",
    "grid.district_code": "网格所在区县",
    "grid.street_code": "网格所在街道",
    "grid.community_code": "网格所在社区",
    "grid_worker.source": "网格员来源",
    "agent.origin": "代办员来源",
    "grid_task.grid_id": "任务所在网格",
    "grid_task.contact_method": "任务联系方式",
    "mediation.community_code": "调解所在社区",
    "expert.source": "专家来源",
    "expert.field": "专家专业领域",
    "hearing.conclusion": "听证结论",
    "reception.place": "接访地点",
    "reception.closed_at": "接访办结时间",
}


def names(lacks: str | Iterable[str]) -> str:
    """What is lacking, in words: 转送时间、办结时间. `lacks` as queries.needs gives it, or joined by commas."""
    parts = _parts(lacks)
    return "、".join(dict.fromkeys(LACKING.get(name, name) for name in parts if name and name != BEFORE_RECORDS))


def reason(lacks: str | Iterable[str]) -> str:
    """未装入办结期限, 早于第一条记录: why a number is not known; "" for one that lacks nothing."""
    missing = names(lacks)
    if missing:
        return f"未装入{missing}"
    return "早于第一条记录" if BEFORE_RECORDS in _parts(lacks) else ""


def _parts(lacks: str | Iterable[str]) -> list[str]:
    return lacks.split(",") if isinstance(lacks, str) else list(lacks)


def sentence(name: str, lacks: str | Iterable[str]) -> str:
    """按期办结率算不出：未装入办结期限, in the place of what a picture would say."""
    return f"{name}算不出：{reason(lacks)}"


def placeholder(lacks: str | Iterable[str]) -> str:
    """—（未装入办结期限）, in the place of a number that the data cannot tell."""
    why = reason(lacks)
    return f"{words.NONE}（{why}）" if why else words.NONE
