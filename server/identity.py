"""Who each request and socket is from, before anything else sees it; without an identity, nothing but the way in.

A socket is closed when its session ends (server/sockets.py): the page connects anew, and is told to sign in.
"""

import logging
import re
from collections.abc import Iterable
from itertools import count

import anyio
from cachetools import TTLCache
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, cookie_parser
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.auth_util import get_origin_from_redirect_uri

from access import cookies, proxy, screens
from access.entry import Action, Entry, Outcome
from access.gate import Gate, Presented
from access.identity import Identity, Reason, Refusal, Role
from access.requests import ADDRESS, CONNECTION, IDENTITY, OWN, RESUMES, SESSION, presented_by
from casebase.errors import CasebaseError
from cockpit import process
from screen.sentences import Sentence, page_of
from server.guard import OPEN_FOLDERS, base_path, foreign, is_page
from server.sockets import BoundSocket, close

LOGIN, LOGOUT, CALLBACK = "/auth/login", "/auth/logout", "/oauth2callback"
# What shows no data and is needed to sign in, beside OPEN_FOLDERS: the framework's picture, what it asks first.
_OPEN = re.compile(r"/favicon\.png|(/\w+)?/_stcore/(health|host-config)")
# What a screen may ask for, and where it asks for a code.
_WALL, _PAIRING = "/screen", "/screen/pairing"
_OF_SCREENS = (_WALL, "/screen/data", "/screen/figures", "/screen/wish")
# The line of a page: nobody may open it too, who is then shown how to sign in.
_STREAM = "/_stcore/stream"
_PROTOCOLS = "sec-websocket-protocol"
# What is wrong with what says who somebody is. Of two headers one may be a client's own.
_TWICE, _ELSEWHERE = "a header of the proxy that stands twice", "headers of the proxy that it did not send"

# Addresses whose headers were told of within the last minute.
_TOLD: TTLCache[str, bool] = TTLCache(1_000, 60)

_log = logging.getLogger(__name__)
_connections = count(1)


