"""How fast the tasks of places are: which places can be judged, at which level most can, and what is said of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from cockpit import rows, splits
from cockpit.kept import kept
from cockpit.view import View
from queries.cases import cases
from queries.measure import metric_of
from queries.model import Kind, is_small_sample
from queries.targets import target_of
from wording import findings
from wording.names import PLACE_NAMES

SPEEDS = ("contact_hours", "reached_in_24h", "task_days")
MOST_PLACES = 12
MOST_TASKS = 50
_COLUMNS = ["task_kind", "waited", "pushed_at", "contacted_at", "contact_method", "grid", "case_no", "title"]
_COLUMNS += ["category", "district", "street", "unit", "petition_id"]


@dataclass(frozen=True)
class Ranked:
    """Places by one of SPEEDS: those that can be judged (see splits.split), and what is said of all."""

    places: pd.DataFrame
    title: str
    subtitle: str
    none: str


@kept
def ranked(view: View, speed: str, dimension: str) -> Ranked:
    """Places by one of SPEEDS; a place with hardly a task is named where none can be judged, and else counted."""
    metric, noun, few = metric_of(speed), PLACE_NAMES[dimension], view.settings.lights.small_sample
    by_place = _with_small(view, speed, dimension)
    none, of_places = f"这一时段没有可计{metric.name}的任务", f"各{noun}"
    if metric.kind is Kind.RATE:
        title = findings.lowest(by_place, target_of(view.settings, speed), of_places, few=few, nothing=none)
    else:
        title = findings.slowest(by_place, metric.unit, of_places, few=few, nothing=none)
    enough = by_place[~by_place["small"]]
    judged = by_place if enough.empty else enough
    unlisted = len(by_place) - len(judged)
    return Ranked(
        judged,
        title,
        f"{of_places}{metric.name}（{metric.unit}）"
        + (f"，最慢的 {min(MOST_PLACES, len(judged))} 个" if len(judged) else "")
        + (f"；另有 {unlisted} 个不足 {few} 件，未列" if unlisted else ""),
        none,
    )


@kept
def _with_small(view: View, speed: str, dimension: str) -> pd.DataFrame:
    """Places by one of SPEEDS, each small that has hardly a task, and so is slow or fast by chance."""
    by_place = splits.split(view, [speed], dimension)
    few = view.settings.lights.small_sample
    return by_place.assign(small=[is_small_sample(among, few) for among in by_place["among"]])


@kept
def rankable_level(view: View, levels: Sequence[str]) -> str:
    """The finest level down to the street at which at least half of the places can be judged, else the first."""
    down_to_street = levels[: levels.index("street") + 1] if "street" in levels else levels[:1]
    for level in reversed(down_to_street[1:]):
        small = _with_small(view, SPEEDS[0], level)["small"]
        if small.size and small.mean() <= 0.5:
            return level
    return levels[0]


@kept
def longest_open(view: View) -> pd.DataFrame:
    """The open tasks that were pushed first, with the days that they have `waited`."""
    tasks = view.ask(cases, "tasks_open", as_of=view.stocks_at, within=view.within, limit=MOST_TASKS)
    return tasks.assign(waited=rows.days_since(view, tasks["pushed_at"]))[_COLUMNS]
