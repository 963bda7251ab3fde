"""五日办结: the promise of five working days for simple claims."""

from datetime import date, timedelta
from functools import partial

from sqlalchemy import ColumnElement, and_, not_

from casebase.settings import DeadlineSettings
from queries.model import Fixed, Kind, Metric, Moment, Polarity
from queries.registry.common import (
    EXCLUDED,
    HORIZONS,
    closed,
    counted,
    first_counted,
    judged_by_limits,
    open_spell,
    overdue_from,
)
from queries.subjects import PETITION, on_day, open_at, p


def _promised(at: Moment) -> ColumnElement[bool]:
    """Simple claims whose fifth working day is known, whatever became of them."""
    return and_(first_counted(at), p.is_simple, p.five_day_due.is_not(None))


def simple(at: Moment) -> ColumnElement[bool]:
    """Simple claims (简单诉求) whose fifth working day is known, and which did not end without being handled."""
    return and_(judged_by_limits(at), p.is_simple, p.five_day_due.is_not(None))


def in_five_days(at: Moment) -> ColumnElement[bool]:
    """Closed on the fifth working day or earlier."""
    return and_(closed(at), on_day(p.closed_at) <= p.five_day_due)


def _judged(at: Moment, day: date) -> ColumnElement[bool]:
    """Simple claims whose fifth working day lies before `day`.

    One that closed early joins when its limit has passed, as its open neighbours do (domain.md §2).
    """
    return and_(simple(at), p.five_day_due < day)


def _in_window(at: Moment) -> ColumnElement[bool]:
    return and_(simple(at), not_(closed(at)), p.five_day_due >= at.today)


START_OF_SIMPLE = {"registered": "登记", "forwarded": "转送", "accepted": "受理"}
"""By `simple_from` of config.toml: from when on the working days of a simple claim run."""


def _phrases(rules: DeadlineSettings) -> dict[str, str]:
    return {
        "登记后第5个": f"{START_OF_SIMPLE[rules.simple_from]}后第5个",
        "第5个工作日": f"第{rules.simple_working_days}个工作日",
    }


_LOOKED_AT = f"只计纳入统计的初件，不予受理、不再受理、存的不计；{EXCLUDED}"
_five_day = partial(
    Metric,
    group="五日办结",
    subject=PETITION,
    kind=Kind.COUNT,
    unit="件次",
    polarity=Polarity.DOWN_GOOD,
    period_text="五日期限",
    article="[S] 简单诉求5个工作日内办结",
    dated_by=Fixed(p.five_day_due),
    phrases=_phrases,
)


FIVE_DAY_CLOSURE = _five_day(
    "five_day_closure",
    "五日办结率",
    definition=f"简单诉求在登记后第5个工作日（含）前办结的比例，已到期口径：第5个工作日已过的才计入，提前办结的到期后计入。{_LOOKED_AT}",
    kind=Kind.RATE,
    unit="%",
    polarity=Polarity.UP_GOOD,
    among_text="第5个工作日已过的简单诉求",
    hits_text="其中在第5个工作日（含）前办结的",
    sides=("按期", "未按期"),
    among=lambda at: _judged(at, at.today),
    hit=in_five_days,
    beside=("five_day_in_window", "five_day_closure_all", "five_day_last_day"),
    target=0.95,
)
FIVE_DAY_CLOSURE_ALL = _five_day(
    "five_day_closure_all",
    "五日办结率（全口径）",
    definition=f"简单诉求在第5个工作日（含）前办结的比例，未到期未办结的也计入分母。{_LOOKED_AT}",
    kind=Kind.RATE,
    unit="%",
    polarity=Polarity.UP_GOOD,
    among_text="五日期限落在期内的全部简单诉求",
    hits_text="其中在第5个工作日（含）前办结的",
    sides=("按期", "未按期"),
    among=simple,
    hit=in_five_days,
    short="全口径",
)
FIVE_DAY_IN_WINDOW = _five_day(
    "five_day_in_window",
    "五日在期未结",
    **counted("尚未办结、第5个工作日未过的简单诉求。", _LOOKED_AT),
    polarity=Polarity.NEUTRAL,
    among=_in_window,
    only_open=True,
    short="在期未结",
)
FIVE_DAY_OVERDUE = _five_day(
    "five_day_overdue",
    "五日逾期未结",
    **counted("时点上未办结、第5个工作日已过的简单诉求。", _LOOKED_AT),
    period_text="时点数",
    dated_by=None,
    among=lambda at: and_(_promised(at), open_at(at.as_of), p.five_day_due < at.today),
    only_open=True,
    spell=lambda at: open_spell(_promised(at), overdue_from(p.registered_at, p.five_day_due)),
)


def _five_day_due_within(days: int, name: str) -> Metric:
    ahead = f"尚未办结、五日期限不晚于当日之后第 {days} 个工作日的简单诉求（当日到期的也计入）。"
    return _five_day(
        f"five_day_due_in_{days}",
        name,
        **counted(ahead if days else "尚未办结、五日期限就在当日的简单诉求。", _LOOKED_AT),
        period_text="时点数",
        dated_by=None,
        among=lambda at: and_(_in_window(at), p.five_day_due <= (at.workday(days) if days else at.today)),
        only_open=True,
    )


def _if_nothing_closes(days: int) -> Metric:
    """The rate at the end of the n-th working day, had nothing closed since the moment."""
    return _five_day(
        f"five_day_closure_in_{days}",
        f"五日办结率（{days}个工作日后，若不再办结）",
        definition=f"假定此后没有一件办结，到今后第 {days} 个工作日结束时的五日办结率。{_LOOKED_AT}",
        kind=Kind.RATE,
        unit="%",
        polarity=Polarity.UP_GOOD,
        among_text=f"到今后第 {days} 个工作日结束时第5个工作日已过的简单诉求",
        hits_text="其中在第5个工作日（含）前办结的",
        sides=("按期", "未按期"),
        among=lambda at: _judged(at, at.workday(days) + timedelta(days=1)),
        hit=in_five_days,
        short=f"{days}个工作日后",
        outlook_of="five_day_closure",
    )


FIVE_DAY_LAST_DAY = _five_day(
    "five_day_last_day",
    "五日压线办结占比",
    definition=f"第5个工作日已过、已办结的简单诉求中，恰在第5个工作日当天办结的比例；占比高，说明办结压在最后一天。{_LOOKED_AT}",
    kind=Kind.RATE,
    unit="%",
    polarity=Polarity.NEUTRAL,
    among_text="第5个工作日已过、已办结的简单诉求",
    hits_text="其中在第5个工作日当天办结的",
    sides=("当天办结", "其他日办结"),
    among=lambda at: and_(_judged(at, at.today), closed(at)),
    hit=Fixed(on_day(p.closed_at) == p.five_day_due),
    beside=("five_day_closure",),
    short="压线办结",
)

METRICS = (
    FIVE_DAY_CLOSURE,
    FIVE_DAY_CLOSURE_ALL,
    FIVE_DAY_LAST_DAY,
    FIVE_DAY_IN_WINDOW,
    FIVE_DAY_OVERDUE,
    _five_day_due_within(0, "五日期限当日到期"),
    *(_five_day_due_within(days, f"五日期限{days}个工作日内到期") for days in HORIZONS),
    *(_if_nothing_closes(days) for days in HORIZONS),
)
