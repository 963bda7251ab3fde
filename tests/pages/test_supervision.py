"""案件督办: what is clicked opens exactly the orders that it counts."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from casebase.engine import Casebase
from queries.cases import cases
from queries.measure import measure
from tests.pages.conftest import EVENING, YEAR, busiest, clicked, number

pytestmark = pytest.mark.usefixtures("stopped_clock")

Opened = Callable[..., int]


def test_cell_of_a_level_and_its_answers(opened: Opened, city: Casebase) -> None:
    cells = measure(city.whole, ["supervision_issued"], as_of=EVENING, period=YEAR, by=["supervision_level", "answer"])
    cell = cells.sort_values("hits").iloc[-1]
    expected = cell["hits"]
    click = {"pick": [{"row": cell["supervision_level"], "column": cell["answer"]}]}
    assert opened("supervision", "answers", click) == expected > 0


def test_bar_of_a_result_opens_all_answers_that_say_so(opened: Opened, city: Casebase) -> None:
    expected = number(city, "supervision_settled", supervision_result="限期整改")["among"]
    click = {"pick": [{"code": "限期整改"}]}
    assert opened("supervision", "results", click) == expected > 0


def test_bar_of_a_place_opens_what_was_not_answered_in_time(opened: Opened, city: Casebase) -> None:
    found = measure(city.whole, ["supervision_in_time"], as_of=EVENING, period=YEAR, by=["district"]).dropna(
        subset=["district"]
    )
    worst = found.assign(misses=found["among"] - found["hits"]).sort_values("misses").iloc[-1]
    click = {"pick": [{"code": worst["district"]}]}
    assert opened("supervision", "supervision_district", click) == worst["misses"] > 0


def test_units_that_owe_an_answer(opened: Opened, city: Casebase) -> None:
    at = busiest(city, "supervision_waiting")
    found = measure(city.whole, ["supervision_waiting"], as_of=at, by=["unit"])
    assert opened("supervision", "debtors", {"cells": [(0, "尚未反馈（件）")]}, at) == found["hits"].max() > 0


def test_row_of_an_order_opens_its_case(open_page: Callable[..., AppTest], city: Casebase) -> None:
    at = busiest(city, "supervision_waiting")
    waiting = cases(city.whole, "supervision_waiting", as_of=at).set_index("case_no")["petition_id"]
    city.engine.dispose()
    app = open_page(city.engine.url.render_as_string(), "supervision", as_of=at.date().isoformat())
    shown = next(frame.value for frame in app.dataframe if "期限状态" in frame.value.columns)
    assert shown["反馈期限"].is_monotonic_increasing
    assert sorted(shown["信访编号"]) == sorted(waiting.index) != []
    assert clicked(app, "orders", {"rows": [0]})["case"] == str(waiting[shown["信访编号"].iloc[0]])
