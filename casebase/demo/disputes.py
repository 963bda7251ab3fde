"""Disputes mediated before they become petitions (访前调解), and the exemplary ones among them."""

from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
from sqlalchemy import Connection, select, update

from casebase import schema
from casebase.bulk_insert import append
from casebase.demo import public_counts
from casebase.demo.cases import Course, Origins, World
from casebase.demo.draws import Draws

KINDS = {"家庭邻里": 38, "物业": 20, "劳资": 12, "消费": 9, "征地拆迁": 6, "交通事故": 5, "其他": 10}
_MEDIATORS = {"社工": 14, "志愿者": 16, "律师": 8, "矛调员": 30, "代办员": 14, "网格员": 18}
OUTCOMES = ("化解", "未化解", "转信访")
_BECOME_PETITIONS = 240
"""Per 10,000 petitions: those that a mediation preceded."""
_ALONE = 2_760
"""Per 10,000 petitions: mediations that stand alone; together 0.3 for each petition."""
_SETTLED = (9_240, 8_100)
"""Settled ones among those that stand alone: family and neighbours, all others.

With the disputes that became petitions, 85 % of the former are settled.
"""
_MODELS = 36
_SECOND = np.timedelta64(1, "s")
_METHODS = (
    "社工先分别入户倾听，再请双方到议事会面对面商量，律师当场讲清法律后果",
    "老街坊摆茶说理，志愿者连续三周回访，把约定写进楼院公约",
    "矛调员会同网格员现场勘查，列出责任清单，双方按清单逐项销号",
    "代办员全程陪同，联系责任单位到社区现场答复，一次讲明政策",
    "心理疏导在前、利益协商在后，由社区社会组织担保履行",
)


def table(
    world: World, draws: Draws, case: Origins, plan: Course, until: np.datetime64, first_id: int, precede: bool = True
) -> pa.Table:
    """Rows of `mediation` for the span of a block of cases.

    With `precede`, some of the cases were mediated before they were registered.
    """
    city = world.city
    led = np.flatnonzero(
        draws.chance(_BECOME_PETITIONS * precede, case.size) & (case.community >= 0) & (plan.purpose != 3)
    )
    moment = case.registered[draws.chance(_ALONE, case.size)]
    alone = moment.size
    place = draws.weighted(world.profile.community_weight, alone)
    before = draws.between(7_200, 6 * 86_400, led.size) * _SECOND
    length = draws.between(86_400, 12 * 86_400, led.size) * _SECOND
    n = led.size + alone
    opened = np.concatenate([case.registered[led] - before - length, moment])
    closed = np.concatenate(
        [case.registered[led] - before, moment + draws.between(3_600, 14 * 86_400, alone) * _SECOND]
    )
    community = np.concatenate([case.community[led], place])
    petition = np.concatenate([case.petition_id[led], np.zeros(alone, dtype=np.int64)])
    kind = draws.weighted(list(KINDS.values()), n)
    settled = draws.chance(np.where(kind == 0, _SETTLED[0], _SETTLED[1]), n)
    outcome = np.where(petition > 0, 2, np.where(settled, 0, 1))
    order = np.argsort(opened, kind="stable")
    organisation = np.where(draws.chance(5_500, n), city.org_of[community], 0)
    done = closed <= until
    names = pa.array(list(KINDS)), pa.array(list(_MEDIATORS)), pa.array(OUTCOMES)
    disputes = pa.table(
        {
            "petition_id": pa.array(petition, mask=petition == 0),
            "community_code": city.ground.community_code.take(pa.array(community)),
            "dispute_kind": names[0].take(pa.array(kind)),
            "org_id": pa.array(organisation, mask=organisation == 0),
            "mediator_kind": names[1].take(pa.array(draws.weighted(list(_MEDIATORS.values()), n))),
            "opened_at": pa.array(opened.astype("datetime64[us]")),
            "closed_at": pa.array(closed.astype("datetime64[us]"), mask=~done),
            "outcome": names[2].take(pa.array(outcome, mask=~done)),
        }
    ).take(pa.array(order))
    return disputes.add_column(0, "mediation_id", pa.array(first_id + np.arange(n)))


def call_experts(connection: Connection, draws: Draws) -> None:
    """Let experts lead a few of the mediations, and tell the exemplary ones."""
    m = schema.mediation.c
    settled = np.array(
        connection.scalars(select(m.mediation_id).where(m.outcome == "化解").order_by(m.mediation_id)).all(),
        dtype=np.int64,
    )
    led = settled[draws.distinct(settled.size, public_counts.EXPERT_MEDIATIONS)]
    connection.execute(update(schema.mediation).where(m.mediation_id.in_(led.tolist())).values(mediator_kind="专家"))


def write_model_cases(connection: Connection, draws: Draws, until: datetime) -> None:
    """Fill the library of exemplary mediations (优秀案例库)."""
    m, o, a = schema.mediation.c, schema.social_org.c, schema.area.c
    query = (
        select(m.mediation_id, m.dispute_kind, m.mediator_kind, m.closed_at, o.name, a.name.label("community"))
        .join(schema.social_org, o.org_id == m.org_id)
        .join(schema.area, a.code == m.community_code)
        .where(m.outcome == "化解")
        .order_by(m.mediation_id)
    )
    rows = connection.execute(query).all()
    chosen = [rows[number] for number in draws.distinct(len(rows), _MODELS)]
    dates = [
        min(row.closed_at + pd.Timedelta(days=int(days)), until).date()
        for row, days in zip(chosen, draws.between(20, 90, len(chosen)), strict=True)
    ]
    method = [_METHODS[number] for number in draws.below(len(_METHODS), len(chosen))]
    append(
        connection,
        schema.model_case,
        pd.DataFrame(
            {
                "model_case_id": range(1, len(chosen) + 1),
                "mediation_id": [row.mediation_id for row in chosen],
                "title": [
                    f"{row.community}“{row.name.removeprefix(row.community)}”化解一起{row.dispute_kind}纠纷"
                    for row in chosen
                ],
                "dispute_kind": [row.dispute_kind for row in chosen],
                "method": method,
                "who": [row.mediator_kind for row in chosen],
                "outcome": [
                    f"{row.closed_at:%Y}年{row.closed_at.month}月双方签订调解协议，回访无反复" for row in chosen
                ],
                "told_on": dates,
            }
        ),
    )
