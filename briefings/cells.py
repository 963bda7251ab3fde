"""Raw cells of a table as they are written, in every file alike."""

import re
from datetime import date

from briefings.model import Column, ColumnKind, Table, Valued
from views import words

# What XML 1.0 cannot hold, and halves of a pair.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def plain(text: str) -> str:
    """A text without the characters that no Office file can hold; a line ends as XML reads it."""
    return _UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def written(column: Column, value: object) -> str:
    """A cell by its column's kind, or by its own; — where there is nothing."""
    if isinstance(value, Valued):
        return _by_kind(value.kind, value.value)
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
        return words.moved(value)
    if kind == "points":
        return words.points(value).removesuffix(" 百分点")
    return words.full(value) if kind == "count" else words.decimal(value)


def is_number(column: Column) -> bool:
    """Whether a column is set flush right."""
    return column.kind not in ("text", "moment")


def rows_of(table: Table) -> list[list[str]]:
    """All rows as written, the row of the whole last."""
    rows = table.rows if table.whole is None else (*table.rows, table.whole)
    return [[written(column, cell) for column, cell in zip(table.columns, row, strict=True)] for row in rows]
