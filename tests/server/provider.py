"""A real OpenID Connect provider, and a cockpit that signs people in at it."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from access.cookies import NAME
from casebase.settings import ROOT
from docs.make_screenshots import free_port, wait_for
from tests.servers import own_cockpit

SECRET = "0123456789abcdef0123456789abcdef"
PEOPLE: tuple[dict[str, Any], ...] = (
    {"sub": "li", "name": "李局长", "roles": ["局领导"]},
    {"sub": "zhang", "name": "张三", "roles": ["pc-staff"], "areas": ["金水区"]},
    {"sub": "wang", "name": "王五", "roles": ["访客"]},
    {"sub": "admin", "name": "赵管理", "roles": ["pc-admin"]},
)
ROLES = {"leader": '["局领导"]', "staff": '["pc-staff"]', "administrator": '["pc-admin"]', "screen": '["pc-wall"]'}


@contextmanager
def provider() -> Iterator[str]:
    """The address of a provider that knows the people above, each by one click."""
    port = free_port()
    claims = [argument for person in PEOPLE for argument in ("--user-claims", json.dumps(person))]
    # A process of its own: what it is made of warns of its own age.
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), *claims]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


@dataclass(frozen=True)
class Guarded:
    """How a cockpit that asks who somebody is, is started: always on the same port, with the same secrets."""

    url: str
    folder: Path
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def running(self) -> Iterator[str]:
        options = ["--secrets.files", str(self.folder / "secrets.toml")]
        with own_cockpit(self.url, self.folder / "config.toml", self.port, options) as address:
            yield address


def guarded(url: str, folder: Path, at: str, **access: str) -> Guarded:
    """A cockpit on a database behind a sign-in at a provider (or, by `access`, as its section says)."""
    text = (ROOT / "config.toml").read_text(encoding="utf-8").replace("live = true", "live = false")
    settings = {
        "sign_in": '"oidc"',
        "sessions": f'"{folder}/sessions.json"',
        "log": f'"{folder}/log"',
        **access,
        **ROLES,
    }
    for name, value in settings.items():
        lines = [f"{name} = {value}" if line.startswith(f"{name} = ") else line for line in text.splitlines()]
        assert lines != text.splitlines(), name
        text = "\n".join(lines)
    (folder / "config.toml").write_text(text, encoding="utf-8")
    port = free_port()
    (folder / "secrets.toml").write_text(
        f"""[auth]
redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
cookie_secret = "{SECRET}"
client_id = "cockpit"
client_secret = "known to both"
server_metadata_url = "{at}/.well-known/openid-configuration"
""",
        encoding="utf-8",
    )
    return Guarded(url, folder, port)


def cookie(address: str, claims: Mapping[str, object], secret: str = SECRET) -> str:
    """What the framework's cookie of somebody is, signed now."""
    content = {"origin": address, "is_logged_in": True, "provider": "default", **claims}
    return create_signed_value(secret, NAME, json.dumps(content)).decode()


def with_cookie(address: str, value: str) -> Sequence[Any]:
    """The cookie for a browser."""
    return [{"name": NAME, "value": value, "url": address}]
