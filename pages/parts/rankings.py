"""Rankings: a number by the values of a dimension, as bars of which each opens the cases that it counts."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from cockpit import rows as table_rows
from cockpit import splits
from cockpit.kept import kept
from cockpit.links import list_link, name_to_open, number_link
from cockpit.view import View
from pages.parts import clicks, layout, lists, tables
from pages.parts.markdown import escape_markdown
from pages.parts.navigation import open_link
from queries.cases import Part
from queries.dictionary import counted_in
from queries.measure import metric_of
from queries.model import Kind, Metric
from queries.subjects import DIMENSIONS
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
    is_timeline: bool = False,
    from_zero: bool = True,
    most: int = MOST,
    row: int = ROW,
) -> None:
    """Show a metric by a dimension, what needs attention first; a bar opens its cases.

    Of a timeline the rows stay in the order of the frame, whatever their values and samples are.

    Where there are more than `most`, a table of all is one click below.

    `frame` is of splits.split or has its columns (see views.charts.ranking); `none` (without full stop) is shown where
    it has no value and no title says so. `kind` is how the values are written where they are not the metric's own but
    counts: those have no target. A bar opens `part`, else what is worth reading of a rate; or goes where `link` leads
    from its row of the frame; or calls `on_pick` with its code, before the page is drawn again; unless nothing
    `is_clicked`.
    """
    metric = metric_of(metric_id)
    if is_timeline:
        largest_first = None
    elif largest_first is None:
        largest_first = not numbers.is_low_first(metric)
    if not is_timeline and view.derive(_is_partly_small, frame):
        subtitle = charts.join_notes(subtitle, "样本少的在后")
    drawing = clicks.draw(
        view,
        charts.ranking,
        frame,
        title=title,
        subtitle=subtitle,
        kind=kind or numbers.kind_of(metric),
        target=None if kind else target_of(view.settings, metric_id),
        largest_first=largest_first,
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
    unfilled = view.derive(_unfilled, frame)
    every = f"列出全部 {len(frame) - unfilled} 个" + ("和未填写的" if unfilled else "")
    if len(frame) > most and frame["value"].notna().any() and st.button(every, key=f"all_{key}", type="tertiary"):
        rows = charts.in_order(frame, largest_first=largest_first)
        everyone = partial(every_row, view, rows, metric, is_count=kind is not None, name=alt, key=key, link=link_of)
        st.dialog(f"{escape_markdown(alt)}，全部 {len(rows)} 个", width="large")(everyone)()


def _is_partly_small(frame: pd.DataFrame) -> bool:
    """Whether some samples are small and some are not; what has no value is none."""
    return "small" in frame and frame.loc[frame["value"].notna(), "small"].astype(bool).nunique() > 1


def _unfilled(frame: pd.DataFrame) -> int:
    """How many rows, one at most, stand for what nobody filled in."""
    return int((frame["code"] == "").sum()) if "code" in frame else 0


def every_row(
    view: View,
    rows: pd.DataFrame,
    metric: Metric,
    *,
    is_count: bool,
    name: str,
    key: str,
    link: Callable[[Any], str | None],
) -> None:
    """A ranking in full as a table and as a file, in its order and with its numbers; a row goes where `link` leads.

    `is_count`: the values are counts whatever the metric is.
    """
    table = written(rows, metric, is_count=is_count)
    with st.container(horizontal=True):
        parts = lists.parts_of(view, dated=not metric.is_stock)
        lists.downloads(name, lambda: table, len(table), *parts, key=f"all_{key}")
    columns = tables.number_columns(table, metric, is_count=is_count)
    row = tables.pick_row(table, key=f"every_{key}", alt=f"{name}，全部", high=16, columns=columns)
    if row is not None:
        open_link(link(rows.iloc[row]))


def written(rows: pd.DataFrame, metric: Metric, *, is_count: bool) -> pd.DataFrame:
    """The rows of a ranking in words: name and number, of a rate its two counts, and which sample is small."""
    if metric.kind is not Kind.RATE or is_count:
        head = f"数量（{metric.subject.unit}）" if is_count else f"{metric.name}（{metric.unit}）"
        return pd.DataFrame({"名称": rows["name"], head: rows["value"]})
    hits, _ = metric.sides
    return pd.DataFrame(
        {
            "名称": rows["name"],
            f"{metric.name}（%）": pd.Series(table_rows.percentages(rows["value"]), dtype=float),
            hits: rows["hits"],
            "合计": rows["among"],
            table_rows.SAMPLE: [words.SMALL if small else "" for small in rows["small"]],
        }
    )


def counted(
    view: View,
    metric_id: str,
    dimension: str,
    whole: str,
    *,
    key: str,
    alt: str,
    subtitle: str,
    none: str,
    counts: pd.DataFrame | None = None,
    title: str = "",
    most: int = MOST,
    part: Part | None = None,
    on_pick: Callable[[str], None] | None = None,
) -> None:
    """Show how many of each there are and who has most, as a share of the `whole` that they make up.

    `counts` has code, name and value, the count, where that is not the metric itself; a bar opens the cases that the
    metric counts of it (see `ranking`). `title` is said instead where there is something else to say.
    """
    metric = metric_of(metric_id)
    if counts is None:
        if layout.explain_missing_split(view, metric_id, dimension):
            return
        counts = splits.split(view, [metric_id], dimension)
        if not metric.is_total:
            counts = view.derive(_by_hits, counts)
    ranking(
        view,
        counts,
        metric_id,
        dimension,
        key=key,
        alt=alt,
        title=title or view.derive(findings.most, counts, whole, none=none, unit=counted_in(metric)),
        subtitle=subtitle,
        kind=None if metric.is_total else "count",
        largest_first=True,
        most=most,
        none=none,
        part=part,
        on_pick=on_pick,
    )


def _by_hits(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(value=frame["hits"])


def bar_of(frame: pd.DataFrame, code: str) -> Any:
    """The row of a bar that was clicked; without counts where newer data has none of it any more."""
    rows = frame[frame["code"] == code]
    return rows.iloc[0] if len(rows) else pd.Series({"code": code, "hits": 0, "among": 0})


def cases_link(view: View, metric: Metric, dimension: str, bar: Any, part: Part | None = None) -> str:
    """The list behind a bar: `part` of its cases, or those worth reading. `bar`: code, and hits and among of a rate."""
    cell = {dimension: bar["code"]}
    if part is None and metric.kind is Kind.RATE:
        return number_link(metric, bar, period=view.link_period, **cell)
    return list_link(metric.id, part or Part.HITS, period=view.link_period, **cell)


def ranked(view: View, metric_id: str, dimension: str, *, key: str, most: int = 16) -> None:
    """Any metric by one dimension, with a finding, or why the data cannot tell it."""
    if layout.explain_missing_split(view, metric_id, dimension):
        return
    metric, noun = metric_of(metric_id), DIMENSIONS[dimension]
    frame = splits.split(view, [metric_id], dimension)
    is_rate = metric.kind is Kind.RATE
    made_of = f"，{metric.sides[0]}／合计，点击一条查看{name_to_open(metric)}的" if is_rate else f"（{metric.unit}）"
    ranking(
        view,
        frame,
        metric_id,
        dimension,
        key=key,
        alt=f"各{noun}{metric.name}",
        title=finding(view, frame, metric_id, noun),
        subtitle=f"各{noun}{metric.name}{made_of}{view.derive(left_out, frame, most)}",
        most=most,
        none=f"这一时段没有可计{metric.name}的记录",
    )


@kept
def finding(view: View, frame: pd.DataFrame, metric_id: str, noun: str, *, nameless: int = 0) -> str:
    """What a ranking of a metric says (see wording.findings.ranking): 惠济区最低，88.24%，低于目标 6.76 百分点."""
    target, few = target_of(view.settings, metric_id), view.settings.lights.small_sample
    return findings.ranking(frame, metric_of(metric_id), target, noun, view.place, few=few, nameless=nameless)


def first_of(count: int, most: int) -> str:
    """，40 个中前 16 of a ranking that has no room for all; else nothing."""
    return f"，{count} 个中前 {most}" if count > most else ""


def left_out(frame: pd.DataFrame, most: int) -> str:
    """；共 40 个，列前 16 个 of a ranking that has no room for all; else nothing.

    What nobody filled in is none of them.
    """
    unfilled, every = _unfilled(frame), len(frame)
    beside = "，另有未填写的" if unfilled else ""
    return f"；共 {every - unfilled} 个{beside}，列前 {most} 个" if every > most else ""
