"""Where places lie on a map: web Mercator with tiles of 512 px."""

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

Bounds = tuple[float, float, float, float]
"""West, south, east, north, in degrees."""

# Decimal places of degrees that are sent: 10 m.
DECIMALS = 4
_TILE = 512
_CHINA: Bounds = (73.0, 18.0, 135.0, 54.0)
_SMALLEST_SPAN = 0.01


@dataclass(frozen=True)
class View:
    """Centre and zoom of a map."""

    lon: float
    lat: float
    zoom: float


def fit_view(bounds: Bounds, width: int, height: int, *, margin: float = 0.92) -> View:
    """The view that shows west, south, east, north in a map of this many px (web Mercator, 512 px tiles)."""
    west, south, east, north = bounds
    low, high = mercator(south), mercator(north)
    across = max(east - west, _SMALLEST_SPAN) / 360
    up = max(high - low, _SMALLEST_SPAN / 360)
    zoom = min(math.log2(width * margin / (_TILE * across)), math.log2(height * margin / (_TILE * up)))
    return View(
        round((west + east) / 2, DECIMALS), round(latitude((low + high) / 2), DECIMALS), round(min(zoom, 17.0), 2)
    )


def bounds_of(data: pd.DataFrame) -> Bounds:
    """West, south, east, north of everything that is drawn; all of China where nothing has a place."""
    boxes = [_bounds_of_shape(shape) for shape in data["shape"].dropna()]
    boxes += [(lon, lat, lon, lat) for lon, lat in data[["lon", "lat"]].dropna().itertuples(index=False)]
    if not boxes:
        return _CHINA
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def _bounds_of_shape(shape: Any) -> Bounds:
    lons = [float(point[0]) for polygon in shape for point in polygon[0]]
    lats = [float(point[1]) for polygon in shape for point in polygon[0]]
    return min(lons), min(lats), max(lons), max(lats)


def to_pixels(view: View, lon: float, lat: float) -> tuple[float, float]:
    """Where a place lies on the map as first shown, px from its middle."""
    world = _TILE * 2.0**view.zoom
    x = (float(lon) - view.lon) / 360 * world
    return x, (mercator(view.lat) - mercator(float(lat))) * world


def to_lon_lat(x: float, y: float, view: View) -> list[float]:
    """The longitude and latitude of a spot on the map as first shown, px from its middle."""
    world = _TILE * 2.0**view.zoom
    up = mercator(view.lat) - y / world
    return [round(view.lon + x / world * 360, DECIMALS + 1), round(latitude(up), DECIMALS + 1)]


def mercator(latitude: float) -> float:
    """Latitude to its place on the Mercator axis, 0 … 1 from south to north."""
    return 0.5 + math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2)) / (2 * math.pi)


def latitude(place: float) -> float:
    """The latitude of a place on the Mercator axis: `mercator` the other way round."""
    return math.degrees(2 * math.atan(math.exp((place - 0.5) * 2 * math.pi)) - math.pi / 2)
