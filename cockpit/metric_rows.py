"""Several metrics by one dimension as the rows of a table: what is written, and the list behind every number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cockpit import kpis, rows, splits
from cockpit.kept import kept
from cockpit.links import number_link
from cockpit.view import View
from queries.measure import metric_of
from queries.model import Kind, Metric
from queries.subjects import DIMENSIONS
from views import words

# What the columns are called where the table says of what they are: the unit stands beside those that have one.
HEADS = {
    "mediations_taken": "受理",
    "disputes_settled": "化解率",
    "family_settled": "家庭邻里",
    "petitions_after_mediation": "转信访率",
    "mediation_days": "用时",
    "community_orgs": "社会组织",
    "orgs_per_community": "每社区",
    "receptions": "接访",
    "receptions_closed": "办结率",
    "reception_days": "办结用时",
    "receptions_open": "现未办结",
    "visits_down": "下访",
    "letters_read": "阅批",
    "cases_led": "包案",
    "supervision_waiting": "尚未反馈",
    "supervision_overdue": "逾期",
    "supervision_due_in_3": "3 个工作日内",
    "proposals_made": "提出",
    "proposals_answered": "书面反馈率",
    "proposals_adopted": "采纳率",
    "proposals_waiting": "待反馈",
    "hotline_registered": "登记",
    "hotline_response": "响应率",
    "hotline_resolution": "解决率",
    "hotline_satisfaction": "满意率",
    "hotline_open": "在办",
    "hotline_overdue": "超期",
}


@dataclass(frozen=True)
class MetricRows:
    """A table of metrics: the head of each by its id, what is written, which of it rests on too few, the codes of its
    rows, and the split that its numbers are of.
    """

    heads: Mapping[str, str]
    written: pd.DataFrame
    few: pd.DataFrame
    codes: tuple[str, ...]
    split: pd.DataFrame


@kept
def metric_rows(view: View, metrics: Sequence[str], dimension: str, *, filled: bool = False) -> MetricRows:
    """Metrics by a dimension, most of the first one first; `filled`: without what has no value of the dimension."""
    heads = {name: _head(view, metric_of(name)) for name in metrics}
    frame = splits.split(view, metrics, dimension)
    frame = frame[frame["code"] != ""] if filled else frame
    names = dict(zip(frame["code"], frame["name"], strict=True))
    cells = list(zip(frame["metric"], frame["code"], strict=True))
    values = dict(zip(cells, frame["value"], strict=True))
    small = dict(zip(cells, frame["small"], strict=True))
    order = sorted(names, key=lambda code: _largest_first(values.get((metrics[0], code))))
    written: dict[str, list[Any]] = {DIMENSIONS[dimension]: [names[code] for code in order]}
    few = {}
    for name, head in heads.items():
        written[head] = _column(view, metric_of(name), [values.get((name, code)) for code in order])
        few[head] = [small.get((name, code), False) for code in order]
    return MetricRows(heads, pd.DataFrame(written), pd.DataFrame(few, dtype=bool), tuple(order), frame)


def _largest_first(value: float | None) -> tuple[bool, float]:
    return (True, 0.0) if value is None or words.is_missing(value) else (False, -value)


def link_of(view: View, table: MetricRows, dimension: str, row: int, head: str) -> str:
    """The list behind a cell by its row and head; the name of a row opens its first number."""
    metric_id = next((name for name, named in table.heads.items() if named == head), next(iter(table.heads)))
    counts = splits.rows_of(table.split, metric_id).set_index("code")
    code = table.codes[row]
    numbers = counts.loc[code] if code in counts.index else {"hits": 0, "among": 0}
    return number_link(metric_of(metric_id), numbers, period=view.link_period, **{dimension: code})


def _head(view: View, metric: Metric) -> str:
    """The head of a column, with the reason where the data cannot tell its numbers."""
    name = HEADS.get(metric.id, metric.name)
    head = name if metric.kind is Kind.RATE else f"{name}（{metric.unit}）"
    reason = kpis.missing_reason(view, metric)
    return f"{head}（{reason}）" if reason else head


def _column(view: View, metric: Metric, values: Sequence[float | None]) -> list[Any]:
    if metric.is_total and not kpis.missing_reason(view, metric):
        return [0.0 if words.is_missing(value) else value for value in values]
    if metric.kind is Kind.RATE:
        return rows.percentages(values)
    return [None if words.is_missing(value) else value for value in values]
