"""ended_by becomes settled_by: no earlier than any time of a case that has ended (see casebase.settled)."""

from alembic import op
from sqlalchemy import update

from casebase.engine import note_settled
from casebase.schema import petition
from casebase.settled import settled_by

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute("ALTER TABLE petition RENAME COLUMN ended_by TO settled_by")
    if op.get_context().dialect.name == "duckdb":
        op.execute(update(petition).values(settled_by=settled_by(petition.c)).where(petition.c.closed_at.is_not(None)))
        note_settled(op.get_bind(), laid_anew=True)
