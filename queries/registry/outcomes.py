"""群众评价、重复与化解: what people say of it, and whether it settled the matter."""

from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, not_, or_

from casebase import schema
from casebase.case_words import RATINGS, SATISFIED
from queries.model import Fixed, Kind, Metric, Moment, Polarity
from queries.registry.common import (
    CLOSED_AT,
    EXCLUDED,
    REGISTERED_AT,
    closed,
    day_passed,
    first_counted,
    known,
    last_day,
)
from queries.subjects import PETITION, before, natural_days, p

# A repeat of any kind says that the matter was not settled.
_AGAIN = "此后的重件不论信访形式，打12345的也算。"


_rate = partial(Metric, group="重复与化解", subject=PETITION, kind=Kind.RATE, unit="%")


def _window_day(at: Moment) -> ColumnElement[Any]:
    """The last day for an evaluation."""
    return last_day(p.closed_at, at.deadlines.evaluation_days)


def _evaluated(at: Moment, mark: ColumnElement[str]) -> ColumnElement[bool]:
    return and_(mark.in_(RATINGS), before(at.as_of, p.evaluated_at))


def _evaluable(at: Moment) -> ColumnElement[bool]:
    """Closed first cases that are 纳入统计 and were forwarded or handed over: those that are put up for evaluation.

    Where no case says when it was forwarded, nothing is left out for it.
    """
    cases = and_(first_counted(at), closed(at))
    return cases if "petition.forwarded_at" in at.look() else and_(cases, before(at.as_of, p.forwarded_at))


_PUT_UP = "只计纳入统计、经转送或交办并已办结的初件；不予受理、不再受理、存的不计；"


def _evaluation(id: str, who: str, mark: ColumnElement[str], satisfaction: str) -> Metric:
    return _rate(
        id,
        f"群众参评率（{who}）",
        group="群众评价",
        polarity=Polarity.UP_GOOD,
        definition=f"已评价件与评价期（办结后30日）届满仍未评价件之和中，群众对{who}已作评价的比例。{_PUT_UP}{EXCLUDED}",
        among_text="已评价的件，及办结后评价期已过、未评价的件",
        hits_text="其中已评价的",
        sides=("已评价", "未评价"),
        period_text="评价时间；未评价的按评价期届满日",
        article="[G] 群众参评率",
        among=lambda at: and_(
            _evaluable(at), or_(_evaluated(at, mark), day_passed(p.closed_at, at.deadlines.evaluation_days, at))
        ),
        hit=lambda at: _evaluated(at, mark),
        dated_by=lambda at: case((_evaluated(at, mark), p.evaluated_at), else_=_window_day(at)),
        dated_from=lambda at: ((p.evaluated_at, 0), (p.closed_at, at.deadlines.evaluation_days)),
        phrases=lambda rules: {"办结后30日": f"办结后{rules.evaluation_days}日"},
        beside=(satisfaction,),
        short="参评率",
    )


def _satisfaction(id: str, who: str, mark: ColumnElement[str], evaluation: str, target: float) -> Metric:
    return _rate(
        id,
        f"满意率（{who}）",
        group="群众评价",
        polarity=Polarity.UP_GOOD,
        definition=f"群众对{who}评价为满意、基本满意的比例，须与参评率同看。{_PUT_UP}{EXCLUDED}",
        among_text="评价为满意、基本满意、不满意的信访件",
        hits_text="其中满意和基本满意的",
        sides=("满意", "不满意"),
        period_text="评价时间",
        article="[G] 满意率",
        among=lambda at: and_(_evaluable(at), _evaluated(at, mark)),
        hit=Fixed(mark.in_(SATISFIED)),
        dated_by=Fixed(p.evaluated_at),
        beside=(evaluation,),
        short="满意率",
        target=target,
    )


REPEAT_RATE = _rate(
    "repeat_rate",
    "重复信访率",
    polarity=Polarity.DOWN_GOOD,
    definition=f"重件占全部信访件的比例；至少一名相同信访人、同一事项即为重件。{EXCLUDED}",
    among_text="期内登记的全部信访件",
    hits_text="其中的重件",
    sides=("重件", "初件"),
    period_text="登记时间",
    article="[G] 重复信访率",
    among=known,
    hit=Fixed(not_(p.is_first)),
    dated_by=REGISTERED_AT,
)


