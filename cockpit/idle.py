"""Giving back what only a busy process needs, once nothing has been asked for a while."""

import threading
import time
import weakref

from cockpit.data import LiveData

# Seconds without a new answer after which the process is at rest, and from one look to the next.
_REST, _LOOK = 30.0, 1.0


def watch_idleness(live: LiveData, rest: float = _REST) -> threading.Thread:
    """Give memory back whenever live data comes to rest, in a thread of its own, for as long as somebody holds it."""
    reference = weakref.ref(live)

    def look() -> None:
        given_back = 0.0
        while (held := reference()) is not None:
            answered = held.answers.answered_at
            if given_back < answered < time.monotonic() - rest and held.casebase.give_back_memory():
                given_back = time.monotonic()
            del held
            time.sleep(min(_LOOK, rest))

    thread = threading.Thread(target=look, name="idle", daemon=True)
    thread.start()
    return thread
