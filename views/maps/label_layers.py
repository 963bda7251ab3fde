"""Names and numbers as layers of a deck, with lines to those that stand aside."""

from collections.abc import Sequence
from typing import Any

import pydeck as pdk

from views import labels
from views.labels import Label
from views.maps.layers import lines_layer, rgb
from views.maps.projection import View, to_lon_lat
from views.tokens import FONT, Palette

LABEL = labels.SIZE
# Radius of the dot that a line begins with, px.
DOT = 2
# The halo: the text in the colour of the surface, moved by so many px.
_HALO = ((-1, -1), (1, -1), (-1, 1), (1, 1), (0, 2), (0, -2), (2, 0), (-2, 0))


def label_layers(placed: Sequence[Label], view: View, palette: Palette) -> list[pdk.Layer]:
    """Labels with a halo of the surface, so that they read on every colour, and lines to those that stand aside."""
    if not placed:
        return []
    rows = [
        {
            "position": to_lon_lat(label.x, label.y, view) if label.leader else to_lon_lat(*label.anchor, view),
            "text": label.text,
            "offset": [0, 0] if label.leader else [round(label.x - label.anchor[0]), round(label.y - label.anchor[1])],
        }
        for label in placed
    ]
    leaders = [
        {"path": [to_lon_lat(*label.anchor, view), to_lon_lat(*label.leader, view)]} for label in placed if label.leader
    ]
    return [*(_leader_layers(leaders, palette) if leaders else []), *_text_layers(rows, palette)]


def _leader_layers(leaders: Sequence[dict[str, Any]], palette: Palette) -> list[pdk.Layer]:
    """Lines with a halo of the surface, each from a dot on its place."""
    dots = pdk.Layer(
        "ScatterplotLayer",
        id="leader_dots",
        data=[{"position": leader["path"][0]} for leader in leaders],
        get_position="position",
        get_fill_color=rgb(palette.ink),
        get_radius=DOT,
        radius_units=pdk.types.String("pixels"),
        pickable=False,
    )
    halo = lines_layer("leader_halo", leaders, palette.surface, width=3)
    return [halo, lines_layer("leaders", leaders, palette.ink), dots]


def _text_layers(rows: Sequence[dict[str, Any]], palette: Palette) -> list[pdk.Layer]:
    """The texts over themselves in the surface's colour, moved a little: deck's own outline blurs small type."""
    halo = [
        {**row, "offset": [row["offset"][0] + right, row["offset"][1] + down]} for row in rows for right, down in _HALO
    ]
    return [_text_layer("halo", halo, palette.surface), _text_layer("labels", rows, palette.ink)]


def _text_layer(name: str, rows: Sequence[dict[str, Any]], colour: str) -> pdk.Layer:
    """Chinese glyphs are drawn only with character_set "auto", handed over as a typed string."""
    return pdk.Layer(
        "TextLayer",
        id=name,
        data=rows,
        get_position="position",
        get_text="text",
        get_color=rgb(colour),
        get_pixel_offset="offset",
        get_size=LABEL,
        line_height=labels.LINE,
        character_set=pdk.types.String("auto"),
        font_weight=600,
        font_family=pdk.types.String(FONT),
        get_text_anchor=pdk.types.String("middle"),
        get_alignment_baseline=pdk.types.String("center"),
        pickable=False,
    )
