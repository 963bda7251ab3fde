"""Rejected rows without their text, and indexes for what is asked of agents and organisations.

A row that was not taken holds names, telephones and identity numbers in places where nobody expects them. The text is
for the operator who mends the file, and stands in the rejects file alone. The table is made anew, so that PostgreSQL
lets go of the old rows' pages at once.

Whether an agent has a case, or an organisation a dispute, is looked up for each of them on PostgreSQL.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    duckdb = op.get_context().dialect.name == "duckdb"
    key = [] if duckdb else [sa.PrimaryKeyConstraint("load_id", "line_no", name="load_reject_key")]
    op.create_table(
        "load_reject_bare",
        sa.Column("load_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("column_name", sa.String()),
        sa.Column("reason", sa.Text(), nullable=False),
        *key,
    )
    op.execute(
        "INSERT INTO load_reject_bare (load_id, line_no, column_name, reason) "
        "SELECT load_id, line_no, column_name, reason FROM load_reject"
    )
    op.drop_table("load_reject")
    op.rename_table("load_reject_bare", "load_reject")
    if op.get_context().dialect.name == "postgresql":
        op.create_index("petition_agent", "petition", ["agent_id", "registered_at"])
        op.create_index("mediation_org", "mediation", ["org_id", "opened_at"])
