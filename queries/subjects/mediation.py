"""访前调解: disputes taken before they become petitions."""

from casebase import schema
from queries.model import Fixed, Subject
from queries.subjects.expressions import area_name, happened

dispute = schema.mediation.c
_place = schema.area.alias("mediation_place")
_place_street = schema.area.alias("mediation_street")
MEDIATION = Subject(
    "mediation",
    "访前调解",
    "件",
    schema.mediation.outerjoin(_place, dispute.community_code == _place.c.code).outerjoin(
        _place_street, _place.c.parent_code == _place_street.c.code
    ),
    dispute.mediation_id,
    {
        "district": Fixed(_place_street.c.parent_code),
        "street": Fixed(_place.c.parent_code),
        "community": Fixed(dispute.community_code),
        "dispute_kind": Fixed(dispute.dispute_kind),
        "mediator_kind": Fixed(dispute.mediator_kind),
    },
    {
        "mediation_id": Fixed(dispute.mediation_id),
        "dispute_kind": Fixed(dispute.dispute_kind),
        "mediator_kind": Fixed(dispute.mediator_kind),
        "district": area_name(_place_street.c.parent_code),
        "community": Fixed(_place.c.name),
        "opened_at": Fixed(dispute.opened_at),
        "closed_at": happened(dispute.closed_at),
        "outcome": happened(dispute.closed_at, dispute.outcome),
        "petition_id": Fixed(dispute.petition_id),
    },
    Fixed(dispute.opened_at),
)
