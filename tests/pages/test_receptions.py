"""领导接访: what is clicked opens exactly the receptions that it counts."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from casebase.engine import Casebase
from queries.cases import cases
from queries.measure import measure
from tests.pages.conftest import EVENING, YEAR, busiest, clicked, fullest, number

pytestmark = pytest.mark.usefixtures("stopped_clock")

Opened = Callable[..., int]


@pytest.mark.parametrize(
    ("key", "dimension"),
    [("reception_district", "district"), ("reception_classes", "category"), ("reception_rooms", "reception_place")],
)
def test_bar(key: str, dimension: str, opened: Opened, city: Casebase) -> None:
    code = fullest(city, "receptions", dimension)
    expected = number(city, "receptions", **{dimension: code})["hits"]
    assert opened("receptions", key, {"pick": [{"code": code}]}) == expected > 0


def test_bar_of_a_month(opened: Opened, city: Casebase) -> None:
    month = fullest(city, "receptions", "month")
    expected = number(city, "receptions", month=month)["hits"]
    assert opened("receptions", "reception_months", {"pick": [{"key": month}]}) == expected > 0


def test_bar_of_what_is_open_for_long(opened: Opened, city: Casebase) -> None:
    at = busiest(city, "receptions_open")
    found = measure(city.whole, ["receptions_open"], as_of=at, by=["reception_age"]).iloc[0]
    click = {"pick": [{"key": found["reception_age"]}]}
    assert opened("receptions", "reception_ages", click, at) == found["hits"] > 0


@pytest.mark.parametrize(("column", "metric"), [("接访（批次）", "receptions"), ("办结用时（天）", "reception_days")])
def test_cell_of_an_office(column: str, metric: str, opened: Opened, city: Casebase) -> None:
    found = measure(city.whole, ["receptions"], as_of=EVENING, period=YEAR, by=["leader"])
    first = found.sort_values("value", ascending=False, kind="stable")["leader"].iloc[0]
    expected = number(city, metric, leader=first)["hits"]
    assert opened("receptions", "leaders", {"cells": [(0, column)]}) == expected > 0


def test_row_of_what_is_open_opens_its_case(open_page: Callable[..., AppTest], city: Casebase) -> None:
    at = busiest(city, "receptions_open")
    waiting = cases(city.whole, "receptions_open", as_of=at)
    city.engine.dispose()
    app = open_page(city.engine.url.render_as_string(), "receptions", as_of=at.date().isoformat())
    shown = next(frame.value for frame in app.dataframe if "已过天数" in frame.value.columns)
    assert shown["已过天数"].is_monotonic_decreasing
    assert shown["信访编号"].tolist() == waiting["case_no"].tolist() != []
    assert clicked(app, "open_receptions", {"rows": [0]})["case"] == str(waiting["petition_id"].iloc[0])
