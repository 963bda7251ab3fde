"""When the body of a page may be drawn anew alone: as long as what stands above it would look the same."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from streamlit.testing.v1 import AppTest

from casebase import schema
from casebase.clock import wall_clock
from casebase.engine import Casebase, mark_changed
from cockpit import process
from cockpit.data import Data
from pages.parts import body, filters, session
from tests.pages.conftest import add_cases, failures

OpenPage = Callable[..., AppTest]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Before each drawing of the bar: whether the one that stands there would do."""
    found: list[bool] = []
    bar = filters.bar

    def noted(data: Data) -> Any:
        found.append(filters.shows(data))
        return bar(data)

    monkeypatch.setattr(filters, "bar", noted)
    return found


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    at = [wall_clock("Asia/Shanghai").replace(hour=12)]
    monkeypatch.setattr("cockpit.process.now", lambda: at[0])
    return at


@pytest.fixture
def app(small: Casebase, open_page: OpenPage, shown: list[bool], clock: list[datetime]) -> AppTest:
    """A page of a city of one district; its bar was drawn for the first time."""
    found = open_page(small.engine.url.render_as_string(hide_password=False), "backlog")
    assert shown == [False]
    return found


def drawn(app: AppTest) -> AppTest:
    process.live_data().watch._looked = 0.0
    app.run()
    assert failures(app) == []
    return app


def test_new_cases_and_another_minute_leave_the_bar_as_it_is(
    app: AppTest, small: Casebase, shown: list[bool], clock: list[datetime]
) -> None:
    add_cases(small, range(41, 44))
    clock[0] += timedelta(minutes=1)
    drawn(app)
    assert shown[1:] == [True]


def test_another_day_changes_what_the_bar_offers(app: AppTest, shown: list[bool], clock: list[datetime]) -> None:
    clock[0] += timedelta(days=1)
    drawn(app)
    assert shown[1:] == [False]


def test_a_place_a_class_or_a_name_that_changes_is_a_change_of_the_bar(
    app: AppTest, small: Casebase, shown: list[bool], clock: list[datetime]
) -> None:
    with small.writing() as connection:
        connection.execute(insert(schema.category).values(code="ZZ", name="新分类"))
        mark_changed(connection, clock[0])
    drawn(app)
    with small.writing() as connection:
        connection.execute(schema.area.update().where(schema.area.c.level == 2).values(name="改名区"))
        mark_changed(connection, clock[0])
    drawn(app)
    assert shown[1:] == [False, False]


def test_a_choice_that_a_click_in_the_body_makes_is_drawn_in_the_bar(app: AppTest, shown: list[bool]) -> None:
    app.session_state["district"] = ""
    drawn(app)
    app.session_state["period"] = "本年"
    drawn(app)
    assert shown[1:] == [True, False]


def test_a_body_draws_the_whole_page_once_it_was_drawn_long_ago(
    app: AppTest, shown: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = [True]
    monkeypatch.setattr(session, "is_part_of_page", lambda: bool(parts) and parts.pop())
    drawn(app)
    assert shown[1:] == [True]
    monkeypatch.setattr(body, "_LONGEST", -1.0)
    parts.append(True)
    drawn(app)
    assert shown[2:] == [True, True]


def test_whatever_goes_wrong_inside_is_a_sentence() -> None:
    def script() -> None:
        from pages.parts import body

        with body.faults_told():
            raise ZeroDivisionError

    app = AppTest.from_function(script).run()
    assert [error.value for error in app.error] == ["这一页出了故障，请刷新，或从上方导航打开其他页面。"]
