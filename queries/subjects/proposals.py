"""三项建议: what the petition bureau proposes to others by article 40, and what they answered."""

from typing import Any

from sqlalchemy import ColumnElement, and_, case, not_, null

from casebase import schema
from queries.model import Expression, Fixed, Subject
from queries.subjects.expressions import area_name, happened, p

PROPOSAL_KINDS = ("改进工作", "完善政策", "追究责任")
ADOPTED = ("采纳", "部分采纳")

proposal = schema.proposal.c
_addressee = schema.unit.alias("addressee")
_place = schema.area.alias("addressee_place")
_above = schema.area.alias("addressee_above")
_level = _place.c.level
# Where the addressee belongs: a department of a district, an office of a street. A department of the city is nowhere.
_DISTRICT = case((_level == 2, _place.c.code), (_level == 3, _place.c.parent_code), (_level == 4, _above.c.parent_code))
_STREET = case((_level == 3, _place.c.code), (_level == 4, _place.c.parent_code))


def _of_case(column: ColumnElement[Any]) -> Expression:
    """A column of the petition that gave rise to it, if one is registered by the moment and may be named."""
    return lambda at: case((and_(p.registered_at <= at.as_of, not_(p.restricted)), column), else_=null())


PROPOSAL = Subject(
    "proposal",
    "三项建议",
    "件",
    schema.proposal.outerjoin(_addressee, proposal.unit_id == _addressee.c.unit_id)
    .outerjoin(_place, _addressee.c.area_code == _place.c.code)
    .outerjoin(_above, _place.c.parent_code == _above.c.code)
    .outerjoin(schema.petition, proposal.petition_id == p.petition_id),
    proposal.proposal_id,
    {
        "district": Fixed(_DISTRICT),
        "street": Fixed(_STREET),
        "community": Fixed(case((_level == 4, _place.c.code))),
        "proposal_kind": Fixed(proposal.kind),
        "addressee": Fixed(proposal.unit_id),
        "proposal_outcome": happened(proposal.feedback_at, proposal.outcome),
    },
    {
        "proposal_id": Fixed(proposal.proposal_id),
        "proposal_kind": Fixed(proposal.kind),
        "addressee": Fixed(_addressee.c.name),
        "district": area_name(_DISTRICT),
        "made_at": Fixed(proposal.made_at),
        "feedback_at": happened(proposal.feedback_at),
        "proposal_outcome": happened(proposal.feedback_at, proposal.outcome),
        "case_no": _of_case(p.case_no),
        "petition_id": _of_case(p.petition_id),
    },
    Fixed(proposal.made_at),
)
