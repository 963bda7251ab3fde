"""What the findings of casebase.checks are called on the screen, and what they do to the numbers."""

from queries import quality
from views import words

STATES = {
    "error": words.State("bad", "■", "数字会错"),
    "warning": words.State("warn", "▲", "不完整"),
}
# What a finding means on the screen; the rule itself is casebase.checks.
TOLD = {
    "no_place": ("没有区县的信访件", "不进任何地区的数字和地图"),
    "no_unit": ("没有责任单位的信访件", "不进单位排名"),
    "no_category": ("没有内容分类的信访件", "不进分类排名"),
    "resolution_unknown": ("已办结、未填写是否化解的信访件", "不进化解率的分子和分母"),
    "closed_before_registered": ("办结早于登记的信访件", "办结用时为负"),
    "due_before_registered": ("办结期限早于登记的信访件", "一登记就超期"),
    "stages_out_of_order": ("转送、受理、办结先后颠倒的信访件", "办理环节和受理率不准"),
    "evaluated_before_closed": ("评价早于办结的信访件", "评价归入更早的时段"),
    "dangling_district_code": ("区县代码不在行政区划表的信访件", "地图上找不到"),
    "dangling_street_code": ("街道代码不在行政区划表的信访件", "地图上找不到"),
    "dangling_community_code": ("社区代码不在行政区划表的信访件", "地图上找不到"),
    "dangling_category_code": ("分类代码不在分类表的信访件", "只显示代码，不进一级分类"),
    "dangling_unit_id": ("责任单位代码不在单位表的信访件", "只显示代码，类别不明"),
    "dangling_grid_id": ("网格代码不在网格表的信访件", "不进网格的数字"),
    "dangling_parent_code": ("上级代码不在行政区划表的地区", "从上级点不到它"),
    "unmapped_petition_channel": ("信访形式不在规定之列的信访件", "单列一类，不进来信、来访等"),
    "unmapped_petition_purpose": ("信访目的不在规定之列的信访件", "单列一类"),
    "unmapped_petition_satisfaction_bureau": ("对信访部门的评价不在规定之列的信访件", "不计入参评和满意"),
    "unmapped_petition_satisfaction_unit": ("对责任单位的评价不在规定之列的信访件", "不计入参评和满意"),
    "unmapped_grid_kind": ("类型不在四类之列的网格", "单列一类"),
    "unmapped_grid_task_kind": ("类型不在三类之列的网格任务", "单列一类"),
    "outside_calendar": ("登记日期在工作日历之外的信访件", "工作日期限算不出"),
    "no_five_day_due": ("没有五日期限的简单诉求", "不进五日办结率"),
    "wrong_five_day_due": ("五日期限与工作日历不符的信访件", "五日办结率不准，须重新装入"),
    "load_arithmetic": ("读入不等于装入加拒绝的批次", "有行下落不明"),
    "rejected_rows": ("最近一次装入拒绝的行", "没有进库"),
    "case_no_twice": ("编号与同来源另一件重复的信访件", "重复计数"),
    "events_disagree": ("登记事件不是恰好一条的信访件", "案件全程不全，须重新装入"),
    "no_calendar": ("工作日历为空", "工作日期限算不出；运行 python -m casebase init"),
    "calendar_gaps": ("工作日历缺少的日期", "跨这些天的期限不准"),
    "unpublished_years": ("放假安排未发布的年份", "按周末休息计算，发布后更新日历"),
}
TABLES = {
    "petition": "信访件",
    "area": "行政区划",
    "grid": "网格",
    "grid_task": "网格任务",
    "load_run": "装入批次",
    "load_reject": "拒绝的行",
    quality.CALENDAR: "工作日历",
}
