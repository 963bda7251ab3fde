"""大屏管理: a screen's code is entered once, with what it may show; which screens are paired, and the end of it."""

import pandas as pd
import streamlit as st

from access.entry import Action, Outcome, entry_by, scope_text
from access.identity import Identity
from access.pairing import PAIRING_ROLES, PairingRefusal, normalized
from access.screens import LONGEST_NAME, Screen
from casebase.directory import Directory
from casebase.scope import DISTRICT, Scope
from cockpit import places, process
from cockpit.view import View
from pages.parts import ending, identity, layout, notices, tables
from pages.parts.markdown import escape_markdown
from queries import names
from views import words

_PAIRED = "_paired"
# The fields of the form: the code, the screen's name, what it shows.
_FIELDS = ("pair_code", "pair_name", "pair_scope")


def page(view: View) -> None:
    """Pair a screen; all paired screens that the reader may see, and one to revoke."""
    layout.header(view, "大屏管理", "大屏上打开大屏网址即显示配对码，在这里输入一次；不随上方筛选")
    if process.gate().is_open:
        notices.hint("没有设置登录，大屏不用配对。")
        return
    who = identity.current()
    if who.role not in PAIRING_ROLES:
        raise PermissionError("screens are paired by leaders and administrators")
    directory = process.gate().directory()
    with layout.block("pairing", stretch=False):
        layout.heading("配对一块大屏", "码在大屏上，10 分钟内有效；配对后此屏只显示所选范围的数字")
        _pair(view, who)
    screens = _of(who, directory)
    with layout.block("screens", stretch=False):
        layout.heading(f"{len(screens)} 块已配对的大屏", f"配对 {process.settings().access.screen_days} 天后须重新配对")
        if screens:
            tables.table(_frame(screens, view, directory), key="screens", alt="已配对的大屏")
            _revoke(screens)
        else:
            notices.hint("还没有配对的大屏。")


def _pair(view: View, who: Identity) -> None:
    """The form, and what came of it: what was filled in stays until a screen is paired by it."""
    scopes = _scopes(view, who)
    paired: Screen | None = st.session_state.pop(_PAIRED, None)
    code, called, shown = _FIELDS
    if paired:
        st.session_state.update({code: "", called: "", shown: next(iter(scopes))})
    with st.form("pair", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            typed = st.text_input("配对码", key=code, width=160, placeholder="如 7K3M 9XPA", max_chars=20)
            name = st.text_input("名称", key=called, width=240, placeholder="如 大厅东墙", max_chars=LONGEST_NAME)
            chosen = st.selectbox("显示范围", list(scopes), key=shown, width=200)
            is_sent = st.form_submit_button("配对", type="primary")
        if paired:
            st.success(escape_markdown(f"「{paired.name}」已配对，大屏随即显示。"))
        elif is_sent and chosen in scopes:
            done = _paired(who, typed, name, scopes[chosen])
            if isinstance(done, Screen):
                st.session_state[_PAIRED] = done
                st.rerun()
            st.error(escape_markdown(done.value))


def _paired(who: Identity, typed: str, name: str, scope: Scope) -> Screen | PairingRefusal:
    """Pair, and log it or that it was refused; of a wrong code what was typed is logged, which opens nothing."""
    done = process.pairing().pair(who, typed, name, scope)
    if isinstance(done, Screen):
        _record(who, Action.PAIR, done)
    else:
        what, reason = f"{name} {normalized(typed)}", done.name
        process.access_log().record(
            entry_by(who, process.now(), Action.PAIR, what, reason=reason, outcome=Outcome.REFUSED)
        )
    return done


def _scopes(view: View, who: Identity) -> dict[str, Scope]:
    """What the reader may let a screen show, by name: all that is the reader's own, or one of its districts."""
    areas = view.ask(names.areas)
    districts = areas[areas["level"] == DISTRICT]
    own = {view.data.whole: who.scope}
    lies_within = process.gate().directory().lies_within
    each = {places.area_names(view.data)[code]: Scope(frozenset({code})) for code in districts["code"]}
    return own | {name: scope for name, scope in each.items() if lies_within(scope, who.scope)}


def _of(who: Identity, directory: Directory) -> list[Screen]:
    """The screens that show nothing beyond what the reader sees."""
    return [screen for screen in process.pairing().screens.every() if directory.lies_within(screen.scope, who.scope)]


def _frame(screens: list[Screen], view: View, directory: Directory) -> pd.DataFrame:
    """One row a screen."""
    return pd.DataFrame(
        {
            "名称": [screen.name for screen in screens],
            "显示范围": [_scope_name(screen.scope, view, directory) for screen in screens],
            "配对人": [f"{screen.paired_by_name}（{screen.paired_by}）" for screen in screens],
            "配对": [_moment(screen.paired_at) for screen in screens],
            "最近在线": [_moment(screen.seen_at) if screen.digest else "等待连接" for screen in screens],
            "地址": [screen.address for screen in screens],
            "到期": [words.day(process.wall_time(screen.expires_at).date(), year=True) for screen in screens],
        }
    )


def _scope_name(scope: Scope, view: View, directory: Directory) -> str:
    if scope.areas is None:
        return view.data.whole
    named = [*(directory.areas.get(code, code) for code in sorted(scope.areas))]
    return "、".join([*named, *(directory.units.get(code, code) for code in sorted(scope.units))])


def _moment(seconds: float) -> str:
    return words.moment(process.wall_time(seconds))


def _revoke(screens: list[Screen]) -> None:
    """Choose a screen and take its token from it."""
    labels = {screen.key: f"{screen.name}（{_moment(screen.paired_at)}配对）" for screen in screens}
    ending.section("撤销哪块大屏", labels, "撤销", "随即退出，要再显示须重新配对", _revoke_one, "revoke")


def _revoke_one(key: str) -> None:
    who = identity.current()
    if who.role not in PAIRING_ROLES:
        raise PermissionError("screens are revoked by leaders and administrators")
    screens = process.pairing().screens
    screen = next((one for one in _of(who, process.gate().directory()) if one.key == key), None)
    if screen is not None:
        screens.revoke(key)
        _record(who, Action.UNPAIR, screen)


def _record(who: Identity, action: Action, screen: Screen) -> None:
    what = f"{screen.name}（{scope_text(screen.scope)}）"
    process.access_log().record(entry_by(who, process.now(), action, what))
