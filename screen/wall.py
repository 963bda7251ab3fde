"""What walls display: the scenes of one moment, kept while the database is away, and the wishes of remotes."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from cachetools import LRUCache

from casebase.errors import CasebaseError
from casebase.scope import Scope
from cockpit.answers import MIB
from cockpit.data import Data, LiveData
from cockpit.shared import size_of
from cockpit.view import DEFAULT_PERIOD, PRESETS
from queries import names
from screen import scenes
from views import words

# How many channels and walls of a channel are kept at most, and what all that walls show may weigh.
_MOST_CHANNELS = 100
_MOST_WALLS = 200
_MOST_BYTES = 32 * MIB
# Scopes whose districts are known at most.
_MOST_SCOPES = 64
# A wall asks every two or three seconds; one that has not asked for so long is gone.
_GONE = timedelta(seconds=8)
# The parts that belong to no scene: what every answer brings, and the first numbers of all scenes.
_ASIDE, _FIGURES = "", "figures"


@dataclass(frozen=True)
class Wish:
    """What a channel's walls show: a scene (empty: in turn), of a set (empty: the wall's own), a district, a period.

    Without a period nothing is wished: each wall shows what its address says.
    """

    scene: str = ""
    set: str = ""
    area: str = ""
    period: str = ""
    number: int = 0


class NoRoomError(Exception):
    """As many channels as are kept have walls looking now; no other is opened."""


@dataclass
class _Channel:
    """The last wish of a channel, and when each of its walls last asked."""

    wish: Wish = Wish()
    walls: OrderedDict[str, datetime] = field(default_factory=OrderedDict)

    def is_watched(self, at: datetime) -> bool:
        """Whether a wall hangs there now."""
        return any(at - seen < _GONE for seen in self.walls.values())


@dataclass
class Channels:
    """The wishes of each channel, and its walls; in memory, so that after a restart walls show what is their own.

    At most a hundred are kept. One that walls look at gives way to none; of the others goes first what was used least
    lately.
    """

    _channels: OrderedDict[str, _Channel] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, channel: str) -> Wish:
        """The last wish of a channel; none of what nobody has wished for."""
        entry = self._channels.get(channel)
        return entry.wish if entry else Wish()

    def set(self, channel: str, wish: Wish, at: datetime) -> Wish:
        """Take a wish; its number tells walls that it is new. Raises NoRoomError."""
        with self._lock:
            entry = self._channel(channel, at)
            entry.wish = replace(wish, number=entry.wish.number + 1)
            return entry.wish

    def record_poll(self, channel: str, wall: str, at: datetime) -> None:
        """A wall of the channel has asked; of a channel that there is no room for it is not kept."""
        with self._lock:
            try:
                walls = self._channel(channel, at).walls
            except NoRoomError:
                return
            walls[wall] = at
            walls.move_to_end(wall)
            while len(walls) > _MOST_WALLS:
                walls.popitem(last=False)

    def walls(self, at: datetime) -> dict[str, int]:
        """How many walls hang on each channel that has any."""
        with self._lock:
            counts = {
                channel: sum(at - seen < _GONE for seen in entry.walls.values())
                for channel, entry in self._channels.items()
            }
        return {channel: count for channel, count in counts.items() if count}

    def _channel(self, channel: str, at: datetime) -> _Channel:
        """The channel; a new one where there is room for it or an idle one gives way. Raises NoRoomError."""
        if channel not in self._channels and len(self._channels) >= _MOST_CHANNELS:
            idle = next((name for name, entry in self._channels.items() if not entry.is_watched(at)), None)
            if idle is None:
                raise NoRoomError
            del self._channels[idle]
        entry = self._channels.setdefault(channel, _Channel())
        self._channels.move_to_end(channel)
        return entry


@dataclass(frozen=True)
class _Part:
    """A scene, or what stands beside all of them, as of a reading; `good_at` is the last look that it was true of.

    `size` is what its content weighs, in bytes.
    """

    version: str
    as_of: datetime
    content: dict[str, Any]
    good_at: float
    size: int


class Snapshots:
    """Scenes for a district and a period, each computed once a reading; the last good ones outlive the database."""

    def __init__(self, live_data: Callable[[], LiveData]) -> None:
        self._live_data = live_data
        # What was asked for least lately goes first, so that what hangs on a wall stays.
        self._parts: LRUCache[tuple[Scope, str, str, str], _Part] = LRUCache(_MOST_BYTES, lambda part: part.size)
        self._areas: LRUCache[Scope, frozenset[str]] = LRUCache(_MOST_SCOPES)
        self._lock = threading.Lock()
        # So that no part is computed twice at a time, and the one scene that a remote wishes for waits for no other.
        self._making = [threading.Lock() for _ in range(64)]

    def get(
        self,
        scope: Scope,
        area: str,
        period: str,
        scene_ids: Sequence[str] = tuple(scenes.BY_ID),
        *,
        brief: bool = False,
    ) -> dict[str, Any]:
        """These scenes as a scope sees them, each once, and their moment, briefly without what stands beside them.

        Raises UnknownError for an area, period or scene that does not exist, and nothing is kept of it; CasebaseError
        where there has never been an answer.
        """
        scene_ids = list(dict.fromkeys(scene_ids))
        part_names = scene_ids if brief and scene_ids else [_ASIDE, *scene_ids]
        data, period = self._validate(scope, area, period, scene_ids)
        reading = data.reading
        failed = reading.error is not None
        parts = []
        for name in part_names:
            part, fresh = self._part(data, area, period, name)
            failed = failed or not fresh
            parts.append(part)
        oldest = min(parts, key=lambda part: part.as_of)
        now = data.live.clock()
        return {
            "version": oldest.version,
            "cutoff": words.moment(oldest.as_of, year=oldest.as_of.year != now.year),
            "demo": reading.state.demonstration,
            **(parts[0].content if part_names[0] == _ASIDE else {}),
            "scenes": [part.content for part in parts[-len(scene_ids) :]] if scene_ids else [],
            "error": failed,
            "age": round(reading.age + reading.looked_at - min(part.good_at for part in parts)) if failed else 0,
        }

    def figures(self, scope: Scope, area: str, period: str) -> dict[str, Any]:
        """The first numbers of each scene, by its id. Raises as `get` does."""
        data, period = self._validate(scope, area, period)
        return self._part(data, area, period, _FIGURES)[0].content

    def _validate(self, scope: Scope, area: str, period: str, scene_ids: Sequence[str] = ()) -> tuple[Data, str]:
        """The data to answer by, and the period by its name; "" is the default, so that each is kept once."""
        period = period or DEFAULT_PERIOD
        if period not in PRESETS:
            raise scenes.UnknownError("时段", period)
        for name in scene_ids:
            if name not in scenes.BY_ID:
                raise scenes.UnknownError("场景", name)
        data = self._live_data().now(scope)
        if area and area not in self._known_areas(data):
            raise scenes.UnknownError("区域代码", area)
        return data, period

    def _known_areas(self, data: Data) -> frozenset[str]:
        """The codes of all areas; while the database is away, those known last."""
        try:
            known = frozenset(data.ask(names.areas)["code"])
        except CasebaseError:
            with self._lock:
                kept = self._areas.get(data.scope)
            if kept is None:
                raise
            return kept
        with self._lock:
            self._areas[data.scope] = known
        return known

    def _part(self, data: Data, area: str, period: str, name: str) -> tuple[_Part, bool]:
        """A part, and whether it is as good as the reading.

        While one lock or outage lasts, one asker waits for an answer: whoever comes after it keeps what there was.
        """
        reading = data.reading
        version, key = f"{reading.state.version}@{reading.as_of.isoformat()}", (data.scope, area, period, name)
        with self._making[hash(key) % len(self._making)]:
            with self._lock:
                stored = self._parts.get(key)
            if stored and reading.error is not None:
                return stored, True
            if stored and stored.version == version:
                return self._store(key, replace(stored, good_at=max(stored.good_at, reading.looked_at))), True
            if stored and data.live.watch.read().error is not None:
                return stored, False
            try:
                content = _content(data, area, period, name)
            except CasebaseError:
                if stored is None:
                    raise
                return stored, False
            data.live.watch.report_answer(reading)
            return self._store(key, _Part(version, reading.as_of, content, reading.looked_at, size_of(content))), True

    def _store(self, key: tuple[Scope, str, str, str], part: _Part) -> _Part:
        with self._lock:
            self._parts[key] = part
        return part


def _content(data: Data, area: str, period: str, name: str) -> dict[str, Any]:
    view = scenes.view_of(data, period, area or None)
    if name == _ASIDE:
        sentences = scenes.sentences(view)
        ticker = [{"role": state.role, "state": state.text, "text": text} for state, text in sentences]
        return {
            "owner": data.live.owner,
            "ticker": ticker or [{"role": "", "state": "", "text": scenes.quiet(view)}],
            "arrivals": scenes.arrivals(view),
        }
    if name == _FIGURES:
        return scenes.figures(view)
    scene = scenes.BY_ID[name]
    return {
        "id": scene.id,
        "title": scene.title,
        "said": scenes.view_in(scene, view).text,
        "html": scenes.html_of(scene, view),
    }
