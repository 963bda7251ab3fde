"""A client that calls an ASGI application in the same process, without a network or another package."""

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import anyio
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message

from access.identity import LOCAL, Identity
from access.requests import IDENTITY


@dataclass(frozen=True)
class Answer:
    """What came back; `read` is how many pieces of the request's body were asked for."""

    status_code: int
    headers: Headers
    content: bytes
    read: int

    @property
    def text(self) -> str:
        return self.content.decode()

    def json(self) -> Any:
        return json.loads(self.content)


@dataclass(frozen=True)
class Client:
    """Sends single requests to `app` at the host `localhost`, from the address `peer` of whom the server has let in."""

    app: ASGIApp
    who: Identity = LOCAL
    peer: str = "127.0.0.1"

    def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        return self.send("GET", path, headers or {})

    def post(
        self, path: str, *, data: Any = None, body: bytes | Iterable[bytes] = b"", headers: dict[str, str] | None = None
    ) -> Answer:
        """`data` goes as JSON; a body in pieces goes without a stated length."""
        if data is not None:
            body, headers = json.dumps(data).encode(), {"Content-Type": "application/json"} | (headers or {})
        if isinstance(body, bytes):
            headers = {"Content-Length": str(len(body))} | (headers or {})
            body = [body]
        return self.send("POST", path, headers or {}, body)

    def send(self, method: str, path: str, headers: dict[str, str], body: Iterable[bytes] = (b"",)) -> Answer:
        headers = {"Host": "localhost"} | headers
        with ThreadPoolExecutor(1) as thread:  # in the tests' own thread runs the browser's loop
            return thread.submit(lambda: anyio.run(self._send, method, path, headers, body)).result()

    async def _send(self, method: str, path: str, headers: dict[str, str], body: Iterable[bytes]) -> Answer:
        parts = urlsplit(path)
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": quote(parts.query, safe="=&%").encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "client": (self.peer, 1),
            "server": ("localhost", 80),
            IDENTITY: self.who,
        }
        pieces, sent, read = iter(body), [], 0

        async def receive() -> Message:
            nonlocal read
            read += 1
            piece = next(pieces, None)
            return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

        async def send(message: Message) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        start = next(message for message in sent if message["type"] == "http.response.start")
        content = b"".join(message.get("body", b"") for message in sent if message["type"] == "http.response.body")
        return Answer(start["status"], Headers(raw=start["headers"]), content, read)
