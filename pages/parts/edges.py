"""The marks at the edges of a table whose columns or rows go on out of sight (their look: style.css)."""

from pathlib import Path

import streamlit as st

from pages.parts import session

_JS = (Path(__file__).parent / "edges.js").read_text(encoding="utf-8")
_SCRIPT = st.components.v2.component("edges_of_tables", js=_JS)


def mark_edges() -> None:
    """Let the browser mark tables that go on at the right or below; to be called at the top of every page."""
    with st.container(key="edges", height=1, border=False):
        session.load_once(_SCRIPT, "edges_of_tables")
