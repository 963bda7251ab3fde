"""Grids of four kinds with schematic cells: 社区网格, 微网格 inside them, 农村网格, and overlaid 专属网格."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from casebase import geometry
from casebase.demo import public_counts
from casebase.demo.draws import Draws, apportion
from casebase.demo.ground import Ground

KINDS = list(public_counts.GRIDS)
_OUTER, _MICRO, _RURAL, _SPECIAL = range(4)
_LETTERS = np.array(["S", "W", "N", "Z"])
_SPECIAL_PLACES = np.array(["商圈", "校园", "市场", "楼宇", "医院"])


@dataclass(frozen=True, eq=False)
class Grids:
    """Grids by number. Base grids (微网格 and 农村网格) cover the city once: a case lies in exactly one of them."""

    id: pa.Array
    community: np.ndarray
    kind: np.ndarray  # position in KINDS
    point: np.ndarray  # micro-degrees, n×2
    reach: np.ndarray  # micro-degrees: half a square around the point that lies inside the cell
    base: np.ndarray  # numbers of the base grids, ordered by community
    base_start: np.ndarray  # first position in `base` of each community, and the end
    base_households: np.ndarray  # running sum over `base`, from 0
    table: pa.Table


@dataclass(frozen=True, eq=False)
class _Part:
    """The grids of one kind."""

    cells: np.ndarray
    community: np.ndarray
    households: np.ndarray


def make(ground: Ground, sequence: np.random.SeedSequence) -> Grids:
    """Lay out the grids in the numbers of the seed document."""
    draws = Draws(sequence)
    town, village = np.flatnonzero(ground.kind == 0), np.flatnonzero(ground.kind == 1)
    outer = _divided(
        ground.community_cells[town], town, ground.households[town], ground.population[town], _OUTER, draws
    )
    micro = _divided(outer.cells, outer.community, outer.households, outer.households, _MICRO, draws)
    rural = _divided(
        ground.community_cells[village], village, ground.households[village], ground.population[village], _RURAL, draws
    )
    parts = [outer, micro, rural, _special(ground, draws)]
    every = _Part(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("cells", "community", "households"))
    )
    kind = np.repeat(np.arange(len(KINDS)), [part.community.size for part in parts])
    points, reach = geometry.inner_points(every.cells)
    table = _table(ground, every, kind, points)
    base = np.flatnonzero((kind == _MICRO) | (kind == _RURAL))
    base = base[np.argsort(every.community[base], kind="stable")]
    weights = np.maximum(every.households[base], 1)
    return Grids(
        id=table["grid_id"].combine_chunks(),
        community=every.community,
        kind=kind,
        point=np.rint(points * 1_000_000).astype(np.int64),
        reach=np.rint(reach * 1_000_000).astype(np.int64),
        base=base,
        base_start=np.searchsorted(every.community[base], np.arange(ground.kind.size + 1)),
        base_households=np.concatenate([[0], np.cumsum(weights)]),
        table=table,
    )


def _divided(
    outlines: np.ndarray, community: np.ndarray, households: np.ndarray, weight: np.ndarray, kind: int, draws: Draws
) -> _Part:
    """Cut outlines into the number of grids of a kind, more where more people live; at least one each."""
    counts = apportion(public_counts.GRIDS[KINDS[kind]], weight, least=1)
    cut = np.concatenate(geometry.split(outlines, [np.ones(n) for n in counts], exact=False))
    return _Part(cut, np.repeat(community, counts), _shares(households, counts, draws))


def _special(ground: Ground, draws: Draws) -> _Part:
    count = public_counts.GRIDS[KINDS[_SPECIAL]]
    weight = np.where(ground.kind == 0, ground.population, ground.population // 4)
    community = np.sort(draws.weighted(weight, count))
    shift = draws.between(-100, 100, 2 * count).reshape(-1, 2) / 100
    squares = geometry.overlay(ground.community_cells[community], draws.between(8, 22, count) / 100, shift)
    return _Part(squares, community, np.zeros(count, dtype=np.int64))


def _shares(totals: np.ndarray, parts: np.ndarray, draws: Draws) -> np.ndarray:
    """Cut each total into its number of uneven whole parts that sum to it."""
    weight = draws.between(60, 140, int(parts.sum()))
    ends = np.cumsum(parts)
    running = np.cumsum(weight)
    before = np.repeat(np.concatenate([[0], running[ends[:-1] - 1]]), parts)
    group = np.repeat(running[ends - 1], parts) - before
    reached = (running - before) * np.repeat(totals, parts) // group
    previous = np.concatenate([[0], reached[:-1]])
    previous[ends - parts] = 0
    shares: np.ndarray = reached - previous
    return shares


def _table(ground: Ground, every: _Part, kind: np.ndarray, points: np.ndarray) -> pa.Table:
    place = pa.array(every.community)
    counted = pd.DataFrame({"community": every.community, "kind": kind}).groupby(["community", "kind"]).cumcount() + 1
    number = pa.array(counted).cast(pa.string())
    code, name = ground.community_code.take(place), ground.community_name.take(place)
    special = _SPECIAL_PLACES[(counted.to_numpy() * 7 + every.community) % _SPECIAL_PLACES.size]
    word = np.where(kind == _SPECIAL, np.char.add(special, KINDS[_SPECIAL]), np.array(KINDS)[kind])
    street = ground.community_street[every.community]
    return pa.table(
        {
            "grid_id": pc.binary_join_element_wise(
                code, pa.array(_LETTERS[kind], pa.string()), pc.utf8_lpad(number, 3, "0"), ""
            ),
            "name": pc.binary_join_element_wise(name, "第", number, pa.array(word, pa.string()), ""),
            "kind": pa.array(np.array(KINDS)[kind], pa.string()),
            "community_code": code,
            "street_code": ground.street_code.take(pa.array(street)),
            "district_code": ground.district_code.take(pa.array(ground.street_district[street])),
            "households": pa.array(every.households, pa.int32(), mask=kind == _SPECIAL),
            "lon": pa.array(points[:, 0]),
            "lat": pa.array(points[:, 1]),
            "shape": geometry.shape_json(every.cells),
        }
    )
