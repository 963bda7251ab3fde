"""The browser's way back: one entry of its history for each step of the person.

The framework writes an address piece by piece (the new page's parameters under the old path, the new path, then what
each widget of the bar adds), each piece an entry of its own, and none where a choice is turned. So a script counts the
steps: what is written after a click or a key is one entry, with its address completed in place; what is written without
one completes the entry that there is. Going back then finds whole addresses, by which the framework sets every choice.

Each entry keeps where its page was scrolled to, for the way back alone: what a link leads to begins at its top. And a
page that one opens from another has a button back to it that is the browser's own way, without an entry more.
"""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from pages.parts import session

_JS = (Path(__file__).parent / "history.js").read_text(encoding="utf-8")
_SCRIPT = st.components.v2.component("history_of_steps", js=_JS)


def count_steps() -> None:
    """Let the browser keep one entry for each step; to be called at the top of every page."""
    with st.container(key="history", height=1, border=False):
        session.load_once(_SCRIPT, "history_of_steps")


def way_back(label: str, otherwise: Callable[[], object]) -> None:
    """A button back to the page that this one was opened from, as it was, by the browser's own history.

    Where it has no such page, as of a link that was sent, `otherwise` leads on.
    """
    # The script knows the button by its key, and lets no click through that it follows itself.
    if st.button(label, key="way_back"):
        otherwise()
