"""Without an identity nothing that comes from the cases is answered; headers are believed from the proxy alone."""

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from access.cookies import NAME
from tests.server.provider import Guarded, cookie, guarded

LEADER = {"sub": "chen", "name": "陈局长", "roles": ["局领导"], "exp": 4e9}
# What the proxy says of a person, as it stands in a request.
TOLD = {
    "X-Forwarded-User": "qian",
    "X-Forwarded-Preferred-Username": "钱科长",
    "X-Forwarded-Groups": "pc-staff",
    "X-Forwarded-Areas": "410105",
}
# Of the loopback network, the proxy is one address, and who pretends to be it another.
PROXY, OTHER = "127.0.0.5", "127.0.0.9"


@pytest.fixture(scope="module")
def behind_provider(demo_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    started = guarded(demo_url, tmp_path_factory.mktemp("oidc"), "http://127.0.0.1:9")
    with started.running():
        yield started


@pytest.fixture(scope="module")
def behind_proxy(demo_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    yield from by_proxy(demo_url, tmp_path_factory.mktemp("proxy"))


def by_proxy(demo_url: str, folder: Path, **more: str) -> Iterator[Guarded]:
    access = {"sign_in": '"proxy"', "proxy_addresses": f'["{PROXY}"]', **more}
    started = guarded(demo_url, folder, "http://127.0.0.1:9", **access)
    (folder / "secrets.toml").write_text("", encoding="utf-8")
    with started.running():
        yield started


def ask(
    server: Guarded, path: str, headers: list[tuple[str, str]] | None = None, source: str = OTHER, method: str = "GET"
) -> tuple[int, str]:
    """Status and text of an answer, and where it leads; headers may stand twice."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30, source_address=(source, 0))
    connection.putrequest(method, path)
    for name, value in headers or []:
        connection.putheader(name, value.encode())
    connection.endheaders()
    answer = connection.getresponse()
    text = answer.read().decode("utf-8", "replace")
    connection.close()
    return answer.status, answer.headers.get("location") or text


@pytest.mark.parametrize(
    "path",
    [
        "/screen?preview=1", "/screen/data", "/screen/figures", "/screen/wish", "/remote", "/media/0123456789abcdef",
        "/_stcore/metrics", "/_stcore/agent/openapi.json", "/_stcore/agent/interact", "/app/static/x", "/news",
        "//screen/data", "/screen/static/../data", "/screen/static/..%2fdata", "/static/%2e%2e/screen/data",
    ],
)  # fmt: skip
def test_nobody_is_answered_nothing(behind_provider: Guarded, path: str) -> None:
    status, text = ask(behind_provider, path)
    assert status in (400, 401, 403, 404)
    assert '"version"' not in text


def test_the_way_in_is_open_and_who_comes_with_a_cookie_is_answered(behind_provider: Guarded) -> None:
    for path in ("/", "/search", "/_stcore/health", "/_stcore/host-config", "/screen/static/wall.css"):
        assert ask(behind_provider, path)[0] == 200
    status, text = ask(behind_provider, "/screen")
    assert (status, "pairing.js" in text, "wall.js" in text) == (200, True, False)
    brought = [("Cookie", f"{NAME}={cookie(behind_provider.address, LEADER)}")]
    status, text = ask(behind_provider, "/screen/data?scenes=backlog", brought)
    assert (status, "version" in json.loads(text)) == (200, True)
    forged = [("Cookie", f"{NAME}={cookie(behind_provider.address, LEADER, secret='f' * 32)}")]
    assert ask(behind_provider, "/screen/data?scenes=backlog", forged)[0] == 401
    assert ask(behind_provider, "/screen/data", list(TOLD.items()))[0] == 401
    own = [("X-Cockpit-Session", "x"), ("X-Cockpit-Address", "x")]
    assert ask(behind_provider, "/screen/data", own)[0] == 401


def test_a_copied_cookie_is_dead_after_signing_out_and_a_restart(
    demo_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    server = guarded(demo_url, tmp_path_factory.mktemp("restarted"), "http://127.0.0.1:9")
    brought = [("Cookie", f"{NAME}={cookie(server.address, LEADER)}")]
    with server.running():
        assert ask(server, "/remote", brought)[0] == 200
        from_elsewhere = [*brought, ("Sec-Fetch-Site", "cross-site")]
        assert ask(server, "/auth/logout", from_elsewhere)[0] == 401
        assert ask(server, "/remote", brought)[0] == 200
        assert ask(server, "/auth/logout", brought)[0] == 302
        assert ask(server, "/remote", brought)[0] == 401
    with server.running():
        assert ask(server, "/remote", brought)[0] == 401
        time.sleep(1)  # a cookie knows its second only
        anew = [("Cookie", f"{NAME}={cookie(server.address, LEADER)}")]
        assert ask(server, "/remote", anew)[0] == 200


def test_repeated_failures_lock_the_way_in_for_their_address_alone(behind_provider: Guarded) -> None:
    answers = [ask(behind_provider, f"/oauth2callback?state={number}&code=1")[0] for number in range(12)]
    assert answers == [302] * 10 + [429] * 2
    assert ask(behind_provider, "/auth/login")[0] == 429
    assert ask(behind_provider, "/auth/login", source=PROXY)[0] == 302
    # Who is signed in there stays so.
    brought = [("Cookie", f"{NAME}={cookie(behind_provider.address, LEADER)}")]
    assert ask(behind_provider, "/remote", brought)[0] == 200


def test_headers_are_believed_from_the_proxy_alone(behind_proxy: Guarded) -> None:
    told = list(TOLD.items())
    assert ask(behind_proxy, "/remote", told, source=PROXY)[0] == 200
    assert ask(behind_proxy, "/remote", told, source=OTHER)[0] == 401
    assert ask(behind_proxy, "/remote", [*told, ("X-Forwarded-For", PROXY)], source="127.0.0.1")[0] == 401
    assert ask(behind_proxy, "/remote", [*told, ("x-forwarded-user", "root")], source=PROXY)[0] == 401
    assert ask(behind_proxy, "/remote", [*told, ("X-Forwarded-Groups", "pc-admin")], source=PROXY)[0] == 401
    assert ask(behind_proxy, "/remote", told[1:], source=PROXY)[0] == 401
    assert ask(behind_proxy, "/remote", source=PROXY)[0] == 401


def logged(server: Guarded, *words: str) -> int:
    """How many lines of the access log have these words, once there is one."""
    until = time.monotonic() + 20
    while True:
        lines = [line for file in server.folder.rglob("*.jsonl") for line in file.read_text().splitlines()]
        found = sum(all(word in line for word in words) for line in lines)
        if found or time.monotonic() > until:
            return found
        time.sleep(0.1)


def test_headers_from_elsewhere_lock_nobody_out_and_are_told_once(behind_proxy: Guarded) -> None:
    """A page asks for many files: with a wrong proxy_addresses each would count as a failed sign-in."""
    told, source = list(TOLD.items()), "127.0.0.8"
    assert {ask(behind_proxy, "/remote", told, source=source)[0] for _ in range(15)} == {401}
    assert ask(behind_proxy, "/auth/login", told, source=source)[0] == 303
    assert logged(behind_proxy, "NOT_THE_PROXY", source) == 1


def test_a_session_that_a_proxy_begins_is_logged_once(behind_proxy: Guarded) -> None:
    told = list((TOLD | {"X-Forwarded-User": "first-time"}).items())
    assert [ask(behind_proxy, "/remote", told, source=PROXY)[0] for _ in range(3)] == [200] * 3
    assert logged(behind_proxy, '"sign_in"', "first-time") == 1


def as_bytes(told: dict[str, str]) -> dict[str, str]:
    """Headers as they stand on the line: texts of UTF-8, one letter a byte."""
    return {name: value.encode().decode("latin-1") for name, value in told.items()}


class Line:
    """The line of a page, as a browser (or somebody else) opens it."""

    def __init__(self, server: Guarded, told: dict[str, str], source: str, resumes: str = "") -> None:
        protocols = ["streamlit", "none", *([resumes] if resumes else [])]
        self._opened = connect(
            f"ws://127.0.0.1:{server.port}/_stcore/stream",
            additional_headers=as_bytes(told),
            subprotocols=[Subprotocol(protocol) for protocol in protocols],
            source_address=(source, 0),
            max_size=None,
        )
        self.fragment = ""
        self.session = ""

    def __enter__(self) -> "Line":
        self._socket = self._opened.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._opened.__exit__(*error)

    def run(self, fragment: str = "") -> str:
        """All that a run of the page, or of a part of it that looks by itself, draws, as one text."""
        asks = BackMsg()
        asks.rerun_script.query_string = ""
        asks.rerun_script.fragment_id = fragment
        self._socket.send(asks.SerializeToString())
        drawn: list[str] = []
        while True:
            told = self._socket.recv(timeout=60, decode=False)
            message = ForwardMsg.FromString(told)
            drawn.append(told.decode("utf-8", "replace"))  # its texts stand in it as they are
            self.fragment = message.delta.fragment_id or self.fragment
            self.session = message.new_session.initialize.session_id or self.session
            if message.WhichOneof("type") == "script_finished":
                return "".join(drawn)

    def redraw(self) -> None:
        """Run the part that looks by itself again and again, until the line is closed. Raises ConnectionClosed."""
        while True:
            self.run(self.fragment)
            time.sleep(0.5)


def test_a_page_is_drawn_for_whom_the_proxy_names_and_for_nobody_else(behind_proxy: Guarded) -> None:
    with Line(behind_proxy, TOLD, PROXY) as line:
        assert "钱科长" in (drawn := line.run())
        assert "指标口径" in drawn
        assert line.fragment
    with Line(behind_proxy, TOLD, OTHER, resumes=line.session) as replayed:
        drawn = replayed.run()
        assert replayed.session != line.session
        assert "钱科长" not in drawn
        assert "指标口径" not in drawn


@pytest.fixture
def impatient(demo_url: str, tmp_path: Path) -> Iterator[Guarded]:
    """Ends a session after twelve seconds in which nobody did anything."""
    yield from by_proxy(demo_url, tmp_path, idle_minutes="0.2")


def test_a_page_that_only_redraws_itself_times_out_and_its_person_can_come_back(impatient: Guarded) -> None:
    told = TOLD | {"X-Forwarded-User": "sun"}
    with suppress(ConnectionClosed), Line(impatient, TOLD, PROXY) as first:
        first.run()  # the first page of a process is slow
    begun = time.monotonic()
    with Line(impatient, told, PROXY) as line:
        assert "钱科长" in line.run()
        with pytest.raises(ConnectionClosed) as closed:
            line.redraw()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1008
    assert time.monotonic() - begun >= 11
    with Line(impatient, told, PROXY, resumes=line.session) as line:
        drawn = line.run()
        assert "长时间没有操作" in drawn
        assert "指标口径" not in drawn
    assert ask(impatient, "/auth/login", list(told.items()), source=PROXY) == (303, "/")
    with Line(impatient, told, PROXY) as line:
        assert "指标口径" in line.run()


def test_news_are_told_to_nobody_unknown(behind_provider: Guarded) -> None:
    address = f"ws://127.0.0.1:{behind_provider.port}/news"
    brought = {"Cookie": f"{NAME}={cookie(behind_provider.address, LEADER)}"}
    with connect(address, additional_headers=brought) as line:
        assert line.recv(timeout=60)
    unknown: list[dict[str, str]] = [{}, {"Cookie": f"{NAME}=x"}, as_bytes(TOLD)]
    for headers in unknown:
        with pytest.raises(InvalidStatus) as refused, connect(address, additional_headers=headers):
            pass
        assert refused.value.response.status_code == 403
