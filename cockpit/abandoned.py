"""Stopping at the database what nobody waits for any more, and on DuckDB, which has no time-out, what is too slow."""

import threading
import time
import weakref

from cockpit.data import LiveData, never_leaves

# Seconds between two looks, and seconds that a statement may still take: most end by themselves, and are kept.
_LOOK, _GRACE = 0.25, 1.0
# Who writes the demonstration city; its steps are never cut.
_WRITER = "demonstration-city"


def cancel_abandoned(live: LiveData) -> None:
    """Cancel the statements whose asker has left, and on DuckDB those over the time-out."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    limit = live.settings.database.statement_timeout
    timed = live.casebase.engine.dialect.name == "duckdb" and limit > 0
    for statement in live.casebase.running():
        spent = time.monotonic() - statement.started
        late = timed and spent > limit and names.get(statement.thread) != _WRITER
        if late or (spent > _GRACE and live.askers.get(statement.thread, never_leaves)()):
            statement.cancel()


def watch_statements(live: LiveData) -> threading.Thread:
    """Look after the statements of live data in a thread of its own, for as long as somebody holds it."""
    reference = weakref.ref(live)

    def look() -> None:
        while (held := reference()) is not None:
            cancel_abandoned(held)
            del held
            time.sleep(_LOOK)

    thread = threading.Thread(target=look, name="abandoned", daemon=True)
    thread.start()
    return thread
