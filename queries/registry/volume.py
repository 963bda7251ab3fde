"""总量与积压: how many came, were closed, are open, and are late."""

from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from queries.model import Fixed, Kind, Metric, Moment, Polarity
from queries.registry.common import CLOSED_AT, EXCLUDED, HORIZONS, REGISTERED_AT, closed, hotline, known, still_open
from queries.subjects import PETITION, before, on_day, p

VISIT = "来访"


def _volume(id: str, name: str, definition: str, polarity: Polarity, **more: Any) -> Metric:
    values: dict[str, Any] = {
        "group": "总量与积压",
        "subject": PETITION,
        "kind": Kind.COUNT,
        "unit": "件次",
        "among_text": definition,
        "hits_text": definition,
        "article": "[C] 通行统计口径",
        **more,
    }
    return Metric(id, name, polarity=polarity, definition=f"{definition}{EXCLUDED}", **values)


def _hotline(id: str, name: str, definition: str, **more: Any) -> Metric:
    return Metric(
        id,
        name,
        group="12345转办",
        subject=PETITION,
        kind=Kind.COUNT,
        unit="件次",
        polarity=Polarity.NEUTRAL,
        definition=f"{definition}另计，不并入信访量；不含检举控告件。",
        among_text=definition,
        hits_text=definition,
        article="[C] 12345政务服务便民热线转办件另计",
        **more,
    )


def _due_within(days: int) -> Metric:
    def among(at: Moment) -> ColumnElement[bool]:
        return and_(still_open(at), p.due_at >= at.second, on_day(p.due_at) <= at.workday(days))

    return _volume(
        f"due_in_{days}",
        f"{days}个工作日内到期",
        f"未办结、办结期限未过，且期限不晚于今日之后第 {days} 个工作日的信访件（今日到期的也计入）。",
        Polarity.DOWN_GOOD,
        period_text="时点数",
        article="[L] 第三十四条（60日，可延长不超过30日）",
        among=among,
    )


REGISTERED = _volume(
    "registered",
    "登记量",
    "期内登记的信访件。",
    Polarity.NEUTRAL,
    period_text="登记时间",
    dated_by=REGISTERED_AT,
    among=known,
    beside=("hotline_registered",),
)
CLOSED = _volume(
    "closed",
    "办结量",
    "期内办结的信访件。",
    Polarity.UP_GOOD,
    period_text="办结时间",
    dated_by=CLOSED_AT,
    among=lambda at: and_(known(at), closed(at)),
    beside=("resolution",),
)
COLLECTIVE_VISITS = _volume(
    "collective_visits",
    "集体访",
    "期内登记、信访形式为来访、5 人及以上的信访件；一件即一批次。",
    Polarity.DOWN_GOOD,
    period_text="登记时间",
    dated_by=REGISTERED_AT,
    among=lambda at: and_(known(at), p.is_collective, p.channel == VISIT),
)
FORWARDED = _volume(
    "forwarded",
    "转送交办",
    "期内转送、交办到责任单位的信访件。",
    Polarity.NEUTRAL,
    period_text="转送、交办时间",
    article="[L] 第二十二条",
    dated_by=Fixed(p.forwarded_at),
    among=lambda at: and_(known(at), before(at.as_of, p.forwarded_at)),
)
BACKLOG = _volume(
    "backlog",
    "待办积压",
    "时点上已登记、尚未办结的信访件。",
    Polarity.DOWN_GOOD,
    period_text="时点数",
    among=still_open,
    beside=("overdue", "hotline_open"),
)
OVERDUE = _volume(
    "overdue",
    "超期未结",
    "时点上未办结、且办结期限（60日加延长期）已过的信访件。",
    Polarity.DOWN_GOOD,
    period_text="时点数",
    article="[L] 第三十四条（60日，可延长不超过30日）",
    among=lambda at: and_(still_open(at), p.due_at < at.second),
)
DUE_TODAY = _volume(
    "due_today",
    "今日到期",
    "未办结、办结期限就在当日且未过的信访件。",
    Polarity.DOWN_GOOD,
    period_text="时点数",
    article="[L] 第三十四条（60日，可延长不超过30日）",
    among=lambda at: and_(still_open(at), p.due_at >= at.second, on_day(p.due_at) == at.today),
)

HOTLINE_REGISTERED = _hotline(
    "hotline_registered",
    "12345转办",
    "期内登记的12345转办件。",
    period_text="登记时间",
    dated_by=REGISTERED_AT,
    among=hotline,
    short="12345转办",
)
HOTLINE_OPEN = _hotline(
    "hotline_open",
    "12345转办在办",
    "时点上已登记、尚未办结的12345转办件。",
    period_text="时点数",
    among=lambda at: and_(hotline(at), or_(p.closed_at.is_(None), p.closed_at > at.as_of)),
    short="12345转办",
)

METRICS = (
    REGISTERED,
    COLLECTIVE_VISITS,
    FORWARDED,
    CLOSED,
    BACKLOG,
    OVERDUE,
    DUE_TODAY,
    *(_due_within(days) for days in HORIZONS),
    HOTLINE_REGISTERED,
    HOTLINE_OPEN,
)
