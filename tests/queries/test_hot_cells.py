"""Hot cells against plain pandas on the sample city."""

import math
from collections import Counter
from datetime import date, datetime

import pandas as pd

from casebase.engine import Casebase
from queries.cases import count_cases
from queries.hot_cells import SIDE, hot_cells
from queries.model import Slice
from queries.periods import Period, end_of_day
from tests.queries.reference import Reference

NOW = end_of_day(date(2026, 11, 22))
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))


def registered(reference: Reference, as_of: datetime, period: Period) -> pd.DataFrame:
    rows = reference.registered(as_of)
    return rows[(rows["when"] >= pd.Timestamp(period.start)) & (rows["when"] <= end_of_day(period.end))]


def square(lon: float, lat: float) -> str:
    return f"{math.floor(lon * 100)}_{math.floor(lat * 100)}"


def test_every_case_with_coordinates_is_in_one_square(city: Casebase, reference: Reference) -> None:
    rows = registered(reference, NOW, YEAR).dropna(subset=["lon", "lat"])
    expected = pd.Series([square(*at) for at in rows[["lon", "lat"]].itertuples(index=False)]).value_counts()
    found = hot_cells(city.whole, as_of=NOW, period=YEAR, most=10**6).set_index("code")["cases"]
    assert len(rows) > 100
    assert found.to_dict() == expected.to_dict()


def test_the_fullest_squares_come_first_and_no_more_than_asked(city: Casebase) -> None:
    every = hot_cells(city.whole, as_of=NOW, period=YEAR, most=10**6)
    assert every["cases"].is_monotonic_decreasing
    pd.testing.assert_frame_equal(hot_cells(city.whole, as_of=NOW, period=YEAR, most=5), every.head(5))


def test_a_square_is_drawn_where_its_cases_lie(city: Casebase, reference: Reference) -> None:
    rows = registered(reference, NOW, YEAR).dropna(subset=["lon", "lat"])
    cells = hot_cells(city.whole, as_of=NOW, period=YEAR, most=10**6).set_index("code")
    for lon, lat in rows[["lon", "lat"]].itertuples(index=False):
        cell = cells.loc[square(lon, lat)]
        assert abs(cell["lon"] - lon) <= SIDE / 2 + 1e-9
        assert abs(cell["lat"] - lat) <= SIDE / 2 + 1e-9


def test_a_square_is_told_by_the_place_of_most_of_its_cases(city: Casebase, reference: Reference) -> None:
    rows = registered(reference, NOW, YEAR).dropna(subset=["lon", "lat"])
    area = reference.tables["area"]
    names = dict(zip(area["code"], area["name"], strict=True))
    rows = rows.assign(cell=[square(*at) for at in rows[["lon", "lat"]].itertuples(index=False)])
    told = hot_cells(city.whole, as_of=NOW, period=YEAR, most=20).set_index("code")["place"]
    for cell, cases in rows[rows["cell"].isin(told.index)].groupby("cell"):
        counted = Counter(zip(cases["district_code"], cases["street_code"], strict=True))
        most = max(counted.values())
        places = [names.get(street) or names.get(district) for (district, street), n in counted.items() if n == most]
        assert told[cell] in places or (pd.isna(told[cell]) and None in places)


def test_a_square_opens_exactly_its_cases_within_the_filters(duckdb_city: Casebase) -> None:
    within = Slice(area="410105", channel="来访")
    first = hot_cells(duckdb_city.whole, as_of=NOW, period=YEAR, within=within).iloc[0]
    listed = count_cases(
        duckdb_city.whole, "registered", as_of=NOW, period=YEAR, within=within.narrow(hot_cell=first["code"])
    )
    assert listed == first["cases"] > 0


def test_a_time_without_cases_has_no_square(duckdb_city: Casebase) -> None:
    day = date(2001, 1, 1)
    found = hot_cells(duckdb_city.whole, as_of=NOW, period=Period(day, day))
    assert found.empty
    assert list(found.columns) == ["code", "lon", "lat", "cases", "place"]
