"""The map: how the columns of a file become petitions. `maps/template.toml` explains every key."""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from sqlalchemy import Boolean, DateTime, Float, Integer

from casebase.errors import UsageError
from casebase.schema import petition

# Fields that the load itself fills; a map must not name them.
_OWN = {"petition_id", "source", "updated_at", "five_day_due", "petitioner_key", "repeat_of"}
FIELDS = frozenset(column.name for column in petition.columns) - _OWN
TIMES = frozenset(column.name for column in petition.columns if isinstance(column.type, DateTime)) & FIELDS
NUMBERS = frozenset(column.name for column in petition.columns if isinstance(column.type, Float | Integer)) & FIELDS
BOOLEANS = frozenset(column.name for column in petition.columns if isinstance(column.type, Boolean)) & FIELDS

Unknown = Literal["reject", "keep", "null", "default"]
Disorder = Literal["keep", "null", "reject"]
Place = Literal["code", "names", "coordinates", "make"]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Section):
    """The file: `name` and the case number together identify a case."""

    name: str = Field(min_length=1)
    encoding: Literal["utf-8", "utf-8-sig", "gb18030"] = "utf-8"
    delimiter: str = Field(",", min_length=1, max_length=1)
    sheet: str | None = None


class City(_Section):
    name: str = Field(min_length=1)
    code: str | None = None


class Calendar(_Section):
    kind: Literal["china", "weekdays"]


class Clean(_Section):
    """A regular expression over one column: the whole value is replaced, or kept, emptied or rejected."""

    column: str
    pattern: str
    replace: str
    into: str | None = None
    unmatched: Literal["keep", "null", "reject"] = "keep"

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        return pattern


class Values(_Section):
    """A translation of the values of one petition field."""

    map: dict[str, str | bool | int | float]
    unknown: Unknown = "reject"
    default: str | bool | int | float | None = None

    @model_validator(mode="after")
    def _default_given(self) -> Self:
        if (self.unknown == "default") != (self.default is not None):
            raise ValueError('unknown = "default" and a default belong together')
        return self


class BooleanWords(_Section):
    true: tuple[str, ...] = ("true", "1", "yes", "y", "是")
    false: tuple[str, ...] = ("false", "0", "no", "n", "否")


