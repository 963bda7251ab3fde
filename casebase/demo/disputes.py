"""Disputes mediated before they become petitions (访前调解), and the exemplary ones among them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from sqlalchemy import Connection, and_, or_, select, update

from casebase import schema
from casebase.bulk_insert import append
from casebase.demo import public_counts
from casebase.demo.draws import Draws
from casebase.demo.hearings import Candidates, chosen_on, spread_days
from casebase.demo.hours import OFFICE, WAKING, read_waking, waking_moment
from casebase.demo.origins import REPORT, Origins
from casebase.demo.world import World

KINDS = {"家庭邻里": 38, "物业": 20, "劳资": 12, "消费": 9, "征地拆迁": 6, "交通事故": 5, "其他": 10}
_MEDIATORS = {"社工": 14, "志愿者": 16, "律师": 8, "矛调员": 30, "代办员": 14, "网格员": 18}
OUTCOMES = ("化解", "未化解", "转信访")
_BECOME_PETITIONS = 240
"""Per 10,000 petitions: those that a mediation preceded."""
_ALONE = 3_220
"""Per 10,000 petitions: mediations that stand alone; together 0.3 for each petition of all years."""
_SETTLED = (9_240, 8_100)
"""Settled ones among those that stand alone: family and neighbours, all others.

