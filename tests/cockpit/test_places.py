"""Places that rows name and that the table of places lacks, or has elsewhere: none falls out of a split by place."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from streamlit.testing.v1 import AppTest

from casebase.engine import Casebase
from casebase.schema import area
from casebase.scope import WHOLE
from cockpit import places, process
from cockpit.view import View, comparisons
from queries import names
from queries.measure import measure
from queries.model import Slice
from tests.pages.conftest import EVENING, YEAR, begin_process, clicked, failures, number

RATE = "five_day_closure"
LOST = "410105"  # 金水区
Look = Callable[..., AbstractContextManager[View]]


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch, own_city: Casebase, still_config: Path) -> Look:
    """The city in the year, as the pages of a process see it, after what the test wrote."""

    @contextmanager
    def looked(within: Slice = Slice()) -> Iterator[View]:  # noqa: B008 — a frozen value
        url = own_city.engine.url.render_as_string()
        own_city.engine.dispose()  # a DuckDB file belongs to one at a time
        begin_process(monkeypatch, url, still_config)
        yield View(process.live_data().now(WHOLE), EVENING, YEAR, within, comparisons(None), bar_period=YEAR)
        process.forget_all()

    return looked


def of_whole(view: View, metric: str) -> tuple[int, int]:
    row = measure(view.casebase, [metric], as_of=view.as_of, period=view.period, within=view.within).iloc[0]
    return int(row["hits"]), int(row["among"])


def without_areas(casebase: Casebase) -> None:
    with casebase.writing() as connection:
        connection.execute(delete(area))


def without_one(casebase: Casebase) -> None:
    with casebase.writing() as connection:
        connection.execute(delete(area).where(area.c.code == LOST))


def below_nothing(casebase: Casebase) -> None:
    with casebase.writing() as connection:
        connection.execute(update(area).where(area.c.code == LOST).values(parent_code=None))


@pytest.mark.parametrize("change", [without_areas, without_one, below_nothing])
def test_the_places_of_a_split_add_up_to_the_city(
    own_city: Casebase, look: Look, change: Callable[[Casebase], None]
) -> None:
    change(own_city)
    with look() as view:
        below = places.below(view)
        frame = places.with_metric(view, RATE, below)
        assert (frame["hits"].sum(), frame["among"].sum()) == of_whole(view, RATE)
        assert frame["code"].is_unique
        lost = frame.set_index("code").loc[LOST]
        assert lost["value"] == lost["hits"] / lost["among"]
        assert lost["name"] == ("金水区" if change is below_nothing else LOST), "by its code where no table names it"
        registered = places.with_metric(view, "registered", below)["hits"].sum()
        assert registered + places.nameless(view, "registered", below) == of_whole(view, "registered")[0]
        assert places.can_go_down(view, frame) == (change is below_nothing)


def test_a_place_of_no_table_opens_its_cases(
    own_city: Casebase, own_url: str, open_page: Callable[..., AppTest]
) -> None:
    without_areas(own_city)
    own_city.engine.dispose()
    app = open_page(own_url, period="本年")
    assert failures(app) == []
    asked = clicked(app, "ranking", {"pick": [{"code": LOST}]})
    assert (asked["metric"], asked["by_district"], asked["part"]) == (RATE, LOST, "misses")


def test_levels_that_a_number_makes_no_sense_at_are_left_out(year: View) -> None:
    assert places.levels_below(year)[:3] == ("district", "street", "community")
    assert places.levels_below(year, without=("grid", "street")) == ("district", "community")
    below_a_district = replace(year, within=Slice(area="410105"))
    assert places.levels_below(below_a_district, without=("street", "community", "grid")) == ()


def test_places_with_their_cases(year: View, city: Casebase) -> None:
    areas = names.areas(city.whole)
    districts = areas[areas["level"] == 2]
    counted = places.with_cases(year, districts, "district", districts["code"])
    assert counted["cases"].tolist() == sorted(counted["cases"], reverse=True)
    first = counted.iloc[0]
    assert first["cases"] == number(city, "registered", district=first["code"])["hits"] > 0
    nowhere = places.with_cases(year, districts, "district", districts["code"] + "x")
    assert nowhere["cases"].eq(0).all()


def test_the_names_below_an_area_by_their_codes(year: View) -> None:
    table = year.ask(names.areas).set_index("code")
    (city,) = places.outermost(year.data)
    assert table.loc[city, "level"] == 1
    districts = places.names_below(year.data, (city,))
    assert districts == table[table["level"] == 2]["name"].to_dict()
    streets = places.names_below(year.data, (LOST,))
    assert list(streets) == list(table[table["parent_code"] == LOST].index) != []
    assert places.names_below(year.data, (next(iter(places.names_below(year.data, (next(iter(streets)),)))),)) == {}


def test_outlines_below_an_area(year: View, city: Casebase) -> None:
    streets = places.outlined(year, "410105")
    areas = names.areas(city.whole)
    assert set(streets["code"]) == set(areas.loc[areas["parent_code"] == "410105", "code"])
    assert {"shape", "lon", "lat"} <= set(streets.columns)
    assert places.outlined(year, None).empty
