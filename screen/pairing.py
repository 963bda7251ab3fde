"""How a browser becomes a screen: it shows a code until somebody has entered it, and then keeps a token of its own."""

import logging

import anyio
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from access.identity import Identity
from access.pairing import SECRET, Code, in_groups
from access.requests import identity_of, presented_by
from access.screens import TOKEN
from casebase.errors import CasebaseError
from cockpit import process
from screen.html_pages import render_page
from screen.sentences import CONFIGURATION, page_of

_FRESH = {"Cache-Control": "no-store"}
_WALL, _PAIRING = "/screen", "/screen/pairing"

_log = logging.getLogger(__name__)


async def page(request: Request) -> Response:
    """The page that shows a code and waits for it to be entered."""
    try:
        settings = await anyio.to_thread.run_sync(process.settings)
    except CasebaseError as error:
        _log.warning("%s", error)
        return HTMLResponse(page_of(CONFIGURATION), status_code=503, headers=_FRESH)
    text = render_page("pairing.html.jinja", bureau=settings.city.bureau, base=_base(request))
    return HTMLResponse(text, headers=_FRESH)


async def ask(request: Request) -> Response:
    """What became of the code that a browser shows; its token once somebody has entered it, else a code.

    JSON: `paired`, or `code` and for how many more seconds it holds; 429 where too many codes are shown, 404 where
    nobody signs in.
    """
    if process.gate().is_open:
        return JSONResponse({"error": "not served here"}, status_code=404, headers=_FRESH)
    if isinstance(identity_of(request), Identity):
        # Paired already (a link on another site leaves the cookie behind, which comes now), or signed in meanwhile.
        return JSONResponse({"paired": True}, headers=_FRESH)
    address = presented_by(request.headers, request.cookies).address
    secret = request.cookies.get(SECRET, "")
    code = process.pairing().find(secret) if secret else None
    if code is not None and code.screen:
        given = await anyio.to_thread.run_sync(process.pairing().screens.give_token, code.screen, address)
        if given is not None:
            answer = JSONResponse({"paired": True}, headers=_FRESH)
            _set_cookie(request, answer, TOKEN, *given)
            _set_cookie(request, answer, SECRET, "", 0)
            return answer
        code = None
    return _shown(code) if code is not None else _begun(request, address)


def _begun(request: Request, address: str) -> Response:
    begun = process.pairing().begin(address)
    if begun is None:
        sentence = "等待配对的大屏太多，请稍候，有空位时自动显示配对码。"
        return JSONResponse({"error": sentence}, status_code=429, headers=_FRESH)
    secret, code = begun
    answer = _shown(code)
    _set_cookie(request, answer, SECRET, secret, process.pairing().seconds_left(code))
    return answer


def _shown(code: Code) -> Response:
    left = process.pairing().seconds_left(code)
    return JSONResponse({"paired": False, "code": in_groups(code.text), "seconds": round(left)}, headers=_FRESH)


def _set_cookie(request: Request, answer: Response, name: str, value: str, seconds: float) -> None:
    """A cookie that goes to the wall's own addresses alone, and to no script."""
    is_https = request.url.scheme == "https"
    path = f"{_base(request)}{_WALL}"
    answer.set_cookie(name, value, max_age=round(seconds), path=path, httponly=True, samesite="strict", secure=is_https)


def _base(request: Request) -> str:
    """The path that all of ours begin with: what stands before the wall's own."""
    path = request.url.path
    return path.removesuffix(_PAIRING if path.endswith(_PAIRING) else _WALL)
