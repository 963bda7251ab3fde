"""What the access log says of one thing that somebody did, or was refused."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from access.identity import Identity
from casebase import access_log
from casebase.addresses import redact
from casebase.personal import masked
from casebase.scope import Scope

# A text that somebody typed is no place to keep a book in.
LONGEST = 500


class Action(StrEnum):
    """What was done; the last three are the log's own."""

    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    END_SESSION = "end_session"
    VIEW_CASE = "view_case"
    VIEW_LIST = "view_list"
    SEARCH = "search"
    REVEAL = "reveal"
    EXPORT = "export"
    PAIR = "pair"
    UNPAIR = "unpair"
    REMOTE = "remote"
    REQUEST = "request"
    READ_LOG = "read_log"
    LINES_LOST = "lines_lost"
    MONTHS_REMOVED = access_log.MONTHS_REMOVED
    CUT_OFF = access_log.CUT_OFF

    @property
    def label(self) -> str:
        """The action as a page names it."""
        return _LABELS[self]


_LABELS = {
    Action.SIGN_IN: "登录",
    Action.SIGN_OUT: "退出",
    Action.END_SESSION: "结束会话",
    Action.VIEW_CASE: "查看案件",
    Action.VIEW_LIST: "查看名单",
    Action.SEARCH: "查询案件",
    Action.REVEAL: "显示个人信息",
    Action.EXPORT: "导出",
    Action.PAIR: "配对大屏",
    Action.UNPAIR: "解除配对",
    Action.REMOTE: "遥控大屏",
    Action.REQUEST: "访问",
    Action.READ_LOG: "查看访问日志",
    Action.LINES_LOST: "日志缺行",
    Action.MONTHS_REMOVED: "日志到期清除",
    Action.CUT_OFF: "日志断写",
}
# Of these `what` is a case's number, which may look like a citizen's.
_OF_A_CASE = frozenset({Action.VIEW_CASE, Action.REVEAL})
TEXTS = ("user", "name", "role", "scope", "what", "reason", "address")


class Outcome(StrEnum):
    """What came of it."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"

    @property
    def label(self) -> str:
        """The outcome as a page names it."""
        return {Outcome.DONE: "成功", Outcome.REFUSED: "拒绝", Outcome.FAILED: "失败"}[self]


@dataclass(frozen=True)
class Entry:
    """One line of the log: who (`user` the subject of the sign-in) did what, in the city's wall time.

    `what` is a case's number, the address of a list, a file's name …; `scope` whose cases the person may see, in words;
    `address` that of the client. Texts are cut at 500 letters. In `what` and `reason` secrets are hidden, telephone
    and identity numbers masked; case numbers stay whole. `proof` is for lines of the log's own.
    """

    at: datetime
    action: Action
    user: str = ""
    name: str = ""
    role: str = ""
    scope: str = ""
    what: str = ""
    reason: str = ""
    address: str = ""
    outcome: Outcome = Outcome.DONE
    proof: str = ""

    def fields(self) -> dict[str, str]:
        """As a line of the log has them, clean."""
        texts = {name: getattr(self, name)[:LONGEST] for name in TEXTS}
        texts["reason"] = _clean(self.reason)
        texts["what"] = redact(texts["what"]) if self.action in _OF_A_CASE else _clean(self.what)
        written = {"at": self.at.replace(tzinfo=None).isoformat(timespec="seconds"), **texts}
        written |= {"action": self.action.value, "outcome": self.outcome.value}
        return written | ({"proof": self.proof} if self.proof else {})


def _clean(text: str) -> str:
    """A text without secrets, telephone and identity numbers; cut afterwards, or half a number would be left."""
    return masked(redact(text[: 4 * LONGEST]))[:LONGEST]


def entry_by(
    who: Identity, at: datetime, action: Action, what: str = "", *, reason: str = "", outcome: Outcome = Outcome.DONE
) -> Entry:
    """What somebody who is known did, or was refused."""
    scope = scope_text(who.scope)
    return Entry(at, action, who.subject, who.name, who.role.value, scope, what, reason, who.address, outcome)


def scope_text(scope: Scope) -> str:
    """Whose cases somebody may see, by codes: 全部, or 区域 410105、410106；单位 17."""
    if scope.areas is None:
        return "全部"
    parts = {"区域": scope.areas, "单位": scope.units}
    return "；".join(f"{name} {'、'.join(sorted(codes))}" for name, codes in parts.items() if codes) or "无"


def entry_of(line: access_log.Line) -> Entry | None:
    """The entry of a line that was read; None where it says what no release wrote."""
    fields = dict(line.fields)
    try:
        at, action, outcome = (fields.pop(name) for name in ("at", "action", "outcome"))
        known = {name: str(fields.get(name, "")) for name in (*TEXTS, "proof")}
        return Entry(at=datetime.fromisoformat(at), action=Action(action), outcome=Outcome(outcome), **known)
    except (KeyError, ValueError, TypeError):
        return None
