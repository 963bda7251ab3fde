"""信访代办: what is drawn is what the registry counts, and what is clicked opens exactly that."""

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from casebase.engine import Casebase
from queries.accompaniment import busiest
from queries.measure import measure
from queries.model import Slice
from queries.periods import Preset, period_of
from tests.pages.conftest import UNTIL, clicked, list_length

pytestmark = pytest.mark.usefixtures("stopped_clock")

OpenPage = Callable[..., AppTest]
YEAR = period_of(Preset.YEAR, UNTIL.date())


@pytest.fixture
def page(open_page: OpenPage, city: Casebase) -> Callable[..., AppTest]:
    def opened(**address: str) -> AppTest:
        city.engine.dispose()  # a DuckDB file belongs to one at a time
        return open_page(city.engine.url.render_as_string(), "agents", period="本年", **address)

    return opened


def opened_length(city: Casebase, asked: dict[str, str]) -> int:
    city.engine.dispose()
    return list_length(city, asked, as_of=UNTIL, period=YEAR)


def hits(city: Casebase, metric: str, **cell: str) -> dict[str, Any]:
    found = measure(city.whole, [metric], as_of=UNTIL, period=YEAR, within=Slice().narrow(**cell)).iloc[0]
    return {str(name): found[name] for name in ("hits", "among")}


def test_a_district_opens_its_communities_without_an_agent(page: Callable[..., AppTest], city: Casebase) -> None:
    found = measure(city.whole, ["communities_with_agent"], as_of=UNTIL, by=["district"])
    worst = found.assign(gaps=found["among"] - found["hits"]).sort_values("gaps").iloc[-1]
    asked = clicked(page(), "coverage_district", {"pick": [{"code": worst["district"]}]})
    assert opened_length(city, asked) == worst["gaps"] > 0


def test_a_cell_opens_the_agents_of_a_place_and_origin(page: Callable[..., AppTest], city: Casebase) -> None:
    people = hits(city, "agents", district="410105", origin="志愿者")["hits"]
    asked = clicked(page(), "agents_district", {"pick": [{"row": "金水区", "column": "志愿者"}]})
    assert opened_length(city, asked) == people > 0


def test_an_origin_opens_the_cases_of_its_agents(page: Callable[..., AppTest], city: Casebase) -> None:
    cases = hits(city, "cases_accompanied", origin="网格员")["hits"]
    asked = clicked(page(), "cases_by_origin", {"pick": [{"code": "网格员"}]})
    assert opened_length(city, asked) == cases > 0


def test_a_busy_agent_opens_the_cases(page: Callable[..., AppTest], city: Casebase) -> None:
    row = busiest(city.whole, as_of=UNTIL, period=YEAR).iloc[2]
    asked = clicked(page(), "busiest", {"rows": [2], "columns": [], "cells": []})
    assert asked["by_agent"] == row["agent"]
    assert opened_length(city, asked) == row["cases"] > 0


@pytest.mark.parametrize(("row", "metric", "wrong"), [(0, "resolution", "misses"), (4, "repeat_rate", "hits")])
@pytest.mark.parametrize("side", ["有代办员", "无代办员"])
def test_a_cell_of_outcomes_opens_what_needs_attention(
    row: int, metric: str, wrong: str, side: str, page: Callable[..., AppTest], city: Casebase
) -> None:
    counts = hits(city, metric, accompanied=side)
    number = counts["hits"] if wrong == "hits" else counts["among"] - counts["hits"]
    asked = clicked(page(), "plain_outcomes", {"rows": [], "columns": [], "cells": [(row, side)]})
    assert asked["part"] == wrong
    assert opened_length(city, asked) == number > 0
