"""Bringing a database to the schema of this release."""

from pathlib import Path

import duckdb_sqlalchemy.alembic_impl  # noqa: F401 - tells Alembic of DuckDB, also where an engine was made before
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from casebase import row_security
from casebase.addresses import redact
from casebase.errors import CasebaseError
from casebase.failures import reason

_SCRIPTS = Path(__file__).parent / "migrations"
# Any fixed number: programs that start together upgrade a shared server one after the other.
_UPGRADE_LOCK = 4_100_026


def upgrade(engine: Engine) -> None:
    """Bring an empty or older database to the newest schema.

    Every step is a transaction of its own, since DuckDB cannot alter a table twice around a change of its rows in one:
    a step that fails leaves the database at the schema of the release before it.

    Raises CasebaseError when the database is newer than this release or holds foreign tables of the same names.
    """
    url = redact(engine.url)
    try:
        while _upgrade_one_step(engine):
            pass
    except CommandError as error:
        raise CasebaseError(
            f"{url}: the database was made by a newer release of the cockpit; update it ({error})"
        ) from error
    except DBAPIError as error:
        raise CasebaseError(f"{reason(engine.url, error)}; the schema cannot be upgraded") from error


def _upgrade_one_step(engine: Engine) -> bool:
    """Run the next migration; False where there is none."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            # A big table takes its time, and so may another program that upgrades.
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
        config = alembic_config(connection)
        current = MigrationContext.configure(connection).get_current_revision()
        if current in ScriptDirectory.from_config(config).get_heads():
            return False
        if connection.dialect.name == "postgresql":
            row_security.remove(connection)
        command.upgrade(config, "+1")
        return True


def alembic_config(connection: Connection) -> Config:
    """What Alembic needs to run the migrations on a connection."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config
