"""Where cases concentrate: squares of about a kilometre, named by the place that most of their cases belong to."""

from datetime import datetime

import pandas as pd

from casebase.engine import ScopedCasebase
from queries.measure import measure
from queries.model import EVERYTHING, Slice
from queries.names import areas
from queries.periods import Period
from queries.subjects import CELLS_PER_DEGREE

SIDE = 1 / CELLS_PER_DEGREE
"""Length of a square's side in degrees."""


def hot_cells(
    casebase: ScopedCasebase, *, as_of: datetime, period: Period, within: Slice = EVERYTHING, most: int = 200
) -> pd.DataFrame:
    """The squares with most cases registered in the period, the fullest first; cases without coordinates are in none.

    Columns: code (value of the dimension hot_cell), lon, lat (of the centre), cases, place (name of the street, else
    the district, that most of its cases belong to; None where none of them says). At most `most` rows.
    """
    counts = measure(
        casebase, ["registered"], as_of=as_of, period=period, within=within, by=["hot_cell", "district", "street"]
    )
    counts = counts[counts["hot_cell"].notna()]
    # Of places with equally many cases the first code speaks, so that the same data always tell the same.
    ranked = counts.sort_values(["hits", "street", "district"], ascending=[False, True, True], na_position="last")
    all_areas = areas(casebase)
    names = dict(zip(all_areas["code"], all_areas["name"], strict=True))
    places = {
        code: names.get(street) or names.get(district)
        for code, district, street in zip(
            *(ranked[::-1][key] for key in ("hot_cell", "district", "street")), strict=True
        )
    }
    cells = counts.groupby("hot_cell", as_index=False).agg(cases=("hits", "sum"))
    cells = cells.sort_values(["cases", "hot_cell"], ascending=[False, True]).head(most)
    corner = cells["hot_cell"].str.split("_", expand=True).reindex(columns=[0, 1]).astype(float)
    return pd.DataFrame(
        {
            "code": cells["hot_cell"],
            "lon": (corner[0] + 0.5) * SIDE,
            "lat": (corner[1] + 0.5) * SIDE,
            "cases": cells["cases"],
            "place": cells["hot_cell"].map(places).astype(object),
        }
    ).reset_index(drop=True)
