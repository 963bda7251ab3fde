"""How long a change takes to somebody is told by what the server drew and when it came."""

import math
from typing import Any

import pytest

from benchmarks.browser import fresh
from benchmarks.viewers import Viewer, delays, quantile

LINES: list[dict[str, Any]] = [
    {"version": 1, "committed": 10.0},
    {"version": 1, "session": "a", "drawn": 11.0},
    {"version": 2, "committed": 15.0},
    {"version": 3, "committed": 20.0},
    {"version": 3, "session": "a", "drawn": 21.0},
    {"version": 1, "session": "b", "drawn": 12.5},
]


def test_a_viewer_has_a_change_once_a_page_of_it_or_a_later_one_has_come() -> None:
    seen = delays(LINES, [Viewer("a", whole=[11.2, 21.5])], 0, 30)
    assert seen.seconds == pytest.approx([1.2, 6.5, 1.5])
    assert seen.missing == 0


def test_a_page_that_never_came_is_missing() -> None:
    seen = delays(LINES, [Viewer("b", whole=[12.6]), Viewer("c")], 0, 30)
    assert seen.seconds == pytest.approx([2.6])
    assert seen.missing == 2 + 3


def test_changes_out_of_the_time_are_not_counted() -> None:
    assert delays(LINES, [Viewer("a", whole=[11.2, 21.5])], 12, 18).seconds == pytest.approx([6.5])


def test_a_browser_has_a_change_when_the_run_that_drew_it_is_painted() -> None:
    own = [line for line in LINES if line.get("session") != "b"]
    assert fresh(own, [(10.5, 11.4), (20.2, 21.9)], 0) == pytest.approx([1.4, 6.9, 1.9])
    assert fresh(own, [(10.5, 11.4), (20.2, 21.9)], 12) == pytest.approx([6.9, 1.9])
    assert fresh(own, [(10.5, 11.4)], 0) == pytest.approx([1.4])
    # A page of kept answers is complete before the browser notices that its run began.
    assert fresh(own, [(11.1, 11.4)], 0) == pytest.approx([1.4])


def test_quantiles() -> None:
    assert quantile(range(1, 101), 0.5) == 51
    assert quantile(range(1, 101), 0.95) == 96
    assert math.isnan(quantile([], 0.5))
