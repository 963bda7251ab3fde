"""What walls are told: the scenes of one moment, kept while the database is away, and what a remote wants shown."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from casebase.errors import CasebaseError
from pages.parts import live
from screen import scenes
from views import words


@dataclass(frozen=True)
class Wish:
    """What a channel's walls show: a scene (empty: rotate), a district (empty: the city), a period."""

    scene: str = ""
    area: str = ""
    period: str = scenes.DEFAULT_PERIOD
    number: int = 0


@dataclass
class Channels:
    """The wishes of each channel; in memory, so that a server that starts anew lets its walls rotate again."""

    _wishes: dict[str, Wish] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, channel: str) -> Wish:
        return self._wishes.get(channel, Wish())

    def set(self, channel: str, wish: Wish) -> Wish:
        """Take a wish; its number tells walls that it is new. At most a hundred channels are kept."""
        with self._lock:
            if channel not in self._wishes and len(self._wishes) >= _MOST_CHANNELS:
                self._wishes.pop(next(iter(self._wishes)))
            taken = replace(wish, number=self.get(channel).number + 1)
            self._wishes[channel] = taken
            return taken


_MOST_CHANNELS = 100
_MOST_KEPT = 24


class Snapshots:
    """All scenes for a district and a period, made once for each reading; the last good ones outlive the database."""

    def __init__(self, pulse: Callable[[], live.Pulse]) -> None:
        self._pulse = pulse
        self._kept: dict[tuple[str, str], tuple[object, dict[str, Any]]] = {}
        self._lock = threading.Lock()

    def get(self, area: str, period: str) -> dict[str, Any]:
        """The scenes and their moment. Raises CasebaseError where there has never been an answer."""
        reading = self._pulse().read()
        key, version = (area, period), (reading.state.version, reading.as_of)
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or (kept[0] != version and reading.error is None):
                try:
                    with live.speaking_of(reading):
                        kept = version, _made(reading, area, period)
                except CasebaseError as error:
                    if kept is None:
                        raise
                    reading = replace(reading, error=str(error))
                self._kept.pop(key, None)
                self._kept[key] = kept
                while len(self._kept) > _MOST_KEPT:
                    self._kept.pop(next(iter(self._kept)))
        age = (live.now() - reading.read_at).total_seconds() if reading.error else 0.0
        return {**kept[1], "error": bool(reading.error), "age": round(age)}


def _made(reading: live.Reading, area: str, period: str) -> dict[str, Any]:
    filters = scenes.asked(live.casebase(), reading.as_of, period, area or None)
    return {
        "version": f"{reading.state.version}@{reading.as_of.isoformat()}",
        "cutoff": words.moment(reading.as_of, year=reading.as_of.year != reading.read_at.year),
        "demo": reading.state.demonstration,
        "scenes": [
            {
                "id": scene.id,
                "title": scene.title,
                "said": scenes.seen_by(scene, filters).said,
                "html": scenes.html_of(scene, filters),
            }
            for scene in scenes.SCENES
        ],
        "ticker": scenes.sentences(filters),
        "arrivals": scenes.arrivals(filters),
    }