class PlaceRule(_Section):
    """How a case finds its place; several ways are tried one after the other."""

    by: tuple[Place, ...]
    column: str | None = None
    columns: tuple[str, ...] = Field((), max_length=3)
    kinds: tuple[str, ...] = ("区县", "街道", "社区")
    required: bool = False
    ignore_coordinates: tuple[tuple[float, float], ...] = ()

    @field_validator("by", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _columns_given(self) -> Self:
        if "code" in self.by and self.column is None:
            raise ValueError('by = "code" needs column: the column that holds the area code')
        if {"names", "make"} & set(self.by) and not self.columns:
            raise ValueError('by = "names" and by = "make" need columns: district, street, community, highest first')
        if not self.by:
            raise ValueError('by needs "code", "names", "coordinates" or "make"')
        if {"names", "make"} <= set(self.by):
            raise ValueError('"names" and "make" cannot be combined')
        return self


class CategoryRule(_Section):
    columns: tuple[str, ...] = Field(min_length=1, max_length=2)
    make: bool = False
    required: bool = False


class UnitRule(_Section):
    column: str
    make: bool = False
    kind: str = "市直"
    names: dict[str, str] = {}


class Order(_Section):
    """What becomes of times before the registration."""

    due_before_start: Disorder = "keep"
    closed_before_start: Disorder = "reject"


class Due(_Section):
    """Where no column gives the deadline: handle_days of config.toml after one of the two times."""

    compute_from: Literal["registered", "accepted"]


class Petitioner(_Section):
    """Columns that together are one person; only their salted hash is stored."""

    key: tuple[str, ...] = Field(min_length=1)
    repeats: bool = True


class Status(_Section):
    """Words for a status that no column gives, and whether closing means 化解."""

    closed: str = "已办结"
    open: str | None = None
    closed_is_resolved: bool | None = None


class CaseMap(_Section):
    source: Source
    city: City | None = None
    calendar: Calendar | None = None
    columns: dict[str, str | Annotated[tuple[str, ...], Field(min_length=1)]]
    constants: dict[str, str | bool | int | float] = {}
    clean: tuple[Clean, ...] = ()
    values: dict[str, Values] = {}
    times: dict[str, str | tuple[str, ...]] = {}
    booleans: BooleanWords = BooleanWords()
    place: PlaceRule | None = None
    category: CategoryRule | None = None
    unit: UnitRule | None = None
    order: Order = Order()
    due: Due | None = None
    petitioner: Petitioner | None = None
    status: Status = Status()

    @field_validator("columns", "constants", "values", mode="after")
    @classmethod
    def _petition_fields(cls, value: dict[str, object]) -> dict[str, object]:
        for name in value:
            if name not in FIELDS:
                raise ValueError(f"{name} is not a field of a petition that a map can fill")
        return value

    @field_validator("times", mode="after")
    @classmethod
    def _time_fields(cls, value: dict[str, object]) -> dict[str, object]:
        for name in value:
            if name != "default" and name not in TIMES:
                raise ValueError(f"{name} is not a time of a petition")
        return value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for name in ("case_no", "registered_at"):
            if name not in self.columns:
                raise ValueError(f"columns must name the column of {name}")
        twice = set(self.columns) & set(self.constants)
        if twice:
            raise ValueError(f"{min(twice)} stands under columns and under constants")
        for name in self.values:
            if name not in self.columns:
                raise ValueError(f"values.{name} translates a field that columns does not name")
        if self.place and "coordinates" in self.place.by and not {"lon", "lat"} <= set(self.columns):
            raise ValueError('place by = "coordinates" needs lon and lat under columns')
        if self.place and "make" in self.place.by and self.city is None:
            raise ValueError('place by = "make" needs the section [city] with a name')
        return self

    def sources_of(self, field: str) -> tuple[str, ...]:
        """The columns of the file that make up a field; several are joined by a space."""
        given = self.columns.get(field, ())
        return (given,) if isinstance(given, str) else given

    def time_formats(self, field: str) -> tuple[str, ...]:
        """The strptime formats of a time, tried in their order."""
        given = self.times.get(field, self.times.get("default", "%Y-%m-%d %H:%M:%S"))
        return (given,) if isinstance(given, str) else given

    def file_columns(self) -> list[str]:
        """Every column the map reads from the file itself, in a stable order."""
        wanted = [name for field in self.columns for name in self.sources_of(field)]
        wanted += [rule.column for rule in self.clean]
        if self.place:
            wanted += [*self.place.columns, *([self.place.column] if self.place.column else [])]
        if self.category:
            wanted += self.category.columns
        if self.unit:
            wanted.append(self.unit.column)
        if self.petitioner:
            wanted += self.petitioner.key
        made = {rule.into for rule in self.clean if rule.into != rule.column}
        return list(dict.fromkeys(name for name in wanted if name not in made))


def read_map(path: Path) -> CaseMap:
    """Read and check a map. Raises UsageError with the line of the first wrong key or value."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path}: cannot be read as UTF-8 text ({getattr(error, 'strerror', None) or error})"
        ) from None
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: not valid TOML: {error}") from None
    try:
        return CaseMap.model_validate(raw)
    except ValidationError as error:
        raise UsageError(_sentence(path, text, error)) from None


def _sentence(path: Path, text: str, error: ValidationError) -> str:
    first = error.errors()[0]
    where = [str(part) for part in first["loc"]]
    message = first["msg"].removeprefix("Value error, ")
    reason = "unknown key; remove it or correct its name" if first["type"] == "extra_forbidden" else message
    named = re.match(r"(\w+) is not a ", message)
    if named:
        where.append(named.group(1))
    line = _line_of(text, where)
    place = f"{path}, line {line}" if line else str(path)
    return f"{place}: {'.'.join(where)}: {reason}" if where else f"{place}: {reason}"


def _line_of(text: str, where: list[str]) -> int | None:
    """The line of a key: TOML readers keep none, so the section's header and the key are looked for."""
    section, found = "", None
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line)
        if header:
            section = header.group(1)
        key = re.match(r"""\s*["']?([^"'=\s]+)["']?\s*=""", line)
        path = [part for part in f"{section}.{'' if header or not key else key.group(1)}".split(".") if part]
        wanted = [part for part in where if not part.isdigit()]
        if path and wanted[: len(path)] == path:
            found = number
            if len(path) == len(wanted):
                break
    return found
