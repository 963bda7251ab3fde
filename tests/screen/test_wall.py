"""The wall in a real browser: every scene at every size, turning, obeying, and coming back by itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from docs.make_screenshots import CHROMIUM, FLAGS, WALL_DONE, cockpit, free_port
from screen.scenes import SCENES

pytestmark = pytest.mark.browser
PATIENCE = 90_000
SIZES = ((1366, 768), (1920, 1080), (3840, 2160), (5760, 2160))
# Boxes outside the screen, text beyond its box, blocks that hide what they hold, type under 20 px of 1080.
FAULTS = """() => {
  const faults = [], wide = innerWidth, high = innerHeight, unit = Math.min(wide / 1920, high / 1080)
  const page = document.scrollingElement
  if (page.scrollWidth > wide || page.scrollHeight > high) faults.push(['scrolls'])
  for (const node of document.querySelectorAll('header *, .about *, .scene.shown *, footer *')) {
    const box = node.getBoundingClientRect(), style = getComputedStyle(node), svg = node instanceof SVGElement
    if (style.visibility === 'hidden' || box.width === 0) continue
    const said = [...node.childNodes].filter((child) => child.nodeType === 3 && child.data.trim()).length > 0
    if (box.left < -1 || box.top < -1 || box.right > wide + 1 || box.bottom > high + 1)
      faults.push(['outside', node.textContent])
    if (!svg && style.display !== 'inline' && (said || /\\b(kpi|block)\\b/.test(node.className))
        && (node.scrollWidth > node.clientWidth + 2 || node.scrollHeight > node.clientHeight + 3))
      faults.push(['cut off', node.className, node.textContent])
    if (said) {
      const size = parseFloat(style.fontSize) * (svg ? node.ownerSVGElement.getScreenCTM().a : 1)
      if (size / unit < 19.9) faults.push(['small', size / unit, node.textContent])
    }
  }
  return faults
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


def wall(browser: Browser, address: str, size: tuple[int, int] = (1920, 1080)) -> Page:
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.goto(address)
    page.wait_for_selector(WALL_DONE, timeout=PATIENCE)
    return page


def shown(page: Page) -> str:
    found: str = page.evaluate("document.querySelector('.scene.shown')?.id ?? ''")
    return found.removeprefix("scene-")


def test_every_scene_fits_every_wall(browser: Browser, demo_url: str, still_config: Path) -> None:
    outside: list[str] = []
    with cockpit(demo_url, still_config) as address:
        for size in SIZES:
            page = browser.new_page(viewport={"width": size[0], "height": size[1]})
            page.on("request", lambda sent: None if sent.url.startswith(address) else outside.append(sent.url))
            page.goto(f"{address}/screen?interval=600")
            page.wait_for_selector(WALL_DONE, timeout=PATIENCE)
            for scene in SCENES:
                page.wait_for_timeout(300)
                assert shown(page) == scene.id
                assert page.evaluate(FAULTS) == [], (size, scene.id)
                page.keyboard.press("PageDown")
            page.close()
    assert [url for url in outside if not url.startswith("data:")] == []


def test_scenes_turn_by_themselves_stop_when_touched_and_step_by_keys(
    browser: Browser, demo_url: str, still_config: Path
) -> None:
    with cockpit(demo_url, still_config) as address:
        page = wall(browser, f"{address}/screen?interval=5&order=grid,backlog")
        assert shown(page) == "grid"
        page.wait_for_function("document.querySelector('#scene-backlog.shown')", timeout=PATIENCE)
        page.keyboard.press("ArrowRight")
        expect(page.locator("#mode")).to_have_text("已暂停", timeout=PATIENCE)
        stopped = shown(page)
        page.wait_for_timeout(6000)
        assert shown(page) == stopped  # a touch has stopped it
        page.keyboard.press("PageUp")
        other = shown(page)
        assert {stopped, other} == {"grid", "backlog"}
        page.keyboard.press(" ")
        page.wait_for_function(f"document.querySelector('#scene-{stopped}.shown')", timeout=PATIENCE)
        page.close()


def test_a_remote_drives_the_walls_of_its_channel_and_no_other(
    browser: Browser, demo_url: str, still_config: Path
) -> None:
    with cockpit(demo_url, still_config) as address:
        ours = wall(browser, f"{address}/screen?channel=hall")
        other = wall(browser, f"{address}/screen?channel=office&pin=overview")
        remote = browser.new_page(viewport={"width": 390, "height": 844})
        remote.goto(f"{address}/remote?channel=hall")
        remote.get_by_role("button", name="专家听证").click(timeout=PATIENCE)
        ours.wait_for_function("document.querySelector('#scene-hearings.shown')", timeout=PATIENCE)
        expect(ours.locator("#mode")).to_have_text("遥控中")
        remote.get_by_role("button", name="五日办结").click()
        remote.get_by_label("区县").last.select_option(label="金水区")
        remote.get_by_role("button", name="本年").click()
        ours.wait_for_function("document.querySelector('#scene-five_day.shown')", timeout=PATIENCE)
        expect(ours.locator("#scope")).to_have_text("2026年1月1日—12月31日，金水区", timeout=PATIENCE)
        expect(remote.locator("#said")).to_have_text("大屏：五日办结，金水区，本年")
        remote.get_by_role("button", name="自动轮播").click()
        expect(ours.locator("#mode")).to_have_text("", timeout=PATIENCE)
        assert shown(other) == "overview"
        for page in (ours, other, remote):
            page.close()


def test_the_wall_outlives_its_server(browser: Browser, demo_url: str, still_config: Path) -> None:
    text = still_config.read_text(encoding="utf-8")
    still_config.write_text(text.replace("amber = 30", "amber = 2").replace("red = 120", "red = 4"), encoding="utf-8")
    port = free_port()
    with cockpit(demo_url, still_config, port) as address:
        page = wall(browser, f"{address}/screen?pin=backlog")
        number = page.locator("#scene-backlog [data-key=backlog] .value").inner_text()
    expect(page.locator("#cutoff.red")).to_contain_text("■ 数据中断", timeout=PATIENCE)
    assert page.locator("#scene-backlog [data-key=backlog] .value").inner_text() == number
    with cockpit(demo_url, still_config, port):
        expect(page.locator("#cutoff:not(.red, .amber)")).to_contain_text("数据截至", timeout=PATIENCE)
        assert page.locator("#scene-backlog [data-key=backlog] .value").inner_text() == number
    page.close()
