"""What the server adds to the framework's way of signing in."""

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from access.gate import Gate
from access.lockout import Lockout
from access.sessions import Sessions
from casebase.directory import Directory
from casebase.settings import AccessSettings, RoleSettings
from cockpit import process
from server import identity
from server.identity import Identities
from tests.access.conftest import Clock
from tests.screen.asgi import Client


async def signed_in(_: Request) -> Response:
    answer = Response(status_code=302)
    answer.set_cookie("_streamlit_user", "x", httponly=True, samesite="lax")
    return answer


@pytest.mark.parametrize(("origin", "secure"), [("https://cockpit.example", True), ("http://127.0.0.1:8501", False)])
def test_a_cookie_of_https_is_never_sent_unencrypted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, origin: str, secure: bool
) -> None:
    settings = AccessSettings(sign_in="oidc", roles=RoleSettings(leader=("a",)))
    sessions = Sessions(settings, tmp_path / "sessions.json", Clock())
    gate = Gate(settings, sessions, Lockout(Clock()), lambda: Directory({}, {}), lambda: "s" * 32)
    monkeypatch.setattr(process, "gate", lambda: gate)
    monkeypatch.setattr(identity, "get_origin_from_redirect_uri", lambda: origin)
    client = Client(Starlette(routes=[Route("/oauth2callback", signed_in)], middleware=[Middleware(Identities)]))
    brought = client.get("/oauth2callback").headers["set-cookie"]
    assert brought.startswith("_streamlit_user=x; HttpOnly;")
    assert brought.endswith("; Secure") is secure
