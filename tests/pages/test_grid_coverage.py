"""网格覆盖: what the page shows is what the registry says, and what is clicked opens exactly what it counts."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from casebase.engine import Casebase
from queries.cases import Part, cases, count_cases
from queries.hot_cells import hot_cells
from queries.measure import measure
from queries.model import Slice
from queries.names import areas, grids
from queries.periods import Preset, end_of_day, period_of
from tests.pages.conftest import address, clicked, failures, list_length
from views import words

pytestmark = pytest.mark.usefixtures("stopped_clock")

OpenPage = Callable[..., AppTest]
TODAY = date(2026, 11, 19)
NOW = end_of_day(TODAY)
MONTH, YEAR = (period_of(preset, TODAY) for preset in (Preset.MONTH, Preset.YEAR))


@pytest.fixture
def page(open_page: OpenPage, city: Casebase) -> Callable[..., AppTest]:
    """Opens the page on the city at the end of TODAY."""

    def opened(**address: str) -> AppTest:
        city.engine.dispose()  # a DuckDB file belongs to one at a time
        app = open_page(city.engine.url.render_as_string(), "grid_coverage", as_of=TODAY.isoformat(), **address)
        assert failures(app) == []
        return app

    return opened


def table(app: AppTest, *heads: str) -> pd.DataFrame:
    """The table that has these columns."""
    return next(frame.value for frame in app.dataframe if set(heads) <= set(frame.value.columns))


def said(app: AppTest) -> str:
    return "\n".join(text.value for text in app.markdown)


def incomplete_community(city: Casebase) -> tuple[dict[str, str], str, str]:
    """A community some of whose grids have no worker: its address, its code, and the kind of one such grid."""
    gap = cases(city.whole, "grids_staffed", Part.MISSES, as_of=NOW, limit=1).iloc[0]
    place = {name: gap[name] for name in ("district", "street", "community")}
    by_code = areas(city.whole).set_index("code")
    codes = by_code.index[by_code["name"] == gap["community"]]
    code = next(code for code in codes if gap["grid_id"] in set(grids(city.whole, code)["grid_id"]))
    return place, code, gap["kind"]


@pytest.mark.parametrize("metric", ["grids_staffed", "communities_with_agent"])
def test_table_counts_the_gaps_of_each_district(metric: str, page: Callable[..., AppTest], city: Casebase) -> None:
    measured = measure(city.whole, [metric], as_of=NOW, by=["district"])
    names: dict[str, str] = dict(areas(city.whole)[["code", "name"]].itertuples(index=False, name=None))
    expected = {
        names[row["district"]]: (row["among"] - row["hits"], row["among"], float(words.percent(row["value"])[:-1]))
        for row in measured.to_dict("records")
    }
    layer, head, rate = {
        "grids_staffed": ("网格配员", "没有网格员", "网格配员率（%）"),
        "communities_with_agent": ("代办员覆盖", "没有代办员", "代办员覆盖率（%）"),
    }[metric]
    shown = table(page(layer=layer), head).set_index("区县（功能区）")
    assert {name: (row[head], row["总数"], row[rate]) for name, row in shown.iterrows()} == expected
    assert len(expected) > 10


@pytest.mark.parametrize(("metric", "noun"), [("grids_staffed", "网格"), ("communities_with_agent", "社区（村）")])
def test_list_of_gaps_opens_all_of_them(metric: str, noun: str, page: Callable[..., AppTest], city: Casebase) -> None:
    gaps = count_cases(city.whole, metric, Part.MISSES, as_of=NOW)
    app = page()
    assert f"{words.full_count(gaps)} 个{noun}没有在岗" in said(app)
    app.button(key=f"all_gaps_{metric}").click().run()
    asked = address(app)
    city.engine.dispose()
    assert list_length(city, asked, as_of=NOW, period=MONTH) == gaps > 0


@pytest.mark.parametrize(
    ("metric", "place", "key"),
    [("grids_staffed", "grid", "grid_id"), ("communities_with_agent", "community", "code")],
)
def test_a_gap_opens_its_cases_the_most_first(
    metric: str, place: str, key: str, page: Callable[..., AppTest], city: Casebase
) -> None:
    gaps = cases(city.whole, metric, Part.MISSES, as_of=NOW)[key]
    found = measure(city.whole, ["registered"], as_of=NOW, period=YEAR, by=[place]).set_index(place)["hits"]
    most = int(found.reindex(gaps, fill_value=0).max())
    assert most > 0
    app = page(period="本年")
    own_head = {"grid": "类型", "community": "人口"}[place]
    assert table(app, own_head, "本期登记（件次）")["本期登记（件次）"].iloc[0] == most
    asked = clicked(app, f"gaps_{metric}", {"cells": [(0, own_head)]})
    assert asked[f"by_{place}"] in set(gaps)
    city.engine.dispose()
    assert list_length(city, asked, as_of=NOW, period=YEAR) == most


def test_grids_of_a_community_with_their_workers(page: Callable[..., AppTest], city: Casebase) -> None:
    place, code, kind = incomplete_community(city)
    workers = measure(city.whole, ["grid_workers"], as_of=NOW, within=Slice(area=code), by=["grid"])
    count = dict(zip(workers["grid"], workers["hits"], strict=True))
    of_kind = grids(city.whole, code)
    of_kind = of_kind[of_kind["kind"] == kind]
    expected = {
        name.removeprefix(place["community"]): count.get(grid, 0)
        for grid, name in zip(of_kind["grid_id"], of_kind["name"], strict=True)
    }
    app = page(**place)
    if len(grids(city.whole, code)["kind"].unique()) > 1:
        app.session_state["grid_kind"] = kind
        app.run()
    shown = table(app, "在岗网格员（人）").set_index("网格")["在岗网格员（人）"]
    assert shown.to_dict() == expected
    assert shown.iloc[0] == 0
    empty = sum(number == 0 for number in expected.values())
    assert f"{len(expected)} 个{kind}中 {empty} 个没有在岗网格员" in said(app)


def test_a_picked_grid_tells_its_facts_and_opens_them(page: Callable[..., AppTest], city: Casebase) -> None:
    busiest = (
        measure(city.whole, ["tasks_pushed"], as_of=NOW, period=MONTH, by=["grid"]).sort_values("hits")["grid"].iloc[-1]
    )
    by_code = areas(city.whole).set_index("code")["name"]
    row = cases(city.whole, "grids_staffed", Part.AMONG, as_of=NOW, within=Slice().narrow(grid=busiest)).iloc[0]
    place = {name: row[name] for name in ("district", "street", "community")}
    found = measure(
        city.whole, ["tasks_pushed", "grid_workers"], as_of=NOW, period=MONTH, within=Slice().narrow(grid=busiest)
    )
    expected = dict(zip(found["metric"], found["hits"], strict=True))
    assert expected["tasks_pushed"] > 0
    app = page(**place)
    app.session_state["grid_shown"] = busiest
    community = next(code for code in by_code.index[by_code == row["community"]] if busiest.startswith(code))
    if len(grids(city.whole, community)["kind"].unique()) > 1:
        app.session_state["grid_kind"] = row["kind"]
    app.run()
    assert failures(app) == []
    assert app.button(key="fact_grid_workers").label == f"在岗网格员 {expected['grid_workers']} 人"
    app.button(key="fact_tasks_pushed").click().run()
    asked = address(app)
    city.engine.dispose()
    assert list_length(city, asked, as_of=NOW, period=MONTH) == expected["tasks_pushed"]


@pytest.mark.parametrize("key", ["coverage_hot_cells_None", "table_hot_cells_None"])
def test_a_hot_cell_opens_its_cases(key: str, page: Callable[..., AppTest], city: Casebase) -> None:
    cells = hot_cells(city.whole, as_of=NOW, period=MONTH)
    app = page(layer="热点方格")
    assert table(app, "方格")["登记量（件次）"].tolist() == cells["cases"].tolist()
    assert f"前 10 个方格共 {words.full_count(cells['cases'].head(10).sum())} 件次" in said(app)
    selections: dict[str, dict[str, Any]] = {
        "coverage_hot_cells_None": {"objects": {"points": [{"properties": {"code": cells["code"][3]}}]}},
        "table_hot_cells_None": {"rows": [3], "columns": []},
    }
    asked = clicked(app, key, selections[key])
    city.engine.dispose()
    assert list_length(city, asked, as_of=NOW, period=MONTH) == cells["cases"][3] > 0


def test_a_layer_without_numbers_for_grids_says_so(page: Callable[..., AppTest], city: Casebase) -> None:
    place, _, _ = incomplete_community(city)
    app = page(layer="代办员覆盖", **place)
    assert any("没有网格一级的数" in text.value for text in app.info)
