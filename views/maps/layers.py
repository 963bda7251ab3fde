"""Areas, circles and lines as layers of a deck."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
import pydeck as pdk

from views import labels, words
from views.maps.frames import ring_in_pixels
from views.maps.projection import DECIMALS, View, to_lon_lat
from views.tokens import Palette

AREAS, TOKENS, POINTS = "areas", "tokens", "points"
SELECTED = "selected"


def rgb(colour: str, alpha: int = 255) -> list[int]:
    """#RRGGBB as the numbers that deck takes; with `alpha` where it is not opaque."""
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)] + ([alpha] if alpha < 255 else [])


def areas_layer(data: pd.DataFrame, palette: Palette, clickable: bool) -> pdk.Layer:
    """Outlines of borders are drawn firm, schematic ones thin and pale.

    Always in the same order: Streamlit remembers a click by the place of what was clicked.
    """
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "MultiPolygon", "coordinates": _rounded(row["shape"])},
            "properties": {
                "code": row["code"],
                "name": row["name"],
                "tip": row["tip"],
                "fill": rgb(row["fill"]),
                "line": rgb(palette.surface),
                "thick": 0.5 if row["schematic"] else 1.2,
            },
        }
        for row in data.to_dict("records")
    ]
    return pdk.Layer(
        "GeoJsonLayer",
        id=AREAS,
        data=features,
        get_fill_color="properties.fill",
        get_line_color="properties.line",
        get_line_width="properties.thick",
        line_width_units=pdk.types.String("pixels"),
        stroked=True,
        filled=True,
        pickable=True,
        auto_highlight=clickable,
        highlight_color=rgb(palette.ink, 40),
    )


def outline_layer(shape: Sequence[Any], palette: Palette) -> pdk.Layer:
    """The selected area in ink, over its neighbours."""
    return pdk.Layer(
        "GeoJsonLayer",
        id=SELECTED,
        data=[
            {"type": "Feature", "geometry": {"type": "MultiPolygon", "coordinates": _rounded(shape)}, "properties": {}}
        ],
        get_line_color=rgb(palette.ink),
        get_line_width=2.5,
        line_width_units=pdk.types.String("pixels"),
        stroked=True,
        filled=False,
        pickable=False,
    )


def tokens_layer(
    data: pd.DataFrame, sizes: Sequence[float], palette: Palette, selected: str | None, clickable: bool
) -> pdk.Layer:
    """Places without an outline as circles, the selected on top, then the small above the large."""
    rows = [
        {
            "code": row["code"],
            "name": row["name"],
            "tip": row["tip"],
            "position": [round(float(row["lon"]), DECIMALS), round(float(row["lat"]), DECIMALS)],
            "fill": rgb(row["fill"]),
            "line": rgb(palette.ink if row["code"] == selected else palette.muted),
            "thick": 2.5 if row["code"] == selected else 1.2,
            "size": size,
        }
        for row, size in sorted(
            zip(data.to_dict("records"), sizes, strict=True), key=lambda pair: (pair[0]["code"] == selected, -pair[1])
        )
        if not (words.is_missing(row["lon"]) or words.is_missing(row["lat"]))
    ]
    return pdk.Layer(
        "ScatterplotLayer",
        id=TOKENS,
        data=rows,
        get_position="position",
        get_fill_color="fill",
        get_line_color="line",
        get_line_width="thick",
        get_radius="size",
        radius_units=pdk.types.String("pixels"),
        line_width_units=pdk.types.String("pixels"),
        stroked=True,
        pickable=True,
        auto_highlight=clickable,
        highlight_color=rgb(palette.ink, 40),
    )


def hatching_layer(shapes: Iterable[Any], view: View, palette: Palette) -> pdk.Layer:
    """Slanting lines over what has no number, so that it is no colour of the scale."""
    lines = [
        {"path": [to_lon_lat(*start, view), to_lon_lat(*end, view)]}
        for shape in shapes
        for start, end in labels.hatching([list(ring_in_pixels(ring, view)) for polygon in shape for ring in polygon])
    ]
    return lines_layer("hatching", lines, palette.compare)


def lines_layer(name: str, paths: Sequence[dict[str, Any]], colour: str, *, width: int = 1) -> pdk.Layer:
    """Lines of a width in px."""
    return pdk.Layer(
        "PathLayer",
        id=name,
        data=paths,
        get_path="path",
        get_color=rgb(colour),
        get_width=width,
        width_units=pdk.types.String("pixels"),
        pickable=False,
    )


def _rounded(shape: Sequence[Any]) -> list[Any]:
    return [
        [[[round(float(lon), DECIMALS), round(float(lat), DECIMALS)] for lon, lat in ring] for ring in polygon]
        for polygon in shape
    ]
