"""The subjects: what rows there are to count, and by what they can be split; one module a group, as in the registry."""

from queries.subjects.dimensions import AREA_DIMENSIONS, AREA_LEVELS, DIMENSIONS, in_area, in_category
from queries.subjects.expressions import (
    area_name,
    as_key,
    before,
    first_level,
    happened,
    limit_passed,
    name_of,
    natural_days,
    not_handled,
    on_day,
    open_at,
    p,
    within_limit,
    without_own_name,
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
    PRESIDING,
    THIRD_PARTY,
    WAIT_BANDS,
    WAYS,
    expert,
    hearing,
    helped,
    participant,
    seat,
    wait_days,
    work,
)
from queries.subjects.hotline import HOTLINE_ORDER
from queries.subjects.mediation import (
    INCUBATION,
    INCUBATOR,
    MEDIATING,
    MEDIATION,
    ORG,
    SOCIAL_WORK,
    URBAN,
    dispute,
    org,
    org_place,
)
from queries.subjects.petitions import (
    ACCOMPANIED,
    AGE_BANDS,
    CELLS_PER_DEGREE,
    CLOSING_DAYS,
    DUE_STATES,
    OF_PETITION,
    PETITION,
    PLACE_DIMENSIONS,
    age_band,
    closing_days,
    due_state,
    five_day_state,
    of_case,
    stage,
)
from queries.subjects.proposals import ADOPTED, PROPOSAL, PROPOSAL_KINDS, proposal
from queries.subjects.receptions import (
    DUTIES,
    DUTY,
    LED,
    READ,
    RECEIVED,
    RECEPTION,
    RECEPTION_AGES,
    WENT_DOWN,
    is_duty,
    reception_closed,
    visit,
)
from queries.subjects.supervision import ANSWERS, ESCALATIONS, SUPERVISION, answer, order

__all__ = [
    "ACCOMPANIED", "ACCOMPANIED_CASE", "ADOPTED", "AGENT", "AGE_BANDS", "ANSWERS", "AREA_DIMENSIONS", "AREA_LEVELS",
    "CELLS_PER_DEGREE", "CLOSING_DAYS", "COMMUNITY", "CONTACT_BANDS", "DIMENSIONS", "DUE_STATES", "DUTIES", "DUTY",
    "ESCALATIONS", "EXPERT", "EXPERT_CASE", "EXPERT_WORK", "GRID", "GRID_TASK", "HEARING", "HOTLINE_ORDER",
    "INCUBATION", "INCUBATOR", "LED", "MEDIATING", "MEDIATION", "OF_PETITION", "ORG", "PARTICIPATION",
    "PETITION", "PLACE_DIMENSIONS", "PRESIDING", "PROPOSAL", "PROPOSAL_KINDS", "READ", "RECEIVED", "RECEPTION",
    "RECEPTION_AGES", "SOCIAL_WORK", "SUPERVISION", "THIRD_PARTY", "URBAN", "WAIT_BANDS", "WAYS", "WENT_DOWN", "WORKER",
    "accompanier", "age_band", "answer", "area_name", "as_key", "before", "closing_days", "community", "dispute",
    "due_state", "expert", "first_level", "five_day_state", "grid", "happened", "hearing", "helped", "in_area",
    "in_category", "is_duty", "limit_passed", "name_of", "natural_days", "not_handled", "of_case", "on_day", "open_at",
    "order", "org", "org_place", "p", "participant", "proposal", "reception_closed", "seat", "stage", "task", "visit",
    "wait_days", "within_limit", "without_own_name", "work", "worker",
]  # fmt: skip
