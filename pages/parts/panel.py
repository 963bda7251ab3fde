"""Cards, sentences and headers of our own markup in one component, which hands back the link that was clicked."""

import streamlit as st

from views import cards, course, entries

_PANEL = st.components.v2.component("panel", html=cards.HTML, css=cards.CSS + entries.CSS + course.CSS, js=cards.JS)


def panel(html: str, key: str) -> str | None:
    """Mount cards, sentences or a header; returns the link that was clicked, if any."""
    opened: str | None = _PANEL(data={"html": html}, key=key, on_open_change=lambda: None).open
    return opened
