"""Every answer carries the headers, be it an error, a redirect, a file, a refusal or a socket that is not opened."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from server.guard import Refusals
from server.headers import SecurityHeaders
from server.hosts import is_own_host
from tests.screen.asgi import Client

CARRIED = {
    "content-security-policy": "frame-ancestors 'self'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=()",
}
OWN = {"host": "localhost:8501", "origin": "http://localhost:8501"}


async def fail(_: Request) -> Response:
    raise RuntimeError("张三 13812345678")


async def fail_late(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise RuntimeError(f"late: {scope['path']} {receive}")


async def away(_: Request) -> Response:
    return RedirectResponse("/backlog")


async def kept(_: Request) -> Response:
    return PlainTextResponse("x", headers={"Cache-Control": "public, immutable"})


async def line(socket: WebSocket) -> None:
    if "fails" in socket.query_params:
        raise RuntimeError("no line")
    if "refused" in socket.query_params:
        await socket.close(1008)
        return
    await socket.accept()
    await socket.close()


@pytest.fixture
def guarded() -> Starlette:
    routes = [
        Route("/fails", fail),
        Route("/away", away),
        Route("/media/list.csv", kept),
        Route("/static/own.js", kept),
        WebSocketRoute("/line", line),
    ]
    return Starlette(routes=routes, middleware=[Middleware(SecurityHeaders), Middleware(Refusals)])


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/fails", {}, 500),
        ("/away", {}, 307),
        ("/media/list.csv", {}, 200),
        ("/nowhere", {}, 404),
        ("/nowhere", {"Accept": "text/html"}, 404),
        ("/away", {"Host": "evil.example"}, 421),
        ("/away", {"Content-Length": "999999"}, 413),
        ("/_stcore/metrics", {}, 403),
        ("/_stcore/agent/interact", {}, 403),
        ("/_stcore/upload_file/a/b", {}, 403),
    ],
)
def test_every_answer_has_the_headers_and_is_kept_by_nobody(
    guarded: Starlette, path: str, headers: dict[str, str], status: int
) -> None:
    answer = Client(guarded).get(path, headers)
    assert answer.status_code == status
    for name, value in CARRIED.items():
        assert value in answer.headers[name], name
    assert answer.headers["cache-control"] == "no-store"
    assert "13812345678" not in answer.text


def test_our_own_files_may_be_kept(guarded: Starlette) -> None:
    answer = Client(guarded).get("/static/own.js")
    assert answer.headers["cache-control"] == "public, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_an_answer_that_had_begun_is_not_begun_again() -> None:
    with pytest.raises(RuntimeError, match="late"):
        Client(SecurityHeaders(fail_late)).get("/late")


def opened(app: Starlette, headers: dict[str, str], query: str = "", *, answers: bool = True) -> list[dict[str, Any]]:
    """What a server is told about a socket that a browser with these headers asks for."""
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        said.append(message)

    extensions: dict[str, dict[str, object]] = {"websocket.http.response": {}} if answers else {}
    scope = {
        "type": "websocket", "path": "/line", "query_string": query.encode(), "subprotocols": [],
        "extensions": extensions, "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    with ThreadPoolExecutor(1) as own:
        own.submit(asyncio.run, app(scope, receive, send)).result()
    return said


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        (OWN | {"origin": "http://localhost:3000"}, ""),  # another program of the same machine
        (OWN | {"origin": "https://evil.example"}, ""),
        (OWN | {"origin": "null"}, ""),
        (OWN | {"sec-fetch-site": "cross-site"}, ""),
        ({"host": "evil.example", "origin": "http://evil.example"}, ""),  # a name that was made to lead here
        (OWN, "refused"),
    ],
)
def test_a_socket_of_another_site_is_refused_with_the_headers(
    guarded: Starlette, headers: dict[str, str], query: str
) -> None:
    said = opened(guarded, headers, query)
    assert [message["type"] for message in said] == ["websocket.http.response.start", "websocket.http.response.body"]
    assert said[0]["status"] == 403
    carried = dict(said[0]["headers"])
    assert all(value in carried[name.encode()].decode() for name, value in CARRIED.items())
    (closed,) = opened(guarded, headers, query, answers=False)
    assert closed["type"] == "websocket.close"


def test_our_own_page_has_its_socket(guarded: Starlette) -> None:
    assert [message["type"] for message in opened(guarded, OWN)] == ["websocket.accept", "websocket.close"]
    assert opened(guarded, OWN, "fails")[0]["status"] == 500


@pytest.mark.parametrize(
    ("host", "own"),
    [
        (None, True),
        ("localhost", True),
        ("LOCALHOST:8501", True),
        ("127.0.0.1:8501", True),
        ("[::1]:8501", True),
        ("10.1.2.3", True),
        ("cockpit.zz.gov.cn", True),
        ("cockpit.zz.gov.cn.:443", True),
        ("a.below.example", True),
        ("below.example", False),
        ("evil.example", False),
        ("localhost.evil.example", False),
        ("evil.example@localhost", False),
        ("localhost/..", False),
        ("localhost:x", False),
        ("localhost:99999", False),
        ("", False),
    ],
)
def test_names_of_the_server_are_those_that_are_set(
    monkeypatch: pytest.MonkeyPatch, host: str | None, own: bool
) -> None:
    options = {"browser.serverAddress": "127.0.0.1", "server.allowedHosts": ["cockpit.zz.gov.cn", "*.below.example"]}
    monkeypatch.setattr("streamlit.get_option", options.get)
    assert is_own_host(host) is own
