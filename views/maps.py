"""Maps that need no internet: areas coloured by a number, zones without a border as round tokens, hot cells.

`Deck(map_provider=None)` is the only setting with which the browser asks no tile server for anything.
"""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import pandas as pd
import pydeck as pdk

from views import labels, words
from views.labels import Label, Spot
from views.markup import Markup, render
from views.shades import Meaning, Shading, Step, shading
from views.tokens import FONT, Palette, Role
from views.words import Kind, State

Scale = Literal["meaning", "lights", "plain"]
Bounds = tuple[float, float, float, float]

AREAS, TOKENS, POINTS = "areas", "tokens", "points"
SELECTED = "selected"
PLACES = 4
TOKEN = 8
LABEL = labels.SIZE
SCHEMATIC = "示意"
NO_DATA = "无数据"

_VOLUME = Meaning()
_HALO = ((-1, -1), (1, -1), (-1, 1), (1, 1), (0, 2), (0, -2), (2, 0), (-2, 0))
_TILE = 512
_CHINA: Bounds = (73.0, 18.0, 135.0, 54.0)
_SMALLEST_SPAN = 0.01
_PALEST_CELL = 4
_LARGEST_CIRCLE = 26


@dataclass(frozen=True)
class View:
    """Centre and zoom of a map."""

    lon: float
    lat: float
    zoom: float


