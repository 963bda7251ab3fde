"""Numbers split by a dimension, with names for its codes: what rankings and tables draw."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from cockpit import kpis
from cockpit.kept import kept
from cockpit.view import View
from queries import frames, names
from queries.measure import measure, metric_of
from queries.subjects import AREA_LEVELS
from wording import names as naming

COLUMNS: Final[frames.Columns] = {
    "metric": "str",
    "code": "object",
    "name": "object",
    "hits": "int64",
    "among": "int64",
    "value": "float64",
    "small": "bool",
    "role": "object",
}


@kept
def split(view: View, metrics: Sequence[str], dimension: str) -> pd.DataFrame:
    """Metrics by one dimension, in the view's period and slice.

    Columns of COLUMNS: metric, code (text, "" where not filled in: what links take), name, hits, among, value,
    small (样本少, of rates only), role (of its light, "none" where nothing judges it).
    """
    measured = view.ask(
        measure, list(metrics), as_of=view.as_of, period=view.period, within=view.within, by=[dimension]
    )
    codes = [code if isinstance(code, str) else "" for code in measured[dimension]]
    rows = [
        (metric_of(name), value, among)
        for name, value, among in zip(measured["metric"], measured["value"], measured["among"], strict=True)
    ]
    groups: dict[str, Any] = {
        **{name: measured[name].to_numpy() for name in ("metric", "hits", "among", "value")},
        "code": codes,
        "name": names_of(view, dimension, codes),
        "small": [kpis.is_small(view, metric, among) for metric, _, among in rows],
        "role": [kpis.role(view, *row) for row in rows],
    }
    return frames.of(groups, COLUMNS)


def names_of(view: View, dimension: str, codes: Sequence[str | None]) -> list[str]:
    """The names of a dimension's codes, with a word for what is not filled in ("" or None)."""
    names_by_code = _known_names(view, dimension, [code for code in codes if code])
    return [naming.display_name(dimension, code, names_by_code, view.settings.city.name) for code in codes]


def rows_of(frame: pd.DataFrame, metric: str) -> pd.DataFrame:
    """The rows of one metric."""
    return frame[frame["metric"] == metric].reset_index(drop=True)


def counts_of(frame: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Who has any of what a metric counts: code, name, value."""
    counts = rows_of(frame, metric)
    return counts[counts["value"] > 0][["code", "name", "value"]]


def among_of(rates: pd.DataFrame) -> pd.DataFrame:
    """How many there are of each, of whatever rate: without the rate's own columns."""
    return rates.assign(value=rates["among"].astype(float), small=False).drop(columns=["hits", "among"])


def misses_of(rates: pd.DataFrame) -> pd.DataFrame:
    """Who missed a rate, and how often: code, name, hits, among, value."""
    late = rates[["code", "name", "hits", "among"]].assign(value=rates["among"] - rates["hits"])
    return late[late["value"] > 0]


@kept
def by_kind(view: View, frame: pd.DataFrame) -> Mapping[str, pd.DataFrame]:
    """A split by unit as groups that are ranked apart (domain.md §4), in the order of naming.UNIT_KINDS.

    Where there are several, all units together come last: who asks which unit of all is the latest, finds it there.
    Units of which nothing tells the kind are all units, where there are no others.
    """
    units = view.ask(names.units)
    kinds = dict(zip(units["unit_id"], units["kind"], strict=True))
    group = frame["code"].map(lambda code: naming.UNIT_KINDS.get(kinds.get(code, ""), naming.OTHER_UNITS))
    order = [*naming.UNIT_KINDS.values(), naming.OTHER_UNITS]
    groups = {name: frame[group == name].reset_index(drop=True) for name in order if (group == name).any()}
    if groups.keys() <= {naming.OTHER_UNITS}:
        return {naming.ALL_UNITS: frame} if groups else {}
    return groups if len(groups) < 2 else groups | {naming.ALL_UNITS: frame}


def _known_names(view: View, dimension: str, codes: Sequence[str]) -> Mapping[str, str]:
    if dimension == "grid":
        return view.ask(names.grid_names, tuple(sorted(set(codes))))
    area = view.within.area if dimension in AREA_LEVELS else None
    return view.ask(names.names_of, dimension, area) or {}
