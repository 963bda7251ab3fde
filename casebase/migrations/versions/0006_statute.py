"""What the statute tells apart: ways of handling, who complains about whom and where, who takes part, what is proposed.

Deadlines of the older rule are taken back: 60 days run from acceptance alone, only for matters of article 31 item 6
(domain.md §1), and never for an order of 12345, which has a limit of its own. Deadlines that a file brought are
kept: taken back are those that the older rule gives to the day.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from casebase.case_words import HOTLINE, NOT_HANDLED, SUGGESTION, WRONGDOING
from casebase.personal import PersonalText

revision = "0006"
down_revision = "0005"

# The older rule, and the limit of an order of 12345 in working days, as [deadlines] and [hotline] have them unless set.
_HANDLE_DAYS = 60
_ANSWER_WORKING_DAYS = 5


def _petition_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("complained_unit_id", sa.String()),
        sa.Column("registering_body", PersonalText()),
        sa.Column("registering_level", PersonalText()),
        sa.Column("handling_path", PersonalText()),
        sa.Column("is_skip_level", sa.Boolean()),
        sa.Column("is_joint", sa.Boolean()),
        sa.Column("is_threat", sa.Boolean()),
        sa.Column("leader_assigned", sa.Boolean()),
        sa.Column("is_long_standing", sa.Boolean()),
        sa.Column("received_at", sa.DateTime()),
    ]


_INDEXES = {"expert_task": ("petition_id", "took_part_at"), "proposal": ("made_at",)}


def upgrade() -> None:
    for column in _petition_columns():
        op.add_column("petition", column)
    op.add_column("reception", sa.Column("kind", PersonalText()))
    op.add_column("supervision", sa.Column("escalation", PersonalText()))
    op.add_column("social_org", sa.Column("level", PersonalText()))
    _create_tables()
    if op.get_context().dialect.name == "postgresql":
        for table, columns in _INDEXES.items():
            for column in columns:
                op.create_index(f"{table}_{column}", table, [column])
    _take_back_deadlines()


def _create_tables() -> None:
    op.create_table(
        "hearing_participant",
        sa.Column("hearing_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("participant_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", PersonalText(), nullable=False),
        sa.Column("role", PersonalText()),
        sa.PrimaryKeyConstraint("hearing_id", "participant_no"),
    )
    op.create_table(
        "expert_task",
        sa.Column("task_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("expert_id", sa.BigInteger(), nullable=False),
        sa.Column("petition_id", sa.BigInteger()),
        sa.Column("mediation_id", sa.BigInteger()),
        sa.Column("kind", PersonalText(), nullable=False),
        sa.Column("took_part_at", sa.DateTime(), nullable=False),
        sa.Column("dropped_times", sa.String()),
        sa.PrimaryKeyConstraint("task_id"),
    )
    op.create_table(
        "proposal",
        sa.Column("proposal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", PersonalText(), nullable=False),
        sa.Column("unit_id", sa.String()),
        sa.Column("petition_id", sa.BigInteger()),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("feedback_at", sa.DateTime()),
        sa.Column("outcome", PersonalText()),
        sa.Column("dropped_times", sa.String()),
        sa.PrimaryKeyConstraint("proposal_id"),
    )


def _take_back_deadlines() -> None:
    p = sa.table(
        "petition",
        *(
            sa.column(name)
            for name in (
                "channel", "purpose", "status", "registered_at", "accepted_at", "due_at", "extended_days", "source",
            )
        ),
    ).c  # fmt: skip
    petition = p.due_at.table
    days = sa.cast(p.due_at, sa.Date) - p.extended_days
    from_registration = days == sa.cast(p.registered_at, sa.Date) + _HANDLE_DAYS
    from_acceptance = days == sa.cast(p.accepted_at, sa.Date) + _HANDLE_DAYS
    # A source that never says when it accepted counts from registration on purpose.
    other = sa.table("petition", sa.column("source"), sa.column("accepted_at")).alias().c
    says_acceptance = sa.select(other.source).where(other.accepted_at.is_not(None))
    not_begun = sa.and_(p.accepted_at.is_(None), p.source.in_(says_acceptance), from_registration)
    without_limit = sa.or_(p.purpose.in_((SUGGESTION, WRONGDOING)), p.status.in_(NOT_HANDLED), p.channel == HOTLINE)
    reckoned = sa.or_(from_registration, sa.and_(p.accepted_at.is_not(None), from_acceptance))
    taken_back = sa.or_(not_begun, sa.and_(without_limit, reckoned))
    op.execute(sa.update(petition).values(due_at=None).where(p.due_at.is_not(None), taken_back))
    _set_hotline_limits(petition)


def _set_hotline_limits(petition: sa.TableClause) -> None:
    p = petition.c
    begin, end = (
        sa.table("workday", sa.column("day"), sa.column("is_workday"), sa.column("workday_no")).alias(name).c
        for name in ("begin", "end")
    )
    last_day = (
        sa.select(sa.cast(end.day, sa.DateTime) + sa.text("INTERVAL '86399' SECOND"))
        .select_from(begin.day.table.join(end.day.table, end.workday_no == begin.workday_no + _ANSWER_WORKING_DAYS))
        .where(begin.day == sa.cast(p.registered_at, sa.Date), end.is_workday)
        .scalar_subquery()
    )
    op.execute(sa.update(petition).values(due_at=last_day).where(p.channel == HOTLINE, p.due_at.is_(None)))
