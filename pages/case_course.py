"""案件全程: one case from start to end, with every clock, what was done about it, and the cases around it."""

from functools import partial

import pandas as pd
import streamlit as st

from access.entry import Action
from access.identity import Identity
from cockpit import case_text, places, process, squares
from cockpit.reveal import LogSurely
from cockpit.view import View
from pages.parts import identity, layout, lists, maps, notices, recording, revealing, tab, tables
from pages.parts.panel import course_panel
from queries.course import Course, case_no, course
from queries.similar import similar_settled
from views import course as drawn

BESIDE = {
    "grid_task": "网格任务",
    "mediation": "访前调解",
    "hearing": "听证",
    "participation": "听证专家",
    "leader_duty": "领导接访、下访、阅批、包案",
    "supervision": "督办",
}
MAP_HEIGHT = 280


def place_map(view: View, history: Course) -> None:
    """The case on the map of its street, as a square of some 400 metres."""
    case = history.facts
    street = case["street_code"]
    if case["lon"] is None or case["lat"] is None:
        notices.hint("这一件没有坐标，画不出位置。")
        return
    below = places.outlined(view, str(street) if street else None)
    if below.empty:
        # A square on nothing would say less than the numbers.
        notices.hint(f"地图里没有这一带的轮廓。经度 {case['lon']:.4f}，纬度 {case['lat']:.4f}。")
        return
    spot = view.derive(squares.spot, case["lon"], case["lat"], case["case_no"], case_text.place(case))
    layout.heading("案件位置", "方块约 400 米见方，案件在其中")
    maps.spot_map(view, below, spot, MAP_HEIGHT, key="spot", alt="案件位置")


def beside(history: Course) -> None:
    """What was done about the case by others: tasks, mediation, hearings, receptions, supervision."""
    for name, word in BESIDE.items():
        rows = history.beside.get(name)
        if rows is not None:
            with layout.block(name, stretch=False):
                layout.heading(f"{word} {len(rows)} 条", "与本件有关")
                listed = lists.readable(rows)
                looks = lists.looks(rows, lists.widths(rows, listed))
                tables.table(listed, key=f"beside_{name}", alt=word, columns=looks)


def around(view: View, history: Course, number: int) -> None:
    """Cases of the same person or matter, and settled cases most like an open one."""
    if not history.related.empty:
        again = int(history.related["same_matter"].sum())
        with layout.block("related", stretch=False):
            layout.heading(
                f"同一信访人或同一事项另有 {len(history.related)} 件次，其中同一事项 {again} 件次",
                "按登记先后；点击一行查看该件",
            )
            lists.case_table(view, history.related, "related", alt="同一信访人或同一事项的信访件")
    if history.facts["closed_at"] is not None:
        return
    like = view.ask(similar_settled, number, as_of=view.as_of)
    with layout.block("similar", stretch=False):
        if like.empty:
            notices.hint("近三年没有相近的已办结件。")
            return
        layout.heading(f"相近的已办结件 {len(like)} 件次：怎样办的", "按标题和内容用词的相近程度；点击一行查看该件")
        lists.case_table(
            view, like.assign(similarity=[f"{share:.0%}" for share in like["similarity"]]), "similar", alt="相近案件"
        )


def clocks(view: View, history: Course) -> None:
    """Every limit from its start to its end."""
    layout.heading("时限", "每个时限从起到止；条为已过的时间")
    dials = [case_text.dial(view, clock) for clock in history.clocks]
    course_panel(drawn.clocks_html(dials, layout.theme()), "clocks")


def steps(view: View, history: Course) -> None:
    """What happened to the case, in order."""
    open_at = view.as_of if pd.isna(history.facts["closed_at"]) else None
    layout.heading(f"全程 {case_text.steps(history.events, open_at)}", "实心为主要环节，空心为其间的协同、监督")
    course_panel(drawn.timeline_html(history.events, layout.theme()), "timeline")


def facts(view: View, history: Course) -> None:
    """What the case is; of who brought it no more than 张**, 138****1234."""
    layout.heading("案件要素", "姓名、电话、证件号码已隐去部分")
    table = case_text.facts(view, history)
    course_panel(drawn.facts_html(table, layout.theme(), text=str(history.facts["body"] or "")), "facts")


def whole(view: View, history: Course, number: int, reader: Identity, log: LogSurely) -> None:
    """The page of a case."""
    case = history.facts
    tab.name_tab(str(case["case_no"]))
    layout.header(
        view, str(case["title"] or case["case_no"]), f"{case['case_no']}。{case_text.headline(view, history)}。"
    )
    with st.container(horizontal=True):
        lists.way_back()
        revealing.button(history, number, reader, log)
    revealing.section(view, number, reader)
    left, right = st.columns([3, 2])
    with left:
        layout.stack(view, {"clocks": partial(clocks, history=history), "course": partial(steps, history=history)})
        beside(history)
    with right:
        layout.stack(view, {"facts": partial(facts, history=history), "place": partial(place_map, history=history)})
    around(view, history, number)


def _known_as(asked: str) -> str:
    """Of a case of others the log has the number that it is found by, which the reader is not told."""
    return case_no(process.live_data().casebase.whole, int(asked)) or asked


def page(view: View, reader: Identity | None = None, log: LogSurely | None = None) -> None:
    """Show the page for what the filter bar asks, to its reader; that a case is shown whole is logged by `log`."""
    reader = reader or identity.current()
    log = log or revealing.log_of(reader)
    asked = st.query_params.get("case", "")
    is_number = asked.isdecimal() and len(asked) < 19
    history = view.ask(course, int(asked), as_of=view.as_of) if is_number else None
    if history is None:
        if asked:
            known_as = _known_as if is_number else str
            recording.refused("case", asked, Action.VIEW_CASE, reader=reader, known_as=known_as)
        layout.header(view, "案件全程", "一件信访从登记到办结、评价的每一步。")
        lists.way_back()
        notices.hint("没有这一件，或它在所选的截至日期还没有登记、不予公开。可在「案件查询」里按编号查找。")
        notices.link("search")
    else:
        recording.opened("case", Action.VIEW_CASE, str(history.facts["case_no"]), reader=reader)
        whole(view, history, int(asked), reader, log)
