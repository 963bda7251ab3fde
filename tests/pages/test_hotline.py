"""接诉即办: the orders of 12345 are on their page whatever channel is chosen, and each number opens just these."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from casebase.engine import Casebase
from queries.cases import cases
from queries.measure import measure
from tests.pages.conftest import EVENING, YEAR, busiest, card_values, clicked, fullest, number

pytestmark = pytest.mark.usefixtures("stopped_clock")

Opened = Callable[..., int]
OpenPage = Callable[..., AppTest]


def test_a_channel_of_the_bar_hides_no_order(open_page: OpenPage, city: Casebase) -> None:
    registered = measure(city.whole, ["hotline_registered"], as_of=EVENING, period=YEAR)["hits"].iloc[0]
    url = city.engine.url.render_as_string()
    city.engine.dispose()
    address = {"as_of": EVENING.date().isoformat(), "period": "本年", "channel": "来访"}
    shown = card_values(open_page(url, "hotline", **address))
    assert shown["hotline_registered"] == f"{registered:,}"
    assert registered > 0
    listed = open_page(url, "case_list", metric="hotline_registered", **address)
    assert any(f"共 **{registered:,}** 件次" in text.value for text in listed.markdown)


def test_rates_over_too_few_are_marked_in_the_table_of_units(open_page: OpenPage, city: Casebase) -> None:
    url = city.engine.url.render_as_string()
    city.engine.dispose()
    page = open_page(url, "hotline", as_of=EVENING.date().isoformat(), period="本年")
    assert [text.value for text in page.caption if "样本少：分母不足 30" in text.value]


def test_bar_of_a_place_opens_what_was_not_answered_in_time(opened: Opened, city: Casebase) -> None:
    found = measure(city.whole, ["hotline_response"], as_of=EVENING, period=YEAR, by=["district"]).dropna(
        subset=["district"]
    )
    worst = found.assign(misses=found["among"] - found["hits"]).sort_values("misses").iloc[-1]
    click = {"pick": [{"code": worst["district"]}]}
    assert opened("hotline", "hotline_district", click) == worst["misses"] > 0


def test_bar_of_a_class_opens_its_orders(opened: Opened, city: Casebase) -> None:
    category = fullest(city, "hotline_registered", "category")
    expected = number(city, "hotline_registered", category=category)["hits"]
    assert opened("hotline", "hotline_classes", {"pick": [{"code": category}]}) == expected > 0


def test_bar_of_a_unit_opens_what_it_owes(opened: Opened, city: Casebase) -> None:
    at = busiest(city, "hotline_overdue")
    owed = measure(city.whole, ["hotline_overdue"], as_of=at, by=["unit"]).sort_values("hits").iloc[-1]
    click = {"pick": [{"code": owed["unit"]}]}
    assert opened("hotline", "hotline_late_units", click, at) == owed["hits"] > 0


def test_cell_of_a_unit_opens_its_orders(opened: Opened, city: Casebase) -> None:
    by_unit = measure(city.whole, ["hotline_registered"], as_of=EVENING, period=YEAR, by=["unit"])
    assert opened("hotline", "hotline_units", {"cells": [(0, "登记（件次）")]}) == by_unit["hits"].max() > 0


def test_row_of_an_order_opens_its_case(open_page: OpenPage, city: Casebase) -> None:
    at = busiest(city, "hotline_open")
    in_hand = cases(city.whole, "hotline_open", as_of=at).set_index("case_no")["petition_id"]
    city.engine.dispose()
    app = open_page(city.engine.url.render_as_string(), "hotline", as_of=at.date().isoformat())
    shown = next(frame.value for frame in app.dataframe if "期限状态" in frame.value.columns)
    assert shown["答复期限"].is_monotonic_increasing
    assert sorted(shown["信访编号"]) == sorted(in_hand.index) != []
    assert clicked(app, "hotline_orders", {"rows": [0]})["case"] == str(in_hand[shown["信访编号"].iloc[0]])
