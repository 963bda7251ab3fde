"""The door: navigation, the filter bar, and the page that was asked for."""

import streamlit as st

from casebase.errors import CasebaseError, UsageError
from pages.parts import live, look, show, waiting
from pages.parts.filters import bar

ICON = "views/icon.png"

PAGES = {
    "": [
        st.Page("pages/overview.py", title="一屏总览", default=True),
        st.Page("pages/backlog.py", title="待办积压", url_path="backlog"),
        st.Page("pages/five_day.py", title="五日办结", url_path="five_day"),
        st.Page("pages/grid_coverage.py", title="网格覆盖", url_path="grid"),
        st.Page("pages/hearings.py", title="专家听证", url_path="hearings"),
    ],
    "明细": [st.Page("pages/case_list.py", title="数字明细", url_path="list")],
}


def main() -> None:
    """Draw the bar and the page that was asked for."""
    st.set_page_config(page_title="信访领导驾驶舱", page_icon=ICON, layout="wide")
    page = st.navigation(PAGES, position="top")
    try:
        look.dress(f"{live.owner()} · 信访领导驾驶舱", show.theme())
        live.settle()
        live.begin()
        st.session_state["filters_said"] = bar()
        page.run()
        live.whole()
    except UsageError as error:
        waiting.refused(error)
    except CasebaseError as error:
        live.hold()
        waiting.unreachable(error)
    except Exception:
        waiting.broken()


main()
