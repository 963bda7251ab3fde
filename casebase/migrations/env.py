"""Runs migrations on the connection that casebase.upgrade hands over, inside its transaction."""

from alembic import context
from sqlalchemy import Connection

from casebase.schema import metadata

connection: Connection | None = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit("migrations run through casebase.upgrade.upgrade(engine), for instance: python -m casebase init")
context.configure(connection=connection, target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
