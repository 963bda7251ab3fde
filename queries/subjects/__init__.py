"""The subjects: what rows there are to count, and by what they can be split; one module a group, as in the registry."""

from queries.subjects.dimensions import AREA_DIMENSIONS, DIMENSIONS, in_area, in_category
from queries.subjects.expressions import (
    area_name,
    as_key,
    before,
    first_level,
    happened,
    name_of,
    natural_days,
    not_handled,
    on_day,
    p,
)
from queries.subjects.grids import (
    ACCOMPANIED_CASE,
    AGENT,
    COMMUNITY,
    CONTACT_BANDS,
    GRID,
    GRID_TASK,
    WORKER,
    accompanier,
    community,
    grid,
    task,
    worker,
)
from queries.subjects.hearings import (
    EXPERT,
    EXPERT_CASE,
    EXPERT_WORK,
    HEARING,
    PARTICIPATION,
    THIRD_PARTY,
    WAIT_BANDS,
    WAYS,
    expert,
    hearing,
    participant,
    seat,
    wait_days,
    work,
)
from queries.subjects.hotline import HOTLINE_ORDER
from queries.subjects.mediation import INCUBATOR, MEDIATING, MEDIATION, ORG, SOCIAL_WORK, dispute, org
from queries.subjects.petitions import (
    ACCOMPANIED,
    AGE_BANDS,
    CELLS_PER_DEGREE,
    CLOSING_DAYS,
    DUE_STATES,
    OF_PETITION,
    OPEN_STAGES,
    PETITION,
    PLACE_DIMENSIONS,
    STAGES,
    age_band,
    closing_days,
    due_state,
    five_day_state,
    of_case,
    stage,
)
from queries.subjects.receptions import RECEPTION, RECEPTION_AGES, reception_closed, visit
from queries.subjects.supervision import ANSWERS, SUPERVISION, answer, order

__all__ = [
    "ACCOMPANIED", "ACCOMPANIED_CASE", "AGENT", "AGE_BANDS", "ANSWERS", "AREA_DIMENSIONS", "CELLS_PER_DEGREE",
    "CLOSING_DAYS", "COMMUNITY", "CONTACT_BANDS", "DIMENSIONS", "DUE_STATES", "EXPERT", "EXPERT_CASE",
    "EXPERT_WORK", "GRID", "GRID_TASK", "HEARING", "HOTLINE_ORDER", "INCUBATOR", "MEDIATING", "MEDIATION",
    "OF_PETITION", "OPEN_STAGES", "ORG", "PARTICIPATION", "PETITION", "PLACE_DIMENSIONS", "RECEPTION",
    "RECEPTION_AGES", "SOCIAL_WORK", "STAGES",
    "SUPERVISION", "THIRD_PARTY", "WAIT_BANDS", "WAYS", "WORKER", "accompanier", "age_band", "answer", "area_name",
    "as_key", "before", "closing_days", "community", "dispute", "due_state", "expert", "first_level",
    "five_day_state", "grid", "happened", "hearing", "in_area", "in_category", "name_of", "natural_days", "not_handled",
    "of_case",
    "on_day", "order", "org", "p", "participant", "reception_closed", "seat", "stage", "task", "visit", "wait_days",
    "work", "worker",
]  # fmt: skip
