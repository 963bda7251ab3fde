"""Who a request is from: by the framework's cookie or a proxy's headers, and nothing else."""

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from itsdangerous import URLSafeTimedSerializer
from streamlit.auth_util import set_cookie_with_chunks
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from streamlit.web.server.starlette.starlette_server_config import AUTH_COOKIE_MAX_AGE_SECONDS, USER_COOKIE_NAME

from access import cookies, sessions
from access.cookies import ForgedError, read_cookie
from access.gate import Gate, Presented
from access.identity import LOCAL, Identity, Reason, Refusal, Role
from access.lockout import LASTS, TRIES, WITHIN, Lockout
from access.proxy import address_of, is_proxy
from access.sessions import Sessions
from casebase.directory import Directory
from casebase.scope import WHOLE, Scope
from casebase.settings import AccessSettings, RoleSettings
from tests.access.conftest import Clock

SECRET = "s" * 32
NOW = 1_800_000_000.0
ROLES = RoleSettings(leader=("领导",), staff=("业务",))
OIDC = AccessSettings(sign_in="oidc", roles=ROLES)
PROXY = AccessSettings(sign_in="proxy", roles=ROLES, proxy_addresses=("10.0.0.5", "fd00::/8"))


def gate_of(settings: AccessSettings, folder: Path, clock: Clock | None = None) -> Gate:
    kept = Sessions(settings, folder / "sessions.json", clock or Clock())
    return Gate(settings, kept, Lockout(lambda: 0.0), lambda: Directory({"410105": "金水区"}, {}), lambda: SECRET)


def claims(**more: object) -> dict[str, Any]:
    return {"sub": "zhang", "name": "张三", "roles": ["领导"], "exp": NOW + 3600, "is_logged_in": True, **more}


def signed(
    content: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch, at: float = NOW, secret: str = SECRET
) -> dict[str, str]:
    """The cookies that the framework sets for a person, at a moment."""
    found: dict[str, str] = {}
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: at)

    def sign(name: str, value: str) -> bytes:
        return create_signed_value(secret, name, value)

    def keep(name: str, value: str) -> None:
        found[name] = sign(name, value).decode()

    set_cookie_with_chunks(keep, sign, USER_COOKIE_NAME, dict(content), cookie_attr_size=100)
    return found


def test_the_cookie_is_the_frameworks() -> None:
    assert cookies.NAME == USER_COOKIE_NAME
    assert sessions.COOKIE_SECONDS >= AUTH_COOKIE_MAX_AGE_SECONDS + 86_400


def noise(seed: int) -> str:
    """A text that no compression makes short: the cookie is split."""
    return random.Random(seed).randbytes(4500).hex()


@pytest.mark.parametrize("is_long", [False, True])
def test_who_signed_in_is_known_by_the_cookie(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, is_long: bool) -> None:
    brought = signed(claims(note=noise(1) if is_long else ""), monkeypatch)
    assert (len(brought) > 2) is is_long
    found = gate_of(OIDC, tmp_path).who(Presented("10.0.0.9", brought))
    assert isinstance(found, Identity)
    assert (found.subject, found.name, found.role, found.scope) == ("zhang", "张三", Role.LEADER, WHOLE)
    assert found.address == "10.0.0.9"


def test_a_cookie_that_is_not_ours_lets_nobody_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    gate = gate_of(OIDC, tmp_path)
    good = signed(claims(), monkeypatch)
    assert isinstance(gate.who(Presented("", good)), Identity)
    text = good[cookies.NAME]
    other_salt = URLSafeTimedSerializer(SECRET, salt="_streamlit_session").dumps("{}")
    forged = [
        signed(claims(), monkeypatch, secret="x" * 32)[cookies.NAME],
        text[:-2] + ("AA" if text[-2:] != "AA" else "BB"),
        text.replace(text[4:12], text[4:12].swapcase(), 1),
        other_salt,
        "",
        "{}",
    ]
    for value in forged:
        with pytest.raises(ForgedError):
            read_cookie({cookies.NAME: value}, SECRET)
        assert gate.who(Presented("", {cookies.NAME: value})) == Refusal(Reason.MALFORMED)
    assert gate.who(Presented("", {})) == Refusal(Reason.SIGNED_OUT)
    assert gate.who(Presented("", {}, {"x-forwarded-user": "zhang", "x-forwarded-groups": "领导"})) == Refusal(
        Reason.SIGNED_OUT
    )


