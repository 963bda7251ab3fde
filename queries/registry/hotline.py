"""12345转办 (接诉即办): orders of the hotline, answered by a limit of their own; in no number of 信访."""

from functools import partial

from sqlalchemy import ColumnElement, and_

from casebase.case_words import RATINGS, SATISFIED
from queries.model import Fixed, Kind, Metric, Moment, Polarity
from queries.registry.common import CLOSED_AT, REGISTERED_AT, counted, hotline, open_spell, overdue_from
from queries.subjects.expressions import limit_passed, on_day, open_at, p
from queries.subjects.hotline import (
    HOTLINE_ORDER,
    answered,
    answered_in_time,
    called_back,
    rating,
)

GROUP = "12345转办"
_APART = "另计，不并入信访量；不含检举控告件。"
_LIMIT = "[C] 12345政务服务便民热线转办件另计；答复期限可在配置中调整"

_count = partial(
    Metric,
    group=GROUP,
    subject=HOTLINE_ORDER,
    kind=Kind.COUNT,
    unit="件次",
    article="[C] 12345政务服务便民热线转办件另计",
)
_rate = partial(
    Metric,
    group=GROUP,
    subject=HOTLINE_ORDER,
    kind=Kind.RATE,
    unit="%",
    polarity=Polarity.UP_GOOD,
    article="[C] 12345政务服务便民热线转办件另计",
)


def _open(at: Moment) -> ColumnElement[bool]:
    return and_(hotline(at), open_at(at.as_of))


HOTLINE_REGISTERED = _count(
    "hotline_registered",
    "12345转办",
    **counted("期内登记的12345转办件。", _APART),
    polarity=Polarity.NEUTRAL,
    period_text="登记时间",
    dated_by=REGISTERED_AT,
    among=hotline,
)
HOTLINE_ANSWERED = _count(
    "hotline_answered",
    "12345答复量",
    **counted("期内答复的12345转办件。", _APART),
    polarity=Polarity.UP_GOOD,
    period_text="答复时间",
    dated_by=CLOSED_AT,
    among=lambda at: and_(hotline(at), answered(at)),
    beside=("hotline_resolution",),
)
HOTLINE_OPEN = _count(
    "hotline_open",
    "12345转办在办",
    **counted("时点上已登记、尚未答复的12345转办件。", _APART),
    polarity=Polarity.NEUTRAL,
    period_text="时点数",
    among=_open,
    only_open=True,
    spell=lambda at: open_spell(hotline(at)),
    short="12345转办",
    beside=("hotline_overdue",),
)
HOTLINE_DUE_TODAY = _count(
    "hotline_due_today",
    "12345当日到期",
    **counted("时点上尚未答复、答复期限就在当日的12345转办件；当日24时前均未超期。", _APART),
    polarity=Polarity.DOWN_GOOD,
    period_text="时点数",
    article=_LIMIT,
    among=lambda at: and_(_open(at), on_day(p.due_at) == at.today),
    only_open=True,
    short="当日到期",
)
HOTLINE_OVERDUE = _count(
    "hotline_overdue",
    "12345超期未答复",
    **counted("时点上尚未答复、答复期限当日已过的12345转办件。", _APART),
    polarity=Polarity.DOWN_GOOD,
    period_text="时点数",
    article=_LIMIT,
    among=lambda at: and_(_open(at), limit_passed(p.due_at, at)),
    only_open=True,
    spell=lambda at: open_spell(and_(hotline(at), p.due_at.is_not(None)), overdue_from(p.registered_at, p.due_at)),
    short="超期未答复",
)
HOTLINE_RESPONSE = _rate(
    "hotline_response",
    "12345响应率",
    definition="答复期限在期内且已过的12345转办件中，期限当日24时前答复的比例；期限未过的，答复与否均不计入。" + _APART,
    among_text="答复期限在期内且已过的12345转办件",
    hits_text="其中期限当日及以前答复的",
    sides=("按期答复", "未按期"),
    period_text="答复期限",
    article=_LIMIT,
    among=lambda at: and_(hotline(at), limit_passed(p.due_at, at)),
    hit=answered_in_time,
    dated_by=Fixed(p.due_at),
    beside=("hotline_response_all",),
)
HOTLINE_RESPONSE_ALL = _rate(
    "hotline_response_all",
    "12345响应率（全口径）",
    definition="答复期限在期内的全部12345转办件中，期限当日24时前已答复的比例；期限未过、尚未答复的也在分母内。"
    + _APART,
    among_text="答复期限在期内的12345转办件",
    hits_text="其中期限当日及以前已答复的",
    sides=("按期答复", "尚未按期答复"),
    period_text="答复期限",
    article=_LIMIT,
    among=hotline,
    hit=answered_in_time,
    dated_by=Fixed(p.due_at),
    short="全口径",
)
HOTLINE_CALLBACK = _rate(
    "hotline_callback",
    "12345回访率",
    definition="期内答复的12345转办件中，答复后已回访的比例。" + _APART,
    among_text="期内答复的12345转办件",
    hits_text="其中已回访的",
    sides=("已回访", "未回访"),
    period_text="答复时间",
    among=lambda at: and_(hotline(at), answered(at)),
    hit=called_back,
    dated_by=CLOSED_AT,
    short="回访率",
)
HOTLINE_RESOLUTION = _rate(
    "hotline_resolution",
    "12345解决率",
    definition="期内回访的已答复12345转办件中，诉求已解决（化解）的比例；未填写是否化解的不计。" + _APART,
    among_text="期内回访、已填写是否化解的12345转办件",
    hits_text="其中已化解的",
    sides=("已解决", "未解决"),
    period_text="回访时间",
    among=lambda at: and_(hotline(at), answered(at), called_back(at), p.resolved.is_not(None)),
    hit=Fixed(p.resolved),
    dated_by=Fixed(p.evaluated_at),
    beside=("hotline_callback",),
    short="解决率",
)
HOTLINE_SATISFACTION = _rate(
    "hotline_satisfaction",
    "12345满意率",
    definition="期内作出评价的12345转办件中，满意和基本满意的比例；以对责任单位的评价为准，未评的取对信访部门的评价。"
    + _APART,
    among_text="期内作出评价的12345转办件",
    hits_text="其中满意、基本满意的",
    sides=("满意", "不满意"),
    period_text="评价时间",
    among=lambda at: and_(hotline(at), called_back(at), rating.in_(RATINGS)),
    hit=Fixed(rating.in_(SATISFIED)),
    dated_by=Fixed(p.evaluated_at),
    beside=("hotline_callback",),
    short="满意率",
)

METRICS = (
    HOTLINE_REGISTERED,
    HOTLINE_ANSWERED,
    HOTLINE_OPEN,
    HOTLINE_DUE_TODAY,
    HOTLINE_OVERDUE,
    HOTLINE_RESPONSE,
    HOTLINE_RESPONSE_ALL,
    HOTLINE_CALLBACK,
    HOTLINE_RESOLUTION,
    HOTLINE_SATISFACTION,
)
