"""案件督办: orders on cases, to be answered by a day."""

from sqlalchemy import ColumnElement

from casebase import schema
from queries.model import Fixed, Moment, Subject
from queries.subjects.expressions import happened, limit_state, p
from queries.subjects.petitions import OF_PETITION, of_case

# Article 39: what the joint conference takes against those who fail, the mildest first.
ESCALATIONS = ("约谈", "通报", "挂牌督办", "责令限期整改")
ANSWERS = ("按期反馈", "逾期反馈", "逾期未反馈", "在期未反馈")

order = schema.supervision.c


def answer(at: Moment) -> ColumnElement[str]:
    """What became of an order's limit."""
    return limit_state(at, order.replied_at, order.due_at, ANSWERS)


SUPERVISION = Subject(
    "supervision",
    "督办件",
    "件",
    schema.supervision.join(schema.petition, order.petition_id == p.petition_id),
    order.supervision_id,
    {
        **OF_PETITION,
        "supervision_level": Fixed(order.level),
        "answer": answer,
        "supervision_result": happened(order.replied_at, order.result),
        "escalation": Fixed(order.escalation),
    },
    {
        "supervision_id": Fixed(order.supervision_id),
        "supervision_level": Fixed(order.level),
        "issued_at": Fixed(order.issued_at),
        "answer_due_at": Fixed(order.due_at),
        "answer": answer,
        "replied_at": happened(order.replied_at),
        "supervision_result": happened(order.replied_at, order.result),
        "escalation": Fixed(order.escalation),
        **of_case(petition_id=p.petition_id),
    },
    Fixed(order.issued_at),
)
