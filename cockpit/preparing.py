"""A new version of the data is prepared for the pages that are open, before they are drawn anew.

A page asks the same of every version. What it asked of the one that it shows is asked of the next one as soon as that
is seen, once for all who have it open, and only then do the pages hear of it and draw themselves anew, of answers that
are there; what a reader does meanwhile is answered by the latest data, as ever. What nobody has open is not asked.
What was asked by what another call gave (a chart of a kept frame) is asked by what that call gives now; by any other
frame, the page asks when it is drawn.
"""

import threading
import time
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from cockpit.asked import Call, Result
from cockpit.data import Data, LiveData
from cockpit.reading import Reading
from cockpit.slots import DRAWING
from cockpit.view import View

# Half of an answer is made in Python, on one core, while the database answers the next question on the other.
_AT_ONCE = 2
# Seconds after which pages are drawn though their answers are not there.
_PATIENCE = 10.0
# Seconds after which a page that has not looked at the data is open no more: its browser sleeps, or has gone.
_FORGOTTEN = 60.0


class Viewer:
    """Whoever has a page open; one that is gone is forgotten."""


@dataclass(eq=False)
class _Open:
    """An open page: the data that it shows, and when it last looked whether that is the latest (monotonic)."""

    data: Data
    looked: float = field(default_factory=time.monotonic)


class Preparing:
    """Prepares what viewers have open, in threads of its own, and tells which reading is prepared."""

    def __init__(self, live: LiveData) -> None:
        self.live = live
        self._open: WeakKeyDictionary[Viewer, _Open] = WeakKeyDictionary()
        self._lock = threading.Lock()
        self._prepared = live.watch.read()
        # Since when another is being prepared, and until when pages that wait to be drawn go before the next one.
        self._since: float | None = None
        self._not_before = 0.0
        self._listener: Callable[[], None] | None = None

    def opened(self, viewer: Viewer, data: Data) -> None:
        """The viewer's page has all its numbers by this data, which noted what it asked."""
        if data.asked is not None:
            data.asked.forget_values()
        with self._lock:
            self._open[viewer] = _Open(data)

    def looked(self, viewer: Viewer) -> None:
        """The viewer still has the page open."""
        with self._lock:
            if viewer in self._open:
                self._open[viewer].looked = time.monotonic()

    def call_when_prepared(self, listener: Callable[[], None]) -> None:
        """Call the listener, the last one that was named, when another reading is prepared."""
        self._listener = listener

    def reading(self) -> Reading:
        """The latest reading whose answers for all open pages are there; where they take too long, the latest."""
        latest = self.live.watch.read()
        with self._lock:
            if latest.error is not None:
                return latest
            if self._prepared.is_like(latest):
                self._prepared = latest
            elif self._since is not None:
                # Every page looks here again and again: what they ask is looked through at the beginning alone.
                if time.monotonic() - self._since > _PATIENCE:
                    self._prepared = latest
            elif time.monotonic() < self._not_before and DRAWING.is_waited_for:
                pass  # they go first
            elif pages := self._pages():
                self._since = time.monotonic()
                threading.Thread(target=self._prepare, args=(pages, latest), name="preparing", daemon=True).start()
            else:
                self._prepared = latest
            return self._prepared

    def _pages(self) -> list[Data]:
        """The data of open pages, one of those that ask the same."""
        since = time.monotonic() - _FORGOTTEN
        open_ = (page.data for page in self._open.values() if page.looked >= since)
        return list({_question(data): data for data in open_}.values())

    def _prepare(self, pages: list[Data], latest: Reading) -> None:
        began = time.monotonic()
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="prepare") as pool, DRAWING.held_back():
            wait([one for data in pages for one in _asked_again(pool, data, latest)], _PATIENCE)
        ended = time.monotonic()
        with self._lock:
            self._prepared, self._since = max(self._prepared, latest, key=lambda one: one.looked_at), None
            # Pages get as much time as what is prepared for them, however often the data changes.
            self._not_before = ended + (ended - began)
        if self._listener is not None:
            self._listener()


def _question(data: Data) -> Hashable:
    """What tells what a page asked from what others did."""
    return data.reading.mark, data.scope, data.asked and data.asked.key


def _asked_again(pool: ThreadPoolExecutor, data: Data, latest: Reading) -> list[Future[Any]]:
    """What a page asked, asked of a later reading; nothing of another day, which has other periods."""
    if data.asked is None or data.as_of.date() != latest.as_of.date():
        return []
    results: list[Future[Any]] = []
    for call in data.asked.calls:
        # They begin in this order, so that none waits for one that has not begun. What fails is asked again by the page
        # itself, which says why.
        results.append(pool.submit(_answer, call, data, data.live.at(latest, data.scope), results))
    return results


def _answer(call: Call, before: Data, data: Data, results: Sequence[Future[Any]]) -> Any:
    move = partial(_moved, before=before, data=data, results=results)
    return call.function(
        move(call.asker), *map(move, call.args), **{name: move(one) for name, one in call.kwargs.items()}
    )


def _moved(value: Any, before: Data, data: Data, results: Sequence[Future[Any]]) -> Any:
    """A value of the data before as one of this: its moment, itself, a view of it, what calls gave."""
    move = partial(_moved, before=before, data=data, results=results)
    if isinstance(value, Result):
        return value.of(results)
    if isinstance(value, Data):
        return data
    if isinstance(value, View):
        return replace(value, data=data, as_of=move(value.as_of))
    if isinstance(value, datetime):
        return data.as_of if value == before.as_of else value
    if type(value) in (tuple, list):
        return type(value)(map(move, value))
    if type(value) is dict:
        return {name: move(one) for name, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        moments = [one.name for one in fields(value) if getattr(value, one.name) == before.as_of]
        return replace(value, **dict.fromkeys(moments, data.as_of)) if moments else value
    return value
