"""Stopping at the database what a page asked that its reader has left.

The framework tells a script to end only when it next draws something; until then a slow statement would go on, and
hold a connection, for nobody.
"""

import threading
import time
import weakref

from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType
from streamlit.runtime.scriptrunner_utils.script_run_context_attr import SCRIPT_RUN_CONTEXT_ATTR_NAME

from casebase.engine import Casebase

# Seconds between two looks, and seconds that a statement may still take: most end by themselves, and are kept.
_LOOK, _GRACE = 0.25, 1.0
# Who writes the demonstration city; its steps are never cut.
_WRITER = "demonstration-city"


def left(thread: threading.Thread) -> bool:
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


def cancel_left(casebase: Casebase, grace: float = _GRACE) -> None:
    """Cancel the statements whose page was left, and on DuckDB, which has no time-out of its own, those over it."""
    threads = {thread.ident: thread for thread in threading.enumerate()}
    limit = casebase.settings.database.statement_timeout
    timed = casebase.engine.dialect.name == "duckdb" and limit > 0
    for statement in casebase.running():
        asker, spent = threads.get(statement.thread), time.monotonic() - statement.started
        late = timed and spent > limit and (asker is None or asker.name != _WRITER)
        if late or (asker is not None and spent > grace and left(asker)):
            statement.cancel()


def watch(casebase: Casebase) -> threading.Thread:
    """Look after the statements of a case base in a thread of its own, for as long as somebody holds it."""
    held = weakref.ref(casebase)

    def look() -> None:
        while (found := held()) is not None:
            cancel_left(found)
            del found
            time.sleep(_LOOK)

    thread = threading.Thread(target=look, name="leaving", daemon=True)
    thread.start()
    return thread
