"""How many pages are drawn at the same time, and what is computed meanwhile; the others wait in a row.

The interpreter runs one thread at a time. Of sixty pages that are drawn at once each gets on by some milliseconds, then
waits for all others, often with a lock of the framework in its hands, and the thread that sends waits with them: no
page comes to its end. Drawn one at a time, the first is on its way while the others wait without a share of the
processor. Whoever waits for the database or for another's answer holds nobody up meanwhile.

What is prepared for all pages that are open (cockpit.preparing) comes before those that redraw themselves, which would
only hold it up, and be of older data: none of them begins meanwhile.

It is a matter of speed alone: nobody waits for ever. Who comes back with a lock that those who draw are waiting for
goes on without a slot after a moment, and so does everybody where those who draw are stuck.
"""

import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum


class Rank(IntEnum):
    """Who comes first: a drawing that was begun, then what a person asked for, then what pages redraw by themselves."""

    BEGUN = 0
    ASKED = 1
    BY_ITSELF = 2


# Seconds after which one goes on without a slot.
_PATIENCE = {Rank.BEGUN: 1.0, Rank.ASKED: 60.0, Rank.BY_ITSELF: 60.0}


class Slots:
    """So many threads at a time; by their rank, and within it in the order in which they came."""

    def __init__(self, number: int) -> None:
        # Below 0 where some go on without one.
        self._number = self._free = number
        self._lock = threading.Lock()
        # A lock for each who waits, let go by whoever leaves a slot to him.
        self._rows: dict[Rank, deque[threading.Lock]] = {rank: deque() for rank in Rank}
        self._holds_back = False
        self._own = threading.local()

    @contextmanager
    def taken(self, rank: Rank) -> Iterator[None]:
        """With a slot, once there is one; a thread that has one keeps it."""
        if self._is_taken:
            yield
            return
        self._take(rank)
        try:
            yield
        finally:
            self._leave()

    @contextmanager
    def left(self) -> Iterator[None]:
        """Without the slot that the thread may have, for as long as it waits for something else than the processor."""
        if not self._is_taken:
            yield
            return
        self._leave()
        try:
            yield
        finally:
            self._take(Rank.BEGUN)

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """Meanwhile no page that redraws itself begins; for one thread at a time."""
        with self._lock:
            self._holds_back = True
        try:
            yield
        finally:
            with self._lock:
                self._holds_back = False
                self._serve()

    @property
    def is_waited_for(self) -> bool:
        """Whether somebody waits for a slot."""
        return any(self._rows.values())

    @property
    def _is_taken(self) -> bool:
        return getattr(self._own, "is_taken", False)

    def _take(self, rank: Rank) -> None:
        turn, row = threading.Lock(), self._rows[rank]
        with self._lock:
            if self._free > 0 and self._may_begin(rank):
                self._free -= 1
            else:
                turn.acquire()
                row.append(turn)
        if not turn.acquire(timeout=_PATIENCE[rank]):
            with self._lock:
                if turn in row:  # else it was let go in this very moment
                    row.remove(turn)
                    self._free -= 1
        self._own.is_taken = True

    def _leave(self) -> None:
        self._own.is_taken = False
        with self._lock:
            self._free += 1
            self._serve()

    def _may_begin(self, rank: Rank) -> bool:
        return rank is not Rank.BY_ITSELF or not self._holds_back

    def _serve(self) -> None:
        """Leave the slots that are free to those who come next."""
        while self._free > 0:
            row = next((row for rank, row in self._rows.items() if row and self._may_begin(rank)), None)
            if row is None:
                return
            self._free -= 1
            row.popleft().release()


# One: with two, what is prepared for all of them took twice as long beside sixty viewers (benchmarks/README.md).
DRAWING = Slots(1)
"""Those of all pages that this process draws."""
# Seconds (0.005 by default) after which a thread lets another one run. The thread that sends gives the interpreter away
# with every message, and waits for it as long as this: by 0.005 a page is on its way for a second beside sixty viewers.
_SWITCH = 0.001


def share_the_interpreter() -> None:
    """Let the server's own thread get on beside those that draw."""
    sys.setswitchinterval(_SWITCH)
