"""Who somebody is to the cockpit, or why it lets somebody see nothing."""

from dataclasses import dataclass
from enum import StrEnum

from casebase.scope import WHOLE, Scope


class Role(StrEnum):
    """What somebody does with the cockpit."""

    SCREEN = "screen"
    LEADER = "leader"
    STAFF = "staff"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        """The role as a page names it."""
        return _LABELS[self]


_LABELS = {Role.SCREEN: "大屏", Role.LEADER: "领导", Role.STAFF: "业务", Role.ADMINISTRATOR: "管理"}
# Whoever has several roles has the first of these.
HIGHEST_FIRST = (Role.ADMINISTRATOR, Role.LEADER, Role.STAFF, Role.SCREEN)


@dataclass(frozen=True)
class Identity:
    """Somebody who may see something.

    `subject` names the person for good (the provider's or proxy's word), `name` is shown. `session` is the key of the
    session in access.sessions ("" where nobody signs in), `address` the network address it is used from. Who
    `knows_wrongdoing` is told the total of 检举控告 in the yearly report, and nothing else of them.
    """

    subject: str
    name: str
    role: Role
    scope: Scope
    may_reveal: bool = False
    knows_wrongdoing: bool = False
    session: str = ""
    address: str = ""

    @property
    def oversees(self) -> bool:
        """Whether sessions and access log of everybody are this person's to see: they tell of cases of all scopes."""
        return self.role is Role.ADMINISTRATOR and self.scope.is_whole


LOCAL = Identity("local", "本机", Role.ADMINISTRATOR, WHOLE, may_reveal=True, knows_wrongdoing=True)
"""Whoever sits at the machine, where nobody signs in ([access] sign_in = "none")."""


class Reason(StrEnum):
    """Why somebody sees nothing; each is one sentence for the person."""

    SIGNED_OUT = "请先登录。"
    NOT_NAMED = "单位的登录入口没有说明您是谁，请从该入口重新进入。"
    NO_ROLE = "此账号没有使用本系统的角色。"
    NO_SCOPE = "此账号没有指定可以查看的区域或单位。"
    UNKNOWN_SCOPE = "此账号的区域或单位在本系统中不存在。"
    MALFORMED = "登录信息不完整或格式不对。"
    EXPIRED = "登录已到期，请重新登录。"
    IDLE = "长时间没有操作，请重新登录。"
    ENDED = "已退出，请重新登录。"
    BARRED = "管理员已结束此账号的会话，请稍后再试。"
    SCREEN_ONLY = "此账号只用于大屏。"
    LOCKED = "登录失败次数过多，请几分钟后再试。"
    NOT_THE_PROXY = "身份不是由单位的入口代为说明的，不采信。"
    EXPOSED = "库中是真实数据，而本服务没有设置登录，网络上不能查看。"


@dataclass(frozen=True)
class Refusal:
    """Nobody who may see anything: why, and who it is as far as that is known."""

    reason: Reason
    subject: str = ""
    name: str = ""

    @property
    def sentence(self) -> str:
        """What the person is told."""
        return self.reason.value
