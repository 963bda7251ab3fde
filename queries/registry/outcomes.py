"""群众评价、重复与化解: what people say of it, and whether it settled the matter."""

from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, not_, or_

from casebase import schema
from queries.model import Fixed, Kind, Metric, Moment, Polarity
from queries.registry.common import CLOSED_AT, EXCLUDED, REGISTERED_AT, closed, day_passed, known, last_day
from queries.subjects import PETITION, before, p

# A repeat of any kind says that the matter was not settled.
_AGAIN = "此后的重件不论信访形式，打12345的也算。"
_SATISFIED = ("满意", "基本满意")
_MARKS = (*_SATISFIED, "不满意")


_rate = partial(Metric, group="重复与化解", subject=PETITION, kind=Kind.RATE, unit="%")


def _window_day(at: Moment) -> ColumnElement[Any]:
    """The last day for an evaluation."""
    return last_day(p.closed_at, at.deadlines.evaluation_days)


def _evaluated(at: Moment, mark: ColumnElement[str]) -> ColumnElement[bool]:
    return and_(mark.in_(_MARKS), before(at.as_of, p.evaluated_at))


def _evaluation(id: str, who: str, mark: ColumnElement[str], satisfaction: str) -> Metric:
    return _rate(
        id,
        f"群众参评率（{who}）",
        group="群众评价",
        polarity=Polarity.UP_GOOD,
        definition=f"已评价件与评价期（办结后30日）届满仍未评价件之和中，群众对{who}已作评价的比例。{EXCLUDED}",
        among_text="已评价的件，及办结后评价期已过、未评价的件",
        hits_text="其中已评价的",
        sides=("已评价", "未评价"),
        period_text="评价时间；未评价的按评价期届满日",
        article="[G] 群众参评率",
        among=lambda at: and_(
            known(at), or_(_evaluated(at, mark), day_passed(p.closed_at, at.deadlines.evaluation_days, at))
        ),
        hit=lambda at: _evaluated(at, mark),
        dated_by=lambda at: case((_evaluated(at, mark), p.evaluated_at), else_=_window_day(at)),
        dated_from=lambda at: ((p.evaluated_at, 0), (p.closed_at, at.deadlines.evaluation_days)),
        beside=(satisfaction,),
        short="参评率",
    )


def _satisfaction(id: str, who: str, mark: ColumnElement[str], evaluation: str, target: float) -> Metric:
    return _rate(
        id,
        f"满意率（{who}）",
        group="群众评价",
        polarity=Polarity.UP_GOOD,
        definition=f"群众对{who}评价为满意、基本满意的比例，须与参评率同看。{EXCLUDED}",
        among_text="评价为满意、基本满意、不满意的信访件",
        hits_text="其中满意和基本满意的",
        sides=("满意", "不满意"),
        period_text="评价时间",
        article="[G] 满意率",
        among=lambda at: and_(known(at), _evaluated(at, mark)),
        hit=Fixed(mark.in_(_SATISFIED)),
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


def _repeated(at: Moment) -> ColumnElement[bool]:
    again = schema.petition.alias("again")
    return exists().where(and_(again.c.repeat_of == p.petition_id, again.c.registered_at <= at.as_of))


def _outcome_known(at: Moment) -> ColumnElement[bool]:
    """Closed cases of which the source says whether they were resolved; the others are neither."""
    return and_(known(at), closed(at), p.resolved.is_not(None))


ONE_PASS = _rate(
    "one_pass_resolution",
    "一次性化解率",
    polarity=Polarity.UP_GOOD,
    definition=f"办结的初件中已化解、且此后未再重复信访的比例；未填写是否化解的不计。{_AGAIN}{EXCLUDED}",
    among_text="期内办结、且填写了是否化解的初件",
    hits_text="其中已化解且未再重复的",
    sides=("一次化解", "未一次化解"),
    period_text="办结时间",
    article="[C] 一次性化解率",
    among=lambda at: and_(_outcome_known(at), p.is_first),
    hit=lambda at: and_(p.resolved, not_(_repeated(at))),
    needs=("petition.repeat_of",),
    dated_by=CLOSED_AT,
    beside=("repeated_later",),
)
REPEATED_LATER = _rate(
    "repeated_later",
    "办结后重复率",
    polarity=Polarity.DOWN_GOOD,
    definition=f"办结的初件中，后来同一信访人就同一事项再次来访来信的比例；越早办结的件，再访的时间越长。{_AGAIN}{EXCLUDED}",
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
    short="后来重复",
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
    REPEATED_LATER,
    RESOLUTION,
)
