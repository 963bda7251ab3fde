"""The cockpit in a real browser: nothing leaves the host, new cases come by themselves, an outage is survived."""

import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from sqlalchemy.engine import make_url

from casebase.engine import Casebase
from docs.make_screenshots import DONE, WALL_DONE
from tests.pages.conftest import add_cases, wait_until
from tests.screen.test_wall import REGISTERED, WATCH_NUMBER, wall
from tests.servers import own_cockpit

pytestmark = pytest.mark.browser
# Long enough for a slow machine; what must be quick is measured in benchmarks/, not here.
PATIENCE = 90_000
# Latin words that belong in the interface: file formats, and those after whom a method is called.
LATIN = {"CSV", "XLSX", "Word", "Benjamini", "Hochberg", "Bennet"}
# Every text that a reader sees, inside components too; what is clipped to a pixel is there for screen readers.
VISIBLE_TEXT = """() => {
  const said = []
  const read = (root) => {
    for (const node of root.querySelectorAll('*')) {
      if (node.shadowRoot) read(node.shadowRoot)
      const box = node.getBoundingClientRect()
      if (node.closest('style, script, template, canvas, code, [data-testid="stIconMaterial"]')) continue
      if (box.width < 2 || box.height < 2 || box.bottom < 0) continue
      if (getComputedStyle(node).fontSize === '0px') continue
      for (const child of node.childNodes) if (child.nodeType === Node.TEXT_NODE) said.push(child.data)
    }
  }
  read(document.body)
  return said.join(' ')
}"""
# From now on, what a reader could see in every frame: each distinct frame is kept once.
WATCH_FRAMES = """() => {
  const all = (root, selector) => [...root.querySelectorAll(selector)].concat(
    ...[...root.querySelectorAll('*')].filter((node) => node.shadowRoot).map((node) => all(node.shadowRoot, selector)))
  const drawn = (selector) => all(document, selector).filter((node) => node.getBoundingClientRect().height > 1).length
  window.frames_seen = new Set()
  const look = () => {
    const main = document.querySelector('[data-testid="stMain"]')
    window.frames_seen.add(JSON.stringify({
      height: main.scrollHeight,
      scrolled: main.scrollTop,
      cards: drawn('.card'),
      header: drawn('.head'),
      charts: drawn('[data-testid="stVegaLiteChart"] canvas, [data-testid="stVegaLiteChart"] svg'),
      maps: drawn('[data-testid="stDeckGlJsonChart"] canvas'),
      faded: [...document.querySelectorAll('[data-testid="stElementContainer"]')]
        .filter((node) => getComputedStyle(node).opacity < 1).length,
    }))
    requestAnimationFrame(look)
  }
  look()
}"""
# Where the map looks: deck.gl keeps it in React's own tree, nowhere in the page.
MAP_VIEW = """() => {
  const map = document.querySelector('[data-testid="stDeckGlJsonChart"]:has(canvas)')
  if (!map) return null
  let view = null
  const walk = (fiber) => {
    if (!fiber || view) return
    const at = fiber.memoizedProps?.viewState
    if (at?.zoom !== undefined) view = [at.zoom, at.longitude, at.latitude]
    walk(fiber.child)
    walk(fiber.sibling)
  }
  const fiber = Object.keys(map).find((key) => key.startsWith('__reactFiber'))
  if (fiber) walk(map[fiber].child)
  return view
}"""


# Where `small` has its only district.
PLACE = (113.7, 34.8)


def opened(window: BrowserContext, address: str) -> Page:
    page = window.new_page()
    page.goto(address)
    page.wait_for_selector(DONE, timeout=PATIENCE)
    return page


def backlog(page: Page) -> str:
    return page.locator('[data-key="backlog"] .value').first.inner_text(timeout=PATIENCE)


def test_from_the_map_to_a_definition_and_a_list_nothing_fails(window: BrowserContext, address: str) -> None:
    page = window.new_page()
    faults = faults_of(page, address)
    page.goto(address)
    settled(page)
    click_through(page)
    page.close()
    assert faults == []


