"""What is sent is compressed; the framework's own files, which do not change while the server runs, once for all."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Level 9 takes 2.7 times as long and leaves 4 % less of the framework's scripts.
_LEVEL = 4
_SMALLEST = 1024
_FILES = "/static/"


class Compression:
    """Compresses answers for browsers that take gzip.

    Streamlit sends its own scripts as they are, 8.5 MB on a first visit, 2.7 MB compressed. They may be kept for ever
    (immutable) by browsers, and so they are here: a later first visit costs no processor time for them.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._gzip = GZipMiddleware(app, minimum_size=_SMALLEST, compresslevel=_LEVEL)
        self._kept: dict[str, tuple[Message, bytes]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_plain_request(scope):
            await self._gzip(scope, receive, send)
        elif (kept := self._kept.get(scope["path"])) is None:
            await self._gzip(scope, receive, self._keeping(scope["path"], send))
        else:
            start, body = kept
            await send({**start, "headers": list(start["headers"])})  # whoever sends it adds headers of its own
            await send({"type": "http.response.body", "body": body})

    def _keeping(self, path: str, send: Send) -> Send:
        """Send on, and keep the answer where it is a whole file that never changes."""
        start: Message = {}
        parts: list[bytes] = []

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update({**message, "headers": list(message["headers"])})
            elif message["type"] == "http.response.body" and _never_changes(start):
                parts.append(message.get("body", b""))
                if not message.get("more_body", False):
                    body = b"".join(parts)
                    headers = MutableHeaders(raw=list(start["headers"]))
                    headers["content-length"] = str(len(body))
                    self._kept[path] = {**start, "headers": headers.raw}, body
            await send(message)

        return keep


def _is_plain_request(scope: Scope) -> bool:
    """Whether a whole file of the framework is asked for, by a browser that takes it compressed."""
    if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(_FILES):
        return False
    headers = Headers(scope=scope)
    is_partial = any(name in headers for name in ("range", "if-none-match", "if-modified-since"))
    return "gzip" in headers.get("accept-encoding", "") and not is_partial


def _never_changes(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    return (
        start["status"] == 200
        and "immutable" in headers.get("cache-control", "")
        and headers.get("content-encoding") == "gzip"
    )
