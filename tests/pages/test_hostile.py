"""Names and texts that are Markdown, HTML and addresses: every page shows them as written and asks no foreign host."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect
from sqlalchemy import String, Table, cast, func, literal, update
from streamlit.testing.v1 import AppTest

from casebase import schema
from casebase.engine import Casebase, mark_changed, open_casebase
from casebase.settings import Settings
from docs.make_screenshots import REMOTE_DONE, WALL_DONE, cockpit
from pages.parts.markdown import escape_markdown
from pages.parts.menu import ENTRIES
from queries.columns import COLUMN_NAMES
from queries.registry import METRICS
from tests.pages.conftest import UNTIL, failures
from tests.pages.test_live import faults_of, foreign_words, loaded

OpenPage = Callable[..., AppTest]
PATIENCE = 90_000
NAME = "![x](https://evil.example/p.png)*~[b](c):red[d]`$<img src=//evil.example/i.png>www.evil.example "
RAW = "[b](c)"
# Elements whose text the framework takes for Markdown, in labels and help too.
MARKDOWN = (
    "markdown",
    "caption",
    "info",
    "warning",
    "error",
    "success",
    "button",
    "download_button",
    "button_group",
    "expander",
    "selectbox",
    "text_input",
    "multiselect",
)
# What people type, by the tables that hold it.
TYPED: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (schema.area, ("name",)),
    (schema.category, ("name",)),
    (schema.unit, ("name",)),
    (schema.social_org, ("name",)),
    (schema.grid, ("name",)),
    (schema.expert, ("name",)),
    (schema.model_case, ("title", "method", "outcome")),
    (schema.petition, ("title", "body")),
)
# Two channels have a meaning of their own, the others are words.
CHANNEL = "网信"


@pytest.fixture
def hostile_url(own_url: str) -> str:
    """The small city with every name and text begun by NAME."""
    casebase = open_casebase(Settings(), own_url)
    _spoil(casebase)
    casebase.engine.dispose()
    return own_url


def _spoil(casebase: Casebase) -> None:
    with casebase.writing() as connection:
        for table, columns in TYPED:
            connection.execute(update(table).values({c: literal(NAME) + table.c[c] for c in columns}))
        p = schema.petition
        connection.execute(update(p).where(p.c.channel == CHANNEL).values(channel=NAME + CHANNEL))
        first = func.concat("https://evil.example/", cast(p.c.petition_id, String))
        connection.execute(update(p).values(case_no=first))
        mark_changed(connection, UNTIL)


@pytest.mark.usefixtures("stopped_clock")
def test_no_text_of_the_data_is_markdown(open_page: OpenPage, hostile_url: str) -> None:
    escaped = 0
    for entry in ENTRIES:
        address = dict(pair.split("=") for pair in filter(None, entry.example.split("&")))
        app = open_page(hostile_url, entry.file if entry.path else "", district="410105", **address)
        assert failures(app) == [], entry.file
        for kind in MARKDOWN:
            for element in app.get(kind):
                proto = element.proto
                texts = [getattr(proto, name, "") for name in ("body", "label", "help", "tooltip")]
                texts += [option.content for option in getattr(proto, "options", ()) if hasattr(option, "content")]
                for text in texts:
                    assert RAW not in text, (entry.file, kind, text)
                    escaped += escape_markdown(NAME.strip()) in text
    assert escaped >= 5


@pytest.mark.browser
def test_every_page_shows_it_as_written_asks_no_other_host_and_nothing_fails(
    window: BrowserContext, hostile_url: str, still_config: Path
) -> None:
    """Under the server's own Content-Security-Policy, of which no page breaks a rule; and what is ours is Chinese."""
    written, broken = 0, []
    foreign: dict[str, set[str]] = {}
    with cockpit(hostile_url, still_config) as address:
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
        page.goto(f"{address}/screen?area=410105&interval=600")
        page.wait_for_selector(WALL_DONE, timeout=PATIENCE)
        # A wall asks for news all the time: it is complete with the last of its scenes and the line below.
        expect(page.locator(".scene")).to_have_count(len(Settings().screen.order), timeout=PATIENCE)
        expect(page.locator("#ticker")).not_to_be_empty(timeout=PATIENCE)
        page.goto(f"{address}/remote")
        page.wait_for_selector(REMOTE_DONE, timeout=PATIENCE)
        expect(page.frame_locator("#preview iframe").locator(WALL_DONE).first).to_be_visible(timeout=PATIENCE)
        page.close()
    assert not any(foreign.values()), foreign
    assert faults == []
    assert broken == []
    assert written >= 5


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("张*与李*同住", r"张\*与李\*同住"),
        ("3~5号楼与7~9号楼", r"3\~5号楼与7\~9号楼"),
        ("截至 15:30，09:30", "截至 15:30，09:30"),
        ("1,234 件，−1.20 百分点", "1,234 件，−1.20 百分点"),
        (":red[x]", r"\::small[]red\[x\]"),
        ("https://a.example", r"https\::small[]//a.example"),
        ("www.a.example", "www:small[].a.example"),
        ("a@b.example", "a@:small[]b.example"),
        ("甲 -> 乙", r"甲 -:small[]\> 乙"),
        ("1. 甲", "1:small[]. 甲"),
        ("- 甲", r"\- 甲"),
        ("甲\n\n# 乙", r"甲 \# 乙"),
    ],
)
def test_what_markdown_would_take_for_its_own_is_escaped_and_nothing_else(text: str, escaped: str) -> None:
    assert escape_markdown(text) == escaped


def test_no_word_of_ours_needs_an_escape() -> None:
    """Names and definitions stand in many headings: they read the same in Markdown and in code."""
    assert [
        name for name in (*(m.name for m in METRICS.values()), *COLUMN_NAMES.values()) if escape_markdown(name) != name
    ] == []
