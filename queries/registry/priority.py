"""重点信访事项: cases that a source flags, and where they were registered."""

from functools import partial

from sqlalchemy import ColumnElement, and_

from casebase.case_words import HIGHER_LEVELS
from queries.model import Kind, Metric, Polarity
from queries.registry.common import REGISTERED_AT, counted, known, open_spell, still_open
from queries.subjects import PETITION, p

_priority = partial(
    Metric,
    group="重点信访事项",
    subject=PETITION,
    kind=Kind.COUNT,
    unit="件次",
    polarity=Polarity.DOWN_GOOD,
    article="[C] 通行统计口径",
    period_text="登记时间",
    dated_by=REGISTERED_AT,
)


def _flagged(id: str, name: str, text: str, flag: ColumnElement[bool]) -> Metric:
    return _priority(id, name, **counted(f"期内登记的{text}。"), among=lambda at: and_(known(at), flag))


def _at_level(id: str, level: str) -> Metric:
    name = HIGHER_LEVELS[level]
    return _priority(
        id,
        f"{name}信访",
        **counted(f"期内登记、登记机构为{'国家' if level == '国家' else '省'}级的信访件。"),
        among=lambda at: and_(known(at), p.registering_level == level),
    )


LEADER_ASSIGNED = _priority(
    "leader_assigned",
    "领导包案在办",
    **counted("时点上未办结、由领导包案的信访件。"),
    polarity=Polarity.NEUTRAL,
    article="[L] 第十八条第二款",
    period_text="时点数",
    dated_by=None,
    among=lambda at: and_(still_open(at), p.leader_assigned),
    only_open=True,
    spell=lambda at: open_spell(and_(known(at), p.leader_assigned)),
)
LONG_STANDING = _priority(
    "long_standing",
    "在办积案",
    **counted("时点上未办结、来源标为积案的信访件。"),
    period_text="时点数",
    dated_by=None,
    among=lambda at: and_(still_open(at), p.is_long_standing),
    only_open=True,
    spell=lambda at: open_spell(and_(known(at), p.is_long_standing)),
    beside=("leader_assigned",),
)

METRICS = (
    LONG_STANDING,
    LEADER_ASSIGNED,
    _at_level("provincial", "省"),
    _at_level("national", "国家"),
    _flagged("skip_level", "越级信访", "越级提出的信访件", p.is_skip_level),
    _flagged("joint", "联名信访", "联名信访件", p.is_joint),
    _flagged("threat", "扬言件", "信访人扬言的信访件", p.is_threat),
)
