"""A map as a still picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from views import labels, words
from views.labels import Label
from views.maps.frames import VOLUME, circle_radii, label_spots, prepare, shading_of, small_samples
from views.maps.projection import View, bounds_of, fit_view, to_pixels
from views.shades import Meaning, Shading
from views.tokens import Palette
from views.words import NumberFormat


@dataclass(frozen=True)
class FlatArea:
    """An outline as an SVG path, px from the middle of the map; `known` is false where it has no number.

    `few`: its number is of too few to judge.
    """

    code: str
    path: str
    fill: str
    known: bool = True
    few: bool = False


@dataclass(frozen=True)
class FlatToken:
    """A place without an outline as a circle, px from the middle of the map; `known` and `few` as of an outline."""

    x: float
    y: float
    radius: float
    fill: str
    known: bool = True
    few: bool = False


@dataclass(frozen=True)
class Flat:
    """A map as a still picture: outlines, circles, labels, and what the colours mean."""

    size: tuple[int, int]
    view: View
    areas: list[FlatArea]
    tokens: list[FlatToken]
    labels: list[Label]
    shades: Shading


def flat(
    frame: pd.DataFrame, palette: Palette, *, kind: NumberFormat, meaning: Meaning = VOLUME, width: int, height: int
) -> Flat | None:
    """The map of `area_map` for where nothing moves and nothing is clicked; None where nothing has a place."""
    shades = shading_of(frame, meaning, kind, palette)
    data = prepare(frame, palette, kind, "meaning", shades)
    placed = data[data["shape"].notna() | data[["lon", "lat"]].notna().all(axis=1)]
    if placed.empty:
        return None
    alone = bool(placed["shape"].isna().all())
    view = fit_view(bounds_of(placed), width, height, margin=0.78 if alone else 0.9)
    unshaped = placed[placed["shape"].isna()]
    circles = dict(zip(unshaped["code"], circle_radii(unshaped, kind, alone=alone), strict=True))
    rows = placed.to_dict("records")
    room = labels.Box(-width / 2, -height / 2, width / 2, height / 2)
    few = set(placed.loc[small_samples(placed), "code"])
    return Flat(
        (width, height),
        view,
        [
            FlatArea(
                row["code"],
                _svg_path(row["shape"], view),
                row["fill"],
                not words.is_missing(row["value"]),
                row["code"] in few,
            )
            for row in rows
            if row["shape"] is not None
        ],
        [
            FlatToken(
                *to_pixels(view, row["lon"], row["lat"]),
                circles[row["code"]],
                row["fill"],
                not words.is_missing(row["value"]),
                row["code"] in few,
            )
            for row in rows
            if row["code"] in circles
        ],
        labels.place_labels(label_spots(placed, circles, view), room),
        shades,
    )


def _svg_path(shape: Sequence[Any], view: View) -> str:
    rings = (ring for polygon in shape for ring in polygon)
    parts = (" ".join("{:.1f},{:.1f}".format(*to_pixels(view, lon, lat)) for lon, lat in ring) for ring in rings)
    return "".join(f"M{part}Z" for part in parts)
