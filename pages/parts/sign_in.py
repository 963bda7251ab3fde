"""What somebody sees who is not let in: whose cockpit it is, why, and the one button that leads on."""

import logging

import streamlit as st
from streamlit.errors import StreamlitAuthError, StreamlitMissingAuthlibError
from streamlit.url_util import make_url_path

from access.identity import Identity, Reason, Refusal
from cockpit import process
from pages.parts import layout, style, tab
from pages.parts.markdown import escape_markdown
from views import sign_in

# Where another sign-in leads on.
_ANEW = (Reason.SIGNED_OUT, Reason.EXPIRED, Reason.IDLE, Reason.ENDED, Reason.MALFORMED)
# The proxy is somebody else's: that it named nobody may be a matter for whoever looks after it.
_SIGN_IN_AGAIN = (*_ANEW, Reason.NOT_NAMED)
# Where nothing does but waiting, or setting the server up.
_WAIT = (Reason.LOCKED, Reason.EXPOSED)
LOGIN, LOGOUT = "/auth/login", "/auth/logout"

_log = logging.getLogger(__name__)


def page(refusal: Refusal) -> None:
    """The page of somebody who is not let in."""
    settings = process.settings()
    style.apply(f"{settings.city.bureau} · {tab.PRODUCT}", layout.theme())
    said = "" if refusal.reason is Reason.SIGNED_OUT else refusal.sentence
    contact = "" if refusal.reason in _ANEW else settings.access.contact or "系统管理员"
    with st.container(key="sign_in", horizontal_alignment="center"), st.container(width=360):
        st.html(sign_in.notice_html(settings.city.bureau, refusal.name, said, contact, layout.theme()))
        if refusal.reason in _SIGN_IN_AGAIN:
            _sign_in_button()
        elif refusal.reason not in _WAIT:
            st.html(sign_in.link_html("换账号登录", _address(LOGOUT), layout.theme()))


def _sign_in_button() -> None:
    if process.gate().settings.sign_in == "proxy":
        st.html(sign_in.link_html("登录", _address(LOGIN), layout.theme()))
        return
    if not st.button("登录", type="primary", width="stretch"):
        return
    try:
        st.login()
    except (StreamlitAuthError, StreamlitMissingAuthlibError) as error:
        _log.error("%s", error)
        st.error(escape_markdown("登录没有设置好，请联系系统管理员。"))


def show_name(who: Identity) -> None:
    """Top right: who is signed in, and the way out; nothing where nobody signs in."""
    if who.session:
        st.html(sign_in.name_html(who.name, who.role.label, _address(LOGOUT), layout.theme()))


def _address(path: str) -> str:
    return make_url_path(str(st.get_option("server.baseUrlPath") or ""), path)
