"""What is kept for several at once, so that nobody pushes out what another needs."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class NoRoomError(Exception):
    """Nothing that may go makes room for what was to be kept."""


class Shares(Generic[K, V]):
    """Values, each kept for whoever asked for it; one goes when nobody keeps it any more.

    What a holder keeps weighs `each` at most: beyond that its own goes, and of that what it used least lately. All
    together weigh `in_all` at most: beyond that goes what the holder of most keeps. Not for several threads at once.
    """

    def __init__(self, each: int, in_all: int, weigh: Callable[[V], int] = lambda _: 1) -> None:
        self._each = each
        self._in_all = in_all
        self._weigh = weigh
        self._values: dict[K, V] = {}
        self._held: dict[str, OrderedDict[K, None]] = {}
        self._holders: dict[K, set[str]] = {}

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: K) -> V | None:
        """The value of a key, whoever keeps it."""
        return self._values.get(key)

    def items(self) -> list[tuple[K, V]]:
        """All that is kept."""
        return list(self._values.items())

    @property
    def weight(self) -> int:
        """What all values weigh together."""
        return sum(self._weigh(value) for value in self._values.values())

    def keep(self, holder: str, key: K, value: V, may_go: Callable[[V], bool] = lambda _: True) -> None:
        """Keep a value for a holder, in place of the key's last one. Raises NoRoomError, and then it is not kept."""
        self._values[key] = value
        self._holders.setdefault(key, set()).add(holder)
        held = self._held.setdefault(holder, OrderedDict())
        is_new = key not in held
        held[key] = None
        held.move_to_end(key)
        if not self._makes_room(holder, key, may_go):
            if is_new:
                self._release(holder, key)
            raise NoRoomError

    def _makes_room(self, holder: str, key: K, may_go: Callable[[V], bool]) -> bool:
        while self._weight_of(holder) > self._each:
            if not self._lets_go(holder, key, may_go):
                return False
        while self.weight > self._in_all:
            if not self._lets_go(max(self._held, key=self._weight_of), key, may_go):
                return False
        return True

    def _weight_of(self, holder: str) -> int:
        return sum(self._weigh(self._values[key]) for key in self._held[holder])

    def _lets_go(self, holder: str, key: K, may_go: Callable[[V], bool]) -> bool:
        """Whether the holder gave up something else than `key`."""
        oldest = next((one for one in self._held[holder] if one != key and may_go(self._values[one])), None)
        if oldest is None:
            return False
        self._release(holder, oldest)
        return True

    def _release(self, holder: str, key: K) -> None:
        del self._held[holder][key]
        if not self._held[holder]:
            del self._held[holder]
        self._holders[key].remove(holder)
        if not self._holders[key]:
            del self._holders[key], self._values[key]
