"""One walk through every page in a real browser, in a city whose names and texts are Markdown, HTML and addresses.

Each page shows them as written and asks no other host; the number on a card opens its list, a row its case, and both
ways lead back. Wall and remote come last. No step of it breaks a rule or fails.
"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from casebase.settings import Settings
from docs.make_screenshots import REMOTE_DONE, WALL_DONE
from pages.parts.menu import ENTRIES
from tests.pages.test_clicks import asked, open_first_row, settled
from tests.pages.test_hostile import NAME
from tests.pages.test_hostile import hostile_url as hostile_url  # a fixture
from tests.pages.test_live import faults_of, foreign_words, loaded
from tests.servers import own_cockpit

pytestmark = pytest.mark.browser
PATIENCE = 90_000
# The number that is clicked on each page, by the address of the page.
NUMBERS = {
    "": "registered",
    "backlog": "backlog",
    "five_day": "five_day_closure",
    "grid": "reached_in_24h",
    "hearings": "hearings_held",
    "forward": "five_day_due_in_5",
    "why": "registered",
    "hot_topics": "registered",
    "mediation": "petitions_after_mediation",
    "receptions": "receptions",
    "supervision": "supervision_issued",
    "hotline": "hotline_registered",
    "agents": "cases_accompanied",
    "dispatch": "tasks_pushed",
}
# From a list on the way is the same: of every kind of row; by the button and by the browser's own way back.
TO_THE_CASE = {"five_day", "grid", "hearings", "mediation", "receptions", "supervision"}
# Pages without cards: their own tests click what they have instead.
OTHERS = {"model_cases", "dictionary", "data_quality", "search", "briefing", "access_log", "sessions", "screens"}


def test_every_page_is_clicked_here_or_says_where() -> None:
    assert {entry.path for entry in ENTRIES if entry.in_menu} == set(NUMBERS) | OTHERS


def test_every_page_shows_it_as_written_opens_its_lists_asks_no_other_host_and_nothing_fails(
    window: BrowserContext, hostile_url: str, still_config: Path
) -> None:
    """Under the server's own Content-Security-Policy, of which no page breaks a rule; and what is ours is Chinese."""
    written, broken = 0, []
    foreign: dict[str, set[str]] = {}
    with own_cockpit(hostile_url, still_config) as address:
        page = window.new_page()
        faults = faults_of(page, address)
        page.on("console", lambda said: broken.append(said.text) if "Policy" in said.text else None)
        for entry in ENTRIES:
            page.goto(f"{address}/{entry.path}?district=410105&period=本年&{entry.example}")
            loaded(page)
            foreign[entry.path] = {word for word in foreign_words(page) if word not in NAME}
            assert page.locator("main :is(a[href*=evil], img[src*=evil])").count() == 0, entry.path
            text = " ".join(page.locator("section.stMain, [data-testid=stMain]").first.inner_text().split())
            written += NAME.strip() in text
            if entry.path in NUMBERS:
                card_list_case_and_back(page, entry.path)
        wall_and_remote_are_complete(page, address)
        page.close()
    assert not any(foreign.values()), foreign
    assert faults == []
    assert broken == []
    assert written >= 5


def card_list_case_and_back(page: Page, path: str) -> None:
    """From a page that is open."""
    metric = NUMBERS[path]
    page.locator(f'[data-key="{metric}"] .open').first.click(position={"x": 20, "y": 60}, timeout=PATIENCE)
    page.wait_for_url("**/list?**", timeout=PATIENCE)
    settled(page)
    listed = asked(page)
    assert listed["metric"] == [metric], path
    if path not in TO_THE_CASE:
        return
    open_first_row(page)
    settled(page)
    expect(page.get_by_text(re.compile("条例第三十四条")).first).to_be_visible(timeout=PATIENCE)
    assert list(asked(page)["case"][0])
    if path == "five_day":
        page.go_back()
    else:
        page.get_by_role("button", name="← 返回清单").click()
    page.wait_for_url("**/list?**metric=**", timeout=PATIENCE)
    settled(page)
    assert asked(page) == listed, path


def wall_and_remote_are_complete(page: Page, address: str) -> None:
    page.goto(f"{address}/screen?area=410105&interval=600")
    page.wait_for_selector(WALL_DONE, timeout=PATIENCE)
    # A wall asks for news all the time: it is complete with the last of its scenes and the line below.
    expect(page.locator(".scene")).to_have_count(len(Settings().screen.order), timeout=PATIENCE)
    expect(page.locator("#ticker")).not_to_be_empty(timeout=PATIENCE)
    page.goto(f"{address}/remote")
    page.wait_for_selector(REMOTE_DONE, timeout=PATIENCE)
    expect(page.frame_locator("#preview iframe").locator(WALL_DONE).first).to_be_visible(timeout=PATIENCE)
