"""nginx before the cockpit, by the files of deploy/: a real one, what it hands on, and what a client cannot forge."""

import http.client
import json
import os
import shutil
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from casebase.settings import ROOT
from docs.make_screenshots import free_port
from tests.pages.conftest import demo_file, demo_url, running_cockpit
from tests.server.test_headers import CARRIED

__all__ = ["demo_file", "demo_url", "running_cockpit"]
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
pytestmark = pytest.mark.skipif(
    NGINX is None or shutil.which("openssl") is None, reason="nginx and openssl are not installed"
)
FILES = ROOT / "deploy" / "nginx"
NAME = "cockpit.example.gov.cn"
# What says who somebody is, or where from, and what a client says in it.
_TELLING = """
X-Forwarded-User X-Forwarded-Preferred-Username X-Forwarded-Groups X-Forwarded-Areas X-Forwarded-Units X-Forwarded-For
X-Forwarded-Proto X-Forwarded-Host X-Forwarded-Port X-Forwarded-Prefix X-Real-IP Forwarded X_Forwarded_User
"""
FORGED = dict.fromkeys(_TELLING.split(), "forged")
Proxied = Callable[..., int]


class Echo(BaseHTTPRequestHandler):
    """Answers with the headers that it got; to /oauth2/auth by whom a cookie names."""

    def do_GET(self) -> None:
        cookie = self.headers.get("Cookie", "")
        is_asked = self.path == "/oauth2/auth"
        self.send_response(202 if is_asked and cookie else 401 if is_asked else 200)
        if is_asked and cookie:
            self.send_header("X-Auth-Request-User", cookie)
            self.send_header("X-Auth-Request-Groups", "leaders")
        body = b"" if is_asked else json.dumps(dict(self.headers)).encode()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing on the test's screen."""


@contextmanager
def serving_echo() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    files = folder / "cockpit.crt", folder / "cockpit.key"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}"]
    extended = ["-addext", f"subjectAltName=DNS:{NAME}", "-out", str(files[0]), "-keyout", str(files[1])]
    subprocess.run([*make, *extended], check=True, capture_output=True)
    return files


@pytest.fixture
def proxied(tmp_path: Path, certificate: tuple[Path, Path]) -> Iterator[Proxied]:
    """A function (file, upstream, auth=…) that starts nginx by a file of deploy/nginx; its port."""
    running: list[subprocess.Popen[bytes]] = []

    def start(file: str, upstream: int, auth: int = 1) -> int:
        port, plain = free_port(), free_port()
        shutil.copy(FILES / "cockpit-forward.inc", tmp_path)
        site = (FILES / file).read_text(encoding="utf-8")
        for old, new in (
            ("127.0.0.1:8501", f"127.0.0.1:{upstream}"),
            ("127.0.0.1:4180", f"127.0.0.1:{auth}"),
            ("listen 443", f"listen 127.0.0.1:{port}"),
            ("listen 80", f"listen 127.0.0.1:{plain}"),
            (f"server_name {NAME};", f"server_name {NAME} localhost;"),
            ("/etc/nginx/tls/cockpit.crt", str(certificate[0])),
            ("/etc/nginx/tls/cockpit.key", str(certificate[1])),
            ("/var/log/nginx/cockpit.log", str(tmp_path / "access.log")),
        ):
            assert old in site or old.endswith("4180")
            site = site.replace(old, new)
        (tmp_path / "site.conf").write_text(site, encoding="utf-8")
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = "\n".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in kinds)
        user = "user root;" if os.getuid() == 0 else ""
        (tmp_path / "nginx.conf").write_text(
            f"{user} daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}}\n"
            f"http {{ {temporary} include {tmp_path}/site.conf; }}\n",
            encoding="utf-8",
        )
        command = [
            str(NGINX),
            "-p",
            str(tmp_path),
            "-c",
            str(tmp_path / "nginx.conf"),
            "-e",
            str(tmp_path / "error.log"),
        ]
        checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr
        assert "[warn]" not in checked.stderr
        running.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        _wait_for(port)
        return port

    yield start
    for process in running:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    for _ in range(100):
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=2)) as connection:
            try:
                connection.connect()
            except OSError:
                time.sleep(0.05)
            else:
                return
    raise AssertionError("nginx did not start")


