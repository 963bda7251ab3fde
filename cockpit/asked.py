"""What one drawing of a page asks, so that the same can be asked of another version of the data."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
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

    @property
    def can_be_moved(self) -> bool:
        """Whether the same can be asked of another version: not by values of this one."""
        values = (self.args, self.kwargs)
        try:
            frozen(values)
        except TypeError:
            return False
        return not holds_frames(values)


class Asked:
    """The calls of the thread that made it that can be moved, in order; those made to answer another are left out."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._thread = threading.get_ident()
        self._depth = 0

    @contextmanager
    def noting(self, call: Call) -> Iterator[None]:
        """Note a call that can be moved, and none of those that are made inside."""
        if threading.get_ident() != self._thread or not call.can_be_moved:
            yield
            return
        if not self._depth:
            self.calls.append(call)
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
