"""Whether a database has what this release reads, asked once when it is opened."""

from pathlib import Path

from sqlalchemy import Connection, column, func, inspect, select, table

from casebase.errors import CasebaseError
from casebase.schema import metadata

_VERSIONS = Path(__file__).parent / "migrations" / "versions"
_INIT = "run: python -m casebase init"
_VERSION = select(table("alembic_version", column("version_num")).c.version_num)


def check_schema(connection: Connection, address: str) -> None:
    """Raises CasebaseError for a database of a newer release, without tables, or without a column that is read.

    An older one that has every column may be read; `python -m casebase init` brings it up to date.
    """
    columns = table("columns", column("table_name"), column("column_name"), column("table_schema"))
    columns.schema = "information_schema"
    here = select(columns.c.table_name, columns.c.column_name).where(columns.c.table_schema == func.current_schema())
    existing: dict[str, set[str]] = {}
    for name, field in connection.execute(here):
        existing.setdefault(name, set()).add(field)
    if "alembic_version" not in existing or not existing.keys() & metadata.tables.keys():
        raise CasebaseError(f"{address}: the tables are missing; {_INIT}")
    version = connection.scalar(_VERSION)
    if version not in _releases():
        raise CasebaseError(
            f"{address}: the database was made by a newer release of the cockpit (schema {version}); update the cockpit"
        )
    for name, described in metadata.tables.items():
        if name not in existing:
            raise CasebaseError(f"{address}: the table {name} is missing; {_INIT}, or restore it from a backup")
        for field in described.columns:
            if field.name not in existing[name]:
                what = f"the column {field.name} of the table {name}"
                raise CasebaseError(f"{address}: {what} is missing; {_INIT}, or restore it from a backup")


def is_newest(connection: Connection) -> bool:
    """Whether the database has the schema of this release: known without Alembic, a fifth of a second of a command."""
    return bool(inspect(connection).has_table("alembic_version")) and connection.scalar(_VERSION) == max(_releases())


def _releases() -> set[str]:
    """The schemas that this release knows, by their numbers."""
    return {path.name.split("_")[0] for path in _VERSIONS.glob("[0-9]*.py")}
