"""Which times of a row were left blank in the other tables too, and a smaller index of repeats.

Whether a case was repeated is looked up for each of a year's closed cases on PostgreSQL: in the index alone, which
holds the repeats and when they were registered instead of every case.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_TABLES = ("grid_worker", "agent", "grid_task", "mediation", "hearing", "reception", "supervision")


def upgrade() -> None:
    for table in _TABLES:
        op.add_column(table, sa.Column("dropped_times", sa.String()))
    if op.get_context().dialect.name == "postgresql":
        repeats = sa.text("repeat_of IS NOT NULL")
        op.create_index("petition_repeats", "petition", ["repeat_of", "registered_at"], postgresql_where=repeats)
        op.drop_index("petition_repeat_of", "petition")
