"""Finding the place, the class and the responsible unit of each row, or making them from names."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Connection, String, select, type_coerce

from casebase.errors import CasebaseError
from casebase.loading.batch import Batch, by_value, taken
from casebase.loading.mapfile import CaseMap, CategoryRule, PlaceRule, UnitRule
from casebase.loading.names import CodesByName, slug
from casebase.schema import area, category, unit

LEVELS = ("district_code", "street_code", "community_code")
# Between two names of one path; no name holds it.
_STEP = "\x1f"

Codes = tuple[str | None, ...]
NOWHERE: Codes = (None, None, None)


class Areas:
    """The areas of the case database and those that this load makes (`new_rows`, of the area table)."""

    def __init__(self, connection: Connection, case_map: CaseMap) -> None:
        """Read the areas. Raises CasebaseError when places are to be made in a database of another city."""
        name = type_coerce(area.c.name, String).label("name")
        rows = connection.execute(select(area.c.code, name, area.c.level, area.c.parent_code)).all()
        self._names = CodesByName({(row.parent_code, row.name): row.code for row in rows})
        self._path_of = _paths({row.code: (row.level, row.parent_code) for row in rows})
        self.new_rows: list[dict[str, object]] = []
        self.city_code = next((row.code for row in rows if row.level == 1), None)
        rule = case_map.place
        self._shapes = _Shapes(connection) if rule and "coordinates" in rule.by else None
        if rule and "make" in rule.by:
            self._make_city(case_map)

    def _make_city(self, case_map: CaseMap) -> None:
        assert case_map.city is not None  # read_map saw to it
        code = case_map.city.code or slug(case_map.city.name)
        if self.city_code not in (None, code):
            raise CasebaseError(
                f"the case database holds the city {self.city_code}, the map makes {code}; "
                "load into another one with --url"
            )
        if self.city_code is None:
            self.new_rows.append(_area(code, case_map.city.name, 1, None, "市"))
        self.city_code = code

    def by_code(self, code: str) -> Codes:
        return self._path_of.get(code, NOWHERE)

    def code_of(self, parent: str | None, text: str) -> str | None:
        """The code that a file means below an area: a code as it is, or the one of the area that has this name."""
        return text if text in self._path_of else self._names.find(parent, text)

    def by_names(self, path: str) -> Codes:
        """District, street and community of a path of names, as far down as it is known."""
        return self._walk(path, self._names.find)

    def making(self, path: str, kinds: tuple[str, ...]) -> Codes:
        """District, street and community of a path of names, made where they are new."""

        def find_or_make(parent: str | None, name: str) -> str:
            return self._names.find(parent, name) or self._make(parent, name, kinds)

        return self._walk(path, find_or_make)

    def around(self, lon: pd.Series, lat: pd.Series) -> pd.Series:
        """The code of the deepest area around each point; null outside and without coordinates."""
        assert self._shapes is not None  # "coordinates" stands in the map
        codes = pd.Series(None, index=lon.index, dtype="str")
        known = lon.notna() & lat.notna()
        codes[known] = self._shapes.around(lon[known].to_numpy(), lat[known].to_numpy())
        return codes

    def _make(self, parent: str | None, name: str, kinds: tuple[str, ...]) -> str:
        code = self._names.make(parent, name)
        above = () if parent == self.city_code else tuple(c for c in self._path_of[str(parent)] if c)
        self._path_of[code] = _padded((*above, code))
        self.new_rows.append(_area(code, name, len(above) + 2, parent, kinds[len(above)]))
        return code

    def _walk(self, path: str, step: Callable[[str | None, str], str | None]) -> Codes:
        """Down the names; a blank or unknown name ends the walk, so that no level hangs in the air."""
        parent, codes = self.city_code, []
        for name in path.split(_STEP):
            code = step(parent, name) if name else None
            if code is None:
                break
            codes.append(code)
            parent = code
        return _padded(tuple(codes))


class _Shapes:
    """The outlines of the areas in a search tree."""

    def __init__(self, connection: Connection) -> None:
        query = select(area.c.code, area.c.level, area.c.shape).where(area.c.shape.is_not(None))
        rows = connection.execute(query.order_by(area.c.level.desc(), area.c.code)).all()
        if not rows:
            raise CasebaseError('place by = "coordinates" needs areas with a shape; the case database has none')
        self._codes = [row.code for row in rows]
        self._tree = shapely.STRtree([_outline(row.shape) for row in rows])

    def around(self, lon: np.ndarray, lat: np.ndarray) -> list[str | None]:
        """The code of the deepest area that holds each point (areas are sorted deepest first)."""
        points, areas = self._tree.query(shapely.points(lon, lat), predicate="intersects")
        best: list[str | None] = [None] * len(lon)
        order = np.lexsort((areas, points))
        first = np.unique(points[order], return_index=True)[1]
        for i in order[first]:
            best[points[i]] = self._codes[areas[i]]
        return best


def _outline(text: str) -> shapely.MultiPolygon:
    return shapely.MultiPolygon([(rings[0], rings[1:]) for rings in json.loads(text)])


def _paths(parents: dict[str, tuple[int, str | None]]) -> dict[str, Codes]:
    """District, street and community of every area, itself included."""
    paths = {}
    for code in parents:
        by_level: dict[int, str] = {}
        at: str | None = code
        while at in parents and parents[at][0] not in by_level:
            by_level[parents[at][0]] = at
            at = parents[at][1]
        paths[code] = tuple(by_level.get(level) for level in (2, 3, 4))
    return paths


def read_paths(connection: Connection) -> dict[str, Codes]:
    """District, street and community of every area of the case database."""
    rows = connection.execute(select(area.c.code, area.c.level, area.c.parent_code))
    return _paths({row.code: (row.level, row.parent_code) for row in rows})


def _padded(codes: tuple[str, ...]) -> Codes:
    return (*codes, *NOWHERE)[:3]


def _area(code: str, name: str, level: int, parent: str | None, kind: str) -> dict[str, object]:
    # The position will be the mean of the cases: a sketch, not a survey.
    return {"code": code, "name": name, "level": level, "parent_code": parent, "kind": kind, "schematic": True}


def set_place(batch: Batch, rule: PlaceRule, areas: Areas) -> None:
    """Fill district, street and community, trying the rule's ways until one finds the row's place."""
    _drop_coordinates(batch, rule)
    codes: list[pd.Series] = []
    waiting = pd.Series(batch.alive, index=batch.text.index)  # only rows that stay may make areas
    for way in rule.by:
        columns = _places(batch, rule, areas, way, waiting)
        codes = columns if not codes else [old.fillna(new) for old, new in zip(codes, columns, strict=True)]
        waiting &= codes[0].isna()
        if not waiting.any():
            break
    column = rule.column or (rule.columns[0] if rule.columns else "lon")
    if rule.required:
        batch.reject(
            codes[0].isna(), column, batch.text.get(column), f"{column}: the place is not found; load its area first"
        )
    else:
        batch.note(codes[0].isna(), f"{column}: no place found (the case stays without a district)")
    batch.fields |= dict(zip(LEVELS, codes, strict=True))


def find_codes(batch: Batch, case_map: CaseMap, areas: Areas) -> None:
    """Take the codes that columns of the map give, and the code of the area where they give its name.

    What is neither stays: its area may be loaded later, and until then it stands for itself.
    """
    parents = pd.Series(areas.city_code, index=batch.text.index, dtype="str")
    for name in LEVELS:
        if name in case_map.columns:
            given = batch.fields[name]
            path = parents.fillna("") + _STEP + given
            codes = by_value(path, lambda text: areas.code_of(*_parent_and_name(text)))
            batch.note(
                given.notna() & codes.isna(),
                f"{case_map.source_column(name)} ({name}): neither code nor name of an area of the case database; "
                'kept, but load the areas first, or let them be made with [place] by = "make"',
            )
            batch.fields[name] = codes.fillna(given)
        if name in batch.fields:
            parents = batch.fields[name]


def _parent_and_name(path: str) -> tuple[str | None, str]:
    parent, name = path.split(_STEP)
    return parent or None, name


def _places(batch: Batch, rule: PlaceRule, areas: Areas, way: str, waiting: pd.Series) -> list[pd.Series]:
    """District, street and community of the waiting rows, null elsewhere."""
    values: Iterable[str]
    if way == "coordinates":
        lon, lat = (batch.fields[name].where(waiting) for name in ("lon", "lat"))
        codes, values = pd.factorize(areas.around(lon, lat))
    elif way == "code":
        codes, values = pd.factorize(batch.text[rule.column].where(waiting))
    else:
        codes, values = _distinct_paths(batch, rule.columns, waiting.to_numpy())
    find: Callable[[str], Codes] = {
        "code": areas.by_code,
        "coordinates": areas.by_code,
        "names": areas.by_names,
        "make": lambda path: areas.making(path, rule.kinds),
    }[way]
    paths = [find(value) for value in values]
    return [taken([path[i] for path in paths], codes, batch.text.index) for i in range(len(LEVELS))]


def _drop_coordinates(batch: Batch, rule: PlaceRule) -> None:
    if not rule.ignore_coordinates or "lon" not in batch.fields or "lat" not in batch.fields:
        return
    lon, lat = batch.fields["lon"], batch.fields["lat"]
    default = pd.Series(False, index=lon.index)
    for x, y in rule.ignore_coordinates:
        default |= np.isclose(lon, x, rtol=0, atol=1e-9) & np.isclose(lat, y, rtol=0, atol=1e-9)
    batch.note(default, "default coordinates left blank")
    batch.fields["lon"], batch.fields["lat"] = lon.where(~default), lat.where(~default)


@dataclass
class Classes:
    """The categories of the case database and those that this load makes."""

    names: CodesByName
    new_rows: list[dict[str, object]]

    @classmethod
    def read(cls, connection: Connection) -> "Classes":
        name = type_coerce(category.c.name, String).label("name")
        rows = connection.execute(select(category.c.code, name, category.c.parent_code)).all()
        return cls(CodesByName({(row.parent_code, row.name): row.code for row in rows}), [])

    def code(self, path: str, make: bool) -> str | None:
        """The deepest class of a path of one or two names."""
        deepest: str | None = None
        for name in path.split(_STEP):
            code = self.names.find(deepest, name) if name else None
            if code is None and name and make:
                code = self.names.make(deepest, name)
                self.new_rows.append({"code": code, "name": name, "parent_code": deepest})
            if code is None:
                break
            deepest = code
        return deepest


def set_category(batch: Batch, rule: CategoryRule, classes: Classes) -> None:
    """Fill category_code from one or two columns of names."""
    numbers, paths = _distinct_paths(batch, rule.columns, batch.alive)
    codes = taken([classes.code(path, rule.make) for path in paths], numbers, batch.text.index)
    column = rule.columns[0]
    if rule.required:
        batch.reject(
            codes.isna(),
            column,
            batch.text[column],
            f"{column}: the class is not known; make = true under [category] makes it",
        )
    else:
        batch.note(codes.isna(), f"{column}: no class found (the case stays without one)")
    batch.fields["category_code"] = codes


@dataclass
class Units:
    """The units of the case database and those that this load makes; a unit is known by its id."""

    known: set[str]
    new_rows: list[dict[str, object]]

    @classmethod
    def read(cls, connection: Connection) -> "Units":
        return cls(set(connection.scalars(select(unit.c.unit_id))), [])

    def add(self, ids: Iterable[str], rule: UnitRule, kind: str) -> None:
        for unit_id in ids:
            if unit_id not in self.known:
                self.known.add(unit_id)
                self.new_rows.append({"unit_id": unit_id, "name": rule.names.get(unit_id, unit_id), "kind": kind})


def set_unit(batch: Batch, rule: UnitRule, units: Units) -> None:
    """Fill unit_id with the column's value; an id that the unit table lacks stays and is counted.

    Where units are made, so are those that are only complained about, of no kind: the file's kind is of its handlers.
    """
    ids = batch.text[rule.column]
    if rule.make:
        units.add(ids[batch.alive].dropna().unique(), rule, rule.kind)
        if "complained_unit_id" in batch.fields:
            units.add(batch.fields["complained_unit_id"][batch.alive].dropna().unique(), rule, "")
    batch.note(
        ids.notna() & ~ids.isin(list(units.known)),
        f"{rule.column}: not in the table unit (kept); make = true under [unit] makes it",
    )
    batch.fields["unit_id"] = ids


def _distinct_paths(batch: Batch, columns: tuple[str, ...], rows: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """The names of a path in one text, each on one line: a code for each row, and the different texts it stands for.

    -1 where the first name is blank, and outside of `rows` (which, as booleans). In the order in which they first
    stand; of columns with few names, their texts are put together once instead of for each row.
    """
    (numbers, _), *below = (pd.factorize(batch.text[name]) for name in columns)
    known = rows & (numbers >= 0)
    for codes, names in below:
        numbers = numbers * (len(names) + 1) + codes + 1
    codes = np.full(len(numbers), -1)
    codes[known], _ = pd.factorize(numbers[known])
    firsts = np.flatnonzero(known)[np.unique(codes[known], return_index=True)[1]]
    paths = batch.text[list(columns)].iloc[firsts].fillna("")
    return codes, [_STEP.join(" ".join(name.split()) for name in path) for path in paths.itertuples(index=False)]
