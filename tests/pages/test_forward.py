"""到期预警: what is clicked opens exactly the cases that it counts."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from casebase.engine import Casebase
from queries import forward
from queries.measure import measure
from queries.periods import Preset, end_of_day, period_of
from tests.pages.conftest import card_values, clicked, failures, list_length
from views import words

pytestmark = pytest.mark.usefixtures("stopped_clock")

OpenPage = Callable[..., AppTest]
TODAY = date(2026, 11, 12)
NOW = end_of_day(TODAY)


def opened(open_page: OpenPage, city: Casebase, key: str, selection: dict[str, Any], **address: str) -> int:
    """Length of the list that a click opens on the page, whose bar speaks of the year."""
    url = city.engine.url.render_as_string()
    city.engine.dispose()  # a DuckDB file belongs to one at a time
    app = open_page(url, "forward", as_of=TODAY.isoformat(), period="本年", **address)
    asked = clicked(app, key, selection)
    return list_length(city, asked, as_of=NOW, period=period_of(Preset.YEAR, TODAY))


def test_cards_show_what_the_registry_says(open_page: OpenPage, city: Casebase) -> None:
    names = [f"{due}_{days}" for due in forward.DUE_METRICS.values() for days in (1, 3, 5)]
    found = measure(city.whole, names, as_of=NOW).set_index("metric")["value"]
    url = city.engine.url.render_as_string()
    city.engine.dispose()
    app = open_page(url, "forward", as_of=TODAY.isoformat())
    assert failures(app) == []
    assert card_values(app) == {name: words.count(found[name]) for name in names}


@pytest.mark.parametrize("clock", ["five_day", "handling"])
def test_step_of_the_outlook_opens_what_would_fall(clock: str, open_page: OpenPage, city: Casebase) -> None:
    ahead = forward.outlook(city.whole, clock, as_of=NOW).set_index("days")
    missed = ahead["among"][0] - ahead["hits"][0]
    assert opened(open_page, city, f"outlook_{clock}", {"pick": [{"code": "0"}]}) == missed
    assert ahead["falling"][5] > 0
    assert opened(open_page, city, f"outlook_{clock}", {"pick": [{"code": "5"}]}) == ahead["falling"][5]


@pytest.mark.parametrize("clock", ["five_day", "handling"])
def test_day_opens_what_falls_due_on_it(clock: str, open_page: OpenPage, city: Casebase) -> None:
    found = forward.due(city.whole, clock, 5, as_of=NOW).sort_values("cases").iloc[-1]
    name = {"five_day": "五日期限", "handling": "办结期限"}[clock]
    cell = {"row": name, "column": words.short_day(found["day"].date(), TODAY)}
    assert opened(open_page, city, "calendar", {"pick": [cell]}) == found["cases"] > 0


def test_every_number_of_the_table_opens_its_cases(open_page: OpenPage, city: Casebase) -> None:
    due = measure(city.whole, ["five_day_due_in_3"], as_of=NOW, by=["unit"]).sort_values("hits", ascending=False)
    ahead = forward.outlook(city.whole, "five_day", as_of=NOW, by=["unit"])
    most = due["hits"].iloc[0]
    assert most > 0
    assert opened(open_page, city, "forward_units", {"cells": [[0, "3个工作日内"]]}) == most
    lost = ahead[(ahead["days"] == 3) & ahead["unit"].isin(due.loc[due["hits"] == most, "unit"])]
    misses = set(lost["among"] - lost["hits"])
    assert opened(open_page, city, "forward_units", {"cells": [[0, "届时"]]}) in misses
    assert opened(open_page, city, "forward_units", {"cells": [[0, "变化"]]}) in set(lost["falling"])


@pytest.mark.parametrize("dimension", ["district", "grid"])
def test_bar_opens_its_cases(dimension: str, open_page: OpenPage, city: Casebase) -> None:
    found = measure(city.whole, ["due_in_5"], as_of=NOW, by=[dimension]).dropna(subset=[dimension]).sort_values("hits")
    row: pd.Series = found.iloc[-1]
    selection = {"pick": [{"code": row[dimension]}]}
    address = {"limit": "办结期限", "ahead": "5个工作日"}
    assert opened(open_page, city, f"forward_{dimension}", selection, **address) == row["hits"]
