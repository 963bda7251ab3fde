"""The menu of a narrow window: a drawer that closes when a page is chosen in it."""

from pathlib import Path

import streamlit as st

from pages.parts import session

_JS = (Path(__file__).parent / "drawer.js").read_text(encoding="utf-8")
_SCRIPT = st.components.v2.component("drawer_closes", js=_JS)


def close_when_chosen() -> None:
    """Let the browser close the drawer when a page is chosen in it; to be called at the top of every page."""
    with st.container(key="drawer", height=1, border=False):
        session.load_once(_SCRIPT, "drawer_closes")
