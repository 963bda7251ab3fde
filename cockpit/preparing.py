"""A new version of the data is prepared for the pages that are open, before they are drawn anew.

A page asks the same of every version. What it asked of the one that it shows is asked of the next one as soon as that
is seen, once for all who have it open, and only then does the page, which looks for news, draw itself anew, of answers
that are there; what its reader does meanwhile is answered by the latest data, as ever. What nobody has open is not
asked. What a page asks by values of the older version (a frame among the arguments) it asks when it is drawn.
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from cockpit.asked import Call
from cockpit.data import Data, LiveData
from cockpit.reading import Reading
from cockpit.view import View

# Half of an answer is made in Python, on one core, while the database answers the next question on the other.
_AT_ONCE = 2
# Seconds between two looks for a newer version; after which a page is drawn though its answers are not there.
_LOOK, _PATIENCE = 0.1, 10.0
# A page that has not looked for news for so many of its looks is open no more: its browser sleeps, or has gone.
_MISSED = 5


class Viewer:
    """Whoever has a page open; one that is gone is forgotten."""


@dataclass(eq=False)
class _Open:
    """An open page: the data that it shows, the reading it can be drawn by, when it last looked for news (monotonic),
    and since when there is a newer version.
    """

    data: Data
    reading: Reading
    looked: float = field(default_factory=time.monotonic)
    behind_since: float | None = None


class Preparing:
    """Prepares what viewers have open, in threads of its own while any of them looks for news."""

    def __init__(self, live: LiveData) -> None:
        self._live = live
        self._open: WeakKeyDictionary[Viewer, _Open] = WeakKeyDictionary()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def opened(self, viewer: Viewer, data: Data) -> None:
        """The viewer's page has all its numbers by this data, which noted what it asked."""
        with self._lock:
            self._open[viewer] = _Open(data, data.reading)

    def reading_for(self, viewer: Viewer) -> Reading:
        """The latest reading whose answers for the viewer's page are there; that which it shows where none is newer.

        The latest of all for a viewer whose page was never whole, where the database fails, or after some patience.
        """
        latest = self._live.watch.read()
        with self._lock:
            page = self._open.get(viewer)
            if page is None or latest.error is not None or page.reading.is_like(latest):
                return latest
            page.looked = time.monotonic()
            page.behind_since = page.behind_since or page.looked
            if page.looked - page.behind_since > _PATIENCE:
                return latest
            if self._thread is None:
                self._thread = threading.Thread(target=self._prepare, name="preparing", daemon=True)
                self._thread.start()
            return page.reading

    def _prepare(self) -> None:
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="prepare") as pool:
            while pages := self._looked_at():
                latest = self._live.watch.read()
                behind = [page for page in pages if not page.reading.is_like(latest)]
                for page in behind if latest.error is None else ():
                    wait([pool.submit(_answer, call, page.data, latest) for call in _calls(page.data, latest)])
                    page.reading, page.behind_since = latest, None
                if not behind:
                    time.sleep(_LOOK)

    def _looked_at(self) -> list[_Open]:
        """The pages that are open, those first that have waited longest; where there is none, the thread ends."""
        with self._lock:
            since = time.monotonic() - _MISSED * self._live.settings.freshness.poll
            pages = [page for page in self._open.values() if page.looked >= since]
            if not pages:
                self._thread = None
            return sorted(pages, key=lambda page: page.reading.looked_at)


def _calls(data: Data, latest: Reading) -> list[Call]:
    """What a page asked that can be asked of a later reading; nothing of another day, which has other periods."""
    is_same_day = data.as_of.date() == latest.as_of.date()
    return list(data.asked.calls) if data.asked is not None and is_same_day else []


def _answer(call: Call, before: Data, reading: Reading) -> None:
    data = before.live.at(reading)
    # What fails is asked again by the page itself, which says why.
    with suppress(Exception):
        asker, args, kwargs = (_moved(one, before, data) for one in (call.asker, call.args, call.kwargs))
        call.function(asker, *args, **kwargs)


def _moved(value: Any, before: Data, data: Data) -> Any:
    """A value of the data before as one of this: its moment, itself, and a view of it."""
    if isinstance(value, Data):
        return data
    if isinstance(value, View):
        return replace(value, data=data, as_of=_moved(value.as_of, before, data))
    if isinstance(value, datetime):
        return data.as_of if value == before.as_of else value
    if isinstance(value, tuple | list):
        return type(value)(_moved(one, before, data) for one in value)
    if isinstance(value, dict):
        return {name: _moved(one, before, data) for name, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        moments = [one.name for one in fields(value) if getattr(value, one.name) == before.as_of]
        return replace(value, **dict.fromkeys(moments, data.as_of)) if moments else value
    return value
