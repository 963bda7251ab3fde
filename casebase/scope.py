"""Whose cases somebody may see: all of them, or those of some places and of some units.

A scope is kept by the database layer: every table that a statement names is read through the rows that the scope lets
through (`rules`, casebase.narrowing), so that a number, a list or a search of a scope is that of a case base which
holds its rows alone, and no question can be asked around it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, MetaData, Table, and_, any_, false, or_, select, true
from sqlalchemy.sql.selectable import FromClause

from casebase import schema

CITY, DISTRICT, STREET, COMMUNITY = 1, 2, 3, 4
# The secret of the keys of petitioners (casebase.persons): of no use to anybody who reads.
PERSON_SECRET = "person_secret"
# What tells nothing of a case: the names of units and classes, the pool of experts, the calendar.
_OPEN_TABLES = frozenset({"unit", "category", "expert", "workday"})
_EVERY_ROW = "every row, whatever the scope"
_ANYBODYS = MetaData()


@cache
def every_row(table: Table) -> Table:
    """The table with the rows of all scopes.

    For what is a fact of the case base and of no case: whether a table or column is filled at all, and since when. To
    whom nothing of it is let through has 0 of it; what nobody has is unknown.
    """
    unscoped = table.to_metadata(_ANYBODYS)
    unscoped.info[_EVERY_ROW] = True
    return unscoped


def is_narrowed(table: Table) -> bool:
    """Whether a scope tells which rows of the table a statement reads."""
    return _EVERY_ROW not in table.info


@dataclass(frozen=True)
class Scope:
    """The cases of these areas (codes of any level; None: everywhere), and those that these units handle."""

    areas: frozenset[str] | None
    units: frozenset[str] = frozenset()

    @property
    def is_whole(self) -> bool:
        """Whether nothing is kept from whoever has it."""
        return self.areas is None

    @property
    def area(self) -> str | None:
        """The one area that is all of it; None where it is more, other or less than that."""
        return next(iter(self.areas)) if self.areas is not None and len(self.areas) == 1 and not self.units else None

    def outermost(self, parents: Mapping[str, str | None]) -> frozenset[str] | None:
        """Its areas but those that lie in another of them; None: everywhere. `parents`: what each area lies in."""
        if self.areas is None:
            return None
        return frozenset(code for code in self.areas if self.areas.isdisjoint(_above(code, parents)))


WHOLE = Scope(None)


def _above(code: str, parents: Mapping[str, str | None]) -> Iterator[str]:
    """What an area lies in, from the inside out."""
    parent = parents.get(code)
    for _ in range(CITY, COMMUNITY):
        if parent is None:
            return
        yield parent
        parent = parents.get(parent)


@dataclass(frozen=True)
class ToldCodes:
    """Codes that no statement names, since the transaction has told them the server: an array of PostgreSQL."""

    array: ColumnElement[Any]


Codes = frozenset[str] | ToldCodes


@dataclass(frozen=True)
class Placed:
    """A scope of which the levels of the areas are known: codes of districts, streets and communities, and of units."""

    districts: Codes = frozenset()
    streets: Codes = frozenset()
    communities: Codes = frozenset()
    units: Codes = frozenset()


def placed(scope: Scope, levels: Mapping[str, int]) -> Placed | None:
    """The scope by what level its areas have; None where it is everything, as the city itself is."""
    if scope.areas is None or any(levels[code] == CITY for code in scope.areas):
        return None
    areas = scope.areas

    def of_level(level: int) -> frozenset[str]:
        return frozenset(code for code in areas if levels[code] == level)

    return Placed(of_level(DISTRICT), of_level(STREET), of_level(COMMUNITY), scope.units)


def rules(scope: Placed | None) -> dict[str, ColumnElement[bool]]:
    """By table, which of its rows a scope (None: everything) lets through: none of a table that nobody thought of."""
    through: dict[str, ColumnElement[bool]]
    if scope is None:
        through = dict.fromkeys(schema.metadata.tables, true())
    else:
        through = dict.fromkeys(_OPEN_TABLES, true()) | {table.name: rule for table, rule in _rules(scope)}
    nothing = dict.fromkeys(schema.metadata.tables, false())
    return nothing | through | {schema.info.name: schema.info.c.key != PERSON_SECRET}


def _rules(scope: Placed) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    of_cases = select(schema.petition.c.petition_id).where(_cases(scope))
    disputes = or_(
        _in_communities(schema.mediation.c.community_code, scope), schema.mediation.c.petition_id.in_(of_cases)
    )
    of_disputes = select(schema.mediation.c.mediation_id).where(disputes)
    of_hearings = select(schema.hearing.c.hearing_id).where(schema.hearing.c.petition_id.in_(of_cases))
    yield schema.area, _areas(scope)
    yield schema.petition, _cases(scope)
    yield schema.mediation, disputes
    for table in (schema.petition_event, schema.grid_task, schema.hearing, schema.supervision, schema.reception):
        yield table, table.c.petition_id.in_(of_cases)
    for table in (schema.hearing_expert, schema.hearing_participant):
        yield table, table.c.hearing_id.in_(of_hearings)
    proposals = schema.proposal.c
    yield schema.proposal, or_(proposals.petition_id.in_(of_cases), _is_one_of(proposals.unit_id, scope.units))
    tasks = schema.expert_task.c
    yield schema.expert_task, or_(tasks.petition_id.in_(of_cases), tasks.mediation_id.in_(of_disputes))
    told = schema.model_case.c
    # What is told of no case of the case base is told to all, as it was made for.
    is_nobodys = and_(told.petition_id.is_(None), told.mediation_id.is_(None))
    yield (
        schema.model_case,
        or_(is_nobodys, told.petition_id.in_(of_cases), told.mediation_id.in_(of_disputes)),
    )
    yield schema.grid, _in_places(schema.grid, scope)
    of_grids = select(schema.grid.c.grid_id).where(_in_places(schema.grid, scope))
    yield schema.grid_worker, schema.grid_worker.c.grid_id.in_(of_grids)
    yield schema.agent, _in_communities(schema.agent.c.community_code, scope)
    yield schema.social_org, _in_communities(schema.social_org.c.community_code, scope)
    # How whole files were loaded is the administrator's.
    yield schema.load_run, false()
    yield schema.load_reject, false()


def _is_one_of(column: ColumnElement[str], codes: Codes) -> ColumnElement[bool]:
    if isinstance(codes, ToldCodes):
        return column == any_(codes.array)
    return column.in_(sorted(codes)) if codes else false()


def _in_places(table: Table, scope: Placed) -> ColumnElement[bool]:
    """Rows of a table that names all three places itself."""
    return or_(
        _is_one_of(table.c.district_code, scope.districts),
        _is_one_of(table.c.street_code, scope.streets),
        _is_one_of(table.c.community_code, scope.communities),
    )


def _cases(scope: Placed) -> ColumnElement[bool]:
    return or_(_in_places(schema.petition, scope), _is_one_of(schema.petition.c.unit_id, scope.units))


def _lies_in(area: FromClause, scope: Placed, streets: FromClause) -> ColumnElement[bool]:
    """An area that the scope names, or that lies below one."""
    of_districts = select(streets.c.code).where(_is_one_of(streets.c.parent_code, scope.districts))
    return or_(
        *(_is_one_of(area.c.code, codes) for codes in (scope.districts, scope.streets, scope.communities)),
        *(_is_one_of(area.c.parent_code, codes) for codes in (scope.districts, scope.streets)),
        area.c.parent_code.in_(of_districts) if scope.districts else false(),
    )


def _in_communities(code: ColumnElement[str], scope: Placed) -> ColumnElement[bool]:
    """Rows that name their community alone."""
    place, streets = schema.area.alias("scope_place"), schema.area.alias("scope_street")
    return code.in_(select(place.c.code).where(_lies_in(place, scope, streets)))


def _areas(scope: Placed) -> ColumnElement[bool]:
    """The scope's own areas and what they lie in, by name; a unit's cases may lie in any district and street."""
    area = schema.area
    above = schema.area.alias("scope_above")
    own = or_(*(_is_one_of(above.c.code, codes) for codes in (scope.streets, scope.communities)))
    parents = select(above.c.parent_code).where(own)
    grandparents = select(above.c.parent_code).where(above.c.code.in_(parents))
    return or_(
        area.c.level == CITY,
        _lies_in(area, scope, schema.area.alias("scope_street")),
        area.c.code.in_(parents),
        area.c.code.in_(grandparents),
        area.c.level <= STREET if scope.units else false(),
    )
