"""The place that a wall's address names, as the pages' bar does: district, street and community, or any `area`."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from cockpit import places
from cockpit.data import Data
from cockpit.kept import kept
from queries import names
from queries.subjects import AREA_LEVELS
from screen.scenes import UnknownError

# By the names that an address may use, from the outermost: what each is called, and the level of its places.
_PLACES: Mapping[str, tuple[str, int | None]] = {
    "area": ("区域", None),
    "district": ("区县", AREA_LEVELS["district"]),
    "street": ("街道", AREA_LEVELS["street"]),
    "community": ("社区", AREA_LEVELS["community"]),
}


@dataclass(frozen=True)
class Area:
    """What an address may call an area beside its code, its level, and the area that it lies in ("" for none)."""

    names: tuple[str, ...]
    level: int
    parent: str


@kept
def known_areas(data: Data) -> Mapping[str, Area]:
    """All areas that the reader may see, by their codes."""
    table, told_apart = data.ask(names.areas), places.area_names(data)
    return {
        code: Area((name, told_apart[code], f"{name}（{code}）"), int(level), parent if pd.notna(parent) else "")
        for code, name, level, parent in table[["code", "name", "level", "parent_code"]].itertuples(index=False)
    }


def place_asked(address: Mapping[str, str]) -> dict[str, str]:
    """What an address says of a place, by the names that it may use; empty for the whole."""
    return {name: address[name] for name in _PLACES if address.get(name)}


def code_of(areas: Mapping[str, Area], asked: Mapping[str, str]) -> str:
    """The code of the place that an address asks for, "" for none: each of its names narrows the one before.

    Raises UnknownError for a place that there is not, not there, or of whose name there are several.
    """
    chosen = ""
    for name, (label, level) in _PLACES.items():
        if name in asked:
            chosen = _one_of(areas, label, level, asked[name], chosen)
    return chosen


def _one_of(areas: Mapping[str, Area], label: str, level: int | None, text: str, within: str) -> str:
    called = [text] if text in areas else [code for code, area in areas.items() if text in area.names]
    of_level = [code for code in called if level in (None, areas[code].level)]
    if not of_level:
        raise UnknownError(label, text)
    found = [code for code in of_level if not within or _lies_in(areas, code, within)]
    if not found:
        raise UnknownError(label, text, f"不在{areas[within].names[0]}")
    if len(found) > 1:
        raise UnknownError(label, text, "有几个同名，请写明上级区域或代码")
    return found[0]


def _lies_in(areas: Mapping[str, Area], code: str, within: str) -> bool:
    while code and code != within:
        code = areas[code].parent if code in areas else ""
    return code == within
