"""Cards, sentences and headers of our own markup in components that hand back the link that was clicked."""

import streamlit as st

from views import cards, course, entries

# What a component is made of is sent with it in every run: each panel has the style of what it shows and no more.
_PANEL = st.components.v2.component("panel", html=cards.HTML, css=cards.CSS, js=cards.JS)
_ENTRIES = st.components.v2.component("entries", html=cards.HTML, css=cards.CSS + entries.CSS, js=cards.JS)
_COURSE = st.components.v2.component("course", html=cards.HTML, css=cards.CSS + course.CSS, js=cards.JS)


def panel(html: str, key: str) -> str | None:
    """Mount cards or sentences; returns the link that was clicked, if any."""
    opened: str | None = _PANEL(data={"html": html}, key=key, on_open_change=_ignore).open
    return opened


def entries_panel(html: str, key: str) -> str | None:
    """Mount entries of the dictionary (views.entries); returns the link that was clicked, if any."""
    opened: str | None = _ENTRIES(data={"html": html}, key=key, on_open_change=_ignore).open
    return opened


def header_panel(html: str, key: str) -> None:
    """Mount the header of a page."""
    _PANEL(data={"html": html}, key=key)


def course_panel(html: str, key: str) -> None:
    """Mount a part of the course of a case (views.course)."""
    _COURSE(data={"html": html}, key=key)


def _ignore() -> None:
    """A trigger has to have a callback."""
