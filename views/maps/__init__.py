"""Maps that need no internet: areas coloured by a number, zones without a border as round tokens, hot cells.

`Deck(map_provider=None)` is the only setting with which the browser asks no tile server for anything.
"""

from views.maps.flat import Flat, FlatArea, flat
from views.maps.frames import Scale, has_small
from views.maps.interactive import AreaMap, OfflineDeck, area_map, picked
from views.maps.label_layers import DOT, LABEL
from views.maps.layers import AREAS, POINTS, SELECTED, TOKENS
from views.maps.legend import NO_DATA, legend_html
from views.maps.projection import View, fit_view, to_pixels

__all__ = [
    "AREAS", "DOT", "LABEL", "NO_DATA", "POINTS", "SELECTED", "TOKENS", "AreaMap", "Flat", "FlatArea", "OfflineDeck",
    "Scale", "View", "area_map", "fit_view", "flat", "has_small", "legend_html", "picked", "to_pixels",
]  # fmt: skip
