"""Who covers what: the number that a layer shows of places, grids of one kind, what is missing where, and one grid."""

from collections.abc import Set
from dataclasses import dataclass, replace

import pandas as pd

from cockpit import places, rows
from cockpit.kept import kept
from cockpit.links import number_link
from cockpit.view import View
from queries.cases import Part, cases
from queries.columns import COLUMN_NAMES
from queries.measure import measure, metric_of
from queries.model import Kind, Metric
from views import words
from wording import findings, numbers
from wording.names import PLACE_NAMES

HOT = "hot_cells"
# Layers of the map; without grids only what cases alone can tell.
LAYERS = ("grids_staffed", "communities_with_agent", "reached_in_24h", "on_the_spot", "cases_per_10k", HOT)
LAYERS_WITHOUT_GRIDS = ("registered", HOT, "cases_per_10k")
LAYER_NAMES = {"grids_staffed": "网格配员", "communities_with_agent": "代办员覆盖", HOT: "热点方格"}
# Layers that a single grid knows otherwise: how many workers it has, and cases without people to divide them by.
_GRID_METRICS = {"grids_staffed": "grid_workers", "cases_per_10k": "registered"}
# What is said of one grid.
FACTS = ("grid_workers", "registered", "backlog", "tasks_pushed", "reached_in_24h", "on_the_spot")
MOST_GAPS = 100
CASES = "本期登记（件次）"


@dataclass(frozen=True)
class Gap:
    """What is missing: the misses of a metric, the dimension of cases whose codes its column `key` has, its columns."""

    metric: str
    what: str
    none: str
    dimension: str
    key: str
    columns: tuple[str, ...]


GAPS = {
    "gap_grids": Gap(
        "grids_staffed",
        "网格没有在岗网格员",
        "所有网格都有在岗网格员",
        "grid",
        "grid_id",
        ("district", "street", "community", "name", "kind"),
    ),
    "gap_communities": Gap(
        "communities_with_agent",
        "社区（村）没有在岗代办员",
        "所有社区（村）都有在岗代办员",
        "community",
        "code",
        ("district", "street", "name", "population"),
    ),
}


def layer_name(layer: str) -> str:
    """What a layer is called."""
    return LAYER_NAMES.get(layer) or metric_of(layer).name


def metric_of_layer(layer: str, dimension: str) -> Metric:
    """The number that a layer shows of places of this dimension."""
    return metric_of(_GRID_METRICS.get(layer, layer) if dimension == "grid" else layer)


@kept
def of_kind(view: View, below: places.Below, kind: str) -> places.Below:
    """The grids of a kind, called without the place that they lie in; kinds lie within and over each other."""
    frame = below.frame[below.frame["kind"] == kind].reset_index(drop=True)
    return replace(below, frame=frame.assign(name=frame["name"].str.removeprefix(_own_name(view))))


def _own_name(view: View) -> str:
    """The name of the view's area as the grids in it begin with it."""
    area = view.within.area
    return str(places.areas(view.data)["name"][area]) if area else ""


@kept
def staffed(_: View, grids: pd.DataFrame) -> tuple[str, pd.DataFrame]:
    """What grids of one kind with their `grid_workers` say, and the grids by whether they have one."""
    return findings.staffing(grids, grids["kind"].iloc[0]), rows.grids_by_state(grids)


def worst_first(places: pd.DataFrame, metric: Metric) -> pd.DataFrame:
    """Places by their value, those without one last."""
    low_first = numbers.is_low_first(metric) or metric.id == "grid_workers"
    return places.sort_values("value", ascending=low_first, na_position="last", kind="stable").reset_index(drop=True)


@kept
def missing(view: View, gap: Gap) -> tuple[int, pd.DataFrame]:
    """How many places a gap has, and the MOST_GAPS with most cases of them."""
    columns = (gap.key, *gap.columns)
    every = view.ask(cases, gap.metric, Part.MISSES, as_of=view.stocks_at, within=view.within, columns=columns)
    return len(every), places.with_cases(view, every, gap.dimension, every[gap.key]).head(MOST_GAPS)


def written_gap(listed: pd.DataFrame, gap: Gap, fixed: Set[str]) -> pd.DataFrame:
    """Places of `missing` under their heads, without the levels of area that are `fixed`: each would say the same."""
    names = [name for name in gap.columns if name not in fixed]
    heads = {**COLUMN_NAMES, "name": PLACE_NAMES[gap.dimension], "cases": CASES}
    return listed[[*names, "cases"]].rename(columns=heads)


def facts(view: View, code: str) -> list[tuple[str, str, str]]:
    """What is known of one grid: the metric, 网格员 2 人, and the link to its list."""
    of_grid = replace(view, within=view.within.narrow(grid=code))
    values = view.ask(measure, FACTS, **of_grid.scope).set_index("metric")
    written = []
    for metric in map(metric_of, FACTS):
        text = numbers.format_value(metric, float(values["value"].loc[metric.id]))
        unit = "" if metric.kind is Kind.RATE else f" {metric.unit}"
        link = number_link(metric, values.loc[metric.id], grid=code)
        written.append((metric.id, f"{metric.name} {text}{unit}", link))
    return written


def grid_note(grid: pd.Series) -> str:
    """微网格，120 户: of what kind a grid is, and of how many households where that is known."""
    households = "" if words.is_missing(grid["households"]) else f"，{words.full_count(grid['households'])} 户"
    return f"{grid['kind']}{households}"
