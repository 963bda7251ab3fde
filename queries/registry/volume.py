"""总量与在办: how many came, were closed, are open, and are late."""

from functools import partial

from sqlalchemy import ColumnElement, and_

from queries.model import Fixed, Kind, Metric, Moment, Polarity
from queries.registry.common import (
    CLOSED_AT,
    HORIZONS,
    REGISTERED_AT,
    closed,
    counted,
    ended,
    known,
    open_spell,
    overdue_from,
    still_open,
)
from queries.subjects import PETITION, before, limit_passed, not_handled, on_day, p

_volume = partial(
    Metric, group="总量与在办", subject=PETITION, kind=Kind.COUNT, unit="件次", article="[C] 通行统计口径"
)


def _due_within(days: int) -> Metric:
    def among(at: Moment) -> ColumnElement[bool]:
        return and_(still_open(at), p.due_at >= at.midnight, on_day(p.due_at) <= at.workday(days))

    return _volume(
        f"due_in_{days}",
        f"{days}个工作日内到期",
        **counted(f"未办结、办结期限未过，且期限不晚于当日之后第 {days} 个工作日的信访件（当日到期的也计入）。"),
        polarity=Polarity.DOWN_GOOD,
        period_text="时点数",
        article="[L] 第三十四条（60日，可延长不超过30日）",
        among=among,
        only_open=True,
    )


REGISTERED = _volume(
    "registered",
    "登记量",
    **counted("期内登记的信访件。"),
    polarity=Polarity.NEUTRAL,
    period_text="登记时间",
    dated_by=REGISTERED_AT,
    among=known,
    beside=("hotline_registered",),
)
CLOSED = _volume(
    "closed",
    "办结量",
    **counted("期内办结的信访件；不予受理、不再受理、存的不算办结。"),
    polarity=Polarity.UP_GOOD,
    period_text="办结时间",
    dated_by=CLOSED_AT,
    among=lambda at: and_(known(at), closed(at)),
    beside=("resolution",),
)
NOT_HANDLED = _volume(
    "not_handled",
    "未予办理",
    **counted("期内不予受理、不再受理或存查、未经办理而终结的信访件；既不算办结，也不算未化解。"),
    polarity=Polarity.NEUTRAL,
    period_text="终结时间",
    article="[L] 第二十二条、第二十三条、第三十六条第三款",
    dated_by=CLOSED_AT,
    among=lambda at: and_(known(at), ended(at), not_handled()),
    needs=("petition.status",),
)
FORWARDED = _volume(
    "forwarded",
    "转送交办",
    **counted("期内转送、交办到责任单位的信访件。"),
    polarity=Polarity.NEUTRAL,
    period_text="转送、交办时间",
    article="[L] 第二十二条",
    dated_by=Fixed(p.forwarded_at),
    among=lambda at: and_(known(at), before(at.as_of, p.forwarded_at)),
)
BACKLOG = _volume(
    "backlog",
    "在办件",
    **counted("时点上已登记、尚未办结的信访件。"),
    polarity=Polarity.DOWN_GOOD,
    period_text="时点数",
    among=still_open,
    only_open=True,
    spell=lambda at: open_spell(known(at)),
    beside=("overdue", "hotline_open"),
)
OVERDUE = _volume(
    "overdue",
    "超期未结",
    **counted("时点上未办结、且办结期限（60日加延长期）已过的信访件。"),
    polarity=Polarity.DOWN_GOOD,
    period_text="时点数",
    article="[L] 第三十四条（60日，可延长不超过30日）",
    among=lambda at: and_(still_open(at), limit_passed(p.due_at, at)),
    phrases=lambda rules: {"60日": f"{rules.handle_days}日"},
    only_open=True,
    spell=lambda at: open_spell(and_(known(at), p.due_at.is_not(None)), overdue_from(p.registered_at, p.due_at)),
)
DUE_TODAY = _volume(
    "due_today",
    "当日到期",
    **counted("未办结、办结期限就在当日的信访件，到当日24时止不算超期。"),
    polarity=Polarity.DOWN_GOOD,
    period_text="时点数",
    article="[L] 第三十四条（60日，可延长不超过30日）",
    among=lambda at: and_(still_open(at), on_day(p.due_at) == at.today),
    only_open=True,
)

METRICS = (
    REGISTERED,
    FORWARDED,
    CLOSED,
    NOT_HANDLED,
    BACKLOG,
    OVERDUE,
    DUE_TODAY,
    *(_due_within(days) for days in HORIZONS),
)
