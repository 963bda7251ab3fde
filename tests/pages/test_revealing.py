"""显示个人信息 on the page of a case: asked with a reason, logged, shown, and gone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from casebase import schema
from casebase.engine import Casebase
from queries.search import Search, search
from tests.pages.conftest import UNTIL, begin_process, failures, panels

pytestmark = pytest.mark.usefixtures("stopped_clock")


def show_case(number: int, name: str, *, may_reveal: bool, fails: bool) -> None:
    """The script of the page of a case, as somebody sees it; what is logged goes to the session."""
    from dataclasses import replace

    import streamlit as st

    from access.identity import LOCAL
    from casebase.errors import CasebaseError
    from cockpit.view import View, comparisons
    from pages import case_course
    from pages.parts import menu, revealing, session
    from queries.model import Slice
    from tests.pages.conftest import UNTIL, YEAR

    number = st.session_state.get("other", number)
    st.query_params["case"] = str(number)
    menu.set_current_page("case")
    revealing.forget_elsewhere()
    view = View(session.begin_run(), UNTIL, YEAR, Slice(), comparisons(None), bar_period=YEAR)

    def log(granted: object) -> None:
        st.session_state.setdefault("logged", []).append(granted)
        if fails:
            raise CasebaseError("the disk is full")

    case_course.page(view, replace(LOCAL, name=name, may_reveal=may_reveal), log)


@pytest.fixture
def case(city: Casebase) -> tuple[int, str, str]:
    """A case with its petitioner's name and telephone."""
    number = int(search(city.whole, Search(), as_of=UNTIL, limit=1).rows["petition_id"].iloc[0])
    p = schema.petition.c
    with city.reading() as connection:
        name, phone = connection.execute(
            select(p.petitioner_name, p.petitioner_phone).where(p.petition_id == number)
        ).one()
    return number, name, phone


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch, city: Casebase, still_config: Any) -> Callable[..., AppTest]:
    """A function (number, may_reveal=True, fails=False) that opens the page of a case as somebody."""

    def opened(number: int, *, may_reveal: bool = True, fails: bool = False) -> AppTest:
        begin_process(monkeypatch, city.engine.url.render_as_string(), still_config)
        arguments = {"number": number, "name": "张科长", "may_reveal": may_reveal, "fails": fails}
        app = AppTest.from_function(show_case, default_timeout=60, kwargs=arguments).run()
        assert failures(app) == []
        return app

    return opened


def ask(app: AppTest, reason: str | None, more: str = "") -> AppTest:
    """Choose and write a reason, and press the button."""
    app.selectbox[0].set_value(reason)
    app.text_input[0].set_value(more)
    return next(button for button in app.button if button.label == "确认显示").click().run()


def test_with_a_reason_it_is_logged_and_shown_until_time_is_over(
    show: Callable[..., AppTest], case: tuple[int, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    number, name, phone = case
    app = show(number)
    assert name not in panels(app)
    assert phone not in panels(app)
    ask(app, "电话回访信访人")
    assert failures(app) == []
    shown = panels(app)
    assert name in shown
    assert phone in shown
    assert "张科长 11月20日 15:30 查看，理由：电话回访信访人。11月20日 15:35 自动隐去" in shown
    (logged,) = app.session_state["logged"]
    assert (logged.petition_id, logged.subject, logged.reason) == (number, "local", "电话回访信访人")
    monkeypatch.setattr("cockpit.process.now", lambda: UNTIL + timedelta(minutes=5))
    app.run()
    assert phone not in panels(app)
    assert len(app.session_state["logged"]) == 1


def test_hidden_at_once_or_on_another_case(show: Callable[..., AppTest], case: tuple[int, str, str]) -> None:
    number, _, phone = case
    app = ask(show(number), "其他（请写明）", "局长交办核实")
    assert "理由：局长交办核实。" in panels(app)
    assert phone in panels(app)
    next(button for button in app.button if button.label == "立即隐去").click().run()
    assert phone not in panels(app)
    assert phone in panels(ask(app, "电话回访信访人"))
    for there in (number + 1, number):
        app.session_state["other"] = there
        app.run()
        assert phone not in panels(app)


@pytest.mark.parametrize(("reason", "more"), [(None, ""), ("其他（请写明）", "回访"), (None, "    ")])
def test_without_a_reason_nothing_is_shown(
    show: Callable[..., AppTest], case: tuple[int, str, str], reason: str | None, more: str
) -> None:
    app = ask(show(case[0]), reason, more)
    assert [element.value for element in app.warning] == ["请选择或写明理由，至少四个字。"]
    assert case[2] not in panels(app)
    assert "logged" not in app.session_state


def test_what_cannot_be_logged_is_not_shown(show: Callable[..., AppTest], case: tuple[int, str, str]) -> None:
    app = ask(show(case[0], fails=True), "电话回访信访人")
    assert [element.value for element in app.error] == ["查看记录没有写成，个人信息不能显示。请联系系统管理员。"]
    assert case[2] not in panels(app)


def test_who_is_not_entitled_has_no_button(show: Callable[..., AppTest], case: tuple[int, str, str]) -> None:
    app = show(case[0], may_reveal=False)
    assert [button.label for button in app.button if button.label in ("确认显示", "立即隐去")] == []
    assert not app.selectbox
