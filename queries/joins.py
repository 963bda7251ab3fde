"""What a statement needs of a join: a table that is joined by its key, and that nothing looks at, changes no row."""

from collections.abc import Iterable, Iterator

from sqlalchemy import ClauseElement, Column, FromClause, Join
from sqlalchemy.sql import visitors


def needed(rows: FromClause, parts: Iterable[ClauseElement]) -> FromClause:
    """Rows without the outer joins to tables that none of `parts`, and no join that is left, looks at.

    Subjects join each table by its key, so that a row meets one of its rows at most: without it there are as many. No
    database knows that of a table whose keys it does not keep, as DuckDB those of cases.
    """
    read = {table for part in parts for table in tables_of(part)}
    return rows if not isinstance(rows, Join) else _needed(rows, read)


def _needed(rows: FromClause, read: set[FromClause]) -> FromClause:
    if not isinstance(rows, Join):
        return rows
    if rows.isouter and rows.right not in read:
        return _needed(rows.left, read)
    assert rows.onclause is not None  # every join of a subject says by what
    left = _needed(rows.left, read | set(tables_of(rows.onclause)))
    return rows if left is rows.left else left.join(rows.right, rows.onclause, isouter=rows.isouter)


def tables_of(part: ClauseElement) -> Iterator[FromClause]:
    """The tables, and tables by another name, that an expression looks at, also in what it asks by itself."""
    for one in visitors.iterate(part):
        if isinstance(one, Column):
            yield one.table
        elif isinstance(one, FromClause):
            yield one