@pytest.mark.parametrize(
    "content", [[], {"sub": "zhang"}, claims() | {"is_logged_in": False}, claims() | {"sub": None}]
)
def test_a_cookie_without_a_signed_in_person_lets_nobody_in(tmp_path: Path, content: Any) -> None:
    value = create_signed_value(SECRET, cookies.NAME, json.dumps(content)).decode()
    assert gate_of(OIDC, tmp_path).who(Presented("", {cookies.NAME: value})) == Refusal(Reason.MALFORMED)


def test_pieces_of_two_cookies_are_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each piece is signed by itself: of two sign-ins of one person a third could be put together."""
    one = signed(claims(note=noise(1)), monkeypatch)
    other = signed(claims(note=noise(2)), monkeypatch, at=NOW + 60)
    mixed = one | {f"{cookies.NAME}_2": other[f"{cookies.NAME}_2"]}
    assert gate_of(OIDC, tmp_path).who(Presented("", mixed)) == Refusal(Reason.MALFORMED)


@pytest.mark.parametrize("end", [None, NOW, NOW - 1, "never", True])
def test_a_token_without_an_end_or_past_it_lets_nobody_in(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, end: object
) -> None:
    brought = signed(claims(exp=end), monkeypatch)
    assert gate_of(OIDC, tmp_path).who(Presented("", brought)) == Refusal(Reason.EXPIRED, "zhang", "张三")


def test_every_sign_in_is_a_session_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    gate, clock = gate_of(OIDC, tmp_path, clock := Clock()), clock
    first = gate.who(Presented("", signed(claims(nonce="a"), monkeypatch)))
    second = gate.who(Presented("", signed(claims(nonce="b"), monkeypatch)))
    assert isinstance(first, Identity)
    assert isinstance(second, Identity)
    assert first.session != second.session


def test_where_nobody_signs_in_everybody_is_the_local_administrator(tmp_path: Path) -> None:
    assert gate_of(AccessSettings(), tmp_path).who(Presented("", {cookies.NAME: "x"})) == LOCAL


def test_the_headers_of_the_proxy_say_who_it_is(tmp_path: Path) -> None:
    gate = gate_of(PROXY, tmp_path)
    told = {
        "x-forwarded-user": "li",
        "x-forwarded-preferred-username": "李四".encode().decode("latin-1"),
        "x-forwarded-groups": "访客, 业务".encode().decode("latin-1"),
        "x-forwarded-areas": "410105",
    }
    found = gate.who(Presented("10.1.1.1", {}, told))
    assert isinstance(found, Identity)
    assert (found.subject, found.name, found.role) == ("li", "李四", Role.STAFF)
    assert found.scope == Scope(frozenset({"410105"}))
    assert gate.who(Presented("10.1.1.1", {}, told | {"x-forwarded-areas": "410105,999999"})) == Refusal(
        Reason.UNKNOWN_SCOPE, "li", "李四"
    )
    assert gate.who(Presented("10.1.1.1", {}, told | {"x-forwarded-areas": "410105,,"})) == Refusal(Reason.MALFORMED)
    assert gate.who(Presented("10.1.1.1", {}, told | {"x-forwarded-user": ""})) == Refusal(Reason.NOT_NAMED)
    assert gate.who(Presented("10.1.1.1", {}, {})) == Refusal(Reason.NOT_NAMED)


@pytest.mark.parametrize("names", [{"area_claim": ""}, {"unit_claim": "areas"}, {"role_claim": "areas"}])
def test_what_the_claims_of_a_provider_are_called_changes_no_word_of_the_proxy(
    tmp_path: Path, names: dict[str, str]
) -> None:
    """Whoever is named for a place must never see the whole city for a setting that is not the proxy's."""
    gate = gate_of(PROXY.model_copy(update=names), tmp_path)
    headers = {"x-forwarded-user": "wang", "x-forwarded-areas": "410105"}
    found = gate.who(Presented("10.1.1.1", {}, headers | {"x-forwarded-groups": "领导".encode().decode("latin-1")}))
    assert isinstance(found, Identity)
    assert (found.role, found.scope) == (Role.LEADER, Scope(frozenset({"410105"})))


def test_a_session_behind_the_proxy_begins_again_when_the_person_asks(tmp_path: Path) -> None:
    gate = gate_of(PROXY, tmp_path, clock := Clock())
    told = Presented(
        "10.1.1.1", {}, {"x-forwarded-user": "wang", "x-forwarded-groups": "领导".encode().decode("latin-1")}
    )
    assert isinstance(gate.who(told), Identity)
    clock.now += 1801
    assert gate.who(told) == Refusal(Reason.IDLE, "wang", "wang")
    gate.begin_anew(told)
    assert isinstance(gate.who(told), Identity)


