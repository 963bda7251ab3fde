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


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"by_age": "x"}, "地址里的在办时长「x」不在「在办件」的这份明细可选之列，以下未按它筛选。"),
        ({"by_nosuch": "1"}, "地址里的「by\\_nosuch=1」不在「在办件」的这份明细可选之列，以下未按它筛选。"),
        ({"by_task_kind": "y"}, "地址里的任务类型「y」不在「在办件」的这份明细可选之列，以下未按它筛选。"),
        ({"by_due_day": "soon"}, "地址里的办结期限「soon」不在「在办件」的这份明细可选之列，以下未按它筛选。"),
        ({"by_month": "zz"}, "地址里的月份「zz」不在「在办件」的这份明细可选之列，以下未按它筛选。"),
        ({"part": "zz"}, "地址里的明细「zz」不在可选之列，已按「在办件」显示。"),
    ],
)
def test_what_an_address_asks_of_a_list_in_vain_is_said(
    asked: dict[str, str], said: str, open_page: Callable[..., AppTest], demo_url: str
) -> None:
    app = open_page(demo_url, "case_list", metric="backlog", **asked)
    assert failures(app) == []
    assert [warning.value for warning in app.warning] == [said]
    whole = open_page(demo_url, "case_list", metric="backlog")
    assert lead(app) == lead(whole) != []


def lead(app: AppTest) -> list[str]:
    """How many rows a list says that it has."""
    return [each.value for each in app.markdown if each.value.startswith("共 **")]
