"""A page keeps its numbers while the database is away, and says how old they are."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cockpit import process
from tests.cockpit.fakes import Clock, Database, clock, database
from tests.pages.conftest import card_values, failures, panels

OpenPage = Callable[..., AppTest]

__all__ = ["clock", "database"]


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch, still_config: Path) -> None:
    """The configuration of the test."""
    monkeypatch.setenv("COCKPIT_CONFIG", str(still_config))


def test_numbers_stay_when_the_database_goes_away_in_the_middle_of_a_run(
    open_page: OpenPage, own_url: str, database: Database, clock: Clock
) -> None:
    app = open_page(own_url)
    shown = card_values(app)
    assert shown
    database.newer, database.refuses_answers = 1, True
    clock.pass_seconds(60)
    app.run()
    assert failures(app) == []
    assert list(app.warning) == []
    assert card_values(app) == shown


def test_page_takes_the_newest_reading_while_a_look_is_slow(
    open_page: OpenPage, demo_url: str, database: Database, clock: Clock
) -> None:
    """Or it would go back to what it showed before, be outdated when the look ends, and begin anew for ever."""
    app = open_page(demo_url)
    database.newer = 1
    clock.pass_seconds(2)
    newest = process.live_data().watch.read()
    assert newest.state.version == app.session_state["_data"].reading.state.version + 1
    database.silent.clear()
    clock.pass_seconds(2)
    app.run()
    database.silent.set()
    assert failures(app) == []
    assert app.session_state["_data"].reading == newest


@pytest.mark.parametrize(("seconds", "said"), [(10, None), (31, "▲ 数据库暂不可达"), (121, "■ 数据库不可达")])
def test_cut_off_time_tells_its_age(
    seconds: int, said: str | None, open_page: OpenPage, own_url: str, database: Database, clock: Clock
) -> None:
    app = open_page(own_url)
    shown = card_values(app)
    database.refuses_state = database.refuses_answers = True
    clock.pass_seconds(seconds)
    app.run()
    assert card_values(app) == shown
    assert (said in panels(app)) if said else ("不可达" not in panels(app))
    database.refuses_state = database.refuses_answers = False
    clock.pass_seconds(2)
    app.run()
    assert failures(app) == []
    assert "不可达" not in panels(app)


def test_question_that_was_never_answered_is_asked_again_until_it_is(
    open_page: OpenPage, own_url: str, database: Database, clock: Clock
) -> None:
    app = open_page(own_url)
    database.refuses_state = database.refuses_answers = True
    clock.pass_seconds(60)
    app.segmented_control(key="period").set_value("本年").run()
    assert [warning.value for warning in app.warning] == ["现在读不到数据，正在自动重试。请联系系统管理员。"]
    database.refuses_state = database.refuses_answers = False
    clock.pass_seconds(2)
    app.run()
    assert list(app.warning) == []
    assert card_values(app)


def test_scripts_that_stay_in_the_browser_are_sent_until_a_page_has_come_whole(
    open_page: OpenPage, own_url: str, database: Database, clock: Clock
) -> None:
    database.refuses_answers = True
    app = open_page(own_url)
    for _ in range(2):
        assert "translated" in _scripts(app)
        clock.pass_seconds(60)
        app.run()
    database.refuses_answers = False
    clock.pass_seconds(60)
    app.run()
    app.run()
    assert failures(app) == []
    assert _scripts(app) == set()


def _scripts(app: AppTest) -> set[str]:
    names = {element.proto.component_name for element in app.get("bidi_component")}
    return names & {"translated", "history_of_steps"}
