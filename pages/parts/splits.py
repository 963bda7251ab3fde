"""Numbers split by a dimension, with names for its codes: what rankings and tables draw."""

from collections.abc import Mapping, Sequence

import pandas as pd

from pages.parts import filters, live, show
from pages.parts.filters import Filters
from queries import names
from queries.measure import measure, metric_of
from views import words
from wording import names as naming


def split(now: Filters, metrics: Sequence[str], dimension: str) -> pd.DataFrame:
    """Metrics by one dimension, in the filter bar's period and slice.

    Columns: metric, code (text, "" where not filled in: what show.link takes), name, hits, among, value,
    small (bool; 样本少, only said of rates), role (of its light, "none" where nothing judges it).
    """
    found = live.ask(measure, list(metrics), as_of=now.as_of, period=now.period, within=now.within, by=[dimension])
    limit = live.settings().lights.small_sample
    codes = [code if isinstance(code, str) else "" for code in found[dimension]]
    samples = [metric_of(name).is_sample for name in found["metric"]]
    few = [sample and words.small(among, limit) for sample, among in zip(samples, found["among"], strict=True)]
    return pd.DataFrame(
        {
            "metric": found["metric"],
            "code": codes,
            "name": called(dimension, codes),
            "hits": found["hits"],
            "among": found["among"],
            "value": found["value"],
            "small": few,
            "role": [
                show.role_of(metric_of(name), value, among)
                for name, value, among in zip(found["metric"], found["value"], found["among"], strict=True)
            ],
        }
    )


def called(dimension: str, codes: Sequence[str | None]) -> list[str]:
    """The names of a dimension's codes, with a word for what is not filled in ("" or None)."""
    known = _names(dimension, [code for code in codes if code])
    return [naming.called(dimension, code, known, live.settings().city.name) for code in codes]


def of(frame: pd.DataFrame, metric: str) -> pd.DataFrame:
    """The rows of one metric."""
    return frame[frame["metric"] == metric].reset_index(drop=True)


def by_kind(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """A split by unit as groups that are ranked apart (domain.md §4), in the order of naming.UNIT_KINDS.

    Where there are several, all units together come last: who asks which unit of all is the latest, finds it there.
    """
    units = live.ask(names.units)
    kinds = dict(zip(units["unit_id"], units["kind"], strict=True))
    group = frame["code"].map(lambda code: naming.UNIT_KINDS.get(kinds.get(code, ""), naming.OTHER_UNITS))
    order = [*naming.UNIT_KINDS.values(), naming.OTHER_UNITS]
    groups = {name: frame[group == name].reset_index(drop=True) for name in order if (group == name).any()}
    return groups if len(groups) < 2 else groups | {naming.ALL_UNITS: frame}


def choose_kind(groups: Mapping[str, pd.DataFrame]) -> tuple[str, str] | None:
    """The chosen one of `by_kind`'s groups and what a unit of it is called; None where there is no unit at all."""
    kinds = list(groups)
    if not kinds:
        return None
    kind = kinds[0] if len(kinds) < 2 else filters.choose("单位类别", kinds, "unit_kind", kinds[0], str)
    return kind, "单位" if kind == naming.ALL_UNITS else kind


def _names(dimension: str, codes: Sequence[str]) -> dict[str, str]:
    if dimension != "grid":
        return live.ask(names.names_of, dimension) or {}
    return live.ask(names.grid_names, tuple(sorted(set(filter(None, codes)))))