class Identities:
    """Puts into each scope who it is from (access.requests.identity_of), and refuses what nobody may see."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            scope = dict(scope)
            answer = await self._answer(scope)
        else:
            answer = self._app
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope) -> ASGIApp:
        """The app, or what answers instead; the scope has then only what may be believed."""
        try:
            gate = await anyio.to_thread.run_sync(process.gate)
        except CasebaseError:
            # Settings that cannot be read open no database either: what is asked says so itself.
            return self._app
        peer = scope["client"][0] if scope.get("client") else ""
        address = proxy.address_of(peer, scope["headers"], gate.settings)
        headers, wrong = _believed(scope["headers"], peer, gate)
        if scope["type"] == "http" and proxy.is_https(peer, scope["headers"], gate.settings):
            scope["scheme"] = "https"
        own = {ADDRESS: address, CONNECTION: str(next(_connections))}
        scope["headers"] = [*headers, *((name.encode(), value.encode()) for name, value in own.items())]
        entry = _Entry(self._app, gate, scope, address)
        if wrong == _ELSEWHERE:
            entry.tell_of_ignored_headers()
        elif wrong:
            entry.fail(wrong)
            return entry.refuse(Refusal(Reason.MALFORMED))
        return await (entry.socket() if scope["type"] == "websocket" else entry.request())


class _Entry:
    """One request or socket at the gate."""

    def __init__(self, app: ASGIApp, gate: Gate, scope: Scope, address: str) -> None:
        self._app = app
        self._gate = gate
        self._scope = scope
        self._address = address
        self._path: str = scope["path"].removeprefix(base_path())

    async def request(self) -> ASGIApp:
        """What answers a request."""
        if self._path in (LOGIN, LOGOUT, CALLBACK):
            return await self._sign_in_or_out()
        if _OPEN.fullmatch(self._path) or self._path.startswith(OPEN_FOLDERS) or is_page(self._path):
            return self._app
        return await self._let_in()

    async def socket(self) -> ASGIApp:
        """What serves a socket: for as long as its session goes on."""
        found = await anyio.to_thread.run_sync(self._gate.session_of, self._presented())
        if self._path != _STREAM:
            answer = await self._let_in()
            return answer if isinstance(found, Refusal) or not found else self._bound(answer, found, None)
        if isinstance(found, Refusal):
            self._scope["headers"] = _without_resuming(self._scope["headers"])
            return self._app
        if not found:
            return self._app
        resumes = "1" if _resumes(Headers(scope=self._scope)) else ""
        self._scope["headers"] += [(SESSION.encode(), found.encode()), (RESUMES.encode(), resumes.encode())]
        return self._bound(self._app, found, next(_connections))

    def _bound(self, app: ASGIApp, session: str, tab: int | None) -> ASGIApp:
        return BoundSocket(app, self._gate.sessions, session, tab)

    async def _let_in(self) -> ASGIApp:
        """The app with the identity in its scope, or the refusal."""
        try:
            who = await self._screen() or await self._who(self._presented())
        except CasebaseError as error:
            _log.warning("%s", error)
            return (
                close if self._is_socket else JSONResponse({"error": "现在读不到数据，请稍后再试。"}, status_code=503)
            )
        if isinstance(who, Refusal):
            if not self._shows_code(who):
                return self.refuse(who)
        elif who.role is Role.SCREEN and not self._is_of_screens:
            return self.refuse(Refusal(Reason.SCREEN_ONLY, who.subject, who.name), status=403)
        self._scope[IDENTITY] = who
        return WhileLetIn(self._app, who) if isinstance(who, Identity) and self._is_of_screens else self._app

    @property
    def _is_of_screens(self) -> bool:
        """Whether a screen may ask for this."""
        if self._path == _PAIRING:
            return True
        return self._path in _OF_SCREENS and self._scope.get("method") in ("GET", "HEAD")

    def _shows_code(self, refusal: Refusal) -> bool:
        """Whether nobody is told there how a screen is paired; the small wall on a remote is no screen of its own."""
        if refusal.reason is Reason.EXPOSED:
            return False
        is_preview = "preview" in HTTPConnection(self._scope).query_params
        return self._is_of_screens and (self._path == _PAIRING or (self._path == _WALL and not is_preview))

    async def _screen(self) -> Identity | None:
        """The paired screen that asks for what a screen may see; whoever is signed in on it is not asked."""
        token = HTTPConnection(self._scope).cookies.get(screens.TOKEN, "") if self._is_of_screens else ""
        if self._gate.is_open or not token:
            return None
        found = await anyio.to_thread.run_sync(process.pairing().screens.find, token, self._address)
        return None if found is None else found.identity

    def _presented(self) -> Presented:
        connection = HTTPConnection(self._scope)
        return presented_by(connection.headers, connection.cookies)

    async def _who(self, presented: Presented) -> Identity | Refusal:
        return await anyio.to_thread.run_sync(self._gate.who, presented)

    async def _sign_in_or_out(self) -> ASGIApp:
        if self._path != CALLBACK and foreign(Headers(scope=self._scope)):
            return self.refuse(Refusal(Reason.MALFORMED))
        if self._path == LOGOUT:
            return await self._sign_out()
        if self._gate.lockout.is_locked(self._address):
            return self.refuse(Refusal(Reason.LOCKED), status=429)
        if self._gate.settings.sign_in == "proxy":
            await anyio.to_thread.run_sync(self._gate.begin_anew, self._presented())
            return RedirectResponse(f"{base_path()}/", status_code=303)
        return self._app if self._path == LOGIN else self._callback

    async def _sign_out(self) -> ASGIApp:
        """End all sessions of the person; then the framework, or the proxy, forgets the sign-in."""
        claims = await anyio.to_thread.run_sync(self._gate.claims_of, self._presented())
        if claims is not None:
            await anyio.to_thread.run_sync(self._gate.sessions.end_person, claims.subject)
            self._record(Action.SIGN_OUT, claims.subject, claims.name)
        if self._gate.settings.sign_in == "proxy":
            return RedirectResponse(proxy.sign_out_address(self._gate.settings) or f"{base_path()}/", status_code=303)
        return self._app

    async def _callback(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The way back from the provider: whom it does not let in counts as a failure of the address."""
        is_try = HTTPConnection(scope).query_params.keys() & {"code", "state", "error"}
        is_https = (get_origin_from_redirect_uri() or "").startswith("https:")

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                if is_try:
                    await self._note_sign_in(_cookies_set(Headers(raw=message["headers"])))
                if is_https:
                    message["headers"] = _for_https_alone(message["headers"])
            await send(message)

        await self._app(scope, receive, watched)

    async def _note_sign_in(self, brought: dict[str, str]) -> None:
        """Count and log how a sign-in ended, by the cookies that it gave."""
        try:
            who = await self._who(Presented(self._address, brought))
        except CasebaseError:
            return  # the page says that the data cannot be read
        if isinstance(who, Refusal):
            self.fail(f"a sign-in without access ({who.reason.name})")
            self._record(Action.SIGN_IN, who.subject, who.name, outcome=Outcome.REFUSED, reason=who.reason.name)
        else:
            self._record(Action.SIGN_IN, who.subject, who.name, role=who.role.value)

    def _record(self, action: Action, user: str, name: str, **more: str) -> None:
        outcome = Outcome(more.pop("outcome", Outcome.DONE))
        entry = Entry(process.now(), action, user, name, address=self._address, outcome=outcome, **more)
        process.access_log().record(entry)

    def fail(self, what: str) -> None:
        """Something that says who somebody is was not right: many such lock the address for a while."""
        _log.warning("%s from %s", what, self._address)
        self._gate.lockout.fail(self._address)

    def tell_of_ignored_headers(self) -> None:
        """Headers that count for nothing, of every file that a page asks for: told once a minute, and no failure.

        They open nothing, and come of a wrong setting far more often than of somebody who tries.
        """
        if self._address in _TOLD:
            return
        _TOLD[self._address] = True
        _log.warning("%s: %s is not in [access] proxy_addresses, they are ignored", _ELSEWHERE, self._address)
        self._record(Action.SIGN_IN, "", "", outcome=Outcome.REFUSED, reason=Reason.NOT_THE_PROXY.name)

    @property
    def _is_socket(self) -> bool:
        return bool(self._scope["type"] == "websocket")

    def refuse(self, refusal: Refusal, status: int = 401) -> ASGIApp:
        """What answers somebody who is not let in."""
        return close if self._is_socket else _sentence(self._scope, refusal, status)


