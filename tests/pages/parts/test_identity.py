"""What keeps a session alive, and what an earlier person or scope leaves to the next: nothing."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from access.gate import Gate
from access.identity import Identity, Reason, Refusal
from access.lockout import Lockout
from access.proxy import session_key
from access.requests import ADDRESS, CONNECTION, RESUMES, SESSION
from access.sessions import Sessions
from casebase.directory import Directory
from casebase.scope import Scope
from casebase.settings import AccessSettings, RoleSettings
from cockpit import process
from pages.parts import identity
from tests.access.conftest import BEGIN, Clock
from tests.access.test_sessions import MINUTE

SETTINGS = AccessSettings(
    sign_in="proxy",
    roles=RoleSettings(staff=("staff",), screen=("wall",)),
    proxy_addresses=("10.0.0.5",),
)
SCRIPT = """
import streamlit as st
from pages.parts import identity
who = identity.begin_run()
st.session_state["who"] = who
"""


class Reader:
    """A page's session behind the proxy, with the headers of its connection and a clock of its own."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.clock = Clock()
        self.headers = {
            ADDRESS: "10.1.1.1",
            CONNECTION: "1",
            SESSION: session_key("li", "10.1.1.1"),
            "x-forwarded-user": "li",
            "x-forwarded-groups": "staff",
            "x-forwarded-areas": "410105",
        }
        sessions = Sessions(SETTINGS, folder / "sessions.json", self.clock)
        areas = {"410105": "金水区", "410102": "中原区"}
        self.gate = Gate(SETTINGS, sessions, Lockout(self.clock), lambda: Directory(areas, {}), lambda: "")
        patch.setattr(process, "gate", lambda: self.gate)
        patch.setattr(identity, "_headers", lambda: self.headers)
        self.app = AppTest.from_string(SCRIPT)

    def run(self) -> Identity | Refusal:
        """Who the next run is for."""
        self.app.run()
        assert not self.app.exception
        found: Identity | Refusal = self.app.session_state["who"]
        return found

    @property
    def active_at(self) -> float:
        [session] = self.gate.sessions.all_open()
        return session.active_at - BEGIN


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(tmp_path, monkeypatch)


def test_only_what_a_person_asks_for_keeps_the_session(reader: Reader) -> None:
    assert isinstance(reader.run(), Identity)
    reader.clock.now += 10 * MINUTE
    reader.app.session_state["_redrawn_by_itself"] = True
    reader.run()
    assert reader.active_at == 0
    reader.headers |= {CONNECTION: "2", RESUMES: "1"}  # the line was cut and is there again
    reader.run()
    assert reader.active_at == 0
    reader.run()
    assert reader.active_at == 10 * MINUTE
    reader.clock.now += 30 * MINUTE
    assert reader.run() == Refusal(Reason.IDLE, "li", "li")


def test_another_scope_finds_nothing_of_the_one_before(reader: Reader) -> None:
    assert isinstance(first := reader.run(), Identity)
    assert first.scope == Scope(frozenset({"410105"}))
    reader.app.session_state["kept"] = "of 金水区"
    reader.run()
    assert reader.app.session_state["kept"] == "of 金水区"
    reader.headers["x-forwarded-areas"] = "410102"
    assert isinstance(second := reader.run(), Identity)
    assert second.scope == Scope(frozenset({"410102"}))
    assert "kept" not in reader.app.session_state
    reader.app.session_state["kept"] = "of 中原区"
    reader.headers["x-forwarded-areas"] = "999999"
    assert reader.run() == Refusal(Reason.UNKNOWN_SCOPE, "li", "li")
    assert "kept" not in reader.app.session_state


def test_a_connection_that_nobody_was_let_in_by_shows_nothing(reader: Reader) -> None:
    """The server closes those that it let somebody in by when the session ends, and no others."""
    del reader.headers[SESSION]
    assert reader.run() == Refusal(Reason.SIGNED_OUT, "li", "li")


def test_a_walls_account_opens_no_page(reader: Reader) -> None:
    reader.headers["x-forwarded-groups"] = "wall"
    assert reader.run() == Refusal(Reason.SCREEN_ONLY, "li", "li")


def test_who_is_locked_out_is_told(reader: Reader) -> None:
    reader.headers["x-forwarded-groups"] = "guest"
    assert reader.run() == Refusal(Reason.NO_ROLE, "li", "li")
    for _ in range(10):
        reader.gate.lockout.fail("10.1.1.1")
    assert reader.run() == Refusal(Reason.LOCKED)
