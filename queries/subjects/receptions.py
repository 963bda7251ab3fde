"""领导接访: what leaders do themselves (article 18); with the leader's office, never a name."""

from datetime import timedelta

from sqlalchemy import ColumnElement, case, func, null, or_, select

from casebase import schema
from queries.model import Expression, Fixed, Moment, Subject
from queries.subjects.expressions import before, happened, p
from queries.subjects.petitions import OF_PETITION, of_case

RECEPTION_AGES = ("15天内", "16–30天", "31–60天", "60天以上")
_AGE_LIMITS = (15, 30, 60)

# Article 18: 定期接访, 定期下访, 阅批群众来信和网上信访, 包案.
RECEIVED, WENT_DOWN, READ, LED = "接访", "下访", "阅批", "包案"
DUTIES = (RECEIVED, WENT_DOWN, READ, LED)

visit = schema.reception.c


def is_duty(duty: str) -> ColumnElement[bool]:
    """Rows of one of the duties; one of which nobody wrote down what it was is a reception."""
    return or_(visit.kind.is_(None), visit.kind == duty) if duty == RECEIVED else visit.kind == duty


def reception_closed() -> ColumnElement[object]:
    """When a received case was done with: its own record, else the closing of the petition after the reception."""
    return func.coalesce(visit.closed_at, case((p.closed_at >= visit.held_at, p.closed_at), else_=null()))


def _age(at: Moment) -> ColumnElement[str]:
    """Natural days since the reception, in bands, of what is not closed yet."""
    limits = zip(_AGE_LIMITS, RECEPTION_AGES[:-1], strict=True)
    bands = [(visit.held_at >= at.midnight - timedelta(days=days), band) for days, band in limits]
    return case((before(at.as_of, reception_closed()), null()), *bands, else_=RECEPTION_AGES[-1])


def _of_known(name: str) -> Expression:
    """What a petition stands at; nothing where nobody wrote down which one it was."""
    return lambda at: case((p.petition_id.is_not(None), OF_PETITION[name](at)), else_=null())


# Of rows that may stand without a petition.
OF_KNOWN_CASE = {name: _of_known(name) for name in OF_PETITION}
_OF_RECEPTIONS = p.petition_id.in_(select(visit.petition_id))
RECEPTION = Subject(
    "reception",
    "领导接访",
    "批次",
    schema.reception.outerjoin(schema.petition, visit.petition_id == p.petition_id),
    visit.reception_id,
    {
        **OF_KNOWN_CASE,
        "leader": Fixed(visit.leader_title),
        "reception_place": Fixed(visit.place),
        "reception_age": _age,
    },
    {
        "reception_id": Fixed(visit.reception_id),
        "leader": Fixed(visit.leader_title),
        "received_at": Fixed(visit.held_at),
        "reception_place": Fixed(visit.place),
        "reception_closed_at": happened(reception_closed()),
        **of_case(petition_id=p.petition_id),
        "stage": OF_KNOWN_CASE["stage"],
    },
    Fixed(visit.held_at),
    few_cases=_OF_RECEPTIONS,
)

DUTY = Subject(
    "leader_duty",
    "领导接访下访、阅批、包案",
    "条",
    RECEPTION.rows,
    visit.reception_id,
    {**RECEPTION.dimensions, "duty": Fixed(func.coalesce(visit.kind, RECEIVED))},
    {
        "reception_id": Fixed(visit.reception_id),
        "duty": Fixed(func.coalesce(visit.kind, RECEIVED)),
        "leader": Fixed(visit.leader_title),
        "duty_at": Fixed(visit.held_at),
        "duty_place": Fixed(visit.place),
        "duty_closed_at": happened(reception_closed()),
        **of_case(petition_id=p.petition_id),
        "stage": OF_KNOWN_CASE["stage"],
    },
    Fixed(visit.held_at),
    few_cases=_OF_RECEPTIONS,
)
