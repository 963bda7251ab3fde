"""What lies below the chosen area: districts, streets, communities, grids, and their numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from cockpit import kpis
from cockpit.data import Data
from cockpit.kept import kept
from cockpit.view import View
from queries import names
from queries.measure import measure, metric_of
from queries.model import Kind, Metric
from queries.subjects import AREA_DIMENSIONS, AREA_LEVELS
from views import words
from wording.names import PLACE_NAMES, display_name
from wording.numbers import format_value


@dataclass(frozen=True)
class Below:
    """The places directly below the chosen area, by `dimension`.

    `frame`: code, name, kind, lon, lat, schematic, shape (JSON text of a list of polygons, or None).
    """

    dimension: str
    frame: pd.DataFrame

    @property
    def noun(self) -> str:
        return PLACE_NAMES[self.dimension]


@kept
def areas(data: Data) -> pd.DataFrame:
    """All areas, indexed by code (see queries.names.areas)."""
    return data.ask(names.areas).set_index("code", drop=False)


@kept
def outermost(data: Data) -> tuple[str, ...]:
    """The codes of the areas within which a reader chooses others: the city, or the one area that he may see."""
    table = areas(data)
    return (data.scope.area,) if data.scope.area else tuple(table.index[table["level"] == 1])


@kept
def area_names(data: Data) -> Mapping[str, str]:
    """The names of all areas, by their codes, each told apart from the others of its level and from the whole."""
    return data.ask(names.names_of, "district") or {}


@kept
def names_below(data: Data, parents: tuple[str, ...]) -> Mapping[str, str]:
    """The own names of the areas directly below these, by their codes."""
    table = areas(data)
    below = table[table["parent_code"].isin(parents)]
    return dict(zip(below["code"], below["name"], strict=True))


def dimension_below(view: View) -> str:
    """The dimension one level below the view's area."""
    area = view.within.area
    level = int(areas(view.data)["level"][area]) if area else 1
    return AREA_DIMENSIONS.get(max(level, 1) + 1, "grid")


def dimension_of_cases(view: View) -> str:
    """The dimension that cases are split by: one level below the area, never finer than the community."""
    dimension = dimension_below(view)
    return "community" if dimension == "grid" else dimension


@kept
def levels_below(view: View, *, without: Sequence[str] = ()) -> tuple[str, ...]:
    """The dimensions below the view's area, the next first, down to the community; grids below that.

    Those named in `without` are left out.
    """
    levels = list(PLACE_NAMES)
    first = dimension_below(view)
    present = set(areas(view.data)["level"])
    deeper = [name for name in levels[levels.index(first) + 1 : -1] if AREA_LEVELS[name] in present]
    return tuple(name for name in (first, *deeper) if name not in without)


@kept
def below(view: View) -> Below:
    """What lies below the view's area; grids below a community."""
    table = areas(view.data)
    area = view.within.area
    dimension = dimension_below(view)
    if area and dimension == "grid":
        frame = view.ask(names.grids, area).rename(columns={"grid_id": "code"}).assign(schematic=True)
    else:
        parents = [area] if area else table.index[table["level"] == 1].tolist()
        frame = table[table["parent_code"].isin(parents)].reset_index(drop=True)
        outlines = pd.concat(
            [view.ask(names.shapes, parent) for parent in parents] or [pd.DataFrame(columns=["code", "shape"])]
        )
        frame = frame.merge(outlines, on="code", how="left")
    return Below(dimension, frame)


@kept
def outlined(view: View, parent: str | None) -> pd.DataFrame:
    """The areas directly below one, with their outlines as in `below`; none where it is not known."""
    table = areas(view.data)
    outlines = view.ask(names.shapes, parent) if parent else pd.DataFrame(columns=["code", "shape"])
    return table[table["parent_code"] == parent].reset_index(drop=True).merge(outlines, on="code", how="left")


