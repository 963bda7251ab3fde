"""Cards, sentences and headers of our own markup in one component, which hands back the link that was clicked."""

import streamlit as st

from views import cards, course, entries

_PANEL = st.components.v2.component("panel", html=cards.HTML, css=cards.CSS + entries.CSS + course.CSS, js=cards.JS)


def panel(html: str, key: str) -> str | None:
    """Mount cards, sentences or a header; returns the link that was clicked, if any."""
    opened: str | None = _PANEL(data={"html": html}, key=key, on_open_change=_ignore).open
    return opened


def listening_panel(html: str, key: str, mark: str) -> None:
    """Mount a header that listens to news (server.news) for a page that shows the data of this mark.

    Where the data is another, what it stands in is run once more.
    """
    _PANEL(data={"html": html, "mark": mark}, key=key, on_news_change=_ignore)


def _ignore() -> None:
    """A trigger has to have a callback."""
