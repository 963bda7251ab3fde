"""When the records of a kind begin: what was before its first row is not known, which is not the same as 0.

A fact of all records of the case base, not of a scope or a slice: a class without a case in a month of which others
have some has 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, func, or_, select

from casebase import schema
from casebase.case_words import HOTLINE
from casebase.engine import ScopedCasebase, frame_of_few
from casebase.scope import every_row
from queries.model import Metric
from queries.once_a_version import once_a_version
from queries.periods import Period
from queries.subjects import (
    ACCOMPANIED_CASE,
    AGENT,
    DUTY,
    EXPERT,
    EXPERT_WORK,
    GRID_TASK,
    HEARING,
    HOTLINE_ORDER,
    MEDIATION,
    PARTICIPATION,
    PETITION,
    PROPOSAL,
    RECEPTION,
    SUPERVISION,
    THIRD_PARTY,
    WORKER,
)

_h = every_row(schema.hearing).c
_p = every_row(schema.petition).c


def _first_case(among: ColumnElement[bool]) -> ColumnElement[datetime | None]:
    """When the first of these cases was registered. Sought in order: what is later than one found is skipped."""
    return select(_p.registered_at).where(among).order_by(_p.registered_at).limit(1).scalar_subquery()


# Orders of 12345 are in no number of petitions, nor these in theirs (domain.md §1).
_PETITIONS = _first_case(or_(_p.channel.is_(None), _p.channel != HOTLINE))
_HEARINGS = func.least(
    func.min(_h.applied_at), func.min(_h.scheduled_at), func.min(_h.held_at), func.min(_h.settled_at)
)
# By subject: the first moment that its rows know. Registers have none, or one that says since when there are any.
_FIRST: Mapping[str, ColumnElement[datetime | None]] = {
    PETITION.id: _PETITIONS,
    ACCOMPANIED_CASE.id: _PETITIONS,  # its records are theirs, with an agent or without
    HOTLINE_ORDER.id: _first_case(_p.channel == HOTLINE),
    GRID_TASK.id: func.min(every_row(schema.grid_task).c.pushed_at),
    MEDIATION.id: func.min(every_row(schema.mediation).c.opened_at),
    HEARING.id: _HEARINGS,
    PARTICIPATION.id: _HEARINGS,
    THIRD_PARTY.id: _HEARINGS,
    EXPERT_WORK.id: func.least(
        select(func.min(_h.held_at)).scalar_subquery(),
        select(func.min(every_row(schema.expert_task).c.took_part_at)).scalar_subquery(),
    ),
    RECEPTION.id: func.min(every_row(schema.reception).c.held_at),
    DUTY.id: func.min(every_row(schema.reception).c.held_at),
    PROPOSAL.id: func.min(every_row(schema.proposal).c.made_at),
    SUPERVISION.id: func.min(every_row(schema.supervision).c.issued_at),
}
_WORKERS = func.min(every_row(schema.grid_worker).c.active_from)
_AGENTS = func.min(every_row(schema.agent).c.active_from)
# By subject, or by metric where its subject (grids, communities) has no time: the first who is in a register.
_FIRST_IN_REGISTER: Mapping[str, ColumnElement[Any]] = {
    WORKER.id: _WORKERS,
    "grids_staffed": _WORKERS,
    AGENT.id: _AGENTS,
    "communities_with_agent": _AGENTS,
    EXPERT.id: func.min(every_row(schema.expert).c.joined_on),
}
BEFORE_RECORDS = "before_records"
"""What a number lacks whose records begin later, beside what no row fills (see queries.needs)."""


@dataclass(frozen=True)
class Beginnings:
    """The day of the first row of each subject that has times, and of the first who is in a register, by subject or
    metric; None where there is none.
    """

    first_days: Mapping[str, date | None]
    first_in_register: Mapping[str, date | None]

    def first_of(self, metric: Metric) -> date | None:
        """The day with which the records of a metric begin; None where nothing tells it."""
        by_register = self.first_in_register.get(metric.id) or self.first_in_register.get(metric.subject.id)
        return by_register or self.first_days.get(metric.subject.id)

    def are_after(self, metric: Metric, day: date) -> bool:
        """Whether the records that a metric counts begin only after this day, so that it is not known there."""
        first = self.first_of(metric)
        return first is not None and day < first

    def cover(self, metric: Metric, period: Period, last: date) -> bool:
        """Whether the records cover what a metric says of an earlier period, known up to its day `last`.

        Records count from the month of their first row: a class of rows begins with no row on its first day. A dated
        metric needs the whole period, for half of a year beside a whole one is no comparison; a stock needs its day
        alone.
        """
        first = self.first_of(metric)
        if first is None:
            return True
        return first <= last and (metric.is_stock or first.replace(day=1) <= period.start)


def first_petition_day(casebase: ScopedCasebase) -> date | None:
    """The day on which the first petition was registered; None where there is none."""
    return beginnings(casebase).first_days[PETITION.id]


def first_case_day(casebase: ScopedCasebase) -> date | None:
    """The same of petitions and orders of 12345 together."""
    first_days = beginnings(casebase).first_days
    return min(filter(None, (first_days[PETITION.id], first_days[HOTLINE_ORDER.id])), default=None)


def first_day(casebase: ScopedCasebase) -> date | None:
    """The day of the first record of any kind beside registers; None where there is none."""
    return min(filter(None, beginnings(casebase).first_days.values()), default=None)


@once_a_version
def beginnings(casebase: ScopedCasebase) -> Beginnings:
    """When the records of the case base begin."""
    asked = {**_FIRST, **_FIRST_IN_REGISTER}
    firsts: list[Any] = [select(first).scalar_subquery().label(name) for name, first in asked.items()]
    with casebase.reading_facts() as connection:
        row = frame_of_few(connection, select(*firsts)).iloc[0]
    days = {name: None if pd.isna(row[name]) else pd.Timestamp(row[name]).date() for name in asked}
    return Beginnings({name: days[name] for name in _FIRST}, {name: days[name] for name in _FIRST_IN_REGISTER})
