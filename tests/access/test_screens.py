"""Pairing: codes that hold once and for ten minutes, tokens that are known to the screen alone, and their end."""

import hashlib
import json
import stat
from itertools import count
from pathlib import Path

import pytest

from access.identity import Identity, Role
from access.lockout import TRIES, Lockout
from access.pairing import ALPHABET, LASTS, MOST_CODES, MOST_CODES_OF_ADDRESS, Code, Pairing, PairingRefusal, in_groups
from access.screens import Screen, Screens
from casebase.directory import Directory
from casebase.scope import WHOLE, Scope
from tests.access.conftest import Clock

DISTRICT, STREET, OTHER = (Scope(frozenset({code})) for code in ("11", "111", "12"))
PLACES = Directory({"1": "市", "11": "甲区", "111": "甲街", "12": "乙区"}, {}, {"11": "1", "111": "11", "12": "1"})
LEADER = Identity("chen", "陈局长", Role.LEADER, DISTRICT, address="10.0.0.7")
ADMINISTRATOR = Identity("zhao", "赵管理", Role.ADMINISTRATOR, WHOLE, address="10.0.0.8")
DAY = 86_400.0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "access" / "screens.json"


@pytest.fixture
def pairing(clock: Clock, file: Path) -> Pairing:
    return Pairing(Screens(180, file, clock), Lockout(clock), lambda: PLACES, clock)


def begun(pairing: Pairing, address: str = "10.1.1.1") -> tuple[str, Code]:
    shown = pairing.begin(address)
    assert shown is not None
    return shown


def paired(pairing: Pairing, name: str = "大厅东墙", scope: Scope = DISTRICT) -> tuple[Screen, str]:
    """A screen and its token."""
    secret, code = begun(pairing)
    screen = pairing.pair(ADMINISTRATOR, in_groups(code.text), name, scope)
    assert isinstance(screen, Screen)
    found = pairing.find(secret)
    assert found is not None
    given = pairing.screens.give_token(found.screen, "10.1.1.1")
    assert given is not None
    return screen, given[0]


def test_a_code_is_entered_once_as_people_type_it_and_the_screen_has_a_token(pairing: Pairing) -> None:
    secret, code = begun(pairing)
    assert len(code.text) == 8
    assert set(code.text) <= set(ALPHABET)
    typed = f" {code.text[:4].lower()}-{code.text[4:]} "
    screen = pairing.pair(LEADER, typed, " 大厅东墙 ", STREET)
    assert isinstance(screen, Screen)
    assert (screen.name, screen.scope, screen.paired_by) == ("大厅东墙", STREET, "chen")
    assert pairing.pair(LEADER, typed, "又一块", STREET) is PairingRefusal.WRONG_CODE
    found = pairing.find(secret)
    assert found is not None
    assert found.screen == screen.key
    given = pairing.screens.give_token(screen.key, "10.1.1.1")
    assert given is not None
    token, lasts = given
    assert lasts == 180 * DAY
    seen = pairing.screens.find(token, "10.1.1.2")
    assert seen is not None
    assert (seen.address, seen.identity.role, seen.identity.scope) == ("10.1.1.2", Role.SCREEN, STREET)
    # Whoever comes for it again, as the answer was lost, has the only one that holds.
    again = pairing.screens.give_token(screen.key, "10.1.1.1")
    assert again is not None
    assert pairing.screens.find(token, "") is None
    assert pairing.screens.find(again[0], "") is not None


def test_a_code_holds_for_ten_minutes(pairing: Pairing, clock: Clock) -> None:
    secret, code = begun(pairing)
    clock.now += LASTS - 1
    assert pairing.seconds_left(code) == 1
    clock.now += 1
    assert pairing.find(secret) is None
    assert pairing.pair(LEADER, code.text, "大厅", DISTRICT) is PairingRefusal.WRONG_CODE


def test_codes_are_bounded_in_all_and_for_an_address(pairing: Pairing, clock: Clock) -> None:
    for _ in range(MOST_CODES_OF_ADDRESS):
        begun(pairing, "2001:db8::1")
    assert pairing.begin("2001:db8::2") is None
    for number in count():
        if pairing.begin(f"10.2.{number // 250}.{number % 250}") is None:
            break
    assert number + MOST_CODES_OF_ADDRESS == MOST_CODES
    clock.now += LASTS
    assert pairing.begin("2001:db8::2") is not None


