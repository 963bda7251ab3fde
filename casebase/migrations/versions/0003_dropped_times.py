"""Which times of a case were left blank, a secret for the keys of persons, and how far the data reaches.

Until here a key was hashed with the name of its source, which every page shows. Keys that are there take the secret
in addition, so that the same person has the same key in the next load. Data reached to its last registration, and
reaches now to its last event.
"""

import sqlalchemy as sa
from alembic import op

from casebase.engine import read_state
from casebase.loading.moments import write_reach
from casebase.persons import salt_keys

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("petition", sa.Column("dropped_times", sa.String()))
    connection = op.get_bind()
    salt_keys(connection)
    state = read_state(connection)
    if state.changed_at is not None and not state.demonstration:
        write_reach(connection, state.changed_at)
