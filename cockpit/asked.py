"""What one drawing of a page asks, so that the same can be asked of another version of the data."""

import threading
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from inspect import unwrap
from typing import Any

from cockpit.answers import frozen
from cockpit.shared import holds_frames


@dataclass(frozen=True, eq=False)
class Call:
    """`function(asker, *args, **kwargs)`; the asker is a View, or Data where nothing but the data tells."""

    asker: Any
    function: Callable[..., Any]
    args: Sequence[Any]
    kwargs: Mapping[str, Any]

    @cached_property
    def key(self) -> Hashable | None:
        """What tells it from other calls of the same data; None for one that cannot be asked of another version.

        That is one by values of this version.
        """
        values = (self.args, self.kwargs)
        if holds_frames(values):
            return None
        try:
            return frozen(unwrap(self.function)), frozen(values), self.asker.question
        except TypeError:
            return None


class Asked:
    """The calls of the thread that made it that can be moved, in order; those made to answer another are left out."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._thread = threading.get_ident()
        self._depth = 0

    @property
    def key(self) -> Hashable:
        """What tells these calls from others of the same data."""
        return tuple(call.key for call in self.calls)

    @contextmanager
    def noting(self, call: Call) -> Iterator[None]:
        """Note a call that can be moved, and none of those that are made inside."""
        if threading.get_ident() != self._thread or not (self._depth or call.key is not None):
            yield
            return
        if not self._depth:
            self.calls.append(call)
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
