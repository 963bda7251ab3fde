"""The list behind a number: where it leads back to. What it shows is compared with its number on every page."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.menu import page_of
from queries.measure import metric_of
from tests.pages.conftest import address, failures


@pytest.mark.parametrize(
    ("metric", "page"),
    [
        ("registered", "overview"),
        ("overdue", "backlog"),
        ("visits", "backlog"),
        ("five_day_overdue", "five_day"),
        ("hotline_open", "hotline"),
        ("proposals_made", "supervision"),
    ],
)
def test_a_number_has_a_page(metric: str, page: str) -> None:
    assert page_of(metric_of(metric)) == f"pages/{page}.py"


def test_a_list_that_was_opened_by_a_link_leads_to_the_page_of_its_number(
    open_page: Callable[..., AppTest], demo_url: str
) -> None:
    app = open_page(demo_url, "case_list", metric="tasks_open", district="金水区")
    app.button("way_back").click().run()
    assert failures(app) == []
    assert app.session_state["_current_page"] == "pages/dispatch.py"
    assert address(app)["district"] == "金水区"
