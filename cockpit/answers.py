"""Answers kept for a version of the data: one computation for everyone who asks the same, at the same time too."""

import copy
from collections.abc import Callable, Hashable, Mapping, Sequence, Set
from threading import Condition
from typing import Any, TypeVar, cast

import pandas as pd
from cachetools import LRUCache, cached
from cachetools.keys import hashkey

R = TypeVar("R")

# Enough for some fifty readers on different pages; the largest answers are lists of 200 rows.
_MAX_ANSWERS = 4000


class Answers:
    """The answers to questions, each computed once while it is kept. What was asked for least lately goes first.

    Where a computation fails, those who waited for it compute for themselves.
    """

    def __init__(self, max_answers: int = _MAX_ANSWERS) -> None:
        self._computed = cached(LRUCache(max_answers), key=_key, condition=Condition())(_compute)

    def get(self, version: int, question: Callable[..., R], args: Sequence[Any], kwargs: Mapping[str, Any]) -> R:
        """The answer of `question(*args, **kwargs)` at a version of the data, for the caller to change as it likes.

        The first argument is where the question is asked, and no part of what is asked.
        """
        answer: R = self._computed(version, question, args, kwargs)
        return _own(answer)


def _compute(_version: int, question: Callable[..., R], args: Sequence[Any], kwargs: Mapping[str, Any]) -> R:
    return question(*args, **kwargs)


def _key(version: int, question: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Hashable:
    return hashkey(version, question.__module__, question.__qualname__, _frozen(args[1:]), _frozen(kwargs))


def _frozen(value: Any) -> Hashable:
    """The same value as a key: lists as tuples, mappings as sets of pairs."""
    if isinstance(value, Mapping):
        return frozenset((name, _frozen(one)) for name, one in value.items())
    if isinstance(value, Set):
        return frozenset(_frozen(one) for one in value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(_frozen(one) for one in value)
    if isinstance(value, Hashable):
        return value
    raise TypeError(f"a question cannot be asked by a {type(value).__name__}: it cannot be told from another one")


def _own(answer: R) -> R:
    """A copy that belongs to the caller. Frames share their data until they are changed (pandas' copy on write)."""
    own: Any = answer.copy(deep=False) if isinstance(answer, pd.DataFrame | pd.Series) else copy.deepcopy(answer)
    return cast(R, own)
