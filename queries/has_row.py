"""Whether some row of another table belongs to a row, asked of each engine as it finds that soonest."""

from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.selectable import Exists


def has(
    key: ColumnElement[Any], link: ColumnElement[Any], condition: ColumnElement[bool], *others: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Some row of the table of `link`, which names `key`, meets the conditions; `key` is never blank.

    EXISTS, not IN: as a flag of every row, PostgreSQL searches an IN list that does not fit its work_mem from the
    start for each row, minutes for 100,000 grids and their people; EXISTS takes the index of `link`. DuckDB has it as
    IN, in half of the time: for EXISTS it collects the keys first and joins them twice.
    """
    return _HasRow().where(link == key, condition, *others)


class _HasRow(Exists):
    """An EXISTS whose first condition says which row is meant, `link == key`."""

    inherit_cache = True


@compiles(_HasRow, "duckdb")
def _as_in(has_row: _HasRow, compiler: SQLCompiler, **options: Any) -> str:
    statement: Any = has_row.element.element  # in its brackets
    names, *conditions = statement.whereclause.clauses
    return compiler.process(names.right.in_(select(names.left).where(*conditions)), **options)
