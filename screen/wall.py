"""What walls display: the scenes of one moment, kept while the database is away, and the wishes of remotes."""

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from access.identity import LOCAL, Identity
from casebase.errors import CasebaseError
from casebase.scope import Scope
from cockpit.answers import MIB
from cockpit.data import Data, LiveData
from cockpit.shared import size_of
from cockpit.view import DEFAULT_PERIOD, PRESETS
from screen import scenes
from screen.address import Area, code_of, known_areas, place_asked
from screen.shares import NoRoomError, Shares
from views import words

# How many channels somebody may use and how many there are, how many walls of a channel are one screen's or person's.
_MOST_CHANNELS, _MOST_CHANNELS_IN_ALL = 100, 2_000
_MOST_WALLS = 200
# What all that somebody looks at may weigh, and what all of it together.
_MOST_BYTES, _MOST_BYTES_IN_ALL = 32 * MIB, 96 * MIB
# Scopes whose areas are known at most: of one person, or screen, the one of now and the one before.
_MOST_SCOPES, _MOST_SCOPES_IN_ALL = 2, 10_000
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


LiesWithin = Callable[[Scope, Scope], bool]
"""Whether all that the first scope shows is seen by whoever has the second."""


@dataclass
class _Channel:
    """The last wish of a channel, and when each of its walls last asked; a wall is of somebody, and has a name."""

    wish: Wish = Wish()
    walls: OrderedDict[tuple[str, str], datetime] = field(default_factory=OrderedDict)

    def is_watched(self, at: datetime) -> bool:
        """Whether a wall hangs there now."""
        return self.count_walls(at) > 0

    def count_walls(self, at: datetime) -> int:
        """How many walls hang there now."""
        return sum(at - seen < _GONE for seen in self.walls.values())

    def record(self, holder: str, wall: str, at: datetime) -> None:
        """A wall has asked; of one holder's walls those are kept that asked last."""
        for gone in [key for key, seen in self.walls.items() if at - seen >= _GONE]:
            del self.walls[gone]
        self.walls[holder, wall] = at
        self.walls.move_to_end((holder, wall))
        own = [key for key in self.walls if key[0] == holder]
        for key in own[:-_MOST_WALLS]:
            del self.walls[key]


