"""Where the chosen period has nothing and another has, the page says so and leads there by one click."""

from collections.abc import Callable
from datetime import datetime

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import address, card_values, failures, panels
from views import words

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
    app.button("way_on").click().run()
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


@pytest.mark.parametrize(
    ("page", "number"),
    [("overview", "「登记量」「五日办结率」"), ("five_day", "「五日办结率」"), ("why", "「五日办结率」")],
)
def test_on_the_first_of_a_month_a_page_leads_to_the_last_one(
    page: str, number: str, open_page: Callable[..., AppTest], demo_url: str, stopped_clock: datetime
) -> None:
    """The first of November is a Sunday, on which no promise ends: no rate of it looks at anything."""
    asked = {"of": "五日办结率"} if page == "why" else {}
    app = open_page(demo_url, page, as_of="2026-11-01", **asked)
    (sentence,) = said(app)
    assert f"没有可计入{number}" in sentence
    assert "最近的在2026年10月30日" in sentence
    app.button("way_on").click().run()
    assert failures(app) == []
    assert said(app) == []
    assert (address(app)["from"], address(app)["to"]) == ("2026-10-01", "2026-10-31")


def test_the_map_of_the_first_of_a_month_begins_with_a_number_that_has_any(
    open_page: Callable[..., AppTest], demo_url: str, stopped_clock: datetime
) -> None:
    def chosen(app: AppTest) -> object:
        return app.session_state["on_map"]

    assert chosen(open_page(demo_url, as_of="2026-11-01")) == "backlog"
    assert chosen(open_page(demo_url)) == "five_day_closure"
    app = open_page(demo_url, as_of="2026-11-01", on_map="五日办结率")
    assert failures(app) == []
    assert not [button for button in app.button if button.key == "all_ranking"]


def test_what_a_page_chose_follows_the_period_and_what_a_reader_chose_stays(
    open_page: Callable[..., AppTest], demo_url: str, stopped_clock: datetime
) -> None:
    """The address has what a reader chose alone: it opens the same view for whoever it is sent to."""

    def shown(app: AppTest, period: str) -> tuple[object, str | None]:
        app.segmented_control("period").set_value(period).run()
        assert failures(app) == []
        return app.session_state["on_map"], address(app).get("on_map")

    app = open_page(demo_url, as_of="2026-11-01")
    assert shown(app, "上月") == ("five_day_closure", None)
    assert shown(app, "本月") == ("backlog", None)
    app.segmented_control("on_map").set_value("registered").run()
    assert shown(app, "上月")[0] == "registered"
    app.segmented_control("on_map").set_value("five_day_closure").run()
    assert shown(app, "本月") == ("backlog", None)


@pytest.mark.parametrize("page", ["overview", "backlog", "five_day", "why", "hearings", "case_list"])
def test_a_period_that_lies_ahead_is_said_and_compared_with_nothing(
    page: str, open_page: Callable[..., AppTest], demo_url: str, stopped_clock: datetime
) -> None:
    asked = {"metric": "registered"} if page == "case_list" else {}
    app = open_page(demo_url, page, period="自选", **{"from": "2035-01-01", "to": "2035-12-31"}, **asked)
    assert failures(app) == []
    (sentence,) = [info.value for info in app.info if "还没有开始" in info.value]
    assert sentence.startswith("2035年1月1日—12月31日还没有开始")
    assert not any(compared in panels(app) for compared in ("较上一期", "较上年同期", "2034年"))
    app.button("way_on").click().run()
    assert (address(app)["from"], address(app)["to"]) == ("2026-11-01", "2026-11-30")


def test_a_period_that_runs_is_compared(
    open_page: Callable[..., AppTest], demo_url: str, stopped_clock: datetime
) -> None:
    app = open_page(demo_url, period="自选", **{"from": "2026-11-20", "to": "2035-12-31"})
    assert not [info for info in app.info if "还没有开始" in info.value]
    assert "较上年同期" in panels(app)


@pytest.mark.parametrize("page", ["overview", "backlog", "grid_coverage", "dispatch", "mediation", "agents"])
def test_a_moment_before_all_records_is_said_and_nobody_is_told_to_load_data(
    page: str, open_page: Callable[..., AppTest], demo_url: str, stopped_clock: datetime
) -> None:
    app = open_page(demo_url, page, as_of="1999-01-01")
    assert failures(app) == []
    assert [info for info in app.info if info.value.startswith("截至日期1999年1月1日早于库中最早的记录")]
    assert not [info for info in app.info if "装入" in info.value]
    assert not [text for text in app.markdown if "装入" in text.value or "没有在岗" in text.value]
    assert "100.0%" not in panels(app)
    assert set(card_values(app).values()) <= {words.NONE}
    app.button("way_on").click().run()
    assert "as_of" not in address(app)


@pytest.mark.parametrize("page", ["hearings", "dispatch", "mediation", "agents", "grid_coverage", "model_cases"])
def test_what_was_never_loaded_is_to_be_loaded_and_not_sought_at_another_moment(
    page: str, open_page: Callable[..., AppTest], real_url: Callable[[str], str]
) -> None:
    app = open_page(real_url("boston311_2011H2"), page, as_of="2011-12-31")
    assert failures(app) == []
    assert [info.value for info in app.info if info.value.startswith("库中还没有")]
    assert not [info.value for info in app.info if "换一个截至日期" in info.value]
