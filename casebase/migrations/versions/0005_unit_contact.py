"""How the office of a responsible unit is reached."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("unit", sa.Column("contact", sa.String()))