class WhileLetIn:
    """An app whose answer, which may take a while, is for somebody who is still let in when it comes."""

    def __init__(self, app: ASGIApp, who: Identity) -> None:
        self._app = app
        self._who = who

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_refused = False

        async def sent(message: Message) -> None:
            nonlocal is_refused
            if message["type"] == "http.response.start" and not process.is_still_in(self._who):
                is_refused = True
                await _sentence(scope, Refusal(Reason.ENDED), 401)(scope, receive, send)
            if not is_refused:
                await send(message)

        await self._app(scope, receive, sent)


def _believed(headers: Iterable[tuple[bytes, bytes]], peer: str, gate: Gate) -> tuple[list[tuple[bytes, bytes]], str]:
    """The headers without what a client may not say (ours, the proxy's from elsewhere), and what was wrong, or ""."""
    others = [(name.lower(), value) for name, value in headers if not name.lower().startswith(OWN.encode())]
    if gate.settings.sign_in != "proxy":
        return others, ""
    words = {name.encode() for name in proxy.header_names(gate.settings)}
    told = [name for name, _ in others if name in words]
    if not proxy.is_proxy(peer, gate.settings):
        return [(name, value) for name, value in others if name not in words], _ELSEWHERE if told else ""
    return others, _TWICE if len(told) != len(set(told)) else ""


def _resumes(headers: Headers) -> bool:
    """Whether a page wants to go on with a session of the framework: the third of its protocols names it."""
    entries = headers.get(_PROTOCOLS, "").split(",")
    return len(entries) > 2 and bool(entries[2].strip())


def _without_resuming(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers of somebody who goes on with nothing that was begun before."""
    return [
        (name, b",".join(value.split(b",")[:2]) if name == _PROTOCOLS.encode() else value) for name, value in headers
    ]


def _cookies_set(headers: Headers) -> dict[str, str]:
    """The cookies of a sign-in that an answer sets."""
    found: dict[str, str] = {}
    for line in headers.getlist("set-cookie"):
        found |= cookie_parser(line.partition(";")[0])
    return {name: value for name, value in found.items() if name.startswith(cookies.NAME) and value}


def _for_https_alone(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers of an answer whose cookies a browser never sends unencrypted; the framework leaves that out."""
    return [(name, value + b"; Secure" if name.lower() == b"set-cookie" else value) for name, value in headers]


def _sentence(scope: Scope, refusal: Refusal, status: int) -> Response:
    if "text/html" not in Headers(scope=scope).get("accept", ""):
        return JSONResponse({"error": refusal.sentence}, status_code=status)
    sentence = Sentence("不能查看", refusal.sentence, (("/", "登录"),))
    return HTMLResponse(page_of(sentence, base_path()), status_code=status)
