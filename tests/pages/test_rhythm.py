"""How pages stand on a screen: one first screen, cards in line, tables as high as their rows, maps whole."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from docs.make_screenshots import DONE
from pages import overview

pytestmark = pytest.mark.browser
PATIENCE = 90_000
TOPS = "(nodes) => [...new Set(nodes.map((node) => Math.round(node.getBoundingClientRect().top)))]"
LINES = "(nodes) => nodes.map((node) => Math.round(node.getBoundingClientRect().height / 18))"
# Height of each table, and of its rows with the head.
TABLES = """() => [...document.querySelectorAll('[data-testid="stDataFrame"]')].map((table) =>
  [table.clientHeight - 2, table.querySelector('table').getAttribute('aria-rowcount') * 31])"""
# The block itself is as high as the ranking beside it, whose whole list opens below.
BOTTOM = "() => document.querySelector('.st-key-block_map canvas').getBoundingClientRect().bottom"


def shown(window: BrowserContext, address: str) -> Page:
    page = window.new_page()
    page.goto(address)
    page.wait_for_selector(DONE, timeout=PATIENCE)
    page.wait_for_selector(".cutoff", timeout=PATIENCE)
    page.wait_for_timeout(1500)
    return page


def in_line(page: Page) -> bool:
    """Whether each part of the cards begins at one height in the whole row."""
    parts = ("name", "value", "deltas", "beside", "spark")
    tops = {part: page.locator(f".card .{part}").evaluate_all(TOPS) for part in parts}
    return all(len(found) == 1 for found in tops.values())


def test_cards_stand_in_line_and_tables_show_no_blank_row(window: BrowserContext, address: str) -> None:
    page = shown(window, address)
    assert in_line(page)
    assert page.evaluate(BOTTOM) <= 768
    assert len(page.locator('.st-key-block_map [role="radiogroup"] button').evaluate_all(TOPS)) == 1
    (alerts,) = page.locator(".attention").evaluate_all(TOPS)
    assert alerts < min(page.locator(".card").evaluate_all(TOPS))
    page.close()
    page = shown(window, f"{address}/five_day")
    assert in_line(page)
    assert set(page.locator(".card .part").evaluate_all(LINES)) == {1}
    page.close()
    page = shown(window, f"{address}/data_quality")
    page.wait_for_selector('[data-testid="stDataFrame"] table', state="attached", timeout=PATIENCE)
    tables = page.evaluate(TABLES)
    assert tables
    assert all(high == rows for high, rows in tables)
    page.close()


def test_the_bar_breaks_between_time_and_the_rest_or_not_at_all(window: BrowserContext, address: str) -> None:
    """With days of one's own it is one line; where the streets come in, the choices of time have one to themselves."""
    days, groups = "period=自选&from=2026-11-01&to=2026-11-19", ("when", "which")
    for place, lines in (("", 1), ("&district=金水区", 2)):
        page = shown(window, f"{address}/dictionary?{days}{place}")
        tops = [page.locator(f".st-key-filters_{name} label").evaluate_all(TOPS) for name in groups]
        assert [len(found) for found in tops] == [1, 1], place
        assert len({top for (top,) in tops}) == lines, place
        page.close()


def test_on_a_tablet_maps_are_whole_cards_have_room_and_the_menu_is_chinese(
    window: BrowserContext, address: str
) -> None:
    """A map is laid out for the width of a desk: narrower, it would lose the labels at its sides."""
    for path, least in (("", 450), ("grid", 720)):
        page = shown(window, f"{address}/{path}")
        for width in (1180, 1024, 768):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(1000)
            map_width = page.locator('[data-testid="stDeckGlJsonChart"]').evaluate(
                "node => node.getBoundingClientRect().width"
            )
            assert map_width >= min(least, width - 80), (path, width)
            assert len(page.locator(".cards .card").evaluate_all(TOPS)) == (1 if width == 1180 else 2), (path, width)
        expect(page.get_by_text(re.compile("^另有 [0-9]+ 页$"))).to_be_visible()
        page.close()


def test_a_map_with_less_room_than_it_was_laid_out_for_is_drawn_smaller_and_whole(
    window: BrowserContext, address: str
) -> None:
    """Its labels are placed for that width: in less, those at the sides were cut."""
    page = shown(window, f"{address}/?period=本年")
    chart = page.locator('[data-testid="stDeckGlJsonChart"]')
    for width in (390, 360):
        page.set_viewport_size({"width": width, "height": 844})
        page.wait_for_timeout(1000)
        assert chart.evaluate("node => node.clientWidth") >= overview.MAP_SIZE[0], width
        right, room = chart.evaluate(
            "node => [node, node.parentElement].map((one) => one.getBoundingClientRect().right)"
        )
        assert right <= room + 1, width
    page.close()


def test_the_menu_of_a_narrow_window_closes_when_a_page_is_chosen(window: BrowserContext, address: str) -> None:
    """It lies over the page, which would change unseen."""
    page = shown(window, f"{address}/")
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="打开菜单").click()
    drawer = page.locator('[data-testid="stSidebar"]')
    expect(drawer).to_have_attribute("data-collapsed", "false")
    drawer.get_by_text("到期预警").click()
    expect(drawer).to_have_attribute("data-collapsed", "true")
    expect(page).to_have_title(re.compile("到期预警"), timeout=60_000)
    page.close()
