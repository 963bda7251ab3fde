"""网格覆盖: grids, their workers, communities, agents and the work pushed to the grid platform."""

from datetime import timedelta

from sqlalchemy import ColumnElement, case, null

from casebase import schema
from queries.model import Fixed, Moment, Subject
from queries.subjects.expressions import area_name, before, grid_name, happened, p
from queries.subjects.petitions import OF_PETITION, of_case

grid = schema.grid.c
GRID = Subject(
    "grid",
    "网格",
    "个",
    schema.grid,
    grid.grid_id,
    {
        "district": Fixed(grid.district_code),
        "street": Fixed(grid.street_code),
        "community": Fixed(grid.community_code),
        "grid": Fixed(grid.grid_id),
        "grid_kind": Fixed(grid.kind),
    },
    {
        "grid_id": Fixed(grid.grid_id),
        "name": Fixed(grid.name),
        "kind": Fixed(grid.kind),
        "district": area_name(grid.district_code),
        "street": area_name(grid.street_code),
        "community": area_name(grid.community_code),
        "households": Fixed(grid.households),
    },
    Fixed(grid.grid_id),
)

worker = schema.grid_worker.c
WORKER = Subject(
    "grid_worker",
    "网格员",
    "人",
    schema.grid_worker.outerjoin(schema.grid, worker.grid_id == grid.grid_id),
    worker.worker_id,
    {**GRID.dimensions, "worker_source": Fixed(worker.source)},
    {
        "worker_id": Fixed(worker.worker_id),
        "worker_source": Fixed(worker.source),
        "active_from": Fixed(worker.active_from),
        "grid": Fixed(grid.name),
        "grid_kind": Fixed(grid.kind),
        "district": area_name(grid.district_code),
        "street": area_name(grid.street_code),
    },
    Fixed(worker.worker_id),
)

_community = schema.area.alias("community")
_street = schema.area.alias("street")
community = _community.c
COMMUNITY = Subject(
    "community",
    "社区（村）",
    "个",
    _community.outerjoin(_street, _community.c.parent_code == _street.c.code),
    community.code,
    {
        "district": Fixed(_street.c.parent_code),
        "street": Fixed(_street.c.code),
        "community": Fixed(community.code),
    },
    {
        "code": Fixed(community.code),
        "name": Fixed(community.name),
        "kind": Fixed(community.kind),
        "district": area_name(_street.c.parent_code),
        "street": Fixed(_street.c.name),
        "population": Fixed(community.population),
    },
    Fixed(community.code),
)

accompanier = schema.agent.c
AGENT = Subject(
    "agent",
    "信访代办员",
    "人",
    schema.agent.outerjoin(_community, accompanier.community_code == community.code).outerjoin(
        _street, community.parent_code == _street.c.code
    ),
    accompanier.agent_id,
    {**COMMUNITY.dimensions, "origin": Fixed(accompanier.origin)},
    {
        "agent_id": Fixed(accompanier.agent_id),
        "origin": Fixed(accompanier.origin),
        "active_from": Fixed(accompanier.active_from),
        "district": area_name(_street.c.parent_code),
        "street": Fixed(_street.c.name),
        "community": Fixed(community.name),
    },
    Fixed(accompanier.agent_id),
    few_cases=p.agent_id.is_not(None),
)

ACCOMPANIED_CASE = Subject(
    "accompanied_case",
    "代办信访件",
    "件次",
    schema.petition.outerjoin(schema.agent, p.agent_id == accompanier.agent_id),
    p.petition_id,
    {**OF_PETITION, "agent": Fixed(p.agent_id), "origin": Fixed(accompanier.origin)},
    of_case(petition_id=p.petition_id, agent_id=p.agent_id, origin=accompanier.origin),
    Fixed(p.registered_at),
)

task = schema.grid_task.c
CONTACT_BANDS = ("2小时内", "2–8小时", "8–24小时", "24–48小时", "48小时以上")
_CONTACT_LIMITS = (2, 8, 24, 48)


def contact_band(at: Moment) -> ColumnElement[str]:
    """Hours from the push of a task to the first contact, in bands; null before the contact."""
    limits = zip(_CONTACT_LIMITS, CONTACT_BANDS[:-1], strict=True)
    bands = [(task.contacted_at <= task.pushed_at + timedelta(hours=hours), band) for hours, band in limits]
    return case((before(at.as_of, task.contacted_at), case(*bands, else_=CONTACT_BANDS[-1])), else_=null())


GRID_TASK = Subject(
    "grid_task",
    "网格任务",
    "件",
    schema.grid_task.join(schema.petition, task.petition_id == p.petition_id),
    task.task_id,
    {
        **OF_PETITION,
        "grid": Fixed(task.grid_id),
        "task_kind": Fixed(task.kind),
        "contact_method": happened(task.contacted_at, task.contact_method),
        "contact_band": contact_band,
        "outcome": happened(task.finished_at, task.outcome),
    },
    {
        "task_id": Fixed(task.task_id),
        "task_kind": Fixed(task.kind),
        "grid": grid_name(task.grid_id),
        "pushed_at": Fixed(task.pushed_at),
        "contacted_at": happened(task.contacted_at),
        "contact_method": happened(task.contacted_at, task.contact_method),
        "finished_at": happened(task.finished_at),
        "outcome": happened(task.finished_at, task.outcome),
        "grid_id": Fixed(task.grid_id),
        **of_case(petition_id=p.petition_id),
    },
    Fixed(task.pushed_at),
)
