"""案件全程: one case from start to end, with every clock, what was done about it, and the cases around it."""

import pandas as pd
import streamlit as st

from cockpit import kpis, places
from cockpit.view import View
from pages.parts import filters, layout, lists, maps, notices, tables
from pages.parts.panel import panel
from queries import names
from queries.clocks import Clock, Standing
from queries.course import Course, course
from queries.similar import similar_settled
from queries.subjects import CELLS_PER_DEGREE
from views import course as drawn
from views import words
from views.words import State
from wording import unknown

STATES = {
    Standing.UNKNOWN: State("none", "", words.NONE),
    Standing.WAITING: State("none", "○", "未起算"),
    Standing.RUNNING: State("good", "●", "在期"),
    Standing.MET: State("good", "●", "按期"),
    Standing.LATE: State("bad", "■", "逾期办理"),
    Standing.OVERDUE: State("bad", "■", "已逾期"),
}
SOON = 3
PEOPLE = "petition.is_collective"
BESIDE = {
    "grid_task": "网格任务",
    "mediation": "访前调解",
    "hearing": "听证",
    "participation": "听证专家",
    "reception": "领导接访",
    "supervision": "督办",
}
MAP_HEIGHT = 280


def facts(view: View, case: dict[str, object], blank: frozenset[str]) -> dict[str, str]:
    """The facts of the case by their headings; what no case fills (`blank`) is not known, whatever its default."""
    flags = [
        *([] if "petition.is_first" in blank else ["初件" if case["is_first"] else "重件"]),
        *(word for name, word in (("is_simple", "简单诉求"), ("is_collective", "集体访")) if case[name]),
        *([] if case["counted"] else ["不纳入统计"]),
    ]
    pairs = {
        "信访形式": case["channel"],
        "信访目的": case["purpose"],
        "内容分类": case["category"],
        "标记": "、".join(flags),
        "人次": unknown.placeholder(PEOPLE) if PEOPLE in blank else case["people"],
        "地点": place(case),
        "网格": case["grid_id"],
        "责任单位": case["unit"],
        **({"单位联系电话": case["unit_contact"]} if case["unit_contact"] else {}),
        "代办员": case["agent_id"],
        "办理环节": stage(view, case),
        "是否化解": {True: "已化解", False: "未化解", None: None}[case["resolved"]],  # type: ignore[index]
        "对信访部门评价": case["satisfaction_bureau"],
        "对责任单位评价": case["satisfaction_unit"],
        "数据来源": case["source"],
    }
    return {head: words.NONE if value in (None, "") else str(value) for head, value in pairs.items()}


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
    """What is left of a clock or over: 剩 3 日, 超 12 个工作日, 最后一天; "" of one that waits."""
    if clock.days is None:
        return ""
    if clock.standing in (Standing.LATE, Standing.OVERDUE):
        return f"超{over(clock)}"
    if not clock.days:
        return "最后一天"
    return f"{'剩' if clock.done is None else '提前'} {clock.days} {clock.unit}"


def over(clock: Clock) -> str:
    """By how much a limit is over, with its space: on the rest days after it not a working day has passed."""
    return f" {clock.days} {clock.unit}" if clock.days else f"不足 1 {clock.unit}"


def headline(view: View, history: Course) -> str:
    """Where the case stands, from its most pressing clock."""
    running = [clock for clock in history.clocks if clock.standing in (Standing.RUNNING, Standing.OVERDUE)]
    if history.facts["closed_at"] is not None:
        late = [clock.name for clock in history.clocks if clock.standing is Standing.LATE]
        days = (history.facts["closed_at"].date() - history.facts["registered_at"].date()).days
        kept = [clock.name for clock in history.clocks if clock.standing is Standing.MET]
        lacking = any(clock.standing is Standing.UNKNOWN for clock in history.clocks)
        in_time = "，各时限均按期" if not lacking else f"；{'、'.join(kept)}按期" if kept else ""
        took = f"已办结，历时 {days} 天" if days else "登记当天办结"
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


