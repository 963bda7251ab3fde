"""The door: navigation, the filter bar, and the page that was asked for."""

from typing import Any

import streamlit as st

from casebase.errors import CasebaseError, UsageError
from pages.parts import live, look, menu, show, steps, waiting
from pages.parts.filters import bar

ICON = "views/icon.png"


def pages() -> dict[str, list[Any]]:
    """The pages by the section of the menu that they stand in."""
    sections: dict[str, list[Any]] = {}
    for entry in menu.ENTRIES:
        page = st.Page(
            menu.script(entry.file),
            title=entry.title,
            url_path=entry.path or None,
            default=not entry.path,
            visibility="visible" if entry.in_menu else "hidden",
        )
        sections.setdefault(entry.section, []).append(page)
    return sections


def main() -> None:
    """Draw the bar and the page that was asked for."""
    st.set_page_config(page_title="信访领导驾驶舱", page_icon=ICON, layout="wide")
    page = st.navigation(pages(), position="top")
    menu.went_to(page.url_path)
    try:
        look.dress(f"{live.owner()} · 信访领导驾驶舱", show.theme())
        steps.count_steps()
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
