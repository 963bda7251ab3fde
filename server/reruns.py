"""Drawing a page or a part of it anew: what a person has left meanwhile changes nothing of what he came to.

A browser asks for parts of a page by itself, and goes on for a moment after the server has begun with another page.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import RerunData
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType
from streamlit.runtime.state.query_params import QueryParams

# Seconds until a request is looked at again that came while the messages of the last run were on their way.
_SOON = 0.01
# What an address is marked with while it stands as it was asked.
_AS_ASKED = "stands_as_asked"


def redraw_in_order() -> None:
    """Change what the framework does with a request in four cases, of which three are of a part of a page.

    For one that was sent from a page which has been left meanwhile it would run the part by that page's address, and
    the browser, which takes this for the way back, throw away all that it shows of the page where the person is. A
    browser says with it how all widgets of the page stand: where the server has just set one otherwise, by a click on
    the map, it would be set back. For a request that comes when a run has just ended it would begin the next run at
    once and throw away what the last one drew and is not sent yet, so that the page stays without. And where a page is
    left before it is drawn, it would take out of the next one's address what its own bar shows of it.
    """
    ScriptRunner._run_script = _of_this_page(ScriptRunner._run_script)  # type: ignore[assignment,method-assign]
    AppSession.request_rerun = _in_order(AppSession.request_rerun)  # type: ignore[assignment,method-assign]
    _keep_what_was_asked()


def _of_this_page(run: Callable[[ScriptRunner, RerunData], None]) -> Callable[[ScriptRunner, RerunData], None]:
    @wraps(run)
    def run_of_this_page(runner: ScriptRunner, asked: RerunData) -> None:
        here = runner._pages_manager.current_page_script_hash
        if not asked.fragment_id_queue or asked.page_script_hash in ("", here):
            run(runner, asked)

    return run_of_this_page


Request = Callable[[AppSession, ClientState | None], None]


def _in_order(request: Request) -> Request:
    @wraps(request)
    def request_in_order(session: AppSession, asked: ClientState | None) -> None:
        if asked is None or not asked.fragment_id:
            request(session, asked)
        elif _has_ended(session):
            session._event_loop.call_later(_SOON, session.request_rerun, asked)
        else:
            request(session, _of_its_own_widgets(session, asked))

    return request_in_order


def _has_ended(session: AppSession) -> bool:
    """Whether the session's last run has ended; it forgets that run with the last of its messages."""
    runner = session._scriptrunner
    return runner is not None and runner._requests._state is ScriptRequestType.STOP


def _of_its_own_widgets(session: AppSession, asked: ClientState) -> ClientState:
    """The request with the states of the part's own widgets: how others stand was said by requests of their own."""
    known = session._session_state._new_widget_state.widget_metadata
    states = [
        state
        for state in asked.widget_states.widgets
        if (widget := known.get(state.id)) is not None and widget.fragment_id == asked.fragment_id
    ]
    own = ClientState()
    own.CopyFrom(asked)
    own.widget_states.CopyFrom(WidgetStates(widgets=states))
    return own


def _keep_what_was_asked() -> None:
    """Let an address stand that another page was asked with, until that page has drawn what belongs to it.

    As a page is left, the framework takes out of the address what belongs to widgets of it; then to widgets that the
    browser does not name. It knows none of a page whose drawing it interrupts, such as the bar's, which both pages
    have. What belongs to no widget at all is taken out when the new page is drawn.
    """
    fill, remove = QueryParams.populate_from_query_string, QueryParams.remove_stale_bindings

    @wraps(fill)
    def fill_and_mark(params: QueryParams, *asked: Any, **options: Any) -> None:
        fill(params, *asked, **options)
        params.__dict__[_AS_ASKED] = True

    @wraps(remove)
    def remove_unless_marked(params: QueryParams, *active: Any, **options: Any) -> None:
        if not params.__dict__.pop(_AS_ASKED, False):
            remove(params, *active, **options)

    QueryParams.populate_from_query_string = fill_and_mark  # type: ignore[assignment,method-assign]
    QueryParams.remove_stale_bindings = remove_unless_marked  # type: ignore[assignment,method-assign]
