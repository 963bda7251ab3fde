"""在办件: what is clicked opens exactly the cases that it counts."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from casebase.engine import Casebase
from queries import backlog
from queries.measure import measure
from queries.model import EVERYTHING, Slice
from queries.periods import Period, Preset, end_of_day, period_of
from tests.pages.conftest import busiest, clicked, failures, list_length, panels
from views import words

pytestmark = pytest.mark.usefixtures("stopped_clock")

OpenPage = Callable[..., AppTest]
TODAY = date(2026, 11, 19)
NOW = end_of_day(TODAY)


def number(city: Casebase, metric: str, **cell: str | None) -> int:
    return int(measure(city.whole, [metric], as_of=NOW, within=Slice().narrow(**cell))["hits"].iloc[0])


def opened(open_page: OpenPage, city: Casebase, key: str, selection: dict[str, Any]) -> int:
    """Length of the list that a click opens."""
    url = city.engine.url.render_as_string()
    city.engine.dispose()  # a DuckDB file belongs to one at a time
    asked = clicked(open_page(url, "backlog", as_of=TODAY.isoformat()), key, selection)
    return list_length(city, asked, as_of=NOW, period=period_of(Preset.MONTH, TODAY))


def picked(**fields: Any) -> dict[str, Any]:
    return {"pick": [fields]}


def milliseconds(day: date) -> int:
    """Midnight of a day as a browser in Shanghai has it."""
    return int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp() * 1000)


def largest(city: Casebase, metric: str, *by: str) -> dict[str, str]:
    """The values of the largest group."""
    found = measure(city.whole, [metric], as_of=NOW, by=by).dropna(subset=list(by)).sort_values("hits")
    return {name: str(found[name].iloc[-1]) for name in by}


def test_cell_of_stage_and_age(open_page: OpenPage, city: Casebase) -> None:
    cell = largest(city, "backlog", "stage", "age")
    expected = number(city, "backlog", **cell)
    assert expected > 0
    assert opened(open_page, city, "stages_ages", picked(row=cell["stage"], column=cell["age"])) == expected


@pytest.mark.parametrize("dimension", ["district", "category"])
def test_bar_of_a_ranking(dimension: str, open_page: OpenPage, city: Casebase) -> None:
    cell = largest(city, "backlog", dimension)
    expected = number(city, "backlog", **cell)
    assert opened(open_page, city, f"by_{dimension}", picked(code=cell[dimension])) == expected


def test_day_of_a_deadline(open_page: OpenPage, city: Casebase) -> None:
    at = busiest(city, "due_in_5")
    days = measure(city.whole, ["due_in_5"], as_of=at, by=["due_day"]).sort_values("hits")
    day, expected = str(days["due_day"].iloc[-1]), days["hits"].iloc[-1]
    url = city.engine.url.render_as_string()
    city.engine.dispose()  # a DuckDB file belongs to one at a time
    asked = clicked(open_page(url, "backlog", as_of=at.date().isoformat()), "coming", picked(key=day))
    month = period_of(Preset.MONTH, at.date())
    assert list_length(city, asked, as_of=at, period=month) == expected > 0


@pytest.mark.parametrize(("way", "metric"), [("↑ 新收", "registered"), ("↓ 办结", "closed")])
def test_day_of_the_flow_outside_the_period(way: str, metric: str, open_page: OpenPage, city: Casebase) -> None:
    august = Period(date(2026, 8, 1), date(2026, 8, 31))
    found = measure(city.whole, [metric], as_of=NOW, period=august, by=["day"]).sort_values("hits").iloc[-1]
    day, expected = date.fromisoformat(found["day"]), found["hits"]
    assert opened(open_page, city, "flow_moved", picked(at=milliseconds(day), way=way)) == expected


def test_backlog_of_a_past_day(open_page: OpenPage, city: Casebase) -> None:
    day = date(2026, 9, 15)
    expected = number(city, "backlog", day=day.isoformat())
    assert expected != number(city, "backlog")
    assert opened(open_page, city, "flow_stock", picked(at=milliseconds(day))) == expected


def test_row_of_the_oldest_opens_its_case(open_page: OpenPage, city: Casebase) -> None:
    first = backlog.oldest(city.whole, as_of=NOW, within=EVERYTHING, limit=1).iloc[0]
    city.engine.dispose()  # a DuckDB file belongs to one at a time
    app = open_page(city.engine.url.render_as_string(), "backlog", as_of=TODAY.isoformat())
    assert clicked(app, "oldest", {"cells": [(0, "标题")]})["case"] == str(first["petition_id"])


def test_sentence_says_how_old_the_backlog_is(open_page: OpenPage, city: Casebase) -> None:
    row = backlog.open_days(city.whole, as_of=NOW, within=Slice(area="410105")).iloc[0]
    city.engine.dispose()
    app = open_page(city.engine.url.render_as_string(), "backlog", district="金水区", as_of=TODAY.isoformat())
    assert failures(app) == []
    assert f"金水区在办 {words.full_count(row['cases'])} 件次，登记至今的中位数 {words.days(row['median'])}" in panels(
        app
    )
