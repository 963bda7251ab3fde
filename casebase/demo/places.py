"""The city before its cases: areas, units, classes, grids, people and organisations."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from sqlalchemy import Connection

from casebase import cells, schema, zhengzhou
from casebase.bulk import append
from casebase.demo import figures
from casebase.demo.draws import Draws, apportion

_MATTERS = Path(__file__).resolve().parent / "matters.csv"
_MORE_CITY_UNITS = ("市财政局", "市审计局", "市统计局", "市园林局", "市国有资产监督管理委员会", "市商务局", "市总工会", "市妇女联合会")
_WORKER_SOURCES = {"专职": 12, "兼职": 46, "志愿者": 42}
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
class Matters:
    """matters.csv: second-level classes with weights, units and phrases; arrays have one entry a class."""

    frame: pd.DataFrame
    codes: np.ndarray
    phrases: list[list[str]]

    @property
    def simple_percent(self) -> np.ndarray:
        return self.frame.simple.to_numpy()


@dataclass(frozen=True, eq=False)
class City:
    """What the generator of cases needs to know, as arrays indexed by community, street, district or grid.

    Base grids are 微网格 and 农村网格: they cover the city once, so a case lies in exactly one of them.
    """

    reference: zhengzhou.Reference
    matters: Matters
    community_code: pa.Array
    community_name: pa.Array
    community_kind: np.ndarray  # 0 社区, 1 村
    community_street: np.ndarray
    community_population: np.ndarray
    street_code: pa.Array
    street_name: pa.Array
    street_district: np.ndarray
    district_code: pa.Array
    district_name: pa.Array
    grid_id: pa.Array
    grid_point: np.ndarray  # micro-degrees, n×2
    grid_reach: np.ndarray  # micro-degrees
    base_grid: np.ndarray  # numbers of the base grids, ordered by community
    base_start: np.ndarray  # first position in base_grid of each community, and the end
    base_households: np.ndarray  # running sum over base_grid, from 0
    worker_first: np.ndarray  # worker_id of the first worker of each grid
    worker_count: np.ndarray
    worker_from: np.ndarray  # datetime64[s], by worker_id − 1
    agent_first: np.ndarray  # number of the first agent of each community
    agent_count: np.ndarray
    agent_id: pa.Array
    agent_from: np.ndarray
    org_of: np.ndarray  # a mediating organisation in each community, 0 without one
    unit_id: pa.Array
    unit_city: np.ndarray  # unit number by class
    unit_bureau: np.ndarray  # unit number by district × class
    unit_street: np.ndarray  # unit number by street
    frames: dict[str, pd.DataFrame | pa.Table] = field(repr=False)


def write(connection: Connection, city: City) -> None:
    """Write every table of the city that does not depend on cases."""
    for name, frame in city.frames.items():
        append(connection, schema.metadata.tables[name], frame)


def make(sequence: np.random.SeedSequence, until: datetime) -> City:
    """Compose the city. Outlines do not depend on the seed; people, dates and gaps do."""
    seeds = sequence.spawn(6)
    reference, matters = zhengzhou.reference(), read_matters()
    streets, communities = reference.streets, reference.communities
    street_district = _position(reference.districts.code, streets.parent_code)
    community_street = _position(streets.code, communities.parent_code)
    kind = (communities.kind == "村").to_numpy().astype(np.int64)
    population = _population(reference, street_district, community_street, kind, Draws(seeds[0]))
    households = _households(population, kind, Draws(seeds[1]))
    street_cells, community_cells = area_cells(reference, street_district, community_street)
    grids, grid_cells, grid_community, grid_kind = _grids(reference, community_cells, kind, population, households, Draws(seeds[2]))
    points, reach = cells.inner_points(grid_cells)
    grids |= {"lon": points[:, 0], "lat": points[:, 1], "shape": cells.shape_json(grid_cells)}
    base = np.flatnonzero((grid_kind == 1) | (grid_kind == 2))
    base = base[np.argsort(grid_community[base], kind="stable")]
    weights = np.maximum(grids["households"][base], 1)
    agents = _agents(communities.code.to_numpy(), population, Draws(seeds[4]), until)
    organisations, org_of = _organisations(reference, street_district, community_street, population, Draws(seeds[5]), until)
    units = _units(reference, matters)
    areas = _areas(reference, street_district, community_street, population, households, street_cells, community_cells)
    grid_table = _grid_table(grids, grid_community, grid_kind, reference, community_street, street_district)
    grid_ids = grid_table["grid_id"].combine_chunks()
    workers = _workers(grid_ids, grid_community, grid_kind, community_street, Draws(seeds[3]), until)
    return City(
        reference=reference,
        matters=matters,
        community_code=pa.array(communities.code, pa.string()),
        community_name=pa.array(communities.name, pa.string()),
        community_kind=kind,
        community_street=community_street,
        community_population=population,
        street_code=pa.array(streets.code, pa.string()),
        street_name=pa.array(streets.name, pa.string()),
        street_district=street_district,
        district_code=pa.array(reference.districts.code, pa.string()),
        district_name=pa.array(reference.districts.name, pa.string()),
        grid_id=grid_ids,
        grid_point=np.rint(points * 1_000_000).astype(np.int64),
        grid_reach=np.rint(reach * 1_000_000).astype(np.int64),
        base_grid=base,
        base_start=np.searchsorted(grid_community[base], np.arange(len(communities) + 1)),
        base_households=np.concatenate([[0], np.cumsum(weights)]),
        worker_first=workers["first"],
        worker_count=workers["count"],
        worker_from=workers["from"],
        agent_first=agents["first"],
        agent_count=agents["count"],
        agent_id=agents["id"],
        agent_from=agents["from"],
        org_of=org_of,
        unit_id=units["id"],
        unit_city=units["city"],
        unit_bureau=units["bureau"],
        unit_street=units["street"],
        frames={
            "area": areas,
            "unit": units["frame"],
            "category": _categories(matters),
            "grid": grid_table,
            "grid_worker": workers["frame"],
            "agent": agents["frame"],
            "social_org": organisations,
        },
    )


def read_matters() -> Matters:
    """The example classification (版本「示例」): 20 first-level classes, 3–6 second-level ones each."""
    frame = pd.read_csv(_MATTERS)
    first = pd.factorize(frame["first"])[0] + 1
    second = frame.groupby("first").cumcount() + 1
    codes = np.array([f"{a:02d}{b:02d}" for a, b in zip(first, second, strict=True)])
    return Matters(frame, codes, [text.split("|") for text in frame.matters])


def area_cells(
    reference: zhengzhou.Reference, street_district: np.ndarray, community_street: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Schematic cells of all streets and of all communities, in the order of the reference."""
    streets = reference.streets
    size = np.bincount(community_street, minlength=len(streets))
    found = np.empty(len(streets), dtype=object)
    parts: list[shapely.Geometry] = []
    members: list[np.ndarray] = []
    for host, outline in reference.outlines.items():
        inside = np.flatnonzero(streets.host_code == host)
        rest: shapely.Geometry = outline
        left = int(size[inside].sum())
        guests = streets.iloc[inside]
        for zone in guests.parent_code[guests.side != ""].unique():
            group = inside[(guests.parent_code == zone) & (guests.side != "")]
            part, rest = cells.cut_side(rest, str(streets.side[group[0]]), float(size[group].sum()) / left)
            left -= int(size[group].sum())
            parts.append(part)
            members.append(group)
        parts.append(rest)
        members.append(inside[guests.side == ""])
    for group, cut in zip(members, cells.split(np.array(parts), [size[group] for group in members]), strict=True):
        found[group] = cut
    order = np.argsort(community_street, kind="stable")
    cut_streets = cells.split(found, [np.ones(n) for n in size])
    communities = np.empty(len(community_street), dtype=object)
    communities[order] = np.concatenate(cut_streets)
    return found, communities