def test_guessing_locks_the_person_and_the_address_out_even_with_a_right_code(pairing: Pairing, clock: Clock) -> None:
    _, code = begun(pairing)
    for number in range(TRIES):
        assert pairing.pair(LEADER, f"AAAA {number:04}", "大厅", DISTRICT) is PairingRefusal.WRONG_CODE
    elsewhere = Identity("chen", "陈局长", Role.LEADER, DISTRICT, address="10.0.0.99")
    neighbour = Identity("wu", "吴", Role.LEADER, DISTRICT, address=LEADER.address)
    for who in (LEADER, elsewhere, neighbour):
        assert pairing.pair(who, code.text, "大厅", DISTRICT) is PairingRefusal.LOCKED
    assert isinstance(pairing.pair(ADMINISTRATOR, code.text, "大厅", DISTRICT), Screen)


@pytest.mark.parametrize(
    "scope", [WHOLE, OTHER, Scope(frozenset({"11", "12"})), Scope(frozenset({"11"}), frozenset("U"))]
)
def test_nobody_gives_a_screen_more_than_is_his_own(pairing: Pairing, scope: Scope) -> None:
    _, code = begun(pairing)
    assert pairing.pair(LEADER, code.text, "大厅", scope) is PairingRefusal.NOT_ALLOWED
    staff = Identity("qian", "钱", Role.STAFF, WHOLE)
    assert pairing.pair(staff, code.text, "大厅", scope) is PairingRefusal.NOT_ALLOWED
    assert pairing.pair(ADMINISTRATOR, code.text, " ", scope) is PairingRefusal.NO_NAME
    assert isinstance(pairing.pair(ADMINISTRATOR, code.text, "大厅", scope), Screen)


def test_a_token_is_kept_as_a_hash_for_the_service_alone_and_outlives_a_restart(
    pairing: Pairing, file: Path, clock: Clock
) -> None:
    screen, token = paired(pairing, scope=Scope(frozenset({"11"}), frozenset({"U1"})))
    text = file.read_text(encoding="utf-8")
    assert token not in text
    assert json.loads(text)[0]["digest"] == hashlib.sha256(token.encode()).hexdigest()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    restarted = Screens(180, file, clock)
    found = restarted.find(token, "10.1.1.1")
    assert found is not None
    assert (found.key, found.name, found.scope) == (screen.key, screen.name, screen.scope)
    for wrong in ("", token[:-1], found.digest, found.key):
        assert restarted.find(wrong, "10.1.1.1") is None


def test_a_token_ends_when_it_is_revoked_and_after_its_days(pairing: Pairing, file: Path, clock: Clock) -> None:
    screen, token = paired(pairing)
    other, others = paired(pairing, "西墙")
    pairing.screens.revoke(screen.key)
    for screens in (pairing.screens, Screens(180, file, clock)):
        assert screens.find(token, "") is None
        assert screens.get(screen.key) is None
        assert [one.key for one in screens.every()] == [other.key]
    clock.now += 180 * DAY
    assert pairing.screens.find(others, "") is None
    assert pairing.screens.get(other.key) is None
    assert pairing.screens.every() == []


def test_a_screen_that_never_came_for_its_token_is_forgotten(pairing: Pairing, clock: Clock) -> None:
    _, code = begun(pairing)
    screen = pairing.pair(ADMINISTRATOR, code.text, "大厅", WHOLE)
    assert isinstance(screen, Screen)
    assert pairing.screens.find("", "") is None
    clock.now += 600
    assert pairing.screens.every() == []
    assert pairing.screens.give_token(screen.key, "") is None


@pytest.mark.parametrize("text", ["", "{", "[7]", '{"a": 1}', '[{"key": "k", "digest": ""}]'])
def test_a_broken_file_lets_no_screen_in(file: Path, clock: Clock, text: str, caplog: pytest.LogCaptureFixture) -> None:
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")
    assert Screens(180, file, clock).every() == []
    assert "all screens must be paired anew" in caplog.text


def test_within_means_all_that_the_inner_scope_shows() -> None:
    for inner, outer in ((STREET, DISTRICT), (DISTRICT, WHOLE), (OTHER, Scope(frozenset({"1"}))), (STREET, STREET)):
        assert PLACES.lies_within(inner, outer)
    for inner, outer in ((DISTRICT, STREET), (WHOLE, DISTRICT), (STREET, OTHER), (Scope(frozenset({"99"})), DISTRICT)):
        assert not PLACES.lies_within(inner, outer)
