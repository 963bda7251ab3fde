"""Signing in and out in a real browser at a real provider."""

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from access.cookies import NAME
from tests.server.provider import Guarded, cookie, guarded, provider, with_cookie

pytestmark = pytest.mark.browser
# Milliseconds: a page of a machine that has other things to do.
PATIENCE = 60_000


@pytest.fixture(scope="module")
def cockpit(demo_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with provider() as at:
        started = guarded(demo_url, tmp_path_factory.mktemp("signed_in"), at, contact='"信息科张工"')
        with started.running():
            yield started


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Callable[[], BrowserContext]]:
    """A function to a browser that was never here."""
    opened: list[BrowserContext] = []

    def come() -> BrowserContext:
        opened.append(browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN"))
        opened[-1].set_default_timeout(PATIENCE)
        return opened[-1]

    yield come
    for context in opened:
        context.close()


def sign_in(context: BrowserContext, address: str, who: str, path: str = "/dictionary") -> Page:
    page = context.new_page()
    page.goto(address + path)
    page.get_by_role("button", name="登录").click()
    page.get_by_role("button", name=who, exact=True).click()
    return page


def is_at_the_door(page: Page, *says: str) -> None:
    """A page shows the way in and nothing else: no menu, no filter, no number."""
    expect(page.get_by_role("heading", name="郑州市信访局")).to_be_visible(timeout=PATIENCE)
    expect(page.locator('[data-testid="stTopNavLink"], .st-key-filters, [data-testid="stDataFrame"]')).to_have_count(0)
    expect(page.locator(".signed-in")).to_have_count(0)
    for text in says:
        expect(page.get_by_text(text)).to_be_visible(timeout=PATIENCE)


def lies_over_nothing(page: Page) -> None:
    """Who is signed in stands in the bar beside all else, or below it where the window is narrow."""
    before = page.viewport_size
    for width in (360, 768, 1199, 1200, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_timeout(300)
        line = page.locator(".signed-in").bounding_box()
        bar = page.locator('[data-testid="stHeader"]').bounding_box()
        assert line is not None
        assert bar is not None
        under = line["y"] >= bar["y"] + bar["height"] - 1
        ends = (
            page.locator('[data-testid="stHeader"]')
            .locator("img, a, button")
            .evaluate_all("found => found.map(one => one.getBoundingClientRect().right)")
        )
        assert under or max(ends) < line["x"], (width, line, ends)
    assert before is not None
    page.set_viewport_size(before)


def test_whoever_signs_in_is_named_and_signing_out_ends_it_on_every_tab_for_good(
    cockpit: Guarded, demo_url: str, visitor: Callable[[], BrowserContext]
) -> None:
    context, address = visitor(), cockpit.address
    first = context.new_page()
    first.goto(f"{address}/search?q=1")
    is_at_the_door(first)
    first.close()
    page = sign_in(context, address, "li")
    expect(page.locator(".signed-in")).to_have_text("李局长领导退出", timeout=PATIENCE)
    lies_over_nothing(page)
    other = context.new_page()
    other.goto(f"{address}/dictionary")
    expect(other.locator(".signed-in")).to_be_visible(timeout=PATIENCE)
    expect(other.get_by_role("link", name="会话管理")).to_have_count(0)
    other.goto(f"{address}/sessions")
    said = "您没有查看「会话管理」的权限，已打开「一屏总览」；需要时请联系信息科张工。"
    expect(other.get_by_text(said)).to_be_visible(timeout=PATIENCE)
    expect(other.get_by_role("dialog")).to_have_count(0)
    expect(other.get_by_text(re.compile("not found|requested|main page"))).to_have_count(0)
    other.goto(f"{address}/dictionary")
    [kept] = [brought for brought in context.cookies() if brought["name"] == NAME]
    copied = visitor()
    copied.add_cookies([{"name": NAME, "value": kept["value"], "url": address}])
    stolen = copied.new_page()
    stolen.goto(f"{address}/dictionary")
    expect(stolen.locator(".signed-in")).to_be_visible(timeout=PATIENCE)

    page.get_by_role("link", name="退出").click()
    page.wait_for_url(re.compile("end_session"))
    is_at_the_door(other)
    is_at_the_door(stolen, "已退出，请重新登录。")
    page.get_by_role("button").first.click()
    is_at_the_door(page)


def test_an_administrator_ends_the_sessions_of_somebody_else(
    cockpit: Guarded, visitor: Callable[[], BrowserContext]
) -> None:
    reader = sign_in(visitor(), cockpit.address, "zhang")
    expect(reader.locator(".signed-in")).to_contain_text("张三业务", timeout=PATIENCE)
    page = sign_in(visitor(), cockpit.address, "admin")
    expect(page.locator(".signed-in")).to_be_visible(timeout=PATIENCE)
    page.goto(f"{cockpit.address}/sessions")
    page.get_by_role("combobox", name=re.compile("结束谁的会话")).click()
    page.get_by_role("option", name="张三（zhang）").click()
    page.get_by_role("button", name="结束全部会话").click()
    page.get_by_role("button", name="确认结束全部会话").click()
    is_at_the_door(reader, "已退出，请重新登录。")
    expect(page.locator(".signed-in")).to_be_visible()


def test_who_has_no_role_is_told_whom_to_ask(cockpit: Guarded, visitor: Callable[[], BrowserContext]) -> None:
    page = sign_in(visitor(), cockpit.address, "wang")
    is_at_the_door(page, "王五：此账号没有使用本系统的角色。如需开通或有疑问，请联系信息科张工。")
    expect(page.get_by_role("button", name="登录")).to_have_count(0)
    expect(page.get_by_role("link", name="换账号登录")).to_be_visible()


LEADER = {"sub": "chen", "name": "陈", "roles": ["局领导"]}


@pytest.mark.parametrize(
    ("claims", "secret", "says"),
    [
        ({**LEADER, "exp": 4e9}, "f" * 32, "登录信息不完整或格式不对。"),
        ({**LEADER, "exp": 1.7e9}, None, "登录已到期，请重新登录。"),
        ({**LEADER, "exp": 4e9, "areas": ["410199"]}, None, "陈：此账号的区域或单位在本系统中不存在。"),
    ],
)
def test_a_cookie_that_is_forged_or_has_run_out_shows_nothing(
    cockpit: Guarded, visitor: Callable[[], BrowserContext], claims: dict[str, object], secret: str | None, says: str
) -> None:
    context = visitor()
    value = cookie(cockpit.address, claims, **({"secret": secret} if secret else {}))
    context.add_cookies(with_cookie(cockpit.address, value))
    page = context.new_page()
    page.goto(cockpit.address)
    is_at_the_door(page, says)


def test_an_open_page_closes_when_the_token_runs_out(cockpit: Guarded, visitor: Callable[[], BrowserContext]) -> None:
    context = visitor()
    end = time.time() + 15
    context.add_cookies(with_cookie(cockpit.address, cookie(cockpit.address, {**LEADER, "sub": "sun", "exp": end})))
    page = context.new_page()
    page.goto(f"{cockpit.address}/dictionary")
    expect(page.locator(".signed-in")).to_be_visible(timeout=PATIENCE)
    assert time.time() < end
    is_at_the_door(page, "登录已到期，请重新登录。")
    assert time.time() >= end
