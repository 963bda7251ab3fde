"""The order in which the cases lie in a DuckDB file: by when they ended, the open ones last.

DuckDB keeps the least and the greatest value of every column for each group of some hundred thousand rows, and skips
the groups in which nothing can match. What is asked most is asked of cases that are open, or ended or fell due lately:
in the order of their registration those lie everywhere, since a few cases of every year stay open for years; in the
order of their end they lie together. Cases that come later are appended, and those that end stay where they are, so
that the order wears off slowly; a large load, and `python -m casebase sort`, restore it. PostgreSQL has indexes.

DuckDB skips nothing for "closed_at IS NULL". So `ended_by` says the same without blanks: closed_at, and of an open case
`schema.OPEN_END`. It is laid down here; in between it may be later than the truth, which only costs time, and never
earlier: whoever changes a case that is there sets it back to OPEN_END, or leaves it where the case just ended. What is
changed past the cockpit is found by a rule of casebase.checks, and mended by sorting.
"""

from sqlalchemy import Connection, delete, func, select, text

from casebase.bulk_insert import modest_memory
from casebase.engine import Casebase
from casebase.schema import OPEN_END, petition

_ORDER = "closed_at NULLS LAST, registered_at, petition_id"
# A load that brings so large a share of all cases is worth ordering them anew.
_WORTH_IT = 0.2


def sort_cases(casebase: Casebase) -> None:
    """Lay all cases in order, in one transaction; nothing to do on another engine than DuckDB."""
    if casebase.engine.dialect.name != "duckdb":
        return
    names = ", ".join(f'"{column.name}"' for column in petition.columns)
    ended_by = f"coalesce(closed_at, TIMESTAMP '{OPEN_END}') AS ended_by"
    with casebase.writing() as connection, modest_memory(connection):
        rows = f"SELECT * REPLACE ({ended_by}) FROM petition"
        connection.execute(text(f"CREATE TEMP TABLE sorted AS {rows} ORDER BY {_ORDER}"))
        connection.execute(delete(petition))
        connection.execute(text(f"INSERT INTO petition ({names}) SELECT {names} FROM sorted"))
        connection.execute(text("DROP TABLE sorted"))


def is_worth_sorting(connection: Connection, new: int) -> bool:
    """Whether so many new cases are so large a share of all that their order no longer serves."""
    total: int = connection.scalar(select(func.count()).select_from(petition)) or 0
    return new > total * _WORTH_IT