class OfflineDeck(pdk.Deck):  # type: ignore[misc]
    """A deck that asks no tile server and travels as compact JSON; pydeck's own is indented, three times as long.

    It is written down once: a deck does not change after it was made.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(map_provider=None, **settings)

    def to_json(self) -> str:
        return self._written

    @cached_property
    def _written(self) -> str:
        return json.dumps(json.loads(super().to_json()), ensure_ascii=False, separators=(",", ":"))


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
    kind: Kind = "rate",
    meaning: Meaning = _VOLUME,
    scale: Scale = "meaning",
    selected: str | None = None,
    width: int = 800,
    height: int = 520,
    points: pd.DataFrame | None = None,
    points_label: str = "热点",
    clickable: bool = True,
    states: Sequence[State] = (words.GOOD, words.WARN, words.BAD),
) -> AreaMap:
    """Areas coloured by what their numbers mean (or by state), with name and number; those without outline as circles.

    Columns: code, name, shape (a list of polygons, each a list of rings of (lon, lat), or None), lon, lat, value
    (None: no data); optional small (bool: too few to judge, kept grey), text (the number as written on the map), tip
    (plain text, lines by newline), schematic (bool: outline is not a border), role (tokens.Role, for scale "lights",
    which `states` name in the legend). Scale "plain" leaves the areas grey, for `points` to stand out: squares coloured
    by weight, with lon, lat (of the centre), weight, side (degrees); optional code, name and tip. `width` and `height`
    are the map's size in px, to fit the view and to place the labels. Clicks come back under the layer ids AREAS,
    TOKENS and POINTS; read them with `picked`.
    """
    shades = _shades(frame, meaning, kind, palette)
    data = _prepared(frame, palette, kind, scale, shades)
    alone = bool(data["shape"].isna().all())
    view = fit_view(_bounds(data), width, height, margin=0.78 if alone else 0.9)
    shaped, unshaped = data[data["shape"].notna()], data[data["shape"].isna()]
    sizes = _circle_sizes(unshaped, kind, alone=alone)
    layers = [_areas(shaped, palette, clickable)] if len(shaped) else []
    unknown = shaped[shaped["value"].isna()] if scale == "meaning" else shaped.head(0)
    layers += [_hatched(unknown["shape"], view, palette)] if len(unknown) else []
    chosen = shaped[shaped["code"] == selected]
    layers += [_outline(chosen["shape"].iloc[0], palette)] if len(chosen) else []
    layers += [_tokens(unshaped, sizes, palette, selected, clickable)] if len(unshaped) else []
    layers += [_hot(points, palette, points_label)] if points is not None and len(points) else []
    circles = dict(zip(unshaped["code"], sizes, strict=True))
    room = labels.Box(-width / 2, -height / 2, width / 2, height / 2)
    layers += _label_layers(labels.placed(_spots(data, circles, view), room), view, palette)
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
        _legend_steps(data, palette, scale, states, shades),
        palette,
        note=shades.note if scale == "meaning" else "",
        schematic=bool(shaped["schematic"].any()),
        tokens=bool(len(shaped) and unshaped["schematic"].any()),
        small=scale == "meaning" and has_small(data),
        no_data=scale != "plain" and bool(data["value"].isna().any()),
        points_label=points_label if points is not None and len(points) else "",
        point_steps=_point_steps(points["weight"], palette) if points is not None and len(points) else (),
    )
    return AreaMap(deck, legend, view)


def has_small(frame: pd.DataFrame) -> bool:
    """Whether any number is of too few to judge."""
    return bool(_small(frame).any())


def fit_view(bounds: Bounds, width: int, height: int, *, margin: float = 0.92) -> View:
    """The view that shows west, south, east, north in a map of this many px (web Mercator, 512 px tiles)."""
    west, south, east, north = bounds
    low, high = _mercator(south), _mercator(north)
    across = max(east - west, _SMALLEST_SPAN) / 360
    up = max(high - low, _SMALLEST_SPAN / 360)
    zoom = min(math.log2(width * margin / (_TILE * across)), math.log2(height * margin / (_TILE * up)))
    return View(round((west + east) / 2, PLACES), round(_latitude((low + high) / 2), PLACES), round(min(zoom, 17.0), 2))


def picked(event: Any) -> tuple[str, str] | None:
    """(layer id, code) of what was clicked, from what st.pydeck_chart or its session state hands back; else None."""
    objects = (event or {}).get("selection", {}).get("objects", {})
    for layer in (AREAS, TOKENS, POINTS):
        for found in objects.get(layer, []):
            code = found.get("properties", found).get("code")
            if code is not None:
                return layer, str(code)
    return None


def legend_html(
    label: str,
    steps: Sequence[Step],
    palette: Palette,
    *,
    note: str = "",
    small: bool = False,
    schematic: bool = False,
    tokens: bool = False,
    no_data: bool = False,
    points_label: str = "",
    point_steps: Sequence[Step] = (),
) -> Markup:
    """The legend under a map: steps with their ranges and what the colours mean, and what is not drawn by them."""
    notes = [f"{SCHEMATIC}：轮廓为示意，不是行政区划界线"] if schematic else []
    notes += [f"○ 无公开界线，位置为{SCHEMATIC}"] if tokens else []
    not_scaled = [Step(palette.empty, words.SMALL)] if small else []
    not_scaled += [Step(_hatching(palette), NO_DATA)] if no_data else []
    return render(
        "map_legend.html.jinja",
        heading="，".join(filter(None, (label, note))),
        steps=[*steps, *not_scaled],
        point_heading=points_label,
        point_steps=point_steps,
        notes=notes,
        palette=palette,
        font=FONT,
    )


def _hatching(palette: Palette) -> str:
    """The look of no data, as a CSS background."""
    return f"repeating-linear-gradient(135deg,{palette.empty} 0 3px,{palette.compare} 3px 4px)"


def _mercator(latitude: float) -> float:
    """Latitude to its place on the Mercator axis, 0 … 1 from south to north."""
    return 0.5 + math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2)) / (2 * math.pi)


def _latitude(place: float) -> float:
    return math.degrees(2 * math.atan(math.exp((place - 0.5) * 2 * math.pi)) - math.pi / 2)


def _prepared(frame: pd.DataFrame, palette: Palette, kind: Kind, scale: Scale, shades: Shading) -> pd.DataFrame:
    data = frame.reset_index(drop=True)
    data = data.assign(code=data["code"].astype(str), name=data["name"].astype(str), value=pd.to_numeric(data["value"]))
    data["shape"] = pd.Series(
        [shape if isinstance(shape, (list, tuple)) and len(shape) else None for shape in data["shape"]], dtype=object
    )
    data["schematic"] = data["schematic"].fillna(False).astype(bool) if "schematic" in data else False
    data["text"] = data["text"].fillna("") if "text" in data else _alike(data["value"], kind)
    if "tip" not in data:
        data["tip"] = [words.value(value, kind) for value in data["value"]]
    data["tip"] = [
        f"{tip}\n{SCHEMATIC}轮廓" if outline else tip
        for tip, outline in zip(data["tip"], data["schematic"], strict=True)
    ]
    data["fill"] = _fills(data, palette, scale, shades)
    return data


def _alike(values: Iterable[float | None], kind: Kind) -> list[str]:
    """The numbers of one map, all written in one way: 217,000 beside 1,125, not 21.7万."""
    return [words.full(value) if kind == "count" else words.value(value, kind) for value in values]


def _fills(data: pd.DataFrame, palette: Palette, scale: Scale, shades: Shading) -> list[str]:
    if scale == "lights":
        return [palette.soft_state(_role(role)) for role in data["role"]]
    if scale == "plain":
        return [palette.empty] * len(data)
    return [
        palette.empty if few else shades.fill(value) for value, few in zip(data["value"], _small(data), strict=True)
    ]


def _shades(frame: pd.DataFrame, meaning: Meaning, kind: Kind, palette: Palette) -> Shading:
    """Samples too small to judge stretch no scale."""
    return shading(pd.to_numeric(frame["value"])[~_small(frame)], meaning, kind, palette)


def _small(frame: pd.DataFrame) -> pd.Series:
    few = frame["small"] if "small" in frame else pd.Series(False, index=frame.index)
    return few.fillna(False).astype(bool) & frame["value"].notna()


def _role(role: Any) -> Role:
    return role if role in ("good", "warn", "bad") else "none"


def _legend_steps(
    data: pd.DataFrame, palette: Palette, scale: Scale, states: Sequence[State], shades: Shading
) -> Sequence[Step]:
    if scale == "lights":
        present = [state for state in states if (data["role"] == state.role).any()]
        return [Step(palette.soft_state(state.role), state.text) for state in present]
    return () if scale == "plain" else shades.steps


def _bounds(data: pd.DataFrame) -> Bounds:
    """West, south, east, north of everything that is drawn; all of China where nothing has a place."""
    boxes = [_box_of(shape) for shape in data["shape"].dropna()]
    boxes += [(lon, lat, lon, lat) for lon, lat in data[["lon", "lat"]].dropna().itertuples(index=False)]
    if not boxes:
        return _CHINA
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def _rgb(colour: str, alpha: int = 255) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)] + ([alpha] if alpha < 255 else [])


def _rounded(shape: Sequence[Any]) -> list[Any]:
    return [
        [[[round(float(lon), PLACES), round(float(lat), PLACES)] for lon, lat in ring] for ring in polygon]
        for polygon in shape
    ]


def _areas(data: pd.DataFrame, palette: Palette, clickable: bool) -> pdk.Layer:
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
                "fill": _rgb(row["fill"]),
                "line": _rgb(palette.surface),
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
        highlight_color=_rgb(palette.ink, 40),
    )


def _outline(shape: Sequence[Any], palette: Palette) -> pdk.Layer:
    """The selected area in ink, over its neighbours."""
    return pdk.Layer(
        "GeoJsonLayer",
        id=SELECTED,
        data=[
            {"type": "Feature", "geometry": {"type": "MultiPolygon", "coordinates": _rounded(shape)}, "properties": {}}
        ],
        get_line_color=_rgb(palette.ink),
        get_line_width=2.5,
        line_width_units=pdk.types.String("pixels"),
        stroked=True,
        filled=False,
        pickable=False,
    )


def _circle_sizes(data: pd.DataFrame, kind: Kind, *, alone: bool) -> list[float]:
    """Radius in px: a plain token beside outlines; where a city has no outlines, the area shows a count's size."""
    largest = float(data["value"].max()) if data["value"].notna().any() else 0.0
    if not alone or kind != "count" or largest <= 0:
        return [float(TOKEN)] * len(data)
    return [
        float(TOKEN) / 2
        if words.missing(value)
        else max(TOKEN / 2, round(_LARGEST_CIRCLE * math.sqrt(max(value, 0) / largest), 1))
        for value in data["value"]
    ]


