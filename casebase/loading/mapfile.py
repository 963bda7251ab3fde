"""The map: how the columns of a file become rows of a table. `maps/template.toml` explains every key."""

import codecs
import math
import re
import tomllib
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import pandas as pd
import regex
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Float, Integer, Table

from casebase.errors import UsageError
from casebase.loading.clean_text import BLANKS, folded
from casebase.loading.field_words import in_words
from casebase.schema import metadata
from casebase.settings import FIRST_YEAR
from casebase.toml_lines import line_of
from casebase.toml_words import not_toml, reason_of

TableName = Literal[
    "petition", "area", "unit", "category", "grid", "grid_worker", "agent", "grid_task", "social_org", "mediation",
    "expert", "hearing", "hearing_expert", "hearing_participant", "expert_task", "reception", "supervision", "proposal",
    "model_case",
]  # fmt: skip
# Fields that the load itself fills; a map must not name them. Other tables find a petition by its case number.
_OWN = frozenset(
    {
        "petition_id",
        "source",
        "updated_at",
        "five_day_due",
        "petitioner_key",
        "repeat_of",
        "dropped_times",
        "settled_by",
    }
)
_PETITION = "petition"
# Ids end here: pandas and every screen keep such numbers exactly, and ids of events are made of them (casebase.events).
ID_BITS = 53
_RANGES: dict[str, tuple[float, float]] = {
    "lon": (-180, 180),
    "lat": (-90, 90),
    "people": (1, 1_000_000),
    "extended_days": (0, 3650),
    "level": (1, 4),
}

Unknown = Literal["reject", "keep", "null", "default"]
Disorder = Literal["keep", "null", "reject"]
Place = Literal["code", "names", "coordinates", "make"]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Section):
    """The file: `table` takes its rows; `name` and the case number together identify a case.

    `blanks` are its words for "not known", whatever their case; a word that a translation names stays a value.
    """

    name: str = Field(min_length=1)
    table: TableName = "petition"
    encoding: str = "utf-8"
    delimiter: str = Field(",", min_length=1, max_length=1)
    sheet: str | None = None
    blanks: tuple[str, ...] = BLANKS
    # The row with the heads of the columns, or two of them; default: it is found.
    header: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1, max_length=2)] | None = None

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, encoding: str) -> str:
        try:
            known = codecs.lookup(encoding)
        except (LookupError, ValueError):
            known = None
        if known is None or not known._is_text_encoding:
            raise ValueError("not an encoding; usual ones are utf-8, gb18030, utf-16, big5 and latin-1")
        return known.name

    @field_validator("header", mode="before")
    @classmethod
    def _one_row_or_two(cls, value: object) -> object:
        return (value,) if isinstance(value, int) else value


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
            regex.compile(pattern)
        except regex.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        return pattern

    @field_validator("replace")
    @classmethod
    def _fills_in(cls, replace: str, info: ValidationInfo) -> str:
        if "pattern" in info.data:
            try:
                regex.compile(info.data["pattern"]).sub(replace, "")
            except (regex.error, IndexError) as error:
                raise ValueError(f"cannot be filled in from the pattern: {error}") from None
        return replace


