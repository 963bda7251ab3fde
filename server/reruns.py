"""Drawing a part of a page anew: never of a page that was left, and never before what was drawn last is on its way.

A browser asks for parts of a page by itself, and goes on for a moment after the server has begun with another page.
"""

from collections.abc import Callable
from functools import wraps

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import RerunData
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType

# Seconds until a request is looked at again that came while the messages of the last run were on their way.
_SOON = 0.01


def redraw_in_order() -> None:
    """Change what the framework does with a request for a part of a page in three cases.

    For one that was sent from a page which has been left meanwhile it would run the part by that page's address, and
    the browser, which takes this for the way back, throw away all that it shows of the page where the person is. A
    browser says with it how all widgets of the page stand: where the server has just set one otherwise, by a click on
    the map, it would be set back. For a request that comes when a run has just ended it would begin the next run at
    once and throw away what the last one drew and is not sent yet, so that the page stays without.
    """
    ScriptRunner._run_script = _of_this_page(ScriptRunner._run_script)  # type: ignore[assignment,method-assign]
    AppSession.request_rerun = _in_order(AppSession.request_rerun)  # type: ignore[assignment,method-assign]


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