def place_map(view: View, case: dict[str, object]) -> None:
    """The case on the map of its street, as a square of some 400 metres."""
    street = case["street_code"]
    if case["lon"] is None or case["lat"] is None:
        notices.hint("这一件没有坐标，画不出位置。")
        return
    table = places.areas(view.data)
    below = (
        table[table["parent_code"] == street]
        .reset_index(drop=True)
        .merge(
            view.ask(names.shapes, str(street)) if street else pd.DataFrame(columns=["code", "shape"]),
            on="code",
            how="left",
        )
    )
    if below.empty:
        # A square on nothing would say less than the numbers.
        notices.hint(f"地图里没有这一带的轮廓。经度 {case['lon']:.4f}，纬度 {case['lat']:.4f}。")
        return
    spot = pd.DataFrame(
        {
            "lon": [case["lon"]],
            "lat": [case["lat"]],
            "weight": [1],
            "side": [0.4 / CELLS_PER_DEGREE],
            "name": [case["case_no"]],
            "tip": [place(case)],
        }
    )
    st.pydeck_chart(maps.spot_map(below, spot, MAP_HEIGHT), height=MAP_HEIGHT, key="spot", alt="案件位置")


def steps(events: pd.DataFrame) -> str:
    """How many steps on how many days from the first to the last: 9 步，前后 11 天."""
    if events.empty:
        return "0 步"
    days = (events["happened_at"].max().date() - events["happened_at"].min().date()).days
    return f"{len(events)} 步，{f'前后 {days} 天' if days else '都在同一天'}"


def beside(history: Course) -> None:
    """What was done about the case by others: tasks, mediation, hearings, receptions, supervision."""
    for name, word in BESIDE.items():
        rows = history.beside.get(name)
        if rows is not None:
            with layout.block(name, stretch=False):
                layout.heading(f"{word} {len(rows)} 条", "与本件有关")
                tables.table(lists.readable(rows), key=f"beside_{name}", alt=word)


def around(view: View, history: Course, number: int) -> None:
    """Cases of the same person or matter, and settled cases most like an open one."""
    if not history.related.empty:
        again = int(history.related["same_matter"].sum())
        with layout.block("related", stretch=False):
            layout.heading(
                f"同一信访人或同一事项另有 {len(history.related)} 件次，其中同一事项 {again} 件次",
                "按登记先后；点一行看那一件",
            )
            lists.case_table(history.related, "related", alt="同一信访人或同一事项的信访件")
    if history.facts["closed_at"] is not None:
        return
    like = view.ask(similar_settled, number, as_of=view.as_of)
    with layout.block("similar", stretch=False):
        if like.empty:
            notices.hint("近三年没有相近的已办结件。")
            return
        layout.heading(f"相近的已办结件 {len(like)} 件次：怎样办的", "按标题和内容用词的相近程度；点一行看那一件")
        lists.case_table(
            like.assign(similarity=[f"{share:.0%}" for share in like["similarity"]]), "similar", alt="相近案件"
        )


def whole(view: View, history: Course, number: int) -> None:
    """The page of a case."""
    case = history.facts
    layout.header(view, str(case["title"] or case["case_no"]), f"{case['case_no']}。{headline(view, history)}。")
    lists.way_back()
    left, right = st.columns([3, 2])
    with left:
        with layout.block("clocks", stretch=False):
            layout.heading("时限", "每个时限从起到止；条为已过的时间")
            panel(drawn.clocks_html([dial(view, clock) for clock in history.clocks], layout.theme()), "clocks")
        with layout.block("course", stretch=False):
            layout.heading(f"全程 {steps(history.events)}", "实心为主要环节，空心为其间的协同、监督、评价")
            panel(drawn.timeline_html(history.events, layout.theme()), "timeline")
        beside(history)
    with right:
        with layout.block("facts", stretch=False):
            layout.heading("案件要素", "不含信访人姓名、电话")
            panel(
                drawn.facts_html(facts(view, case, history.blank), layout.theme(), text=str(case["body"] or "")),
                "facts",
            )
        with layout.block("place", stretch=False):
            place_map(view, case)
    around(view, history, number)


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    asked = st.query_params.get("case", "")
    history = view.ask(course, int(asked), as_of=view.as_of) if asked.isdecimal() and len(asked) < 19 else None
    if history is None:
        layout.header(view, "案件全程", "一件信访从登记到办结、评价的每一步。")
        lists.way_back()
        notices.hint("没有这一件，或它在所选的截至日期还没有登记、不予公开。可在「案件查询」里按编号查找。")
    else:
        whole(view, history, int(asked))


if __name__ == "__main__":
    page(filters.current())
