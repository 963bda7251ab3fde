"""The way through the cockpit: the menu, the page that was asked for, and where a click on a number leads."""

from datetime import date
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from access.identity import LOCAL, Identity, Refusal
from casebase.errors import CasebaseError, UsageError
from cockpit import process
from cockpit.slots import DRAWING
from cockpit.view import View
from pages.parts import (
    body,
    drawer,
    edges,
    filters,
    history,
    identity,
    layout,
    menu,
    not_offered,
    notices,
    recording,
    revealing,
    session,
    sign_in,
    style,
    tab,
)
from pages.parts.markdown import escape_markdown
from queries.periods import Against, Period
from queries.registry import METRICS

ICON = "views/icon.png"
LIST_PAGE = menu.script("case_list")
WHY_PAGE = menu.script("why")
DEFINITION_PAGE = menu.script("dictionary")
TOPICS_PAGE = menu.script("hot_topics")
# What 变化原因 calls the periods that a change can be against.
AGAINST = {Against.PREVIOUS: "与上期比", Against.YEAR_BEFORE: "与上年同期比"}


def run_page() -> None:
    """Draw the filter bar and the page that was asked for, for somebody who may see it."""
    with DRAWING.taken(identity.rank()):
        _run_page()


def _run_page() -> None:
    st.set_page_config(layout="wide")
    try:
        who = identity.begin_run()
    except UsageError as error:
        tab.name_tab(st.navigation(_pages(LOCAL), position="top").title)
        return notices.refused(error)
    except CasebaseError as error:
        _stay_here()
        _show_brand(process.settings().city.bureau)
        return notices.unreachable(error)
    if isinstance(who, Refusal):
        _stay_here()
        recording.not_let_in(who)
        return sign_in.page(who)
    return _show_page(who)


def _show_page(who: Identity) -> None:
    """The page that was asked for, as there is for this reader."""
    st.set_page_config(page_icon=ICON)
    page = st.navigation(_pages(who), position="top")
    tab.name_tab(page.title)
    menu.set_current_page(page.url_path)
    with body.faults_told():
        recording.begin_page()
        not_offered.begin_page(page.url_path)
        _lead_away(who)
        sign_in.show_name(who)
        _name_owner()
        _mark_in_bar(who)
        history.count_steps()
        edges.mark_edges()
        drawer.close_when_chosen()
        revealing.forget_elsewhere()
        process.start_background_tasks()
        view = filters.bar(session.begin_run())
        body.show(partial(_draw, page), view)


def _draw(page: Any, view: View) -> None:
    """Draw a page by the function of its module; page.run() would read its file anew for every view of it."""
    context: Any = get_script_run_ctx()
    said = st.container()
    try:
        with context.run_with_active_hash(page._script_hash):
            import_module(f"pages.{Path(menu.current_page()).stem}").page(view)
    finally:  # a page may stop before its end
        with said:
            not_offered.say()


def _lead_away(who: Identity) -> None:
    """Lead whoever may not see this page to the front page, which says so."""
    front, lacked = menu.ENTRIES[0], menu.current_entry()
    if lacked not in _entries(who):
        recording.refused("page", f"/{lacked.path}")
        contact = escape_markdown(process.settings().access.contact or "系统管理员")
        not_offered.note(f"您没有查看「{lacked.title}」的权限，已打开「{front.title}」；需要时请联系{contact}。")
        kept = {key: value for key, value in st.query_params.items() if key in filters.BAR_KEYS}
        st.switch_page(menu.script(front.file), query_params=kept)


def _name_owner() -> None:
    """Say in the top bar whose cockpit it is: by the configuration alone where no database has been reached yet."""
    try:
        owner = process.live_data().owner
    except CasebaseError:
        _show_brand(process.settings().city.bureau)
        raise
    _show_brand(owner)


def _show_brand(owner: str) -> None:
    style.apply(f"{owner} · {tab.PRODUCT}", layout.theme())


def _stay_here() -> None:
    """Let whoever sees no page stay at its address; not even what the pages are called is told."""
    st.set_page_config(page_title=tab.PRODUCT)
    pages = [
        st.Page(menu.script(entry.file), title=tab.PRODUCT, url_path=entry.path or None, default=not entry.path)
        for entry in menu.ENTRIES
    ]
    st.navigation(pages, position="hidden")


def _entries(who: Identity) -> list[menu.Entry]:
    """The pages that there are for somebody."""
    return [entry for entry in menu.ENTRIES if who.role in entry.only_for and (who.oversees or not entry.of_everybody)]


def _mark_in_bar(who: Identity) -> None:
    """Mark the page in the top bar, or that of which it shows a list or a case."""
    metric = METRICS.get(st.query_params.get("metric", ""))
    place = menu.place_in_bar(_entries(who), menu.belongs_to(Path(menu.current_page()).stem, metric))
    if place is not None:
        style.mark_in_bar(place)


def _pages(who: Identity) -> dict[str, list[Any]]:
    """All pages by the section of the menu that they stand in; what is not for somebody stands in none.

    A page that the framework did not know it would answer with a sentence of its own, which names neither it nor a way.
    """
    sections: dict[str, list[Any]] = {}
    own = _entries(who)
    for entry in menu.ENTRIES:
        page = st.Page(
            menu.script(entry.file),
            title=entry.title,
            url_path=entry.path or None,
            default=not entry.path,
            visibility="visible" if entry.in_menu and entry in own else "hidden",
        )
        sections.setdefault(entry.section if entry in own else "", []).append(page)
    return sections


def open_link(link: str | None) -> None:
    """Go where a card, bar or row leads (see cockpit.links), keeping the filters; None leads nowhere.

    A number of another period sets the bar to it.
    """
    if not link:
        return
    pairs = dict(parse_qsl(link, keep_blank_values=True))
    if "define" in pairs:
        st.switch_page(DEFINITION_PAGE, query_params={"metric": pairs["define"]})
    if "topics" in pairs:
        st.switch_page(TOPICS_PAGE, query_params={})
    days = {name: pairs.pop(name) for name in ("from", "to") if name in pairs}
    if days:
        pairs |= filters.set_period(Period(date.fromisoformat(days["from"]), date.fromisoformat(days["to"])))
    if "of" in pairs:
        metric, against = METRICS[pairs["of"]], Against(pairs["against"])
        place = filters.area_choices(pairs.pop("area")) if "area" in pairs else {}
        filters.set_choices(of=metric.id, against=against, **place)
        st.switch_page(WHY_PAGE, query_params=pairs | {"of": metric.name, "against": AGAINST[against]})
    st.switch_page(LIST_PAGE, query_params=pairs)
