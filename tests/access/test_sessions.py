"""Sessions end when they must, for good, and what a browser does by itself keeps none alive."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from access.identity import Reason, Role
from access.sessions import MOST_SESSIONS, Sessions, SignIn
from casebase.settings import AccessSettings
from tests.access.conftest import BEGIN, Clock

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
SETTINGS = AccessSettings(idle_minutes=30, session_hours=10)


@pytest.fixture
def start(tmp_path: Path, clock: Clock) -> Callable[[], Sessions]:
    """A function that starts a process: its sessions, with what earlier ones left in the file."""
    return lambda: Sessions(SETTINGS, tmp_path / "access" / "sessions.json", clock)


@pytest.fixture
def sessions(start: Callable[[], Sessions]) -> Sessions:
    return start()


def signed_in(who: str = "zhang", key: str = "k1", at: float = BEGIN, until: float | None = BEGIN + 9 * HOUR) -> SignIn:
    return SignIn(key, who, who, Role.STAFF, at, until)


def test_a_session_ends_when_nobody_does_anything_though_it_redraws(sessions: Sessions, clock: Clock) -> None:
    assert sessions.admit(signed_in(), "10.0.0.9") is None
    sessions.let_in("k1", True)
    clock.now += 29 * MINUTE
    sessions.touch("k1")
    for _ in range(29):
        clock.now += MINUTE
        assert sessions.admit(signed_in(), "10.0.0.9") is None
        assert sessions.check("k1") is None
    assert sessions.seconds_left("k1") == MINUTE
    clock.now += MINUTE
    assert sessions.check("k1") is Reason.IDLE
    sessions.touch("k1")
    assert sessions.admit(signed_in(), "10.0.0.9") is Reason.IDLE
    assert (sessions.seconds_left("k1"), sessions.all_open()) == (0.0, [])


@pytest.mark.parametrize(("until", "hours"), [(BEGIN + 2 * HOUR, 2), (BEGIN + 20 * HOUR, 10), (None, 10)])
def test_a_session_ends_with_the_token_or_the_hours(
    sessions: Sessions, clock: Clock, until: float | None, hours: int
) -> None:
    while clock.now < BEGIN + hours * HOUR:
        assert sessions.admit(signed_in(until=until), "10.0.0.9") is None
        sessions.touch("k1")
        clock.now += 20 * MINUTE
    assert sessions.check("k1") is Reason.EXPIRED
    assert sessions.admit(signed_in(until=until), "10.0.0.9") is Reason.EXPIRED


def test_a_token_that_has_run_out_opens_nothing(sessions: Sessions) -> None:
    assert sessions.admit(signed_in(until=BEGIN), "10.0.0.9") is Reason.EXPIRED
    assert sessions.admit(signed_in(key="old", at=BEGIN - 10 * HOUR, until=None), "10.0.0.9") is Reason.EXPIRED


def test_signing_out_ends_all_of_a_person_and_nobody_else(
    start: Callable[[], Sessions], sessions: Sessions, clock: Clock
) -> None:
    told: list[int] = []
    sessions.subscribe(lambda: told.append(1))
    for sign_in in (signed_in(), signed_in(key="k2", at=BEGIN - HOUR), signed_in("li", "k3")):
        assert sessions.admit(sign_in, "10.0.0.9") is None
        sessions.let_in(sign_in.key, True)
    clock.now += 5
    sessions.end_person("zhang")
    assert told
    assert [session.key for session in sessions.all_open()] == ["k3"]
    # A copy of a cookie that no process has seen is as ended, after a restart as well.
    for process in (sessions, start()):
        assert process.admit(signed_in(), "10.0.0.9") is Reason.ENDED
        assert process.admit(signed_in(key="unseen", at=BEGIN + 4), "10.0.0.1") is Reason.ENDED
        assert process.admit(signed_in("li", "k3"), "10.0.0.9") is None
        assert process.admit(signed_in(key="anew", at=BEGIN + 6), "10.0.0.9") is None


def test_what_has_ended_stays_so_until_no_cookie_of_it_is_believed(
    start: Callable[[], Sessions], sessions: Sessions, clock: Clock
) -> None:
    assert sessions.admit(signed_in(), "10.0.0.9") is None
    sessions.end_person("zhang")
    clock.now += 30 * DAY
    later = start()
    later.end_person("somebody")  # writes anew
    assert start().admit(signed_in(until=None), "10.0.0.9") is Reason.ENDED


def test_a_restart_forgets_neither_idleness_nor_the_hours(
    start: Callable[[], Sessions], sessions: Sessions, clock: Clock
) -> None:
    assert sessions.admit(signed_in(), "10.0.0.9") is None
    assert sessions.admit(signed_in("li", "k2"), "10.0.0.9") is None
    clock.now += 5 * MINUTE
    sessions.touch("k1")
    clock.now += 20 * MINUTE
    restarted = start()
    assert restarted.admit(signed_in("wang", "k3", clock.now), "10.0.0.9") is None
    clock.now += 4 * MINUTE
    restarted.touch("k3")  # writes anew, before the others come back
    clock.now += 2 * MINUTE
    for process in (restarted, start()):
        assert process.admit(signed_in("li", "k2"), "10.0.0.9") is Reason.IDLE
        assert process.admit(signed_in(), "10.0.0.9") is None
        assert process.seconds_left("k1") == 4 * MINUTE


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"sessions": {"k": 7}}'])
def test_where_the_file_is_broken_everybody_signs_in_anew(
    start: Callable[[], Sessions], tmp_path: Path, text: str
) -> None:
    (tmp_path / "access").mkdir()
    (tmp_path / "access" / "sessions.json").write_text(text, encoding="utf-8")
    assert start().admit(signed_in(), "10.0.0.9") is Reason.ENDED


def test_the_file_is_its_owners_alone_and_holds_no_cookie(sessions: Sessions, tmp_path: Path) -> None:
    sessions.admit(signed_in(), "10.0.0.9")
    sessions.end_person("zhang")
    file = tmp_path / "access" / "sessions.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_file_that_cannot_be_written_ends_the_session_nonetheless(
    sessions: Sessions, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sessions.admit(signed_in(), "10.0.0.9")
    (tmp_path / "access").write_text("a file where the folder should be", encoding="utf-8")
    sessions.end_person("zhang")
    assert sessions.admit(signed_in(), "10.0.0.9") is Reason.ENDED
    assert "cannot be kept" in caplog.text


def test_whom_an_administrator_bars_the_proxy_cannot_let_in_again(
    start: Callable[[], Sessions], sessions: Sessions, clock: Clock
) -> None:
    vouched = SignIn("p1", "zhang", "张三", Role.STAFF)
    assert sessions.admit(vouched, "10.0.0.9") is None
    clock.now += 31 * MINUTE
    assert sessions.admit(vouched, "10.0.0.9") is Reason.IDLE
    sessions.begin_anew("p1")
    assert sessions.admit(vouched, "10.0.0.9") is None
    sessions.bar("zhang")
    for process in (sessions, start()):
        process.begin_anew("p1")
        assert process.admit(vouched, "10.0.0.9") is Reason.BARRED
    clock.now += 10 * HOUR
    assert start().admit(vouched, "10.0.0.9") is None


def test_tabs_are_counted_by_session(sessions: Sessions) -> None:
    sessions.admit(signed_in(), "10.0.0.9")
    sessions.let_in("k1", True)
    for tab in (1, 2, 3):
        sessions.open_tab("k1", tab)
    sessions.close_tab("k1", 2)
    sessions.close_tab("k2", 3)
    assert [session.tabs for session in sessions.all_open()] == [frozenset({1, 3})]


def test_the_number_of_sessions_is_bounded(sessions: Sessions) -> None:
    for number in range(MOST_SESSIONS + 5):
        sessions.admit(signed_in(f"u{number}", f"k{number}"), "10.0.0.9")
        sessions.let_in(f"k{number}", True)
    assert len(sessions.all_open()) == MOST_SESSIONS
