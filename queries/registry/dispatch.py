"""协同分派: tasks on the grid platform, from push to first contact to finish."""

from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Float, and_, cast, extract, func, or_

from queries.model import Fixed, Kind, Metric, Moment, Polarity, Spell
from queries.registry.common import EXCLUDED, all_of, days_later, with_its_case
from queries.registry.grids import pushed
from queries.subjects import GRID_TASK, before, natural_days, task

_dispatch = partial(
    Metric,
    group="协同分派",
    subject=GRID_TASK,
    kind=Kind.COUNT,
    unit="件",
    polarity=Polarity.DOWN_GOOD,
    article="[S] 网格+信访：协助化解、人员核查、人员关怀",
)


def _open(at: Moment) -> ColumnElement[bool]:
    return and_(pushed(at), or_(task.finished_at.is_(None), task.finished_at > at.as_of))


def _uncontacted(at: Moment) -> ColumnElement[bool]:
    return and_(_open(at), or_(task.contacted_at.is_(None), task.contacted_at > at.as_of))


def hours_to_contact(_at: Moment) -> ColumnElement[Any]:
    """Hours from the push of a task to the first contact."""
    return cast(extract("epoch", task.contacted_at - task.pushed_at), Float) / 3600


# The least is taken of what is not blank.
_REACHED = func.least(task.contacted_at, task.finished_at)

TASKS_OPEN = _dispatch(
    "tasks_open",
    "在办网格任务",
    definition=f"时点上已推送、尚未办结的网格任务。{EXCLUDED}",
    **all_of("已推送、尚未办结的任务"),
    period_text="时点数",
    among=_open,
    spell=lambda at: Spell(pushed(at), with_its_case(task.pushed_at), task.finished_at),
)
TASKS_UNCONTACTED = _dispatch(
    "tasks_uncontacted",
    "待首次联系",
    definition=f"时点上已推送、尚未办结，也还没有与群众联系上的网格任务。{EXCLUDED}",
    **all_of("尚未联系、尚未办结的任务"),
    period_text="时点数",
    among=_uncontacted,
    spell=lambda at: Spell(pushed(at), with_its_case(task.pushed_at), _REACHED),
)
TASKS_UNCONTACTED_24H = _dispatch(
    "tasks_uncontacted_24h",
    "超24小时未联系",
    definition=f"时点上推送已满24小时、尚未办结，仍没有与群众联系上的网格任务。{EXCLUDED}",
    **all_of("推送满24小时、尚未联系、尚未办结的任务"),
    period_text="时点数",
    among=lambda at: and_(_uncontacted(at), days_later(task.pushed_at, 1) <= at.as_of),
    spell=lambda at: Spell(pushed(at), with_its_case(days_later(task.pushed_at, 1)), _REACHED),
)
TASKS_CONTACTED = _dispatch(
    "tasks_contacted",
    "任务联系率",
    kind=Kind.RATE,
    unit="%",
    polarity=Polarity.UP_GOOD,
    definition=f"期内推送的网格任务中，至今已与群众联系上的比例；刚推送的任务也在分母。{EXCLUDED}",
    among_text="期内推送的任务",
    hits_text="其中至今已联系上的",
    sides=("已联系", "未联系"),
    period_text="推送时间",
    among=pushed,
    hit=lambda at: before(at.as_of, task.contacted_at),
    dated_by=Fixed(task.pushed_at),
)
TASKS_FINISHED = _dispatch(
    "tasks_finished",
    "任务办结率",
    kind=Kind.RATE,
    unit="%",
    polarity=Polarity.UP_GOOD,
    definition=f"期内推送的网格任务中，至今已办结的比例；刚推送的任务也在分母。{EXCLUDED}",
    among_text="期内推送的任务",
    hits_text="其中至今已办结的",
    sides=("已办结", "未办结"),
    period_text="推送时间",
    among=pushed,
    hit=lambda at: before(at.as_of, task.finished_at),
    dated_by=Fixed(task.pushed_at),
)
CONTACT_HOURS = _dispatch(
    "contact_hours",
    "首次联系用时",
    kind=Kind.MEAN,
    unit="小时",
    definition=f"从推送到首次与群众联系的平均小时数。{EXCLUDED}",
    **all_of("期内首次联系上的任务"),
    period_text="首次联系时间",
    among=lambda at: and_(pushed(at), before(at.as_of, task.contacted_at)),
    dated_by=Fixed(task.contacted_at),
    amount=hours_to_contact,
)
TASK_DAYS = _dispatch(
    "task_days",
    "任务办结用时",
    kind=Kind.MEAN,
    unit="天",
    definition=f"从推送到任务办结的平均自然日数，推送次日为第1天。{EXCLUDED}",
    **all_of("期内办结的任务"),
    period_text="任务办结时间",
    among=lambda at: and_(pushed(at), before(at.as_of, task.finished_at)),
    dated_by=Fixed(task.finished_at),
    amount=Fixed(natural_days(task.pushed_at, task.finished_at)),
    in_days=True,
)

METRICS = (
    TASKS_OPEN,
    TASKS_UNCONTACTED,
    TASKS_UNCONTACTED_24H,
    TASKS_CONTACTED,
    TASKS_FINISHED,
    CONTACT_HOURS,
    TASK_DAYS,
)