def _position(index: pd.Series, values: pd.Series) -> np.ndarray:
    return pd.Index(index).get_indexer(pd.Index(values)).astype(np.int64)


def _population(
    reference: zhengzhou.Reference, street_district: np.ndarray, community_street: np.ndarray, kind: np.ndarray, draws: Draws
) -> np.ndarray:
    """People by community; sums to the city's figure exactly. A 社区 holds about four times what a 村 does."""
    weight = np.where(kind == 0, draws.between(240, 760, kind.size), draws.between(60, 190, kind.size))
    totals = apportion(
        figures.POPULATION, np.array([figures.DISTRICT_THOUSANDS[code] for code in reference.districts.code], dtype=np.int64)
    )
    district = street_district[community_street]
    people = np.zeros(kind.size, dtype=np.int64)
    for number, total in enumerate(totals):
        inside = np.flatnonzero(district == number)
        people[inside] = apportion(int(total), weight[inside])
    return people


def _households(population: np.ndarray, kind: np.ndarray, draws: Draws) -> np.ndarray:
    """2.3 to 2.8 people a household in a 社区, 2.8 to 3.5 in a 村."""
    tenths = np.where(kind == 0, draws.between(23, 28, kind.size), draws.between(28, 35, kind.size))
    return np.maximum(population * 10 // tenths, 1)


def _grids(
    reference: zhengzhou.Reference,
    community_cells: np.ndarray,
    kind: np.ndarray,
    population: np.ndarray,
    households: np.ndarray,
    draws: Draws,
) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray, np.ndarray]:
    """Grids of four kinds (0 社区 1 微 2 农村 3 专属): columns, cells, community and kind of each."""
    town, village = np.flatnonzero(kind == 0), np.flatnonzero(kind == 1)
    counts = figures.GRIDS
    per_town = apportion(counts["社区网格"], population[town], least=1)
    per_village = apportion(counts["农村网格"], population[village], least=1)
    split_town = cells.split(community_cells[town], [np.ones(n) for n in per_town], exact=False)
    outer = np.concatenate(split_town)
    outer_community = np.repeat(town, per_town)
    outer_households = _shares(households[town], per_town, draws)
    per_outer = apportion(counts["微网格"], outer_households, least=1)
    micro = np.concatenate(cells.split(outer, [np.ones(n) for n in per_outer], exact=False))
    rural = np.concatenate(cells.split(community_cells[village], [np.ones(n) for n in per_village], exact=False))
    special_community = np.sort(draws.weighted(np.where(kind == 0, population, population // 4), counts["专属网格"]))
    shift = draws.between(-100, 100, 2 * counts["专属网格"]).reshape(-1, 2) / 100
    special = cells.overlay(community_cells[special_community], draws.between(8, 22, counts["专属网格"]) / 100, shift)
    sizes = [outer.size, micro.size, rural.size, special.size]
    columns = {
        "households": np.concatenate(
            [outer_households, _shares(outer_households, per_outer, draws), _shares(households[village], per_village, draws),
             np.zeros(special.size, dtype=np.int64)]
        )
    }  # fmt: skip
    community = np.concatenate([outer_community, np.repeat(outer_community, per_outer), np.repeat(village, per_village), special_community])
    return columns, np.concatenate([outer, micro, rural, special]), community, np.repeat(np.arange(4), sizes)


def _shares(totals: np.ndarray, parts: np.ndarray, draws: Draws) -> np.ndarray:
    """Cut each total into its number of uneven whole parts that sum to it."""
    weight = draws.between(60, 140, int(parts.sum()))
    ends = np.cumsum(parts)
    starts = ends - parts
    running = np.cumsum(weight)
    before = np.repeat(running[starts] - weight[starts], parts)
    group = np.repeat(running[ends - 1], parts) - before
    upto = (running - before) * np.repeat(totals, parts) // group
    return np.diff(upto, prepend=0) + np.where(np.isin(np.arange(upto.size), starts), np.concatenate([[0], upto[:-1]]), 0)


def _grid_table(
    grids: dict[str, np.ndarray],
    community: np.ndarray,
    kind: np.ndarray,
    reference: zhengzhou.Reference,
    community_street: np.ndarray,
    street_district: np.ndarray,
) -> pa.Table:
    communities = reference.communities
    frame = pd.DataFrame({"community": community, "kind": kind})
    number = frame.groupby(["community", "kind"]).cumcount() + 1
    code = communities.code.to_numpy()[community]
    name = pd.Series(communities.name.to_numpy()[community])
    letter = pd.Series(np.array(["S", "W", "N", "Z"])[kind])
    place = np.array(["商圈", "校园", "市场", "楼宇", "医院"])[(number.to_numpy() * 7 + community) % 5]
    word = pd.Series(np.where(kind == 3, np.char.add(place, "专属网格"), np.array(list(figures.GRIDS))[kind]))
    street = community_street[community]
    return pa.table(
        {
            "grid_id": pa.array(pd.Series(code) + letter + number.astype(str).str.zfill(3), pa.string()),
            "name": pa.array(name + "第" + number.astype(str) + word, pa.string()),
            "kind": pa.array(np.array(list(figures.GRIDS))[kind], pa.string()),
            "community_code": pa.array(code, pa.string()),
            "street_code": pa.array(reference.streets.code.to_numpy()[street], pa.string()),
            "district_code": pa.array(reference.districts.code.to_numpy()[street_district[street]], pa.string()),
            "households": pa.array(grids["households"], pa.int32(), mask=kind == 3),
            "lon": pa.array(grids["lon"]),
            "lat": pa.array(grids["lat"]),
            "shape": grids["shape"],
        }
    )


def _workers(
    grid_ids: pa.Array, grid_community: np.ndarray, grid_kind: np.ndarray, community_street: np.ndarray, draws: Draws, until: datetime
) -> dict[str, np.ndarray | pd.DataFrame]:
    """All workers; about three in a hundred grids have none, most of them in a few streets."""
    grids = grid_kind.size
    weak = draws.distinct(int(community_street.max()) + 1, 14)
    empty = draws.chance(np.where(np.isin(community_street[grid_community], weak), 3000, 90), grids)
    weight = np.where(empty, 0, np.array([5, 3, 3, 2])[grid_kind] * draws.between(60, 140, grids))
    staffed = np.flatnonzero(~empty)
    count = np.zeros(grids, dtype=np.int64)
    count[staffed] = apportion(figures.GRID_WORKERS, weight[staffed], least=1)
    grid = np.repeat(np.arange(grids), count)
    first = np.concatenate([[0], np.cumsum(count)[:-1]]) + 1
    leading = np.arange(grid.size) + 1 == first[grid]
    days = np.where(leading, draws.between(1500, 2100, grid.size), draws.between(10, 1900, grid.size))
    start = np.datetime64(until, "D") - days + np.timedelta64(9, "h")
    source = draws.weighted(list(_WORKER_SOURCES.values()), grid.size)
    frame = pa.table(
        {
            "worker_id": np.arange(1, grid.size + 1),
            "grid_id": grid_ids.take(pa.array(grid)),
            "source": pa.array(list(_WORKER_SOURCES)).take(pa.array(source)),
            "active_from": pa.array(start.astype("datetime64[us]")),
        }
    )
    return {"first": first, "count": count, "from": start.astype("datetime64[s]"), "frame": frame}


def _agents(codes: np.ndarray, population: np.ndarray, draws: Draws, until: datetime) -> dict[str, np.ndarray | pa.Array | pd.DataFrame]:
    """All agents by origin; a few communities have none."""
    lacking = draws.distinct(codes.size, 48)
    weight = population + 4000
    weight[lacking] = 0
    having = np.flatnonzero(weight)
    count = np.zeros(codes.size, dtype=np.int64)
    count[having] = apportion(figures.AGENTS, weight[having], least=1)
    community = np.repeat(np.arange(codes.size), count)
    origin = np.repeat(
        np.arange(len(figures.AGENT_ORIGINS)), apportion(figures.AGENTS, np.array(list(figures.AGENT_ORIGINS.values()), dtype=np.int64))
    )[draws.order(figures.AGENTS)]
    # 网格员 joined the agents in 2023; the others from 2021.
    span = (until - datetime(2021, 3, 1)).days
    late = max((until - datetime(2023, 1, 1)).days, 1)
    days = np.where(origin == 5, draws.between(1, late, origin.size), draws.between(max(span - 700, 1), max(span, 1), origin.size))
    start = np.datetime64(until, "D") - days + np.timedelta64(9, "h")
    ids = pa.array([f"D{number:05d}" for number in range(1, figures.AGENTS + 1)])
    frame = pd.DataFrame(
        {
            "agent_id": ids.to_pandas(),
            "community_code": codes[community],
            "origin": np.array(list(figures.AGENT_ORIGINS))[origin],
            "active_from": start,
        }
    )
    first = np.concatenate([[0], np.cumsum(count)[:-1]])
    return {"first": first, "count": count, "id": ids, "from": start.astype("datetime64[s]"), "frame": frame}


def _organisations(
    reference: zhengzhou.Reference,
    street_district: np.ndarray,
    community_street: np.ndarray,
    population: np.ndarray,
    draws: Draws,
    until: datetime,
) -> tuple[pd.DataFrame, np.ndarray]:
    communities = reference.communities
    host = reference.streets.host_code.to_numpy()[community_street]
    named = {
        number: title
        for number, (district, name) in enumerate(zip(host, communities.name, strict=True))
        if (title := _NAMED_ORGS.get((district, name)))
    }
    others = np.setdiff1d(np.arange(len(communities)), list(named))
    mediating = np.concatenate([list(named), others[draws.distinct(others.size, figures.MEDIATING - len(named))]])
    plain_count = apportion(figures.ORGANISATIONS - figures.MEDIATING, population + 2000, least=1)
    plain = np.repeat(np.arange(len(communities)), plain_count)
    incubators = np.sort(draws.distinct(len(communities), figures.INCUBATORS))
    kind = np.concatenate(
        [
            np.full(mediating.size, "矛调类", dtype=object),
            np.array(list(_ORG_KINDS), dtype=object)[draws.weighted(list(_ORG_KINDS.values()), plain.size)],
            np.full(incubators.size, "孵化中心", dtype=object),
        ]
    )
    community = np.concatenate([mediating, plain, incubators])
    names = communities.name.to_numpy()[community]
    street_names = reference.streets.name.to_numpy()[community_street[community]]
    pick = draws.below(12, community.size)
    titles = [
        named[place] if group == "矛调类" and place in named and number < len(named)
        else f"{street}社会组织孵化中心" if group == "孵化中心"
        else f"{name}{_ORG_WORDS[group][word % len(_ORG_WORDS[group])]}"
        for number, (place, group, name, street, word) in enumerate(zip(community, kind, names, street_names, pick, strict=True))
    ]  # fmt: skip
    # The three-year action to found community organisations ran 2022 to 2024; nothing is founded after `until`.
    newest = max((until - datetime(2024, 12, 31)).days, 30)
    founded = np.datetime64(until, "D") - draws.between(newest, newest + 1400, community.size)
    frame = pd.DataFrame(
        {
            "org_id": np.arange(1, community.size + 1),
            "name": titles,
            "kind": kind,
            "community_code": communities.code.to_numpy()[community],
            "founded_on": founded,
        }
    )
    org_of = np.zeros(len(communities), dtype=np.int64)
    org_of[mediating] = np.arange(1, mediating.size + 1)
    return frame, org_of


def _units(reference: zhengzhou.Reference, matters: Matters) -> dict[str, pa.Array | np.ndarray | pd.DataFrame]:
    """市直 departments, the bureaus of every district and zone, and one unit a street."""
    city_names = [*dict.fromkeys(matters.frame.city_unit), *_MORE_CITY_UNITS]
    bureaus = list(dict.fromkeys(matters.frame.bureau))
    districts, streets = reference.districts, reference.streets
    rows = [(f"S{n:03d}", f"郑州{name}", "市直", zhengzhou.CITY_CODE) for n, name in enumerate(city_names, 1)]
    rows += [
        (f"Q{code}{n:02d}", f"{name}{bureau.removeprefix('区')}", "区县", code)
        for code, name in zip(districts.code, districts.name, strict=True)
        for n, bureau in enumerate(bureaus, 1)
    ]
    rows += [
        (f"J{code}", f"{name}{'办事处' if name.endswith('街道') else '人民政府' if name[-1] in '镇乡' else '管理委员会'}", "街道", code)
        for code, name in zip(streets.code, streets.name, strict=True)
    ]
    of_class = np.array([bureaus.index(name) for name in matters.frame.bureau])
    frame = pd.DataFrame(rows, columns=["unit_id", "name", "kind", "area_code"])
    return {
        "frame": frame,
        "id": pa.array(frame.unit_id, pa.string()),
        "city": np.array([city_names.index(name) for name in matters.frame.city_unit]),
        "bureau": len(city_names) + np.arange(len(districts))[:, None] * len(bureaus) + of_class[None, :],
        "street": len(city_names) + len(districts) * len(bureaus) + np.arange(len(streets)),
    }


def _categories(matters: Matters) -> pd.DataFrame:
    first = pd.DataFrame({"code": [code[:2] for code in matters.codes], "name": matters.frame["first"], "parent_code": None}).drop_duplicates("code")
    second = pd.DataFrame({"code": matters.codes, "name": matters.frame["second"], "parent_code": [code[:2] for code in matters.codes]})
    return pd.concat([first, second], ignore_index=True).assign(version="示例")


def _areas(
    reference: zhengzhou.Reference,
    street_district: np.ndarray,
    community_street: np.ndarray,
    population: np.ndarray,
    households: np.ndarray,
    street_cells: np.ndarray,
    community_cells: np.ndarray,
) -> pa.Table:
    """Four levels. Only the 12 statutory districts carry a real outline; a zone has a schematic position and no outline."""
    districts, streets, communities = reference.districts, reference.streets, reference.communities

    def summed(values: np.ndarray, group: np.ndarray, n: int) -> np.ndarray:
        return np.bincount(group, weights=values, minlength=n).astype(np.int64)

    street_people, street_homes = (summed(v, community_street, len(streets)) for v in (population, households))
    district_people, district_homes = (summed(v, street_district, len(districts)) for v in (street_people, street_homes))
    zone = (districts.kind == "功能区").to_numpy()
    tokens = np.array(
        [
            _largest_part(street_cells[street_district == number]) if is_zone else reference.outlines[code]
            for number, (code, is_zone) in enumerate(zip(districts.code, zone, strict=True))
        ]
    )
    district_shape = cells.shape_json(tokens)
    points = np.concatenate([cells.inner_points(part)[0] for part in (tokens, street_cells, community_cells)])
    middle = points[: len(districts)].mean(axis=0).round(cells.DECIMALS)
    sizes = [1, len(districts), len(streets), len(communities)]
    return pa.table(
        {
            "code": pa.array([zhengzhou.CITY_CODE, *districts.code, *streets.code, *communities.code]),
            "name": pa.array([zhengzhou.CITY_NAME, *districts.name, *streets.name, *communities.name]),
            "level": pa.array(np.repeat([1, 2, 3, 4], sizes), pa.int16()),
            "parent_code": pa.array(
                [None, *[zhengzhou.CITY_CODE] * len(districts), *streets.parent_code, *communities.parent_code], pa.string()
            ),
            "kind": pa.array(["市", *districts.kind, *streets.kind, *communities.kind]),
            "population": pa.array(np.concatenate([[population.sum()], district_people, street_people, population]), pa.int32()),
            "households": pa.array(np.concatenate([[households.sum()], district_homes, street_homes, households]), pa.int32()),
            "lon": pa.array(np.concatenate([[middle[0]], points[:, 0]])),
            "lat": pa.array(np.concatenate([[middle[1]], points[:, 1]])),
            "shape": pa.array(
                [None, *(None if z else text for z, text in zip(zone, district_shape.to_pylist(), strict=True)),
                 *cells.shape_json(street_cells).to_pylist(), *cells.shape_json(community_cells).to_pylist()],
                pa.string(),
            ),
            "schematic": pa.array(np.concatenate([[False], zone, np.ones(sizes[2] + sizes[3], dtype=bool)])),
        }
    )  # fmt: skip


def _largest_part(street_cells: np.ndarray) -> shapely.Geometry:
    whole = shapely.union_all(street_cells)
    parts = shapely.get_parts(whole)
    return parts[np.argmax(shapely.area(parts))]
