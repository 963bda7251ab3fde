"""Outlines as files have them, brought to the one form in which the case database keeps them."""

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape as from_geojson

from casebase.loading.batch import Batch, taken

# Degrees; a tenth of a metre.
_DECIMALS = 6
_WRONG = "is neither a GeoJSON Polygon or MultiPolygon nor a list of polygons, each a list of rings of [lon, lat]"


@dataclass(frozen=True)
class _Outline:
    """What became of one text: `text` is a JSON list of polygons, or `fault` says why it is no outline."""

    text: str | None = None
    lon: float | None = None
    lat: float | None = None
    fault: str | None = None
    mended: bool = False


def set_shape(batch: Batch, column: str) -> None:
    """Bring `shape` to the form of the area table and put lon and lat, where blank, on a point inside it.

    A text that is no outline in degrees is a reason to reject the row. Rings that cross themselves are mended
    and counted.
    """
    raw = batch.fields["shape"]
    codes, texts = pd.factorize(raw)
    outlines = [_outline(text) for text in texts]
    for fault in sorted({outline.fault for outline in outlines if outline.fault}):
        hit = taken([outline.fault == fault for outline in outlines], codes, raw.index, "boolean").fillna(False)
        batch.reject(hit, column, raw.str.slice(0, 200), f"shape {fault}")
    mended = taken([outline.mended for outline in outlines], codes, raw.index, "boolean").fillna(False)
    batch.note(mended, "shape crossed itself (mended)")
    batch.fields["shape"] = taken([outline.text for outline in outlines], codes, raw.index)
    blank = pd.Series(None, index=raw.index, dtype="float64")
    for name in ("lon", "lat"):
        inside = taken([getattr(outline, name) for outline in outlines], codes, raw.index, "float64")
        batch.fields[name] = batch.fields.get(name, blank).fillna(inside)


def _outline(text: str) -> _Outline:
    try:
        outline = shapely.force_2d(_geometry(json.loads(text)))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, ShapelyError):
        return _Outline(fault=_WRONG)
    if outline.geom_type not in ("Polygon", "MultiPolygon") or outline.is_empty:
        return _Outline(fault=_WRONG)
    west, south, east, north = outline.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        return _Outline(fault="is not in degrees of longitude and latitude (WGS84 or CGCS2000)")
    mended = not outline.is_valid
    if mended:
        outline = shapely.make_valid(outline, method="structure", keep_collapsed=False)
        if outline.is_empty:
            return _Outline(fault="has no surface")
    inside = outline.point_on_surface()
    lon, lat = round(inside.x, _DECIMALS), round(inside.y, _DECIMALS)
    return _Outline(_text(outline), lon, lat, mended=mended)


def _geometry(value: Any) -> shapely.Geometry:
    if isinstance(value, list):
        return shapely.MultiPolygon([(rings[0], rings[1:]) for rings in value])
    return from_geojson(value["geometry"] if value["type"] == "Feature" else value)


def _text(outline: shapely.Geometry) -> str:
    polygons = shapely.get_parts(outline)
    rings = [[polygon.exterior, *polygon.interiors] for polygon in polygons]
    points = [[shapely.get_coordinates(ring).round(_DECIMALS).tolist() for ring in polygon] for polygon in rings]
    return json.dumps(points, separators=(",", ":"))
