"""Charts as specifications, made once for the same data: making and checking one costs more than all else on a page."""

from collections.abc import Callable
from typing import Any, ParamSpec

import streamlit as st

# What st.altair_chart itself does first, on every run; the version of Streamlit is pinned.
from streamlit.elements.vega_charts import _convert_altair_to_vega_lite_spec as specification

P = ParamSpec("P")


def drawn(draw: Callable[P, Any], *args: P.args, **kwargs: P.kwargs) -> Any:
    """What `draw` of views.charts gives for these arguments, for show.chart to take; a tuple where it gives several."""
    return _drawn(draw.__qualname__, draw, args, kwargs)


@st.cache_data(max_entries=1000, show_spinner=False)
def _drawn(name: str, _draw: Callable[..., Any], args: Any, kwargs: Any) -> Any:  # noqa: ARG001 — the name is the key
    made = _draw(*args, **kwargs)
    return tuple(specification(one) for one in made) if isinstance(made, tuple) else specification(made)
