"""What the server refuses before any page or route sees it."""

from urllib.parse import urlsplit

import streamlit
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.parts import menu
from screen.sentences import NOT_FOUND, OTHER_HOST, page_of
from server.hosts import is_own_host
from server.sockets import close

# No page takes a file and no wish is longer than a few hundred bytes.
MOST_BYTES = 16 * 1024
_READING = ("GET", "HEAD", "OPTIONS")
# What the framework and the wall serve beside the pages, by the first part of the path.
_SERVED = {"static", "_stcore", "media", "component", "screen", "remote", "favicon.png", "auth", "oauth2callback"}
_PAGES = {entry.path for entry in menu.ENTRIES}
# Of the framework's addresses those that no page of ours needs: files that are taken, programs that drive a page, and
# figures of the process.
_CLOSED = ("/_stcore/upload_file", "/_stcore/agent", "/_stcore/metrics", "/_stcore/script-health-check")
# The framework's and the wall's own files, which tell nothing of the data: anybody may read them, browsers keep them.
OPEN_FOLDERS = ("/static/", "/component/", "/_stcore/bidi-components/", "/screen/static/")


class Refusals:
    """Refuses what no page of ours sends: files, long bodies, writes and sockets from other sites, other hosts' names,
    addresses without a page.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and is_foreign_socket(scope):
            return await close(scope, receive, send)
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        refused = refusal(scope)
        if refused is not None:
            return await refused(scope, receive, send)
        body = _Bounded(receive)
        try:
            await self._app(scope, body.receive, send)
        except TooLongError:
            await _too_long()(scope, receive, send)


class TooLongError(Exception):
    """A body grew beyond MOST_BYTES while it was read."""


class _Bounded:
    """Hands on a request's body, no more of it than MOST_BYTES."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._bytes = 0

    async def receive(self) -> Message:
        message = await self._receive()
        self._bytes += len(message.get("body", b""))
        if self._bytes > MOST_BYTES:
            raise TooLongError
        return message


def refusal(scope: Scope) -> Response | None:
    """The answer to a request that is refused by its head alone; None for one that is let through."""
    headers, path, method = Headers(scope=scope), scope["path"], scope["method"]
    if not is_own_host(headers.get("host")):
        return HTMLResponse(page_of(OTHER_HOST), status_code=421)
    if path.removeprefix(base_path()).startswith(_CLOSED):
        return JSONResponse({"error": "not served here"}, status_code=403)
    if method not in _READING and foreign(headers):
        return JSONResponse({"error": "only pages of this server may write"}, status_code=403)
    if foreign(headers) and is_data(path.removeprefix(base_path()), headers):
        return JSONResponse({"error": "only pages of this server may read this"}, status_code=403)
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > MOST_BYTES:
        return _too_long()
    if method in ("GET", "HEAD") and "text/html" in headers.get("accept", "") and not known(path):
        return HTMLResponse(page_of(NOT_FOUND, base_path()), status_code=404)
    return None


def is_foreign_socket(scope: Scope) -> bool:
    """Whether a page of another site would open a socket: it would have the cookies of the reader.

    The framework itself lets in every page of the same machine, whatever its port, and asks an outside service for the
    machine's address to find out.
    """
    headers = Headers(scope=scope)
    return foreign(headers) or not is_own_host(headers.get("host"))


def foreign(headers: Headers) -> bool:
    """Whether a browser says that a page of another site sends this. What is no browser says nothing."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        return site not in ("same-origin", "none")
    return origin is not None and urlsplit(origin).netloc != headers.get("host", "")


def is_data(path: str, headers: Headers) -> bool:
    """Whether this is what the wall and its remote ask for, or one of the two inside of another page.

    A link from another site may open them as a page of their own.
    """
    is_opened = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    return path.startswith("/screen/") or (path in ("/screen", "/remote") and not is_opened)


def known(path: str) -> bool:
    """Whether a page, the wall, or a file of the framework stands at a path."""
    parts = path.removeprefix(base_path()).strip("/").split("/")
    return parts[0] in _SERVED or (len(parts) == 1 and parts[0] in _PAGES)


def is_page(path: str) -> bool:
    """Whether the framework's own page, without any data yet, stands at a path (without the base)."""
    return path.strip("/") in _PAGES


def base_path() -> str:
    """The path below which a proxy shows the server, as server.baseUrlPath of the framework's settings says."""
    base = str(streamlit.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""


def _too_long() -> Response:
    return JSONResponse({"error": f"a body has at most {MOST_BYTES} bytes"}, status_code=413)