def _repeated(at: Moment, within: int | None = None) -> ColumnElement[bool]:
    """A repeat of the case was registered by the moment, and by the end of so many natural days after its closing."""
    again = schema.petition.alias("again")
    limits = [] if within is None else [natural_days(p.closed_at, again.c.registered_at) <= within]
    return exists().where(and_(again.c.repeat_of == p.petition_id, again.c.registered_at <= at.as_of, *limits))


def _outcome_known(at: Moment) -> ColumnElement[bool]:
    """Closed cases of which the source says whether they were resolved; the others are neither."""
    return and_(known(at), closed(at), p.resolved.is_not(None))


def _first_time(at: Moment) -> ColumnElement[bool]:
    return and_(_outcome_known(at), p.is_first)


_one_pass = partial(
    Metric,
    group="重复与化解",
    subject=PETITION,
    kind=Kind.RATE,
    unit="%",
    polarity=Polarity.UP_GOOD,
    hits_text="其中已化解且观察期内未再重复的",
    sides=("一次化解", "未一次化解"),
    period_text="办结时间",
    article="[G] 一次性化解率",
    hit=lambda at: and_(p.resolved, not_(_repeated(at, at.deadlines.observation_days))),
    needs=("petition.repeat_of",),
    dated_by=CLOSED_AT,
)
ONE_PASS = _one_pass(
    "one_pass_resolution",
    "一次性化解率",
    definition="办结后观察期（90日，可设）已满的初件中，已化解且观察期内未再重复信访的比例；"
    f"未填写是否化解的不计。{_AGAIN}{EXCLUDED}",
    phrases=lambda rules: {"90日": f"{rules.observation_days}日"},
    among_text="期内办结、观察期已满、且填写了是否化解的初件",
    among=lambda at: and_(_first_time(at), day_passed(p.closed_at, at.deadlines.observation_days, at)),
    beside=("one_pass_resolution_all", "repeated_later"),
)
ONE_PASS_ALL = _one_pass(
    "one_pass_resolution_all",
    "一次性化解率（全口径）",
    definition=f"办结的初件中，已化解且至今（观察期内）未再重复信访的比例，观察期未满的也计入；未填写是否化解的不计。{_AGAIN}{EXCLUDED}",
    among_text="期内办结、且填写了是否化解的初件",
    among=_first_time,
    short="全口径",
)
REPEATED_LATER = _rate(
    "repeated_later",
    "办结后再次信访率",
    polarity=Polarity.DOWN_GOOD,
    definition=f"办结的初件中，后来同一信访人就同一事项再次信访的比例；越早办结的件，再访的时间越长。{_AGAIN}{EXCLUDED}",
    among_text="期内办结的初件",
    hits_text="其中登记以后出现重件的",
    sides=("有重件", "无重件"),
    period_text="办结时间",
    article="[C] 与一次性化解率同看",
    among=lambda at: and_(known(at), closed(at), p.is_first),
    hit=_repeated,
    needs=("petition.repeat_of",),
    dated_by=CLOSED_AT,
    beside=("one_pass_resolution",),
    short="再次信访",
)
RESOLUTION = _rate(
    "resolution",
    "化解率",
    polarity=Polarity.UP_GOOD,
    definition=f"办结件中矛盾已化解的比例，未填写是否化解的不计；办结不等于化解。{EXCLUDED}",
    among_text="期内办结、且填写了是否化解的信访件",
    hits_text="其中已化解的",
    sides=("已化解", "未化解"),
    period_text="办结时间",
    article="[C] 化解率",
    among=_outcome_known,
    hit=Fixed(p.resolved),
    dated_by=CLOSED_AT,
    beside=("closed",),
)

METRICS = (
    _evaluation("bureau_evaluation", "信访部门", p.satisfaction_bureau, "bureau_satisfaction"),
    _satisfaction("bureau_satisfaction", "信访部门", p.satisfaction_bureau, "bureau_evaluation", 0.9),
    _evaluation("unit_evaluation", "责任单位", p.satisfaction_unit, "unit_satisfaction"),
    _satisfaction("unit_satisfaction", "责任单位", p.satisfaction_unit, "unit_evaluation", 0.85),
    REPEAT_RATE,
    ONE_PASS,
    ONE_PASS_ALL,
    REPEATED_LATER,
    RESOLUTION,
)
