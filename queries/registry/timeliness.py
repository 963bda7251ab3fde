"""办理时效: what the 信访工作条例 sets a day for."""

from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, func

from casebase.settings import DeadlineSettings
from queries.model import Fixed, Kind, Metric, Moment, Polarity
from queries.registry.common import (
    EXCLUDED,
    HORIZONS,
    by_last_day,
    closed,
    day_passed,
    first_counted,
    judged_by_limits,
    last_day,
)
from queries.subjects import PETITION, on_day, p, within_limit

# A case that closed early joins when its limit has passed, as its open neighbours do (domain.md §2).
_MATURED = "已到期口径：期限已过的才计入，提前办结的到期后计入"
_TURNED_AWAY = "不予受理、不再受理、存的不计"
_LOOKED_AT = f"{_MATURED}；只计纳入统计的初件；{EXCLUDED}"
_OF_ALL = f"全口径：期限落在期内的都计入，未到期未办的也在分母；只计纳入统计的初件；{EXCLUDED}"
_timely = partial(Metric, group="办理时效", subject=PETITION, kind=Kind.RATE, unit="%", polarity=Polarity.UP_GOOD)


# A case that was answered directly has no forwarding and no notice; its closing is what was done about it.
_HANDLED = func.coalesce(p.forwarded_at, p.closed_at)
_ACCEPTED = func.coalesce(p.accepted_at, p.closed_at)


def _notice_start(at: Moment) -> ColumnElement[Any]:
    """When the days of the unit's notice begin: with its receipt; null for a case that no unit has received.

    Forwarding stands for a receipt that is not known, and registration where no case says when it was forwarded, or
    where `accept_from` of config.toml says so.
    """
    if at.deadlines.accept_from == "registered":
        return p.registered_at
    forwarded = p.registered_at if "petition.forwarded_at" in at.look() else p.forwarded_at
    return func.coalesce(p.received_at, forwarded)


def _notice_days(at: Moment) -> int:
    """[L] counts from receipt; [G] from registration, with the days of the forwarding."""
    return _days_to_notice(at.deadlines)


def _days_to_notice(rules: DeadlineSettings) -> int:
    return rules.accept_days + (0 if rules.accept_from == "received" else rules.forward_days)


def _received(at: Moment) -> ColumnElement[bool]:
    return and_(first_counted(at), _notice_start(at) <= at.as_of)


def _with_deadline(at: Moment) -> ColumnElement[bool]:
    return and_(judged_by_limits(at), p.due_at.is_not(None))


def _judged(at: Moment, moment: datetime) -> ColumnElement[bool]:
    """Cases whose handling deadline has passed before the moment, a midnight."""
    return and_(judged_by_limits(at), p.due_at < moment)


def _closed_in_time(at: Moment) -> ColumnElement[bool]:
    return and_(closed(at), within_limit(p.closed_at, p.due_at))


ON_TIME_COMPLETION = _timely(
    "on_time_completion",
    "按期办结率",
    definition=f"在办结期限内办结的比例，超期办结与超期未结都在分母。{_TURNED_AWAY}；{_LOOKED_AT}",
    among_text="办结期限已过的信访件",
    hits_text="其中在办结期限内办结的",
    sides=("按期", "未按期"),
    period_text="办结期限",
    article="[L] 第三十四条",
    among=lambda at: _judged(at, at.midnight),
    hit=_closed_in_time,
    dated_by=Fixed(p.due_at),
    beside=("on_time_completion_all", "last_day_completion", "extension_rate"),
    target=0.95,
)
ON_TIME_COMPLETION_ALL = _timely(
    "on_time_completion_all",
    "按期办结率（全口径）",
    definition=f"在办结期限内办结的比例。{_TURNED_AWAY}；{_OF_ALL}",
    among_text="办结期限落在期内的全部信访件",
    hits_text="其中在办结期限内办结的",
    sides=("按期", "未按期"),
    period_text="办结期限",
    article="[G] 按期办结率；[L] 第三十四条",
    among=_with_deadline,
    hit=_closed_in_time,
    dated_by=Fixed(p.due_at),
    short="全口径",
)


def _if_nothing_closes(days: int) -> Metric:
    """The rate at the end of the n-th working day, had nothing closed since the moment."""
    return _timely(
        f"on_time_completion_in_{days}",
        f"按期办结率（{days}个工作日后，若不再办结）",
        definition=f"假定此后没有一件办结，到今后第 {days} 个工作日结束时的按期办结率。{_LOOKED_AT}",
        among_text=f"到今后第 {days} 个工作日结束时办结期限已过的信访件",
        hits_text="其中在办结期限内办结的",
        sides=("按期", "未按期"),
        period_text="办结期限",
        article="[L] 第三十四条",
        among=lambda at: _judged(at, datetime.combine(at.workday(days) + timedelta(days=1), time.min)),
        hit=_closed_in_time,
        dated_by=Fixed(p.due_at),
        short=f"{days}个工作日后",
        outlook_of="on_time_completion",
    )


LAST_DAY_COMPLETION = _timely(
    "last_day_completion",
    "到期日办结占比",
    definition=f"期限已过、已办结的信访件中，恰在办结期限当天办结的比例；占比高，说明办结压在最后一天。{_LOOKED_AT}",
    polarity=Polarity.NEUTRAL,
    among_text="办结期限已过、已办结的信访件",
    hits_text="其中在办结期限当天办结的",
    sides=("当天办结", "其他日办结"),
    period_text="办结期限",
    article="[C] 与按期办结率同看；[L] 第三十四条",
    among=lambda at: and_(_judged(at, at.midnight), closed(at)),
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
    among_text="办结期限已过的信访件",
    hits_text="其中办结期限延长过的",
    sides=("延期", "未延期"),
    period_text="办结期限",
    article="[L] 第三十四条（可延长不超过30日）",
    among=lambda at: _judged(at, at.midnight),
    hit=Fixed(p.extended_days > 0),
    dated_by=Fixed(p.due_at),
    beside=("on_time_completion",),
)


