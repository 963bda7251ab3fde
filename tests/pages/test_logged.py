"""What a reader opens, looks for, takes away or is refused is one line of the access log each; a redraw is none."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import BrowserContext
from sqlalchemy import func, select
from streamlit.runtime.media_file_storage import MediaFileStorageError
from streamlit.testing.v1 import AppTest

from access import gate
from access.entry import Action, Entry, Outcome, scope_text
from access.identity import LOCAL, Reason, Refusal
from access.log_search import Search, count, search
from casebase import schema
from casebase.engine import Casebase, ScopedCasebase
from casebase.scope import Scope
from cockpit import process
from docs.make_screenshots import DONE
from pages import case_course
from queries import quality
from queries.cases import Part
from queries.course import case_no
from tests.pages.conftest import ACCESS_LOG, UNTIL, HandedOut, failures, wait_until
from wording.access_log import NO_FILE

OpenPage = Callable[..., AppTest]
NewLines = Callable[[], list[tuple[Action, str, Outcome]]]
LIST = {"metric": "five_day_overdue", "district": "410105"}


def entries(folder: Path, newest: int) -> list[Entry]:
    """The last lines of the log, oldest first."""
    found = [line.entry for line in search(folder, Search(), limit=newest)] if newest else []
    return [entry for entry in reversed(found) if entry is not None]


@pytest.fixture
def new_lines(stopped_clock: object) -> NewLines:
    """A function to what the log says since it was called last."""
    told = [_length()]

    def new() -> list[tuple[Action, str, Outcome]]:
        before, told[0] = told[0], _length()
        found = entries(ACCESS_LOG, told[0] - before)
        assert all(
            (entry.user, entry.scope) == (LOCAL.subject, scope_text(vars(gate)["LOCAL"].scope)) for entry in found
        )
        return [(entry.action, entry.what, entry.outcome) for entry in found]

    return new


def _length() -> int:
    process.access_log().flush()
    return count(ACCESS_LOG, Search()) if ACCESS_LOG.exists() else 0


def test_a_case_each_time_it_is_opened_and_a_guessed_one_as_refused(
    open_page: OpenPage, demo_url: str, city: Casebase, new_lines: NewLines
) -> None:
    p = schema.petition.c
    with city.reading() as connection:
        first, second = connection.execute(select(p.petition_id, p.case_no).where(~p.restricted).limit(2)).all()
        hidden = connection.scalar(select(func.max(p.petition_id)).where(p.restricted))
    city.engine.dispose()
    app = open_page(demo_url, "case_course", case=str(first[0]))
    assert failures(app) == []
    seen = Action.VIEW_CASE
    assert new_lines() == [(seen, first[1], Outcome.DONE)]
    app.run()
    app.run()
    assert new_lines() == []
    for case in (str(second[0]), str(hidden), "12345678901234567890", "13900005678", "x", str(first[0])):
        app.query_params["case"] = case
        app.run()
        app.run()
    refused = [(seen, asked, Outcome.REFUSED) for asked in (str(hidden), "12345678901234567890", "13900005678", "x")]
    assert new_lines() == [(seen, second[1], Outcome.DONE), *refused, (seen, first[1], Outcome.DONE)]


def test_a_case_of_others_is_refused_by_the_number_that_it_is_found_by(
    open_page: OpenPage, demo_url: str, city: Casebase, new_lines: NewLines, monkeypatch: pytest.MonkeyPatch
) -> None:
    p = schema.petition.c
    elsewhere = select(p.petition_id, p.case_no).where(~p.restricted, p.district_code == "410103").limit(1)
    [(number, known_as)] = city.whole.rows(elsewhere)
    city.engine.dispose()
    monkeypatch.setattr(gate, "LOCAL", replace(LOCAL, scope=Scope(frozenset({"410105"}))))
    looked_up: list[int] = []

    def look_up(casebase: ScopedCasebase, petition_id: int) -> str | None:
        looked_up.append(petition_id)
        return case_no(casebase, petition_id)

    monkeypatch.setattr(case_course, "case_no", look_up)
    app = open_page(demo_url, "case_course", case=str(number))
    app.run()
    assert new_lines() == [(Action.VIEW_CASE, known_as, Outcome.REFUSED)]
    assert looked_up == [number], "once a visit, not at each redraw"
    assert known_as not in "".join(text.value for text in (*app.markdown, *app.info))


def test_a_list_and_each_side_of_its_number(open_page: OpenPage, demo_url: str, new_lines: NewLines) -> None:
    app = open_page(demo_url, "case_list", **LIST, part="misses", by_street="410105001")
    app.run()
    bar = "period=本月&area=410105"
    asked = f"/list?metric=five_day_overdue&part=hits&by_street=410105001&{bar}"
    assert new_lines() == [(Action.VIEW_LIST, asked, Outcome.DONE)]
    app = open_page(demo_url, "case_list", metric="five_day_closure", part="misses")
    app.run()
    app.session_state["part_of_five_day_closure_misses"] = Part.AMONG
    app.run()
    app.run()
    assert failures(app) == []
    asked = "/list?metric=five_day_closure&part={}&period=本月"
    assert new_lines() == [(Action.VIEW_LIST, asked.format(part), Outcome.DONE) for part in ("misses", "among")]


def test_the_rows_of_a_finding(open_page: OpenPage, demo_url: str, city: Casebase, new_lines: NewLines) -> None:
    [finding, *_] = quality.findings(city.whole)["name"]
    city.engine.dispose()
    app = open_page(demo_url, "data_quality", finding=finding)
    app.run()
    assert failures(app) == []
    assert new_lines() == [(Action.VIEW_LIST, f"/data_quality?finding={finding}", Outcome.DONE)]


def test_what_is_looked_for_with_numbers_masked(open_page: OpenPage, demo_url: str, new_lines: NewLines) -> None:
    app = open_page(demo_url, "search", q="欠薪 13800001234")
    app.run()
    assert new_lines() == [(Action.SEARCH, "/search?q=欠薪 138****1234", Outcome.DONE)]
    app.text_input(key="q").set_value("噪声").run()
    app.run()
    app.selectbox(key="order").set_value("closed_at").run()
    assert failures(app) == []
    assert new_lines() == [(Action.SEARCH, "/search?q=噪声", Outcome.DONE)]


def test_what_there_is_not_is_refused(open_page: OpenPage, demo_url: str, new_lines: NewLines) -> None:
    app = open_page(demo_url, "case_list", metric="no_such_number")
    app.run()
    assert new_lines() == [(Action.REQUEST, "指标 no_such_number", Outcome.REFUSED)]
    app = open_page(demo_url, "backlog", district="440106")
    app.run()
    assert new_lines() == [(Action.REQUEST, "区县 440106", Outcome.REFUSED)]
    app = open_page(demo_url, "case_list", metric="backlog", by_district="440106")
    app.run()
    assert new_lines() == [(Action.REQUEST, "区县（功能区） 440106", Outcome.REFUSED)]  # and no list that was seen


def test_pages_that_show_no_cases_leave_no_line(open_page: OpenPage, demo_url: str, new_lines: NewLines) -> None:
    for page in ("", "dictionary"):
        open_page(demo_url, page).run()
    assert new_lines() == []


OF_NOBODY = """
from access.identity import Reason, Refusal
from pages.parts import recording

