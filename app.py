"""The door: navigation, the filter bar, and the page that was asked for."""

import gc

import streamlit as st

from casebase.errors import CasebaseError, UsageError
from pages.parts import live, look, show, waiting
from pages.parts.filters import bar

ICON = "views/icon.png"

PAGES = {
    "": [
        st.Page("pages/overview.py", title="一屏总览", url_path="overview", default=True),
        st.Page("pages/backlog.py", title="待办积压", url_path="backlog"),
        st.Page("pages/five_day.py", title="五日办结", url_path="five_day"),
        st.Page("pages/grid_coverage.py", title="网格覆盖", url_path="grid"),
        st.Page("pages/hearings.py", title="专家听证", url_path="hearings"),
    ],
    "明细": [st.Page("pages/case_list.py", title="数字明细", url_path="list")],
}


@st.cache_resource(show_spinner=False)
def settle() -> None:
    """Once a process: leave what the imports made out of every later collection; let the demonstration city live."""
    gc.collect()
    gc.freeze()
    demo = live.settings().demo
    if demo.live and live.pulse().read().state.demonstration:
        from casebase.demo import live as city

        city.start(live.casebase(), speed=demo.speed, poll_seconds=live.settings().freshness.poll)


def main() -> None:
    st.set_page_config(page_title="信访领导驾驶舱", page_icon=ICON, layout="wide")
    page = st.navigation(PAGES, position="top")
    look.dress(f"{live.settings().city.bureau} · 信访领导驾驶舱", show.theme())
    try:
        settle()
        live.begin()
        st.session_state["filters_said"] = bar()
        page.run()
    except UsageError as error:
        waiting.refused(error)
    except CasebaseError as error:
        waiting.unreachable(error)
    except Exception:
        waiting.broken()


main()
