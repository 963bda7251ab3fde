"""One case from start to end: its facts, its events, what was done beside it, and the cases around it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, String, and_, false, func, not_, or_, select, type_coerce

from casebase import schema
from casebase.engine import ScopedCasebase
from casebase.person_names import masked_name, masked_telephone, names_in, without_names
from casebase.scope import every_row
from queries.blanks import blanks
from queries.cases import list_rows
from queries.clocks import REVIEW_STEPS, REVIEWS, Clock, clocks
from queries.model import Expression, Fixed, Moment, Subject, moment
from queries.once_a_version import once_a_version
from queries.subjects import (
    DUTY,
    GRID_TASK,
    HEARING,
    MEDIATION,
    PARTICIPATION,
    PETITION,
    SUPERVISION,
    area_name,
    dispute,
    grid_name,
    happened,
    hearing,
    name_of,
    order,
    p,
    task,
    visit,
)

# What a case page shows beyond a list. Nobody's name, telephone or hash is among it: see Petitioner.
_FACTS: dict[str, Expression] = {
    **PETITION.columns,
    "body": Fixed(p.body),
    "purpose": Fixed(p.purpose),
    "people": Fixed(p.people),
    "is_first": Fixed(p.is_first),
    "is_simple": Fixed(p.is_simple),
    "is_collective": Fixed(p.is_collective),
    "counted": Fixed(p.counted),
    "community": area_name(p.community_code),
    "street_code": Fixed(p.street_code),
    "grid": grid_name(p.grid_id),
    "grid_id": Fixed(p.grid_id),
    "lon": Fixed(p.lon),
    "lat": Fixed(p.lat),
    "agent_id": Fixed(p.agent_id),
    "forwarded_at": happened(p.forwarded_at),
    "received_at": happened(p.received_at),
    "accepted_at": happened(p.accepted_at),
    "extended_days": Fixed(p.extended_days),
    "status": Fixed(p.status),
    "handling_path": Fixed(p.handling_path),
    "unit_kind": name_of(schema.unit, "unit_id", p.unit_id, "kind"),
    "complained_unit": name_of(schema.unit, "unit_id", p.complained_unit_id),
    "registering_body": Fixed(p.registering_body),
    "registering_level": Fixed(p.registering_level),
    "is_skip_level": Fixed(p.is_skip_level),
    "is_joint": Fixed(p.is_joint),
    "is_threat": Fixed(p.is_threat),
    "leader_assigned": Fixed(p.leader_assigned),
    "is_long_standing": Fixed(p.is_long_standing),
    "resolved": happened(p.closed_at, p.resolved),
    "satisfaction_bureau": happened(p.evaluated_at, p.satisfaction_bureau),
    "satisfaction_unit": happened(p.evaluated_at, p.satisfaction_unit),
    "evaluated_at": happened(p.evaluated_at),
    "source": Fixed(p.source),
}
_RELATED = (
    "petition_id", "case_no", "title", "channel", "category", "unit", "stage", "registered_at", "closed_at",
)  # fmt: skip


@dataclass(frozen=True)
class Petitioner:
    """Who petitioned: masked (张**, 138****1234) unless of a `Revealed`; None where the source leaves it blank."""

    name: str | None
    telephone: str | None


@dataclass(frozen=True)
class Revealed:
    """What is masked of one case, as it was written: never kept, never of more than one case.

    `notes`: happened_at, action, note of the events that have a note, in their order.
    """

    petitioner: Petitioner
    title: str | None
    body: str | None
    notes: pd.DataFrame


@dataclass(frozen=True)
class Course:
    """A case as of a moment.

    `facts`: one value a column of the list, and body, purpose, people, flags, places, times, opinions.
    `events`: happened_at, action, unit, actor, note, in their order. `clocks`: see queries.clocks.
    `beside`: rows of other tables that belong to the case, by the subject's id; without rows, no entry.
    `related`: earlier and later cases of the same petitioner or matter, with same_matter (bool), oldest first.
    `blank`: what no case of the data fills (see queries.blanks), so that the facts of it are defaults.
    `petitioner`: masked; in all texts of the case, its own petitioner's name is masked as well.
    """

    facts: dict[str, Any]
    events: pd.DataFrame
    clocks: list[Clock]
    beside: dict[str, pd.DataFrame]
    related: pd.DataFrame
    blank: frozenset[str] = frozenset()
    petitioner: Petitioner = Petitioner(None, None)


def course(casebase: ScopedCasebase, petition_id: int, *, as_of: datetime) -> Course | None:
    """The whole course of a case; None for one that is not registered yet, or restricted (检举控告)."""
    at = moment(casebase, as_of)
    rows = list_rows(
        casebase, replace(PETITION, columns=_FACTS), at, and_(p.petition_id == petition_id, _is_visible(at))
    )
    if rows.empty:
        return None
    petitioner = _petitioner(casebase, petition_id)
    names = names_in(petitioner.name or "")
    facts = {str(name): None if _is_empty(value) else value for name, value in rows.iloc[0].items()}
    facts |= {name: _nameless_text(facts[name], names) for name in ("title", "body")}
    events = _nameless(_events(casebase, petition_id, as_of), names, "actor", "note")
    blank = blanks(casebase) | _blank_steps(casebase)
    rules, hotline = casebase.settings.deadlines, casebase.settings.hotline
    case_clocks = clocks(
        facts, events, calendar=casebase.workdays, rules=rules, as_of=as_of, blank=blank, hotline=hotline
    )
    beside = {name: _nameless(rows, names, *rows.columns) for name, rows in _beside(casebase, petition_id, at).items()}
    related = _nameless(_related(casebase, petition_id, at), names, "title")
    return Course(facts, events, case_clocks, beside, related, blank, _masked(petitioner))


@once_a_version
def _blank_steps(casebase: ScopedCasebase) -> frozenset[str]:
    """REVIEWS where no case of the case base has a step of a review."""
    event = every_row(schema.petition_event).c
    step = select(event.event_id).where(event.action.in_(REVIEW_STEPS)).limit(1)
    with casebase.reading_facts() as connection:
        return frozenset() if connection.scalar(step) is not None else frozenset({REVIEWS})


def revealed(casebase: ScopedCasebase, petition_id: int, *, as_of: datetime) -> Revealed | None:
    """What is masked of a case, unmasked; None where `course` is None.

    The one place that reads so. Whoever calls it has checked who asks, and logged it (cockpit.reveal).
    """
    case_texts = select(type_coerce(p.title, String), type_coerce(p.body, String))
    with casebase.reading() as connection:
        row = connection.execute(
            case_texts.where(p.petition_id == petition_id, _is_visible(moment(casebase, as_of)))
        ).one_or_none()
        if row is None:
            return None
        e = schema.petition_event.c
        notes = connection.execute(
            select(e.happened_at, e.action, type_coerce(e.note, String))
            .where(e.petition_id == petition_id, e.happened_at <= as_of, e.note.is_not(None))
            .order_by(e.happened_at, e.event_id)
        ).all()
    written = pd.DataFrame([tuple(note) for note in notes], columns=["happened_at", "action", "note"])
    return Revealed(_petitioner(casebase, petition_id), *row, written)


def _petitioner(casebase: ScopedCasebase, petition_id: int) -> Petitioner:
    with casebase.reading() as connection:
        row = connection.execute(
            select(p.petitioner_name, p.petitioner_phone).where(p.petition_id == petition_id)
        ).one()
    return Petitioner(*((text or "").strip() or None for text in row))


def _masked(petitioner: Petitioner) -> Petitioner:
    return Petitioner(
        petitioner.name and masked_name(petitioner.name),
        petitioner.telephone and masked_telephone(petitioner.telephone),
    )


def _nameless(rows: pd.DataFrame, names: tuple[str, ...], *columns: str) -> pd.DataFrame:
    """The rows, in whose texts in these columns these names are masked."""
    texts = [name for name in columns if names and pd.api.types.infer_dtype(rows[name], skipna=True) == "string"]
    return rows.assign(**{name: rows[name].map(lambda value: _nameless_text(value, names)) for name in texts})


def _nameless_text(value: object, names: tuple[str, ...]) -> object:
    return without_names(value, names) if isinstance(value, str) else value


def _is_visible(at: Moment) -> ColumnElement[bool]:
    return and_(p.registered_at <= at.as_of, not_(p.restricted))


def _events(casebase: ScopedCasebase, petition_id: int, as_of: datetime) -> pd.DataFrame:
    e, unit = schema.petition_event.c, schema.unit
    statement = (
        select(e.happened_at, e.action, unit.c.name.label("unit"), e.actor, e.note)
        .select_from(schema.petition_event.outerjoin(unit, unit.c.unit_id == e.unit_id))
        .where(e.petition_id == petition_id, e.happened_at <= as_of)
        .order_by(e.happened_at, e.event_id)
    )
    with casebase.reading() as connection:
        rows = connection.execute(statement).all()
    return pd.DataFrame(rows, columns=["happened_at", "action", "unit", "actor", "note"])


def case_no(casebase: ScopedCasebase, petition_id: int) -> str | None:
    """The number of a case by its key; None where there is no such case, or it is one of 检举控告."""
    found = casebase.rows(select(p.case_no).where(p.petition_id == petition_id, not_(p.restricted)))
    return str(found[0][0]) if found else None


def _beside(casebase: ScopedCasebase, petition_id: int, at: Moment) -> dict[str, pd.DataFrame]:
    """Grid tasks, mediation, hearings and experts, leaders' duties and supervision of the case, begun by the moment."""
    belongs: list[tuple[Subject, ColumnElement[bool]]] = [
        (GRID_TASK, and_(task.petition_id == petition_id, task.pushed_at <= at.as_of)),
        (MEDIATION, and_(dispute.petition_id == petition_id, dispute.opened_at <= at.as_of)),
        (HEARING, and_(hearing.petition_id == petition_id, func.coalesce(hearing.applied_at, at.as_of) <= at.as_of)),
        (PARTICIPATION, and_(hearing.petition_id == petition_id, hearing.held_at <= at.as_of)),
        (DUTY, and_(visit.petition_id == petition_id, visit.held_at <= at.as_of)),
        (SUPERVISION, and_(order.petition_id == petition_id, order.issued_at <= at.as_of)),
    ]
    rows_by_subject = {}
    for subject, where in belongs:
        columns_of_case = HEARING.columns if subject is PARTICIPATION else PETITION.columns
        own = {name: column for name, column in subject.columns.items() if name not in columns_of_case}
        rows = list_rows(casebase, replace(subject, columns=own), at, where)
        if not rows.empty:
            rows_by_subject[subject.id] = rows
    return rows_by_subject


def _related(casebase: ScopedCasebase, petition_id: int, at: Moment) -> pd.DataFrame:
    """A repeat names the first case of its matter; the first names none."""
    with casebase.reading() as connection:
        key, first = connection.execute(
            select(p.petitioner_key, func.coalesce(p.repeat_of, p.petition_id)).where(p.petition_id == petition_id)
        ).one()
    same_matter = or_(p.petition_id == first, p.repeat_of == first)
    same_person = or_(same_matter, p.petitioner_key == key) if key else same_matter
    columns = {name: PETITION.columns[name] for name in _RELATED}
    columns["same_matter"] = Fixed(func.coalesce(same_matter, false()))
    where = and_(same_person, p.petition_id != petition_id, _is_visible(at))
    return list_rows(casebase, replace(PETITION, columns=columns), at, where)


def _is_empty(value: Any) -> bool:
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))
