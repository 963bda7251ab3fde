"""案件督办: orders on cases, and whether they were answered in time."""

from datetime import datetime, time
from functools import partial

from sqlalchemy import ColumnElement, and_, or_

from queries.model import Fixed, Kind, Metric, Moment, Polarity, Spell
from queries.registry.common import EXCLUDED, all_of, counted, known, overdue_from, with_its_case
from queries.subjects import SUPERVISION, before, limit_passed, natural_days, order, within_limit

_SOON = 3
_COME = with_its_case(order.issued_at)


def _issued(at: Moment) -> ColumnElement[bool]:
    return and_(known(at), order.issued_at <= at.as_of)


def _answered(at: Moment) -> ColumnElement[bool]:
    return and_(_issued(at), before(at.as_of, order.replied_at))


def _waiting(at: Moment) -> ColumnElement[bool]:
    return and_(_issued(at), or_(order.replied_at.is_(None), order.replied_at > at.as_of))


def _answered_in_time(at: Moment) -> ColumnElement[bool]:
    return and_(before(at.as_of, order.replied_at), within_limit(order.replied_at, order.due_at))


def _soon(at: Moment) -> ColumnElement[bool]:
    last = datetime.combine(at.workday(_SOON), time.max)
    return and_(_waiting(at), order.due_at >= at.midnight, order.due_at <= last)


_supervision = partial(
    Metric,
    group="案件督办",
    subject=SUPERVISION,
    kind=Kind.COUNT,
    unit="件",
    polarity=Polarity.NEUTRAL,
    period_text="督办函发出时间",
    article="[L] 第三十八条、第四十条；[S] 案件督查",
    among=_issued,
    dated_by=Fixed(order.issued_at),
)
SUPERVISION_ISSUED = _supervision("supervision_issued", "发督办函", **counted("期内发出的督办函"))
SUPERVISION_IN_TIME = _supervision(
    "supervision_in_time",
    "督办按期反馈率",
    kind=Kind.RATE,
    unit="%",
    polarity=Polarity.UP_GOOD,
    definition=f"反馈期限已过的督办件中，按期反馈的比例；期限已过仍未反馈的计入分母，提前反馈的到期后计入。{EXCLUDED}",
    among_text="反馈期限已过的督办件",
    hits_text="其中期限前反馈的",
    sides=("按期反馈", "未按期"),
    period_text="反馈期限",
    among=lambda at: and_(_issued(at), limit_passed(order.due_at, at)),
    hit=_answered_in_time,
    dated_by=Fixed(order.due_at),
    beside=("supervision_in_time_all",),
)
SUPERVISION_IN_TIME_ALL = _supervision(
    "supervision_in_time_all",
    "督办按期反馈率（全口径）",
    kind=Kind.RATE,
    unit="%",
    polarity=Polarity.UP_GOOD,
    definition=f"反馈期限落在期内的全部督办件中，按期反馈的比例；未到期未反馈的也在分母。{EXCLUDED}",
    among_text="反馈期限落在期内的全部督办件",
    hits_text="其中期限前反馈的",
    sides=("按期反馈", "未按期"),
    period_text="反馈期限",
    hit=_answered_in_time,
    dated_by=Fixed(order.due_at),
    short="全口径",
)
SUPERVISION_SETTLED = _supervision(
    "supervision_settled",
    "反馈时已办结率",
    kind=Kind.RATE,
    unit="%",
    polarity=Polarity.UP_GOOD,
    definition=f"期内反馈的督办件中，反馈结果为已办结的比例。{EXCLUDED}",
    among_text="期内反馈的督办件",
    hits_text="其中结果为已办结的",
    sides=("已办结", "未办结"),
    period_text="反馈时间",
    among=_answered,
    hit=Fixed(order.result == "已办结"),
    dated_by=Fixed(order.replied_at),
)
SUPERVISION_DAYS = _supervision(
    "supervision_days",
    "反馈用时",
    kind=Kind.MEAN,
    unit="天",
    polarity=Polarity.DOWN_GOOD,
    definition=f"从发督办函到反馈的平均自然日数。{EXCLUDED}",
    **all_of("期内反馈的督办件"),
    period_text="反馈时间",
    among=_answered,
    dated_by=Fixed(order.replied_at),
    amount=Fixed(natural_days(order.issued_at, order.replied_at)),
    in_days=True,
)
_owed = partial(
    Metric,
    group="案件督办",
    subject=SUPERVISION,
    kind=Kind.COUNT,
    unit="件",
    polarity=Polarity.DOWN_GOOD,
    period_text="时点数",
    article="[L] 第三十八条、第四十条；[S] 案件督查",
)
SUPERVISION_WAITING = _owed(
    "supervision_waiting",
    "尚未反馈督办件",
    **counted("时点上已发出、尚未反馈的督办件"),
    among=_waiting,
    polarity=Polarity.NEUTRAL,
    spell=lambda at: Spell(_issued(at), _COME, order.replied_at),
)
SUPERVISION_OVERDUE = _owed(
    "supervision_overdue",
    "逾期未反馈督办件",
    **counted("时点上超过反馈期限、尚未反馈的督办件"),
    among=lambda at: and_(_waiting(at), limit_passed(order.due_at, at)),
    spell=lambda at: Spell(
        and_(_issued(at), order.due_at.is_not(None)), overdue_from(_COME, order.due_at), order.replied_at
    ),
)
SUPERVISION_DUE_IN_3 = _owed(
    "supervision_due_in_3",
    "3 个工作日内应反馈",
    **counted("时点上尚未反馈、反馈期限在此后 3 个工作日内的督办件"),
    among=_soon,
)

SUPERVISION_ESCALATED = _supervision(
    "supervision_escalated",
    "约谈通报等升级督办",
    **counted("期内发出的督办函中，信访工作联席会议已约谈、通报、挂牌督办或责令限期整改的"),
    article="[L] 第三十九条第三款",
    among=lambda at: and_(_issued(at), order.escalation.is_not(None)),
    short="升级督办",
)

METRICS = (
    SUPERVISION_ISSUED,
    SUPERVISION_ESCALATED,
    SUPERVISION_IN_TIME,
    SUPERVISION_IN_TIME_ALL,
    SUPERVISION_SETTLED,
    SUPERVISION_DAYS,
    SUPERVISION_WAITING,
    SUPERVISION_OVERDUE,
    SUPERVISION_DUE_IN_3,
)
