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
from cockpit.slots import Rank
from pages.parts import body, filters, identity, session
from tests.pages.conftest import NOON, add_cases, failures

OpenPage = Callable[..., AppTest]


@pytest.fixture
def shown(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
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
    at = [wall_clock(NOON)]
    monkeypatch.setattr("cockpit.process.now", lambda: at[0])
    return at


@pytest.fixture
def app(small: Casebase, open_page: OpenPage, clock: list[datetime]) -> AppTest:
    """A page of a city of one district; its bar was drawn for the first time."""
    return open_page(small.engine.url.render_as_string(hide_password=False), "backlog")


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
    assert shown == [True]


def test_another_day_changes_what_the_bar_offers(app: AppTest, shown: list[bool], clock: list[datetime]) -> None:
    clock[0] += timedelta(days=1)
    drawn(app)
    assert shown == [False]


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
    assert shown == [False, False]


@pytest.fixture
def parts(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is drawn from now on: "bar" and "body", the latter at first as a part of the page."""
    order, is_part = list[str](), [True]
    bar, begin_body = filters.bar, session.complete_run

    def drawn_bar(data: Data) -> Any:
        order.append("bar")
        return bar(data)

    def drawn_body() -> None:
        begin_body()
        order.append("body")

    monkeypatch.setattr(filters, "bar", drawn_bar)
    monkeypatch.setattr(session, "complete_run", drawn_body)
    monkeypatch.setattr(session, "is_part_of_page", lambda: bool(is_part) and is_part.pop())
    return order


def differs_once(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let a question of the bar be answered with no, and from then on as it is."""
    asked, answer = [True], getattr(filters, name)
    monkeypatch.setattr(filters, name, lambda *data: not asked.pop() if asked else answer(*data))


def test_a_body_alone_is_drawn_where_nothing_above_it_differs(app: AppTest, parts: list[str]) -> None:
    drawn(app)
    assert parts == ["bar", "body"]


@pytest.mark.parametrize("reason", ["offer", "time"])
def test_nobody_clicked_and_the_whole_page_is_drawn_in_place_of_the_body(
    app: AppTest, parts: list[str], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.session_state["_redrawn_by_itself"] = True
    monkeypatch.setattr(identity, "rank", lambda: Rank.BY_ITSELF)  # the run that this test is takes the mark
    if reason == "offer":
        differs_once(monkeypatch, "shows")
    else:
        monkeypatch.setattr(body, "_LONGEST", -1.0)
    drawn(app)
    assert parts == ["bar", "bar", "body"]


def test_a_click_is_followed_before_the_whole_page_is_drawn(
    app: AppTest, parts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The framework forgets what was clicked when a page is begun anew."""
    differs_once(monkeypatch, "shows")
    monkeypatch.setattr(body, "_LONGEST", -1.0)
    drawn(app)
    assert parts == ["bar", "body", "bar", "body"]


def test_what_a_click_has_set_in_the_bar_is_drawn_at_once(
    app: AppTest, parts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    differs_once(monkeypatch, "is_set_as_shown")
    drawn(app)
    assert parts == ["bar", "bar", "body"]


def test_a_choice_that_a_click_makes_is_another_than_was_drawn(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[bool] = []
    bar = filters.bar

    def noted(data: Data) -> Any:
        found.append(filters.is_set_as_shown())
        return bar(data)

    monkeypatch.setattr(filters, "bar", noted)
    drawn(app)
    app.session_state["period"] = "本年"
    drawn(app)
    app.session_state["_filters_set"] = {"period": "本月"}  # by set_choices, for the next run
    drawn(app)
    assert found == [True, False, False]


def test_whatever_goes_wrong_inside_is_a_sentence() -> None:
    def script() -> None:
        from pages.parts import body

        with body.faults_told():
            raise ZeroDivisionError

    app = AppTest.from_function(script).run()
    assert [error.value for error in app.error] == ["这一页出了故障，请刷新，或从上方导航打开其他页面。"]
