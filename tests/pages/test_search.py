"""案件查询 and the page of a case: found, opened, and back."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from casebase.engine import Casebase
from cockpit import case_text
from pages.parts.filters import BAR_KEYS
from queries.clocks import Clock, Standing
from queries.periods import Period
from queries.search import Search, search
from tests.pages.conftest import UNTIL, address, clicked, failures, panels

pytestmark = pytest.mark.usefixtures("stopped_clock")
OpenPage = Callable[..., AppTest]


def text_of(app: AppTest) -> str:
    return "\n".join(element.value for element in app.markdown)


def test_what_is_found_is_counted_and_a_row_opens_its_case(open_page: OpenPage, city: Casebase) -> None:
    url = city.engine.url.render_as_string()
    expected = search(city.whole, Search(text="物业", flags=("重件",)), as_of=UNTIL, limit=1)
    number = int(expected.rows["petition_id"].iloc[0])
    assert search(city.whole, Search(text=expected.rows["case_no"].iloc[0]), as_of=UNTIL).total == 1
    city.engine.dispose()  # a DuckDB file belongs to one at a time
    app = open_page(url, "search", q="物业", flags="重件")
    assert failures(app) == []
    assert f"共 **{expected.total:,}** 件次" in text_of(app)
    assert clicked(app, "found", {"cells": [[0, "信访编号"]]})["case"] == str(number)
    assert failures(app) == []
    assert str(expected.rows["case_no"].iloc[0]) in panels(app)
    app.button[0].click().run()  # the way back
    assert address(app)["q"] == "物业"


def test_turning_to_other_days_searches_in_them(open_page: OpenPage, city: Casebase) -> None:
    url = city.engine.url.render_as_string()
    october = Period(date(2026, 10, 1), date(2026, 10, 31))
    every = search(city.whole, Search(), as_of=UNTIL, limit=1).total
    of_october = search(city.whole, Search(registered=october), as_of=UNTIL, limit=1).total
    city.engine.dispose()
    app = open_page(url, "search", period="上月")
    assert failures(app) == []
    assert f"共 **{of_october:,}** 件次" in text_of(app)
    app.segmented_control(key="span").set_value("不限").run()  # the reader may take it back
    assert f"共 **{every:,}** 件次" in text_of(app)


def test_nothing_found_says_so(open_page: OpenPage, demo_url: str) -> None:
    app = open_page(demo_url, "search", q="没有这样一件")
    assert failures(app) == []
    assert any("没有查到" in element.value for element in app.info)


def test_too_many_words_are_said_and_not_looked_for(open_page: OpenPage, demo_url: str) -> None:
    app = open_page(demo_url, "search", q=" ".join(f"词{n}" for n in range(300)))
    assert failures(app) == []
    assert any("最多查 12 个词，现在有 300 个" in element.value for element in app.info)


@pytest.mark.parametrize("case", ["", "abc", "999999999999", "1" * 40])
def test_an_unknown_case_is_said_in_a_sentence(case: str, open_page: OpenPage, demo_url: str) -> None:
    app = open_page(demo_url, "case_course", case=case)
    assert failures(app) == []
    assert any("没有这一件" in element.value for element in app.info)
    assert [link.proto.label for link in app.get("page_link")] == ["打开「案件查询」"]


def test_on_a_case_the_moment_alone_is_chosen_and_the_bar_is_kept(open_page: OpenPage, demo_url: str) -> None:
    """No period and no place changes what a case is."""
    app = open_page(demo_url, "case_course", case="1")
    assert failures(app) == []
    choices = {choice.key for choice in (*app.selectbox, *app.segmented_control, *app.date_input)}
    assert choices.intersection(BAR_KEYS) == {"as_of"}
    app.session_state["period"] = "上月"
    app.run().run()
    assert app.session_state["period"] == "上月"


def test_cases_in_every_stage_open(open_page: OpenPage, city: Casebase) -> None:
    url = city.engine.url.render_as_string()
    numbers = [
        search(city.whole, asked, as_of=UNTIL, limit=1).rows["petition_id"].iloc[0]
        for asked in (Search(clock="overdue"), Search(flags=("听证",)), Search(flags=("重件", "督办")), Search())
    ]
    city.engine.dispose()
    for number in numbers:
        app = open_page(url, "case_course", case=str(number))
        assert failures(app) == []
        assert "条例第三十四条" in panels(app)
        assert re.search(r"<dd>\s*100\*{4}\d{4}\s*</dd>", panels(app))
        assert re.search(r"<dd>\s*[^\s<]\*\*\s*</dd>", panels(app))


def test_a_limit_over_by_rest_days_alone_is_no_last_day() -> None:
    due = datetime(2026, 11, 27, 23, 59, 59)
    late = Clock("简单诉求办结", "", "", "个工作日", due - timedelta(days=7), due, None, Standing.OVERDUE, 0)
    assert case_text.note(late) == "超不足 1 个工作日"
    assert case_text.note(replace(late, days=12)) == "超 12 个工作日"
    assert case_text.note(replace(late, standing=Standing.RUNNING)) == "最后一天"
