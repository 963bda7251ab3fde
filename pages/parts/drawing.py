"""Charts as specifications, made once for the same data: making and checking one costs more than all else on a page."""

from collections.abc import Callable
from typing import Any, ParamSpec

import streamlit as st

# What st.altair_chart itself does first, on every run; the version of Streamlit is pinned.
from streamlit.elements.vega_charts import _convert_altair_to_vega_lite_spec as to_vega_lite

P = ParamSpec("P")


def specification(draw: Callable[P, Any], *args: P.args, **kwargs: P.kwargs) -> Any:
    """What `draw` of views.charts gives for these arguments, for clicks.chart; a tuple where it draws several."""
    return _specification(draw.__qualname__, draw, args, kwargs)


@st.cache_data(max_entries=1000, show_spinner=False)
def _specification(name: str, _draw: Callable[..., Any], args: Any, kwargs: Any) -> Any:  # noqa: ARG001 — the name is the key
    chart = _draw(*args, **kwargs)
    return tuple(to_vega_lite(part) for part in chart) if isinstance(chart, tuple) else to_vega_lite(chart)
