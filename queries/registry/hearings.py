"""专家听证: hearings, the cases and experts in them, and what follows."""

from functools import partial

from sqlalchemy import ColumnElement, and_, not_, or_

from queries.model import Fixed, Kind, Metric, Moment, Polarity
from queries.registry.common import EXCLUDED, all_of, known
from queries.subjects import (
    EXPERT,
    EXPERT_CASE,
    EXPERT_WORK,
    HEARING,
    PARTICIPATION,
    PETITION,
    PRESIDING,
    THIRD_PARTY,
    before,
    expert,
    hearing,
    helped,
    p,
    participant,
    seat,
    wait_days,
    work,
)


def _held(at: Moment) -> ColumnElement[bool]:
    return and_(known(at), before(at.as_of, hearing.held_at))


def _took_part(at: Moment) -> ColumnElement[bool]:
    """Known petitions, and disputes that experts help with before they become any."""
    of_dispute = and_(work.petition_id.is_(None), helped.mediation_id.is_not(None))
    return and_(work.took_part_at <= at.as_of, or_(of_dispute, and_(p.petition_id.is_not(None), known(at))))


_hearing = partial(
    Metric,
    group="专家听证",
    subject=HEARING,
    kind=Kind.COUNT,
    polarity=Polarity.NEUTRAL,
    period_text="听证举行时间",
    article="[S] 专家人才库与公开听证；[L] 第三十一条",
    dated_by=Fixed(hearing.held_at),
    among=_held,
)


HEARINGS_HELD = _hearing(
    "hearings_held",
    "举行听证",
    unit="场次",
    definition=f"期内举行的听证，一场计一场次。{EXCLUDED}",
    **all_of("期内举行的听证"),
    beside=("cases_heard", "expert_participations"),
)
OPEN_HEARINGS = _hearing(
    "open_hearings",
    "公开听证率",
    kind=Kind.RATE,
    unit="%",
    definition=f"期内举行的听证中，公开举行的比例。{EXCLUDED}",
    among_text="期内举行的听证",
    hits_text="其中公开举行的",
    sides=("公开", "不公开"),
    hit=Fixed(hearing.is_public),
    needs=("hearing.is_public",),
)
CASES_HEARD = _hearing(
    "cases_heard",
    "听证案件",
    unit="件次",
    definition=f"期内举行过听证的信访件，同一件多次听证只计一件。{EXCLUDED}",
    **all_of("期内举行过听证的信访件"),
    lists=PETITION,
    distinct=hearing.petition_id,
    additive=False,
)
EXPERT_PARTICIPATIONS = _hearing(
    "expert_participations",
    "专家出席",
    subject=PARTICIPATION,
    unit="人次",
    definition=f"期内听证中专家出席的人次：一人出席几场计几人次，回避的不计。{EXCLUDED}",
    **all_of("期内听证的专家席位，回避的除外"),
    among=lambda at: and_(_held(at), not_(seat.recused)),
)
EXPERTS_ACTIVE = _hearing(
    "experts_active",
    "出席专家",
    subject=PARTICIPATION,
    unit="人",
    definition=f"期内至少出席一场听证的专家人数：一人出席几场只计一人，回避的不计。{EXCLUDED}",
    **all_of("期内至少出席一场听证的专家"),
    among=lambda at: and_(_held(at), not_(seat.recused)),
    lists=EXPERT,
    distinct=seat.expert_id,
    additive=False,
)
EXPERT_CASES = _hearing(
    "expert_cases",
    "专家参与件次",
    subject=EXPERT_WORK,
    unit="件次",
    definition="期内专家参与听证、调解或办理的件数：同一件不论几位专家、几场听证、几种方式只计一件；信访件和访前调解的纠纷"
    f"各为一件，听证评议团中回避的不计。按参与方式分时，一件可在几种方式中各计一次。{EXCLUDED}",
    **all_of("期内专家参与听证、调解或办理的信访件和访前调解"),
    period_text="参与时间（听证为举行时间）",
    article="[S] 专家参与听证、调解、办理 300 余件次；[L] 第三十一条、第三十三条",
    among=_took_part,
    dated_by=Fixed(work.took_part_at),
    lists=EXPERT_CASE,
    distinct=work.case_key,
    additive=False,
    beside=("cases_heard",),
    needs=("hearing", "hearing_expert", "expert_task"),
)
THIRD_PARTIES = _hearing(
    "third_parties",
    "第三方参加听证",
    subject=THIRD_PARTY,
    unit="人次",
    definition="期内举行的听证中，专家库以外的第三方（志愿者、人大代表、政协委员、群众代表等）参加的人次，一人参加一场计一人次；"
    f"主持听证的是责任单位或复查、复核机关的人，不是第三方，不计。{EXCLUDED}",
    **all_of("期内听证的第三方席位，主持的除外"),
    among=lambda at: and_(_held(at), or_(participant.role.is_(None), participant.role != PRESIDING)),
)
EXPERTS_IN_POOL = _hearing(
    "experts_in_pool",
    "在库专家",
    subject=EXPERT,
    unit="人",
    definition="时点上已入库的专家人数。",
    **all_of("已入库的专家"),
    period_text="时点数",
    article="[S] 市信访工作专家人才库",
    among=lambda at: expert.joined_on <= at.today,
    dated_by=None,
)
SETTLED_AFTER_HEARING = _hearing(
    "settled_after_hearing",
    "听证后化解率",
    kind=Kind.RATE,
    unit="%",
    polarity=Polarity.UP_GOOD,
    definition=f"期内举行的听证中，听证后群众息诉息访、事项化解的比例。{EXCLUDED}",
    among_text="期内举行的听证",
    hits_text="其中听证后化解的",
    sides=("已化解", "未化解"),
    hit=lambda at: before(at.as_of, hearing.settled_at),
)
HEARING_WAIT_DAYS = _hearing(
    "hearing_wait_days",
    "听证等待天数",
    kind=Kind.MEAN,
    unit="天",
    polarity=Polarity.DOWN_GOOD,
    definition=f"从申请听证到举行听证的平均自然日数。{EXCLUDED}",
    **all_of("期内举行的、有申请时间的听证"),
    among=lambda at: and_(_held(at), hearing.applied_at.is_not(None)),
    amount=Fixed(wait_days()),
    in_days=True,
)
HEARINGS_COMING = _hearing(
    "hearings_coming",
    "待举行听证",
    unit="场次",
    definition=f"时点上已排期、尚未举行且未取消的听证。{EXCLUDED}",
    **all_of("已排期、尚未举行的听证"),
    period_text="时点数",
    dated_by=None,
    among=lambda at: and_(
        known(at),
        or_(hearing.applied_at.is_(None), hearing.applied_at <= at.as_of),
        hearing.scheduled_at > at.as_of,
        or_(hearing.held_at.is_(None), hearing.held_at > at.as_of),
        hearing.status != "已取消",
    ),
)

METRICS = (
    HEARINGS_HELD,
    CASES_HEARD,
    OPEN_HEARINGS,
    EXPERT_CASES,
    EXPERT_PARTICIPATIONS,
    THIRD_PARTIES,
    SETTLED_AFTER_HEARING,
    HEARING_WAIT_DAYS,
    EXPERTS_ACTIVE,
    EXPERTS_IN_POOL,
    HEARINGS_COMING,
)
