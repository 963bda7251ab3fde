"""三项建议: what the petition bureau proposed by article 40, and whether it was answered and adopted."""

from functools import partial

from sqlalchemy import ColumnElement, and_, or_

from queries.model import AT_THE_MOMENT, Fixed, Kind, Metric, Moment, Polarity
from queries.registry.common import all_of, counted
from queries.subjects import ADOPTED, PROPOSAL, before, proposal

_KINDS = "改进工作、完善政策、追究责任的建议"


def _made(at: Moment) -> ColumnElement[bool]:
    return proposal.made_at <= at.as_of


def _answered(at: Moment) -> ColumnElement[bool]:
    return and_(_made(at), before(at.as_of, proposal.feedback_at))


_proposal = partial(
    Metric,
    group="三项建议",
    subject=PROPOSAL,
    kind=Kind.COUNT,
    unit="件",
    polarity=Polarity.NEUTRAL,
    period_text="提出建议时间",
    article="[L] 第四十条、第四十一条第三项",
    among=_made,
    dated_by=Fixed(proposal.made_at),
)
PROPOSALS_MADE = _proposal(
    "proposals_made",
    "提出三项建议",
    **counted(f"期内信访部门向机关、单位提出的{_KINDS}", ""),
)
PROPOSALS_ANSWERED = _proposal(
    "proposals_answered",
    "建议书面反馈率",
    kind=Kind.RATE,
    unit="%",
    polarity=Polarity.UP_GOOD,
    definition=f"期内提出的{_KINDS}中，对方已书面反馈采纳情况的比例。",
    among_text=f"期内提出的{_KINDS}",
    hits_text="其中已书面反馈的",
    sides=("已反馈", "未反馈"),
    hit=lambda at: before(at.as_of, proposal.feedback_at),
)
PROPOSALS_ADOPTED = _proposal(
    "proposals_adopted",
    "建议采纳率",
    kind=Kind.RATE,
    unit="%",
    polarity=Polarity.UP_GOOD,
    definition=f"期内提出、已书面反馈的{_KINDS}中，采纳和部分采纳的比例。",
    among_text=f"期内提出、已书面反馈的{_KINDS}",
    hits_text="其中采纳、部分采纳的",
    sides=("采纳", "未采纳"),
    among=_answered,
    hit=Fixed(proposal.outcome.in_(ADOPTED)),
    beside=("proposals_answered",),
)
PROPOSALS_WAITING = _proposal(
    "proposals_waiting",
    "待反馈建议",
    **all_of(f"时点上已提出、对方尚未书面反馈的{_KINDS}"),
    definition=f"时点上已提出、对方尚未书面反馈采纳情况的{_KINDS}。",
    polarity=Polarity.DOWN_GOOD,
    period_text=AT_THE_MOMENT,
    among=lambda at: and_(_made(at), or_(proposal.feedback_at.is_(None), proposal.feedback_at > at.as_of)),
    dated_by=None,
)

METRICS = (PROPOSALS_MADE, PROPOSALS_ANSWERED, PROPOSALS_ADOPTED, PROPOSALS_WAITING)
