"""What one drawing of a page asks, so that the same can be asked of another version of the data."""

import threading
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, fields, is_dataclass, replace
from inspect import unwrap
from typing import Any, TypeVar

from cockpit.answers import frozen
from cockpit.shared import holds_frames

R = TypeVar("R")
# A value of more parts is known as a whole alone.
_MOST_PARTS = 50


@dataclass(frozen=True)
class Result:
    """What an earlier call gave, by its place among the calls, or the part of that at an attribute, key or index."""

    call: int
    part: Hashable = None

    def of(self, results: Sequence["Future[Any]"]) -> Any:
        """The value in these results of the same calls; waits for it."""
        value = results[self.call].result()
        if self.part is None:
            return value
        return getattr(value, str(self.part)) if is_dataclass(value) else value[self.part]


@dataclass(frozen=True, eq=False)
class Call:
    """`function(asker, *args, **kwargs)`; the asker is a View, or Data where nothing but the data tells.

    Values that earlier calls gave stand in the arguments as Results.
    """

    asker: Any
    function: Callable[..., Any]
    args: Sequence[Any]
    kwargs: Mapping[str, Any]
    # What tells it from other calls of the same data; None of one that cannot be asked of another version, and before
    # `told_apart`.
    key: Hashable | None = None

    def told_apart(self) -> "Call":
        """The same with its key, unless it is asked by a frame that no call gave, or by what is like another."""
        return replace(self, key=self._key())

    def _key(self) -> Hashable | None:
        values = (self.args, self.kwargs)
        if holds_frames(values):
            return None
        try:
            return frozen(unwrap(self.function)), frozen(values), self.asker.question
        except TypeError:
            return None


class Asked:
    """The calls of the thread that made it that can be asked again, in order, without those made to answer another."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        # By its identity each value that a call gave, which must live as long as it is known by that.
        self._results: dict[int, tuple[Any, Result]] = {}
        self._thread = threading.get_ident()
        self._is_answering = False

    @property
    def key(self) -> Hashable:
        """What tells these calls from others of the same data."""
        return tuple(call.key for call in self.calls)

    def forget_values(self) -> None:
        """The drawing is over: its values need not live on for what it asked."""
        self._results.clear()

    def note(self, call: Call, compute: Callable[[], R]) -> R:
        """The value that `compute` gives for a call, noting it."""
        if self._is_answering or threading.get_ident() != self._thread:
            return compute()
        call = replace(call, args=self._named(call.args), kwargs=self._named(call.kwargs)).told_apart()
        if call.key is None:
            return compute()
        self.calls.append(call)
        number = len(self.calls) - 1
        self._is_answering = True
        try:
            value = compute()
        finally:
            self._is_answering = False
        for part, one in _parts(value):
            self._results[id(one)] = one, Result(number, part)
        return value

    def _named(self, value: Any) -> Any:
        """The same with Results for what earlier calls gave."""
        known = self._results.get(id(value))
        if known is not None and known[0] is value:
            return known[1]
        if type(value) in (tuple, list):
            return tuple(map(self._named, value))
        if type(value) is dict:
            return {name: self._named(one) for name, one in value.items()}
        return value


def _parts(value: Any) -> Iterator[tuple[Hashable, Any]]:
    """A value, and what it is made of, by attribute, key or index; numbers are no such values."""
    if value is None or isinstance(value, int | float):
        return
    yield None, value
    if is_dataclass(value) and not isinstance(value, type):
        parts: Any = ((one.name, getattr(value, one.name)) for one in fields(value))
    elif isinstance(value, Mapping) and len(value) <= _MOST_PARTS:
        parts = value.items()
    elif type(value) is tuple and len(value) <= _MOST_PARTS:
        parts = enumerate(value)
    else:
        return
    yield from ((name, one) for name, one in parts if one is not None and not isinstance(one, int | float))
