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
    first = splits.rows_of(frame, metrics[0]).set_index("code")["value"]
    names = frame.drop_duplicates("code").set_index("code")["name"]
    order = first.reindex(names.index).sort_values(ascending=False, na_position="last", kind="stable").index
    written = pd.DataFrame({DIMENSIONS[dimension]: names[order].tolist()})
    few = pd.DataFrame(index=written.index)
    for name, head in heads.items():
        groups = splits.rows_of(frame, name).set_index("code")
        written[head] = _column(view, metric_of(name), groups["value"].reindex(order))
        few[head] = groups["small"].reindex(order, fill_value=False).to_numpy(dtype=bool)
    return MetricRows(heads, written, few, tuple(order), frame)


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


def _column(view: View, metric: Metric, values: pd.Series) -> list[Any]:
    if metric.is_total and not kpis.missing_reason(view, metric):
        return values.fillna(0).tolist()
    if metric.kind is Kind.RATE:
        return rows.percentages(values)
    return [None if words.is_missing(value) else float(value) for value in values]
