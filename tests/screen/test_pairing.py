"""A screen is paired by a code, sees the wall in its scope and nothing else, and is out the moment it is revoked."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from starlette.applications import Starlette
from starlette.middleware import Middleware

from access.entry import Action
from access.identity import Identity, Role
from access.log_search import Search, search
from access.pairing import SECRET, PairingRefusal
from access.screens import TOKEN, Screen
from casebase.engine import Casebase
from casebase.scope import WHOLE, Scope
from cockpit import process
from docs.make_screenshots import WALL_DONE
from screen.routes import routes
from server.guard import Refusals
from server.identity import Identities
from tests.pages.conftest import begin_process
from tests.screen.asgi import Answer, Client
from tests.server.provider import guarded

DISTRICT = Scope(frozenset({"410105"}))
PROXY = "127.0.0.1"
HTML = {"Accept": "text/html"}


def told(user: str, role: str, areas: str = "") -> dict[str, str]:
    """What the proxy says of a person."""
    return {"X-Forwarded-User": user, "X-Forwarded-Groups": role, "X-Forwarded-Areas": areas}


ADMINISTRATOR = told("zhao", "pc-admin")


@pytest.fixture
def server(
    city: Casebase, demo_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopped_clock: object
) -> Iterator[Client]:
    """The wall's part of the server behind a sign-in by a proxy, which is where the client is."""
    city.engine.dispose()
    access = {"sign_in": '"proxy"', "proxy_addresses": f'["{PROXY}"]'}
    behind_proxy = guarded(demo_url, tmp_path, "", **access)
    begin_process(monkeypatch, demo_url, behind_proxy.folder / "config.toml")
    app = Starlette(routes=routes(), middleware=[Middleware(Refusals), Middleware(Identities)])
    yield Client(app)
    process.live_data().casebase.engine.dispose()
    process.forget_all()


def cookies(answer: Answer) -> dict[str, Any]:
    found: SimpleCookie = SimpleCookie()
    for line in answer.headers.getlist("set-cookie"):
        found.load(line)
    return dict(found)


def brings(**brought: str) -> dict[str, str]:
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in brought.items())}


def pair(server: Client, scope: Scope = DISTRICT) -> tuple[Screen, dict[str, str]]:
    """A screen that somebody has entered the code of, and its cookie."""
    shown = server.post("/screen/pairing")
    secret = cookies(shown)[SECRET].value
    who = Identity("zhao", "赵管理", Role.ADMINISTRATOR, WHOLE, address=PROXY)
    screen = process.pairing().pair(who, shown.json()["code"], "大厅东墙", scope)
    assert isinstance(screen, Screen)
    answer = server.post("/screen/pairing", headers=brings(**{SECRET: secret}))
    assert answer.json() == {"paired": True}
    return screen, brings(**{TOKEN: cookies(answer)[TOKEN].value})


