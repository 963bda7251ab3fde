"""Pictures of several pages: month by month, day by day, by bands of days or hours, by two dimensions at once."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from cockpit import months, splits
from cockpit.comparisons import Compared
from cockpit.kept import kept
from cockpit.links import list_link, name_to_open
from cockpit.view import View
from pages.parts import clicks, layout
from pages.parts.markdown import escape_markdown
from queries.compare import daily_flow as daily_flow_of
from queries.measure import metric_of
from queries.periods import last_months
from queries.targets import target_of
from views import charts
from views.charts.axes import ROW
from wording import findings, numbers

MONTHS = 13
BANDS_HEIGHT = 170
FLOW_DAYS = 90
MARGIN = "横线为可能的误差范围"


def rate_by_month(view: View, metric_id: str, *, key: str, height: int = 230) -> None:
    """A rate month by month against its target and the year before; a month opens the cases that failed."""
    if layout.explain_missing(view, metric_id):
        return
    metric, target = metric_of(metric_id).under(view.settings.deadlines), target_of(view.settings, metric_id)
    rates = months.rates(view, metric_id, MONTHS)
    notes = months.unfinished_text(rates) + months.not_yet(metric, rates)
    year_before = "灰线为上年同期，" if rates["last_year"].notna().any() else ""
    nothing = f"所选范围内没有可计{metric.name}的记录"
    statement = view.derive(findings.months, rates, target, view.as_of.date(), nothing=nothing)
    drawing = clicks.draw(
        view,
        charts.trend,
        rates,
        title=statement if statement == nothing else f"{metric.name}：{statement}",
        subtitle=f"{metric.name}，按{metric.period_text}所在月份；{year_before}点击月份查看{name_to_open(metric)}的{notes}",
        kind="rate",
        target=target,
        height=height,
    )
    link = partial(clicks.month_link, metric, rates)
    clicks.chart(drawing, key, alt=f"{view.months_text(MONTHS)}{metric.name}", pick="at", link=link)


def trend(view: View, metric_id: str, by_month: pd.DataFrame, *, key: str, alt: str, title: str, subtitle: str) -> None:
    """Any metric month by month (of cockpit.months.monthly) against its target; a month opens its cases."""
    metric, kind = metric_of(metric_id), numbers.kind_of(metric_of(metric_id))
    drawing = clicks.draw(
        view,
        charts.trend,
        by_month,
        title=title,
        subtitle=subtitle,
        kind=kind,
        unit=metric.unit if kind in ("count", "number") else "",
        target=target_of(view.settings, metric_id),
    )
    clicks.chart(drawing, key, alt=alt, pick="at", link=partial(clicks.month_link, metric, by_month))


def count_by_month(
    view: View, metric_id: str, *, key: str, number: int = 12, height: int = 120, more: str = ""
) -> None:
    """A count month by month as bars; a bar opens its month. `more` is added to what is drawn."""
    if layout.explain_missing(view, metric_id):
        return
    metric = metric_of(metric_id).under(view.settings.deadlines)
    rows = months.counts(view, metric_id, number)
    drawing = clicks.draw(
        view,
        charts.bars,
        rows,
        title=findings.fullest_month(metric.name, rows, metric.unit),
        subtitle=f"{view.months_text(number)}，按{metric.period_text}（{metric.unit}）{months.unfinished_text(rows)}{more}",
        unit=metric.unit,
        height=height,
    )
    clicks.chart(
        drawing,
        key,
        alt=f"{view.months_text(number)}{metric.name}",
        pick="key",
        link=lambda month: list_link(metric_id, period=last_months(view.last_day, number), month=month),
    )


def count_by_band(
    view: View,
    metric_id: str,
    dimension: str,
    bands: tuple[str, ...],
    *,
    key: str,
    alt: str,
    title: str,
    subtitle: str,
) -> None:
    """What a metric counts as bars in the order of the bands; a bar opens it. What is of no band is left out."""
    unit = metric_of(metric_id).subject.unit
    frame = view.derive(_bands, splits.split(view, [metric_id], dimension), bands)
    drawing = clicks.draw(
        view,
        charts.bars,
        frame,
        title=title,
        subtitle=f"{subtitle}（{unit}）",
        unit=unit,
        height=BANDS_HEIGHT,
    )
    clicks.chart(drawing, key, alt=alt, pick="key", link=lambda band: list_link(metric_id, **{dimension: band}))


def compared(view: View, cases: Compared, *, subtitle: str, alt: str) -> None:
    """Cases of a kind beside comparable ones: their rates as a picture, then the same in words."""
    drawing = clicks.draw(view, charts.paired, cases.rates, title=cases.title, subtitle=f"{subtitle}，{MARGIN}")
    clicks.chart(drawing, "compared", alt=alt)
    st.caption(escape_markdown(cases.note), help=findings.COMPARABLE_METHOD)


def _bands(counts: pd.DataFrame, bands: tuple[str, ...]) -> pd.DataFrame:
    values = counts.set_index("code")["hits"].reindex(bands, fill_value=0).to_numpy()
    return pd.DataFrame({"label": bands, "value": values})


def heat(
    view: View,
    cells: pd.DataFrame,
    *,
    key: str,
    alt: str,
    title: str,
    subtitle: str,
    unit: str,
    link: Callable[[Any], str],
    row: int = ROW,
) -> None:
    """Counts by two dimensions, of cockpit.cells; a cell goes where `link` leads from its row of the frame.

    A cell that newer data no longer has leads nowhere.
    """

    def link_of(clicked: tuple[str, str]) -> str | None:
        same = cells[(cells["row"] == clicked[0]) & (cells["column"] == clicked[1])]
        return link(same.iloc[0]) if len(same) else None

    drawing = clicks.draw(view, charts.heat, cells, title=title, subtitle=subtitle, unit=unit, row=row)
    clicks.chart(drawing, key, alt=alt, pick=("row", "column"), link=link_of)


@kept
def _days(view: View) -> pd.DataFrame:
    days = view.ask(daily_flow_of, as_of=view.stocks_at, days=FLOW_DAYS, within=view.within)
    return days.rename(columns={"day": "at"})


def daily_flow(view: View, *, subtitle: str, height: int, is_clicked: bool = False) -> None:
    """What came and went day by day, and below it what lay there; a day opens its cases if it `is_clicked`."""
    days = _days(view)
    title = view.derive(findings.flow, days, few=view.settings.lights.small_sample)
    moves, stock = clicks.draw(view, charts.flow, days, title=title, subtitle=subtitle, height=height)
    span = f"近 {FLOW_DAYS} 天每日"
    clicks.chart(
        moves,
        "flow_moved",
        alt=f"{span}新收与办结",
        pick=("at", "way") if is_clicked else None,
        link=lambda clicked: clicks.day_link("closed" if "办结" in clicked[1] else "registered", clicked[0]),
    )
    clicks.chart(
        stock,
        "flow_stock",
        alt=f"{span}末在办件",
        pick="at" if is_clicked else None,
        link=lambda at: clicks.day_link("backlog", at),
    )
