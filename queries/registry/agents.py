"""信访代办: the cases that agents accompany, and the agents who do."""

from datetime import timedelta
from functools import partial

from sqlalchemy import ColumnElement, and_

from queries.has_row import has
from queries.model import Kind, Metric, Moment, Polarity
from queries.registry.common import EXCLUDED, REGISTERED_AT, active, all_of, known, open_spell, still_open
from queries.subjects import ACCOMPANIED_CASE, AGENT, PETITION, accompanier, p

ENGAGED_DAYS = 365


_agent = partial(
    Metric,
    group="信访代办",
    subject=ACCOMPANIED_CASE,
    kind=Kind.COUNT,
    unit="件次",
    polarity=Polarity.NEUTRAL,
    article="[S] 信访代办制度",
)


CASES_ACCOMPANIED = _agent(
    "cases_accompanied",
    "代办信访件",
    definition=f"期内登记、由信访代办员代办的信访件。{EXCLUDED}",
    **all_of("期内登记、有代办员的信访件"),
    period_text="登记时间",
    among=lambda at: and_(known(at), p.agent_id.is_not(None)),
    dated_by=REGISTERED_AT,
)
ACCOMPANIED_RATE = _agent(
    "accompanied_rate",
    "代办率",
    subject=PETITION,
    kind=Kind.RATE,
    unit="%",
    definition=f"期内登记的信访件中由信访代办员代办的比例。{EXCLUDED}",
    among_text="期内登记的信访件",
    hits_text="其中有代办员的",
    sides=("有代办员", "无代办员"),
    period_text="登记时间",
    among=known,
    hit=lambda _at: p.agent_id.is_not(None),
    dated_by=REGISTERED_AT,
)
ACCOMPANIED_OPEN = _agent(
    "accompanied_open",
    "代办在办件",
    definition=f"时点上尚未办结、由信访代办员代办的信访件。{EXCLUDED}",
    **all_of("尚未办结、有代办员的信访件"),
    period_text="时点数",
    among=lambda at: and_(still_open(at), p.agent_id.is_not(None)),
    only_open=True,
    spell=lambda at: open_spell(and_(known(at), p.agent_id.is_not(None))),
)


def _engaged(at: Moment) -> ColumnElement[bool]:
    recent = p.registered_at > at.as_of - timedelta(days=ENGAGED_DAYS)
    return has(accompanier.agent_id, p.agent_id, known(at), recent)


AGENTS_ENGAGED = _agent(
    "agents_engaged",
    "代办员参与率",
    subject=AGENT,
    kind=Kind.RATE,
    unit="%",
    polarity=Polarity.UP_GOOD,
    definition=f"时点上在岗的信访代办员中，此前 {ENGAGED_DAYS} 天内有代办件登记的比例。{EXCLUDED}",
    among_text="时点上在岗的信访代办员",
    hits_text=f"其中此前 {ENGAGED_DAYS} 天内有代办件登记的",
    sides=("有代办件", "无代办件"),
    period_text="时点数",
    among=lambda at: active(at, accompanier),
    hit=_engaged,
)

METRICS = (CASES_ACCOMPANIED, ACCOMPANIED_RATE, ACCOMPANIED_OPEN, AGENTS_ENGAGED)