def _tokens(
    data: pd.DataFrame, sizes: Sequence[float], palette: Palette, selected: str | None, clickable: bool
) -> pdk.Layer:
    rows = [
        {
            "code": row["code"],
            "name": row["name"],
            "tip": row["tip"],
            "position": [round(float(row["lon"]), PLACES), round(float(row["lat"]), PLACES)],
            "fill": _rgb(row["fill"]),
            "line": _rgb(palette.ink if row["code"] == selected else palette.muted),
            "thick": 2.5 if row["code"] == selected else 1.2,
            "size": size,
        }
        for row, size in sorted(
            zip(data.to_dict("records"), sizes, strict=True), key=lambda pair: (pair[0]["code"] == selected, -pair[1])
        )
        if not (words.missing(row["lon"]) or words.missing(row["lat"]))
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
        highlight_color=_rgb(palette.ink, 40),
    )


def _hot(points: pd.DataFrame, palette: Palette, label: str) -> pdk.Layer:
    """Hot cells as squares, the fuller the stronger. A cell knows its weight, never a person."""
    heaviest = float(points["weight"].max()) or 1.0
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": [_square(row["lon"], row["lat"], row["side"])]},
            "properties": {
                "fill": _rgb(_warmth(float(row["weight"]) / heaviest, palette), 225),
                "name": str(row.get("name") or label),
                "tip": str(row["tip"]) if "tip" in row else words.full(row["weight"]),
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
        highlight_color=_rgb(palette.ink, 60),
    )


