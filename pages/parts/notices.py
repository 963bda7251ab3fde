"""What a page says while there is nothing to show: one sentence, and it tries again by itself."""

import logging

import streamlit as st

from casebase.errors import CasebaseError
from pages.parts import identity, menu
from pages.parts.markdown import escape_markdown
from views import words

RETRY_SECONDS = 3

_log = logging.getLogger(__name__)


def unreachable(error: CasebaseError) -> None:
    """The database cannot answer now; look again every few seconds until it does."""
    _log.warning("%s", error)

    @st.fragment(run_every=RETRY_SECONDS)
    def retry() -> None:
        if st.session_state.pop("_waited", False):
            identity.redraw_by_itself()
            st.rerun()
        st.session_state["_waited"] = True
        st.warning("现在读不到数据，正在自动重试。请联系系统管理员。")

    st.session_state.pop("_waited", None)
    retry()


def missing(what: str, *tables: str) -> None:
    """Say what the database does not hold, and what to load for it: tables by their names, or the same.

    To whom it shows a part of its cases alone, it says of that part.
    """
    if not identity.current().scope.is_whole:
        st.info(f"您可查看的范围内没有{escape_markdown(what)}。")
        return
    names = "、".join(tables or (what,))
    st.info(f"库中还没有{escape_markdown(what)}。由数据管理员装入{names}后，本页自动显示；缺哪些数据见「数据质量」页。")
    link("data_quality")


def link(*files: str) -> None:
    """Lead to the pages of these files (see menu.ENTRIES) that a notice names."""
    with st.container(horizontal=True):
        for entry in menu.ENTRIES:
            if entry.file in files:
                st.page_link(menu.script(entry.file), label=f"打开「{entry.title}」", width="content")


def hint(text: str) -> None:
    """One sentence of plain text in place of an empty page."""
    st.info(escape_markdown(words.spaced(text)))


def refused(
    error: CasebaseError, said: str = "地址或配置里有一项不存在，请从上方导航重新进入。请联系系统管理员。"
) -> None:
    """The address or the configuration asks for what does not exist, which `said` says; the log has which one."""
    _log.warning("%s", error)
    st.error(said)


def broken() -> None:
    """A fault of ours: the trace goes to the log, the reader gets a sentence and a way on."""
    _log.exception("a page failed")
    st.error("这一页出了故障，请刷新，或从上方导航打开其他页面。")
