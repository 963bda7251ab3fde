"""What the framework itself shows is Chinese: menus of tables, tooltips, choices without a match, dates."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page

from docs.make_screenshots import DONE
from tests.pages.conftest import wait_until

pytestmark = pytest.mark.browser
PATIENCE = 90_000
# All texts and labels in what the framework lays over the page or beside a table, that have a word in Latin letters.
ENGLISH = """() => {
  const places = '[data-testid^="stElementToolbar"], [data-testid^="stDataFrameColumn"], [data-baseweb], [role="menu"],'
    + '[role="dialog"], [role="listbox"], [role="tooltip"], [data-testid="stTooltipContent"]'
  const found = new Set()
  const say = (text) => { if (/[A-Za-z]{3}/.test(text ?? '')) found.add(text.trim()) }
  for (const place of document.querySelectorAll(places)) {
    if (place.checkVisibility && !place.checkVisibility()) continue
    const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) {
      const holder = walker.currentNode.parentElement
      if (holder.closest('style, [data-testid="stIconMaterial"]')) continue
      if (holder.checkVisibility()) say(walker.currentNode.data)
    }
    for (const node of [place, ...place.querySelectorAll('*')]) {
      if (!node.checkVisibility()) continue
      for (const name of ['aria-label', 'title', 'placeholder']) say(node.getAttribute(name))
    }
  }
  return [...found]
}"""


def test_what_the_framework_shows_is_chinese(window: BrowserContext, address: str) -> None:
    page = window.new_page()
    page.goto(f"{address}/backlog")
    page.wait_for_selector(DONE, timeout=PATIENCE)
    table = page.locator('[data-testid="stDataFrame"]').last
    table.scroll_into_view_if_needed()
    table.hover()
    looked(page, "显示或隐藏列")
    page.locator('[aria-label^="显示或隐藏列"]').last.click()
    wait_until(page, "document.body.innerText.includes('全选')")
    looked(page, "全选")
    page.keyboard.press("Escape")
    chart = page.locator('[data-testid="stVegaLiteChart"]').first
    chart.scroll_into_view_if_needed()
    chart.hover()
    looked(page, "下载图片")
    assert not page.locator('[aria-label^="Copy Vega"]').first.is_visible()
    choice = page.locator('[data-testid="stSelectbox"] input').first
    choice.click()
    page.keyboard.type("没有这样的地方")
    wait_until(page, "document.body.innerText.includes('没有相符的')")
    assert english(page) == []


def test_a_page_that_a_list_has_not_is_refused_in_chinese(window: BrowserContext, address: str) -> None:
    page = window.new_page()
    page.goto(f"{address}/list?metric=registered&part=hits&period=本年")
    page.wait_for_selector(DONE, timeout=PATIENCE)
    box = page.get_by_label(re.compile("^第几页（共 [0-9]+ 页）$"))
    box.fill("99")
    box.press("Enter")
    wait_until(page, "/请输入 1 到 [0-9]+ 之间的数。/.test(document.body.innerText)")
    labels = page.locator("[aria-label]").evaluate_all("(nodes) => nodes.map((node) => node.ariaLabel)")
    assert "说明：截至" in labels
    assert [label for label in labels if re.search("Help for|Remove|year, ", label)] == []
    page.close()


def looked(page: Page, word: str) -> None:
    """The word is there, and no English beside it."""
    wait_until(page, f"document.body.innerHTML.includes('{word}')")
    page.wait_for_timeout(300)
    assert english(page) == []


def english(page: Page) -> list[str]:
    """What stands there in English; pictures of axes and the hidden parts are said to machines alone."""
    found: list[str] = page.evaluate(ENGLISH)
    return [text for text in found if not re.search(r"^keyboard_|options? available", text)]