def test_a_cookies_session_never_begins_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    gate = gate_of(OIDC, tmp_path)
    brought = Presented("", signed(claims(), monkeypatch))
    assert isinstance(gate.who(brought), Identity)
    gate.sessions.end_person("zhang")
    gate.begin_anew(brought)
    assert gate.who(brought) == Refusal(Reason.ENDED, "zhang", "张三")


@pytest.mark.parametrize(
    ("peer", "told", "address"),
    [
        ("10.0.0.5", ["203.0.113.7"], "203.0.113.7"),
        ("10.0.0.5", ["10.0.0.5, 203.0.113.7"], "203.0.113.7"),  # what the client wrote stands first
        ("10.0.0.5", ["10.9.9.9", "203.0.113.7"], "203.0.113.7"),
        ("::ffff:10.0.0.5", ["203.0.113.7"], "203.0.113.7"),
        ("10.0.0.5", ["::ffff:203.0.113.7"], "203.0.113.7"),
        ("10.0.0.5", ["unknown"], "10.0.0.5"),
        ("10.0.0.5", [], "10.0.0.5"),
        ("10.0.0.6", ["10.0.0.5"], "10.0.0.6"),
        ("127.0.0.1", ["10.0.0.5"], "127.0.0.1"),
    ],
)
def test_the_address_is_the_peers_or_what_the_proxy_wrote(peer: str, told: list[str], address: str) -> None:
    headers = [(b"x-forwarded-for", value.encode()) for value in told]
    assert address_of(peer, headers, PROXY) == address


def test_only_its_own_addresses_are_the_proxy() -> None:
    asked = ["10.0.0.5", "::ffff:10.0.0.5", "fd00::1", "10.0.0.50", "127.0.0.1", "", "testclient", "fe80::1"]
    assert [peer for peer in asked if is_proxy(peer, PROXY)] == ["10.0.0.5", "::ffff:10.0.0.5", "fd00::1"]


def test_repeated_failures_lock_an_address_for_a_while_and_no_other() -> None:
    clock = Clock()
    lockout = Lockout(clock)
    for _ in range(TRIES):
        assert not lockout.is_locked("2001:db8::1")
        lockout.fail("2001:db8::1")
    assert lockout.is_locked("2001:db8::2")
    assert not lockout.is_locked("2001:db8:0:1::1")
    assert not lockout.is_locked("10.0.0.9")
    clock.now += LASTS
    assert not lockout.is_locked("2001:db8::1")


def test_an_address_of_ipv4_that_ipv6_carries_is_that_address() -> None:
    lockout = Lockout(Clock())
    for _ in range(TRIES):
        lockout.fail("::ffff:10.0.0.9")
    assert lockout.is_locked("::ffff:10.0.0.9")
    assert lockout.is_locked("10.0.0.9")
    assert not lockout.is_locked("::ffff:10.0.0.10")
    assert not lockout.is_locked("::1")


def test_failures_far_apart_lock_nothing() -> None:
    clock = Clock()
    lockout = Lockout(clock)
    for _ in range(3 * TRIES):
        lockout.fail("10.0.0.9")
        clock.now += WITHIN / (TRIES - 1)
    assert not lockout.is_locked("10.0.0.9")


def test_whose_area_is_unknown_is_not_signed_in(tmp_path: Path) -> None:
    """The socket of a page asks no database: it goes by a session before it is known what the person may see."""
    gate = gate_of(PROXY, tmp_path)
    begun: list[str] = []
    gate.sessions.when_begun(lambda session: begun.append(session.subject))
    groups = "业务".encode().decode("latin-1")

    def from_area(code: str) -> Presented:
        told = {"x-forwarded-user": "li", "x-forwarded-groups": groups, "x-forwarded-areas": code}
        return Presented("10.1.1.1", {}, told)

    assert isinstance(gate.session_of(from_area("999999")), str)
    assert gate.who(from_area("999999")) == Refusal(Reason.UNKNOWN_SCOPE, "li", "li")
    assert (gate.sessions.all_open(), begun) == ([], [])
    for _ in range(2):
        assert isinstance(gate.who(from_area("410105")), Identity)
    assert ([session.subject for session in gate.sessions.all_open()], begun) == (["li"], ["li"])
    gate.who(from_area("999999"))
    assert gate.sessions.all_open() == []
