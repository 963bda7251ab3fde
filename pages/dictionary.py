"""指标口径: every number's definition, from the registry, with the number itself as a live example."""

from functools import partial
from itertools import groupby
from typing import Any

import streamlit as st

from cockpit import kpis
from cockpit.links import list_link
from cockpit.view import View
from pages.parts import clicks, filters, layout, notices, pictures
from pages.parts.navigation import open_link
from pages.parts.panel import panel
from queries import dictionary
from queries.cases import Part
from queries.measure import measure, metric_of
from queries.model import Kind, Metric
from queries.registry import METRICS
from queries.targets import target_of
from views import charts, entries, words
from wording import numbers, unknown

EVERY = "全部"
# What of the address is the page's own: widgets, and the metric that stands alone.
_CHOICES = ("q", "metric_group")
_VIEW = ("metric", *_CHOICES)
_LEFT = "_dictionary_left"
# What a click on a name hands back, where a click on a number hands back the address of a list.
_ALONE = "alone:"
_FACTORS = {Kind.RATE: "× 100%", Kind.PER_10K: "× 10,000"}


def terms(metric: Metric, row: Any) -> tuple[entries.Term, ...]:
    """The parts of the formula with what they count now; a count says in the definition what it counts."""
    counted = unknown.placeholder(row["unknown"]) if row["unknown"] else ""
    hits = entries.Term(
        f"计{dictionary.counted_in(metric)}" if metric.kind is Kind.COUNT else metric.hits_text.rstrip("。"),
        counted or f"{words.full(row['hits'])} {dictionary.counted_in(metric)}",
        list_link(metric.id),
    )
    if metric.kind is Kind.RATE:
        many = words.NONE if counted else f"{words.full(row['among'])} {dictionary.counted_in(metric)}"
        return hits, entries.Term(metric.among_text.rstrip("。"), many, list_link(metric.id, Part.AMONG))
    if metric.kind is Kind.PER_10K:
        return hits, entries.Term(metric.among_text.rstrip("。"), f"{words.full(row['among'])} 人")
    return (hits,)


def entry(view: View, metric: Metric, row: Any, *, alone: bool) -> entries.Entry:
    """One metric with its number of the filter bar's period and slice."""
    definition, _, scope = metric.definition.partition("。")
    facts = (
        ("范围", scope.rstrip("。")),
        ("归期", metric.period_text),
        ("依据", metric.article),
        ("缺数据", unknown.names(row["unknown"] or "")),
        ("判断", numbers.lights_of(view.settings, metric)),
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
        factor=_FACTORS.get(metric.kind, "取平均" if metric.kind is Kind.MEAN else ""),
        state=kpis.state(view, metric, row["value"], row["among"]),
        small=not row["unknown"]
        and metric.is_sample
        and row["among"] > 0
        and words.is_small_sample(row["among"], view.settings.lights.small_sample),
        facts=facts,
        alone=None if alone else f"{_ALONE}{metric.id}",
    )


def entries_of(view: View, metrics: list[Metric], key: str, *, alone: bool = False) -> None:
    """Some metrics of one group; all numbers of the group are asked for together."""
    group = [metric.id for metric in METRICS.values() if metric.group == metrics[0].group]
    values = view.ask(measure, group, **view.scope).set_index("metric")
    html = entries.entries_html(
        [entry(view, metric, values.loc[metric.id], alone=alone) for metric in metrics], layout.theme()
    )
    clicked = panel(html, key)
    if clicked and clicked.startswith(_ALONE):
        st.query_params["metric"] = clicked.removeprefix(_ALONE)
        st.rerun()
    open_link(clicked)


def everything(view: View) -> None:
    """All metrics by group, or those that the words in the box and the chosen group leave."""
    groups = list(dict.fromkeys(metric.group for metric in METRICS.values()))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "查找指标", key="q", bind="query-params", placeholder="名称、定义或依据，空格隔开", width=280
        )
        chosen = st.segmented_control(
            "分组", [EVERY, *groups], default=EVERY, required=True, key="metric_group", bind="query-params"
        )
    matching = [metric for metric in dictionary.search_metrics(text) if chosen in (EVERY, metric.group)]
    if not matching:
        notices.hint(f"没有与「{text}」相符的指标；换个说法，或清空查找框。")
    for group, metrics in groupby(matching, key=lambda metric: metric.group):
        of_group = list(metrics)
        st.markdown(f"**{group}**　:small[:gray[{len(of_group)} 个指标]]")
        entries_of(view, of_group, f"entries_{group}")
    st.caption(
        "依据：[L]《信访工作条例》，[G] 省级信访部门公开的统计口径，[S] 本市公开文件，[C] 通行做法，可在配置中调整。"
    )


def alone(view: View, metric: Metric) -> None:
    """One metric by itself, with its twelve months."""
    st.button("‹ 全部指标", key="all_metrics", on_click=forget)
    entries_of(view, [metric], f"entry_{metric.id}", alone=True)
    if kpis.missing_reason(view, metric):
        return
    kind, alt = numbers.kind_of(metric), f"{view.months_text(12)}{metric.name}"
    months = pictures.monthly(view, kpis.months(view, [metric.id]))
    drawing = clicks.draw(
        charts.trend,
        months[["at", "value", "small"]],
        title=alt,
        subtitle=f"{'每月末' if metric.is_stock else f'按{metric.period_text}'}（{metric.unit}）",
        kind=kind,
        unit=metric.unit if kind in ("count", "number") else "",
        target=target_of(view.settings, metric.id),
    )
    with layout.block("metric_months"):
        key, link = f"months_{metric.id}", partial(clicks.month_link, metric, months)
        clicks.chart(drawing, key, alt=alt, pick="at", link=link)


def forget() -> None:
    """Back to all metrics."""
    st.query_params.pop("metric", None)


def come_back() -> None:
    """A step back from a list arrives with the list's address; the reader finds the dictionary as it was left."""
    if "part" not in st.query_params:
        st.session_state[_LEFT] = {name: st.query_params[name] for name in _VIEW if name in st.query_params}
        return
    left = st.session_state.get(_LEFT, {})
    del st.query_params["part"]
    st.query_params.pop("metric", None)
    if "metric" in left:
        st.query_params["metric"] = left["metric"]
    # Widgets own their part of the address.
    st.session_state.update({name: left[name] for name in _CHOICES if name in left})


def page(view: View) -> None:
    """Show the page for what the filter bar asks."""
    come_back()
    layout.header(
        view, "指标口径", f"{view.text}。共 {len(METRICS)} 个指标，数字按当前筛选实时计算，点数字看它数的每一件。"
    )
    asked_for = st.query_params.get("metric")
    if asked_for is None:
        everything(view)
    else:
        alone(view, metric_of(asked_for))


if __name__ == "__main__":
    page(filters.current())
