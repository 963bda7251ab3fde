"""What walls are told: the scenes of one moment, kept while the database is away, and what a remote wants shown."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from casebase.errors import CasebaseError
from pages.parts import live
from screen import scenes
from views import words

# How many channels, walls of a channel, and parts of what walls show are kept at most.
_MOST_CHANNELS = 100
_MOST_WALLS = 200
_MOST_KEPT = 400
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


@dataclass
class Channels:
    """The wishes of each channel, and its walls; in memory, so that after a restart walls show what is their own."""

    _wishes: dict[str, Wish] = field(default_factory=dict)
    _walls: dict[str, dict[str, datetime]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, channel: str) -> Wish:
        return self._wishes.get(channel, Wish())

    def set(self, channel: str, wish: Wish) -> Wish:
        """Take a wish; its number tells walls that it is new. At most a hundred channels are kept."""
        with self._lock:
            taken = replace(wish, number=self.get(channel).number + 1)
            self._wishes[channel] = taken
            _keep(self._wishes, _MOST_CHANNELS)
            return taken

    def look(self, channel: str, wall: str, at: datetime) -> None:
        """A wall of the channel has asked."""
        with self._lock:
            walls = self._walls.setdefault(channel, {})
            walls.pop(wall, None)
            walls[wall] = at
            _keep(walls, _MOST_WALLS)
            _keep(self._walls, _MOST_CHANNELS)

    def walls(self, at: datetime) -> dict[str, int]:
        """How many walls hang on each channel that has any."""
        with self._lock:
            for channel, walls in list(self._walls.items()):
                self._walls[channel] = {wall: seen for wall, seen in walls.items() if at - seen < _GONE}
                if not self._walls[channel]:
                    del self._walls[channel]
            return {channel: len(walls) for channel, walls in self._walls.items()}


@dataclass(frozen=True)
class _Part:
    """A scene, or what stands beside all of them, as of a reading."""

    version: str
    as_of: datetime
    made: dict[str, Any]


class Snapshots:
    """Scenes for a district and a period, each made once for each reading; the last good ones outlive the database."""

    def __init__(self, pulse: Callable[[], live.Pulse]) -> None:
        self._pulse = pulse
        self._kept: dict[tuple[str, str, str], _Part] = {}
        self._lock = threading.Lock()
        # So that no part is made twice at a time, and the one scene that a remote wishes for waits for no other.
        self._making = [threading.Lock() for _ in range(64)]

    def get(
        self, area: str, period: str, wanted: Sequence[str] = tuple(scenes.BY_ID), *, brief: bool = False
    ) -> dict[str, Any]:
        """These scenes and their moment, briefly without what stands beside them.

        Raises CasebaseError where there has never been an answer.
        """
        names = list(wanted) if brief and wanted else [_ASIDE, *wanted]
        reading = self._pulse().read()
        failed = reading.error is not None
        parts = []
        for name in names:
            part, fresh = self._part(reading, area, period, name)
            failed = failed or not fresh
            parts.append(part)
        oldest = min(parts, key=lambda part: part.as_of)
        now = live.now()
        return {
            "version": oldest.version,
            "cutoff": words.moment(oldest.as_of, year=oldest.as_of.year != now.year),
            "demo": reading.state.demonstration,
            **(parts[0].made if names[0] == _ASIDE else {}),
            "scenes": [part.made for part in parts[-len(wanted) :]] if wanted else [],
            "error": failed,
            "age": round((now - reading.read_at).total_seconds()) if failed else 0,
        }

    def figures(self, area: str, period: str) -> dict[str, Any]:
        """The first numbers of each scene, by its id. Raises CasebaseError where there has never been an answer."""
        return self._part(self._pulse().read(), area, period, _FIGURES)[0].made

    def _part(self, reading: live.Reading, area: str, period: str, name: str) -> tuple[_Part, bool]:
        """A part, and whether it is as good as the reading."""
        version, key = f"{reading.state.version}@{reading.as_of.isoformat()}", (area, period, name)
        with self._making[hash(key) % len(self._making)]:
            kept = self._kept.get(key)
            if kept and (kept.version == version or reading.error is not None):
                return kept, True
            try:
                with live.speaking_of(reading):
                    made = _made(reading.as_of, area, period, name)
            except CasebaseError:
                if kept is None:
                    raise
                return kept, False
            part = _Part(version, reading.as_of, made)
            with self._lock:
                self._kept.pop(key, None)
                self._kept[key] = part
                _keep(self._kept, _MOST_KEPT)
            return part, True


def _made(as_of: datetime, area: str, period: str, name: str) -> dict[str, Any]:
    filters = scenes.asked(live.casebase(), as_of, period, area or None)
    if name == _ASIDE:
        said = scenes.sentences(filters)
        ticker = [{"role": state.role, "state": state.text, "text": text} for state, text in said]
        return {
            "owner": live.owner(),
            "ticker": ticker or [{"role": "", "state": "", "text": scenes.QUIET}],
            "arrivals": scenes.arrivals(filters),
        }
    if name == _FIGURES:
        return scenes.figures(filters)
    scene = scenes.BY_ID[name]
    return {
        "id": scene.id,
        "title": scene.title,
        "said": scenes.seen_by(scene, filters).said,
        "html": scenes.html_of(scene, filters),
    }


def _keep(kept: dict[Any, Any], most: int) -> None:
    """Forget what was put in first."""
    while len(kept) > most:
        kept.pop(next(iter(kept)))
