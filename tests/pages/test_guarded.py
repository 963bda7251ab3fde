"""The server as it runs: its headers on what the framework answers, and sockets that only our own pages open."""

import http.client
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.server.test_headers import CARRIED


def answer(address: str, path: str, headers: dict[str, str] | None = None) -> http.client.HTTPResponse:
    with closing(http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)) as connection:
        connection.request("GET", path, headers={"Accept": "text/html"} | (headers or {}))
        reply = connection.getresponse()
        reply.read()
        return reply


def carries_all(headers: http.client.HTTPMessage) -> bool:
    return all(value in (headers[name] or "") for name, value in CARRIED.items())


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/case?case=1", 200),
        ("/_stcore/health", 200),
        ("/_stcore/host-config", 200),
        ("/_stcore/nothing", 200),
        ("/media/0123.csv", 404),
        ("/component/nothing/x.js", 404),
        ("/none", 404),
        ("/screen", 200),
        ("/screen/data?area=x", 404),
        ("/screen/static/none.js", 404),
        ("/_stcore/metrics", 403),
        ("/_stcore/agent/openapi.json", 403),
        ("//evil.example/", 404),
        ("/static/../../etc/passwd", 400),
    ],
)
def test_what_the_framework_answers_has_the_headers(address: str, path: str, status: int) -> None:
    reply = answer(address, path)
    assert reply.status == status
    assert carries_all(reply.headers)
    if "/component/" not in path and "/static" not in path:
        assert reply.headers["Cache-Control"] == "no-store"


def test_another_name_is_not_answered(address: str) -> None:
    for path in ("/", "/_stcore/health", "/screen/data"):
        reply = answer(address, path, {"Host": "evil.example"})
        assert (reply.status, carries_all(reply.headers)) == (421, True)


@pytest.mark.parametrize("path", ["/_stcore/stream", "/news"])
def test_only_our_own_pages_open_a_socket(address: str, path: str) -> None:
    host = urlsplit(address).netloc
    url = f"ws://{host}{path}"
    for origin in ("http://127.0.0.1:1", "https://evil.example", "null"):
        with pytest.raises(InvalidStatus) as refused, connect(url, additional_headers={"Origin": origin}):
            pass
        assert refused.value.response.status_code == 403
        assert "frame-ancestors 'self'" in refused.value.response.headers["Content-Security-Policy"]
    with connect(url, additional_headers={"Origin": address}) as socket:
        assert socket.response is not None
        assert socket.response.status_code == 101
