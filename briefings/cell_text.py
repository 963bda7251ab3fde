"""Raw cells of a table as they are written, in every file alike."""

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar

import pandas as pd

from briefings.model import Column, ColumnKind, Table, Valued
from views import words

# What XML 1.0 cannot hold, and halves of a pair.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

YES_OR_NO = {True: "是", False: "否"}

_Written = TypeVar("_Written")
_LONGEST_PROPERTY = 255
_BREAKS = re.compile("[\t\n\r\x0b\x0c\x1c-\x1f\x85\u2028\u2029]+")


def plain(text: str) -> str:
    """A text without the characters that no Office file can hold; a line ends as XML reads it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    return _UNWRITABLE.sub("", text) if _UNWRITABLE.search(text) else text


def one_line(text: str) -> str:
    """A text of one line, as a name or a cover line is: what breaks or steers lines becomes a blank."""
    return plain(_BREAKS.sub(" ", text)).strip()


def writable(value: _Written) -> _Written:
    """A document, deck or ledger whose texts, wherever they stand in it, are `plain`; frames of lists stay as they are.

    The one border that texts of any origin pass on their way into a file.
    """
    return _writable(value)  # type: ignore[no-any-return]


# Before a rate over too few, as on a wall; the note of its table says what it means.
SMALL_MARK = "○"


def _writable(value: Any) -> Any:
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, tuple):
        items = tuple(_writable(one) for one in value)
        return value if all(a is b for a, b in zip(items, value, strict=True)) else items
    if is_dataclass(value) and not isinstance(value, type):
        new = {one.name: _writable(getattr(value, one.name)) for one in fields(value)}
        changed: Mapping[str, Any] = {name: it for name, it in new.items() if it is not getattr(value, name)}
        return replace(value, **changed) if changed else value
    return value


def yes_or_no(values: pd.Series) -> pd.Series:
    """A column of yes and no in words, gaps left as they are; any other column as it is."""
    is_mixed = values.dtype == object and pd.api.types.infer_dtype(values, skipna=True) == "boolean"
    if not is_mixed and not pd.api.types.is_bool_dtype(values):
        return values
    return values.map(YES_OR_NO)


def is_missing(cell: object) -> bool:
    """Whether a cell of a list holds nothing."""
    return cell is None or cell is pd.NA or cell != cell


def plain_text(cell: object) -> str:
    """A cell of a list as it reads; "" where there is nothing."""
    if is_missing(cell):
        return ""
    if isinstance(cell, bool):
        return YES_OR_NO[cell]
    return f"{cell:%Y-%m-%d %H:%M}" if isinstance(cell, datetime) else str(cell)


def property_text(text: str) -> str:
    """A text as a file's properties hold it: Word and PowerPoint refuse more than 255 characters."""
    return text[:_LONGEST_PROPERTY]


def format_cell(column: Column, value: object) -> str:
    """A cell by its column's kind, or by its own; — where there is nothing."""
    if isinstance(value, Valued):
        text = _by_kind(value.kind, value.value)
        return f"{SMALL_MARK}{text}" if value.small and text != words.NONE else text
    return _by_kind(column.kind, value)


def _by_kind(kind: ColumnKind, value: object) -> str:
    # pandas' NaT is a datetime as well, and unlike itself.
    if value is None or value != value:
        return words.NONE
    if isinstance(value, date):
        # A limit is a day: its last minute would only be noise.
        return f"{value:%Y-%m-%d}"
    if isinstance(value, int | float):
        return _number(kind, value)
    return str(value)


def _number(kind: ColumnKind, value: float) -> str:
    if kind == "rate":
        return words.percent(value)
    if kind == "change":
        return words.relative_change(value)
    if kind == "pieces":
        return words.contribution(value, "count") if value else words.SAME
    if kind == "points":
        return words.points(value).removesuffix(" 百分点")
    return words.full_count(value) if kind == "count" else words.decimal(value)


def is_number(column: Column) -> bool:
    """Whether a column is set flush right."""
    return column.kind not in ("text", "moment")


def rows_of(table: Table) -> list[list[str]]:
    """All rows as written, the row of the whole last."""
    rows = table.rows if table.whole is None else (*table.rows, table.whole)
    return [[format_cell(column, cell) for column, cell in zip(table.columns, row, strict=True)] for row in rows]