class _Secure(http.client.HTTPSConnection):
    """To 127.0.0.1, by the name that the certificate has."""

    def connect(self) -> None:
        http.client.HTTPConnection.connect(self)
        self.sock = self._trusting.wrap_socket(self.sock, server_hostname=NAME)

    def __init__(self, port: int, certificate: Path) -> None:
        super().__init__("127.0.0.1", port, timeout=20)
        self._trusting = ssl.create_default_context(cafile=str(certificate))


def get(port: int, certificate: Path, path: str, headers: dict[str, str]) -> tuple[http.client.HTTPResponse, bytes]:
    with closing(_Secure(port, certificate)) as connection:
        connection.request("GET", path, headers={"Host": f"{NAME}:{port}"} | headers)
        answer = connection.getresponse()
        return answer, answer.read()


def handed_on(port: int, certificate: Path, headers: dict[str, str]) -> dict[str, str]:
    """The headers that reach the cockpit, by their names in small letters."""
    answer, body = get(port, certificate, "/case?case=1", headers)
    assert answer.status == 200
    return {name.lower(): value for name, value in json.loads(body).items()}


def test_where_the_cockpit_asks_nobody_says_who_he_is(proxied: Proxied, certificate: tuple[Path, Path]) -> None:
    with serving_echo() as upstream:
        port = proxied("cockpit.conf", upstream)
        got = handed_on(port, certificate[0], FORGED)
    assert "forged" not in got.values()
    assert (got["x-forwarded-for"], got["x-forwarded-proto"]) == ("127.0.0.1", "https")
    assert got["host"] == f"{NAME}:{port}"


def test_where_the_proxy_asks_its_word_goes_before_a_client_s(proxied: Proxied, certificate: tuple[Path, Path]) -> None:
    with serving_echo() as upstream:
        port = proxied("cockpit-proxy.conf", upstream, upstream)
        got = handed_on(port, certificate[0], FORGED | {"Cookie": "zhang"})
        assert "forged" not in got.values()
        assert (got["x-forwarded-user"], got["x-forwarded-groups"]) == ("zhang", "leaders")
        assert "x-forwarded-areas" not in got
        answer, _ = get(port, certificate[0], "/case?case=1", FORGED)
        assert (answer.status, answer.headers["Location"]) == (
            302,
            f"https://{NAME}:{port}/oauth2/start?rd=/case?case=1",
        )
        answer, _ = get(port, certificate[0], "/oauth2/auth", {"Cookie": "zhang"})
        assert answer.status == 404  # what it asks by itself, nobody else may


def test_the_cockpit_behind_it(proxied: Proxied, certificate: tuple[Path, Path], address: str, tmp_path: Path) -> None:
    own = urlsplit(address).port
    assert own is not None
    port = proxied("cockpit.conf", own)
    host = {"Host": f"localhost:{port}"}
    answer, body = get(port, certificate[0], "/search?q=%E6%9F%90%E4%BA%BA", host)
    assert answer.status == 200
    assert b"<title>" in body
    assert all(value in answer.headers[name] for name, value in CARRIED.items())
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "nginx/" not in answer.headers["Server"]
    trusting = ssl.create_default_context(cafile=str(certificate[0]))
    url = f"wss://localhost:{port}/_stcore/stream"

    def opened(origin: str) -> ClientConnection:
        return connect(url, origin=Origin(origin), ssl=trusting, server_hostname=NAME)

    with opened(f"https://localhost:{port}") as socket:
        assert socket.response is not None
        assert socket.response.status_code == 101
    with pytest.raises(InvalidStatus) as refused:
        opened("https://evil.example")
    assert refused.value.response.status_code == 403
    with closing(_Secure(port, certificate[0])) as connection:
        connection.request("POST", "/screen/wish", body=b" " * 20_000, headers=host)
        assert connection.getresponse().status == 413
    log = (tmp_path / "access.log").read_text(encoding="utf-8")
    assert '"GET /search"' in log
    assert "%E6" not in log  # what was searched for
