"""What an address asks of choices that do not offer it: noted where a choice is drawn, said above what is drawn."""

from collections.abc import Callable, Collection
from typing import Any

import streamlit as st

from pages.parts.markdown import escape_markdown

# Sentences to be said; by its key what the address of the page asked in vain of each choice; the page.
_NOTES, _ASKED, _PAGE = "_not_offered_notes", "_not_offered_asked", "_not_offered_page"


def begin_page(path: str) -> None:
    """A run draws the page of this path: what the address of another one asked is over."""
    if st.session_state.get(_PAGE) != path:
        st.session_state[_PAGE] = path
        st.session_state.pop(_ASKED, None)


def asked_in_vain(key: str, offers: Callable[[str], bool], begin: Any) -> str:
    """What the address asks of a choice that it does not offer, "" for nothing. To be called before it is drawn.

    The framework takes it for `begin`, the value that the choice begins with, and strikes it from the address. It
    stays asked until the reader chooses something else, or leaves the page.
    """
    asked = _asked_of_page()
    if key not in st.session_state:
        asked[key] = "、".join(text for text in st.query_params.get_all(key) if text and not offers(text))
    elif st.session_state[key] != begin:
        asked[key] = ""
    return asked.get(key, "")


def is_asked_in_vain(key: str) -> bool:
    """Whether the address asked this choice for what it does not offer, as far as `asked_in_vain` was told."""
    return bool(_asked_of_page().get(key))


def _asked_of_page() -> dict[str, str]:
    asked: dict[str, str] = st.session_state.setdefault(_ASKED, {})
    return asked


def check(key: str, label: str, labels: Collection[str], begin: Any, so: str) -> None:
    """Note what the address asks of a choice, drawn next, that none of its labels is; `so` says what follows."""
    asked = asked_in_vain(key, set(labels).__contains__, begin)
    if asked:
        note(f"地址里的{label}「{escape_markdown(asked)}」不在可选之列，{so}。")


def shown_instead(label: str) -> str:
    """What follows for one choice of many: that it shows its first."""
    return f"已按「{label}」显示"


def note(sentence: str) -> None:
    """Have a sentence said with the others, once."""
    st.session_state.setdefault(_NOTES, {})[sentence] = None


def say() -> None:
    """Say what was noted since the last time, a sentence a line."""
    sentences = st.session_state.pop(_NOTES, {})
    if sentences:
        st.warning("  \n".join(sentences))
