"""What the findings of casebase.checks are called on the screen, and what they do to the numbers."""

import pandas as pd

from casebase.checks import ORDER
from queries import quality
from views import words

STATES = {
    "error": words.State("bad", "■", "数字会错"),
    "warning": words.State("warn", "▲", "不完整"),
}
# What a finding means on the screen; the rule itself is casebase.checks.
_FINDINGS = {
    "no_place": ("没有区县的信访件", "不进任何地区的数字和地图"),
    "no_unit": ("没有责任单位的信访件", "不进单位排名"),
    "no_contact": ("没有联系电话的责任单位", "清单和台账里看不到怎样联系它"),
    "no_category": ("没有内容分类的信访件", "不进分类排名"),
    "resolution_unknown": ("已办结、未填写是否化解的信访件", "不进化解率的分子和分母"),
    "closed_before_registered": ("办结早于登记的信访件", "办结用时为负"),
    "due_before_registered": ("办结期限早于登记的信访件", "一登记就超期"),
    "stages_out_of_order": ("转送、受理、办结先后颠倒的信访件", "办理环节和受理率不准"),
    "evaluated_before_closed": ("评价早于办结的信访件", "评价归入更早的时段"),
    "times_dropped": ("有时间不合理、装入时未采用的信访件", "早于登记或晚于装入的办结等时间按未填写计，多计入未办结"),
    "future_times": ("有时间晚于最近更新的信访件", "时间填错，归入还没到的时段"),
    "open_but_closed": ("状态未办结、却有办结时间的信访件", "按办结时间计为已办结"),
    "closed_without_time": ("状态已结、却没有办结时间的信访件", "计为未办结，在办偏多"),
    "found_closed": ("在库外改为未办结、尚未重新排列的信访件", "在办偏少；请数据管理员运行 python -m casebase sort"),
    "repeats_unknown": ("无从判断是否重复信访的信访件", "缺信访人或内容分类，重复信访率不可信"),
    "dangling_district_code": ("区县代码不在行政区划表的信访件", "地图上找不到"),
    "dangling_street_code": ("街道代码不在行政区划表的信访件", "地图上找不到"),
    "dangling_community_code": ("社区代码不在行政区划表的信访件", "地图上找不到"),
    "dangling_category_code": ("分类代码不在分类表的信访件", "只显示代码，不进一级分类"),
    "dangling_unit_id": ("责任单位代码不在单位表的信访件", "只显示代码，类别不明"),
    "dangling_complained_unit_id": ("被投诉单位代码不在单位表的信访件", "只显示代码"),
    "dangling_grid_id": ("网格代码不在网格表的信访件", "不进网格的数字"),
    "dangling_parent_code": ("上级代码不在行政区划表的地区", "从上级点不到它"),
    "unmapped_petition_channel": ("信访形式不在规定之列的信访件", "单列一类，不进来信、来访等"),
    "unmapped_petition_purpose": ("信访目的不在规定之列的信访件", "单列一类"),
    "unmapped_petition_status": ("状态不在规定之列的信访件", "无从核对状态与办结时间"),
    "unmapped_petition_handling_path": ("办理路径不在规定之列的信访件", "单列一类"),
    "unmapped_petition_registering_level": ("登记机构层级不在规定之列的信访件", "单列一类"),
    "unmapped_petition_satisfaction_bureau": ("对信访部门的评价不在规定之列的信访件", "不计入参评和满意"),
    "unmapped_petition_satisfaction_unit": ("对责任单位的评价不在规定之列的信访件", "不计入参评和满意"),
    "unmapped_grid_kind": ("类型不在四类之列的网格", "单列一类"),
    "unmapped_grid_task_kind": ("类型不在三类之列的网格任务", "单列一类"),
    "unmapped_grid_task_outcome": ("办理结果不在规定之列的网格任务", "单列一类"),
    "unmapped_reception_kind": ("方式不在接访、下访、阅批、包案之列的领导接访", "单列一类"),
    "unmapped_supervision_escalation": ("督办升级措施不在规定之列的督办件", "单列一类"),
    "unmapped_proposal_kind": ("类型不在三类之列的三项建议", "单列一类"),
    "unmapped_proposal_outcome": ("采纳情况不在规定之列的三项建议", "单列一类"),
    "outside_calendar": ("登记日期在工作日历之外的信访件", "工作日期限算不出"),
    "no_five_day_due": ("没有五日期限的简单诉求", "不进五日办结率"),
    "wrong_five_day_due": ("五日期限与工作日历不符的信访件", "五日办结率不准，须重新装入"),
    "load_arithmetic": ("读入不等于装入加拒绝的批次", "有行下落不明"),
    "rejected_rows": ("最近一次装入拒绝的行", "没有进库"),
    "case_no_twice": ("编号与同来源另一件重复的信访件", "重复计数"),
    "events_disagree": ("登记事件不是恰好一条的信访件", "案件全程不全，须重新装入"),
    "no_calendar": ("工作日历为空", "工作日期限算不出；请数据管理员重建工作日历"),
    "calendar_gaps": ("工作日历缺少的日期", "跨这些天的期限不准"),
    "unpublished_years": ("放假安排未发布的年份", "按周末和元旦、五一、国庆的法定假日休息计算，发布后更新日历"),
}
TABLES = {
    "petition": "信访件",
    "area": "行政区划",
    "unit": "责任单位",
    "grid": "网格",
    "grid_worker": "网格员",
    "agent": "信访代办员",
    "grid_task": "网格任务",
    "mediation": "访前调解",
    "hearing": "听证",
    "reception": "领导接访",
    "supervision": "督办件",
    "proposal": "三项建议",
    "load_run": "装入批次",
    "load_reject": "拒绝的行",
    quality.CALENDAR: "工作日历",
}
FINDINGS = {
    **_FINDINGS,
    **{
        f"times_dropped_{table.name}": (
            f"有时间不合理、装入时未采用的{TABLES[table.name]}",
            "早于前一环节或晚于装入的时间按未填写计，算作还没发生",
        )
        for table in ORDER
    },
    **{
        f"out_of_order_{table.name}": (f"时间先后颠倒的{TABLES[table.name]}", "用时为负，或一开始就超期")
        for table in ORDER
    },
}


def written_findings(problems: pd.DataFrame) -> pd.DataFrame:
    """Findings of queries.quality.findings as a person reads them, with their share of the rows of their table."""
    among = zip(problems["count"], problems["among"], strict=True)
    return pd.DataFrame(
        {
            "程度": [STATES[severity].text for severity in problems["severity"]],
            "发现": [FINDINGS[name][0] for name in problems["name"]],
            "后果": [FINDINGS[name][1] for name in problems["name"]],
            "表": [TABLES[name] for name in problems["table"]],
            "行数": problems["count"],
            "占比": [words.NONE if pd.isna(every) else words.percent(count / every) for count, every in among],
        }
    )
