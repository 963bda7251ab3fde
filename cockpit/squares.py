"""Squares of about a kilometre in which cases concentrate, as maps and lists show them."""

import pandas as pd

from cockpit.kept import kept
from cockpit.view import View
from queries import hot_cells, hot_topics
from queries.hot_topics import Stretches
from queries.subjects import CELLS_PER_DEGREE
from views import words

LABEL = "登记量（件次），约 1 公里见方"


def names(places: pd.Series) -> list[str]:
    """Squares by the place that most of their cases name: 丰产路街道一带."""
    return [f"{place}一带" if isinstance(place, str) else "未填地址的方格" for place in places]


@kept
def fullest(view: View, most: int) -> pd.DataFrame:
    """The squares with most cases registered in the period, as points of a map (see views.maps.area_map).

    Columns: code, lon, lat, side (degrees), weight (cases), name, tip.
    """
    cells = view.ask(hot_cells.hot_cells, most=most, **view.scope)
    tips = [f"约 1 公里见方内登记 {words.full_count(cases)} 件次，点开看明细" for cases in cells["cases"]]
    return points(cells.assign(name=names(cells["place"])), tips)


@kept
def clusters(view: View, stretches: Stretches, most: int) -> pd.DataFrame:
    """Squares where more is registered than expected (queries.hot_topics.clusters), named; `observed`: their cases."""
    risen = view.ask(hot_topics.clusters, **stretches.asked, within=view.within, most=most)
    return risen.assign(name=names(risen["place"]), observed=risen["cases"])


def points(cells: pd.DataFrame, tips: list[str]) -> pd.DataFrame:
    """Squares (code, lon, lat, name, cases) as points of a map."""
    at = cells[["code", "lon", "lat"]]
    return at.assign(side=hot_cells.SIDE, weight=cells["cases"], name=cells["name"], tip=tips)


def spot(lon: float, lat: float, name: str, tip: str) -> pd.DataFrame:
    """A square of some 400 metres as a point of a map."""
    side = 0.4 / CELLS_PER_DEGREE
    return pd.DataFrame([{"lon": lon, "lat": lat, "weight": 1, "side": side, "name": name, "tip": tip}])
