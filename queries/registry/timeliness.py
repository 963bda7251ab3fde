"""办理时效: what the 信访工作条例 sets a day for."""

from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_

from queries.model import Fixed, Kind, Metric, Moment, Polarity
from queries.registry.common import EXCLUDED, by_last_day, closed, day_passed, first_counted, last_day
from queries.subjects import PETITION, before, p


def _timely(id: str, name: str, definition: str, **more: Any) -> Metric:
    return Metric(
        id,
        name,
        group="办理时效",
        subject=PETITION,
        kind=Kind.RATE,
        unit="%",
        polarity=Polarity.UP_GOOD,
        definition=f"{definition}只计纳入统计的初件；期限未到且未办的不计入分母；{EXCLUDED}",
        **more,
    )


def _both_steps(at: Moment) -> int:
    """Days from registration to the unit's notice: the bureau's forwarding, then the acceptance."""
    return at.deadlines.forward_days + at.deadlines.accept_days


# A case that was answered directly has no forwarding and no notice; its closing is what was done about it.
_HANDLED = func.coalesce(p.forwarded_at, p.closed_at)
_ACCEPTED = func.coalesce(p.accepted_at, p.closed_at)
_RECEIVED = func.coalesce(p.forwarded_at, p.registered_at)


def _due_or_done(at: Moment, days: int, done: ColumnElement[Any]) -> ColumnElement[bool]:
    """So many days have passed since the registration, or the step was taken earlier."""
    return and_(first_counted(at), or_(day_passed(p.registered_at, days, at), before(at.as_of, done)))


ON_TIME_COMPLETION = _timely(
    "on_time_completion",
    "按期办结率",
    "在办结期限内办结的比例，超期办结与超期未结都在分母。",
    among_text="办结期限已过，或已提前办结的信访件",
    hits_text="其中在办结期限内办结的",
    sides=("按期", "未按期"),
    period_text="办结期限",
    article="[G] 按期办结率；[L] 第三十四条",
    among=lambda at: and_(first_counted(at), p.due_at.is_not(None), or_(p.due_at < at.as_of, closed(at))),
    hit=lambda at: and_(closed(at), p.closed_at <= p.due_at),
    dated_by=Fixed(p.due_at),
)
BUREAU_ACCEPTANCE = _timely(
    "bureau_acceptance",
    "及时受理率（信访部门）",
    "登记后15日内转送、交办或直接回复（办结）的比例。",
    among_text="登记满15日，或已转送、交办的初件",
    hits_text="其中15日内转送、交办或直接回复的",
    sides=("及时", "未及时"),
    period_text="登记时间+15日",
    article="[G] 及时受理率；[L] 第二十二条",
    among=lambda at: _due_or_done(at, at.deadlines.forward_days, _HANDLED),
    hit=lambda at: by_last_day(_HANDLED, p.registered_at, at.deadlines.forward_days, at),
    dated_by=lambda at: last_day(p.registered_at, at.deadlines.forward_days),
)
UNIT_ACCEPTANCE = _timely(
    "unit_acceptance",
    "及时受理率（责任单位）",
    "责任单位收到后15日内受理告知的比例；未经受理直接办结的，按办结时间。",
    among_text="登记满30日，或已受理告知的初件",
    hits_text="其中收到后15日内受理告知的",
    sides=("及时", "未及时"),
    period_text="登记时间+30日",
    article="[G] 及时受理率；[L] 第二十三条",
    among=lambda at: _due_or_done(at, _both_steps(at), _ACCEPTED),
    hit=lambda at: by_last_day(_ACCEPTED, _RECEIVED, at.deadlines.accept_days, at),
    dated_by=lambda at: last_day(p.registered_at, _both_steps(at)),
)

METRICS = (ON_TIME_COMPLETION, BUREAU_ACCEPTANCE, UNIT_ACCEPTANCE)
