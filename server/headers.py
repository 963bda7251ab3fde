"""The headers that every answer carries: pages and files, errors of ours, refusals, sockets that are not opened."""

import base64
import hashlib
import logging
import re
from pathlib import Path

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.status import WS_1008_POLICY_VIOLATION, WS_1011_INTERNAL_ERROR
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.guard import OPEN_FOLDERS, base_path

# What browsers may keep.
_FILES = (*OPEN_FOLDERS, "/favicon.png")
# What a browser can do that no page of ours asks for.
_UNUSED = (
    "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "gamepad", "geolocation",
    "gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "payment",
    "publickey-credentials-get", "serial", "usb", "window-management", "xr-spatial-tracking",
)  # fmt: skip

_log = logging.getLogger(__name__)


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
    """Adds the headers that tell a browser to load, frame, keep and pass on nothing that is not ours.

    An error that nothing else caught is answered here: the framework's own answer to it stands outside of everything
    that we add. The error itself goes to the log alone.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._headers = {
            "Content-Security-Policy": content_security_policy(),
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "SAMEORIGIN",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": ", ".join(f"{name}=()" for name in _UNUSED),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        answer = _Answer(self._added(scope), scope, send)
        try:
            await self._app(scope, receive, answer.send)
        except Exception:
            if answer.has_begun:
                raise
            _log.exception("a request failed")
            await answer.refuse(500)

    def _added(self, scope: Scope) -> dict[str, str]:
        path = scope["path"].removeprefix(base_path())
        return self._headers if path.startswith(_FILES) else self._headers | {"Cache-Control": "no-store"}


class _Answer:
    """What is sent to one request, with the headers; a socket that is refused is answered as a request is."""

    def __init__(self, headers: dict[str, str], scope: Scope, send: Send) -> None:
        self._headers = headers
        self._scope = scope
        self._send = send
        self.has_begun = False

    async def send(self, message: Message) -> None:
        """Send on; a socket that is closed before it was opened is one that is refused."""
        if message["type"] == "websocket.close" and not self.has_begun:
            await self.refuse(403)
            return
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            headers = MutableHeaders(scope=message)
            for name, value in self._headers.items():
                headers[name] = value
        self.has_begun = True
        await self._send(message)

    async def refuse(self, status: int) -> None:
        """A status and no more."""
        if self._scope["type"] == "http":
            await PlainTextResponse("", status)(self._scope, _nothing, self.send)
        elif "websocket.http.response" in self._scope.get("extensions", {}):
            await self.send({"type": "websocket.http.response.start", "status": status, "headers": []})
            await self.send({"type": "websocket.http.response.body", "body": b""})
        else:
            self.has_begun = True
            code = WS_1008_POLICY_VIOLATION if status == 403 else WS_1011_INTERNAL_ERROR
            await self._send({"type": "websocket.close", "code": code})


async def _nothing() -> Message:
    return {"type": "http.disconnect"}