@kept
def with_metric(view: View, metric_id: str, places: Below) -> pd.DataFrame:
    """The places with a metric: hits, among, value (NaN or 0 where there is no row), small (bool), role and tip.

    Rows may name a place that is not in its table, or stands below another area there: it has its row too, without an
    outline, so that the places add up to what lies in any of them.
    """
    metric = metric_of(metric_id)
    by_place = _by_place(view, metric_id, places)
    frame = _with_other_places(view, places, by_place["code"]).merge(by_place, on="code", how="left")
    counts = frame[["hits", "among"]].fillna(0).astype("int64")
    reason = kpis.missing_reason(view, metric)
    value = frame["value"].fillna(0) if metric.is_total and not reason else frame["value"]
    frame = frame.assign(hits=counts["hits"], among=counts["among"], value=value)
    frame["small"] = [not reason and kpis.is_small(view, metric, among) for among in frame["among"]]
    frame["role"] = [
        kpis.role(view, metric, value, among) for value, among in zip(frame["value"], frame["among"], strict=True)
    ]
    frame["tip"] = [
        f"{name} {words.NONE}（{reason}）" if reason else _tip(metric, name, value, hits, among)
        for name, value, hits, among in frame[["name", "value", "hits", "among"]].itertuples(index=False)
    ]
    return frame


@kept
def nameless(view: View, metric: str, places: Below) -> int:
    """What a count counts in the whole and in none of these places: nobody wrote down where it is."""
    by_place = _by_place(view, metric, places)
    codes = _with_other_places(view, places, by_place["code"])["code"]
    return int(by_place.loc[~by_place["code"].isin(codes), "value"].sum())


@kept
def can_go_down(view: View, frame: pd.DataFrame) -> bool:
    """Whether each `code` ("" for none) of a frame is an area of its table, so that the filter bar can be set to it."""
    codes = frame["code"]
    return bool(codes[codes != ""].isin(areas(view.data).index).all())


def _by_place(view: View, metric: str, places: Below) -> pd.DataFrame:
    """A metric by these places: code (None where nobody wrote one), hits, among, value."""
    by_place = view.ask(
        measure, [metric], as_of=view.as_of, period=view.period, within=view.within, by=[places.dimension]
    )
    return by_place.rename(columns={places.dimension: "code"})[["code", "hits", "among", "value"]]


def _with_other_places(view: View, places: Below, codes: pd.Series) -> pd.DataFrame:
    """The places and those among the codes that do not stand below the area in the table of places."""
    known = _every_code(view) if places.dimension == "grid" else places.frame["code"]
    others = [code for code in codes.dropna().unique() if code not in set(known)]
    if not others:
        return places.frame
    table = areas(view.data)
    names_by_code = dict(zip(table.index.astype(str), table["name"], strict=True))
    city = view.settings.city.name
    more = table.reindex(others).assign(
        code=others,
        name=[display_name(places.dimension, code, names_by_code, city) for code in others],
        schematic=True,
        shape=None,
    )
    return pd.concat([places.frame, more[places.frame.columns]], ignore_index=True)


def _every_code(view: View) -> pd.Series:
    """The codes of all grids of the view's area, of whatever kind."""
    assert view.within.area is not None  # grids lie below a community alone
    return view.ask(names.grids, view.within.area)["grid_id"]


def with_cases(view: View, frame: pd.DataFrame, dimension: str, codes: pd.Series) -> pd.DataFrame:
    """Places of a frame with `cases`, how many were registered there in the period; those with most first.

    `codes` are of the places, by the dimension.
    """
    registered = view.ask(measure, ["registered"], by=[dimension], **view.scope)
    counts = dict(zip(registered[dimension], registered["hits"], strict=True))
    frame = frame.assign(cases=[int(counts.get(code, 0)) for code in codes])
    return frame.sort_values("cases", ascending=False, kind="stable")


def _tip(metric: Metric, name: str, value: float, hits: int, among: int) -> str:
    text = format_value(metric, value)
    if metric.kind is Kind.RATE:
        return f"{name} {text}（{words.fraction(hits, among)}）" if among else f"{name} 暂无数据"
    return f"{name} {text} {metric.unit}"
