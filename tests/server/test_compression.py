"""Answers are compressed, and the framework's own files once for all who come."""

import gzip
from typing import Any

from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from server.compression import Compression
from tests import loops

TEXT = "a script of the framework\n" * 1000
FOR_EVER = "public, immutable, max-age=31536000"


class Files:
    """Answers as the framework does, and counts how often it is asked."""

    def __init__(self, status: int = 200, **headers: str) -> None:
        self.status = status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.asked = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        await PlainTextResponse(TEXT, self.status, headers=self.headers)(scope, receive, send)


def get(app: Compression, path: str, method: str = "GET", **headers: str) -> tuple[dict[str, str], bytes]:
    """Headers and body of an answer."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"].append((b"x-added", b"outside"))  # as who stands around it does
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope: dict[str, Any] = {"type": "http", "method": method, "path": path, "headers": given}
    loops.run(app(scope, receive, send))
    start = [(name.decode(), value.decode()) for name, value in sent[0]["headers"]]
    assert len({name for name, _ in start}) == len(start)
    return dict(start), b"".join(message.get("body", b"") for message in sent[1:])


def test_a_file_that_never_changes_is_compressed_once() -> None:
    files = Files(cache_control=FOR_EVER)
    app = Compression(files)
    first, second = (get(app, "/static/js/index.js", accept_encoding="gzip, br") for _ in range(2))
    assert files.asked == 1
    assert first[1] == second[1]
    assert gzip.decompress(second[1]).decode() == TEXT
    assert second[0]["content-encoding"] == "gzip"
    assert second[0]["content-length"] == str(len(second[1]))
    assert second[0]["x-added"] == "outside"
    assert first[0] == second[0]


def test_others_are_asked_for_each_time() -> None:
    script = "/static/js/index.js"
    for files, path, headers in (
        (Files(), script, {"accept_encoding": "gzip"}),
        (Files(404, cache_control=FOR_EVER), script, {"accept_encoding": "gzip"}),
        (Files(cache_control=FOR_EVER), "/screen/data", {"accept_encoding": "gzip"}),
        (Files(cache_control=FOR_EVER), script, {"accept_encoding": "identity"}),
        (Files(cache_control=FOR_EVER), script, {"accept_encoding": "gzip", "range": "bytes=0-9"}),
    ):
        app = Compression(files)
        for _ in range(2):
            body = get(app, path, **headers)[1]
        assert files.asked == 2
        is_compressed = "gzip" in headers["accept_encoding"]
        assert (gzip.decompress(body) if is_compressed else body).decode() == TEXT


def test_a_browser_that_takes_no_gzip_gets_the_text_after_one_that_does() -> None:
    app = Compression(Files(cache_control=FOR_EVER))
    get(app, "/static/js/index.js", accept_encoding="gzip")
    headers, body = get(app, "/static/js/index.js")
    assert body.decode() == TEXT
    assert "content-encoding" not in headers
