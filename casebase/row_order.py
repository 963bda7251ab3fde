"""The order in which the cases lie in a DuckDB file: by when they ended, the open ones last.

DuckDB keeps the least and the greatest value of every column for each group of some hundred thousand rows, and skips
the groups in which nothing can match. What is asked most is asked of cases that are open, or ended or fell due lately:
in the order of their registration those lie everywhere, since a few cases of every year stay open for years; in the
order of their end they lie together. The cases of a load are written in this order among themselves; those of a later
load are appended, and those that end stay where they are, so that the order wears off slowly; a large load, and
`python -m casebase sort`, restore it. PostgreSQL has indexes.

DuckDB skips nothing for "closed_at IS NULL". So open cases are found by `settled_by`, which says the same without
blanks: it is `schema.OPEN_END` while a case is open, and never earlier than closed_at (casebase.settled says the
rest). It is laid down here, for new cases as they are loaded; in between it may be later than the truth, which only
costs time. What is changed past the cockpit is a finding of casebase.checks, and mended by sorting.
"""

from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, delete, func, select, text

from casebase.bulk_insert import modest_memory
from casebase.engine import Casebase, note_settled
from casebase.schema import petition
from casebase.settled import settled_by

_ORDER = "closed_at NULLS LAST, registered_at, petition_id"
# A load that brings so large a share of all cases is worth ordering them anew.
_WORTH_IT = 0.2


def sort_cases(casebase: Casebase) -> None:
    """Lay all cases in order, in one transaction; nothing to do on another engine than DuckDB."""
    if casebase.engine.dialect.name != "duckdb":
        return
    names = ", ".join(f'"{column.name}"' for column in petition.columns)
    end = settled_by(petition.c).compile(casebase.engine, compile_kwargs={"literal_binds": True})
    with casebase.writing() as connection, modest_memory(connection):
        rows = f"SELECT * REPLACE ({end} AS settled_by) FROM petition"
        connection.execute(text(f"CREATE TEMP TABLE sorted AS {rows} ORDER BY {_ORDER}"))
        connection.execute(delete(petition))
        connection.execute(text(f"INSERT INTO petition ({names}) SELECT {names} FROM sorted"))
        connection.execute(text("DROP TABLE sorted"))
        note_settled(connection, laid_anew=True)


def lay_new(connection: Connection, rows: FromClause) -> tuple[dict[str, ColumnElement[Any]], list[ColumnElement[Any]]]:
    """What new cases get by their order, and the order in which they are written; nothing on an engine but DuckDB.

    `rows` are staged cases, known by `position` until they have a petition_id in its order.
    """
    if connection.dialect.name != "duckdb":
        return {}, []
    columns = rows.c
    order: list[ColumnElement[Any]] = [columns.registered_at, columns.position]
    if "closed_at" not in columns:  # every new case is open
        return {}, order
    return {"settled_by": settled_by(columns)}, [columns.closed_at.nulls_last(), *order]


def is_worth_sorting(connection: Connection, new: int) -> bool:
    """Whether so many new cases are so large a share of all that their order no longer serves.

    Where there were none before, they lie in order already.
    """
    total: int = connection.scalar(select(func.count()).select_from(petition)) or 0
    return total * _WORTH_IT < new < total
