"""A metric's entry in the dictionary: its definition as a formula, with what its parts count now."""

from collections.abc import Sequence
from typing import Any

from cockpit import kpis
from cockpit.kept import kept
from cockpit.links import list_link
from cockpit.view import View
from queries import dictionary
from queries.cases import Part
from queries.measure import measure
from queries.model import Kind, Metric
from queries.registry import METRICS
from views import entries, words
from wording import numbers, unknown

# What a click on a name hands back, where a click on a number hands back the address of a list.
ALONE = "alone:"
_FACTORS = {Kind.RATE: "× 100%", Kind.PER_10K: "× 10,000", Kind.MEAN: "取平均"}


def _factor(metric: Metric) -> str:
    """What is done with the parts of the formula; "" for a count, which is one."""
    if metric.kind is Kind.SUM:
        return f"{metric.unit}相加"
    return _FACTORS.get(metric.kind, "")


def terms(metric: Metric, row: Any) -> tuple[entries.Term, ...]:
    """The parts of the formula with what they count now; a count says in the definition what it counts."""
    counted = unknown.placeholder(row["unknown"]) if row["unknown"] else ""
    hits = entries.Term(
        f"计{dictionary.counted_in(metric)}" if metric.kind is Kind.COUNT else metric.hits_text.rstrip("。"),
        counted or f"{words.full_count(row['hits'])} {dictionary.counted_in(metric)}",
        list_link(metric.id),
    )
    if metric.kind is Kind.RATE:
        many = words.NONE if counted else f"{words.full_count(row['among'])} {dictionary.counted_in(metric)}"
        return hits, entries.Term(metric.among_text.rstrip("。"), many, list_link(metric.id, Part.AMONG))
    if metric.kind is Kind.PER_10K:
        return hits, entries.Term(metric.among_text.rstrip("。"), f"{words.full_count(row['among'])} 人")
    return (hits,)


@kept
def entries_of(view: View, metrics: Sequence[Metric], *, alone: bool) -> tuple[entries.Entry, ...]:
    """Some metrics of one group; all numbers of the group are asked for together."""
    group = [metric.id for metric in METRICS.values() if metric.group == metrics[0].group]
    values = view.ask(measure, group, **view.scope).set_index("metric")
    worded = (metric.under(view.settings.deadlines) for metric in metrics)
    return tuple(entry(view, metric, values.loc[metric.id], alone=alone) for metric in worded)


def entry(view: View, metric: Metric, row: Any, *, alone: bool) -> entries.Entry:
    """One metric with its number of the filter bar's period and slice."""
    definition, _, scope = metric.definition.partition("。")
    facts = (
        ("范围", scope.rstrip("。")),
        ("归期", metric.period_text),
        ("依据", dictionary.basis(metric)),
        ("缺数据", unknown.names(row["unknown"] or "")),
        ("判断", numbers.lights_of(view.settings, metric)),
        ("关注", numbers.alerted(view.settings, metric)),
        ("可分", "、".join(dictionary.split_names(metric))),
        ("不随筛选", "、".join(kpis.ignored_filters(view, metric))),
    )
    unit = "" if metric.kind is Kind.RATE else f" {metric.unit}"
    return entries.Entry(
        metric.id,
        metric.name,
        f"{definition}。",
        terms(metric, row),
        ""
        if metric.kind is Kind.COUNT
        else f"{numbers.format_value(metric, row['value'])}{'' if row['unknown'] else unit}",
        factor=_factor(metric),
        state=kpis.state(view, metric, row["value"], row["among"]),
        small=not row["unknown"] and kpis.is_small(view, metric, row["among"]),
        facts=facts,
        alone=None if alone else f"{ALONE}{metric.id}",
    )
