"""The button 显示个人信息 on the page of a case, the reason that it asks for, and what it shows for some minutes."""

import logging

import streamlit as st

from access.entry import Action, entry_by
from access.identity import Identity
from casebase.errors import CasebaseError, UsageError
from cockpit import process, reveal
from cockpit.reveal import LogSurely, Permit
from cockpit.view import View
from pages.parts import layout, menu, notices
from pages.parts.panel import course_panel
from queries.course import Course
from views import course as drawn
from views import words

CASE_PAGE = menu.script("case_course")
OTHER = "其他（请写明）"
REASONS = ("电话回访信访人", "约见、走访信访人", "核对信访人身份", "转送有关单位办理", OTHER)
_PERMIT = "_permit"
# Seconds between two looks whether the minutes are over; the browser hides it by itself as well.
_LOOK = 10

_log = logging.getLogger(__name__)


def forget_elsewhere() -> None:
    """Who has left the case that was shown whole, or opened another, has to ask again."""
    granted: Permit | None = st.session_state.get(_PERMIT)
    shown = st.query_params.get("case") if menu.current_page() == CASE_PAGE else None
    if granted is not None and shown != str(granted.petition_id):
        del st.session_state[_PERMIT]


def button(history: Course, number: int, reader: Identity, log: LogSurely) -> None:
    """What shows a case whole; nothing where it is shown already, and for who is not entitled."""
    if _granted(number, reader) is None and reader.may_reveal:
        _asked(number, str(history.facts["case_no"]), reader, log)


def section(view: View, number: int, reader: Identity) -> None:
    """What the button showed."""
    granted = _granted(number, reader)
    if granted is not None:
        _shown(view, granted, reader)


def _granted(number: int, reader: Identity) -> Permit | None:
    granted: Permit | None = st.session_state.get(_PERMIT)
    return granted if granted is not None and granted.holds(reader, number, process.now()) else None


def log_of(reader: Identity) -> LogSurely:
    """What writes to the access log that a reader sees a case whole, and comes back when it is on the disk."""

    def log(granted: Permit) -> None:
        entry = entry_by(reader, granted.at, Action.REVEAL, granted.case_no, reason=granted.reason)
        process.access_log().record_surely(entry)

    return log


def _asked(number: int, case_no: str, reader: Identity, log: LogSurely) -> None:
    with st.popover("显示个人信息"), st.form("reveal", border=False):
        st.caption("显示本件的姓名、电话和未隐去的内容，5 分钟后自动隐去。何人、何时、为何查看记入日志。")
        choice = st.selectbox("理由", REASONS, index=None, placeholder="请选择")
        more = st.text_input("补充说明", max_chars=200)
        if st.form_submit_button("确认显示"):
            reason = "；".join(filter(None, ("" if choice in (None, OTHER) else choice, more.strip())))
            _grant(number, case_no, reason, reader, log)


def _grant(number: int, case_no: str, reason: str, reader: Identity, log: LogSurely) -> None:
    try:
        st.session_state[_PERMIT] = reveal.permit(reader, (number, case_no), reason, log, process.now())
    except UsageError:
        st.warning("请选择或写明理由，至少四个字。")
        return
    except CasebaseError as error:
        _log.warning("%s", error)
        st.error("查看记录没有写成，个人信息不能显示。请联系系统管理员。")
        return
    st.rerun()


def _shown(view: View, granted: Permit, reader: Identity) -> None:
    now = process.now()
    case = reveal.read(view, granted, reader, now)
    if case is None:
        notices.hint("这一件已不能查看。")
        return
    html = drawn.revealed_html(
        {"信访人": case.petitioner.name, "联系电话": case.petitioner.telephone, "标题": case.title},
        case.body,
        case.notes,
        layout.theme(),
        notice=f"{granted.name} {words.moment(granted.at)} 查看，理由：{granted.reason}。"
        f"{words.moment(granted.until)} 自动隐去，已记入日志。",
        seconds=int((granted.until - now).total_seconds()),
    )
    with layout.block("revealed", stretch=False):
        layout.heading("个人信息", "仅供办理本件使用，离开本页即隐去")
        course_panel(html, "revealed")
        if st.button("立即隐去"):
            st.session_state.pop(_PERMIT, None)
            st.rerun()
    _hide_in_time(granted)


@st.fragment(run_every=_LOOK)
def _hide_in_time(granted: Permit) -> None:
    if process.now() >= granted.until:
        st.session_state.pop(_PERMIT, None)
        st.rerun()
