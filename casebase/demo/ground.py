"""The ground of the city: areas with people and schematic cells."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from casebase import geometry, zhengzhou
from casebase.demo import public_counts
from casebase.demo.draws import Draws, apportion


@dataclass(frozen=True, eq=False)
class Ground:
    """Districts, streets and communities by number, in order of code."""

    reference: zhengzhou.Reference
    street_district: np.ndarray
    community_street: np.ndarray
    kind: np.ndarray  # of each community: 0 社区, 1 村
    population: np.ndarray  # of each community
    households: np.ndarray
    street_cells: np.ndarray
    community_cells: np.ndarray
    district_code: pa.Array
    district_name: pa.Array
    street_code: pa.Array
    street_name: pa.Array
    community_code: pa.Array
    community_name: pa.Array


def make(sequence: np.random.SeedSequence) -> Ground:
    """Cells are the same for every seed; people are spread a little differently."""
    reference = zhengzhou.reference()
    districts, streets, communities = reference.districts, reference.streets, reference.communities
    street_district = _position(districts.code, streets.parent_code)
    community_street = _position(streets.code, communities.parent_code)
    kind = (communities.kind == "村").to_numpy().astype(np.int64)
    draws = Draws(sequence)
    population = _population(reference, street_district[community_street], kind, draws)
    street_cells, community_cells = area_cells(reference, community_street)
    return Ground(
        reference,
        street_district,
        community_street,
        kind,
        population,
        _households(population, kind, draws),
        street_cells,
        community_cells,
        *(
            pa.array(frame[name], pa.string())
            for frame in (districts, streets, communities)
            for name in ("code", "name")
        ),
    )


def area_cells(reference: zhengzhou.Reference, community_street: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Schematic cells of all streets and of all communities, in the order of the reference."""
    size = np.bincount(community_street, minlength=len(reference.streets))
    parts, members = _hosted(reference, size)
    streets = np.empty(len(reference.streets), dtype=object)
    for group, cut in zip(members, geometry.split(np.array(parts), [size[group] for group in members]), strict=True):
        streets[group] = cut
    communities = np.empty(len(community_street), dtype=object)
    cut_streets = geometry.split(streets, [np.ones(n) for n in size])
    communities[np.argsort(community_street, kind="stable")] = np.concatenate(cut_streets)
    return streets, communities


def area_table(ground: Ground) -> pa.Table:
    """Four levels of `area`. Only the 12 statutory districts carry a real outline; a zone only has a position."""
    districts, streets, communities = ground.reference.districts, ground.reference.streets, ground.reference.communities
    zone = (districts.kind == "功能区").to_numpy()
    tokens = _tokens(ground, zone)
    points = np.concatenate(
        [geometry.inner_points(part)[0] for part in (tokens, ground.street_cells, ground.community_cells)]
    )
    points = np.concatenate([points[: len(districts)].mean(axis=0).round(geometry.DECIMALS)[None, :], points])
    outlines = [geometry.shape_json(part).to_pylist() for part in (tokens, ground.street_cells, ground.community_cells)]
    outlines[0] = [None if without else text for without, text in zip(zone, outlines[0], strict=True)]
    below = [zhengzhou.CITY_CODE] * len(districts)
    return pa.table(
        {
            "code": pa.array([zhengzhou.CITY_CODE, *districts.code, *streets.code, *communities.code], pa.string()),
            "name": pa.array([zhengzhou.CITY_NAME, *districts.name, *streets.name, *communities.name], pa.string()),
            "level": pa.array(np.repeat([1, 2, 3, 4], [1, len(districts), len(streets), len(communities)]), pa.int16()),
            "parent_code": pa.array([None, *below, *streets.parent_code, *communities.parent_code], pa.string()),
            "kind": pa.array(["市", *districts.kind, *streets.kind, *communities.kind], pa.string()),
            "population": _summed(ground, ground.population),
            "households": _summed(ground, ground.households),
            "lon": pa.array(points[:, 0]),
            "lat": pa.array(points[:, 1]),
            "shape": pa.array([None, *outlines[0], *outlines[1], *outlines[2]], pa.string()),
            "schematic": pa.array([False, *zone.tolist(), *[True] * (len(streets) + len(communities))]),
        }
    )


def _hosted(reference: zhengzhou.Reference, size: np.ndarray) -> tuple[list[shapely.Geometry], list[np.ndarray]]:
    """Every district's outline cut into its own part and those of the zones it hosts, each with its streets."""
    streets = reference.streets
    parts: list[shapely.Geometry] = []
    members: list[np.ndarray] = []
    for host, outline in reference.outlines.items():
        inside = np.flatnonzero(streets.host_code == host)
        guests = streets.iloc[inside]
        rest: shapely.Geometry = outline
        left = int(size[inside].sum())
        for zone in guests.parent_code[guests.side != ""].unique():
            group = inside[(guests.parent_code == zone) & (guests.side != "")]
            part, rest = geometry.cut_side(rest, str(streets.side[group[0]]), float(size[group].sum()) / left)
            left -= int(size[group].sum())
            parts.append(part)
            members.append(group)
        parts.append(rest)
        members.append(inside[guests.side == ""])
    return parts, members


def _tokens(ground: Ground, zone: np.ndarray) -> np.ndarray:
    """The outline of each district; for a zone the largest piece of its streets, to place its name in."""
    outlines = np.empty(zone.size, dtype=object)
    for number, code in enumerate(ground.reference.districts.code):
        if zone[number]:
            pieces = shapely.get_parts(shapely.union_all(ground.street_cells[ground.street_district == number]))
            outlines[number] = pieces[np.argmax(shapely.area(pieces))]
        else:
            outlines[number] = ground.reference.outlines[code]
    return outlines


def _summed(ground: Ground, values: np.ndarray) -> pa.Array:
    """Numbers of communities, summed up to streets, districts and the city."""
    streets = np.bincount(ground.community_street, weights=values, minlength=len(ground.street_code)).astype(np.int64)
    districts = np.bincount(ground.street_district, weights=streets, minlength=len(ground.district_code))
    return pa.array(np.concatenate([[values.sum()], districts.astype(np.int64), streets, values]), pa.int32())


def _position(index: pd.Series, values: pd.Series) -> np.ndarray:
    positions: np.ndarray = pd.Index(index).get_indexer(pd.Index(values)).astype(np.int64)
    return positions


def _population(reference: zhengzhou.Reference, district: np.ndarray, kind: np.ndarray, draws: Draws) -> np.ndarray:
    """People by community; sums to the city's figure exactly. A 社区 holds about four times what a 村 does."""
    weight = np.where(kind == 0, draws.between(240, 760, kind.size), draws.between(60, 190, kind.size))
    thousands = [public_counts.DISTRICT_THOUSANDS[code] for code in reference.districts.code]
    totals = apportion(public_counts.POPULATION, np.array(thousands, dtype=np.int64))
    people = np.zeros(kind.size, dtype=np.int64)
    for number, total in enumerate(totals):
        inside = np.flatnonzero(district == number)
        people[inside] = apportion(int(total), weight[inside])
    return people


def _households(population: np.ndarray, kind: np.ndarray, draws: Draws) -> np.ndarray:
    """2.3 to 2.8 people a household in a 社区, 2.8 to 3.5 in a 村."""
    tenths = np.where(kind == 0, draws.between(23, 28, kind.size), draws.between(28, 35, kind.size))
    households: np.ndarray = np.maximum(population * 10 // tenths, 1)
    return households