recording.not_let_in(Refusal(Reason.NO_ROLE, {subject!r}, "李明"))
"""


def test_whom_nothing_is_shown_is_told_of_by_name(open_page: OpenPage, demo_url: str, new_lines: NewLines) -> None:
    open_page(demo_url)
    before = _length()
    for subject in ("li", ""):
        app = AppTest.from_string(OF_NOBODY.format(subject=subject)).run()
        app.run()
        assert failures(app) == []
    [entry] = entries(ACCESS_LOG, _length() - before)
    refusal = Refusal(Reason.NO_ROLE)
    assert (entry.user, entry.name, entry.reason) == ("li", "李明", refusal.reason.name)
    assert (entry.action, entry.outcome) == (Action.REQUEST, Outcome.REFUSED)


def test_every_file_is_logged_before_it_is_handed_out(
    open_page: OpenPage, demo_url: str, handed_out: HandedOut, new_lines: NewLines
) -> None:
    open_page(demo_url, "case_list", **LIST)
    open_page(demo_url, "access_log", log_days="全部")
    new_lines()
    names = sorted(handed_out.offered)
    assert [Path(name).suffix for name in names] == [".csv", ".xlsx"] * 2
    for name in names:
        assert new_lines() == []
        assert len(handed_out.take(name)) > 100
        assert new_lines() == [(Action.EXPORT, name, Outcome.DONE)]
    handed_out.take(names[0])
    assert new_lines() == [(Action.EXPORT, names[0], Outcome.DONE)]
    assert entries(ACCESS_LOG, 1)[0].reason.startswith("/")


def test_where_the_log_cannot_be_written_there_is_no_file(
    open_page: OpenPage, demo_url: str, handed_out: HandedOut, still_config: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "log"
    text = still_config.read_text(encoding="utf-8")
    still_config.write_text(text.replace(str(ACCESS_LOG), str(folder)), encoding="utf-8")
    folder.write_text("a file where the folder should be", encoding="utf-8")
    app = open_page(demo_url, "case_list", **LIST)
    assert failures(app) == []
    for name in handed_out.offered:
        with pytest.raises(MediaFileStorageError, match="access log cannot be written"):
            handed_out.take(name)
    folder.unlink()
    name = next(iter(handed_out.offered))
    assert len(handed_out.take(name)) > 100
    assert process.access_log().flush()
    done = [(entry.action, entry.outcome) for entry in entries(folder, 9)]
    assert done == [(Action.VIEW_LIST, Outcome.DONE), (Action.EXPORT, Outcome.DONE)]


@pytest.mark.browser
def test_in_a_browser(window: BrowserContext, address: str) -> None:
    page = window.new_page()
    page.goto(f"{address}/list?metric=registered&part=hits&as_of={UNTIL:%Y-%m-%d}")
    page.wait_for_selector(DONE, timeout=90_000)
    export = page.get_by_role("button", name="导出 CSV")
    with page.expect_download(timeout=60_000) as download:
        export.click()
    [viewed, taken] = entries(ACCESS_LOG, 2)
    assert (viewed.action, taken.action) == (Action.VIEW_LIST, Action.EXPORT)
    assert taken.what == download.value.suggested_filename
    assert (viewed.what, taken.address) == (taken.reason, "127.0.0.1")
    assert len(pd.read_csv(download.value.path())) > 50
    away = ACCESS_LOG.rename(ACCESS_LOG.with_name(f"{ACCESS_LOG.name}-away"))
    ACCESS_LOG.write_text("", encoding="utf-8")
    try:
        export.click()
        wait_until(page, f"document.body.innerText.includes({NO_FILE!r})", 20)
    finally:
        ACCESS_LOG.unlink()
        away.rename(ACCESS_LOG)
    table = page.locator('[data-testid="stDataFrame"]').first
    table.hover()
    wait_until(page, "!!document.querySelector('[aria-label^=\"显示或隐藏列\"]')")
    unlogged = page.locator('[aria-label^="下载本表"], [aria-label^="Download as CSV"]')
    assert {one.is_visible() for one in unlogged.all()} == {False}
