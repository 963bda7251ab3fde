"""Rankings: a number by the values of a dimension, as bars of which each opens the cases that it counts."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from cockpit import splits
from cockpit.links import list_link
from cockpit.view import View
from pages.parts import clicks, layout
from queries.cases import Part
from queries.dictionary import counted_in
from queries.measure import metric_of
from queries.model import Kind, Metric, Polarity
from queries.targets import target_of
from views import charts, words
from views.charts.axes import ROW
from wording import findings, numbers

# How many bars a ranking has unless told.
MOST = 30
NONE_RANKED = "所选范围内没有可排名的单位"


def ranking(
    view: View,
    frame: pd.DataFrame,
    metric_id: str,
    dimension: str = "",
    *,
    key: str,
    alt: str,
    title: str = "",
    subtitle: str = "",
    none: str = NONE_RANKED,
    kind: words.NumberFormat | None = None,
    part: Part | None = None,
    link: Callable[[Any], str | None] | None = None,
    on_pick: Callable[[str], None] | None = None,
    is_clicked: bool = True,
    largest_first: bool | None = None,
    from_zero: bool = True,
    most: int = MOST,
    row: int = ROW,
) -> None:
    """Show a metric by a dimension, what needs attention first; a bar opens its cases.

    `frame` is of splits.split or has its columns (see views.charts.ranking); `none` (without full stop) is shown where
    it has no row. `kind` is how the values are written where they are not the metric's own but counts: those have no
    target. A bar opens `part`, else what is worth reading of a rate; or goes where `link` leads from its row of the
    frame; or calls `on_pick` with its code, before the page is drawn again; unless nothing `is_clicked`.
    """
    metric = metric_of(metric_id)
    drawing = clicks.draw(
        charts.ranking,
        frame,
        title=title,
        subtitle=subtitle,
        kind=kind or numbers.kind_of(metric),
        target=None if kind else target_of(view.settings, metric_id),
        largest_first=not is_low_first(metric) if largest_first is None else largest_first,
        from_zero=from_zero,
        most=most,
        row=row,
        none=f"{none}。",
    )
    link_of = link or (lambda bar: cases_link(view, metric, dimension, bar, part))
    clicks.chart(
        drawing,
        key,
        alt=alt,
        pick="code" if is_clicked else None,
        link=lambda code: link_of(bar_of(frame, code)),
        on_pick=on_pick,
    )


def counted(
    view: View,
    frame: pd.DataFrame,
    metric_id: str,
    dimension: str,
    whole: str,
    *,
    key: str,
    alt: str,
    subtitle: str,
    none: str,
    most: int = MOST,
    on_pick: Callable[[str], None] | None = None,
) -> None:
    """Show how many of each there are and who has most, as a share of the `whole` that they make up.

    `frame` has code, name and value, the count; a bar opens the cases that the metric counts of it (see `ranking`).
    """
    metric = metric_of(metric_id)
    ranking(
        view,
        frame,
        metric_id,
        dimension,
        key=key,
        alt=alt,
        title=findings.most(frame, whole, none=none, unit=counted_in(metric)),
        subtitle=subtitle,
        kind=None if metric.kind is Kind.COUNT else "count",
        largest_first=True,
        most=most,
        none=none,
        on_pick=on_pick,
    )


def bar_of(frame: pd.DataFrame, code: str) -> Any:
    """The row of a bar that was clicked; without counts where newer data has none of it any more."""
    rows = frame[frame["code"] == code]
    return rows.iloc[0] if len(rows) else pd.Series({"code": code, "hits": 0, "among": 0})


def is_low_first(metric: Metric) -> bool:
    """Whether the lowest values of a metric need attention first."""
    return metric.kind is Kind.RATE and metric.polarity is Polarity.UP_GOOD


def cases_link(view: View, metric: Metric, dimension: str, bar: Any, part: Part | None = None) -> str:
    """The list behind a bar: `part` of its cases, or those worth reading. `bar`: code, and hits and among of a rate."""
    if part is None and metric.kind is Kind.RATE:
        part = clicks.part_to_open(metric, bar["hits"], bar["among"])
    return list_link(metric.id, part or Part.HITS, period=view.link_period, **{dimension: bar["code"]})


def ranked(view: View, metric_id: str, dimension: str, noun: str, *, key: str, most: int = 16) -> None:
    """Any metric by one dimension, with a finding, or why the data cannot tell it."""
    if layout.explain_missing_split(view, metric_id, dimension):
        return
    metric = metric_of(metric_id)
    frame = splits.split(view, [metric_id], dimension)
    is_rate = metric.kind is Kind.RATE
    made_of = f"，{metric.sides[0]}／合计，点一条看{clicks.name_to_open(metric)}的" if is_rate else f"（{metric.unit}）"
    ranking(
        view,
        frame,
        metric_id,
        dimension,
        key=key,
        alt=f"各{noun}{metric.name}",
        title=finding(view, frame, metric_id, noun),
        subtitle=f"各{noun}{metric.name}{made_of}{left_out(len(frame), most)}",
        most=most,
        none=f"这一时段没有可计{metric.name}的记录",
    )


def finding(view: View, frame: pd.DataFrame, metric_id: str, noun: str, *, nameless: int = 0) -> str:
    """What a ranking of a metric says (see wording.findings.ranked): 惠济区最低，88.24%，低于目标 6.76 百分点."""
    target, few = target_of(view.settings, metric_id), view.settings.lights.small_sample
    return findings.ranked(frame, metric_of(metric_id), target, noun, view.place, few=few, nameless=nameless)


def first_of(count: int, most: int) -> str:
    """，40 个中前 16 of a ranking that has no room for all; else nothing."""
    return f"，{count} 个中前 {most}" if count > most else ""


def left_out(count: int, most: int) -> str:
    """；共 40 个，列前 16 个 of a ranking that has no room for all; else nothing."""
    return f"；共 {count} 个，列前 {most} 个" if count > most else ""
