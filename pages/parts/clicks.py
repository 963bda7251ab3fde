"""Charts that can be clicked: drawn once for the same data, what was clicked, and where a click leads."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Concatenate, ParamSpec, TypeVar

import pandas as pd
import streamlit as st

# What st.altair_chart itself does with the frames of a chart, on every run; the version of Streamlit is pinned.
from streamlit.elements.vega_charts import _to_arrow_dataset as to_arrow

from cockpit.links import list_link, part_to_open
from cockpit.view import View
from pages.parts.layout import theme
from pages.parts.navigation import open_link
from queries.cases import Part
from queries.model import Metric
from queries.periods import Period, Preset, period_of
from queries.registry import METRICS
from views import charts
from views.tokens import Palette

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Drawing:
    """A finished chart: its specification with its data in Arrow's bytes. It is everyone's and is not changed."""

    specification: dict[str, Any]


def draw(
    view: View, chart_of: Callable[Concatenate[T, Palette, P], Any], data: T, *args: P.args, **kwargs: P.kwargs
) -> Any:
    """A chart of views.charts for this data, in the reader's palette, as a Drawing; a tuple where it draws several.

    It is made once for all readers where the data is kept (cockpit.kept): making one costs more than all else on a
    page.
    """
    return view.derive(_drawing, chart_of, data, theme(), *args, **kwargs)


def _drawing(chart_of: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    drawing = chart_of(*args, **kwargs)
    if isinstance(drawing, tuple):
        return tuple(map(_written, drawing))
    return _written(drawing)


def _written(chart: charts.Chart) -> Drawing:
    """The chart without the check against Vega-Lite's schema, which the tests do (tests/pages/conftest.py)."""
    datasets: dict[str, bytes] = {}
    names = {name: to_arrow(frame, datasets)["name"] for name, frame in chart.frames.items()}
    return Drawing({**chart.specification(names), "datasets": datasets})


def chart(
    drawing: Drawing,
    key: str,
    *,
    alt: str,
    pick: str | tuple[str, ...] | None = None,
    link: Callable[[Any], str | None] | None = None,
    on_pick: Callable[[Any], None] | None = None,
) -> Any | None:
    """Show a chart of `draw`; returns what was clicked of the field `pick` (a tuple of several), once for each click.

    `link` tells from it where the click leads. `on_pick` is called with it instead, before the page is drawn again (to
    change the filter bar).
    """
    if pick is None:
        _put(drawing, key=key, alt=alt)
        return None
    put = key_now(key)
    if on_pick is not None:

        def clicked() -> None:
            value = _picked(st.session_state[put], pick)
            if value is not None:
                led_away(key)
                on_pick(value)

        _put(drawing, key=put, alt=alt, on_select=clicked, selection_mode=charts.PICK)
        return None
    value = once(put, _picked(_put(drawing, key=put, alt=alt, on_select="rerun", selection_mode=charts.PICK), pick))
    if value is not None and link is not None:
        led_away(key)
        open_link(link(value))
    return value


def _put(drawing: Drawing, **settings: Any) -> Any:
    return st.vega_lite_chart(None, drawing.specification, theme=None, **settings)


def _picked(event: Any, pick: str | tuple[str, ...]) -> Any | None:
    if isinstance(pick, str):
        return charts.picked(event, pick)
    values = tuple(charts.picked(event, field) for field in pick)
    return None if None in values else values


def key_now(key: str) -> str:
    """The key of what is clicked, another one after each click that led away (see `led_away`)."""
    times = st.session_state.get(_times_of(key), 0)
    return f"{key}_{times}" if times else key


def led_away(key: str) -> None:
    """A click on what has this key leads elsewhere: whoever comes back finds it as if it was never clicked.

    Under its own key what was chosen would stay so where the way back is quicker than the page that was led to, and the
    same click would only take it back.
    """
    st.session_state[_times_of(key)] = st.session_state.get(_times_of(key), 0) + 1


def _times_of(key: str) -> str:
    return f"_{key}_led_away"


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


def month_link(metric: Metric, months: pd.DataFrame, clicked: float) -> str:
    """The list behind one month of a chart, from the browser's milliseconds; `months`: at, hits, among."""
    day = day_of(clicked)
    row: Any = months[months["at"].dt.date == day.replace(day=1)].iloc[0]
    part = part_to_open(metric, row["hits"], row["among"])
    return _span_link(metric.id, part, period_of(Preset.MONTH, day), month=f"{day:%Y-%m}")


def _span_link(metric: str, part: Part, span: Period, **cell: str) -> str:
    """A dated metric is counted within the span; a stock as of its end, which the cell says."""
    return list_link(metric, part, period=span, **(cell if METRICS[metric].is_stock else {}))
