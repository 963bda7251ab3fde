"""Whether a page's reader has left it while it still waits for an answer.

The framework tells a script to end only when it next draws something; until then a slow statement would go on, and
hold a connection, for nobody.
"""

import threading

from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType
from streamlit.runtime.scriptrunner_utils.script_run_context_attr import SCRIPT_RUN_CONTEXT_ATTR_NAME


def has_left(thread: threading.Thread) -> bool:
    """Whether the thread runs a page that was left: its session ended, or begins the page or another one anew."""
    requests = getattr(getattr(thread, SCRIPT_RUN_CONTEXT_ATTR_NAME, None), "script_requests", None)
    if requests is None:
        return False
    if requests._state is ScriptRequestType.STOP:
        return True
    if requests._state is not ScriptRequestType.RERUN:
        return False
    # A fragment that looks again by itself waits for the page; whatever else was asked for takes its place.
    data = requests._rerun_data
    return not data.fragment_id_queue or bool(data.is_fragment_scoped_rerun)