class Channels:
    """The wishes of each channel, and its walls; in memory, so that after a restart walls show what is their own.

    A channel is of a name and of a scope: that of the remote which wishes, or of the wall which listens. A wall heeds
    the last wish of its name by somebody who sees all that it shows. Somebody uses a hundred at most: beyond that go
    those of the own that no wall looks at, what was used least lately first.
    """

    def __init__(self) -> None:
        self._channels: Shares[tuple[Scope, str], _Channel] = Shares(_MOST_CHANNELS, _MOST_CHANNELS_IN_ALL)
        self._lock = threading.Lock()
        self.wishes = 0
        """How many wishes there have been: who knows it need not ask for the last one again."""

    def get(self, channel: str, scope: Scope, lies_within: LiesWithin) -> Wish:
        """The last wish for the walls of a scope; none where nobody has wished."""
        with self._lock:
            found = [
                entry.wish
                for (by, name), entry in self._channels.items()
                if name == channel and (by == scope or lies_within(scope, by))
            ]
        return max(found, key=lambda wish: wish.number, default=Wish())

    def set(self, channel: str, wish: Wish, who: Identity, at: datetime) -> Wish:
        """Take somebody's wish; its number tells walls that it is new. Raises NoRoomError."""
        with self._lock:
            entry = self._keep(channel, who, at)
            last = max(one.wish.number for (_, name), one in self._channels.items() if name == channel)
            entry.wish = replace(wish, number=last + 1)
            self.wishes += 1
            return entry.wish

    def record_poll(self, channel: str, wall: str, who: Identity, at: datetime) -> None:
        """A wall of the channel has asked; of a channel that there is no room for it is not kept."""
        with self._lock, suppress(NoRoomError):
            self._keep(channel, who, at).record(who.subject, wall, at)

    def walls(self, at: datetime, scope: Scope, lies_within: LiesWithin) -> dict[str, int]:
        """How many walls hang on each channel that has any which somebody of this scope may turn."""
        counts: Counter[str] = Counter()
        with self._lock:
            for (of, name), entry in self._channels.items():
                if of == scope or lies_within(of, scope):
                    counts[name] += entry.count_walls(at)
        return dict(+counts)

    def _keep(self, channel: str, who: Identity, at: datetime) -> _Channel:
        """The channel of somebody's scope, kept for whom it is. Raises NoRoomError."""
        key = who.scope, channel
        entry = self._channels.get(key) or _Channel()
        self._channels.keep(who.subject, key, entry, lambda one: not one.is_watched(at))
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
    """Scenes for a district and a period, each computed once a reading; the last good ones outlive the database.

    They are kept for whoever looks at them (`holder`: the subject of an identity), so that nobody who looks at much
    else takes them from a wall.
    """

    def __init__(self, live_data: Callable[[], LiveData]) -> None:
        self._live_data = live_data
        self._parts: Shares[tuple[Scope, str, str, str], _Part] = Shares(
            _MOST_BYTES, _MOST_BYTES_IN_ALL, lambda part: part.size
        )
        self._areas: Shares[Scope, Mapping[str, Area]] = Shares(_MOST_SCOPES, _MOST_SCOPES_IN_ALL)
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
        holder: str = LOCAL.subject,
    ) -> dict[str, Any]:
        """These scenes as a scope sees them, each once, and their moment, briefly without what stands beside them.

        Raises UnknownError for an area, period or scene that does not exist, and nothing is kept of it; CasebaseError
        where there has never been an answer.
        """
        scene_ids = list(dict.fromkeys(scene_ids))
        part_names = scene_ids if brief and scene_ids else [_ASIDE, *scene_ids]
        data, period = self._validate(scope, area, period, scene_ids, holder=holder)
        reading = data.reading
        failed = reading.error is not None
        parts = []
        for name in part_names:
            part, fresh = self._part(data, area, period, name, holder)
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

    def figures(self, scope: Scope, area: str, period: str, *, holder: str = LOCAL.subject) -> dict[str, Any]:
        """The first numbers of each scene, by its id. Raises as `get` does."""
        data, period = self._validate(scope, area, period, holder=holder)
        return self._part(data, area, period, _FIGURES, holder)[0].content

    def code_of(self, scope: Scope, address: Mapping[str, str], *, holder: str = LOCAL.subject) -> str:
        """The code of the place that an address asks for (see screen.address), "" for none.

        Raises UnknownError for one that the scope has not, CasebaseError where its places were never known.
        """
        asked = place_asked(address)
        return code_of(self._known_areas(self._live_data().now(scope), holder), asked) if asked else ""

    def knows_area(self, scope: Scope, area: str, *, holder: str = LOCAL.subject) -> bool:
        """Whether the scope has an area of this code. Raises CasebaseError where it was never known."""
        return area in self._known_areas(self._live_data().now(scope), holder)

    def _validate(
        self, scope: Scope, area: str, period: str, scene_ids: Sequence[str] = (), *, holder: str
    ) -> tuple[Data, str]:
        """The data to answer by, and the period by its name; "" is the default, so that each is kept once."""
        period = period or DEFAULT_PERIOD
        if period not in PRESETS:
            raise scenes.UnknownError("时段", period)
        for name in scene_ids:
            if name not in scenes.BY_ID:
                raise scenes.UnknownError("场景", name)
        data = self._live_data().now(scope)
        if area and area not in self._known_areas(data, holder):
            raise scenes.UnknownError("区域", area)
        return data, period

    def _known_areas(self, data: Data, holder: str) -> Mapping[str, Area]:
        """All areas by their codes; while the database is away, those known last."""
        try:
            known = known_areas(data)
        except CasebaseError:
            with self._lock:
                kept = self._areas.get(data.scope)
            if kept is None:
                raise
            return kept
        with self._lock:
            self._areas.keep(holder, data.scope, known)
        return known

    def _part(self, data: Data, area: str, period: str, name: str, holder: str) -> tuple[_Part, bool]:
        """A part, and whether it is as good as the reading.

        While one lock or outage lasts, one asker waits for an answer: whoever comes after it keeps what there was.
        """
        reading = data.reading
        version, key = f"{reading.state.version}@{reading.as_of.isoformat()}", (data.scope, area, period, name)
        with self._making[hash(key) % len(self._making)]:
            with self._lock:
                stored = self._parts.get(key)
            if stored and reading.error is not None:
                return self._store(key, stored, holder), True
            if stored and stored.version == version:
                return self._store(key, replace(stored, good_at=max(stored.good_at, reading.looked_at)), holder), True
            if stored and data.live.watch.read().error is not None:
                return self._store(key, stored, holder), False
            try:
                content = _content(data, area, period, name)
            except CasebaseError:
                if stored is None:
                    raise
                return stored, False
            data.live.watch.report_answer(reading)
            part = _Part(version, reading.as_of, content, reading.looked_at, size_of(content))
            return self._store(key, part, holder), True

    def _store(self, key: tuple[Scope, str, str, str], part: _Part, holder: str) -> _Part:
        """Keep the part for the holder; what is larger than all that one may keep is answered and not kept."""
        with self._lock, suppress(NoRoomError):
            self._parts.keep(holder, key, part)
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
