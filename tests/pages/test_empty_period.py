"""Where the chosen period has nothing and another has, the page says so and leads there by one click."""

from collections.abc import Callable
from datetime import datetime

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import address, failures

YEARS_BEFORE = {"period": "自选", "from": "2009-03-01", "to": "2009-03-31"}


def said(app: AppTest) -> list[str]:
    return [info.value for info in app.info if "最近的在" in info.value]


@pytest.mark.parametrize(
    ("page", "asked", "number"),
    [
        ("overview", {}, "登记量"),
        ("five_day", {"district": "金水区"}, "五日办结率"),
        ("case_list", {"metric": "registered"}, "登记量"),
    ],
)
def test_a_page_without_records_leads_to_the_last_month_that_has_any(
    page: str,
    asked: dict[str, str],
    number: str,
    open_page: Callable[..., AppTest],
    demo_url: str,
    stopped_clock: datetime,
) -> None:
    app = open_page(demo_url, page, **YEARS_BEFORE, **asked)
    (sentence,) = said(app)
    assert sentence.startswith(f"2009年3月1日—31日没有可计入「{number}」的记录，最近的在2026年11月")
    app.button("last_month_with_records").click().run()
    assert failures(app) == []
    assert said(app) == []
    found = address(app)
    assert (found["from"], found["to"]) == ("2026-11-01", "2026-11-30")
    assert found.items() >= asked.items()


def test_nothing_is_said_of_a_period_with_records_nor_of_a_month_of_a_list(
    open_page: Callable[..., AppTest], demo_url: str, stopped_clock: datetime
) -> None:
    assert said(open_page(demo_url)) == []
    assert said(open_page(demo_url, "case_list", metric="registered", by_month="2009-03", **YEARS_BEFORE)) == []
