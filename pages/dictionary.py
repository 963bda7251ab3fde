"""指标口径: every number's definition, from the registry, with the number itself as a live example."""

from itertools import groupby

import streamlit as st

from cockpit import dictionary_entries, kpis, months
from cockpit.view import View
from pages.parts import filters, layout, lists, notices, pictures
from pages.parts.navigation import open_link
from pages.parts.panel import entries_panel
from queries import dictionary
from queries.measure import metric_of
from queries.model import Metric
from queries.registry import METRICS
from views import entries

EVERY = "全部"
# What of the address is the page's own: widgets, and the metric that stands alone.
_CHOICES = ("q", "metric_group")
_VIEW = ("metric", *_CHOICES)
_LEFT = "_dictionary_left"


def entries_of(view: View, metrics: list[Metric], key: str, *, alone: bool = False) -> None:
    """Some metrics of one group; all numbers of the group are asked for together."""
    entries_of_group = dictionary_entries.entries_of(view, metrics, alone=alone)
    clicked = entries_panel(view.derive(entries.entries_html, entries_of_group, layout.theme()), key)
    if clicked and clicked.startswith(dictionary_entries.ALONE):
        st.query_params["metric"] = clicked.removeprefix(dictionary_entries.ALONE)
        st.rerun()
    open_link(clicked)


def everything(view: View) -> None:
    """All metrics by group, or those that the words in the box and the chosen group leave."""
    groups = list(dict.fromkeys(metric.group for metric in METRICS.values()))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "查找指标", key="q", bind="query-params", placeholder="名称、定义或依据，空格隔开", width=280
        )
        chosen = filters.choose("分组", [EVERY, *groups], "metric_group")
    matching = [metric for metric in dictionary.search_metrics(text) if chosen in (EVERY, metric.group)]
    if not matching:
        notices.hint(f"没有与「{text}」相符的指标；换个说法，或清空查找框。")
    for group, metrics in groupby(matching, key=lambda metric: metric.group):
        of_group = list(metrics)
        st.markdown(f"**{group}**　:small[:gray[{len(of_group)} 个指标]]")
        entries_of(view, of_group, f"entries_{group}")
    st.caption("依据为「通行做法」的，可在配置中调整。")


def alone(view: View, metric: Metric) -> None:
    """One metric by itself, with its twelve months."""
    st.button("‹ 全部指标", key="all_metrics", on_click=forget)
    entries_of(view, [metric], f"entry_{metric.id}", alone=True)
    if kpis.missing_reason(view, metric):
        return
    by_month = months.finished(view, metric.id)
    title, subtitle = f"{view.months_text(12)}{metric.name}", months.period_text(view, metric, by_month)
    with layout.block("metric_months"):
        pictures.trend(view, metric.id, by_month, key=f"months_{metric.id}", alt=title, title=title, subtitle=subtitle)


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
        view, "指标口径", f"{view.text}。共 {len(METRICS)} 个指标，数字按当前筛选实时计算，点击数字查看明细。"
    )
    asked_for = st.query_params.get("metric")
    if asked_for is None or lists.refuse_unknown(asked_for):
        everything(view)
    else:
        alone(view, metric_of(asked_for))
