"""The cockpit in a real browser: nothing leaves the host, new cases come by themselves, an outage is survived."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pandas as pd
import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy.engine import make_url

from casebase import schema
from casebase.bulk import append
from casebase.clock import wall_clock
from casebase.engine import Casebase, mark_changed
from docs.make_screenshots import CHROMIUM, DONE, FLAGS, PAGES, cockpit

pytestmark = pytest.mark.browser
# Long enough for a slow machine; what must be quick is measured in benchmarks/, not here.
PATIENCE = 90_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def quick_config(still_config: Path) -> Path:
    """Looks for news every second, and is soon worried about a database that does not answer."""
    text = still_config.read_text(encoding="utf-8")
    for old, new in (("amber = 30", "amber = 2"), ("red = 120", "red = 6"), ("poll = 2", "poll = 1")):
        assert old in text
        text = text.replace(old, new)
    still_config.write_text(text, encoding="utf-8")
    return still_config


@pytest.fixture
def small(postgres_url: str, casebase_of: Callable[[str], Casebase]) -> Casebase:
    """A PostgreSQL database with a city, one district and forty cases of the last days."""
    casebase = casebase_of(postgres_url)
    with casebase.writing() as connection:
        areas = pd.DataFrame(
            {
                "code": ["1", "11"],
                "name": ["某市", "某区"],
                "level": [1, 2],
                "parent_code": [None, "1"],
                "schematic": False,
            }
        )
        append(connection, schema.area, areas)
    add_cases(casebase, range(1, 41))
    return casebase


def add_cases(casebase: Casebase, numbers: range) -> None:
    now = wall_clock("Asia/Shanghai").replace(microsecond=0)
    registered = [now - timedelta(minutes=60 - number) for number in numbers]
    frame = pd.DataFrame(
        {
            "petition_id": list(numbers),
            "case_no": [f"T{number}" for number in numbers],
            "channel": "网信",
            "district_code": "11",
            "registered_at": registered,
            "due_at": [at + timedelta(days=60) for at in registered],
            "source": "test",
            "updated_at": now,
        }
    )
    with casebase.writing() as connection:
        append(connection, schema.petition, frame)
        mark_changed(connection, now)


def opened(browser: Browser, address: str) -> Page:
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.goto(address)
    page.wait_for_selector(DONE, timeout=PATIENCE)
    return page


def backlog(page: Page) -> str:
    return page.locator('[data-key="backlog"] .value').first.inner_text(timeout=PATIENCE)


def test_no_request_leaves_the_host(browser: Browser, demo_url: str, still_config: Path) -> None:
    outside: list[str] = []
    with cockpit(demo_url, still_config) as address:
        host = address.removeprefix("http://")
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.on("request", lambda sent: None if _is_ours(sent.url, host) else outside.append(sent.url))
        page.on("websocket", lambda made: None if f"//{host}/" in made.url else outside.append(made.url))
        for path in PAGES.values():
            page.goto(f"{address}/{path}")
            page.wait_for_selector(DONE, timeout=PATIENCE)
            expect(page.locator(".cutoff")).to_be_visible(timeout=PATIENCE)
            page.wait_for_timeout(1000)
        page.close()
    assert outside == []


def _is_ours(url: str, host: str) -> bool:
    return url.startswith((f"http://{host}/", "data:", "blob:"))


def test_new_case_shows_by_itself_and_the_page_stays_where_it_was(
    browser: Browser, small: Casebase, quick_config: Path
) -> None:
    url = small.engine.url.render_as_string(hide_password=False)
    with cockpit(url, quick_config) as address:
        page = opened(browser, f"{address}/backlog")
        assert backlog(page) == "40"
        main = page.locator('[data-testid="stMain"]')
        main.evaluate("element => element.scrollTo(0, 300)")
        before = main.evaluate("element => element.scrollTop")
        add_cases(small, range(41, 44))
        expect(page.locator('[data-key="backlog"] .value').first).to_have_text("43", timeout=PATIENCE)
        assert main.evaluate("element => element.scrollTop") == before > 0
        page.close()


def test_outage_keeps_the_last_numbers_and_ends_by_itself(
    browser: Browser, small: Casebase, quick_config: Path, postgres_server: str
) -> None:
    url = small.engine.url.render_as_string(hide_password=False)
    name = make_url(url).database
    with cockpit(url, quick_config) as address, psycopg.connect(postgres_server, autocommit=True) as server:
        page = opened(browser, address)
        assert backlog(page) == "40"
        small.engine.dispose()
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        server.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        expect(page.get_by_text("▲ 数据库暂不可达")).to_be_visible(timeout=PATIENCE)
        expect(page.get_by_text("■ 数据库不可达")).to_be_visible(timeout=PATIENCE)
        assert backlog(page) == "40"
        late = opened(browser, f"{address}/hearings")
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        add_cases(small, range(41, 42))
        expect(page.locator('[data-key="backlog"] .value').first).to_have_text("41", timeout=PATIENCE)
        expect(page.get_by_text("不可达")).to_have_count(0, timeout=PATIENCE)
        expect(late.locator(".cutoff")).to_be_visible(timeout=PATIENCE)
        late.close()
        page.close()
