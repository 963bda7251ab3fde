"""A choice of what is to be ended, and a button that ends it: pressed by mistake it ends nothing, it asks."""

from collections.abc import Callable, Mapping

import streamlit as st

from pages.parts.markdown import escape_markdown


def section(label: str, names: Mapping[str, str], press: str, said: str, act: Callable[[str], None], key: str) -> None:
    """A choice among `names` (by key), a button `press`, and once it was pressed another that does it.

    `said` is what follows for the one that is chosen, in words; another choice, or the first button again, takes the
    question back. `act` gets the key of what is chosen.
    """
    asked = f"_{key}_asked"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        chosen = st.selectbox(
            label, list(names), format_func=lambda one: names.get(one, one), key=f"{key}_which", width=360
        )
        is_asked = bool(names) and st.session_state.get(asked) == chosen
        # The first button stays where it is, and keeps the focus: the next one is a step of Tab away.
        st.button(press, key=key, on_click=_ask, args=(asked, None if is_asked else chosen), disabled=not names)
        if is_asked:
            st.button(f"确认{press}", key=f"{key}_sure", type="primary", on_click=_end, args=(asked, act, chosen))
    if is_asked:
        st.caption(escape_markdown(f"{names[chosen]}：{said}。按「确认{press}」执行，再按「{press}」取消。"))


def _ask(asked: str, chosen: str | None) -> None:
    st.session_state[asked] = chosen


def _end(asked: str, act: Callable[[str], None], chosen: str) -> None:
    st.session_state.pop(asked, None)
    act(chosen)
