"""Squares in which cases concentrate, as points of a map."""

import pandas as pd

from casebase.engine import Casebase
from cockpit import squares
from cockpit.view import View
from queries import hot_cells


def test_fullest_squares(year: View, city: Casebase) -> None:
    points = squares.fullest(year, most=5)
    cells = hot_cells.hot_cells(city.whole, most=5, as_of=year.as_of, period=year.period)
    assert points["code"].tolist() == cells["code"].tolist() != []
    assert points["weight"].tolist() == cells["cases"].tolist()
    assert points["tip"].iloc[0].startswith(f"约 1 公里见方内登记 {cells['cases'].iloc[0]} 件次")


def test_squares_are_named_by_their_place() -> None:
    assert squares.names(pd.Series(["丰产路街道", None])) == ["丰产路街道一带", "未填地址的方格"]
