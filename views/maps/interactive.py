"""A map that can be moved and clicked."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pydeck as pdk
from pydeck.bindings.json_tools import default_serialize

from views import labels, words
from views.maps.frames import VOLUME, Scale, circle_radii, has_small, label_spots, prepare, shading_of
from views.maps.hot_cells import hot_cell_steps, hot_cells_layer
from views.maps.label_layers import label_layers
from views.maps.layers import AREAS, POINTS, TOKENS, areas_layer, hatching_layer, outline_layer, tokens_layer
from views.maps.legend import legend_html, legend_steps
from views.maps.projection import View, bounds_of, fit_view
from views.markup import Markup
from views.shades import Meaning
from views.tokens import FONT, Palette
from views.words import NumberFormat, State


class OfflineDeck(pdk.Deck):  # type: ignore[misc]
    """A deck that asks no tile server and travels as compact JSON; pydeck's own is indented, three times as long.

    It is written down when it is made, and holds its text alone, a fifth of what its layers weigh.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(map_provider=None, **settings)
        self._json = json.dumps(
            self, sort_keys=True, default=default_serialize, ensure_ascii=False, separators=(",", ":")
        )
        self.layers: list[pdk.Layer] = []

    def to_json(self) -> str:
        return self._json


@dataclass(frozen=True)
class AreaMap:
    """A deck for st.pydeck_chart and the legend that explains it."""

    deck: OfflineDeck
    legend: Markup
    view: View


def area_map(
    frame: pd.DataFrame,
    palette: Palette,
    *,
    value_label: str,
    kind: NumberFormat = "rate",
    meaning: Meaning = VOLUME,
    scale: Scale = "meaning",
    selected: str | None = None,
    width: int = 800,
    height: int = 520,
    points: pd.DataFrame | None = None,
    points_label: str = "热点",
    points_on_top: bool = False,
    clickable: bool = True,
    states: Sequence[State] = (words.GOOD, words.WARN, words.BAD),
) -> AreaMap:
    """Areas coloured by what their numbers mean (or by state), with name and number; those without outline as circles.

    Columns: code, name, shape (a list of polygons, each a list of rings of (lon, lat), or None), lon, lat, value
    (None: no data); optional small (bool: too few to judge, kept grey), text (the number as written on the map), tip
    (plain text, lines by newline), schematic (bool: outline is not a border), role (tokens.Role, for scale "lights",
    which `states` name in the legend). Scale "plain" leaves the areas grey, for `points` to stand out: squares coloured
    by weight, with lon, lat (of the centre), weight, side (degrees); optional code, name and tip; below the
    labels, unless `points_on_top`. `width` and `height` are the map's size in px, to fit the view and to place the
    labels. Clicks come back under the layer ids AREAS,
    TOKENS and POINTS; read them with `picked`.
    """
    shades = shading_of(frame, meaning, kind, palette)
    data = prepare(frame, palette, kind, scale, shades)
    alone = bool(data["shape"].isna().all())
    view = fit_view(bounds_of(data), width, height, margin=0.78 if alone else 0.9)
    shaped, unshaped = data[data["shape"].notna()], data[data["shape"].isna()]
    sizes = circle_radii(unshaped, kind, alone=alone)
    layers = [areas_layer(shaped, palette, clickable)] if len(shaped) else []
    unknown = shaped[shaped["value"].isna()] if scale == "meaning" else shaped.head(0)
    layers += [hatching_layer(unknown["shape"], view, palette)] if len(unknown) else []
    chosen = shaped[shaped["code"] == selected]
    layers += [outline_layer(chosen["shape"].iloc[0], palette)] if len(chosen) else []
    layers += [tokens_layer(unshaped, sizes, palette, selected, clickable)] if len(unshaped) else []
    squares = [hot_cells_layer(points, palette, points_label)] if points is not None and len(points) else []
    circles = dict(zip(unshaped["code"], sizes, strict=True))
    room = labels.Box(-width / 2, -height / 2, width / 2, height / 2)
    texts = label_layers(labels.place_labels(label_spots(data, circles, view), room), view, palette)
    layers += [*texts, *squares] if points_on_top else [*squares, *texts]
    deck = OfflineDeck(
        layers=layers,
        initial_view_state=pdk.ViewState(
            longitude=view.lon, latitude=view.lat, zoom=view.zoom, min_zoom=view.zoom - 1.5, max_zoom=view.zoom + 5
        ),
        views=[pdk.View(type="MapView", controller={"dragRotate": False, "touchRotate": False})],
        tooltip=_tooltip(palette),
    )
    legend = legend_html(
        value_label,
        legend_steps(data, palette, scale, states, shades),
        palette,
        note=shades.note if scale == "meaning" else "",
        schematic=bool(shaped["schematic"].any()),
        tokens=bool(len(shaped) and unshaped["schematic"].any()),
        small=scale == "meaning" and has_small(data),
        no_data=scale != "plain" and bool(data["value"].isna().any()),
        points_label=points_label if points is not None and len(points) else "",
        point_steps=hot_cell_steps(points["weight"], palette) if points is not None and len(points) else (),
    )
    return AreaMap(deck, legend, view)


def picked(event: Any) -> tuple[str, str] | None:
    """(layer id, code) of what was clicked, from what st.pydeck_chart or its session state hands back; else None."""
    objects = (event or {}).get("selection", {}).get("objects", {})
    for layer in (AREAS, TOKENS, POINTS):
        for item in objects.get(layer, []):
            code = item.get("properties", item).get("code")
            if code is not None:
                return layer, str(code)
    return None


def _tooltip(palette: Palette) -> dict[str, Any]:
    """Streamlit escapes what it puts into the braces."""
    return {
        "html": "<b>{name}</b><br>{tip}",
        "style": {
            "backgroundColor": palette.surface,
            "color": palette.ink,
            "border": f"1px solid {palette.line}",
            "borderRadius": "8px",
            "padding": "8px 12px",
            "fontFamily": FONT,
            "fontSize": f"{palette.note}px",
            "lineHeight": "18px",
            "whiteSpace": "pre-line",
            "maxWidth": "320px",
        },
    }
