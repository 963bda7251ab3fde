"""What the browser's tab, its history and its bookmarks call a page: 五日办结 · 信访领导驾驶舱."""

import streamlit as st

PRODUCT = "信访领导驾驶舱"


def name_tab(what: str) -> None:
    """Call the open page by this; of several calls in a run the last one holds."""
    st.set_page_config(page_title=f"{what} · {PRODUCT}")
