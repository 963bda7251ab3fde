"""访前调解: disputes taken before they become petitions."""

from typing import Any

from sqlalchemy import ColumnElement, and_, select

from queries.model import Fixed, Kind, Metric, Moment, Polarity
from queries.registry.common import known
from queries.subjects import MEDIATION, before, dispute, p


def _mediated(at: Moment) -> ColumnElement[bool]:
    return and_(dispute.opened_at <= at.as_of, before(at.as_of, dispute.closed_at))


def _mediation(id: str, name: str, **more: Any) -> Metric:
    values: dict[str, Any] = {
        "group": "访前调解",
        "subject": MEDIATION,
        "kind": Kind.RATE,
        "unit": "%",
        "among_text": "期内结束的访前调解",
        "period_text": "调解结束时间",
        "article": "[S] 访前调解",
        "among": _mediated,
        "dated_by": Fixed(dispute.closed_at),
        **more,
    }
    return Metric(id, name, **values)


DISPUTES_SETTLED = _mediation(
    "disputes_settled",
    "访前调解成功率",
    polarity=Polarity.UP_GOOD,
    definition="期内结束的访前调解中，纠纷就地化解的比例。",
    hits_text="其中化解的",
    sides=("已化解", "未化解"),
    hit=Fixed(dispute.outcome == "化解"),
)
PETITIONS_AFTER_MEDIATION = _mediation(
    "petitions_after_mediation",
    "调解后转信访率",
    polarity=Polarity.DOWN_GOOD,
    definition="期内结束的访前调解中，后来仍成为信访件的比例。",
    hits_text="其中后来成为信访件的",
    sides=("转为信访", "未转信访"),
    hit=lambda at: dispute.petition_id.in_(select(p.petition_id).where(known(at))),
)

METRICS = (DISPUTES_SETTLED, PETITIONS_AFTER_MEDIATION)
