"""What a click does to the address and to the browser's history, in a real browser; each page's in test_walk.py."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from docs.make_screenshots import DONE
from tests.pages.conftest import wait_until

pytestmark = pytest.mark.browser
PATIENCE = 90_000


def asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def settled(page: Page) -> None:
    page.wait_for_selector(DONE, timeout=PATIENCE)
    expect(page.locator(".cutoff")).to_be_visible(timeout=PATIENCE)


def open_first_row(page: Page) -> None:
    """Click into the first row of the table, which is drawn on a canvas."""
    table = page.locator('[data-testid="stDataFrame"]').first
    expect(table.locator("canvas").first).to_be_visible(timeout=PATIENCE)
    for _ in range(20):
        table.click(position={"x": 60, "y": 52})
        try:
            page.wait_for_url("**/case?**", timeout=3000)
        except PlaywrightTimeout:  # the table listens only some time after it is drawn
            continue
        return
    raise AssertionError("no case was opened")


def entries(page: Page) -> int:
    """How many entries the browser's history has."""
    number: int = page.evaluate("history.length")
    return number


def test_back_undoes_one_step_of_the_person(window: BrowserContext, address: str) -> None:
    """A period, a list, a case; then back and forward, one entry of the history for each, named by what it shows."""
    page = window.new_page()
    page.goto(f"{address}/")
    settled(page)
    wait_until(page, "window.historyOfSteps === true")  # on a busy machine the page stands before its script does
    steps, began = [page.url], entries(page)
    expect(page).to_have_title("一屏总览 · 信访领导驾驶舱")
    page.get_by_text("上月", exact=True).first.click()
    page.wait_for_url("**/?period=*", timeout=PATIENCE)
    settled(page)
    steps.append(page.url)
    page.locator('[data-key="registered"] .open').first.click(position={"x": 20, "y": 60}, timeout=PATIENCE)
    page.wait_for_url("**/list?**period=**", timeout=PATIENCE)
    settled(page)
    steps.append(page.url)
    expect(page).to_have_title("登记量：明细 · 信访领导驾驶舱")
    open_first_row(page)
    settled(page)
    steps.append(page.url)
    expect(page).to_have_title(re.compile(r"^\d+ · 信访领导驾驶舱$"))
    assert entries(page) == began + 3  # the period, the list, the case
    for step in reversed(steps[:-1]):
        page.go_back()
        page.wait_for_url(step, timeout=PATIENCE)
        settled(page)
        chosen = page.locator('.st-key-period [aria-checked="true"]')
        expect(chosen).to_have_text("本月" if step == steps[0] else "上月", timeout=PATIENCE)
        expect(page).to_have_title(f"{'登记量：明细' if '/list' in step else '一屏总览'} · 信访领导驾驶舱")
        # A run of the page before, which began as the person left it, names that page until the run of this one begins.
        expect(page).to_have_url(step, timeout=PATIENCE)
    for step in steps[1:]:
        page.go_forward()
        page.wait_for_url(step, timeout=PATIENCE)
        settled(page)
    expect(page).to_have_url(steps[-1], timeout=PATIENCE)
    assert entries(page) == began + 3
    # Two steps back in haste, the second while the page of the first is being made.
    page.evaluate("() => { history.back(); setTimeout(() => history.back(), 80) }")
    page.wait_for_url(steps[1], timeout=PATIENCE)
    expect(page.locator(".st-key-six")).to_be_visible(timeout=PATIENCE)
    settled(page)
    expect(page).to_have_url(steps[1], timeout=PATIENCE)
    page.close()


def test_two_quick_choices_are_two_steps(window: BrowserContext, address: str) -> None:
    page = window.new_page()
    page.goto(f"{address}/")
    settled(page)
    wait_until(page, "window.historyOfSteps === true")
    began, places = entries(page), [page.get_by_text(label, exact=True).first for label in ("上月", "本年")]
    boxes = [place.bounding_box() for place in places]
    for box in boxes:
        assert box is not None
        page.mouse.click(box["x"] + 5, box["y"] + 5)
    page.wait_for_url("**/?period=%E6%9C%AC%E5%B9%B4", timeout=PATIENCE)
    assert entries(page) == began + 2
    page.close()


