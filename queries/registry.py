"""The metric registry: every number of the cockpit, defined once.

Adding a KPI is one entry here; it then shows in the dictionary, in drill-down, in documents and
in `python -m queries`. Rules are those of domain.md §2; [L] is the 信访工作条例, [G] the formulas of
a provincial bureau's open statistics, [S] the city's public document, [C] common practice.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    and_,
    case,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    type_coerce,
)

from casebase import schema
from queries.model import Fixed, Kind, Metric, Moment, Polarity
from queries.subjects import (
    AGENT,
    COMMUNITY,
    EXPERT,
    GRID,
    GRID_TASK,
    HEARING,
    HOTLINE,
    MEDIATION,
    PARTICIPATION,
    PETITION,
    WORKER,
    accompanier,
    before,
    community,
    dispute,
    expert,
    grid,
    hearing,
    natural_days,
    on_day,
    p,
    seat,
    task,
    wait_days,
    worker,
)

_COMMON = "不含检举控告件；12345转办件另计，不并入信访量。"


def known(at: Moment) -> ColumnElement[bool]:
    """Petitions that every number looks at: registered by the moment, not restricted, no hotline case."""
    return and_(p.registered_at <= at.as_of, not_(p.restricted), or_(p.channel.is_(None), p.channel != HOTLINE))


def first_counted(at: Moment) -> ColumnElement[bool]:
    """Timeliness numbers count first cases that are 纳入统计 (domain.md §2)."""
    return and_(known(at), p.is_first, p.counted)


def closed(at: Moment) -> ColumnElement[bool]:
    """Closed (办结) by the moment."""
    return before(at.as_of, p.closed_at)


def still_open(at: Moment) -> ColumnElement[bool]:
    """Registered and not closed by the moment."""
    return and_(known(at), or_(p.closed_at.is_(None), p.closed_at > at.as_of))


def _days_later(column: ColumnElement[Any], days: int) -> ColumnElement[Any]:
    return column + timedelta(days=days)


def _last_day(column: ColumnElement[Any], days: int) -> ColumnElement[Any]:
    """The last of so many natural days; day 1 is the day after (domain.md §1).

    A date plus a whole number, because adding an interval to millions of rows is ten times as slow.
    """
    return type_coerce(type_coerce(on_day(column), Integer) + literal_column(str(days), Integer), Date)


def _day_passed(column: ColumnElement[Any], days: int, at: Moment) -> ColumnElement[bool]:
    """The last of so many natural days lies before today."""
    return column < at.midnight - timedelta(days=days)


def _by_last_day(done: ColumnElement[Any], start: ColumnElement[Any], days: int, at: Moment) -> ColumnElement[bool]:
    return and_(before(at.as_of, done), natural_days(start, done) <= days)


_registered = Fixed(p.registered_at)
_closed_at = Fixed(p.closed_at)


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
    return Metric(id, name, polarity=polarity, definition=f"{definition}{_COMMON}", **values)


def _due_within(days: int) -> Metric:
    def among(at: Moment) -> ColumnElement[bool]:
        return and_(still_open(at), p.due_at >= at.as_of, on_day(p.due_at) <= at.workday(days))

    return _volume(
        f"due_in_{days}",
        f"{days}个工作日内到期",
        f"未办结、办结期限未过，且期限在今后 {days} 个工作日之内（含今日）的信访件。",
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
    dated_by=_registered,
    among=known,
)
CLOSED = _volume(
    "closed",
    "办结量",
    "期内办结的信访件。",
    Polarity.UP_GOOD,
    period_text="办结时间",
    dated_by=_closed_at,
    among=lambda at: and_(known(at), closed(at)),
)
BACKLOG = _volume(
    "backlog",
    "待办积压",
    "时点上已登记、尚未办结的信访件。",
    Polarity.DOWN_GOOD,
    period_text="时点数",
    among=still_open,
    beside=("overdue",),
)
OVERDUE = _volume(
    "overdue",
    "超期未结",
    "时点上未办结、且办结期限（60日加延长期）已过的信访件。",
    Polarity.DOWN_GOOD,
    period_text="时点数",
    article="[L] 第三十四条（60日，可延长不超过30日）",
    among=lambda at: and_(still_open(at), p.due_at < at.as_of),
)
DUE_TODAY = _volume(
    "due_today",
    "今日到期",
    "未办结、办结期限就在当日且未过的信访件。",
    Polarity.DOWN_GOOD,
    period_text="时点数",
    article="[L] 第三十四条（60日，可延长不超过30日）",
    among=lambda at: and_(still_open(at), p.due_at >= at.as_of, on_day(p.due_at) == at.today),
)


def simple(at: Moment) -> ColumnElement[bool]:
    """Simple claims (简单诉求) whose fifth working day is known."""
    return and_(first_counted(at), p.is_simple, p.five_day_due.is_not(None))


def in_five_days(at: Moment) -> ColumnElement[bool]:
    """Closed on the fifth working day or earlier."""
    return and_(closed(at), on_day(p.closed_at) <= p.five_day_due)


def _in_window(at: Moment) -> ColumnElement[bool]:
    return and_(simple(at), not_(closed(at)), p.five_day_due >= at.today)


def _five_day(id: str, name: str, definition: str, **more: Any) -> Metric:
    values: dict[str, Any] = {
        "group": "五日办结",
        "subject": PETITION,
        "kind": Kind.COUNT,
        "unit": "件次",
        "polarity": Polarity.DOWN_GOOD,
        "among_text": definition,
        "hits_text": definition,
        "period_text": "五日期限",
        "article": "[S] 简单诉求5个工作日内办结",
        "dated_by": Fixed(p.five_day_due),
        **more,
    }
    return Metric(id, name, definition=f"{definition}只计纳入统计的初件；{_COMMON}", **values)


FIVE_DAY_CLOSURE = _five_day(
    "five_day_closure",
    "五日办结率",
    "简单诉求在登记后第5个工作日（含）前办结的比例，已到期口径。",
    kind=Kind.RATE,
    unit="%",
    polarity=Polarity.UP_GOOD,
    among_text="第5个工作日已过，或提前办结的简单诉求",
    hits_text="其中在第5个工作日（含）前办结的",
    sides=("按期", "未按期"),
    among=lambda at: and_(simple(at), or_(p.five_day_due < at.today, closed(at))),
    hit=in_five_days,
    beside=("five_day_in_window", "five_day_closure_all"),
)
FIVE_DAY_CLOSURE_ALL = _five_day(
    "five_day_closure_all",
    "五日办结率（全口径）",
    "简单诉求在第5个工作日（含）前办结的比例，未到期未办结的也计入分母。",
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
    "尚未办结、第5个工作日未过的简单诉求。",
    polarity=Polarity.NEUTRAL,
    among=_in_window,
    short="在期未结",
)
FIVE_DAY_OVERDUE = _five_day(
    "five_day_overdue",
    "五日逾期未结",
    "第5个工作日已过仍未办结的简单诉求。",
    among=lambda at: and_(simple(at), not_(closed(at)), p.five_day_due < at.today),
)


def _five_day_due_within(days: int, name: str) -> Metric:
    return _five_day(
        f"five_day_due_in_{days}",
        name,
        f"尚未办结、五日期限在今后 {days} 个工作日之内（含今日）的简单诉求。"
        if days
        else "尚未办结、五日期限就在当日的简单诉求。",
        period_text="时点数",
        dated_by=None,
        among=lambda at: and_(_in_window(at), p.five_day_due <= (at.workday(days) if days else at.today)),
    )


def _timely(id: str, name: str, definition: str, **more: Any) -> Metric:
    return Metric(
        id,
        name,
        group="办理时效",
        subject=PETITION,
        kind=Kind.RATE,
        unit="%",
        polarity=Polarity.UP_GOOD,
        definition=f"{definition}只计纳入统计的初件；期限未到且未办的不计入分母；{_COMMON}",
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
    return and_(first_counted(at), or_(_day_passed(p.registered_at, days, at), before(at.as_of, done)))


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
    hit=lambda at: _by_last_day(_HANDLED, p.registered_at, at.deadlines.forward_days, at),
    dated_by=lambda at: _last_day(p.registered_at, at.deadlines.forward_days),
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
    hit=lambda at: _by_last_day(_ACCEPTED, _RECEIVED, at.deadlines.accept_days, at),
    dated_by=lambda at: _last_day(p.registered_at, _both_steps(at)),
)


_SATISFIED = ("满意", "基本满意")
_MARKS = (*_SATISFIED, "不满意")


def _window_day(at: Moment) -> ColumnElement[Any]:
    """The last day for an evaluation."""
    return _last_day(p.closed_at, at.deadlines.evaluation_days)


def _evaluated(at: Moment, mark: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(mark.in_(_MARKS), before(at.as_of, p.evaluated_at))


def _evaluation(id: str, who: str, mark: ColumnElement[Any], satisfaction: str) -> Metric:
    return Metric(
        id,
        f"群众参评率（{who}）",
        group="群众评价",
        subject=PETITION,
        kind=Kind.RATE,
        unit="%",
        polarity=Polarity.UP_GOOD,
        definition=f"已评价件与评价期（办结后30日）届满仍未评价件之和中，群众对{who}已作评价的比例。{_COMMON}",
        among_text="已评价的件，及办结后评价期已过、未评价的件",
        hits_text="其中已评价的",
        sides=("已评价", "未评价"),
        period_text="评价时间；未评价的按评价期届满日",
        article="[G] 群众参评率",
        among=lambda at: and_(
            known(at), or_(_evaluated(at, mark), _day_passed(p.closed_at, at.deadlines.evaluation_days, at))
        ),
        hit=lambda at: _evaluated(at, mark),
        dated_by=lambda at: case((_evaluated(at, mark), p.evaluated_at), else_=_window_day(at)),
        beside=(satisfaction,),
        short="参评率",
    )


def _satisfaction(id: str, who: str, mark: ColumnElement[Any], evaluation: str) -> Metric:
    return Metric(
        id,
        f"满意率（{who}）",
        group="群众评价",
        subject=PETITION,
        kind=Kind.RATE,
        unit="%",
        polarity=Polarity.UP_GOOD,
        definition=f"群众对{who}评价为满意、基本满意的比例，须与参评率同看。{_COMMON}",
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
    )


REPEAT_RATE = Metric(
    "repeat_rate",
    "重复信访率",
    group="重复与化解",
    subject=PETITION,
    kind=Kind.RATE,
    unit="%",
    polarity=Polarity.DOWN_GOOD,
    definition=f"重件占全部信访件的比例；至少一名相同信访人、同一事项即为重件。{_COMMON}",
    among_text="期内登记的全部信访件",
    hits_text="其中的重件",
    sides=("重件", "初件"),
    period_text="登记时间",
    article="[G] 重复信访率",
    among=known,
    hit=Fixed(not_(p.is_first)),
    dated_by=_registered,
)


def _repeated(at: Moment) -> ColumnElement[bool]:
    again = schema.petition.alias("again")
    return exists().where(and_(again.c.repeat_of == p.petition_id, again.c.registered_at <= at.as_of))


def _outcome_known(at: Moment) -> ColumnElement[bool]:
    """Closed cases of which the source says whether they were resolved; the others are neither."""
    return and_(known(at), closed(at), p.resolved.is_not(None))


ONE_PASS = Metric(
    "one_pass_resolution",
    "一次性化解率",
    group="重复与化解",
    subject=PETITION,
    kind=Kind.RATE,
    unit="%",
    polarity=Polarity.UP_GOOD,
    definition=f"办结的初件中已化解、且此后未再重复信访的比例。{_COMMON}",
    among_text="期内办结、且填写了是否化解的初件",
    hits_text="其中已化解且未再重复的",
    sides=("一次化解", "未一次化解"),
    period_text="办结时间",
    article="[C] 一次性化解率",
    among=lambda at: and_(_outcome_known(at), p.is_first),
    hit=lambda at: and_(p.resolved, not_(_repeated(at))),
    dated_by=_closed_at,
    beside=("repeat_rate",),
)
RESOLUTION = Metric(
    "resolution",
    "化解率",
    group="重复与化解",
    subject=PETITION,
    kind=Kind.RATE,
    unit="%",
    polarity=Polarity.UP_GOOD,
    definition=f"办结件中矛盾已化解的比例；办结不等于化解。{_COMMON}",
    among_text="期内办结、且填写了是否化解的信访件",
    hits_text="其中已化解的",
    sides=("已化解", "未化解"),
    period_text="办结时间",
    article="[C] 化解率",
    among=_outcome_known,
    hit=Fixed(p.resolved),
    dated_by=_closed_at,
    beside=("closed",),
)


def _active(at: Moment, table: Any) -> ColumnElement[bool]:
    return and_(table.active_from <= at.as_of, or_(table.active_to.is_(None), table.active_to > at.as_of))


def _grid(id: str, name: str, **more: Any) -> Metric:
    values: dict[str, Any] = {
        "group": "网格覆盖",
        "kind": Kind.RATE,
        "unit": "%",
        "polarity": Polarity.UP_GOOD,
        "article": "[S] 网格+信访",
        **more,
    }
    return Metric(id, name, **values)


GRIDS_STAFFED = _grid(
    "grids_staffed",
    "网格配员率",
    subject=GRID,
    definition="时点上至少有一名在岗网格员的网格比例；专属网格与其他网格重叠，只计个数不计面积。",
    among_text="全部网格（社区、微、农村、专属四类）",
    hits_text="其中至少有一名在岗网格员的",
    sides=("有网格员", "无网格员"),
    period_text="时点数",
    among=Fixed(grid.grid_id.is_not(None)),
    hit=lambda at: grid.grid_id.in_(select(schema.grid_worker.c.grid_id).where(_active(at, schema.grid_worker.c))),
)
COMMUNITIES_WITH_AGENT = _grid(
    "communities_with_agent",
    "代办员覆盖率",
    subject=COMMUNITY,
    definition="时点上至少有一名在岗信访代办员的社区（村）比例。",
    among_text="全部社区（村）",
    hits_text="其中至少有一名在岗代办员的",
    sides=("有代办员", "无代办员"),
    period_text="时点数",
    article="[S] 信访代办制度",
    among=Fixed(community.level == 4),
    hit=lambda at: community.code.in_(
        select(schema.agent.c.community_code).where(
            and_(schema.agent.c.community_code.is_not(None), _active(at, schema.agent.c))
        )
    ),
)


GRID_WORKERS = _grid(
    "grid_workers",
    "在岗网格员",
    subject=WORKER,
    kind=Kind.COUNT,
    unit="人",
    definition="时点上在岗的网格员人数。",
    among_text="时点上在岗的网格员",
    hits_text="时点上在岗的网格员",
    period_text="时点数",
    among=lambda at: _active(at, worker),
)
AGENTS = _grid(
    "agents",
    "信访代办员",
    subject=AGENT,
    kind=Kind.COUNT,
    unit="人",
    definition="时点上在岗的信访代办员人数。",
    among_text="时点上在岗的信访代办员",
    hits_text="时点上在岗的信访代办员",
    period_text="时点数",
    article="[S] 信访代办制度",
    among=lambda at: _active(at, accompanier),
)


def _pushed(at: Moment) -> ColumnElement[bool]:
    return and_(known(at), task.pushed_at <= at.as_of)


_day_after_push = _days_later(task.pushed_at, 1)


REACHED_IN_24H = _grid(
    "reached_in_24h",
    "24小时联系率",
    subject=GRID_TASK,
    definition=f"推送到网格平台的任务中，网格员24小时内与群众取得联系的比例。{_COMMON}",
    among_text="推送满24小时，或已联系的任务",
    hits_text="其中24小时内联系上的",
    sides=("及时联系", "未及时联系"),
    period_text="推送时间+24小时",
    among=lambda at: and_(_pushed(at), or_(_day_after_push <= at.as_of, before(at.as_of, task.contacted_at))),
    hit=lambda at: and_(before(at.as_of, task.contacted_at), task.contacted_at <= _day_after_push),
    dated_by=Fixed(_day_after_push),
)
ON_THE_SPOT = _grid(
    "on_the_spot",
    "就地化解率",
    subject=GRID_TASK,
    definition=f"网格员办结的任务中就地化解的比例。{_COMMON}",
    among_text="期内办结的网格任务",
    hits_text="其中就地化解的",
    sides=("就地化解", "未就地化解"),
    period_text="任务办结时间",
    among=lambda at: and_(_pushed(at), before(at.as_of, task.finished_at)),
    hit=Fixed(task.outcome == "就地化解"),
    dated_by=Fixed(task.finished_at),
)
TASKS_PUSHED = _grid(
    "tasks_pushed",
    "网格推送任务",
    subject=GRID_TASK,
    kind=Kind.COUNT,
    unit="件",
    polarity=Polarity.NEUTRAL,
    definition=f"期内推送到网格平台的协助化解、人员核查、人员关怀任务。{_COMMON}",
    among_text="期内推送的任务",
    hits_text="期内推送的任务",
    period_text="推送时间",
    among=_pushed,
    dated_by=Fixed(task.pushed_at),
)
CASES_PER_10K = _grid(
    "cases_per_10k",
    "万人信访量",
    subject=PETITION,
    kind=Kind.PER_10K,
    unit="件次/万人",
    polarity=Polarity.NEUTRAL,
    definition=f"期内登记的信访件与常住人口（万人）之比。{_COMMON}",
    among_text="辖区常住人口",
    hits_text="期内登记的信访件",
    period_text="登记时间",
    article="[C] 万人信访量",
    among=known,
    dated_by=_registered,
)


def _held(at: Moment) -> ColumnElement[bool]:
    return and_(known(at), before(at.as_of, hearing.held_at))


def _hearing(id: str, name: str, **more: Any) -> Metric:
    values: dict[str, Any] = {
        "group": "专家听证",
        "subject": HEARING,
        "kind": Kind.COUNT,
        "polarity": Polarity.NEUTRAL,
        "period_text": "听证举行时间",
        "article": "[S] 专家人才库与公开听证；[L] 第三十一条",
        "dated_by": Fixed(hearing.held_at),
        "among": _held,
        **more,
    }
    return Metric(id, name, **values)


HEARINGS_HELD = _hearing(
    "hearings_held",
    "举行听证",
    unit="场次",
    definition=f"期内举行的听证，一场计一场次。{_COMMON}",
    among_text="期内举行的听证",
    hits_text="期内举行的听证",
    beside=("cases_heard", "expert_participations"),
)
CASES_HEARD = _hearing(
    "cases_heard",
    "听证案件",
    unit="件次",
    definition=f"期内举行过听证的信访件，同一件多次听证只计一件。{_COMMON}",
    among_text="期内举行过听证的信访件",
    hits_text="期内举行过听证的信访件",
    lists=PETITION,
    distinct=hearing.petition_id,
    additive=False,
)
EXPERT_PARTICIPATIONS = _hearing(
    "expert_participations",
    "专家参与",
    subject=PARTICIPATION,
    unit="人次",
    definition=f"期内听证中专家出席的人次，回避的不计。{_COMMON}",
    among_text="期内听证的专家席位，回避的除外",
    hits_text="期内听证的专家席位，回避的除外",
    among=lambda at: and_(_held(at), not_(seat.recused)),
)
EXPERTS_ACTIVE = _hearing(
    "experts_active",
    "参与专家",
    subject=PARTICIPATION,
    unit="人",
    definition=f"期内至少出席一场听证的专家人数。{_COMMON}",
    among_text="期内至少出席一场听证的专家",
    hits_text="期内至少出席一场听证的专家",
    among=lambda at: and_(_held(at), not_(seat.recused)),
    lists=EXPERT,
    distinct=seat.expert_id,
    additive=False,
)
EXPERTS_IN_POOL = _hearing(
    "experts_in_pool",
    "在库专家",
    subject=EXPERT,
    unit="人",
    definition="时点上已入库的专家人数。",
    among_text="已入库的专家",
    hits_text="已入库的专家",
    period_text="时点数",
    article="[S] 市信访工作专家人才库",
    among=lambda at: expert.joined_on <= at.today,
    dated_by=None,
)
SETTLED_AFTER_HEARING = _hearing(
    "settled_after_hearing",
    "听证后息诉率",
    kind=Kind.RATE,
    unit="%",
    polarity=Polarity.UP_GOOD,
    definition=f"期内举行的听证中，听证后群众息诉息访的比例。{_COMMON}",
    among_text="期内举行的听证",
    hits_text="其中听证后息诉息访的",
    sides=("已息诉", "未息诉"),
    hit=lambda at: before(at.as_of, hearing.settled_at),
)
HEARING_WAIT_DAYS = _hearing(
    "hearing_wait_days",
    "听证等待天数",
    kind=Kind.MEAN,
    unit="天",
    polarity=Polarity.DOWN_GOOD,
    definition=f"从申请听证到举行听证的平均自然日数。{_COMMON}",
    among_text="期内举行的、有申请时间的听证",
    hits_text="期内举行的、有申请时间的听证",
    among=lambda at: and_(_held(at), hearing.applied_at.is_not(None)),
    amount=Fixed(wait_days()),
)
HEARINGS_COMING = _hearing(
    "hearings_coming",
    "待举行听证",
    unit="场次",
    definition=f"时点上已排期、尚未举行且未取消的听证。{_COMMON}",
    among_text="已排期、尚未举行的听证",
    hits_text="已排期、尚未举行的听证",
    period_text="时点数",
    dated_by=None,
    among=lambda at: and_(
        known(at),
        or_(hearing.applied_at.is_(None), hearing.applied_at <= at.as_of),
        hearing.scheduled_at > at.as_of,
        or_(hearing.held_at.is_(None), hearing.held_at > at.as_of),
        hearing.status != "已取消",
    ),
)


def _mediated(at: Moment) -> ColumnElement[bool]:
    return and_(dispute.opened_at <= at.as_of, before(at.as_of, dispute.closed_at))


def _mediation(id: str, name: str, **more: Any) -> Metric:
    values: dict[str, Any] = {
        "group": "访前调解",
        "subject": MEDIATION,
        "kind": Kind.RATE,
        "unit": "%",
        "among_text": "期内结束的访前调解",
        "period_text": "调解结束时间",
        "article": "[S] 访前调解",
        "among": _mediated,
        "dated_by": Fixed(dispute.closed_at),
        **more,
    }
    return Metric(id, name, **values)


DISPUTES_SETTLED = _mediation(
    "disputes_settled",
    "访前调解成功率",
    polarity=Polarity.UP_GOOD,
    definition="期内结束的访前调解中，纠纷就地化解的比例。",
    hits_text="其中化解的",
    sides=("已化解", "未化解"),
    hit=Fixed(dispute.outcome == "化解"),
)
PETITIONS_AFTER_MEDIATION = _mediation(
    "petitions_after_mediation",
    "调解后转信访率",
    polarity=Polarity.DOWN_GOOD,
    definition="期内结束的访前调解中，后来仍成为信访件的比例。",
    hits_text="其中后来成为信访件的",
    sides=("转为信访", "未转信访"),
    hit=lambda at: dispute.petition_id.in_(select(p.petition_id).where(known(at))),
)

METRICS: dict[str, Metric] = {
    metric.id: metric
    for metric in (
        REGISTERED,
        CLOSED,
        BACKLOG,
        OVERDUE,
        DUE_TODAY,
        _due_within(1),
        _due_within(3),
        _due_within(5),
        FIVE_DAY_CLOSURE,
        FIVE_DAY_CLOSURE_ALL,
        FIVE_DAY_IN_WINDOW,
        FIVE_DAY_OVERDUE,
        _five_day_due_within(0, "五日期限今日到期"),
        _five_day_due_within(1, "五日期限1个工作日内到期"),
        _five_day_due_within(3, "五日期限3个工作日内到期"),
        ON_TIME_COMPLETION,
        BUREAU_ACCEPTANCE,
        UNIT_ACCEPTANCE,
        _evaluation("bureau_evaluation", "信访部门", p.satisfaction_bureau, "bureau_satisfaction"),
        _satisfaction("bureau_satisfaction", "信访部门", p.satisfaction_bureau, "bureau_evaluation"),
        _evaluation("unit_evaluation", "责任单位", p.satisfaction_unit, "unit_satisfaction"),
        _satisfaction("unit_satisfaction", "责任单位", p.satisfaction_unit, "unit_evaluation"),
        REPEAT_RATE,
        ONE_PASS,
        RESOLUTION,
        GRIDS_STAFFED,
        GRID_WORKERS,
        COMMUNITIES_WITH_AGENT,
        AGENTS,
        TASKS_PUSHED,
        REACHED_IN_24H,
        ON_THE_SPOT,
        CASES_PER_10K,
        HEARINGS_HELD,
        CASES_HEARD,
        EXPERT_PARTICIPATIONS,
        SETTLED_AFTER_HEARING,
        HEARING_WAIT_DAYS,
        EXPERTS_ACTIVE,
        EXPERTS_IN_POOL,
        HEARINGS_COMING,
        DISPUTES_SETTLED,
        PETITIONS_AFTER_MEDIATION,
    )
}
