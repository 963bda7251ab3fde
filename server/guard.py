"""What the server refuses before any page or route sees it, and the headers that every answer of it carries."""

import base64
import hashlib
import re
from pathlib import Path
from urllib.parse import urlsplit

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.parts import menu
from screen.sentences import NOT_FOUND, page_of

# No page takes a file and no wish is longer than a few hundred bytes.
MOST_BYTES = 16 * 1024
_READING = ("GET", "HEAD", "OPTIONS")
# What the framework and the wall serve beside the pages, by the first part of the path.
_SERVED = {"static", "_stcore", "media", "component", "screen", "remote", "favicon.png"}
_PAGES = {entry.path for entry in menu.ENTRIES}
_UPLOADS = "/_stcore/upload_file"


def content_security_policy() -> str:
    """What a browser may load for our pages: nothing from any other host.

    The framework's own page has a script of one line in it, allowed by its digest; components and map workers are
    scripts from memory (blob:), styles are set by scripts ('unsafe-inline').
    """
    scripts = " ".join(["'self'", "blob:", "'wasm-unsafe-eval'", *_inline_scripts()])
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self' data: blob:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    )


def _inline_scripts() -> list[str]:
    """Digests of the scripts that stand in the framework's own page."""
    text = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digests = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    return [f"'sha256-{digest}'" for digest in digests]


class SecurityHeaders:
    """Adds the headers that tell a browser to load, frame and pass on nothing that is not ours."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._headers = {
            "Content-Security-Policy": content_security_policy(),
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "SAMEORIGIN",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


class Refusals:
    """Refuses what no page of ours sends: files, long bodies, writes from other sites, addresses without a page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
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
    if path.startswith(_UPLOADS):
        return JSONResponse({"error": "no files are taken"}, status_code=403)
    if method not in _READING and foreign(headers):
        return JSONResponse({"error": "only pages of this server may write"}, status_code=403)
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > MOST_BYTES:
        return _too_long()
    if method in ("GET", "HEAD") and "text/html" in headers.get("accept", "") and not known(path):
        return HTMLResponse(page_of(NOT_FOUND, _base()), status_code=404)
    return None


def foreign(headers: Headers) -> bool:
    """Whether a browser says that a page of another site sends this. What is no browser says nothing."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        return site not in ("same-origin", "none")
    return origin is not None and urlsplit(origin).netloc != headers.get("host", "")


def known(path: str) -> bool:
    """Whether a page, the wall, or a file of the framework stands at a path."""
    parts = path.removeprefix(_base()).strip("/").split("/")
    return parts[0] in _SERVED or (len(parts) == 1 and parts[0] in _PAGES)


def _base() -> str:
    """The path below which a proxy shows the server, as server.baseUrlPath of the framework's settings says."""
    base = str(streamlit.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""


def _too_long() -> Response:
    return JSONResponse({"error": f"a body has at most {MOST_BYTES} bytes"}, status_code=413)
