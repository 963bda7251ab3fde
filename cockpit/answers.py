"""Answers kept for a version of the data: one computation for everyone who asks the same, at the same time too."""

import copy
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence, Set
from dataclasses import dataclass, is_dataclass
from datetime import date, datetime
from functools import partial
from threading import Condition
from time import monotonic
from types import FunctionType
from typing import Any, TypeVar, cast

import pandas as pd
from cachetools import LRUCache, cached
from cachetools.keys import hashkey

from casebase.scope import Scope
from cockpit.shared import SharedFrame, is_immutable, shared, size_of
from cockpit.slots import DRAWING

R = TypeVar("R")
MIB = 2**20
# Of answers of a few hundred bytes the key and the entry weigh as much again.
_ENTRY_BYTES = 500


@dataclass(frozen=True)
class _Entry:
    """A value that is kept, what it weighs in bytes, and how a caller gets one of its own (None: nobody changes it)."""

    value: Any
    size: int
    copy: Callable[[Any], Any] | None = None


class _Kept(LRUCache[Any, _Entry]):
    """Entries by keys that begin with the version of the data, bounded in bytes.

    What has been outlived goes first: what is of an earlier version than `lasting` says; then what was asked for least
    lately.
    """

    def __init__(self, max_bytes: int, lasting: Callable[[], int]) -> None:
        super().__init__(max_bytes, getsizeof=lambda entry: entry.size)
        self._lasting = lasting
        self._entries_of: Counter[int] = Counter()

    def __setitem__(self, key: Any, entry: _Entry) -> None:
        is_new = key not in self
        super().__setitem__(key, entry)
        self._entries_of[key[0]] += is_new

    def __delitem__(self, key: Any) -> None:
        super().__delitem__(key)
        self._entries_of -= Counter({key[0]: 1})

    def popitem(self) -> tuple[Any, _Entry]:
        lasting = self._lasting()
        if min(self._entries_of) >= lasting:
            return super().popitem()
        # Entries stand in the order in which they came: those of earlier versions before the others.
        outlived = next(key for key in self if key[0] < lasting)
        return outlived, self.pop(outlived)


class Answers:
    """The answers to questions and what is derived from them, each computed once while it is kept.

    All together weigh at most `max_bytes`. `lasting` is the oldest version of the data that somebody may still need:
    that of the last page which had all its numbers. Where a computation fails, those who waited for it compute for
    themselves.
    """

    def __init__(self, max_bytes: int = 256 * MIB, lasting: Callable[[], int] = lambda: 0) -> None:
        self._kept = _Kept(max_bytes, lasting)
        # The moment (of time.monotonic) at which the latest answer came from the database; 0 before the first.
        self.answered_at = 0.0
        self._once = cached(self._kept, key=lambda key, _: key, condition=Condition())(_compute)

    @property
    def bytes(self) -> int:
        """What all that is kept weighs."""
        return int(self._kept.currsize)

    def get(
        self, version: int, scope: Scope, question: Callable[..., R], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> R:
        """The answer of `question(*args, **kwargs)` at a version of the data, for the caller to change as it likes.

        The first argument is where the question is asked, as the scope sees it, and no part of what is asked.
        """
        named = frozenset((name, frozen(one)) for name, one in kwargs.items())
        key = hashkey(version, scope, question.__module__, question.__qualname__, frozen(args[1:]), named)
        entry = self._computed(key, lambda: self._answer(question(*args, **kwargs)))
        return cast(R, entry.copy(entry.value) if entry.copy else entry.value)

    def _computed(self, key: Hashable, compute: Callable[[], _Entry]) -> _Entry:
        if key in self._kept:
            return self._once(key, compute)
        with DRAWING.left():  # it takes a while, whether this thread computes it or waits for another
            return self._once(key, compute)

    def _answer(self, value: Any) -> _Entry:
        self.answered_at = monotonic()
        return _answer(value)

    def share(self, version: int, scope: Scope, key: Hashable, compute: Callable[[], R]) -> R:
        """What `compute` makes of what a scope sees at a version, as one value that all who ask by this key share."""
        return cast(R, self._computed(hashkey(version, scope, key), lambda: _shared_entry(compute())).value)


def _compute(_key: Hashable, compute: Callable[[], _Entry]) -> _Entry:
    return compute()


def _answer(value: Any) -> _Entry:
    return _Entry(value, size_of(value) + _ENTRY_BYTES, _copy_of(value))


def _shared_entry(value: Any) -> _Entry:
    return _Entry(shared(value), size_of(value) + _ENTRY_BYTES)


# What most keys are made of.
_PLAIN = frozenset({str, int, float, bool, type(None), date, datetime})
_ROWS = (tuple, list)


class _Same:
    """A shared frame as a key: there is one for a question, so that it need not be looked into."""

    def __init__(self, frame: SharedFrame) -> None:
        self._frame = frame

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self._frame is other._frame

    def __hash__(self) -> int:
        return id(self._frame)


def frozen(value: Any) -> Hashable:
    """The same value as a key: lists and mappings as tuples, a function by its place in the code.

    Raises TypeError for what cannot be told from another: a frame that is not shared, a function with a memory.
    """
    kind = type(value)
    if kind in _PLAIN:
        return cast(Hashable, value)
    if kind is FunctionType:
        return _place_of(value)
    if isinstance(value, _ROWS):
        return tuple(map(frozen, value))
    if isinstance(value, SharedFrame):
        return _Same(value)
    if isinstance(value, Mapping):
        return tuple((name, frozen(one)) for name, one in value.items())  # heads of a table have an order
    if isinstance(value, Set):
        return frozenset(map(frozen, value))
    return _place_of(value) if isinstance(value, partial) else _hashable(value)


def _hashable(value: Any) -> Hashable:
    try:
        hash(value)
    except TypeError:
        if is_dataclass(value):
            return type(value).__qualname__, *map(frozen, vars(value).values())
        kind = type(value).__name__
        raise TypeError(f"a question cannot be asked by a {kind}: it cannot be told from another one") from None
    return cast(Hashable, value)


def _place_of(function: Any) -> Hashable:
    """Where a function stands in the code. Raises TypeError for one whose place does not tell what it gives."""
    if isinstance(function, partial) or function.__closure__ or function.__name__ == "<lambda>":
        raise TypeError("a question cannot be asked by a function that has no name or holds values of its own")
    return function.__code__.co_filename, function.__qualname__


def _copy_of(answer: Any) -> Callable[[Any], Any] | None:
    """How a copy of an answer is made that belongs to the caller, at the least cost; None where none is needed."""
    if is_immutable(answer):
        return None
    if isinstance(answer, pd.DataFrame | pd.Series):
        # Frames share their data until they are changed (pandas' copy on write).
        return partial(type(answer).copy, deep=False)
    if isinstance(answer, dict | list):
        parts = answer.values() if isinstance(answer, dict) else answer
        return type(answer).copy if all(map(is_immutable, parts)) else copy.deepcopy
    return copy.deepcopy
