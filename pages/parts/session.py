"""One reader's session: the data that a run of a page speaks of, and the last that it showed whole."""

import threading
from collections.abc import Callable

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cockpit import process
from cockpit.asked import Asked
from cockpit.data import Data
from cockpit.preparing import Viewer
from cockpit.reading import RETRY, Reading
from pages.parts import identity
from pages.parts.abandonment import has_left

_DATA = "_data"
_COMPLETE = "_complete_reading"
_FAILED = "_failed_reading"
_VIEWER = "_viewer"
# What the page shows, where it is drawn next by what is prepared.
_SHOWN = "_shown_reading"


def begin_run() -> Data:
    """The data that one run of a page speaks of, so that all its numbers are of one moment."""
    watch = process.live_data().watch
    reading = _prepared() or watch.read()
    if reading.error is not None or _just_failed(reading):
        reading = st.session_state.get(_COMPLETE) or watch.last_complete or reading
    thread = threading.current_thread()
    data = process.live_data().at(reading, identity.current().scope, lambda: has_left(thread), Asked())
    st.session_state[_DATA] = data
    return data


def _prepared() -> Reading | None:
    """What a page that redraws itself is drawn by: what is prepared by now, however long it waited for its turn."""
    shown: Reading | None = st.session_state.pop(_SHOWN, None)
    if shown is None:
        return None
    prepared = process.preparing().reading()
    return shown if prepared.error is not None else max(shown, prepared, key=lambda reading: reading.looked_at)


def complete_run() -> None:
    """The page has all its numbers: should a later reading find the database gone, these stay."""
    data = current_data()
    st.session_state[_COMPLETE] = data.reading
    process.live_data().watch.report_complete(data.reading)
    process.preparing().opened(_viewer(), data)


def load_once(script: Callable[..., object], key: str, **arguments: object) -> None:
    """Mount a script that stays in the browser once it has run: in each run until one has come to its end.

    After that nothing stands in its place: what a component is made of is sent with it in every run.
    """
    if _COMPLETE in st.session_state:
        st.empty()
    else:
        script(key=key, **arguments)


def show_last_complete() -> None:
    """The database went away under this run: draw the page again from the last reading that it had whole."""
    complete = st.session_state.get(_COMPLETE)
    if _DATA in st.session_state and complete is not None and complete != current_data().reading:
        st.session_state[_FAILED] = current_data().reading
        identity.redraw_by_itself()
        st.rerun()


def is_outdated() -> bool:
    """Whether a newer reading says something else than the page shows, and its answers are there."""
    if _DATA not in st.session_state:
        return False
    shown, latest = current_data().reading, process.preparing().reading()
    if latest.error is not None or _just_failed(latest):
        return False
    return not shown.is_like(latest) and shown.looked_at <= latest.looked_at


def looked() -> None:
    """The page is still open."""
    process.preparing().looked(_viewer())


def is_part_of_page() -> bool:
    """Whether this run draws a part of the page anew, and not all of it."""
    context = get_script_run_ctx()
    return context is not None and bool(context.fragment_ids_this_run)


def draw_prepared_next() -> None:
    """Let the next run, that no person asks for, be of what is prepared by then, or shown now where that is later."""
    identity.redraw_by_itself()
    st.session_state[_SHOWN] = current_data().reading


def _viewer() -> Viewer:
    viewer: Viewer = st.session_state.setdefault(_VIEWER, Viewer())
    return viewer


def current_data() -> Data:
    """The data of this run."""
    data: Data = st.session_state[_DATA]
    return data


def _just_failed(reading: Reading) -> bool:
    """Whether the page stays with its last whole reading, since a reading just before this one failed it."""
    failed = st.session_state.get(_FAILED)
    return failed is not None and reading.looked_at - failed.looked_at < RETRY
