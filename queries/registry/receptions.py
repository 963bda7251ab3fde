"""领导接访: who received whom and what became of it; visits, letters read and cases led beside (article 18)."""

from functools import partial

from sqlalchemy import ColumnElement, Date, and_, cast, literal, or_

from queries.model import Fixed, Kind, Metric, Moment, Polarity, Spell
from queries.registry.common import EXCLUDED, all_of, counted, known, with_its_case
from queries.subjects import (
    DUTY,
    LED,
    PETITION,
    READ,
    RECEIVED,
    RECEPTION,
    WENT_DOWN,
    before,
    is_duty,
    natural_days,
    p,
    reception_closed,
    visit,
)


def _done(at: Moment, duty: str) -> ColumnElement[bool]:
    """What leaders did with known petitions, and that of which nobody wrote down the case."""
    return and_(is_duty(duty), visit.held_at <= at.as_of, or_(p.petition_id.is_(None), known(at)))


def _received(at: Moment) -> ColumnElement[bool]:
    return _done(at, RECEIVED)


def _open(at: Moment) -> ColumnElement[bool]:
    """Not done with by the moment; that its own record does not say so is said by itself, as rows are found by it."""
    own, closed = visit.closed_at, reception_closed()
    return and_(_received(at), or_(own.is_(None), own > at.as_of), or_(closed.is_(None), closed > at.as_of))


def _days_open(at: Moment) -> ColumnElement[int]:
    return natural_days(visit.held_at, cast(literal(at.today), Date))


_reception = partial(
    Metric,
    group="领导接访",
    subject=RECEPTION,
    kind=Kind.COUNT,
    unit="批次",
    polarity=Polarity.NEUTRAL,
    period_text="接访时间",
    article="[L] 第十八条第二款；[S] 领导接访处访",
    dated_by=Fixed(visit.held_at),
    among=_received,
)


RECEPTIONS = _reception(
    "receptions",
    "领导接访",
    **counted("期内领导接待的来访，一次接待一批计一批次；下访、阅批、包案另计"),
    beside=("cases_received",),
)
CASES_RECEIVED = _reception(
    "cases_received",
    "接访案件",
    **counted("期内领导接访的信访件，同一件多次接访只计一件"),
    unit="件次",
    among=lambda at: and_(_received(at), p.petition_id.is_not(None)),
    lists=PETITION,
    distinct=p.petition_id,
    additive=False,
)
RECEPTIONS_CLOSED = _reception(
    "receptions_closed",
    "接访办结率",
    kind=Kind.RATE,
    unit="%",
    polarity=Polarity.UP_GOOD,
    definition="期内的领导接访中，所接的事已办结的比例；接访记录没有办结时间的，以信访件在接访之后的办结为准。"
    + EXCLUDED,
    among_text="期内的领导接访",
    hits_text="其中已办结的",
    sides=("已办结", "未办结"),
    hit=lambda at: before(at.as_of, reception_closed()),
)
RECEPTION_DAYS = _reception(
    "reception_days",
    "接访办结用时",
    kind=Kind.MEAN,
    unit="天",
    polarity=Polarity.DOWN_GOOD,
    definition=f"从接访到办结的平均自然日数。{EXCLUDED}",
    **all_of("期内办结的领导接访"),
    period_text="办结时间",
    among=lambda at: and_(_received(at), before(at.as_of, reception_closed())),
    dated_by=Fixed(reception_closed()),
    dated_from=lambda _: ((visit.closed_at, 0), (p.closed_at, 0)),
    amount=Fixed(natural_days(visit.held_at, reception_closed())),
    in_days=True,
)
_OPEN = "时点上领导已接访、尚未办结的"
RECEPTIONS_OPEN = _reception(
    "receptions_open",
    "接访未办结",
    **counted(_OPEN),
    polarity=Polarity.DOWN_GOOD,
    period_text="时点数",
    among=_open,
    dated_by=None,
    spell=lambda at: Spell(_received(at), with_its_case(visit.held_at), reception_closed()),
    beside=("reception_days_open",),
)
RECEPTION_DAYS_OPEN = _reception(
    "reception_days_open",
    "未办结天数",
    polarity=Polarity.DOWN_GOOD,
    period_text="时点数",
    among=_open,
    dated_by=None,
    kind=Kind.MEAN,
    unit="天",
    definition=f"{_OPEN}，从接访至今的平均自然日数。{EXCLUDED}",
    **all_of(_OPEN),
    amount=_days_open,
    in_days=True,
    short="平均已",
)

_duty = partial(
    Metric,
    group="领导接访",
    subject=DUTY,
    kind=Kind.COUNT,
    unit="件次",
    polarity=Polarity.NEUTRAL,
    article="[L] 第十八条第二款",
    dated_by=Fixed(visit.held_at),
)
VISITS_DOWN = _duty(
    "visits_down",
    "领导下访",
    **counted("期内领导下访的，一次下访计一批次"),
    unit="批次",
    period_text="下访时间",
    among=lambda at: _done(at, WENT_DOWN),
)
LETTERS_READ = _duty(
    "letters_read",
    "领导阅批",
    **counted("期内领导阅批的群众来信和网上信访，一次阅批计一件次"),
    period_text="阅批时间",
    among=lambda at: _done(at, READ),
)
CASES_LED = _duty(
    "cases_led",
    "领导包案",
    **counted("期内开始由领导包案的信访件"),
    period_text="包案时间",
    among=lambda at: _done(at, LED),
)
CASES_LED_CLOSED = _duty(
    "cases_led_closed",
    "包案办结率",
    kind=Kind.RATE,
    unit="%",
    polarity=Polarity.UP_GOOD,
    definition="期内开始由领导包案的信访件中，已办结的比例；包案记录没有办结时间的，以信访件在包案之后的办结为准。"
    + EXCLUDED,
    among_text="期内开始由领导包案的信访件",
    hits_text="其中已办结的",
    sides=("已办结", "未办结"),
    period_text="包案时间",
    among=lambda at: _done(at, LED),
    hit=lambda at: before(at.as_of, reception_closed()),
)

METRICS = (
    RECEPTIONS,
    CASES_RECEIVED,
    RECEPTIONS_CLOSED,
    RECEPTION_DAYS,
    RECEPTIONS_OPEN,
    RECEPTION_DAYS_OPEN,
    VISITS_DOWN,
    LETTERS_READ,
    CASES_LED,
    CASES_LED_CLOSED,
)
