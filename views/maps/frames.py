"""What maps read from their frames: shapes, fills, texts, circles, and what wants a label."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import pandas as pd

from views import words
from views.labels import Spot
from views.maps.projection import View, to_pixels
from views.shades import Meaning, Shading, shading
from views.tokens import Palette, Role
from views.words import NumberFormat

Scale = Literal["meaning", "lights", "plain"]

SCHEMATIC = "示意"
VOLUME = Meaning()
# Radius of a plain circle, px.
TOKEN = 8
_LARGEST_CIRCLE = 26


def prepare(frame: pd.DataFrame, palette: Palette, kind: NumberFormat, scale: Scale, shades: Shading) -> pd.DataFrame:
    """The frame of `area_map` with every column filled, and `fill`: the colour of each area."""
    data = frame.reset_index(drop=True)
    data = data.assign(code=data["code"].astype(str), name=data["name"].astype(str), value=pd.to_numeric(data["value"]))
    data["shape"] = pd.Series(
        [shape if isinstance(shape, (list, tuple)) and len(shape) else None for shape in data["shape"]], dtype=object
    )
    data["schematic"] = data["schematic"].fillna(False).astype(bool) if "schematic" in data else False
    data["text"] = data["text"].fillna("") if "text" in data else words.values_in_full(data["value"], kind)
    if data["value"].isna().all():
        data["text"] = ""  # no number at all: a dash on every place says no more than the legend's 无数据
    if "tip" not in data:
        data["tip"] = [words.value(value, kind) for value in data["value"]]
    data["tip"] = [
        f"{tip}\n{SCHEMATIC}轮廓" if outline else tip
        for tip, outline in zip(data["tip"], data["schematic"], strict=True)
    ]
    data["fill"] = _fills(data, palette, scale, shades)
    return data


def _fills(data: pd.DataFrame, palette: Palette, scale: Scale, shades: Shading) -> list[str]:
    if scale == "lights":
        return [palette.soft_state(_role_of(role)) for role in data["role"]]
    if scale == "plain":
        return [palette.empty] * len(data)
    return [
        palette.empty if few else shades.fill(value)
        for value, few in zip(data["value"], small_samples(data), strict=True)
    ]


def shading_of(frame: pd.DataFrame, meaning: Meaning, kind: NumberFormat, palette: Palette) -> Shading:
    """Samples too small to judge stretch no scale."""
    return shading(pd.to_numeric(frame["value"])[~small_samples(frame)], meaning, kind, palette)


def small_samples(frame: pd.DataFrame) -> pd.Series:
    """Which numbers are of too few to judge."""
    few = frame["small"] if "small" in frame else pd.Series(False, index=frame.index)
    return few.fillna(False).astype(bool) & frame["value"].notna()


def has_small(frame: pd.DataFrame) -> bool:
    """Whether any number is of too few to judge."""
    return bool(small_samples(frame).any())


def _role_of(role: Any) -> Role:
    return role if role in ("good", "warn", "bad") else "none"


def circle_radii(data: pd.DataFrame, kind: NumberFormat, *, alone: bool) -> list[float]:
    """Radius in px: a plain token beside outlines; where a city has no outlines, the area shows a count's size."""
    largest = float(data["value"].max()) if data["value"].notna().any() else 0.0
    if not alone or kind != "count" or largest <= 0:
        return [float(TOKEN)] * len(data)
    return [
        float(TOKEN) / 2
        if words.is_missing(value)
        else max(TOKEN / 2, round(_LARGEST_CIRCLE * math.sqrt(max(value, 0) / largest), 1))
        for value in data["value"]
    ]


def label_spots(data: pd.DataFrame, circles: dict[str, float], view: View) -> list[Spot]:
    """What the places need for their labels: texts, where they stand on the map, and their outlines, all in px."""
    return [
        Spot(
            row["name"],
            row["text"],
            *to_pixels(view, row["lon"], row["lat"]),
            rings=tuple(tuple(ring_in_pixels(polygon[0], view)) for polygon in row["shape"] or ()),
            radius=circles.get(row["code"]),
        )
        for row in data.dropna(subset=["lon", "lat"]).to_dict("records")
    ]


def ring_in_pixels(ring: Sequence[Any], view: View) -> Iterator[tuple[float, float]]:
    """A ring of (longitude, latitude) in px from the middle of the map."""
    return (to_pixels(view, lon, lat) for lon, lat, *_ in ring)
