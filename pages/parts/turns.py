"""One at a time, first come first served: what takes so much memory that two at once are too many."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cockpit.slots import DRAWING

_LOOK = 0.5


class Turns:
    """A queue in which everyone knows how many stand before."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._queue: deque[object] = deque()

    @contextmanager
    def turn(self, tell: Callable[[int], object]) -> Iterator[None]:
        """Wait for one's turn; `tell` hears how many stand before, and may give up by raising."""
        ticket = object()
        with DRAWING.left(), self._queued(ticket):
            while place := self._before(ticket):
                tell(place)
                with self._changed:
                    if self._queue[0] is not ticket:
                        self._changed.wait(_LOOK)
            yield

    @contextmanager
    def _queued(self, ticket: object) -> Iterator[None]:
        with self._changed:
            self._queue.append(ticket)
        try:
            yield
        finally:
            with self._changed:
                self._queue.remove(ticket)
                self._changed.notify_all()

    def _before(self, ticket: object) -> int:
        with self._changed:
            return self._queue.index(ticket)