class Values(_Section):
    """A translation of the values of one field."""

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

    @field_validator("kinds")
    @classmethod
    def _kind_for_each_column(cls, kinds: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        levels = len(info.data.get("columns", ()))
        if "make" in info.data.get("by", ()) and len(kinds) < levels:
            raise ValueError(f"needs a kind for each of the {levels} columns, and has {len(kinds)}")
        return kinds

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
    # 市直, 区县 or 街道; a file that does not say what its units are has units of no kind.
    kind: str = ""
    names: dict[str, str] = {}


class _Order(_Section):
    """What becomes of events later than the load; a row that cannot stand without one is rejected."""

    after_load: Disorder = "null"


class Order(_Order):
    """What becomes of times before the registration, too."""

    due_before_start: Disorder = "keep"
    closed_before_start: Disorder = "null"


class Where(_Section):
    """A time counts only in rows where the column has one of the values."""

    column: str
    values: tuple[str, ...] = Field(min_length=1)


class Due(_Section):
    """Where no column gives the deadline: handle_days of config.toml after one of the two times."""

    compute_from: Literal["registered", "accepted"]


class Petitioner(_Section):
    """Columns that together are one person; only their salted hash is stored.

    `repeats` says whether an earlier case of the same person makes a repeat (重件), `repeats_by` whether only one of
    the same category does.
    """

    key: tuple[str, ...] = Field(min_length=1)
    repeats: bool = True
    repeats_by: Literal["person_and_category", "person"] = "person_and_category"


class Status(_Section):
    """Words for a status that no column gives, and whether closing means 化解."""

    closed: str = "已办结"
    open: str | None = None
    closed_is_resolved: bool | None = None


Value = str | bool | int | float | datetime | date


def fields_of(table: Table) -> dict[str, Column[Any]]:
    """The columns of a table that a map may name."""
    own = _OWN if table.name == _PETITION else _OWN - {"source"}
    return {column.name: column for column in table.columns if column.name not in own}


class FileMap(_Section):
    """What every map says: which columns of the file are which columns of the table."""

    source: Source
    columns: dict[str, str | Annotated[tuple[str, ...], Field(min_length=1)]]
    constants: dict[str, Value] = {}
    clean: tuple[Clean, ...] = ()
    values: dict[str, Values] = {}
    times: dict[str, str | tuple[str, ...]] = {}
    booleans: BooleanWords = BooleanWords()
    order: _Order = _Order()

    @field_validator("columns", "constants", "values", mode="after")
    @classmethod
    def _known_fields(cls, value: dict[str, object], info: ValidationInfo) -> dict[str, object]:
        known = _fields(info)
        for name in value:
            if known and name not in known:
                raise ValueError(_strange(name, "field", info.data["source"].table, known))
        return value

    @field_validator("constants", mode="after")
    @classmethod
    def _typed_constants(cls, value: dict[str, Value], info: ValidationInfo) -> dict[str, Any]:
        known = _fields(info)
        return {name: _constant(known[name], given) for name, given in value.items()} if known else value

    @field_validator("times", mode="after")
    @classmethod
    def _time_fields(
        cls, value: dict[str, str | tuple[str, ...]], info: ValidationInfo
    ) -> dict[str, str | tuple[str, ...]]:
        known = _fields(info)
        times = [name for name, column in known.items() if isinstance(column.type, DateTime | Date)]
        for name, formats in value.items():
            if known and name not in ("default", *times):
                raise ValueError(_strange(name, "time", info.data["source"].table, times))
            for layout in (formats,) if isinstance(formats, str) else formats:
                _check_time_format(name, layout)
        return value

    @model_validator(mode="after")
    def _no_field_twice(self) -> Self:
        twice = set(self.columns) & set(self.constants)
        if twice:
            raise ValueError(f"{min(twice)} stands under columns and under constants")
        for name in self.values:
            if name not in self.columns:
                raise ValueError(f"values.{name} translates a field that columns does not name")
        return self

    @property
    def target(self) -> Table:
        """The table that takes the rows."""
        return metadata.tables[self.source.table]

    @property
    def required(self) -> tuple[str, ...]:
        """The fields without which there is no row: those that must not be null and have no default."""
        needed = [name for name, column in fields_of(self.target).items() if not column.nullable]
        return tuple(name for name in needed if self.target.c[name].default is None)

    @property
    def text_keys(self) -> tuple[str, ...]:
        """Fields that are numbers here and text in the file."""
        return ()

    @property
    def first_year(self) -> int:
        """Times before this year are typing errors or placeholders."""
        return 1900

    def sources_of(self, field: str) -> tuple[str, ...]:
        """The columns of the file that make up a field; several are joined by a space."""
        given = self.columns.get(field, ())
        return (given,) if isinstance(given, str) else given

    def source_column(self, field: str) -> str:
        """What a reject names for a field: its first column in the file, or else itself."""
        return (*self.sources_of(field), field)[0]

    def label(self, field: str) -> str:
        """A field as messages name it, by its column and in plain words: 登记时间 (registered_at, when …)."""
        column, words = self.source_column(field), in_words(field)
        return f"{field} ({words})" if column == field else f"{column} ({field}, {words})"

    def time_formats(self, field: str) -> tuple[str, ...]:
        """The strptime formats of a time, tried in their order."""
        usual = "%Y-%m-%d" if isinstance(self.target.c[field].type, Date) else "%Y-%m-%d %H:%M:%S"
        given = self.times.get(field, self.times.get("default", usual))
        return (given,) if isinstance(given, str) else given

    def words_of(self, column: str) -> frozenset[str]:
        """The words, in folded case, that have a meaning in a column of the file: none of them is a blank there."""
        words: set[str] = set()
        for field in (name for name in self.columns if column in self.sources_of(name)):
            words |= set(self.values[field].map if field in self.values else ())
            if isinstance(self.target.c[field].type, Boolean):
                words |= {*self.booleans.true, *self.booleans.false}
        return folded(tuple(words))

    def file_columns(self) -> list[str]:
        """Every column the map reads from the file itself, in a stable order."""
        wanted = [name for field in self.columns for name in self.sources_of(field)]
        wanted += [rule.column for rule in self.clean]
        wanted += self._rule_columns()
        derived = {rule.into for rule in self.clean if rule.into != rule.column}
        return list(dict.fromkeys(name for name in wanted if name not in derived))

    def _rule_columns(self) -> list[str]:
        """The columns that sections of its own name."""
        return []


class CaseMap(FileMap):
    """The map of a file of petitions."""

    city: City | None = None
    calendar: Calendar | None = None
    place: PlaceRule | None = None
    category: CategoryRule | None = None
    unit: UnitRule | None = None
    order: Order = Order()
    where: dict[str, Where] = {}
    due: Due | None = None
    petitioner: Petitioner | None = None
    status: Status = Status()

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for name in self.required:
            if name not in self.columns:
                raise ValueError(f"columns must name the column of {name}")
        times = [name for name in self.columns if isinstance(self.target.c[name].type, DateTime)]
        for name in self.where:
            if name not in times or name in self.required:
                raise ValueError(f"where: {name} is no time under columns that may be blank")
        if self.place and "coordinates" in self.place.by and not {"lon", "lat"} <= set(self.columns):
            raise ValueError('place by = "coordinates" needs lon and lat under columns')
        if self.place and "make" in self.place.by and self.city is None:
            raise ValueError('place by = "make" needs the section [city] with a name')
        return self

    @property
    def first_year(self) -> int:
        return FIRST_YEAR

    def _rule_columns(self) -> list[str]:
        wanted: list[str] = []
        if self.place:
            wanted += [*self.place.columns, *([self.place.column] if self.place.column else [])]
        if self.category:
            wanted += self.category.columns
        if self.unit:
            wanted.append(self.unit.column)
        if self.petitioner:
            wanted += self.petitioner.key
        wanted += [rule.column for rule in self.where.values()]
        return wanted


class Reference(_Section):
    """A petition found by its case number in the source that `source` names (the map that loaded it)."""

    column: str
    source: str = Field(min_length=1)
    unknown: Literal["reject", "null"] = "reject"


class References(_Section):
    petition_id: Reference | None = None


class Keys(_Section):
    """Ids that are numbers in the case database and text in the file."""

    text: tuple[str, ...] = ()


class TableOrder(_Order):
    """What becomes of times before the one that they follow, too."""

    before_start: Disorder = "null"


class TableMap(FileMap):
    """The map of a file of any other table."""

    references: References = References()
    keys: Keys = Keys()
    order: TableOrder = TableOrder()

    @field_validator("keys", mode="after")
    @classmethod
    def _number_keys(cls, value: Keys, info: ValidationInfo) -> Keys:
        known = _fields(info)
        numbers = [name for name, column in known.items() if isinstance(column.type, BigInteger)]
        for name in value.text:
            if known and name not in numbers:
                raise ValueError(_strange(name, "number that identifies a row", info.data["source"].table, numbers))
        return value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for name in self.required:
            if name not in self.columns and name not in self.constants:
                raise ValueError(f"columns must name the column of {name}")
        for name in self.keys.text:
            if name not in self.columns or name in self.values:
                raise ValueError(f"keys: {name} as text needs a column, and no translation under values")
        column = self.target.c.get("petition_id")
        reference = self.references.petition_id
        if reference is not None and column is None:
            raise ValueError(f"references: the table {self.target.name} has no petition_id")
        if column is not None and not column.nullable and (reference is None or reference.unknown == "null"):
            raise ValueError(
                "references must say how petition_id is found, and an unknown case be rejected: "
                'petition_id = {column = "…", source = "…"}'
            )
        return self

    @property
    def text_keys(self) -> tuple[str, ...]:
        return self.keys.text

    def source_column(self, field: str) -> str:
        reference = self.references.petition_id
        return reference.column if reference and field == "petition_id" else super().source_column(field)

    def _rule_columns(self) -> list[str]:
        return [self.references.petition_id.column] if self.references.petition_id else []


def _fields(info: ValidationInfo) -> dict[str, Column[Any]]:
    """The fields of the map's table; none where the section [source] is wrong itself, which is said first."""
    source = info.data.get("source")
    return fields_of(metadata.tables[source.table]) if source else {}


def _strange(name: str, kind: str, table: str, known: Iterable[str]) -> str:
    article = "an" if table[0] in "aeiou" else "a"
    where = "; a petition is found by its case number, under [references]" if name == "petition_id" else ""
    return f"{name} is not a {kind} of {article} {table} that a map can fill, which are: {' '.join(known)}{where}"


def _constant(column: Column[Any], value: Value) -> Any:
    kind = column.type.python_type
    try:
        typed = TypeAdapter(kind).validate_python(value)
    except ValidationError:
        raise ValueError(f"{column.name} is not a {kind.__name__}: {value!r}") from None
    if isinstance(typed, datetime) and typed.tzinfo:
        raise ValueError(f"{column.name} is not a local wall time: leave out the zone of {value!s}")
    low, high = range_of(column)
    if isinstance(column.type, Float | Integer) and not (math.isfinite(typed) and low <= typed <= high):
        raise ValueError(f"{column.name} is not a number from {low} to {high}: {value!r}")
    return typed


def range_of(column: Column[Any]) -> tuple[float, float]:
    """The least and greatest number that a column of numbers takes."""
    return _RANGES.get(column.name, (0, 2 ** (ID_BITS if isinstance(column.type, BigInteger) else 31) - 1))


def _check_time_format(name: str, layout: str) -> None:
    try:
        pd.to_datetime(pd.Series(["x"]), format=layout, errors="coerce")
    except ValueError as error:
        raise ValueError(f"{name} is not a time format: {layout!r} ({error})") from None


def map_of(raw: dict[str, Any]) -> FileMap:
    """The map of petitions, or of the table that [source] names. Raises pydantic's ValidationError."""
    return _model_of(raw).model_validate(raw)


def _model_of(raw: dict[str, Any]) -> type[CaseMap] | type[TableMap]:
    source = raw.get("source")
    table = source.get("table", _PETITION) if isinstance(source, dict) else _PETITION
    return CaseMap if table == _PETITION else TableMap


def read_map(path: Path) -> FileMap:
    """Read and check a map. Raises UsageError with the line of the first wrong key or value."""
    try:
        if path.exists() and not path.is_file():
            raise UsageError(f"{path}: cannot be read, this is no file")
        # Editors of Windows write a byte order mark, which is no part of the text.
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path}: cannot be read as UTF-8 text ({getattr(error, 'strerror', None) or error})"
        ) from None
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}, {not_toml(text, error)}") from None
    try:
        return map_of(raw)
    except ValidationError as error:
        raise UsageError(_sentence(path, text, error, _model_of(raw))) from None


def _sentence(path: Path, text: str, error: ValidationError, model: type[BaseModel]) -> str:
    where = [str(part) for part in error.errors()[0]["loc"]]
    reason = reason_of(error, model)
    named = re.match(r"(\w+) is not a ", reason)
    if named:
        where.append(named.group(1))
    line = line_of(text, where)
    place = f"{path}, line {line}" if line else str(path)
    return f"{place}: {'.'.join(where)}: {reason}" if where else f"{place}: {reason}"
