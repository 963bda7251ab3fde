"""办理时效: what the 信访工作条例 sets a day for."""

from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_

from queries.model import Fixed, Kind, Metric, Moment, Polarity
from queries.registry.common import EXCLUDED, HORIZONS, by_last_day, closed, day_passed, first_counted, last_day
from queries.subjects import PETITION, before, on_day, p

_LOOKED_AT = f"只计纳入统计的初件；期限未到且未办的不计入分母；{EXCLUDED}"
_timely = partial(Metric, group="办理时效", subject=PETITION, kind=Kind.RATE, unit="%", polarity=Polarity.UP_GOOD)


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


def _judged(at: Moment, moment: datetime) -> ColumnElement[bool]:
    """Cases that the rate can say something of: their handling deadline lies before the moment, or they closed."""
    return and_(first_counted(at), p.due_at.is_not(None), or_(p.due_at < moment, closed(at)))


def _closed_in_time(at: Moment) -> ColumnElement[bool]:
    return and_(closed(at), p.closed_at <= p.due_at)


ON_TIME_COMPLETION = _timely(
    "on_time_completion",
    "按期办结率",
    definition=f"在办结期限内办结的比例，超期办结与超期未结都在分母。{_LOOKED_AT}",
    among_text="办结期限已过，或已提前办结的信访件",
    hits_text="其中在办结期限内办结的",
    sides=("按期", "未按期"),
    period_text="办结期限",
    article="[G] 按期办结率；[L] 第三十四条",
    among=lambda at: _judged(at, at.second),
    hit=_closed_in_time,
    dated_by=Fixed(p.due_at),
    beside=("last_day_completion", "extension_rate"),
    target=0.95,
)


def _if_nothing_closes(days: int) -> Metric:
    """The rate at the end of the n-th working day, had nothing closed since the moment."""
    return _timely(
        f"on_time_completion_in_{days}",
        f"按期办结率（{days}个工作日后，若不再办结）",
        definition=f"假定此后没有一件办结，到今后第 {days} 个工作日结束时的按期办结率。{_LOOKED_AT}",
        among_text=f"到今后第 {days} 个工作日结束时办结期限已过，或此前已办结的信访件",
        hits_text="其中在办结期限内办结的",
        sides=("按期", "未按期"),
        period_text="办结期限",
        article="[G] 按期办结率；[L] 第三十四条",
        among=lambda at: _judged(at, datetime.combine(at.workday(days) + timedelta(days=1), time.min)),
        hit=_closed_in_time,
        dated_by=Fixed(p.due_at),
        short=f"{days}个工作日后",
        outlook_of="on_time_completion",
    )


LAST_DAY_COMPLETION = _timely(
    "last_day_completion",
    "到期日办结占比",
    definition=f"已办结件中，恰在办结期限当天办结的比例；占比高，说明办结压在最后一天。{_LOOKED_AT}",
    polarity=Polarity.NEUTRAL,
    among_text="办结期限落在期内、已办结的信访件",
    hits_text="其中在办结期限当天办结的",
    sides=("当天办结", "其他日办结"),
    period_text="办结期限",
    article="[C] 与按期办结率同看；[L] 第三十四条",
    among=lambda at: and_(first_counted(at), p.due_at.is_not(None), closed(at)),
    hit=Fixed(on_day(p.closed_at) == on_day(p.due_at)),
    dated_by=Fixed(p.due_at),
    beside=("on_time_completion",),
    short="到期日办结",
)
EXTENSION_RATE = _timely(
    "extension_rate",
    "延期率",
    definition=f"计入按期办结率的信访件中，办结期限延长过的比例；延期件按延长后的期限算按期。{_LOOKED_AT}",
    polarity=Polarity.NEUTRAL,
    among_text="办结期限已过，或已提前办结的信访件",
    hits_text="其中办结期限延长过的",
    sides=("延期", "未延期"),
    period_text="办结期限",
    article="[L] 第三十四条（可延长不超过30日）",
    among=lambda at: _judged(at, at.second),
    hit=Fixed(p.extended_days > 0),
    dated_by=Fixed(p.due_at),
    beside=("on_time_completion",),
)
BUREAU_ACCEPTANCE = _timely(
    "bureau_acceptance",
    "及时受理率（信访部门）",
    definition=f"登记后15日内转送、交办或直接回复（办结）的比例。{_LOOKED_AT}",
    among_text="登记满15日，或已转送、交办的初件",
    hits_text="其中15日内转送、交办或直接回复的",
    sides=("及时", "未及时"),
    period_text="登记时间+15日",
    article="[G] 及时受理率；[L] 第二十二条",
    among=lambda at: _due_or_done(at, at.deadlines.forward_days, _HANDLED),
    hit=lambda at: by_last_day(_HANDLED, p.registered_at, at.deadlines.forward_days, at),
    dated_by=lambda at: last_day(p.registered_at, at.deadlines.forward_days),
    dated_from=lambda at: ((p.registered_at, at.deadlines.forward_days),),
    # Closings alone tell nothing of forwarding.
    needs=("petition.forwarded_at",),
    target=0.98,
)
UNIT_ACCEPTANCE = _timely(
    "unit_acceptance",
    "及时受理率（责任单位）",
    definition="责任单位收到后15日内受理告知的比例；没有转送时间的，收到按登记时间；未经受理直接办结的，按办结时间。"
    + _LOOKED_AT,
    among_text="登记满30日，或已受理告知的初件",
    hits_text="其中收到后15日内受理告知的",
    sides=("及时", "未及时"),
    period_text="登记时间+30日",
    article="[G] 及时受理率；[L] 第二十三条",
    among=lambda at: _due_or_done(at, _both_steps(at), _ACCEPTED),
    hit=lambda at: by_last_day(_ACCEPTED, _RECEIVED, at.deadlines.accept_days, at),
    dated_by=lambda at: last_day(p.registered_at, _both_steps(at)),
    dated_from=lambda at: ((p.registered_at, _both_steps(at)),),
    needs=("petition.accepted_at",),
    target=0.98,
)

METRICS = (
    ON_TIME_COMPLETION,
    LAST_DAY_COMPLETION,
    EXTENSION_RATE,
    *(_if_nothing_closes(days) for days in HORIZONS),
    BUREAU_ACCEPTANCE,
    UNIT_ACCEPTANCE,
)
