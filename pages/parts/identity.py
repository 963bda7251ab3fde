"""Who a page is for: asked at the start of every run, before anything of the data is read."""

from dataclasses import replace

import streamlit as st
from streamlit.web.server.server_util import get_cookie_secret

from access import requests
from access.identity import LOCAL, Identity, Reason, Refusal, Role
from cockpit import process
from cockpit.slots import Rank

_IDENTITY = "_identity"
_BY_ITSELF = "_redrawn_by_itself"
_CONNECTION = "_connection"


def begin_run() -> Identity | Refusal:
    """Who this run is for; what an earlier person or scope left in the session is gone.

    A run that a person asked for keeps the session from timing out. Raises CasebaseError where it cannot be told.
    """
    gate = process.gate()
    headers = _headers()
    who = _found(headers)
    if who != st.session_state.get(_IDENTITY, who):
        st.session_state.clear()
    is_act = not st.session_state.pop(_BY_ITSELF, False) and not _is_reconnection(headers)
    if isinstance(who, Refusal):
        return who
    st.session_state[_IDENTITY] = who
    if is_act and who.session:
        gate.sessions.touch(who.session)
    return who


def current() -> Identity:
    """Who this run is for. Raises PermissionError outside of a run that was let in."""
    found: Identity | None = st.session_state.get(_IDENTITY)
    if found is not None:
        return found
    if process.gate().is_open:
        return LOCAL
    raise PermissionError("nobody was let in")


def address() -> str:
    """The network address that this page is asked from, as the server found it."""
    return _headers().get(requests.ADDRESS, "")


def redraw_by_itself() -> None:
    """What is drawn next, no person asked for: it keeps no session alive."""
    st.session_state[_BY_ITSELF] = True


def rank() -> Rank:
    """Whether a person waits for this run."""
    return Rank.BY_ITSELF if st.session_state.get(_BY_ITSELF, False) else Rank.ASKED


def _found(headers: dict[str, str]) -> Identity | Refusal:
    gate = process.gate()
    presented = requests.presented_by(headers, st.context.cookies)
    who = gate.who(presented)
    if who == LOCAL:
        return replace(LOCAL, address=presented.address)
    if isinstance(who, Refusal):
        return Refusal(Reason.LOCKED) if gate.lockout.is_locked(presented.address) else who
    is_known = gate.settings.sign_in != "oidc" or st.user.get("is_logged_in")
    if not is_known or who.session != headers.get(requests.SESSION, ""):
        # The connection was opened by nobody, or by another: the server would not close it when this session ends.
        return Refusal(Reason.SIGNED_OUT, who.subject, who.name)
    return Refusal(Reason.SCREEN_ONLY, who.subject, who.name) if who.role is Role.SCREEN else who


def _headers() -> dict[str, str]:
    """The headers that the page's connection was opened with, by names in small letters."""
    return {name.lower(): value for name, value in st.context.headers.items()}


def _is_reconnection(headers: dict[str, str]) -> bool:
    """Whether this is the first run of a page whose line was cut and is there again."""
    connection = headers.get(requests.CONNECTION, "")
    is_new = st.session_state.get(_CONNECTION) != connection
    st.session_state[_CONNECTION] = connection
    return is_new and bool(headers.get(requests.RESUMES))


process.sign_cookies_by(get_cookie_secret)
