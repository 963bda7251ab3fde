"""What a reader opened or was refused, as lines of the access log: one for each opening, none for a redraw."""

from collections.abc import Callable

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from access.entry import Action, Entry, Outcome, entry_by
from access.identity import Identity, Refusal
from cockpit import process
from pages.parts import identity, menu

# What the page that is open has told the log already, by what it is of; and which page that is.
_TOLD, _PAGE = "_told_to_log", "_told_of_page"
_NOT_LET_IN = "_told_not_let_in"


def begin_page() -> None:
    """A page is drawn: what the reader opened on another one, opened again, is another line.

    A page that there is not for this reader was refused, whatever the framework shows in its place.
    """
    if st.session_state.get(_PAGE) != menu.current_path():
        st.session_state[_PAGE] = menu.current_path()
        st.session_state.pop(_TOLD, None)
    context = get_script_run_ctx()
    wanted = context.pages_manager.intended_page_name if context else None
    if wanted and wanted != menu.current_path():
        refused("page", f"/{wanted}")


def opened(kind: str, action: Action, what: str, *, reader: Identity | None = None) -> None:
    """Somebody sees something: a line, unless it is what this page showed last of its `kind`."""
    _tell(kind, action, what, Outcome.DONE, reader)


def refused(
    kind: str,
    what: str,
    action: Action = Action.REQUEST,
    *,
    reader: Identity | None = None,
    known_as: Callable[[str], str] = str,
) -> None:
    """Somebody asked for what there is not, or not for whoever asks: a line, as for what is opened.

    `known_as` says what the log calls it, and is asked for the line alone, not at each redraw.
    """
    _tell(kind, action, what, Outcome.REFUSED, reader, known_as)


def not_let_in(refusal: Refusal) -> None:
    """Somebody whose name is known sees no page at all; of others the service's own log tells."""
    if not refusal.subject or st.session_state.get(_NOT_LET_IN) == refusal:
        return
    st.session_state[_NOT_LET_IN] = refusal
    entry = Entry(
        process.now(),
        Action.REQUEST,
        refusal.subject,
        refusal.name,
        reason=refusal.reason.name,
        address=identity.address(),
        outcome=Outcome.REFUSED,
    )
    process.access_log().record(entry)


def _tell(
    kind: str,
    action: Action,
    what: str,
    outcome: Outcome,
    reader: Identity | None,
    known_as: Callable[[str], str] = str,
) -> None:
    told: dict[str, tuple[str, Outcome]] = st.session_state.setdefault(_TOLD, {})
    if told.get(kind) == (what, outcome):
        return
    told[kind] = (what, outcome)
    reader = reader or identity.current()
    process.access_log().record(entry_by(reader, process.now(), action, known_as(what), outcome=outcome))
