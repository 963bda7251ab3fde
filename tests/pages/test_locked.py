"""New data is drawn once; while a table is locked, an open page keeps its numbers and their age, a new one says so."""

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from streamlit.testing.v1 import AppTest

from casebase.clock import wall_clock
from casebase.engine import Casebase, mark_changed
from cockpit import process
from cockpit.data import Data
from pages.parts import session, style
from tests.pages.conftest import NOON, add_cases, card_values, failures, panels

LATE = "■ 数据库不可达，以下为最近一次读到的数据"


@pytest.fixture
def outdated(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether the page is outdated, as its listener would find: when a run begins, and when it has drawn everything."""
    found: list[bool] = []
    begin_run, complete_run = session.begin_run, session.complete_run

    def begin() -> Data:
        found.append(session.is_outdated())
        return begin_run()

    def complete() -> None:
        complete_run()
        found.append(session.is_outdated())

    monkeypatch.setattr(session, "begin_run", begin)
    monkeypatch.setattr(session, "complete_run", complete)
    return found


def test_a_page_is_outdated_once_what_is_new_is_prepared_until_it_is_drawn(
    small: Casebase, open_page: Callable[..., AppTest], outdated: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as the page says that it is outdated, it is drawn anew: it must not say so for ever."""
    at = wall_clock(NOON)
    monkeypatch.setattr("cockpit.process.now", lambda: at)
    app = open_page(small.engine.url.render_as_string(hide_password=False), "backlog")
    assert card_values(app)["backlog"] == "40"
    assert outdated == [False, False]
    add_cases(small, range(41, 44))
    process.live_data().watch._looked = 0.0
    is_outdated = session.is_outdated

    def patient() -> bool:
        """A listener that asks until what it heard of is prepared."""
        until = time.monotonic() + 60
        while not (found := is_outdated()) and len(outdated) == 2 and time.monotonic() < until:
            time.sleep(0.05)
        return found

    monkeypatch.setattr(session, "is_outdated", patient)
    app.run(timeout=90)
    assert card_values(app)["backlog"] == "43"
    assert outdated[2:] == [True, False]
    process.live_data().casebase.engine.dispose()


@pytest.mark.parametrize("page", ["", "why"])
def test_a_minute_that_ends_while_a_page_is_drawn_outdates_it(
    page: str,
    bare_url: str,
    open_page: Callable[..., AppTest],
    outdated: list[bool],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at = [datetime(2026, 11, 20, 15, 30, 59)]
    monkeypatch.setattr("cockpit.process.now", lambda: at[0])
    begin_run = session.begin_run

    def begun() -> Data:
        data = begin_run()
        at[0] = datetime(2026, 11, 20, 15, 31)
        process.live_data().watch._looked = 0.0
        return data

    monkeypatch.setattr(session, "begin_run", begun)
    app = open_page(bare_url, page)
    app.run()
    assert failures(app) == []
    assert "15:31" in panels(app)
    assert outdated[-1] is False


def test_a_page_keeps_its_numbers_while_a_table_is_locked(
    small: Casebase, open_page: Callable[..., AppTest], still_config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = still_config.read_text(encoding="utf-8")
    assert "lock_timeout = 3" in text
    still_config.write_text(text.replace("lock_timeout = 3", "lock_timeout = 1"), encoding="utf-8")
    passed = [0.0]
    real = time.monotonic
    monkeypatch.setattr("cockpit.reading.monotonic", lambda: real() + passed[0])
    at = wall_clock(NOON)
    monkeypatch.setattr("cockpit.process.now", lambda: at)
    url = small.engine.url.render_as_string(hide_password=False)
    app = open_page(url, "backlog")
    good = card_values(app)
    assert good["backlog"] == "40"
    with psycopg.connect(url) as locking:
        locking.execute("LOCK TABLE petition IN ACCESS EXCLUSIVE MODE")
        with small.writing() as connection:
            mark_changed(connection, at.replace(microsecond=0))
        passed[0] = 200
        app.run()
        assert failures(app) == []
        assert card_values(app) == good
        assert [warning.value for warning in app.warning] == []
        assert LATE in panels(app)
        app.switch_page("pages/hearings.py").run()
        assert failures(app) == []
        (said,) = [warning.value for warning in app.warning]
        assert said.startswith("现在读不到数据，正在自动重试")
    add_cases(small, range(41, 44))
    passed[0] = 400
    app.switch_page("pages/backlog.py").run()
    assert card_values(app)["backlog"] == "43"
    assert LATE not in panels(app)
    process.live_data().casebase.engine.dispose()


def test_a_cockpit_that_starts_without_its_database_says_whose_it_is(
    open_page: Callable[..., AppTest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    brands: list[str] = []
    monkeypatch.setattr(style, "apply", lambda brand, *_: brands.append(brand))
    app = open_page(f"duckdb:///{tmp_path}/missing.duckdb")
    (said,) = [warning.value for warning in app.warning]
    assert said.startswith("现在读不到数据")
    assert brands == ["郑州市信访局 · 信访领导驾驶舱"]