def test_a_page_s_own_choice_is_in_its_address_and_a_step(window: BrowserContext, address: str) -> None:
    page = window.new_page()
    page.goto(f"{address}/dispatch?period=本年&dispatch_level=街道（乡镇）")
    settled(page)
    wait_until(page, "window.historyOfSteps === true")  # before, a choice is no step to go back from
    chosen = page.locator('.st-key-dispatch_level [aria-checked="true"]')
    expect(chosen).to_have_text("街道（乡镇）")
    page.locator(".st-key-dispatch_level").get_by_text("社区", exact=False).click()
    page.wait_for_url("**dispatch_level=%E7%A4%BE%E5%8C%BA**", timeout=PATIENCE)
    # The browser writes the address before the server is asked: a step is done when what was chosen is drawn.
    page.locator(".st-key-ranked_community_contact_hours").wait_for(timeout=PATIENCE)
    settled(page)
    page.go_back()
    expect(chosen).to_have_text("街道（乡镇）", timeout=PATIENCE)
    assert asked(page)["dispatch_level"] == ["街道（乡镇）"]
    page.close()


def test_no_chart_is_left_to_what_the_browser_may_have_dropped(window: BrowserContext, address: str) -> None:
    """Every message is whole: a reference to one that the browser dropped meanwhile ends the page."""
    page = window.new_page()
    frames: list[str | bytes] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(frame)))
    page.goto(f"{address}/")
    settled(page)
    page.get_by_text("在办件", exact=True).first.click()
    page.wait_for_url("**/backlog*", timeout=PATIENCE)
    settled(page)
    page.go_back()
    page.wait_for_url(f"{address}/", timeout=PATIENCE)
    settled(page)
    messages = [ForwardMsg.FromString(frame) for frame in frames if isinstance(frame, bytes)]
    charts = [message for message in messages if message.ByteSize() > 10_000]  # what the framework would keep
    assert len(charts) > 5
    assert not [message for message in messages if message.WhichOneof("type") == "ref_hash"]


def test_a_list_leads_back_to_where_its_page_was_scrolled_without_an_entry(
    window: BrowserContext, address: str
) -> None:
    """A link leads to the top of a page; of the list's table, the browser says where it goes on out of sight."""
    page, top = window.new_page(), "document.querySelector('[data-testid=stMain]').scrollTop"
    page.goto(f"{address}/backlog")
    settled(page)
    wait_until(page, "window.historyOfSteps === true")
    card = page.locator('[data-key="closed"] .open').first
    for _ in range(20):  # what comes late above it pushes it down
        card.evaluate("card => card.scrollIntoView({block: 'center'})", timeout=PATIENCE)
        if page.evaluate(top) > 300:
            break
        page.wait_for_timeout(500)
    page.wait_for_timeout(1000)
    place, began = page.evaluate(top), entries(page)
    assert place > 300
    card.click(position={"x": 20, "y": 60}, timeout=PATIENCE)
    page.wait_for_url("**/list?**", timeout=PATIENCE)
    settled(page)
    assert page.evaluate(top) == 0
    table = page.locator('[data-testid="stDataFrame"]').first
    expect(table).to_have_attribute("data-goes-on", "", timeout=PATIENCE)
    table.locator(".dvn-scroller").evaluate("grid => grid.scrollTo(grid.scrollWidth, 0)")
    expect(table).not_to_have_attribute("data-goes-on", "", timeout=PATIENCE)
    page.get_by_role("button", name="← 返回").click()
    page.wait_for_url("**/backlog", timeout=PATIENCE)
    wait_until(page, f"{top} === {place}")
    assert entries(page) == began + 1
    page.close()
