"""访前调解: disputes taken before they become petitions, by whom, and the organisations that help."""

from datetime import timedelta
from functools import partial

from sqlalchemy import ColumnElement, and_, func, not_, or_, select

from casebase import schema
from queries.has_row import has
from queries.model import Fixed, Kind, Metric, Moment, Polarity, Spell
from queries.registry.common import all_of, counted, known
from queries.subjects import (
    COMMUNITY,
    INCUBATION,
    INCUBATOR,
    MEDIATING,
    MEDIATION,
    ORG,
    SOCIAL_WORK,
    URBAN,
    before,
    community,
    dispute,
    natural_days,
    org,
    org_place,
    p,
)

_YEAR = timedelta(days=365)
# What became of a dispute is looked for among the cases that numbers count, whatever its outcome says.
_BECAME = "以登记的信访件为准，不看调解结果一栏；转成12345转办件或检举控告件的不算转为信访。"
_FOUNDED = "成立日期未填的视为已成立。"
_FAMILY = or_(dispute.dispute_kind.contains("家庭"), dispute.dispute_kind.contains("邻里"))
_SOCIAL = dispute.mediator_kind.in_(SOCIAL_WORK)
_OPENED_AT, _CLOSED_AT = Fixed(dispute.opened_at), Fixed(dispute.closed_at)


def _taken(at: Moment) -> ColumnElement[bool]:
    return dispute.opened_at <= at.as_of


def _mediated(at: Moment) -> ColumnElement[bool]:
    return and_(_taken(at), before(at.as_of, dispute.closed_at))


def _became_petition(at: Moment) -> ColumnElement[bool]:
    return and_(p.petition_id.is_not(None), known(at))


def _founded(at: Moment) -> ColumnElement[bool]:
    """A founding day that nobody wrote down lies in the past."""
    return or_(org.founded_on.is_(None), org.founded_on <= at.today)


_urban = and_(community.level == 4, community.kind == URBAN)


def _orgs_of_community(at: Moment) -> ColumnElement[int]:
    where = (org.community_code == community.code, org.kind != INCUBATOR, _founded(at))
    return select(func.count()).select_from(schema.social_org).where(*where).scalar_subquery()


def _mediated_lately(at: Moment) -> ColumnElement[bool]:
    m = schema.mediation.alias().c
    return has(org.org_id, m.org_id, m.opened_at > at.as_of - _YEAR, m.opened_at <= at.as_of)


_mediation = partial(
    Metric,
    group="访前调解",
    subject=MEDIATION,
    kind=Kind.RATE,
    unit="%",
    polarity=Polarity.UP_GOOD,
    among_text="期内结束的访前调解",
    period_text="调解结束时间",
    article="[S] 访前调解",
    among=_mediated,
    dated_by=_CLOSED_AT,
)


MEDIATIONS_TAKEN = _mediation(
    "mediations_taken",
    "受理纠纷",
    **counted("期内开始访前调解的纠纷", ""),
    kind=Kind.COUNT,
    unit="件",
    polarity=Polarity.NEUTRAL,
    period_text="调解受理时间",
    among=_taken,
    dated_by=_OPENED_AT,
    beside=("mediations_open",),
)
MEDIATIONS_OPEN = _mediation(
    "mediations_open",
    "调解中",
    **counted("时点上已受理、尚未结束调解的纠纷", ""),
    kind=Kind.COUNT,
    unit="件",
    polarity=Polarity.NEUTRAL,
    period_text="时点数",
    among=lambda at: and_(_taken(at), or_(dispute.closed_at.is_(None), dispute.closed_at > at.as_of)),
    dated_by=None,
    spell=lambda at: Spell(_taken(at), dispute.opened_at, dispute.closed_at),
)
DISPUTES_SETTLED = _mediation(
    "disputes_settled",
    "访前调解成功率",
    definition="期内结束的访前调解中，纠纷就地化解的比例。",
    hits_text="其中化解的",
    sides=("已化解", "未化解"),
    hit=Fixed(dispute.outcome == "化解"),
)
FAMILY_SETTLED = _mediation(
    "family_settled",
    "家庭邻里纠纷化解率",
    definition=f"期内结束调解的家庭、邻里纠纷中，在社区化解、没有成为信访件的比例。{_BECAME}",
    among_text="期内结束调解的纠纷，类型含“家庭”或“邻里”的",
    hits_text="其中化解、没有成为信访件的",
    sides=("社区化解", "未在社区化解"),
    article="[S] 85% 的家庭邻里纠纷在社区化解",
    among=lambda at: and_(_mediated(at), _FAMILY),
    hit=lambda at: and_(dispute.outcome == "化解", not_(_became_petition(at))),
    needs=("mediation.petition_id",),
    target=0.85,
)
PETITIONS_AFTER_MEDIATION = _mediation(
    "petitions_after_mediation",
    "调解后转信访率",
    polarity=Polarity.DOWN_GOOD,
    definition=f"期内结束的访前调解中，后来仍成为信访件的比例。{_BECAME}",
    hits_text="其中后来成为信访件的",
    sides=("转为信访", "未转信访"),
    hit=_became_petition,
)
MEDIATION_DAYS = _mediation(
    "mediation_days",
    "调解用时",
    kind=Kind.MEAN,
    unit="天",
    polarity=Polarity.DOWN_GOOD,
    definition="从受理纠纷到调解结束的平均自然日数。",
    hits_text="期内结束的访前调解",
    in_days=True,
    amount=Fixed(natural_days(dispute.opened_at, dispute.closed_at)),
)
SOCIAL_WORK_SHARE = _mediation(
    "social_work_share",
    "社工志愿者参与率",
    polarity=Polarity.NEUTRAL,
    definition="期内受理的纠纷中，由社工或志愿者调解的比例。",
    among_text="期内开始访前调解的纠纷",
    hits_text="其中由社工、志愿者调解的",
    period_text="调解受理时间",
    sides=("社工志愿者", "其他力量"),
    article="[S] 社工＋志愿者",
    among=_taken,
    hit=Fixed(_SOCIAL),
    dated_by=_OPENED_AT,
)
SOCIAL_WORK_SETTLED = _mediation(
    "social_work_settled",
    "社工志愿者化解率",
    definition="期内结束的、由社工或志愿者调解的纠纷中，化解的比例。",
    among_text="期内结束的、由社工或志愿者调解的纠纷",
    hits_text="其中化解的",
    sides=("已化解", "未化解"),
    article="[S] 社工＋志愿者",
    among=lambda at: and_(_mediated(at), _SOCIAL),
    hit=Fixed(dispute.outcome == "化解"),
    beside=("social_work_share",),
)
ORGS_MEDIATING = _mediation(
    "orgs_mediating",
    "参与调解的组织",
    **counted("期内受理过纠纷的社会组织", ""),
    kind=Kind.COUNT,
    unit="支",
    polarity=Polarity.NEUTRAL,
    period_text="调解受理时间",
    among=lambda at: and_(_taken(at), org.org_id.is_not(None)),
    dated_by=_OPENED_AT,
    lists=ORG,
    distinct=org.org_id,
    additive=False,
)


