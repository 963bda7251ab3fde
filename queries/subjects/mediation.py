"""访前调解: disputes taken before they become petitions, and the community organisations that help."""

from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, not_, null

from casebase import schema
from queries.model import Expression, Fixed, Subject
from queries.subjects.expressions import area_name, happened, p

# 每个社区 16 个社会组织 speaks of urban communities (社区), not of villages.
URBAN = "社区"
INCUBATOR = "孵化中心"
MEDIATING = "矛调类"
SOCIAL_WORK = ("社工", "志愿者")

dispute = schema.mediation.c
org = schema.social_org.c
# A number that may be missing would come back as 12.0: as text it is what the list asks for.
_ORG = Fixed(cast(org.org_id, String))
_place = schema.area.alias("mediation_place")
_place_street = schema.area.alias("mediation_street")


def _became(column: ColumnElement[Any]) -> Expression:
    """A column of the petition that a dispute became by the moment; a report of wrongdoing is not named."""
    return lambda at: case((and_(p.registered_at <= at.as_of, not_(p.restricted)), column), else_=null())


MEDIATION = Subject(
    "mediation",
    "访前调解",
    "件",
    schema.mediation.outerjoin(_place, dispute.community_code == _place.c.code)
    .outerjoin(_place_street, _place.c.parent_code == _place_street.c.code)
    .outerjoin(schema.social_org, dispute.org_id == org.org_id)
    .outerjoin(schema.petition, dispute.petition_id == p.petition_id),
    dispute.mediation_id,
    {
        "district": Fixed(_place_street.c.parent_code),
        "street": Fixed(_place.c.parent_code),
        "community": Fixed(dispute.community_code),
        "dispute_kind": Fixed(dispute.dispute_kind),
        "mediator_kind": Fixed(dispute.mediator_kind),
        "org": _ORG,
        "outcome": happened(dispute.closed_at, dispute.outcome),
    },
    {
        "mediation_id": Fixed(dispute.mediation_id),
        "dispute_kind": Fixed(dispute.dispute_kind),
        "mediator_kind": Fixed(dispute.mediator_kind),
        "org": Fixed(org.name),
        "district": area_name(_place_street.c.parent_code),
        "community": Fixed(_place.c.name),
        "opened_at": Fixed(dispute.opened_at),
        "mediated_at": happened(dispute.closed_at),
        "outcome": happened(dispute.closed_at, dispute.outcome),
        "became": _became(p.case_no),
        "petition_id": _became(p.petition_id),
    },
    Fixed(dispute.opened_at),
)

_org_place = schema.area.alias("org_place")
_org_street = schema.area.alias("org_street")
org_place = _org_place.c
ORG = Subject(
    "social_org",
    "社区社会组织",
    "支",
    schema.social_org.outerjoin(_org_place, org.community_code == _org_place.c.code).outerjoin(
        _org_street, _org_place.c.parent_code == _org_street.c.code
    ),
    org.org_id,
    {
        "district": Fixed(_org_street.c.parent_code),
        "street": Fixed(_org_place.c.parent_code),
        "community": Fixed(org.community_code),
        "org_kind": Fixed(org.kind),
        "org": _ORG,
    },
    {
        "org_id": Fixed(org.org_id),
        "org": Fixed(org.name),
        "org_kind": Fixed(org.kind),
        "district": area_name(_org_street.c.parent_code),
        "street": Fixed(_org_street.c.name),
        "community": Fixed(_org_place.c.name),
        "founded_on": Fixed(org.founded_on),
    },
    Fixed(org.org_id),
)

_INCUBATOR_COLUMNS = {name: column for name, column in ORG.columns.items() if name not in ("org", "org_kind")}
INCUBATION = Subject(
    "incubator",
    "孵化中心",
    "个",
    ORG.rows,
    org.org_id,
    {
        **{name: ORG.dimensions[name] for name in ("district", "street", "community")},
        "incubator_level": Fixed(org.level),
    },
    {"name": Fixed(org.name), "incubator_level": Fixed(org.level), **_INCUBATOR_COLUMNS},
    Fixed(org.org_id),
)
