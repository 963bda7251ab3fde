"""The pages of the cockpit, each named once: where it stands in the menu and under which address."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from access.identity import Role
from access.pairing import PAIRING_ROLES
from queries.model import Metric


@dataclass(frozen=True)
class Entry:
    """A page: pages/`file`.py under /`path` ("" is the front page); `section` heads it in the menu ("": no head).

    Pages that make no sense without a number or a case are not in the menu; `example` is what to ask such a page for.
    What is `only_for` some roles is there for nobody else; what is `of_everybody`, for who oversees them alone.
    """

    file: str
    title: str
    path: str
    section: str = ""
    in_menu: bool = True
    only_for: tuple[Role, ...] = tuple(Role)
    of_everybody: bool = False
    example: str = ""


ENTRIES = (
    Entry("overview", "一屏总览", ""),
    Entry("backlog", "在办件", "backlog"),
    Entry("five_day", "五日办结", "five_day"),
    Entry("grid_coverage", "网格覆盖", "grid"),
    Entry("hearings", "专家听证", "hearings"),
    Entry("forward", "到期预警", "forward", section="研判"),
    Entry("why", "变化原因", "why", section="研判"),
    Entry("hot_topics", "热点问题", "hot_topics", section="研判"),
    Entry("model_cases", "优秀案例", "model_cases", section="研判"),
    Entry("mediation", "访前调解", "mediation", section="业务"),
    Entry("receptions", "领导接访", "receptions", section="业务"),
    Entry("supervision", "案件督办", "supervision", section="业务"),
    Entry("hotline", "接诉即办", "hotline", section="业务"),
    Entry("agents", "信访代办", "agents", section="业务"),
    Entry("dispatch", "协同分派", "dispatch", section="业务"),
    Entry("search", "案件查询", "search", section="查询"),
    Entry("briefing", "会议简报", "briefing", section="查询"),
    Entry("dictionary", "指标口径", "dictionary", section="查询"),
    Entry("data_quality", "数据质量", "data_quality", section="查询"),
    Entry("screens", "大屏管理", "screens", section="管理", only_for=PAIRING_ROLES),
    Entry("sessions", "会话管理", "sessions", section="管理", of_everybody=True),
    Entry("access_log", "访问日志", "access_log", section="管理", of_everybody=True),
    Entry("case_list", "数字明细", "list", in_menu=False, example="metric=five_day_overdue"),
    Entry("case_course", "案件全程", "case", in_menu=False, example="case=188951"),
)
_CURRENT = "_current_page"


# The pages of groups of numbers that go by another name.
_PAGE_OF_GROUP = {
    "12345转办": "接诉即办",
    "三项建议": "案件督办",
    **dict.fromkeys(("来访", "办理时效", "重复与化解", "重点信访事项"), "在办件"),
}


def page_of(metric: Metric) -> str:
    """The script of the page that a number is on: its group's, of what is open 在办件, of all others the front page."""
    group = "在办件" if metric.only_open and metric.group == "总量与在办" else metric.group
    files = {entry.title: entry.file for entry in ENTRIES}
    return script(files.get(_PAGE_OF_GROUP.get(group, group), ENTRIES[0].file))


def belongs_to(file: str, metric: Metric | None) -> str:
    """The script of the page of the menu that a page is part of: a list of its number's, a case of the search."""
    if file == "case_list" and metric is not None:
        return page_of(metric)
    return script("search" if file == "case_course" else file)


def place_in_bar(entries: Sequence[Entry], page: str) -> int | None:
    """Where the top bar has the page of this script, counted from 1: pages without a section first, then sections.

    None for a page that is not in it. `entries` are those that there are for the reader.
    """
    sections = dict.fromkeys(entry.section for entry in entries if entry.section)
    heads = [[entry.file] for entry in entries if entry.in_menu and not entry.section]
    heads += [[entry.file for entry in entries if entry.section == section] for section in sections]
    places = {script(file): place for place, files in enumerate(heads, start=1) for file in files}
    return places.get(page)


def script(file: str) -> str:
    """The script of a page, as the framework wants it named."""
    return f"pages/{file}.py"


def set_current_page(path: str) -> None:
    """Remember which page this run is of."""
    st.session_state[_CURRENT] = next(script(entry.file) for entry in ENTRIES if entry.path == path)


def current_entry() -> Entry:
    """The page that this run is of."""
    return next(entry for entry in ENTRIES if script(entry.file) == current_page())


def current_path() -> str:
    """The path in the address of the page that this run is of; "" for the front page and for a section alone."""
    current = st.session_state.get(_CURRENT)
    return next((entry.path for entry in ENTRIES if script(entry.file) == current), "")


def current_page() -> str:
    """The script of the page that this run is of."""
    page: str = st.session_state[_CURRENT]
    return page
