"""Charts that can be clicked: what was clicked, once for each click, and where a point in time leads."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from cockpit.links import list_link
from cockpit.view import View
from queries.cases import Part
from queries.periods import Period, Preset, period_of
from queries.registry import METRICS
from views import charts


def chart(
    specification: Any,
    key: str,
    *,
    alt: str,
    pick: str | tuple[str, ...] | None = None,
    on_pick: Callable[[Any], None] | None = None,
) -> Any | None:
    """Show a chart; returns what was clicked of the field `pick` (a tuple of several), once for each click.

    `on_pick` is called with it instead, before the page is drawn again (to change the filter bar).
    """
    if pick is None:
        _put(specification, key=key, alt=alt)
        return None
    if on_pick is None:
        event = _put(specification, key=key, alt=alt, on_select="rerun", selection_mode=charts.PICK)
        return once(key, _picked(event, pick))

    def clicked() -> None:
        value = _picked(st.session_state[key], pick)
        if value is not None:
            on_pick(value)

    _put(specification, key=key, alt=alt, on_select=clicked, selection_mode=charts.PICK)
    return None


def _put(specification: Any, **settings: Any) -> Any:
    """A chart as views.charts gives it, or as drawing.specification keeps it."""
    if isinstance(specification, dict):
        return st.vega_lite_chart(None, specification, theme=None, **settings)
    return st.altair_chart(specification, theme=None, **settings)


def _picked(event: Any, pick: str | tuple[str, ...]) -> Any | None:
    if isinstance(pick, str):
        return charts.picked(event, pick)
    values = tuple(charts.picked(event, field) for field in pick)
    return None if None in values else values


def once(key: str, value: Any | None) -> Any | None:
    """A selection stays on screen; only its change is a click."""
    memory = f"_{key}_picked"
    if st.session_state.get(memory) == value:
        return None
    st.session_state[memory] = value
    return value


def day_of(clicked: float) -> date:
    """The day of a point on a time axis, from the browser's milliseconds at its own midnight, wherever it stands."""
    return pd.Timestamp(clicked, unit="ms").round("D").date()


def day_link(metric: str, clicked: float) -> str:
    """The list behind one day of a chart, from the browser's milliseconds."""
    day = day_of(clicked)
    return _span_link(metric, Part.HITS, Period(day, day), day=day.isoformat())


def month_link(metric: str, clicked: float, part: Part = Part.HITS) -> str:
    """The list behind one month of a chart, from the browser's milliseconds."""
    day = day_of(clicked)
    return _span_link(metric, part, period_of(Preset.MONTH, day), month=f"{day:%Y-%m}")


def _span_link(metric: str, part: Part, span: Period, **cell: str) -> str:
    """A dated metric is counted within the span; a stock as of its end, which the cell says."""
    return list_link(metric, part, period=span, **(cell if METRICS[metric].is_stock else {}))


def monthly(view: View, frame: pd.DataFrame) -> pd.DataFrame:
    """A by-month frame of one metric as charts draw it: at (first of the month), small, beside its columns."""
    limit = view.settings.lights.small_sample
    sample = METRICS[frame["metric"].iloc[0]].is_sample
    small = (frame["among"] > 0) & (frame["among"] < limit) if sample else False
    return frame.assign(at=pd.to_datetime(frame["month"]), small=small)