def faults_of(page: Page, address: str) -> list[str]:
    """A list that fills while a page is used: what it asks of another host, what fails, and what its console says."""
    faults: list[str] = []
    host = address.removeprefix("http://")
    page.on("request", lambda sent: None if _is_ours(sent.url, host) else faults.append(sent.url))
    page.on("websocket", lambda made: None if f"//{host}/" in made.url else faults.append(made.url))
    page.on("console", lambda said: faults.append(said.text) if _is_fault(said) else None)
    page.on("response", lambda got: faults.append(got.url) if got.status >= 400 and not _probes(got.url) else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    return faults


def foreign_words(page: Page) -> set[str]:
    """What a reader sees in Latin letters and should not."""
    return set(re.findall(r"[A-Za-z]{2,}", page.evaluate(VISIBLE_TEXT))) - LATIN


def _is_ours(url: str, host: str) -> bool:
    return url.startswith((f"http://{host}/", "data:", "blob:"))


def _is_fault(said: ConsoleMessage) -> bool:
    return said.type == "error" and not said.text.startswith("Failed to load resource")  # told with its URL instead


def _probes(url: str) -> bool:
    """Opened on a page's own address, Streamlit asks below it first where its server is, then at the root."""
    return bool(re.search(r"/\w+/_stcore/(health|host-config)$", url))


def loaded(page: Page) -> None:
    """Wait until the script of a page that was just opened has run, and whatever it draws is fetched."""
    page.wait_for_selector(DONE, timeout=PATIENCE)
    expect(page.locator(".cutoff")).to_be_visible(timeout=PATIENCE)
    page.wait_for_load_state("networkidle")


def settled(page: Page) -> None:
    """Wait until a page stands still, after a click too, whose run of the script begins a moment later."""
    page.wait_for_selector(DONE, timeout=PATIENCE)
    expect(page.locator(".cutoff")).to_be_visible(timeout=PATIENCE)
    page.wait_for_timeout(1000)


def click_through(page: Page) -> None:
    """A district on the map, a definition, and the list behind a card, which is as long as its number."""
    expect(page.locator('[data-testid="stDeckGlJsonChart"] canvas')).to_be_visible(timeout=PATIENCE)
    for _ in range(20):  # the map listens only some time after its first frame
        page.locator('[data-testid="stDeckGlJsonChart"]').click(position={"x": 150, "y": 150})
        try:
            page.wait_for_url("**district=**", timeout=3000)
        except PlaywrightTimeout:
            continue
        break
    page.wait_for_url("**district=**", timeout=PATIENCE)
    settled(page)
    page.locator('[data-key="registered"] .define').click()
    expect(page.get_by_role("dialog").get_by_text("期内登记的信访件").first).to_be_visible(timeout=PATIENCE)
    page.keyboard.press("Escape")
    card = page.locator('[data-key="registered"]')
    number = card.locator(".value").inner_text()
    card.locator(".open").click(position={"x": 20, "y": 60})
    page.wait_for_url("**/list?**", timeout=PATIENCE)
    expect(page.get_by_text(re.compile(f"共 {number} 件次"))).to_be_visible(timeout=PATIENCE)
    assert "district=" in page.url


def test_every_view_is_a_link(window: BrowserContext, address: str) -> None:
    """Days of one's own and the part of a rate stand in the address; what a link brought stays on the next page."""
    page = opened(window, f"{address}/five_day?channel=来访")
    page.get_by_text("自选", exact=True).click()
    page.wait_for_url("**from=**to=**", timeout=PATIENCE)
    page.goto(page.url.replace("to=", "as_of=2026-11-20&to="))
    settled(page)
    page.locator('[data-key="five_day_closure"] .open').click(position={"x": 20, "y": 60})
    page.wait_for_url("**/list?**from=**as_of=**", timeout=PATIENCE)
    settled(page)
    page.get_by_text(re.compile("^未按期")).click()
    page.wait_for_url("**part=misses**", timeout=PATIENCE)
    settled(page)
    number = page.get_by_text(re.compile("^共 .* 件次$")).inner_text()
    sent = parse_qs(urlsplit(page.url).query)
    assert set(sent) == {"metric", "part", "period", "from", "to", "channel", "as_of"}
    colleague = opened(window, page.url)
    expect(colleague.get_by_text(number)).to_be_visible(timeout=PATIENCE)
    assert parse_qs(urlsplit(colleague.url).query) == sent
    page.close()
    colleague.close()


def test_new_cases_show_by_themselves_on_page_and_wall(
    browser: Browser, window: BrowserContext, small: Casebase, quick_config: Path
) -> None:
    url = small.engine.url.render_as_string(hide_password=False)
    with own_cockpit(url, quick_config) as address:
        the_page_stays_as_it_was(window, address, small)
        the_wall_counts_up_and_pulses_where_they_fell(browser, window, address, small)


def the_page_stays_as_it_was(window: BrowserContext, address: str, small: Casebase) -> None:
    """Three cases more than forty."""
    page = opened(window, address)
    main = page.locator('[data-testid="stMain"]')
    registered = page.locator('[data-key="registered"] .value').first
    expect(registered).to_have_text("40", timeout=PATIENCE)
    zoom_in(page)
    main.evaluate("element => element.scrollTo(0, 100)")
    page.wait_for_timeout(2000)
    looked_at = page.evaluate(MAP_VIEW)
    page.evaluate(WATCH_FRAMES)
    add_cases(small, range(41, 44))
    expect(registered).to_have_text("43", timeout=PATIENCE)
    page.wait_for_timeout(3000)
    frames = [json.loads(frame) for frame in page.evaluate("[...window.frames_seen]")]
    assert page.evaluate(MAP_VIEW) == looked_at
    assert frames == frames[:1]  # nothing vanished, moved or faded, not for one frame
    assert frames[0]["scrolled"] > 0
    assert (frames[0]["cards"], frames[0]["maps"], frames[0]["faded"]) == (6, 1, 0)
    page.close()


def the_wall_counts_up_and_pulses_where_they_fell(
    browser: Browser, window: BrowserContext, address: str, small: Casebase
) -> None:
    """Sixteen more, with movement and without."""
    page = wall(window, f"{address}/screen?pin=overview")
    still = browser.new_page(viewport={"width": 1366, "height": 768}, reduced_motion="reduce")
    still.goto(f"{address}/screen?pin=overview")
    still.wait_for_selector(WALL_DONE, timeout=PATIENCE)
    for each in (page, still):
        expect(each.locator(REGISTERED)).to_have_text("43", timeout=PATIENCE)
        each.wait_for_timeout(1500)  # what was there before pulses nowhere
        assert each.locator(".arrivals circle").count() == 0
        each.evaluate(WATCH_NUMBER)
    add_cases(small, range(44, 60), PLACE)  # the last ten minutes hold those from 51 on
    for each, moves in ((page, 1), (still, 0)):
        expect(each.locator(".scene.shown .arrivals circle")).to_have_count(9, timeout=PATIENCE)
        ring, token = each.locator(".arrivals circle").first, each.locator(".scene.shown .token")
        for axis in ("cx", "cy"):
            assert float(ring.get_attribute(axis) or "") == pytest.approx(
                float(token.get_attribute(axis) or ""), abs=0.11
            )
        box = ring.bounding_box()
        assert box is not None
        assert box["width"] > 4
        assert ring.evaluate("circle => circle.getAnimations().length") == moves
    for each in (page, still):
        expect(each.locator(REGISTERED)).to_have_text("59", timeout=PATIENCE)
        expect(each.locator(".arrivals circle")).to_have_count(0, timeout=20_000)  # and go by themselves
    between = {int(text) for text in page.evaluate("window.said") if text} - {43, 59}
    assert between
    assert between <= set(range(44, 59))
    assert {text for text in still.evaluate("window.said") if text} <= {"43", "59"}
    page.close()
    still.close()


def zoom_in(page: Page) -> None:
    """Turns the wheel until the map follows: it listens only some time after its first frame."""
    wait_until(page, MAP_VIEW)
    before = page.evaluate(MAP_VIEW)[0]
    zoomed = f"() => ({MAP_VIEW})()?.[0] > {before} + 0.5"
    for _ in range(30):
        page.locator('[data-testid="stDeckGlJsonChart"]').hover(position={"x": 200, "y": 150})
        page.mouse.wheel(0, -300)
        page.wait_for_timeout(500)
        if page.evaluate(zoomed):
            break
    page.mouse.move(5, 400)
    wait_until(page, zoomed)


def test_outage_keeps_the_last_numbers_of_pages_and_walls_and_ends_by_itself(
    window: BrowserContext, small: Casebase, quick_config: Path, postgres_server: str
) -> None:
    url = small.engine.url.render_as_string(hide_password=False)
    name = make_url(url).database
    text = quick_config.read_text(encoding="utf-8")
    assert "red = 6\n" in text
    quick_config.write_text(text.replace("red = 6\n", "red = 20\n"), encoding="utf-8")  # time to see both in amber
    with own_cockpit(url, quick_config) as address, psycopg.connect(postgres_server, autocommit=True) as server:
        page = opened(window, address)
        assert backlog(page) == "40"
        screen = wall(window, f"{address}/screen?pin=overview")
        expect(screen.locator(REGISTERED)).to_have_text("40", timeout=PATIENCE)
        small.engine.dispose()
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        server.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        expect(page.get_by_text("▲ 数据库暂不可达")).to_be_visible(timeout=PATIENCE)
        expect(screen.locator("#cutoff.amber")).to_contain_text("▲ 数据延迟，最近一次", timeout=PATIENCE)
        expect(page.get_by_text("■ 数据库不可达")).to_be_visible(timeout=PATIENCE)
        expect(screen.locator("#cutoff.red")).to_contain_text("■ 数据中断，最近一次", timeout=PATIENCE)
        assert backlog(page) == "40"
        assert screen.locator(REGISTERED).inner_text() == "40"
        screen.keyboard.press("PageDown")  # the other scenes stay as well
        assert screen.locator("#scene-backlog.shown [data-key=backlog] .value").inner_text() == "40"
        late = opened(window, f"{address}/hearings")
        expect(late.get_by_text("现在读不到数据")).to_be_visible(timeout=PATIENCE)
        late_screen = window.new_page()
        late_screen.goto(f"{address}/screen?area=11")
        expect(late_screen.locator("#cutoff")).to_have_text("▲ 现在读不到数据，正在自动重试", timeout=PATIENCE)
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        add_cases(small, range(41, 42))
        expect(page.locator('[data-key="backlog"] .value').first).to_have_text("41", timeout=PATIENCE)
        expect(page.get_by_text("不可达")).to_have_count(0, timeout=PATIENCE)
        expect(late.locator(".cutoff")).to_be_visible(timeout=PATIENCE)
        expect(screen.locator("#scene-overview [data-key=registered] .value")).to_have_text("41", timeout=PATIENCE)
        for each in (screen, late_screen):
            expect(each.locator("#cutoff:not(.red, .amber)")).to_contain_text("数据截至", timeout=PATIENCE)
        for each in (page, late, screen, late_screen):
            each.close()


def test_cockpit_that_starts_without_its_database_says_so_and_finds_it_later(
    window: BrowserContext, small: Casebase, quick_config: Path, postgres_server: str
) -> None:
    url = small.engine.url.render_as_string(hide_password=False)
    name = make_url(url).database
    small.engine.dispose()
    with psycopg.connect(postgres_server, autocommit=True) as server:
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        with own_cockpit(url, quick_config) as address:
            page = opened(window, address)
            expect(page.get_by_text("现在读不到数据")).to_be_visible(timeout=PATIENCE)
            server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
            expect(page.locator('[data-key="backlog"] .value').first).to_have_text("40", timeout=PATIENCE)
            expect(page.get_by_text("现在读不到数据")).to_have_count(0, timeout=PATIENCE)
            page.close()
