"""The areas and units that a sign-in or --scope may name, by code or by a name that only one of them has."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy import select

from casebase import schema
from casebase.engine import Casebase
from casebase.scope import Scope


@dataclass(frozen=True)
class Directory:
    """Names by code; `parents` is what an area lies in, by the codes of both."""

    areas: Mapping[str, str]
    units: Mapping[str, str]
    parents: Mapping[str, str] = field(default_factory=dict)

    def area(self, told: str) -> str | None:
        """The code of the area that is meant; None where there is none, or more than one of this name."""
        return _only(self.areas_meant(told))

    def unit(self, told: str) -> str | None:
        """The same of a unit."""
        return _only(self.units_meant(told))

    def areas_meant(self, told: str) -> tuple[str, ...]:
        """The code of the area of this code, or those of all areas of this name."""
        return (told,) if told in self.areas else self._area_codes.get(told, ())

    def units_meant(self, told: str) -> tuple[str, ...]:
        """The same of units."""
        return (told,) if told in self.units else self._unit_codes.get(told, ())

    def lies_within(self, inner: Scope, outer: Scope) -> bool:
        """Whether whoever has the outer scope sees all that the inner one shows."""
        if inner == outer or outer.areas is None:
            return True
        if inner.areas is None:
            return False
        return inner.units <= outer.units and all(outer.areas.intersection(self._upwards(code)) for code in inner.areas)

    def _upwards(self, code: str) -> Iterator[str]:
        """An area and all that it lies in."""
        passed: set[str] = set()
        while code and code not in passed:
            passed.add(code)
            yield code
            code = self.parents.get(code, "")

    @cached_property
    def _area_codes(self) -> dict[str, tuple[str, ...]]:
        return _by_name(self.areas)

    @cached_property
    def _unit_codes(self) -> dict[str, tuple[str, ...]]:
        return _by_name(self.units)


def _only(codes: tuple[str, ...]) -> str | None:
    return codes[0] if len(codes) == 1 else None


def _by_name(names: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for code, name in names.items():
        found[name].append(code)
    return {name: tuple(sorted(codes)) for name, codes in found.items()}


def read_directory(casebase: Casebase) -> Directory:
    """The areas and units of a case base. Raises CasebaseError while it cannot be read."""
    area, unit = schema.area.c, schema.unit.c
    with casebase.reading() as connection:
        places = connection.execute(select(area.code, area.name, area.parent_code)).all()
        return Directory(
            areas={str(code): str(name) for code, name, _ in places},
            units={str(code): str(name) for code, name in connection.execute(select(unit.unit_id, unit.name))},
            parents={str(code): str(parent) for code, _, parent in places if parent is not None},
        )
