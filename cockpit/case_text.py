"""One case in words: its facts, what each of its clocks says, and where it stands."""

from datetime import datetime

import pandas as pd

from casebase.case_words import HIGHER_LEVELS, NOT_HANDLED, SOURCE_FLAGS
from cockpit import kpis
from cockpit.view import View
from queries.clocks import Clock, Standing
from queries.course import Course, Petitioner
from views import course as drawn
from views import words
from views.words import State
from wording import unknown

STATES = {
    Standing.UNKNOWN: State("none", "", words.NONE),
    Standing.NOT_APPLICABLE: State("none", "", "不适用"),
    Standing.WAITING: State("none", "○", "未起算"),
    Standing.RUNNING: State("good", "●", "在期"),
    Standing.MET: State("good", "●", "按期"),
    Standing.LATE: State("bad", "■", "逾期办理"),
    Standing.OVERDUE: State("bad", "■", "已逾期"),
    Standing.EXPIRED: State("none", "", "期满未提出"),
}
SOON = 3
_FLAGS = {
    "is_simple": "简单诉求",
    "is_collective": "集体访",
    **SOURCE_FLAGS,
}
PEOPLE = "petition.people"


def facts(view: View, history: Course) -> dict[str, str]:
    """The facts of the case by their headings; what no case fills is not known, whatever its default."""
    case, blank = history.facts, history.blank
    flags = [
        *([] if "petition.is_first" in blank else ["初件" if case["is_first"] else "重件"]),
        *(word for name, word in _FLAGS.items() if case[name]),
        *([word] if (word := HIGHER_LEVELS.get(str(case["registering_level"]))) else []),
        *([] if case["counted"] else ["不纳入统计"]),
    ]
    pairs = {
        **petitioner(history.petitioner),
        "信访形式": case["channel"],
        "信访目的": case["purpose"],
        "内容分类": case["category"],
        "标记": "、".join(flags),
        "人次": unknown.placeholder(PEOPLE) if PEOPLE in blank else case["people"],
        "地点": place(case),
        "网格": case["grid"],
        "登记机构": case["registering_body"],
        "被投诉单位": case["complained_unit"],
        "责任单位": case["unit"],
        **({"单位联系电话": case["unit_contact"]} if case["unit_contact"] else {}),
        "代办员": case["agent_id"],
        "办理路径": case["handling_path"] and f"条例{case['handling_path']}",
        "办理环节": stage(view, case),
        "是否化解": {True: "已化解", False: "未化解", None: None}[case["resolved"]],
        "对信访部门评价": case["satisfaction_bureau"],
        "对责任单位评价": case["satisfaction_unit"],
        "数据来源": case["source"],
    }
    return {head: words.NONE if value in (None, "") else str(value) for head, value in pairs.items()}


def petitioner(who: Petitioner) -> dict[str, object]:
    """Who petitioned, by the headings, where the source says so."""
    return {head: value for head, value in (("信访人", who.name), ("联系电话", who.telephone)) if value}


def place(case: dict[str, object]) -> str:
    """The district, street and community of the case, as far as they are known."""
    return " ".join(str(case[name]) for name in ("district", "street", "community") if case[name]) or words.NONE


def stage(view: View, case: dict[str, object]) -> str:
    """Where the case stands, or that no time tells."""
    return kpis.stage_names(view, pd.Series([case["stage"]], dtype=object))[0]


def dial(view: View, clock: Clock) -> drawn.Dial:
    """A clock in words: what is left or over."""
    state = STATES[clock.standing]
    if clock.standing is Standing.UNKNOWN:
        state = State("none", "", unknown.placeholder(clock.lacks))
    if clock.standing is Standing.RUNNING and clock.days is not None and clock.days <= SOON:
        state = words.DUE_SOON
    return drawn.Dial(
        clock.name, clock.article, clock.limit, state, note(clock), clock.start, clock.end, clock.done or view.as_of
    )


def note(clock: Clock) -> str:
    """What is left of a clock or over: 剩 3 日, 超 12 个工作日, 最后一天, and why it waits or what came of it."""
    return "；".join(part for part in (_left(clock), clock.because) if part)


def _left(clock: Clock) -> str:
    """What is left of a clock or over; "" of one that does not run."""
    if clock.days is None:
        return ""
    if clock.standing in (Standing.LATE, Standing.OVERDUE):
        return f"超{over(clock)}"
    if not clock.days:
        return "最后一天"
    return f"{'剩' if clock.done is None else '提前'} {words.days(clock.days, clock.unit)}"


def over(clock: Clock) -> str:
    """By how much a limit is over, with its space: on the rest days after it not a working day has passed."""
    return f" {words.days(clock.days, clock.unit)}" if clock.days else f"不足 1 {clock.unit}"


def headline(view: View, history: Course) -> str:
    """Where the case stands, from its most pressing clock."""
    of_units = [clock for clock in history.clocks if not clock.of_petitioner]
    running = [clock for clock in of_units if clock.standing in (Standing.RUNNING, Standing.OVERDUE)]
    if history.facts["closed_at"] is not None and history.facts["stage"] in NOT_HANDLED:
        return f"{history.facts['stage']}，未经办理而终结"
    if history.facts["closed_at"] is not None:
        late = [clock.name for clock in of_units if clock.standing is Standing.LATE]
        days = (history.facts["closed_at"].date() - history.facts["registered_at"].date()).days
        kept = [clock.name for clock in of_units if clock.standing is Standing.MET]
        lacking = any(clock.standing is Standing.UNKNOWN for clock in of_units)
        in_time = "，各时限均按期" if not lacking else f"；{'、'.join(kept)}按期" if kept else ""
        took = f"已办结，历时 {words.days(days)}" if days else "登记当天办结"
        return took + (f"；{'、'.join(late)}逾期" if late else in_time)
    where = stage(view, history.facts)
    if not history.facts["stage"]:
        where = f"办理环节 {where}"
    overdue = [clock for clock in running if clock.standing is Standing.OVERDUE]
    if overdue:
        worst = max(overdue, key=lambda clock: clock.days or 0)
        return f"{where}，{worst.name}已超{over(worst)}"
    if not running:
        return where
    nearest = min(running, key=lambda clock: clock.end or view.as_of)
    return f"{where}，最近的时限是{nearest.name}，{words.moment(nearest.end, year=True)} 止"


def steps(events: pd.DataFrame, open_at: datetime | None = None) -> str:
    """How many steps on how many days from the first to the last: 9 步，前后 11 天.

    Of a case that was still open at a moment (`open_at`), up to that: 3 步，至今 22 天.
    """
    if events.empty:
        return "0 步"
    first = events["happened_at"].min().date()
    if open_at is not None:
        return f"{len(events)} 步，至今 {words.days((open_at.date() - first).days)}"
    days = (events["happened_at"].max().date() - first).days
    return f"{len(events)} 步，{f'前后 {words.days(days)}' if days else '都在同一天'}"
