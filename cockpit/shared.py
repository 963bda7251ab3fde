"""Values that many readers hold at once: what cannot be changed, what it weighs, and frames that refuse changes."""

import sys
from collections.abc import Iterable, Mapping, Set
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum
from types import BuiltinFunctionType, FunctionType, MappingProxyType, ModuleType, NoneType
from typing import Any, Never

import numpy as np
import pandas as pd

_ATOMS = (str, bytes, int, float, NoneType, date, timedelta, Enum, np.generic, type(pd.NaT), pd.Period)
# Atoms that big values are made of.
_PLAIN = frozenset({str, bytes, int, float, bool, NoneType})
# What arguments are made of and nothing stands in.
_NO_RECORDS = _PLAIN | {date, datetime, FunctionType}
# What belongs to the program and not to a value.
_CODE = (type, FunctionType, BuiltinFunctionType, ModuleType)


def _of_a_copy(name: str) -> Any:
    """The property of that name as of any frame, for reading."""
    return property(lambda frame: getattr(pd.DataFrame(frame, copy=False), name))


class SharedFrame(pd.DataFrame):
    """A frame of which there is one for all. What is made of it (assign, a selection, copy) is a frame of one's own."""

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return pd.DataFrame

    def _refuse(self, *_: object, **__: object) -> Never:
        raise TypeError("this frame is shared by all who ask; change a copy of it")

    __setitem__ = __delitem__ = insert = isetitem = pop = update = _update_inplace = _refuse  # type: ignore[misc]

    def __setattr__(self, name: str, value: Any) -> None:
        if name in ("columns", "index"):
            self._refuse()
        super().__setattr__(name, value)

    # What is written by position or label goes past all of these: it reaches a copy, which nobody else sees.
    loc, iloc, at, iat = (_of_a_copy(name) for name in ("loc", "iloc", "at", "iat"))


def shared(value: Any) -> Any:
    """The same value as one that many may hold: frames that refuse changes, mappings that are only read, no lists.

    Of a dataclass the frames alone.
    """
    if isinstance(value, pd.DataFrame):
        return value if isinstance(value, SharedFrame) else SharedFrame(value, copy=False)
    if isinstance(value, dict):
        return MappingProxyType({name: shared(one) for name, one in value.items()})
    if isinstance(value, list):
        return tuple(shared(one) for one in value)
    if type(value) is tuple:
        return tuple(shared(one) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        frames = {name: shared(one) for name, one in vars(value).items() if isinstance(one, pd.DataFrame)}
        return replace(value, **frames) if frames else value
    return value


def is_immutable(value: Any) -> bool:
    """Whether nobody can change a value: atoms, and tuples and frozen dataclasses of such."""
    if isinstance(value, _ATOMS):
        return True
    if isinstance(value, tuple | frozenset):
        return all(map(is_immutable, value))
    if is_dataclass(value) and not isinstance(value, type) and value.__dataclass_params__.frozen:  # type: ignore[attr-defined]
        return all(is_immutable(getattr(value, field.name)) for field in fields(value))
    return False


def holds_frames(value: Any) -> bool:
    """Whether a frame or series is in a value: in what it lists, or a field of a dataclass."""
    if type(value) in _NO_RECORDS:
        return False
    if isinstance(value, pd.DataFrame | pd.Series):
        return True
    if isinstance(value, tuple | list | Set | Mapping):
        return any(map(holds_frames, value.values() if isinstance(value, Mapping) else value))
    is_record = is_dataclass(type(value))
    return is_record and any(isinstance(one, pd.DataFrame | pd.Series) for one in vars(value).values())


def size_of(value: Any) -> int:
    """What a value weighs in bytes, with all that it holds; what it holds twice is counted once."""
    total, seen, left = 0, set[int](), [value]
    while left:
        one = left.pop()
        if id(one) in seen or isinstance(one, _CODE):
            continue
        seen.add(id(one))
        total += _own_size(one)
        parts = _parts(one)
        # A mapping of fifteen thousand names takes 7 ms so, one name after the other 47.
        plain = {id(part): part for part in parts if type(part) in _PLAIN and id(part) not in seen}
        total += sum(map(sys.getsizeof, plain.values()))
        seen.update(plain)
        left += [part for part in parts if type(part) not in _PLAIN]
    return total


def _own_size(value: Any) -> int:
    if isinstance(value, pd.DataFrame):
        # DataFrame.memory_usage puts a series together for the same sum, in three times as long.
        columns = sum(column.memory_usage(index=False, deep=True) for _, column in value.items())
        return int(columns + value.index.memory_usage(deep=True))
    if isinstance(value, pd.Series | pd.Index):
        return int(value.memory_usage(deep=True))
    return value.nbytes if isinstance(value, np.ndarray) else sys.getsizeof(value)


def _parts(value: Any) -> Iterable[Any]:
    """What a value holds besides itself."""
    if isinstance(value, (*_ATOMS, pd.DataFrame, pd.Series, pd.Index, np.ndarray)):
        return ()
    if isinstance(value, Mapping):
        return (*value.keys(), *value.values())
    if isinstance(value, tuple | list | Set):
        return value
    return vars(value).values() if hasattr(value, "__dict__") else ()
