"""Drawing a part of a page anew: never of a page that was left, and never before what was drawn last is on its way.

A browser asks for parts of a page by itself, and goes on for a moment after the server has begun with another page.
"""

from collections.abc import Callable
from functools import wraps

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import RerunData
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType

# Seconds until a request is looked at again that came while the messages of the last run were on their way.
_SOON = 0.01


def redraw_in_order() -> None:
    """Change what the framework does with a request for a part of a page in two cases.

    For one that was sent from a page which has been left meanwhile it would run the part by that page's address, and
    the browser, which takes this for the way back, throw away all that it shows of the page where the person is. For
    one that comes when a run has just ended it would begin the next run at once and throw away what the last one drew
    and is not sent yet, so that the page stays without.
    """
    ScriptRunner._run_script = _of_this_page(ScriptRunner._run_script)  # type: ignore[assignment,method-assign]
    AppSession.request_rerun = _after_the_last(AppSession.request_rerun)  # type: ignore[assignment,method-assign]


def _of_this_page(run: Callable[[ScriptRunner, RerunData], None]) -> Callable[[ScriptRunner, RerunData], None]:
    @wraps(run)
    def run_of_this_page(runner: ScriptRunner, asked: RerunData) -> None:
        here = runner._pages_manager.current_page_script_hash
        is_left = bool(asked.fragment_id_queue and asked.page_script_hash) and asked.page_script_hash != here
        if not is_left:
            run(runner, asked)

    return run_of_this_page


Request = Callable[[AppSession, ClientState | None], None]


def _after_the_last(request: Request) -> Request:
    @wraps(request)
    def request_after_the_last(session: AppSession, asked: ClientState | None) -> None:
        runner = session._scriptrunner
        # One that has ended is forgotten by the session with the last of its messages.
        has_ended = runner is not None and runner._requests._state is ScriptRequestType.STOP
        if asked and asked.fragment_id and has_ended:
            session._event_loop.call_later(_SOON, session.request_rerun, asked)
        else:
            request(session, asked)

    return request_after_the_last
