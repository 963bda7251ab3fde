"""Which times of a case were left blank, a secret for the keys of persons, and how far the data reaches.

Until here a key was hashed with the name of its source, which every page shows. Keys that are there take the secret
in addition, so that the same person has the same key in the next load. Data reached to its last registration, and
reaches now to its last event.
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

from casebase.engine import read_state, write_info
from casebase.events import DERIVED
from casebase.persons import salt_keys

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("petition", sa.Column("dropped_times", sa.String()))
    connection = op.get_bind()
    salt_keys(connection)
    state = read_state(connection)
    if state.changed_at is not None and not state.demonstration:
        _write_reach(connection, state.changed_at)


# The events of this schema: later ones have columns that it lacks.
_EVENTS = {
    "petition": ("registered_at", "forwarded_at", "accepted_at", "closed_at", "evaluated_at"),
    "grid_task": ("pushed_at", "contacted_at", "finished_at"),
    "mediation": ("opened_at", "closed_at"),
    "hearing": ("applied_at", "held_at", "settled_at"),
    "reception": ("held_at", "closed_at"),
    "supervision": ("issued_at", "replied_at"),
}


def _write_reach(connection: sa.Connection, now: datetime) -> None:
    """How far the data reaches: to its latest event of any kind, none later than `now`."""
    tables = {
        name: sa.table(name, *(sa.column(each, sa.DateTime()) for each in names)) for name, names in _EVENTS.items()
    }
    columns = [column for table in tables.values() for column in table.c]
    times = [connection.scalar(sa.select(sa.func.max(column)).where(column <= now)) for column in columns]
    event = sa.table("petition_event", sa.column("happened_at", sa.DateTime()), sa.column("action")).c
    recorded = sa.select(sa.func.max(event.happened_at)).where(event.happened_at <= now, event.action.not_in(DERIVED))
    until = max((time for time in [*times, connection.scalar(recorded)] if time is not None), default=None)
    if until is not None:
        write_info(connection, data_until=until.isoformat())
