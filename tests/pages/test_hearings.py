"""专家听证: what the page shows is what the queries say, and what is clicked opens exactly what it counts."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from casebase.engine import Casebase
from queries.cases import cases
from queries.hearing_outcomes import against_comparable, coming_panels, experts
from queries.measure import measure
from queries.needs import unknown
from queries.periods import Preset, end_of_day, last_months, period_of
from tests.pages.conftest import address, clicked, failures, list_length
from views import words

pytestmark = pytest.mark.usefixtures("stopped_clock")

OpenPage = Callable[..., AppTest]
TODAY = date(2026, 11, 19)
NOW = end_of_day(TODAY)
YEAR = last_months(TODAY, 12)


@pytest.fixture
def page(open_page: OpenPage, city: Casebase) -> Callable[..., AppTest]:
    """Opens the page on the city at the end of TODAY."""

    def opened(**address: str) -> AppTest:
        city.engine.dispose()  # a DuckDB file belongs to one at a time
        app = open_page(city.engine.url.render_as_string(), "hearings", as_of=TODAY.isoformat(), **address)
        assert failures(app) == []
        return app

    return opened


def largest(city: Casebase, metric: str, *by: str) -> tuple[dict[str, str], int]:
    """The values of the largest group of the twelve months, and its number."""
    found = measure(city.whole, [metric], as_of=NOW, period=YEAR, by=by).dropna(subset=list(by)).sort_values("hits")
    return {name: str(found[name].iloc[-1]) for name in by}, int(found["hits"].iloc[-1])


def opened(page: Callable[..., AppTest], city: Casebase, chart: str, /, **fields: Any) -> int:
    """Length of the list that a click opens."""
    asked = clicked(page(), chart, {"pick": [fields]})
    city.engine.dispose()
    return list_length(city, asked, as_of=NOW, period=YEAR)


@pytest.mark.parametrize("metric", ["hearings_held", "expert_participations"])
def test_bar_of_a_month(metric: str, page: Callable[..., AppTest], city: Casebase) -> None:
    cell, expected = largest(city, metric, "month")
    assert opened(page, city, f"monthly_{metric}", key=cell["month"]) == expected > 0


def test_hearings_and_their_cases_are_one_picture_where_both_count_the_same(
    page: Callable[..., AppTest], city: Casebase
) -> None:
    names = ["hearings_held", "cases_heard"]
    found = measure(city.whole, names, as_of=NOW, period=YEAR, by=["month"])
    counts = [found[found["metric"] == name].set_index("month")["hits"].to_dict() for name in names]
    city.engine.dispose()
    pictures = [name for name in (*names, "expert_participations") if f"monthly_{name}" in page().session_state]
    assert counts[0] == counts[1]
    assert pictures == ["hearings_held", "expert_participations"]


def test_bar_of_a_conclusion(page: Callable[..., AppTest], city: Casebase) -> None:
    cell, expected = largest(city, "hearings_held", "conclusion")
    assert opened(page, city, "conclusions", code=cell["conclusion"]) == expected > 0


def test_bar_of_a_wait(page: Callable[..., AppTest], city: Casebase) -> None:
    cell, expected = largest(city, "hearing_wait_days", "wait")
    assert opened(page, city, "waits", key=cell["wait"]) == expected > 0


def test_cell_of_the_pool(page: Callable[..., AppTest], city: Casebase) -> None:
    cell, expected = largest(city, "experts_in_pool", "field", "source")
    assert opened(page, city, "pool", row=cell["field"], column=cell["source"]) == expected > 0


def of_experts(city: Casebase) -> str:
    """What the page counts the experts' work by: their cases, where the data knows more than hearings."""
    return "expert_participations" if "expert_cases" in unknown(city.whole) else "expert_cases"


def test_dot_of_an_expert(page: Callable[..., AppTest], city: Casebase) -> None:
    cell, expected = largest(city, of_experts(city), "expert")
    assert opened(page, city, "load", code=cell["expert"]) == expected > 0


def test_idle_experts_are_those_who_took_part_in_nothing(page: Callable[..., AppTest], city: Casebase) -> None:
    found = measure(city.whole, [of_experts(city)], as_of=NOW, period=period_of(Preset.YEAR, TODAY), by=["expert"])
    pool = experts(city.whole, as_of=NOW)
    expected = pool.loc[~pool["code"].isin(found["expert"]), "name"]
    shown = next(frame.value for frame in page(period="本年").dataframe if "最近参与" in frame.value.columns)
    assert sorted(shown["专家"]) == sorted(expected)
    assert 0 < len(expected) < len(pool)


def test_hearings_to_come_with_their_panels_and_no_petitioner(page: Callable[..., AppTest], city: Casebase) -> None:
    rows, panels = cases(city.whole, "hearings_coming", as_of=NOW), coming_panels(city.whole, as_of=NOW)
    app = page()
    shown = next(frame.value for frame in app.dataframe if "评议团" in frame.value.columns).set_index("信访编号")
    assert sorted(shown.index) == sorted(rows["case_no"])
    assert list(shown.columns) == ["排期", "区县", "街道（乡镇）", "听证阶段", "内容分类", "责任单位", "评议团"]
    for hearing, number in zip(rows["hearing_id"], rows["case_no"], strict=True):
        names = panels.loc[panels["hearing_id"] == hearing, "expert"]
        told = shown.loc[number, "评议团"]
        assert all(name in told for name in names)
        assert told.count("、") == len(names) - 1
    app.button(key="all_coming").click().run()
    asked = address(app)
    city.engine.dispose()
    assert list_length(city, asked, as_of=NOW, period=YEAR) == len(rows) > 0


def test_comparison_says_how_many_cases_stand_behind_it(page: Callable[..., AppTest], city: Casebase) -> None:
    heard, other = against_comparable(city.whole, as_of=NOW).to_dict("records")
    told = "\n".join(text.value for text in page().caption)
    assert f"听证件 {words.full_count(heard['among'])} 件次，化解 {words.full_count(heard['hits'])} 件次" in told
    assert f"可比件 {words.full_count(other['among'])} 件次，加权后化解率 {words.percent(other['value'])}" in told
