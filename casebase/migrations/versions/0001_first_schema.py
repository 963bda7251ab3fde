"""The first schema.

Primary keys of the tables that grow by the million are left out on DuckDB, whose index is a second
structure kept in memory while rows are appended. Over 10 million petitions and 50 million events it
made appending events 1.8 times slower and took 0.8 GB more memory and 0.5 GB more disk, while a lookup
by petition_id without it is a scan of milliseconds. Who writes these tables there keeps their keys unique.

On PostgreSQL the columns that queries filter on have indexes; DuckDB scans columns and needs none.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_POSTGRESQL_INDEXES = {
    "petition": (
        "registered_at",
        "closed_at",
        "five_day_due",
        "due_at",
        "evaluated_at",
        "district_code",
        "street_code",
        "community_code",
        "unit_id",
        "petitioner_key",
        "repeat_of",
    ),
    "petition_event": ("petition_id",),
    "grid": ("district_code", "street_code", "community_code"),
    "grid_worker": ("grid_id",),
    "agent": ("community_code",),
    "grid_task": ("petition_id", "pushed_at", "finished_at"),
    "social_org": ("community_code",),
    "mediation": ("community_code", "opened_at", "closed_at", "petition_id"),
    "hearing": ("petition_id", "held_at"),
    "hearing_expert": ("expert_id",),
    "reception": ("petition_id", "held_at"),
    "supervision": ("petition_id", "issued_at"),
}


def upgrade() -> None:
    _create_places_and_people()
    _create_cases()
    _create_work_on_cases()
    _create_records()
    if op.get_context().dialect.name == "postgresql":
        _create_postgresql_indexes()


def _key_of_big_table(*columns: str) -> list[sa.PrimaryKeyConstraint]:
    return [] if op.get_context().dialect.name == "duckdb" else [sa.PrimaryKeyConstraint(*columns)]


def _create_places_and_people() -> None:
    op.create_table(
        "area",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("parent_code", sa.String()),
        sa.Column("kind", sa.String()),
        sa.Column("population", sa.Integer()),
        sa.Column("households", sa.Integer()),
        sa.Column("lon", sa.Float()),
        sa.Column("lat", sa.Float()),
        sa.Column("shape", sa.Text()),
        sa.Column("schematic", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "unit",
        sa.Column("unit_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("area_code", sa.String()),
        sa.PrimaryKeyConstraint("unit_id"),
    )
    op.create_table(
        "category",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("parent_code", sa.String()),
        sa.Column("version", sa.String()),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "grid",
        sa.Column("grid_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("community_code", sa.String()),
        sa.Column("street_code", sa.String()),
        sa.Column("district_code", sa.String()),
        sa.Column("households", sa.Integer()),
        sa.Column("lon", sa.Float()),
        sa.Column("lat", sa.Float()),
        sa.Column("shape", sa.Text()),
        sa.PrimaryKeyConstraint("grid_id"),
    )
    op.create_table(
        "grid_worker",
        sa.Column("worker_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("grid_id", sa.String(), nullable=False),
        sa.Column("source", sa.String()),
        sa.Column("active_from", sa.DateTime(), nullable=False),
        sa.Column("active_to", sa.DateTime()),
        *_key_of_big_table("worker_id"),
    )
    op.create_table(
        "agent",
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("community_code", sa.String()),
        sa.Column("origin", sa.String()),
        sa.Column("active_from", sa.DateTime(), nullable=False),
        sa.Column("active_to", sa.DateTime()),
        sa.PrimaryKeyConstraint("agent_id"),
    )
    op.create_table(
        "social_org",
        sa.Column("org_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("community_code", sa.String()),
        sa.Column("founded_on", sa.Date()),
        sa.PrimaryKeyConstraint("org_id"),
    )
    op.create_table(
        "expert",
        sa.Column("expert_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("source", sa.String()),
        sa.Column("field", sa.String()),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("expert_id"),
    )


def _create_cases() -> None:
    op.create_table(
        "petition",
        sa.Column("petition_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_no", sa.String(), nullable=False),
        sa.Column("channel", sa.String()),
        sa.Column("purpose", sa.String()),
        sa.Column("category_code", sa.String()),
        sa.Column("title", sa.Text()),
        sa.Column("body", sa.Text()),
        sa.Column("petitioner_name", sa.String()),
        sa.Column("petitioner_phone", sa.String()),
        sa.Column("petitioner_key", sa.String()),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("is_first", sa.Boolean(), nullable=False),
        sa.Column("repeat_of", sa.BigInteger()),
        sa.Column("is_simple", sa.Boolean(), nullable=False),
        sa.Column("is_collective", sa.Boolean(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("district_code", sa.String()),
        sa.Column("street_code", sa.String()),
        sa.Column("community_code", sa.String()),
        sa.Column("grid_id", sa.String()),
        sa.Column("lon", sa.Float()),
        sa.Column("lat", sa.Float()),
        sa.Column("unit_id", sa.String()),
        sa.Column("agent_id", sa.String()),
        sa.Column("registered_at", sa.DateTime(), nullable=False),
        sa.Column("forwarded_at", sa.DateTime()),
        sa.Column("accepted_at", sa.DateTime()),
        sa.Column("due_at", sa.DateTime()),
        sa.Column("extended_days", sa.SmallInteger(), nullable=False),
        sa.Column("five_day_due", sa.Date()),
        sa.Column("closed_at", sa.DateTime()),
        sa.Column("resolved", sa.Boolean()),
        sa.Column("status", sa.String()),
        sa.Column("satisfaction_bureau", sa.String()),
        sa.Column("satisfaction_unit", sa.String()),
        sa.Column("evaluated_at", sa.DateTime()),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        *_key_of_big_table("petition_id"),
    )
    op.create_table(
        "petition_event",
        sa.Column("event_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("petition_id", sa.BigInteger(), nullable=False),
        sa.Column("happened_at", sa.DateTime(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("unit_id", sa.String()),
        sa.Column("actor", sa.String()),
        sa.Column("note", sa.Text()),
        *_key_of_big_table("event_id"),
    )


def _create_work_on_cases() -> None:
    op.create_table(
        "grid_task",
        sa.Column("task_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("petition_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("grid_id", sa.String()),
        sa.Column("worker_id", sa.BigInteger()),
        sa.Column("pushed_at", sa.DateTime(), nullable=False),
        sa.Column("contacted_at", sa.DateTime()),
        sa.Column("contact_method", sa.String()),
        sa.Column("finished_at", sa.DateTime()),
        sa.Column("outcome", sa.String()),
        *_key_of_big_table("task_id"),
    )
    op.create_table(
        "mediation",
        sa.Column("mediation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("petition_id", sa.BigInteger()),
        sa.Column("community_code", sa.String()),
        sa.Column("dispute_kind", sa.String()),
        sa.Column("org_id", sa.BigInteger()),
        sa.Column("mediator_kind", sa.String()),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("closed_at", sa.DateTime()),
        sa.Column("outcome", sa.String()),
        *_key_of_big_table("mediation_id"),
    )
    op.create_table(
        "hearing",
        sa.Column("hearing_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("petition_id", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("applied_at", sa.DateTime()),
        sa.Column("scheduled_at", sa.DateTime()),
        sa.Column("held_at", sa.DateTime()),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("conclusion", sa.String()),
        sa.Column("settled_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("hearing_id"),
    )
    op.create_table(
        "hearing_expert",
        sa.Column("hearing_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("expert_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("role", sa.String()),
        sa.Column("recused", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("hearing_id", "expert_id"),
    )
    op.create_table(
        "reception",
        sa.Column("reception_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("leader_title", sa.String(), nullable=False),
        sa.Column("held_at", sa.DateTime(), nullable=False),
        sa.Column("place", sa.String()),
        sa.Column("petition_id", sa.BigInteger()),
        sa.Column("closed_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("reception_id"),
    )
    op.create_table(
        "supervision",
        sa.Column("supervision_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("petition_id", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("issued_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("replied_at", sa.DateTime()),
        sa.Column("result", sa.String()),
        sa.PrimaryKeyConstraint("supervision_id"),
    )
    op.create_table(
        "model_case",
        sa.Column("model_case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("petition_id", sa.BigInteger()),
        sa.Column("mediation_id", sa.BigInteger()),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("dispute_kind", sa.String()),
        sa.Column("method", sa.Text()),
        sa.Column("who", sa.String()),
        sa.Column("outcome", sa.Text()),
        sa.Column("told_on", sa.Date()),
        sa.PrimaryKeyConstraint("model_case_id"),
    )


def _create_records() -> None:
    op.create_table(
        "workday",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_workday", sa.Boolean(), nullable=False),
        sa.Column("workday_no", sa.Integer(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("day"),
    )
    op.create_table(
        "load_run",
        sa.Column("load_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("rows_read", sa.BigInteger(), nullable=False),
        sa.Column("rows_loaded", sa.BigInteger(), nullable=False),
        sa.Column("rows_rejected", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("load_id"),
    )
    op.create_table(
        "load_reject",
        sa.Column("load_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("column_name", sa.String()),
        sa.Column("value", sa.Text()),
        sa.Column("reason", sa.Text(), nullable=False),
        *_key_of_big_table("load_id", "line_no"),
    )
    op.create_table(
        "info",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )


def _create_postgresql_indexes() -> None:
    for table, columns in _POSTGRESQL_INDEXES.items():
        for column in columns:
            op.create_index(f"{table}_{column}", table, [column])
    op.create_index("petition_case", "petition", ["source", "case_no"], unique=True)
