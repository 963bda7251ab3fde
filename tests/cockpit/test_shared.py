"""A value that many readers hold is changed by none of them, and its weight is known."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.errors import ChainedAssignmentError  # type: ignore[attr-defined]

from cockpit.shared import SharedFrame, is_immutable, shared, size_of


def plain() -> pd.DataFrame:
    return pd.DataFrame({"code": ["b", "a"], "value": [1.5, 2.5], "count": [1, 2]})


def set_by_label(frame: pd.DataFrame) -> None:
    frame.loc[0, "value"] = 9.0


def set_by_position(frame: pd.DataFrame) -> None:
    frame.iloc[0, 1] = 9.0


def set_one(frame: pd.DataFrame) -> None:
    frame.at[0, "value"] = 9.0


def set_column(frame: pd.DataFrame) -> None:
    frame["value"] = 0


def set_rows(frame: pd.DataFrame) -> None:
    frame[frame["count"] > 1] = 0


def rename_heads(frame: pd.DataFrame) -> None:
    frame.columns = pd.Index(["x", "y", "z"])


def rename_rows(frame: pd.DataFrame) -> None:
    frame.index = pd.Index([7, 8])


def take_out(frame: pd.DataFrame) -> None:
    frame.pop("value")


def remove(frame: pd.DataFrame) -> None:
    del frame["value"]


def put_in(frame: pd.DataFrame) -> None:
    frame.insert(0, "new", 1)


def fill(frame: pd.DataFrame) -> None:
    frame.fillna(0, inplace=True)


def update(frame: pd.DataFrame) -> None:
    frame.update(pd.DataFrame({"value": [7.0]}))


@pytest.mark.parametrize(
    "change",
    [
        set_by_label,
        set_by_position,
        set_one,
        set_column,
        set_rows,
        rename_heads,
        rename_rows,
        take_out,
        remove,
        put_in,
        fill,
        update,
    ],
)
def test_no_reader_changes_a_shared_frame(change: Callable[[pd.DataFrame], None]) -> None:
    frame = shared(plain())
    with pytest.raises((TypeError, ChainedAssignmentError), match=r"shared|on a copy"):
        change(frame)
    pd.testing.assert_frame_equal(pd.DataFrame(frame), plain())


def test_what_is_made_of_a_shared_frame_is_a_frame_of_ones_own() -> None:
    frame = shared(plain())
    assert isinstance(frame, SharedFrame)
    for made in (
        frame.assign(x=1),
        frame[frame["count"] > 1],
        frame.copy(),
        frame.merge(frame, on="code"),
        frame.head(1),
    ):
        assert type(made) is pd.DataFrame
    own = frame.copy()
    own["value"] = 0
    own.loc[0, "code"] = "z"
    pd.testing.assert_frame_equal(pd.DataFrame(frame), plain())


def test_a_frame_that_was_changed_after_it_was_shared_changes_nothing() -> None:
    mine = plain()
    frame = shared(mine)
    mine.loc[0, "value"] = 9.0
    mine["new"] = 1
    pd.testing.assert_frame_equal(pd.DataFrame(frame), plain())


def test_mappings_are_read_only_and_lists_come_as_tuples() -> None:
    value = shared({"rows": [plain(), 1], "names": {"a": "b"}})
    with pytest.raises(TypeError):
        value["rows"] = 1
    with pytest.raises(TypeError):
        value["names"]["a"] = 1
    assert isinstance(value["rows"][0], SharedFrame)
    assert value["rows"][1:] == (1,)


@dataclass(frozen=True)
class _Point:
    at: Any


def test_what_cannot_be_changed_is_known() -> None:
    for fixed in (1, "x", None, (1, ("a",)), _Point(2), frozenset({1}), pd.Timestamp("2026-11-01"), np.float64(1)):
        assert is_immutable(fixed)
    changeable: list[Any] = [[], {}, _Point([]), (1, []), plain(), np.zeros(1)]
    for loose in changeable:
        assert not is_immutable(loose)


def test_the_weight_of_a_value_is_what_it_holds() -> None:
    texts = pd.DataFrame({"text": pd.Series(["x" * 1000 + str(n) for n in range(100)], dtype=object)})
    assert size_of(texts) > 100_000
    assert 1_000_000 <= size_of({"bytes": [b"x" * 1_000_000]}) < 1_001_000
    once = "y" * 100_000
    assert size_of((once, once, _Point(once))) < 101_000
    assert size_of(np.zeros(1000)) == 8000
    looped: list[Any] = ["z" * 5000]
    looped.append(looped)
    assert 5000 < size_of(looped) < 6000