With the disputes that became petitions, 85 % of the former are settled.
"""
_MODELS = 40
_TOLD_AFTER = (20, 90)
"""Days after which a mediation stands in the library of exemplary ones."""
_METHODS = (
    "社工先分别入户倾听，再请双方到议事会面对面商量，律师当场讲清法律后果",
    "老街坊摆茶说理，志愿者连续三周回访，把约定写进楼院公约",
    "矛调员会同网格员现场勘查，列出责任清单，双方按清单逐项销号",
    "代办员全程陪同，联系责任单位到社区现场答复，一次讲明政策",
    "心理疏导在前、利益协商在后，由社区社会组织担保履行",
)


@dataclass(frozen=True)
class NamedCase:
    """A case that the seed document names."""

    place: str
    organisation: str
    dispute_kind: str
    deed: str
    method: str
    who: str
    outcome: str


_NAMED = (
    NamedCase(
        "中原区秦江社区", "西郊老街坊喝茶化事", "家庭邻里", "一壶茶化解楼道堆物引起的邻里纠纷",
        "老街坊请双方到茶座坐下，先叙旧、再说理，由楼组长当场议定堆物清理和公共空间使用办法", "志愿者",
        "双方握手言和，约定写进楼院公约，回访无反复",
    ),
    NamedCase(
        "金水区通信花园社区", "银发调解队", "家庭邻里", "化解三兄妹赡养老人纠纷",
        "退休法官、教师和老党员组成调解队，分头入户听取意见，讲清赡养义务，逐项商定照料和费用分担", "志愿者",
        "三兄妹签订赡养协议，社区每季度回访，老人得到妥善照料",
    ),
    NamedCase(
        "巩义市湖畔社区", "聪姐和事会", "家庭邻里", "化解楼上漏水赔偿纠纷",
        "聪姐带和事会成员现场查看漏点，请物业和维修师傅一起核定损失，背靠背做双方工作", "矛调员",
        "楼上住户修复漏点并赔偿损失，双方恢复往来",
    ),
    NamedCase(
        "惠济区西山社区", "六元共治", "物业", "化解小区公共收益分配纠纷",
        "社区党组织牵头，居委会、物业、业委会、社会组织和居民代表六方议事，公开账目、逐项表决", "社工",
        "公共收益按季公示，用于更新楼道照明，业主撤回诉求",
    ),
)  # fmt: skip


def table(
    world: World, draws: Draws, case: Origins, until: np.datetime64, first_id: int, precede: bool = True
) -> pa.Table:
    """Rows of `mediation` for the span of a block of cases: people meet in waking hours.

    With `precede`, some of the cases were mediated before they were registered.
    """
    city = world.city
    recorded = case.registered >= world.whole_from
    led = np.flatnonzero(
        draws.chance(_BECOME_PETITIONS * precede, case.size)
        & recorded
        & (case.community >= 0)
        & (case.purpose != REPORT)
    )
    began = read_waking(case.registered[draws.chance(_ALONE, case.size) & recorded])
    alone = began.size
    began = began + draws.between(60, 3_600, alone)
    place = draws.weighted(world.profile.community_weight, alone)
    ended = read_waking(case.registered[led]) - draws.between(3_900, 6 * WAKING, led.size)
    n = led.size + alone
    opened = waking_moment(np.concatenate([ended - draws.between(WAKING, 12 * WAKING, led.size), began]))
    closed = waking_moment(np.concatenate([ended, began + draws.between(1_950, 14 * WAKING, alone)]))
    community = np.concatenate([case.community[led], place])
    petition = np.concatenate([case.petition_id[led], np.zeros(alone, dtype=np.int64)])
    kind = draws.weighted(list(KINDS.values()), n)
    settled = draws.chance(np.where(kind == 0, _SETTLED[0], _SETTLED[1]), n)
    outcome = np.where(petition > 0, 2, np.where(settled, 0, 1))
    organisation = np.where(draws.chance(6_500, n), city.org_of[community], 0)
    founded = city.organisations.founded_on.to_numpy().astype("datetime64[s]")[organisation - 1]
    organisation = np.where(founded <= opened, organisation, 0)
    mediator = draws.weighted(list(_MEDIATORS.values()), n)
    order = np.argsort(opened, kind="stable")
    order = order[opened[order] <= until]
    done = closed <= until
    names = pa.array(list(KINDS)), pa.array(list(_MEDIATORS)), pa.array(OUTCOMES)
    rows = pa.table(
        {
            "petition_id": pa.array(petition, mask=petition == 0),
            "community_code": city.ground.community_code.take(pa.array(community)),
            "dispute_kind": names[0].take(pa.array(kind)),
            "org_id": pa.array(organisation, mask=organisation == 0),
            "mediator_kind": names[1].take(pa.array(mediator)),
            "opened_at": pa.array(opened.astype("datetime64[us]")),
            "closed_at": pa.array(closed.astype("datetime64[us]"), mask=~done),
            "outcome": names[2].take(pa.array(outcome, mask=~done)),
        }
    ).take(pa.array(order))
    return rows.add_column(0, "mediation_id", pa.array(first_id + np.arange(order.size)))


def write_expert_tasks(
    connection: Connection, draws: Draws, world: World, blocks: list[Candidates], until: datetime
) -> None:
    """What experts do beside hearings: they lead a few of the mediations and help to handle a few cases."""
    m, e = schema.mediation.c, schema.expert.c
    settled = connection.scalars(select(m.mediation_id).where(m.outcome == "化解").order_by(m.mediation_id)).all()
    led = [settled[at] for at in draws.spread(len(settled), public_counts.EXPERT_MEDIATIONS)]
    ended = select(m.mediation_id, m.closed_at).where(m.mediation_id.in_(led)).order_by(m.mediation_id)
    mediations = pd.DataFrame(connection.execute(ended).all(), columns=["mediation_id", "at"])
    connection.execute(update(schema.mediation).where(m.mediation_id.in_(led)).values(mediator_kind="专家"))
    every = pd.concat([pd.DataFrame(vars(part)) for part in blocks], ignore_index=True)
    heard = connection.scalars(select(schema.hearing.c.petition_id)).all()
    handled = _helped(draws, every[~every.petition_id.isin(heard)], world, until)
    tasks = pd.concat([mediations.assign(kind="调解"), handled.assign(kind="办理")], ignore_index=True)
    tasks = tasks.astype({"at": "datetime64[us]"}).sort_values("at", kind="stable", ignore_index=True)
    joined = pd.DataFrame(
        connection.execute(select(e.expert_id, e.joined_on).order_by(e.joined_on, e.expert_id)).all(),
        columns=["expert_id", "joined_on"],
    )
    members = np.searchsorted(
        joined.joined_on.to_numpy().astype("datetime64[us]"), tasks["at"].to_numpy(), side="right"
    )
    tasks = tasks[members > 0]
    chosen = joined.expert_id.to_numpy()[draws.within(members[members > 0])]
    rows = pd.DataFrame(
        {
            "task_id": np.arange(1, len(tasks) + 1),
            "expert_id": chosen,
            "petition_id": tasks.get("petition_id", pd.Series(dtype=float)).astype("Int64"),
            "mediation_id": tasks.mediation_id.astype("Int64"),
            "kind": tasks.kind,
            "took_part_at": tasks["at"],
        }
    )
    append(connection, schema.expert_task, rows)


def _helped(draws: Draws, every: pd.DataFrame, world: World, until: datetime) -> pd.DataFrame:
    """Cases that an expert helps to handle, closed by now or not: petition_id, and `at` in office hours."""
    every = every.iloc[draws.order(len(every))]
    days = spread_days(draws, every, world.calendar, until, public_counts.EXPERT_HANDLINGS)
    accepted, closed = (every[name].to_numpy().astype("datetime64[D]") for name in ("accepted", "closed"))
    window = {"办理": (accepted + 2, np.minimum(accepted + 60, closed - 1))}
    chosen = chosen_on(every, days, np.repeat("办理", days.size), window)
    begin = world.office.read(chosen.day.to_numpy().astype("datetime64[s]"))
    return pd.DataFrame(
        {"petition_id": chosen.petition_id, "at": world.office.moment(begin + draws.below(OFFICE - 1, len(chosen)))}
    )


def write_model_cases(connection: Connection, draws: Draws, until: datetime) -> None:
    """Fill the library of exemplary mediations (优秀案例库): those that the seed document names, and others."""
    m, o, a = schema.mediation.c, schema.social_org.c, schema.area.c
    fit = and_(m.outcome == "化解", m.dispute_kind != "其他", m.mediator_kind != "专家")
    names = [case.organisation for case in _NAMED]
    of_named = select(o.org_id).where(o.name.in_(names))
    ended = and_(m.org_id.not_in(of_named), m.closed_at <= until - timedelta(days=_TOLD_AFTER[0]))
    settled = connection.scalars(select(m.mediation_id).where(fit, ended).order_by(m.mediation_id)).all()
    some = [settled[at] for at in draws.spread(len(settled), _MODELS - len(_NAMED))]
    query = (
        select(m.mediation_id, m.dispute_kind, m.mediator_kind, m.closed_at, o.name, a.name.label("community"))
        .join(schema.social_org, o.org_id == m.org_id)
        .join(schema.area, a.code == m.community_code)
        .where(fit, or_(m.mediation_id.in_(some), m.org_id.in_(of_named)))
        .order_by(m.mediation_id)
    )
    rows = connection.execute(query).all()
    named = [_named_case(case, rows, until) for case in _NAMED]
    chosen = [row for row in rows if row.name not in names]
    latest = np.array([(until - row.closed_at).days for row in chosen], dtype=np.int64)
    days = draws.between(_TOLD_AFTER[0], np.minimum(_TOLD_AFTER[1], latest), len(chosen))
    methods = draws.below(len(_METHODS), len(chosen))
    told = [
        {
            "mediation_id": row.mediation_id,
            "title": f"{row.community}“{row.name.removeprefix(row.community)}”化解一起{row.dispute_kind}纠纷",
            "dispute_kind": row.dispute_kind,
            "method": _METHODS[method],
            "who": row.mediator_kind,
            "outcome": f"{row.closed_at:%Y}年{row.closed_at.month}月双方签订调解协议，回访无反复",
            "told_on": (row.closed_at + timedelta(days=int(later))).date(),
        }
        for row, later, method in zip(chosen, days, methods, strict=True)
    ]
    library = pd.DataFrame([*named, *told]).sort_values("told_on", kind="stable", ignore_index=True)
    library["mediation_id"] = library.mediation_id.astype("Int64")
    append(connection, schema.model_case, library.assign(model_case_id=range(1, len(library) + 1)))


def _named_case(case: NamedCase, rows: Sequence[Any], until: datetime) -> dict[str, Any]:
    """With the last mediation of the organisation that fits, where there is one."""
    own = [row for row in rows if row.name == case.organisation and row.dispute_kind == case.dispute_kind]
    closed = own[-1].closed_at if own else until - timedelta(days=400)
    return {
        "mediation_id": own[-1].mediation_id if own else None,
        "title": f"{case.place}“{case.organisation}”{case.deed}",
        "dispute_kind": case.dispute_kind,
        "method": case.method,
        "who": own[-1].mediator_kind if own else case.who,
        "outcome": case.outcome,
        "told_on": min(closed + timedelta(days=45), until).date(),
    }
