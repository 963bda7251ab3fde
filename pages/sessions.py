"""会话管理: who is signed in, since when and from where; and the end of it, for the administrator."""

import pandas as pd

from access.entry import Action, entry_by
from access.sessions import Session
from cockpit import process
from cockpit.view import View
from pages.parts import ending, identity, layout, notices, tables
from views import words


def page(view: View) -> None:
    """All sessions, and one person to end those of."""
    layout.header(view, "会话管理", "谁在使用本系统，自何时、从哪里；可以结束任何人的会话")
    gate = process.gate()
    if gate.is_open:
        notices.hint("没有设置登录，没有会话可管。")
        return
    if not identity.current().oversees:
        raise PermissionError("sessions are the administrator's")
    sessions = gate.sessions.all_open()
    with layout.block("sessions", stretch=False):
        layout.heading(f"{len(sessions)} 个会话", "一次登录是一个会话；自动刷新不算操作")
        tables.table(_frame(sessions), key="sessions", alt="会话", columns={"窗口": tables.COUNT})
        _end(sessions)


def _frame(sessions: list[Session]) -> pd.DataFrame:
    """One row a session: the person, the role, times, address, open tabs."""
    return pd.DataFrame(
        {
            "姓名": [session.name for session in sessions],
            "账号": [session.subject for session in sessions],
            "角色": [session.role.label for session in sessions],
            "登录": [_moment(session.signed_in_at) for session in sessions],
            "最近操作": [_moment(session.active_at) for session in sessions],
            "最近在线": [_moment(session.seen_at) for session in sessions],
            "地址": [session.address for session in sessions],
            "窗口": [len(session.tabs) for session in sessions],
        }
    )


def _moment(seconds: float) -> str:
    return words.moment(process.wall_time(seconds))


def _end(sessions: list[Session]) -> None:
    """Choose a person and end all of that person's sessions."""
    names = {session.subject: f"{session.name}（{session.subject}）" for session in sessions}
    said = "在所有设备上的会话随即结束"
    ending.section("结束谁的会话", names, "结束全部会话", said, _end_person, "end")


def _end_person(subject: str) -> None:
    gate, who = process.gate(), identity.current()
    if not who.oversees:
        raise PermissionError("sessions are the administrator's")
    # A proxy goes on vouching for whom it has signed in: only being barred ends that.
    end = gate.sessions.bar if gate.settings.sign_in == "proxy" else gate.sessions.end_person
    end(subject)
    process.access_log().record(entry_by(who, process.now(), Action.END_SESSION, what=subject))
