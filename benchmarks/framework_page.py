"""Pages of the framework alone, without a cockpit: what benchmarks/browser.py takes as the floor of ours.

One number by itself, and as much as a small page of ours has: six numbers, a chart, and a map of the districts.
"""

import json
from pathlib import Path

import altair as alt
import pandas as pd
import pydeck as pdk
import streamlit as st

_OUTLINES = Path(__file__).parent.parent / "casebase" / "data" / "zhengzhou" / "districts.geojson"


def one_number() -> None:
    """A single number."""
    st.metric("件次", count_of_runs())
    st.button("再算一次")


def small_page() -> None:
    """Six numbers, a chart and a map."""
    count = count_of_runs()
    for n, column in enumerate(st.columns(6)):
        column.metric(f"指标{n + 1}", count + n)
    days = pd.DataFrame({"day": pd.date_range("2026-11-01", periods=30), "cases": [count + n % 7 for n in range(30)]})
    st.altair_chart(alt.Chart(days).mark_bar().encode(x="day:T", y="cases:Q").properties(height=200))
    outlines = json.loads(_OUTLINES.read_text(encoding="utf-8"))
    layer = pdk.Layer("GeoJsonLayer", data=outlines, get_fill_color=[200, 210, 220], pickable=True)
    view = pdk.ViewState(longitude=113.5, latitude=34.6, zoom=8)
    st.pydeck_chart(pdk.Deck(layers=[layer], initial_view_state=view, map_provider=None), height=240)
    st.button("再算一次")


def another_page() -> None:
    """The same again, at an address of its own, below its name."""
    st.text("另页的数")
    small_page()


def count_of_runs() -> int:
    """How often this session has run, so that every run draws other numbers."""
    count: int = st.session_state.get("runs", 0) + 1
    st.session_state["runs"] = count
    return count


if __name__ == "__main__":
    st.set_page_config(layout="wide")
    pages = [
        st.Page(small_page, title="小页", url_path="small", default=True),
        st.Page(one_number, title="一数", url_path="one"),
        st.Page(another_page, title="另页", url_path="another"),
    ]
    st.navigation(pages, position="top").run()
