"""Names for the codes that measuring returns, and the choices of the filter bar."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from typing import Any
from unicodedata import east_asian_width

import pandas as pd
from sqlalchemy import ColumnElement, Select, select, union

from casebase import schema
from casebase.case_words import HOTLINE
from casebase.engine import ScopedCasebase
from casebase.scope import COMMUNITY, DISTRICT
from queries.once_a_version import once_a_version, once_for
from queries.subjects import AREA_LEVELS, as_key

# Stands behind the name of the whole where a place in it has the same name.
_ALL_OF = "全域"


def areas(casebase: ScopedCasebase) -> pd.DataFrame:
    """All areas by code, without shapes.

    Columns: code, name, level, parent_code, kind, population, households, lon, lat, schematic.
    """
    return _areas(casebase).copy()


def shapes(casebase: ScopedCasebase, parent: str) -> pd.DataFrame:
    """Outlines of the areas directly below `parent`: code, shape (JSON text or None)."""
    a = schema.area.c
    return casebase.frame(select(a.code, a.shape).where(a.parent_code == parent).order_by(a.code))


def grids(casebase: ScopedCasebase, community: str) -> pd.DataFrame:
    """The grids of a community: grid_id, name, kind, households, lon, lat, shape."""
    g = schema.grid.c
    columns = (g.grid_id, g.name, g.kind, g.households, g.lon, g.lat, g.shape)
    return casebase.frame(select(*columns).where(g.community_code == community).order_by(g.grid_id))


def grid_names(casebase: ScopedCasebase, grid_ids: tuple[str, ...]) -> dict[str, str]:
    """Grid → name, for these grids alone: a city has tens of thousands."""
    g = schema.grid.c
    grids_by_id = casebase.frame(select(g.grid_id, g.name).where(g.grid_id.in_(grid_ids)))
    return dict(zip(grids_by_id["grid_id"], grids_by_id["name"], strict=True))


def categories(casebase: ScopedCasebase) -> pd.DataFrame:
    """All content classes: code, name, parent_code; to a scope, those of its cases with what they belong to."""
    table = _categories(casebase)
    if casebase.scope.is_whole:
        return table.copy()
    occurring = _classes_of_cases(casebase)
    above = set(table.loc[table["code"].isin(occurring), "parent_code"].dropna())
    return table[table["code"].isin(occurring | above)].reset_index(drop=True)


def units(casebase: ScopedCasebase) -> pd.DataFrame:
    """All responsible units: unit_id, name, kind, area_code; of those of one name each with its district before it.

    To a scope, its own and those that its cases name.
    """
    table = _units(casebase)
    if casebase.scope.is_whole:
        return table.copy()
    return table[table["unit_id"].isin(_units_of_cases(casebase))].reset_index(drop=True)


def _areas_but_shapes() -> Select[Any]:
    a = schema.area.c
    columns = (a.code, a.name, a.level, a.parent_code, a.kind, a.population, a.households, a.lon, a.lat, a.schematic)
    return select(*columns).order_by(a.code)


@once_for(_areas_but_shapes)
def _areas(casebase: ScopedCasebase) -> pd.DataFrame:
    return casebase.frame(_areas_but_shapes())


def _all_areas() -> Select[Any]:
    a = schema.area.c
    return select(a.code, a.name, a.level, a.parent_code).order_by(a.code)


def _all_units() -> Select[Any]:
    u = schema.unit.c
    return select(u.unit_id, u.name, u.kind, u.area_code).order_by(u.unit_id)


def _all_categories() -> Select[Any]:
    c = schema.category.c
    return select(c.code, c.name, c.parent_code).order_by(c.code)


@once_for(_all_categories)
def _categories(casebase: ScopedCasebase) -> pd.DataFrame:
    return casebase.frame(_all_categories())


@once_a_version
def _classes_of_cases(casebase: ScopedCasebase) -> set[str]:
    return _occurring(casebase, schema.petition.c.category_code)


@once_a_version
def _units_of_cases(casebase: ScopedCasebase) -> set[str]:
    p = schema.petition.c
    named = _occurring(casebase, p.unit_id, p.complained_unit_id, schema.proposal.c.unit_id)
    return named | casebase.scope.units


def _occurring(casebase: ScopedCasebase, *columns: ColumnElement[str]) -> set[str]:
    """The codes that stand in any of these columns, in rows that the scope lets through."""
    every = union(*(select(column.label("code")).where(column.is_not(None)) for column in columns))
    return {code for (code,) in casebase.rows(every)}


def _all_organisations() -> Select[Any]:
    o = schema.social_org.c
    return select(o.org_id.label("code"), o.name, o.kind).order_by(o.org_id)


@once_for(_all_units, _all_areas)
def _units(casebase: ScopedCasebase) -> pd.DataFrame:
    table = casebase.frame(_all_units())
    shared = table["name"].duplicated(keep=False)
    if not shared.any():
        return table
    places = casebase.frame(_all_areas()).set_index("code")
    district = {code: _district(code, places) for code in table.loc[shared, "area_code"].dropna().unique()}
    before = table["area_code"].map(district).where(shared, "").fillna("")
    qualified = map(joined, before, table["name"])
    distinct = told_apart(dict(zip(table["unit_id"], qualified, strict=True)))
    return table.assign(name=table["unit_id"].map(distinct))


@once_for(_all_units, _all_areas)
def shared_units(casebase: ScopedCasebase) -> dict[str, str]:
    """Unit → its name with the district before it, of units that share their name with another."""
    u = schema.unit.c
    own = casebase.frame(select(u.unit_id, u.name))
    stored = dict(zip(own["unit_id"], own["name"], strict=True))
    told_apart = _units(casebase)[["unit_id", "name"]].itertuples(index=False, name=None)
    return {code: name for code, name in told_apart if name != stored[code]}


def _district(code: str, places: pd.DataFrame) -> str:
    """The name of the district that an area lies in, its own for a district; "" where its table does not say."""
    for _ in range(COMMUNITY):
        if code not in places.index:
            return ""
        if places["level"][code] <= DISTRICT:
            return str(places["name"][code])
        code = places["parent_code"][code]
    return ""


def joined(before: str, name: str) -> str:
    """A name with what it lies in before it: 新郑市新华路街道, Roxbury · Ward 4, for Latin words run together."""
    runs_on = before and name and not any(east_asian_width(letter) in "WF" for letter in (before[-1], name[0]))
    return f"{before} · {name}" if runs_on else before + name


def told_apart(names: Mapping[str, str], taken: Collection[str] = ()) -> dict[str, str]:
    """Names by code of which no two are alike, nor is one of those `taken`: the others have their code behind them."""
    apart = dict(names)
    while True:
        counts = Counter([*apart.values(), *taken])
        shared = [code for code, name in apart.items() if counts[name] > 1]
        if not shared:
            return apart
        apart |= {code: f"{apart[code]}（{code}）" for code in shared}


def _distinct(own: Mapping[str, str], level: Mapping[str, int], above: Mapping[str, str | None]) -> dict[str, str]:
    """Names by code of which no two on a level are alike.

    Those that share one have the names of what they lie in (`above`, as far as it has an own name) before them, until
    each is told apart; those that nothing tells apart have their code.
    """
    parents, names = dict(above), dict(own)
    for _ in range(COMMUNITY):
        counts = Counter((level[code], name) for code, name in names.items())
        for code in [code for code, name in names.items() if counts[level[code], name] > 1]:
            parent = parents.get(code) or ""
            if parent in own:
                names[code], parents[code] = joined(own[parent], names[code]), above.get(parent)
    for one in set(level.values()):
        names |= told_apart({code: name for code, name in names.items() if level[code] == one})
    return names


def _distinct_areas(table: pd.DataFrame) -> dict[str, str]:
    """Code → name, on each level told apart by what areas lie in; a city is no word that tells two of its places apart.

    Columns: code, name, parent_code, level. A city of which a place has the name is told apart from it.
    """
    own = dict(zip(table["code"], table["name"], strict=True))
    level = dict(zip(table["code"], table["level"], strict=True))
    parents = dict(zip(table["code"], table["parent_code"], strict=True))
    above = {code: parent for code, parent in parents.items() if level.get(parent, 0) >= DISTRICT}
    places = {name for code, name in own.items() if level[code] >= DISTRICT}
    cities = {code: apart_from(name, places) for code, name in own.items() if level[code] < DISTRICT}
    return _distinct(own | cities, level, above)


def apart_from(name: str, places: Collection[str]) -> str:
    """What a whole is called among its places: its name, or where a place has that too, Boston全域."""
    while name in places:
        name += _ALL_OF
    return name


def whole_name(casebase: ScopedCasebase, name: str) -> str:
    """What all that the case base holds is called, which no place in it is: see `apart_from`."""
    return apart_from(name, _names_of_places(casebase))


@once_for(_all_areas)
def _names_of_places(casebase: ScopedCasebase) -> set[str]:
    table = casebase.frame(_all_areas())
    return set(table.loc[table["level"] >= DISTRICT, "name"])


def _names_within(casebase: ScopedCasebase, area: str) -> dict[str, str]:
    """Code → name of all areas, those in `area` told apart from each other alone: in 新郑市 it is 新华路街道."""
    table = casebase.frame(_all_areas())
    below, found = set[str](), {area}
    while found:
        found = set(table.loc[table["parent_code"].isin(found), "code"]) - below
        below |= found
    return _area_names(casebase) | _distinct_areas(table[table["code"].isin(below)])


def organisations(casebase: ScopedCasebase) -> pd.DataFrame:
    """All community organisations and incubation centres: code (text), name, kind."""
    table = casebase.frame(_all_organisations())
    return table.assign(code=table["code"].astype(str))


def channels(casebase: ScopedCasebase) -> list[str]:
    """The channels that occur, without the hotline (counted apart)."""
    c = schema.petition.c.channel
    # All are asked for, and grouped: DuckDB does so by the words that a column has, but compares every row to a word.
    every = casebase.rows(select(as_key(c)).group_by(c).order_by(c))
    return [channel for (channel,) in every if channel not in (None, HOTLINE)]


def names_of(casebase: ScopedCasebase, dimension: str, within: str | None = None) -> dict[str, str] | None:
    """Code → name of a dimension that splits by code; None for one whose values speak for themselves.

    Where a city has several streets, classes or units of one name, each has what it lies in before it; among places
    `within` an area those alone that share it there.
    """
    if within is not None and dimension in AREA_LEVELS:
        return _names_within(casebase, within)
    names = _NAMES.get(dimension)
    return None if names is None else dict(names(casebase))


@once_for(_all_areas)
def _area_names(casebase: ScopedCasebase) -> dict[str, str]:
    return _distinct_areas(casebase.frame(_all_areas()))


def _category_names(casebase: ScopedCasebase) -> dict[str, str]:
    table = categories(casebase)
    above = {code: parent for code, parent in zip(table["code"], table["parent_code"], strict=True) if pd.notna(parent)}
    level = {code: 2 if code in above else 1 for code in table["code"]}
    return _distinct(dict(zip(table["code"], table["name"], strict=True)), level, above)


def _unit_names(casebase: ScopedCasebase) -> dict[str, str]:
    table = units(casebase)
    return dict(zip(table["unit_id"], table["name"], strict=True))


@once_for(_all_organisations)
def _organisation_names(casebase: ScopedCasebase) -> dict[str, str]:
    table = organisations(casebase)
    return dict(zip(table["code"], table["name"], strict=True))


_NAMES: Mapping[str, Callable[[ScopedCasebase], dict[str, str]]] = {
    **dict.fromkeys(AREA_LEVELS, _area_names),
    **dict.fromkeys(("category", "subcategory"), _category_names),
    **dict.fromkeys(("unit", "addressee", "complained_unit"), _unit_names),
    "org": _organisation_names,
}


def codes(casebase: ScopedCasebase, dimension: str | None = None) -> dict[str, str] | None:
    """Code → name of what a dimension can be narrowed to; None for one whose values speak for themselves.

    Without a dimension: all areas, of every level.
    """
    if dimension is not None and dimension not in AREA_LEVELS:
        return names_of(casebase, dimension)
    table = areas(casebase)
    if dimension is not None:
        table = table[table["level"] == AREA_LEVELS[dimension]]
    return dict(zip(table["code"], table["name"], strict=True))


def name_of_scope(casebase: ScopedCasebase) -> str:
    """The places and units of a scope in words: 金水区、市教育局; "" of one that is everything."""
    scope = casebase.scope
    named = {**_area_names(casebase), **_unit_names(casebase)}
    return "、".join(named.get(code, code) for code in [*sorted(scope.areas or ()), *sorted(scope.units)])


def with_names(casebase: ScopedCasebase, measured: pd.DataFrame) -> pd.DataFrame:
    """Add `<dimension>_name` beside every code column of a measured frame."""
    for dimension in [*AREA_LEVELS, "category", "subcategory", "unit"]:
        if dimension in measured.columns:
            names = names_of(casebase, dimension) or {}
            position = int(measured.columns.get_loc(dimension)) + 1  # type: ignore[arg-type]
            column = measured[dimension].map(lambda code, names=names: names.get(code) if code else None)
            measured.insert(position, f"{dimension}_name", column.astype(object))
    return measured
