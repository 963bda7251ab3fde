"""The body of a page: all below the filter bar. When the data changes it alone is drawn anew, and not the whole page.

It is a fragment of the framework: what is clicked in it draws it anew as well, unless that changes what stands above.
A whole run draws menu, bar and brand once more, a third of a run's processor time, and nothing of them has changed.
What listens to news is a fragment of its own, so that news of what the page shows already costs next to nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from time import monotonic

import streamlit as st
from streamlit.errors import StreamlitAPIException

from casebase.errors import CasebaseError, UsageError
from cockpit.slots import DRAWING, Rank
from cockpit.view import View
from pages.parts import filters, identity, layout, marking, notices, recording, session, style

_JS = (Path(__file__).parent / "listening.js").read_text(encoding="utf-8")
_SCRIPT = st.components.v2.component("listener", js=_JS)
# Seconds after which the whole page is drawn once more. Until then the framework keeps what it was given for each
# button of a file, with all that holds.
_LONGEST = 600.0
# Parts of a page that are drawn anew by themselves.
_BODY, _LISTENER = "body", "listener"


def show(draw: Callable[[View], None], view: View) -> None:
    """Draw the body of a page for what the bar asks, now and whenever the data has changed."""
    drawn = monotonic()

    @st.fragment(key=_BODY)
    def body() -> None:
        with DRAWING.taken(identity.rank()), faults_told():
            current = _asked_anew(view, monotonic() - drawn) if session.is_part_of_page() else view
            with st.container(key="watermark", height=1, border=False):
                style.lay_watermark(marking.marker()(), layout.theme())
            draw(current)
            session.complete_run()
            # A click has led where it leads by now: drawn before, the whole page would have lost it.
            if not filters.shows(current.data):
                st.rerun()

    @st.fragment(key=_LISTENER)
    def listener() -> None:
        with st.container(key="listening", height=1, border=False):
            mark = session.current_data().reading.mark
            _SCRIPT(
                data={"mark": mark, "seconds": layout.seconds_between_looks(view)}, key=_LISTENER, on_news_change=_hear
            )

    body()
    listener()


@contextmanager
def faults_told() -> Iterator[None]:
    """What goes wrong inside is told to the reader in a sentence, and to the log."""
    try:
        yield
    except UsageError as error:
        recording.refused("address", filters.address_text())
        notices.refused(error)
    except CasebaseError as error:
        session.show_last_complete()
        notices.unreachable(error)
    except Exception:
        notices.broken()


def _hear() -> None:
    """The browser heard (server.news) of other data than the page shows, or it asks because it hears nothing.

    Where there is any and its answers are there, the body is drawn anew, as no person asked for.
    """
    if session.is_outdated():
        session.draw_prepared_next()
        # Not known where a run was cut off before it came to them; the next one has begun then.
        with suppress(StreamlitAPIException):
            st.rerun([_BODY, _LISTENER])


def _asked_anew(view: View, seconds: float) -> View:
    """The same view of the data as it is now, so many seconds after the whole page was drawn.

    That is drawn instead for another reader, and where a choice of its bar is another; where nobody clicked, also where
    the bar would not look the same, and now and then.
    """
    reader, is_by_itself = identity.current(), identity.rank() is Rank.BY_ITSELF
    if identity.begin_run() != reader:
        st.rerun()
    data = session.begin_run()
    if is_by_itself and (seconds > _LONGEST or not filters.shows(data)):
        session.draw_prepared_next()
        st.rerun()
    if not filters.is_set_as_shown():
        st.rerun()
    return replace(view, data=data, as_of=data.as_of if view.as_of == view.data.as_of else view.as_of)
