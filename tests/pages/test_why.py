"""变化原因: parts that add up, and bars and rows that open exactly their cases."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from casebase.engine import Casebase
from pages.parts import layout, navigation
from queries.decompose import SPLITTABLE, Change, decompose
from queries.measure import metric_of
from queries.periods import Against, Preset, end_of_day, period_of
from tests.pages.conftest import clicked, failures, list_length, panels
from views import charts, words

pytestmark = pytest.mark.usefixtures("stopped_clock")

OpenPage = Callable[..., AppTest]
TODAY = date(2026, 11, 19)
NOW = end_of_day(TODAY)
MONTH = period_of(Preset.MONTH, TODAY)
RATE = "五日办结率"


def change(city: Casebase, metric: str, *by: str, against: Against = Against.PREVIOUS) -> Change:
    return decompose(city.whole, metric, as_of=NOW, period=MONTH, against=against, by=by)


def page(open_page: OpenPage, city: Casebase, **address: str) -> AppTest:
    url = city.engine.url.render_as_string()
    city.engine.dispose()  # a DuckDB file belongs to one at a time
    return open_page(url, "why", as_of=TODAY.isoformat(), **address)


def opened(open_page: OpenPage, city: Casebase, key: str, selection: dict[str, Any], **address: str) -> int:
    """Length of the list that a click opens."""
    asked = clicked(page(open_page, city, **address), key, selection)
    return list_length(city, asked, as_of=NOW, period=MONTH)


def test_names_stand_for_one_metric_each() -> None:
    """The address names them."""
    names = [metric_of(name).name for name in SPLITTABLE]
    assert len(set(names)) == len(names)


def test_bar_of_a_count_opens_what_it_counts(open_page: OpenPage, city: Casebase) -> None:
    row = change(city, "registered", "district").parts.iloc[0]
    selection = {"pick": [{"code": ":0"}]}
    assert opened(open_page, city, "waterfall_registered_district", selection) == row["hits"] > 0


def test_bars_of_a_rate_open_its_misses_and_its_volume(open_page: OpenPage, city: Casebase) -> None:
    parts = change(city, "five_day_closure", "category").parts
    place = int((parts["among"] - parts["hits"]).to_numpy().argmax())
    row = parts.iloc[place]
    key, address = "waterfall_five_day_closure_category", {"of": RATE, "split": "内容分类"}
    misses = row["among"] - row["hits"]
    assert misses > 0
    assert opened(open_page, city, key, {"pick": [{"code": f"performance:{place}"}]}, **address) == misses
    assert opened(open_page, city, key, {"pick": [{"code": f"mix:{place}"}]}, **address) == row["among"]


def test_row_of_the_cells_opens_its_cases(open_page: OpenPage, city: Casebase) -> None:
    parts = change(city, "registered", "district", "category", "channel").parts
    place = next(place for place, hits in enumerate(parts["hits"]) if hits)
    assert opened(open_page, city, "cells_registered", {"rows": [place]}) == parts["hits"].iloc[place]


def test_the_largest_cell_is_said_with_the_number_of_its_column(open_page: OpenPage, city: Casebase) -> None:
    """Where the working days differ, that is the part of its own."""
    for address in ({}, {"of": RATE}):
        app = page(open_page, city, **address)
        found = [re.search("(变化|自身增减)最大的一格：.*，([^，*]+)\\*\\*", text.value) for text in app.markdown]
        ((what, said),) = [match.groups() for match in found if match]
        table = app.dataframe[-1].value
        (column,) = [head for head in map(str, table) if head.endswith(what) and not head.endswith("日历影响")]
        assert table[column].iloc[0] == said


def test_bar_of_the_small_ones_lays_all_out(open_page: OpenPage, city: Casebase) -> None:
    app = page(open_page, city, split="责任单位")
    assert failures(app) == []
    assert not app.toggle(key="why_whole").value
    app.session_state["waterfall_registered_unit"] = {"selection": {"pick": [{"code": charts.REST}]}}
    app.run()
    assert failures(app) == []
    assert app.toggle(key="why_whole").value


def test_two_effects_of_a_rate_are_told(open_page: OpenPage, city: Casebase) -> None:
    found = change(city, "five_day_closure", "district", against=Against.YEAR_BEFORE)
    effects = [found.parts["performance"].sum(), found.parts["mix"].sum(), found.difference]
    app = page(open_page, city, of=RATE, against=navigation.AGAINST[Against.YEAR_BEFORE])
    told = next(text.value for text in app.markdown if "构成效应" in text.value and "|" in text.value)
    assert re.findall(r"\*\*(.+?)\*\*", told) == [words.contribution(value, "rate") for value in effects]


@pytest.mark.parametrize("name", ["就地化解率", "在岗网格员", "调解后转信访率", "专家出席", "在办件"])
def test_metrics_of_every_subject_are_split(name: str, open_page: OpenPage, city: Casebase) -> None:
    assert failures(page(open_page, city, of=name)) == []


def test_change_on_a_card_leads_here(open_page: OpenPage, city: Casebase) -> None:
    url = city.engine.url.render_as_string()
    city.engine.dispose()
    app = open_page(url, "backlog", as_of=TODAY.isoformat())
    links = re.findall(r'class="delta why" data-open="([^"]*)"', panels(app))
    assert "of=backlog&amp;against=year_before" in links
    assert "of=on_time_completion&amp;against=previous" in links


@pytest.mark.parametrize(("metric", "listed"), [("registered", True), ("mediations_taken", False)])
def test_there_is_no_block_for_parts_of_what_is_split_by_places_alone(
    metric: str, listed: bool, open_page: OpenPage, city: Casebase, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn, block = list[str](), layout.block

    def noted(key: str, *, stretch: bool = True) -> Any:
        drawn.append(key)
        return block(key, stretch=stretch)

    monkeypatch.setattr(layout, "block", noted)
    assert failures(page(open_page, city, of=metric_of(metric).name)) == []
    assert "waterfall" in drawn
    assert ("cells" in drawn) is listed