_organisations = partial(
    Metric,
    group="访前调解",
    subject=ORG,
    kind=Kind.COUNT,
    unit="支",
    polarity=Polarity.NEUTRAL,
    period_text="时点数",
    article="[S] 访前调解",
)
COMMUNITY_ORGS = _organisations(
    "community_orgs",
    "社区社会组织",
    **counted("时点上已成立的、社区里的社会组织，村和所在地未填的不计，孵化中心另计", _FOUNDED),
    among=lambda at: and_(_founded(at), org.kind != INCUBATOR, org_place.kind == URBAN),
    article="[S] 每个社区 16 支社会组织",
    beside=("incubators",),
    needs=("community",),
)
INCUBATORS = _organisations(
    "incubators",
    "孵化中心",
    subject=INCUBATION,
    unit="个",
    **counted("时点上已成立的社会组织孵化中心", _FOUNDED),
    among=lambda at: and_(_founded(at), org.kind == INCUBATOR),
)
MEDIATING_ORGS_ACTIVE = _organisations(
    "mediating_orgs_active",
    "矛调组织活跃率",
    kind=Kind.RATE,
    unit="%",
    polarity=Polarity.UP_GOOD,
    definition=f"时点上已成立的矛调类社会组织中，此前 365 天内受理过纠纷的比例。{_FOUNDED}",
    among_text="时点上已成立的矛调类社会组织",
    hits_text="其中此前 365 天内受理过纠纷的",
    sides=("有调解", "无调解"),
    among=lambda at: and_(_founded(at), org.kind == MEDIATING),
    hit=_mediated_lately,
)
COMMUNITIES_WITH_ORGS = _mediation(
    "communities_with_orgs",
    "社会组织覆盖率",
    subject=COMMUNITY,
    definition=f"时点上至少有一支社会组织的社区比例；村不计，孵化中心不计。{_FOUNDED}",
    among_text="全部社区，村不计",
    hits_text="其中至少有一支社会组织的",
    sides=("有社会组织", "无社会组织"),
    period_text="时点数",
    article="[S] 每个社区 16 支社会组织",
    among=Fixed(_urban),
    needs=("community",),
    hit=lambda at: has(community.code, org.community_code, org.kind != INCUBATOR, _founded(at)),
    dated_by=None,
)

ORGS_PER_COMMUNITY = _mediation(
    "orgs_per_community",
    "平均每个社区社会组织",
    subject=COMMUNITY,
    kind=Kind.MEAN,
    unit="支",
    definition=f"时点上平均每个社区的社会组织数；村和村里的组织不计，孵化中心不计。{_FOUNDED}",
    **all_of("全部社区，村不计"),
    period_text="时点数",
    article="[S] 每个社区 16 支社会组织",
    among=Fixed(_urban),
    needs=("community",),
    amount=_orgs_of_community,
    dated_by=None,
    short="平均每个社区",
)

METRICS = (
    MEDIATIONS_TAKEN,
    MEDIATIONS_OPEN,
    DISPUTES_SETTLED,
    FAMILY_SETTLED,
    PETITIONS_AFTER_MEDIATION,
    MEDIATION_DAYS,
    SOCIAL_WORK_SHARE,
    SOCIAL_WORK_SETTLED,
    ORGS_MEDIATING,
    COMMUNITY_ORGS,
    ORGS_PER_COMMUNITY,
    INCUBATORS,
    MEDIATING_ORGS_ACTIVE,
    COMMUNITIES_WITH_ORGS,
)
