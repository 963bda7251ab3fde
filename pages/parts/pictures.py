"""Pictures of any metric that several pages draw: ranked by a dimension, month by month, and as a table of numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from cockpit import kpis, splits
from cockpit.links import list_link
from cockpit.view import View
from pages.parts import clicks, layout
from pages.parts.drawing import specification
from pages.parts.navigation import open_link
from queries.cases import Part
from queries.measure import metric_of
from queries.model import Kind, Metric, Polarity
from queries.periods import last_months
from queries.targets import target_of
from views import charts, words
from wording import findings, numbers

MONTHS = 13


def ranked(view: View, metric_id: str, dimension: str, noun: str, *, key: str, most: int = 16) -> None:
    """A metric by one dimension, what needs attention first; a bar opens its cases, of a rate those that failed."""
    if layout.explain_missing(view, metric_id):
        return
    metric = metric_of(metric_id)
    frame = splits.split(view, [metric_id], dimension)
    rate = metric.kind is Kind.RATE
    low_first = rate and metric.polarity is Polarity.UP_GOOD
    target = target_of(view.settings, metric_id)
    few = view.settings.lights.small_sample
    left_out = f"；共 {len(frame)} 个，列前 {most} 个" if len(frame) > most else ""
    chart = specification(
        charts.ranking,
        frame,
        layout.theme(),
        title=findings.ranked(frame, metric, target, noun, view.place, few=few),
        subtitle=f"各{noun}{metric.name}" + (_made_of(metric) if rate else f"（{metric.unit}）") + left_out,
        kind=numbers.kind_of(metric),
        target=target,
        largest_first=not low_first,
        most=most,
        none=f"这一时段没有可计{metric.name}的记录。",
    )
    code = clicks.chart(chart, key, alt=f"各{noun}{metric.name}", pick="code")
    if code is not None:
        row: Any = frame[frame["code"] == code].iloc[0]
        open_link(list_link(metric_id, worth_reading(metric, row["hits"], row["among"]), **{dimension: code}))


def worth_reading(metric: Metric, hits: int, among: int) -> Part:
    """What a click on a rate opens: the cases that need attention, or all where there are none."""
    if metric.kind is not Kind.RATE:
        return Part.HITS
    wanted = Part.MISSES if metric.polarity is Polarity.UP_GOOD else Part.HITS
    number = among - hits if wanted is Part.MISSES else hits
    return wanted if number else Part.AMONG


def _made_of(metric: Metric) -> str:
    return f"，{metric.sides[0]}／合计，点一条看{_side(metric)}的"


def _side(metric: Metric) -> str:
    hits, misses = metric.sides
    return misses if metric.polarity is Polarity.UP_GOOD else hits


def rate_by_month(view: View, metric_id: str, *, key: str, height: int = 230) -> None:
    """A rate month by month against its target and the year before; a month opens the cases that failed."""
    if layout.explain_missing(view, metric_id):
        return
    metric, target = metric_of(metric_id), target_of(view.settings, metric_id)
    found = kpis.months(view, [metric_id], MONTHS + 12)
    frame = clicks.monthly(view, found).assign(last_year=found["value"].shift(12)).tail(MONTHS)
    nothing = f"所选范围内没有可计{metric.name}的记录"
    chart = specification(
        charts.trend,
        frame,
        layout.theme(),
        title=findings.months(frame, target, view.as_of.date(), nothing=nothing),
        subtitle=f"{metric.name}，按{metric.period_text}所在月份；灰线为上年同月，点一个月看{_side(metric)}的"
        + _unfinished(frame),
        kind="rate",
        target=target,
        height=height,
    )
    clicked = clicks.chart(chart, key, alt=f"{view.months_text(MONTHS)}{metric.name}", pick="at")
    if clicked is not None:
        row: Any = frame[frame["at"].dt.date == clicks.day_of(clicked).replace(day=1)].iloc[0]
        open_link(clicks.month_link(metric_id, clicked, worth_reading(metric, row["hits"], row["among"])))


def _unfinished(months: pd.DataFrame) -> str:
    """What the months drawn dashed or pale are, where there are any."""
    return "；虚线或浅色的月份未完" if months["unfinished"].any() else ""


def count_by_month(
    view: View, metric_id: str, *, key: str, months: int = 12, height: int = 120, more: str = ""
) -> None:
    """A count month by month as bars; a bar opens its month. `more` is added to what is drawn."""
    if layout.explain_missing(view, metric_id):
        return
    metric = metric_of(metric_id)
    rows = kpis.months(view, [metric_id], months)
    counts = rows["value"].fillna(0)
    frame = rows[["unfinished"]].assign(
        label=[f"{int(month[5:])}月" for month in rows["month"]], key=rows["month"], value=counts
    )
    chart = specification(
        charts.bars,
        frame,
        layout.theme(),
        title=f"{metric.name}，最多的一月 {words.full(int(counts.max()))} {metric.unit}",
        subtitle=f"{view.months_text(months)}，按{metric.period_text}（{metric.unit}）{_unfinished(rows)}{more}",
        unit=metric.unit,
        height=height,
    )
    month = clicks.chart(chart, key, alt=f"{view.months_text(months)}{metric.name}", pick="key")
    if month is not None:
        open_link(list_link(metric_id, period=last_months(view.last_day, months), month=month))


def table(
    view: View,
    columns: Mapping[str, str],
    dimension: str,
    noun: str,
    *,
    key: str,
    high: int = 10,
    most: int | None = None,
    filled: bool = False,
) -> None:
    """Metrics as columns (id: head), one row a value of the dimension; a cell opens the cases it counts.

    Ordered by the first column, largest first; at most `most` rows, of which `high` are seen at once. `filled` leaves
    out what has no value of the dimension.
    """
    frame = splits.split(view, list(columns), dimension)
    frame = frame[frame["code"] != ""] if filled else frame
    first = splits.of(frame, next(iter(columns))).set_index("code")["value"]
    codes = frame.drop_duplicates("code").set_index("code")["name"]
    order = first.reindex(codes.index).sort_values(ascending=False, na_position="last", kind="stable").index[:most]
    shown = pd.DataFrame({noun: codes[order].tolist()})
    columns = {name: _head(view, metric_of(name), head) for name, head in columns.items()}
    for name, head in columns.items():
        shown[head] = _column(view, metric_of(name), splits.of(frame, name).set_index("code")["value"].reindex(order))
    event = st.dataframe(
        shown,
        hide_index=True,
        column_config={
            head: st.column_config.NumberColumn(format=_format(metric_of(name))) for name, head in columns.items()
        },
        placeholder=words.NONE,
        height=layout.rows_high(len(shown), high),
        key=key,
        on_select="rerun",
        selection_mode="single-cell",
        alt=f"各{noun}{'、'.join(columns.values())}",
    )
    cell = clicks.once(key, _cell(event["selection"].get("cells", [])))
    if cell is not None:
        _open(cell, columns, dimension, order, frame)


def _head(view: View, metric: Metric, head: str) -> str:
    """The head of a column, with the reason where the data cannot tell its numbers."""
    reason = kpis.missing_reason(view, metric)
    return f"{head}（{reason}）" if reason else head


def _cell(cells: Sequence[Sequence[Any]]) -> tuple[int, str] | None:
    return (int(cells[0][0]), str(cells[0][1])) if cells else None


def _open(
    cell: tuple[int, str], columns: Mapping[str, str], dimension: str, order: pd.Index, frame: pd.DataFrame
) -> None:
    """The list behind a cell; the name of a row opens its first number."""
    at, head = cell
    ids = {shown: name for name, shown in columns.items()}
    name = ids.get(head, next(iter(columns)))
    code: Any = order[at]
    row = splits.of(frame, name)
    row = row[row["code"] == code]
    part = worth_reading(metric_of(name), *row[["hits", "among"]].iloc[0]) if len(row) else Part.HITS
    open_link(list_link(name, part, **{dimension: code}))


def _column(view: View, metric: Metric, values: pd.Series) -> list[float | None]:
    """Numbers as they are written elsewhere, yet numbers, so that a click on the head sorts them."""
    if metric.kind is Kind.COUNT and not kpis.missing_reason(view, metric):
        return values.fillna(0).tolist()
    if metric.kind is Kind.RATE:
        return [None if words.is_missing(value) else float(words.percent(value)[:-1]) for value in values]
    return [None if words.is_missing(value) else float(value) for value in values]


def _format(metric: Metric) -> str:
    return {Kind.COUNT: "localized", Kind.RATE: "%.2f%%"}.get(metric.kind, "%.1f")