def test_nobody_is_shown_a_code_that_stays_until_it_is_entered(server: Client) -> None:
    page = server.get("/screen", HTML)
    assert "请由领导或管理人员在「大屏管理」页输入" in page.text
    assert "screen/static/pairing.js" in page.text
    shown = server.post("/screen/pairing")
    assert re.fullmatch(r"\w{4} \w{4}", shown.json()["code"])
    kept = cookies(shown)[SECRET]
    assert (kept["httponly"], kept["samesite"], kept["path"], kept["secure"]) == (True, "strict", "/screen", "")
    again = server.post("/screen/pairing", headers=brings(**{SECRET: kept.value}))
    assert again.json()["code"] == shown.json()["code"]
    assert cookies(again) == {}
    over_https = server.post("/screen/pairing", headers={"X-Forwarded-Proto": "https"})
    assert cookies(over_https)[SECRET]["secure"] is True
    for _ in range(4):
        assert server.post("/screen/pairing").status_code == 200
    assert server.post("/screen/pairing").status_code == 429
    assert server.post("/screen/pairing", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_without_sign_in_there_is_nothing_to_pair(city: Casebase) -> None:
    client = Client(Starlette(routes=routes(), middleware=[Middleware(Identities)]))
    assert "wall.js" in client.get("/screen", HTML).text
    assert client.post("/screen/pairing").status_code == 404


def test_a_paired_screen_sees_the_wall_in_its_scope_and_nothing_else(server: Client) -> None:
    screen, token = pair(server)
    assert "wall.js" in server.get("/screen", token | HTML).text
    (scene,) = server.get("/screen/data?scenes=overview", token).json()["scenes"]
    assert "金水区" in scene["said"]
    (own,) = server.get("/screen/data?scenes=overview", told("li", "局领导", "410105")).json()["scenes"]
    assert scene == own
    assert server.get("/screen/data?scenes=overview&area=410103", token).status_code == 404
    assert server.get("/screen/wish?wall=1", token).status_code == 200
    wish = {"channel": "", "scene": "", "set": "", "area": "", "period": "本月"}
    assert server.post("/screen/wish", data=wish, headers=token).status_code == 401
    for path in ("/remote", "/media/1.csv", "/news", "/_stcore/stream", "/app/static/x"):
        assert server.get(path, token).status_code in (401, 404), path
    # A token that is only like it, or stands where another cookie does, is none.
    other = {name: value[:-1] for name, value in token.items()}
    assert server.get("/screen/data", other).status_code == 401
    assert server.get("/screen/data", {"Cookie": token["Cookie"].replace(TOKEN, SECRET)}).status_code == 401
    assert process.pairing().screens.get(screen.key) is not None


def test_a_signed_in_person_sees_the_wall_unpaired_and_a_screen_s_account_nothing_else(server: Client) -> None:
    assert "wall.js" in server.get("/screen", ADMINISTRATOR | HTML).text
    assert server.post("/screen/pairing", headers=ADMINISTRATOR).json() == {"paired": True}
    account = told("wall-1", "pc-wall")
    assert server.get("/screen/data?scenes=backlog", account).status_code == 200
    assert server.get("/remote", account).status_code == 403
    assert server.get("/remote", ADMINISTRATOR).status_code == 200
    assert server.get("/remote").status_code == 401


def test_a_remote_turns_the_walls_of_its_own_scope_and_no_wall_beyond_its_own(server: Client) -> None:
    _, token = pair(server)
    staff, leader = told("qian", "pc-staff", "410103"), told("li", "局领导")
    wish = {"channel": "会议室", "scene": "duty", "set": "", "area": "", "period": "本月"}

    def shown(headers: dict[str, str]) -> tuple[str, str]:
        told_to_show = server.get("/screen/wish?channel=会议室&wall=1", headers).json()
        return told_to_show["scene"], told_to_show["area"]

    assert server.post("/screen/wish", data=wish, headers=staff).status_code == 200
    assert (shown(token), shown(staff)) == (("", ""), ("duty", ""))
    assert server.post("/screen/wish", data=wish | {"area": "410105"}, headers=staff).status_code == 400
    for area, held in (("410105", "410105"), ("410103", "")):
        answer = server.post("/screen/wish", data=wish | {"scene": "hot", "area": area}, headers=leader)
        assert answer.status_code == 200
        assert shown(token) == ("hot", held)
    # The wall of the other district is counted for the leader alone.
    counted = [server.get("/screen/wish?channel=会议室", who).json()["walls"] for who in (leader, staff)]
    assert counted == [{"会议室": 2}, {"会议室": 1}]
    assert process.access_log().flush()
    done = search(process.access_log().folder, Search(action=Action.REMOTE))
    assert [logged.entry.user for logged in done if logged.entry is not None] == ["li", "li", "qian"]


def test_a_revoked_screen_is_out_at_once_in_the_middle_of_a_look_too(server: Client) -> None:
    screen, token = pair(server)
    with ThreadPoolExecutor(1) as thread:
        begun = time.monotonic()
        looking = thread.submit(server.get, "/screen/wish?wall=1&known=0", token)
        time.sleep(0.5)
        assert not looking.done()
        process.pairing().screens.revoke(screen.key)
        answer = looking.result()
    assert answer.status_code == 401
    assert "number" not in answer.text
    assert time.monotonic() - begun < 1.5
    assert server.get("/screen/data", token).status_code == 401
    assert "pairing.js" in server.get("/screen", token | HTML).text


@pytest.mark.browser
def test_a_code_is_entered_by_a_signed_in_person_the_wall_shows_and_revoking_ends_it(
    browser: Browser, demo_url: str, tmp_path: Path
) -> None:
    access = {"sign_in": '"proxy"', "proxy_addresses": f'["{PROXY}"]'}
    behind_proxy = guarded(demo_url, tmp_path, "", **access)
    (tmp_path / "secrets.toml").write_text("", encoding="utf-8")
    with behind_proxy.running() as address:
        contexts = [browser.new_context(locale="zh-CN"), browser.new_context(extra_http_headers=ADMINISTRATOR)]
        wall, person = (context.new_page() for context in contexts)
        for page in (wall, person):
            page.set_default_timeout(60_000)
        wall.goto(f"{address}/screen")
        code = wall.locator("#code")
        expect(code).to_have_text(re.compile(r"^\w{4} \w{4}$"), timeout=60_000)
        shown = code.inner_text()
        person.goto(f"{address}/screens")
        person.get_by_label("配对码").fill("7K3M 9XPA")
        person.get_by_label("名称").fill("大厅东墙")
        choose(person, "显示范围", "金水区")
        person.get_by_role("button", name="配对", exact=True).click()
        # A mistyped code is said in the form, and empties none of it.
        form = person.get_by_test_id("stForm")
        expect(form.get_by_text(PairingRefusal.WRONG_CODE.value)).to_be_visible(timeout=60_000)
        person.get_by_label("配对码").fill(shown)
        person.get_by_role("button", name="配对", exact=True).click()
        expect(person.get_by_text("「大厅东墙」已配对")).to_be_visible(timeout=60_000)
        expect(person.get_by_label("配对码")).to_have_value("")
        wall.wait_for_selector(WALL_DONE, timeout=60_000)
        expect(wall.locator("#scope")).to_contain_text("金水区")
        # By keys alone: the question is a step of Tab away.
        person.get_by_role("button", name="撤销").press("Enter")
        person.get_by_role("button", name="确认撤销").wait_for()
        person.keyboard.press("Tab")
        person.keyboard.press("Enter")
        expect(code).to_have_text(re.compile(r"^\w{4} \w{4}$"), timeout=60_000)
        assert code.inner_text() != shown
        for context in contexts:
            context.close()


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=re.compile(label)).click()
    page.get_by_role("option", name=option, exact=True).click()
