"""By when a case had ended, as a column without blanks: open cases are found by it (see casebase.row_order).

A file of DuckDB that cases were loaded into holds them in the order in which they ended; PostgreSQL finds open cases
by its index of closed_at, and there the column stays as it is.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("petition", sa.Column("ended_by", sa.DateTime(), server_default=sa.text("'9999-12-31 00:00:00'")))
    op.execute("ALTER TABLE petition ALTER COLUMN ended_by SET NOT NULL")
    if op.get_context().dialect.name == "duckdb":
        op.execute("UPDATE petition SET ended_by = closed_at WHERE closed_at IS NOT NULL")
