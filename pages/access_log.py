"""访问日志: who saw, searched and exported what, from where, and what was refused; for the administrator."""

import logging
from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

import streamlit as st

from access.entry import Action, Outcome, entry_by
from access.identity import Identity
from access.log_search import Search, count, search
from casebase.access_log import verify
from casebase.errors import CasebaseError
from cockpit import process
from cockpit.view import View
from pages.parts import filters, identity, layout, lists, menu, not_offered, notices, tables
from pages.parts.markdown import escape_markdown
from queries import names
from views import words
from wording import log_addresses
from wording.access_log import trouble_text, whole_or_not, written_lines

_log = logging.getLogger(__name__)

EVERY = "不限"
NOT_NARROWED = "未按它查找"
OWN_DAYS = "自选"
# How many days back, today among them; None is the whole log.
SPANS: Mapping[str, int | None] = {"今日": 1, "近 7 天": 7, "近 30 天": 30, "全部": None}
_READ = "_access_log_read"
_COLUMNS: Mapping[str, Any] = {
    "序号": st.column_config.NumberColumn(format="localized", width=75),
    "时间": st.column_config.Column(width=145),
    "动作": st.column_config.Column(width=105),
    "结果": st.column_config.Column(width=85),
    "人员": st.column_config.Column(width=130),
    "角色": st.column_config.Column(width=50),
    "对象": st.column_config.Column(width=270),
    "理由或说明": st.column_config.Column(width=165),
    "可见范围": st.column_config.Column(width=130),
    "来源地址": st.column_config.Column(width=110),
}


def wanted_lines() -> Search:
    """What the reader looks for, bound to the address."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        start, end = _days()
        user = st.text_input("人员", key="log_user", bind="query-params", width=150, placeholder="姓名或账号")
        labels = {EVERY: EVERY} | {action.value: action.label for action in Action}
        not_offered.check("log_action", "动作", labels.values(), EVERY, NOT_NARROWED)
        action = st.selectbox(
            "动作",
            list(labels),
            format_func=labels.__getitem__,
            key="log_action",
            bind="query-params",
            width=160,
        )
        text = st.text_input(
            "文字", key="log_text", bind="query-params", width=240, placeholder="编号、文件名、理由、代码或地址"
        )
    return Search(start, end, user, None if action == EVERY else Action(action), text)


def _days() -> tuple[date | None, date | None]:
    """The first and the last day that are looked for; None is all before, or all since."""
    span = filters.choose("时间范围", [*SPANS, OWN_DAYS], "log_days", "近 30 天")
    if span != OWN_DAYS:
        back = SPANS[span]
        return (None if back is None else process.now().date() - timedelta(days=back - 1)), None
    return _day("从", "log_from"), _day("到", "log_to")


def _day(label: str, key: str) -> date | None:
    filters.check_day(key, label, filters.FIRST_DAY, filters.LAST_DAY, NOT_NARROWED)
    day: date | None = st.date_input(
        label,
        value=None,
        min_value=filters.FIRST_DAY,
        max_value=filters.LAST_DAY,
        key=key,
        bind="query-params",
        format="YYYY-MM-DD",
        width=150,
    )
    return day


def found(view: View, wanted: Search) -> None:
    """How many lines are found, a page of them, the newest first, and all as a file."""
    folder = process.access_log().folder
    total = count(folder, wanted)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.markdown(f"共 **{words.full_count(total)}** 行，最新的在前")
        offset = lists.page_offset(total, "page_of_log")
        if total <= lists.XLSX_ROWS:
            every = lambda: written_lines(search(folder, wanted))  # noqa: E731
            lists.downloads("访问日志", every, total, words.day(process.now().date(), year=True))
        verifying = st.button("核验日志", help="逐行核对哈希链：有没有被改动、缺少、插入或调换的行。")
    if total > lists.XLSX_ROWS:
        st.caption(f"超过 {words.full_count(lists.XLSX_ROWS)} 行，请缩小时间范围后导出。")
    if verifying:
        _verify()
    if total:
        lines = written_lines(search(folder, wanted, limit=lists.PAGE_ROWS, offset=offset), partial(in_words, view))
        tables.table(lines, key="log_lines", alt="访问日志", high=22, columns=_COLUMNS)
    else:
        notices.hint("没有查到。放宽时间范围，或减少查找的条件。")


def in_words(view: View, address: str) -> str:
    """What an address asks for and whose cases somebody sees, in words; the file of the log has address and codes."""
    titles = {entry.path: entry.title for entry in menu.ENTRIES}

    def named(dimension: str, value: str) -> str:
        return _area_name(view, value) if dimension == "area" else lists.named(view, dimension, value)

    return log_addresses.in_words(address, titles, named)


def _area_name(view: View, code: str) -> str:
    """An area of any level by its name, with its code where others of its level or another have that too."""
    own = view.ask(names.codes) or {}
    name = own.get(code, code)
    return name if list(own.values()).count(name) < 2 else f"{name}（{code}）"


def _verify() -> None:
    """Say whether the log is as it was written."""
    with st.spinner("正在逐行核验…"):
        try:
            verdict = verify(process.access_log().folder)
        except CasebaseError as error:
            _log.warning("%s", error)
            notices.hint("还没有访问日志，或读不到它。")
            return
    say = st.success if verdict.fault is None else st.error
    say(escape_markdown(whole_or_not(verdict)))


def page(view: View, reader: Identity | None = None) -> None:
    """Show the page for the administrator who reads it: whoever sits at the machine, where nobody signs in."""
    reader = reader or identity.current()
    layout.header(
        view, "访问日志", "谁在何时何地看了、查了、导出了什么，哪些被拒绝。不随上方筛选；逐行以哈希相连，改动可查出。"
    )
    log = process.access_log()
    if not reader.oversees:
        log.record(entry_by(reader, process.now(), Action.READ_LOG, outcome=Outcome.REFUSED))
        notices.hint("访问日志只供能看全部的管理人员查看。")
        return
    if trouble := log.trouble:
        st.warning(escape_markdown(trouble_text(trouble)))
    if not st.session_state.get(_READ):
        st.session_state[_READ] = True
        log.record(entry_by(reader, process.now(), Action.READ_LOG))
    found(view, wanted_lines())