def _forwarded_in_time(at: Moment) -> ColumnElement[bool]:
    return by_last_day(_HANDLED, p.registered_at, at.deadlines.forward_days, at)


def _phrases_of_forwarding(rules: DeadlineSettings) -> dict[str, str]:
    days = f"{rules.forward_days}日"
    return {
        "登记后15日": f"登记后{days}",
        "登记满15日": f"登记满{days}",
        "登记后第15日": f"登记后第{days}",
        "其中15日内": f"其中{days}内",
        "登记时间+15日": f"登记时间+{days}",
    }


def _noticed_in_time(at: Moment) -> ColumnElement[bool]:
    return by_last_day(_ACCEPTED, _notice_start(at), _notice_days(at), at)


_bureau = partial(
    Metric,
    group="办理时效",
    subject=PETITION,
    kind=Kind.RATE,
    unit="%",
    polarity=Polarity.UP_GOOD,
    hits_text="其中15日内转送、交办或直接回复的",
    sides=("及时", "未及时"),
    period_text="登记时间+15日",
    article="[G] 及时受理率；[L] 第二十二条",
    hit=_forwarded_in_time,
    dated_by=lambda at: last_day(p.registered_at, at.deadlines.forward_days),
    dated_from=lambda at: ((p.registered_at, at.deadlines.forward_days),),
    phrases=_phrases_of_forwarding,
    # Closings alone tell nothing of forwarding.
    needs=("petition.forwarded_at",),
)
BUREAU_ACCEPTANCE = _bureau(
    "bureau_acceptance",
    "及时受理率（信访部门）",
    definition=f"登记后15日内转送、交办或直接回复（办结、存）的比例。{_LOOKED_AT}",
    among_text="登记满15日的初件",
    among=lambda at: and_(first_counted(at), day_passed(p.registered_at, at.deadlines.forward_days, at)),
    beside=("bureau_acceptance_all",),
    target=0.98,
)
BUREAU_ACCEPTANCE_ALL = _bureau(
    "bureau_acceptance_all",
    "及时受理率（信访部门，全口径）",
    definition=f"登记后15日内转送、交办或直接回复（办结、存）的比例。{_OF_ALL}",
    among_text="登记后第15日落在期内的全部初件",
    among=first_counted,
    short="全口径",
)


_WITHOUT_RECEIPT = "；没有收到时间的按转送、交办时间"


def _phrases_of_notice(rules: DeadlineSettings) -> dict[str, str]:
    """Some provinces count from registration: then a receipt says nothing of the limit."""
    days, is_received = f"{_days_to_notice(rules)}日", rules.accept_from == "received"
    start = "收到" if is_received else "登记"
    return {
        "责任单位收到后15日内": f"责任单位收到后{days}内" if is_received else f"登记后{days}内责任单位",
        "责任单位收到满15日": f"责任单位收到满{days}" if is_received else f"登记满{days}",
        "其中收到后15日": f"其中{start}后{days}",
        "收到后第15日": f"{start}后第{days}",
        "收到时间+15日": f"{start}时间+{days}",
        _WITHOUT_RECEIPT: _WITHOUT_RECEIPT if is_received else "",
    }


_unit = partial(
    Metric,
    group="办理时效",
    subject=PETITION,
    kind=Kind.RATE,
    unit="%",
    polarity=Polarity.UP_GOOD,
    hits_text="其中收到后15日内书面告知的",
    sides=("及时", "未及时"),
    period_text="收到时间+15日",
    article="[L] 第二十三条第三款",
    hit=_noticed_in_time,
    dated_by=lambda at: last_day(_notice_start(at), _notice_days(at)),
    dated_from=lambda at: tuple(
        (column, _notice_days(at)) for column in (p.received_at, p.forwarded_at, p.registered_at)
    ),
    phrases=_phrases_of_notice,
    needs=("petition.accepted_at",),
)
UNIT_ACCEPTANCE = _unit(
    "unit_acceptance",
    "及时受理率（责任单位）",
    definition=f"责任单位收到后15日内书面告知（受理或不予受理）的比例{_WITHOUT_RECEIPT}，未经告知直接办结的按办结时间。"
    + _LOOKED_AT,
    among_text="责任单位收到满15日的初件",
    among=lambda at: and_(_received(at), day_passed(_notice_start(at), _notice_days(at), at)),
    beside=("unit_acceptance_all",),
    target=0.98,
)
UNIT_ACCEPTANCE_ALL = _unit(
    "unit_acceptance_all",
    "及时受理率（责任单位，全口径）",
    definition=f"责任单位收到后15日内书面告知（受理或不予受理）的比例{_WITHOUT_RECEIPT}。{_OF_ALL}",
    among_text="收到后第15日落在期内的全部初件",
    among=_received,
    short="全口径",
)

METRICS = (
    ON_TIME_COMPLETION,
    ON_TIME_COMPLETION_ALL,
    LAST_DAY_COMPLETION,
    EXTENSION_RATE,
    *(_if_nothing_closes(days) for days in HORIZONS),
    BUREAU_ACCEPTANCE,
    BUREAU_ACCEPTANCE_ALL,
    UNIT_ACCEPTANCE,
    UNIT_ACCEPTANCE_ALL,
)
