"""Hot cells as squares of a deck."""

import pandas as pd
import pydeck as pdk

from views import words
from views.maps.layers import POINTS, rgb
from views.maps.projection import DECIMALS
from views.shades import Step
from views.tokens import Palette

_PALEST_CELL = 4


def hot_cells_layer(points: pd.DataFrame, palette: Palette, label: str) -> pdk.Layer:
    """Hot cells as squares, the fuller the stronger. A cell knows its weight, never a person."""
    heaviest = float(points["weight"].max()) or 1.0
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": [_square(row["lon"], row["lat"], row["side"])]},
            "properties": {
                "fill": rgb(_warmth(float(row["weight"]) / heaviest, palette), 225),
                "name": str(row.get("name") or label),
                "tip": str(row["tip"]) if "tip" in row else words.full_count(row["weight"]),
                **({"code": str(row["code"])} if "code" in row else {}),
            },
        }
        for row in points.to_dict("records")
    ]
    return pdk.Layer(
        "GeoJsonLayer",
        id=POINTS,
        data=features,
        get_fill_color="properties.fill",
        stroked=False,
        pickable=True,
        auto_highlight=True,
        highlight_color=rgb(palette.ink, 60),
    )


def hot_cell_steps(weights: pd.Series, palette: Palette) -> list[Step]:
    """The least and the fullest cell, and one between where there is one."""
    least, most = int(weights.min()), int(weights.max())
    samples = sorted({least, (least + most) // 2, most})
    return [Step(_warmth(weight / (most or 1), palette), words.full_count(weight)) for weight in samples]


def _square(lon: float, lat: float, side: float) -> list[list[float]]:
    half = side / 2
    corners = ((-half, -half), (half, -half), (half, half), (-half, half), (-half, -half))
    return [[round(float(lon) + east, DECIMALS), round(float(lat) + north, DECIMALS)] for east, north in corners]


def _warmth(share: float, palette: Palette) -> str:
    """Colour of a cell with this share of the fullest one's weight; the palest steps would vanish in the ground."""
    ramp = palette.one_way[_PALEST_CELL:]
    return ramp[min(len(ramp) - 1, max(0, int(share * len(ramp))))]
