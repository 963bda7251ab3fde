"""What the server refuses: long bodies, files, writes from other sites; and the headers of every answer."""

import json
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from app import app as cockpit
from casebase.engine import Casebase
from cockpit import process
from pages.parts import menu
from screen.routes import routes
from server.guard import MOST_BYTES, Refusals, known
from server.headers import SecurityHeaders
from tests.screen.asgi import Client

WISH = {"channel": "", "scene": "backlog", "set": "", "area": "", "period": "本月"}


@pytest.fixture
def client() -> Client:
    """Our own routes behind the same guard as on the server."""
    guard = [Middleware(SecurityHeaders), Middleware(Refusals)]
    outermost: list[object] = [middleware.cls for middleware in cockpit._user_middleware[:2]]
    assert outermost == [SecurityHeaders, Refusals]
    return Client(Starlette(routes=routes(), middleware=guard))


def test_a_wish_is_taken_and_every_answer_carries_the_headers(client: Client, city: Casebase) -> None:
    assert city.state().demonstration
    taken = client.post("/screen/wish", data=WISH | {"area": "410105"})
    assert taken.json()["number"] == 1
    for answer in (taken, client.get("/screen"), client.get("/none", headers={"Accept": "text/html"})):
        policy = answer.headers["content-security-policy"]
        assert "img-src 'self' data: blob:;" in policy
        assert "http:" not in policy
        assert "'unsafe-eval'" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "frame-ancestors 'self'" in policy


@pytest.mark.parametrize(
    "body", [b"[" * 6000, b"{}", b"[]", b'"x"', b"\xff", json.dumps(WISH | {"channel": {"a": 1}}).encode()]
)
def test_what_is_no_wish_is_refused_with_a_sentence(client: Client, city: Casebase, body: bytes) -> None:
    assert city.state().demonstration
    answer = client.post("/screen/wish", body=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert set(answer.json()) == {"error"}


def test_a_long_body_is_refused_before_it_is_read(client: Client, city: Casebase) -> None:
    assert city.state().demonstration
    head = {"Content-Type": "application/json"}
    stated = client.post("/screen/wish", body=b" " * (MOST_BYTES + 1), headers=head)
    assert (stated.status_code, stated.read) == (413, 0)
    unstated = client.post("/screen/wish", body=(b" " * 8192 for _ in range(1000)), headers=head)
    assert (unstated.status_code, unstated.read) == (413, MOST_BYTES // 8192 + 1)
    assert client.post("/screen/wish", body=b"", headers=head | {"Content-Length": "-1"}).status_code == 413


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),  # no browser
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "http://localhost"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_only_our_own_pages_write(client: Client, city: Casebase, headers: dict[str, str], status: int) -> None:
    assert city.state().demonstration
    assert client.post("/screen/wish", data=WISH, headers=headers).status_code == status


def test_a_form_of_another_site_is_no_wish(client: Client, city: Casebase) -> None:
    assert city.state().demonstration
    answer = client.post("/screen/wish", body=json.dumps(WISH).encode(), headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415


def test_no_file_is_taken(client: Client) -> None:
    assert client.send("PUT", "/_stcore/upload_file/session/file", {}).status_code == 403


def test_an_address_without_a_page_says_so_in_chinese(client: Client) -> None:
    answer = client.get("/none", headers={"Accept": "text/html,*/*"})
    assert answer.status_code == 404
    assert "没有这个页面" in answer.text
    assert client.get("/backlog/deeper", headers={"Accept": "text/html"}).status_code == 404
    for path in (*(entry.path for entry in menu.ENTRIES), "static/js/index.js", "_stcore/health", "favicon.png"):
        assert known(f"/{path}")  # the framework's own, which is not behind these routes


def test_unknown_districts_periods_scenes_and_long_channels_have_answers(client: Client, city: Casebase) -> None:
    assert city.state().demonstration
    for query in ("area=999999", "period=去年", "scenes=none", f"area={'4' * 5000}"):
        answer = client.get(f"/screen/data?{query}")
        assert answer.status_code == 404, query
        assert "不存在" in answer.json()["unknown"]
        assert len(answer.text) < 200
    assert client.get("/screen/figures?area=999999").status_code == 404
    assert client.get(f"/screen/wish?channel={'长' * 41}").status_code == 400
    assert client.post("/screen/wish", data=WISH | {"channel": "长" * 41}).status_code == 400


def test_a_wrong_configuration_is_a_sentence(client: Client, city: Casebase, tmp_path: Path) -> None:
    assert city.state().demonstration
    broken = tmp_path / "broken.toml"
    broken.write_text("[city\n", encoding="utf-8")

    def no_clock() -> None:
        process.settings()

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COCKPIT_CONFIG", str(broken))
        patch.setattr("cockpit.process.now", no_clock)
        process.forget_all()
        for path in ("/screen", "/remote"):
            answer = client.get(path)
            assert answer.status_code == 503
            assert "配置文件有误" in answer.text
            assert str(tmp_path) not in answer.text
        for path in ("/screen/data", "/screen/figures", "/screen/wish"):
            assert client.get(path).json() == {"error": True}, path
        assert client.post("/screen/wish", data=WISH).status_code == 503
    process.forget_all()


def test_the_bureau_s_name_is_text(client: Client, city: Casebase, monkeypatch: pytest.MonkeyPatch) -> None:
    assert city.state().demonstration
    named = process.settings().model_copy(
        update={"city": process.settings().city.model_copy(update={"bureau": "<script>市&局"})}
    )
    monkeypatch.setattr("cockpit.process.settings", lambda: named)
    assert "&lt;script&gt;市&amp;局" in client.get("/screen").text


@pytest.mark.parametrize(
    "path", ["/screen/data?scenes=backlog", "/screen/figures", "/screen/wish", "/screen", "/remote"]
)
def test_other_sites_read_nothing_of_the_wall_and_put_it_into_no_page(
    client: Client, city: Casebase, path: str
) -> None:
    assert city.state().demonstration
    own, linked = {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert client.get(path, headers=own).status_code == 200
    for site in ("cross-site", "same-site"):
        elsewhere = {"Sec-Fetch-Site": site}
        for mode in ({}, {"Sec-Fetch-Mode": "no-cors"}, {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}):
            answer = client.get(path, headers=elsewhere | mode)
            assert answer.status_code == 403
            assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert client.get(path, headers=elsewhere | linked).status_code == (200 if path.count("/") == 1 else 403)
