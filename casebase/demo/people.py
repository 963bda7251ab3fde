"""Grid workers, petition agents and community organisations, in the numbers of the seed document."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow as pa

from casebase.demo import public_counts
from casebase.demo.draws import Draws, apportion
from casebase.demo.grids import Grids
from casebase.demo.ground import Ground

_WORKER_SOURCES = {"专职": 12, "兼职": 46, "志愿者": 42}
_WEAK_STREETS = 14
_WITHOUT_AGENT = 48
_GRID_WORKER_ORIGIN = list(public_counts.AGENT_ORIGINS).index("网格员")
_ORG_KINDS = {"公益慈善类": 30, "生活服务类": 28, "文体活动类": 32, "居民互助类": 18}
_NAMED_ORGS = {
    ("410102", "秦江社区"): "西郊老街坊喝茶化事", ("410105", "通信花园社区"): "银发调解队",
    ("410181", "湖畔社区"): "聪姐和事会", ("410108", "西山社区"): "六元共治",
}  # fmt: skip
_ORG_WORDS = {
    "公益慈善类": ("爱心帮扶队", "助老服务队", "衣旧情深小组"), "生活服务类": ("便民维修队", "邻里食堂", "跑腿代办队"),
    "文体活动类": ("舞蹈队", "书画社", "太极拳队", "合唱团"), "居民互助类": ("妈妈互助会", "楼院自管会", "邻里守望队"),
    "矛调类": ("老娘舅调解室", "和事佬工作室", "邻里议事会", "老街坊评理团"),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Staff:
    """People numbered by place: those of place p are `first[p]` … `first[p] + count[p] − 1`."""

    first: np.ndarray
    count: np.ndarray
    since: np.ndarray  # datetime64[s], by person
    id: pa.Array
    table: pa.Table


def workers(ground: Ground, grids: Grids, sequence: np.random.SeedSequence, until: datetime) -> Staff:
    """All grid workers by grid; about three in a hundred grids have none, most of them in a few streets."""
    draws = Draws(sequence)
    n = grids.kind.size
    weak = np.isin(ground.community_street[grids.community], draws.distinct(len(ground.street_code), _WEAK_STREETS))
    staffed = ~draws.chance(np.where(weak, 3000, 90), n)
    weight = np.array([5, 3, 3, 2])[grids.kind] * draws.between(60, 140, n)
    count = np.zeros(n, dtype=np.int64)
    count[staffed] = apportion(public_counts.GRID_WORKERS, weight[staffed], least=1)
    first = np.cumsum(count) - count
    grid = np.repeat(np.arange(n), count)
    leading = np.arange(grid.size) == first[grid]
    days = np.where(leading, draws.between(1500, 2100, grid.size), draws.between(10, 1900, grid.size))
    since = _morning(until, days)
    number = pa.array(np.arange(1, grid.size + 1))
    source = draws.weighted(list(_WORKER_SOURCES.values()), grid.size)
    table = pa.table(
        {
            "worker_id": number,
            "grid_id": grids.id.take(pa.array(grid)),
            "source": pa.array(list(_WORKER_SOURCES)).take(pa.array(source)),
            "active_from": pa.array(since.astype("datetime64[us]")),
        }
    )
    return Staff(first, count, since, number, table)


def agents(ground: Ground, sequence: np.random.SeedSequence, until: datetime) -> Staff:
    """All petition agents by community and origin; a few communities have none."""
    draws = Draws(sequence)
    n, total = ground.kind.size, public_counts.AGENTS
    having = np.setdiff1d(np.arange(n), draws.distinct(n, _WITHOUT_AGENT))
    count = np.zeros(n, dtype=np.int64)
    count[having] = apportion(total, ground.population[having] + 4000, least=1)
    shares = apportion(total, np.array(list(public_counts.AGENT_ORIGINS.values()), dtype=np.int64))
    origin = np.repeat(np.arange(shares.size), shares)[draws.order(total)]
    # The agents began in 2021; 网格员 joined them in 2023.
    span, late = ((max((until - datetime(year, month, 1)).days, 1)) for year, month in ((2021, 3), (2023, 1)))
    days = np.where(
        origin == _GRID_WORKER_ORIGIN, draws.between(1, late, total), draws.between(max(span - 700, 1), span, total)
    )
    since = _morning(until, days)
    ids = pa.array([f"D{number:05d}" for number in range(1, total + 1)])
    table = pa.table(
        {
            "agent_id": ids,
            "community_code": ground.community_code.take(pa.array(np.repeat(np.arange(n), count))),
            "origin": pa.array(list(public_counts.AGENT_ORIGINS)).take(pa.array(origin)),
            "active_from": pa.array(since.astype("datetime64[us]")),
        }
    )
    return Staff(np.cumsum(count) - count, count, since, ids, table)


def organisations(ground: Ground, sequence: np.random.SeedSequence, until: datetime) -> tuple[pd.DataFrame, np.ndarray]:
    """Rows of `social_org`, and the number of a mediating organisation in each community (0 without one).

    Organisations belong to urban communities (社区); incubation centres to districts and to streets.
    """
    draws = Draws(sequence)
    n = ground.kind.size
    urban = np.flatnonzero(ground.kind == 0)
    named = _named(ground)
    others = np.setdiff1d(urban, list(named))
    mediating = np.concatenate([list(named), others[draws.distinct(others.size, public_counts.MEDIATING - len(named))]])
    plain = np.repeat(
        urban,
        apportion(public_counts.ORGANISATIONS - public_counts.MEDIATING, ground.population[urban] + 2000, least=1),
    )
    of_district, of_street = _incubators(ground, urban, draws)
    kind = [
        *["矛调类"] * mediating.size,
        *np.array(list(_ORG_KINDS))[draws.weighted(list(_ORG_KINDS.values()), plain.size)].tolist(),
        *["孵化中心"] * (of_district.size + of_street.size),
    ]
    level = [None] * (mediating.size + plain.size) + ["区"] * of_district.size + ["街道"] * of_street.size
    community = np.concatenate([mediating, plain, of_district, of_street])
    # The three-year action to found such organisations ran 2022 to 2024; nothing is founded after `until`.
    newest = max((until - datetime(2024, 12, 31)).days, 30)
    frame = pd.DataFrame(
        {
            "org_id": np.arange(1, community.size + 1),
            "name": _titles(ground, named, kind, level, community, draws.below(12, community.size)),
            "kind": kind,
            "level": level,
            "community_code": ground.reference.communities.code.to_numpy()[community],
            "founded_on": np.datetime64(until, "D") - draws.between(newest, newest + 1400, community.size),
        }
    )
    org_of = np.zeros(n, dtype=np.int64)
    org_of[mediating] = np.arange(1, mediating.size + 1)
    return frame, org_of


def _incubators(ground: Ground, urban: np.ndarray, draws: Draws) -> tuple[np.ndarray, np.ndarray]:
    """The communities in which the incubation centres sit: one a district, the rest one a street."""
    street, at = np.unique(ground.community_street[urban], return_index=True)
    first = urban[at]
    _, at = np.unique(ground.street_district[street], return_index=True)
    of_district = first[at]
    return of_district, first[draws.distinct(first.size, public_counts.INCUBATORS - of_district.size)]


def _named(ground: Ground) -> dict[int, str]:
    """The exemplary organisations of the seed document, by community, where the register has the community."""
    host = ground.reference.streets.host_code.to_numpy()[ground.community_street]
    return {
        number: _NAMED_ORGS[place]
        for number, place in enumerate(zip(host, ground.reference.communities.name, strict=True))
        if place in _NAMED_ORGS
    }


def _titles(
    ground: Ground,
    named: dict[int, str],
    kind: list[str],
    level: list[str | None],
    community: np.ndarray,
    pick: np.ndarray,
) -> list[str]:
    names = ground.reference.communities.name.to_numpy()[community]
    street = ground.community_street[community]
    streets = ground.reference.streets.name.to_numpy()[street]
    districts = ground.reference.districts.name.to_numpy()[ground.street_district[street]]
    titles = []
    for place, group, rank, name, street_name, district, word in zip(
        community, kind, level, names, streets, districts, pick, strict=True
    ):
        if group == "矛调类" and place in named:
            titles.append(named[place])
        elif group == "孵化中心":
            titles.append(f"{district}{'' if rank == '区' else street_name}社会组织孵化中心")
        else:
            titles.append(f"{name}{_ORG_WORDS[group][word % len(_ORG_WORDS[group])]}")
    return titles


def _morning(until: datetime, days_before: np.ndarray) -> np.ndarray:
    mornings: np.ndarray = (np.datetime64(until, "D") - days_before).astype("datetime64[s]") + np.timedelta64(
        9 * 3600, "s"
    )
    return mornings
