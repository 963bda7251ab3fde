"""来访: visits and those of five people and more, in groups (批次) and in people (人次), which are never mixed."""

from functools import partial

from sqlalchemy import ColumnElement, and_

from queries.model import Fixed, Kind, Metric, Moment, Polarity
from queries.registry.common import REGISTERED_AT, counted, known
from queries.subjects import PETITION, p

VISIT = "来访"
_PEOPLE = Fixed(p.people)

_visit = partial(
    Metric,
    group="来访",
    subject=PETITION,
    period_text="登记时间",
    article="[C] 通行统计口径（来访、集体访并列批次、人次）",
    dated_by=REGISTERED_AT,
)


def _visits(at: Moment) -> ColumnElement[bool]:
    return and_(known(at), p.channel == VISIT)


def _collective(at: Moment) -> ColumnElement[bool]:
    return and_(_visits(at), p.is_collective)


VISITS = _visit(
    "visits",
    "来访批次",
    **counted("期内登记、信访形式为来访的信访件；一件即一批次。"),
    kind=Kind.COUNT,
    unit="批次",
    polarity=Polarity.NEUTRAL,
    among=_visits,
    beside=("visit_people",),
    short="来访",
)
VISIT_PEOPLE = _visit(
    "visit_people",
    "来访人次",
    **counted("期内登记、信访形式为来访的信访件，各批次来访的人数相加。"),
    kind=Kind.SUM,
    unit="人次",
    polarity=Polarity.NEUTRAL,
    among=_visits,
    amount=_PEOPLE,
    row_unit="批次",
    beside=("visits",),
    short="来访",
)
COLLECTIVE_VISITS = _visit(
    "collective_visits",
    "集体访批次",
    **counted("期内登记、信访形式为来访、5 人及以上的信访件；一件即一批次。"),
    kind=Kind.COUNT,
    unit="批次",
    polarity=Polarity.DOWN_GOOD,
    among=_collective,
    beside=("collective_people",),
    short="集体访",
)
COLLECTIVE_PEOPLE = _visit(
    "collective_people",
    "集体访人次",
    **counted("期内登记、信访形式为来访、5 人及以上的信访件，各批次来访的人数相加。"),
    kind=Kind.SUM,
    unit="人次",
    polarity=Polarity.DOWN_GOOD,
    among=_collective,
    amount=_PEOPLE,
    row_unit="批次",
    beside=("collective_visits",),
    short="集体访",
)

METRICS = (VISITS, VISIT_PEOPLE, COLLECTIVE_VISITS, COLLECTIVE_PEOPLE)