def _square(lon: float, lat: float, side: float) -> list[list[float]]:
    half = side / 2
    corners = ((-half, -half), (half, -half), (half, half), (-half, half), (-half, -half))
    return [[round(float(lon) + east, PLACES), round(float(lat) + north, PLACES)] for east, north in corners]


def _warmth(share: float, palette: Palette) -> str:
    """Colour of a cell with this share of the fullest one's weight; the palest steps would vanish in the ground."""
    ramp = palette.one_way[_PALEST_CELL:]
    return ramp[min(len(ramp) - 1, max(0, int(share * len(ramp))))]


def _point_steps(weights: pd.Series, palette: Palette) -> list[Step]:
    """The least and the fullest cell, and one between where there is one."""
    least, most = int(weights.min()), int(weights.max())
    shown = sorted({least, (least + most) // 2, most})
    return [Step(_warmth(weight / (most or 1), palette), words.full(weight)) for weight in shown]


def _spots(data: pd.DataFrame, circles: dict[str, float], view: View) -> list[Spot]:
    """What the places need for their labels: texts, where they stand on the map, and their outlines, all in px."""
    return [
        Spot(
            row["name"],
            row["text"],
            *_pixels(row, view),
            rings=tuple(tuple(_ring(polygon[0], view)) for polygon in row["shape"] or ()),
            radius=circles.get(row["code"]),
        )
        for row in data.dropna(subset=["lon", "lat"]).to_dict("records")
    ]


def _ring(ring: Sequence[Any], view: View) -> Iterator[tuple[float, float]]:
    return (_pixels({"lon": lon, "lat": lat}, view) for lon, lat, *_ in ring)


def _box_of(shape: Any) -> Bounds:
    lons = [float(point[0]) for polygon in shape for point in polygon[0]]
    lats = [float(point[1]) for polygon in shape for point in polygon[0]]
    return min(lons), min(lats), max(lons), max(lats)


def _pixels(row: dict[Any, Any], view: View) -> tuple[float, float]:
    world = _TILE * 2.0**view.zoom
    x = (float(row["lon"]) - view.lon) / 360 * world
    return x, (_mercator(view.lat) - _mercator(float(row["lat"]))) * world


def _place(x: float, y: float, view: View) -> list[float]:
    """The longitude and latitude of a spot on the map as first shown, px from its middle."""
    world = _TILE * 2.0**view.zoom
    up = _mercator(view.lat) - y / world
    return [round(view.lon + x / world * 360, PLACES + 1), round(_latitude(up), PLACES + 1)]


def _hatched(shapes: Iterable[Any], view: View, palette: Palette) -> pdk.Layer:
    """Slanting lines over what has no number, so that it is no colour of the scale."""
    lines = [
        {"path": [_place(*start, view), _place(*end, view)]}
        for shape in shapes
        for start, end in labels.hatching([list(_ring(ring, view)) for polygon in shape for ring in polygon])
    ]
    return _lines("hatching", lines, palette.compare)


def _label_layers(found: Sequence[Label], view: View, palette: Palette) -> list[pdk.Layer]:
    """Labels with a halo of the surface, so that they read on every colour, and lines to those that stand aside."""
    if not found:
        return []
    rows = [
        {
            "position": _place(label.x, label.y, view) if label.leader else _place(*label.anchor, view),
            "text": label.text,
            "offset": [0, 0] if label.leader else [round(label.x - label.anchor[0]), round(label.y - label.anchor[1])],
        }
        for label in found
    ]
    leaders = [{"path": [_place(*label.anchor, view), _place(*label.leader, view)]} for label in found if label.leader]
    return [*([_lines("leaders", leaders, palette.ink)] if leaders else []), *_text_layers(rows, palette)]


def _lines(name: str, paths: Sequence[dict[str, Any]], colour: str) -> pdk.Layer:
    """Lines a pixel wide."""
    return pdk.Layer(
        "PathLayer",
        id=name,
        data=paths,
        get_path="path",
        get_color=_rgb(colour),
        get_width=1,
        width_units=pdk.types.String("pixels"),
        pickable=False,
    )


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
        get_color=_rgb(colour),
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


@dataclass(frozen=True)
class FlatArea:
    """An outline as an SVG path, px from the middle of the map; `known` is false where it has no number."""

    code: str
    path: str
    fill: str
    known: bool = True


@dataclass(frozen=True)
class Flat:
    """A map as a still picture: outlines, circles (x, y, radius, fill), labels, and what the colours mean."""

    size: tuple[int, int]
    view: View
    areas: list[FlatArea]
    tokens: list[tuple[float, float, float, str]]
    labels: list[Label]
    shades: Shading


def flat(
    frame: pd.DataFrame, palette: Palette, *, kind: Kind, meaning: Meaning = _VOLUME, width: int, height: int
) -> Flat | None:
    """The map of `area_map` for where nothing moves and nothing is clicked; None where nothing has a place."""
    shades = _shades(frame, meaning, kind, palette)
    data = _prepared(frame, palette, kind, "meaning", shades)
    placed = data[data["shape"].notna() | data[["lon", "lat"]].notna().all(axis=1)]
    if placed.empty:
        return None
    alone = bool(placed["shape"].isna().all())
    view = fit_view(_bounds(placed), width, height, margin=0.78 if alone else 0.96)
    unshaped = placed[placed["shape"].isna()]
    circles = dict(zip(unshaped["code"], _circle_sizes(unshaped, kind, alone=alone), strict=True))
    rows = placed.to_dict("records")
    room = labels.Box(-width / 2, -height / 2, width / 2, height / 2)
    fills = {row["code"]: row["fill"] for row in rows}
    return Flat(
        (width, height),
        view,
        [
            FlatArea(row["code"], _path(row["shape"], view), row["fill"], not words.missing(row["value"]))
            for row in rows
            if row["shape"] is not None
        ],
        [(*_pixels(row, view), circles[row["code"]], fills[row["code"]]) for row in rows if row["code"] in circles],
        labels.placed(_spots(placed, circles, view), room),
        shades,
    )


def spot(view: View, lon: float, lat: float) -> tuple[float, float]:
    """Where a place lies on the map as first shown, px from its middle."""
    return _pixels({"lon": lon, "lat": lat}, view)


def _path(shape: Sequence[Any], view: View) -> str:
    rings = (ring for polygon in shape for ring in polygon)
    parts = (" ".join("{:.1f},{:.1f}".format(*spot(view, lon, lat)) for lon, lat in ring) for ring in rings)
    return "".join(f"M{part}Z" for part in parts)
