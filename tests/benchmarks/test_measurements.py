"""The measurements themselves, on a small city: that they see what they are to measure, whatever time it takes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest

from benchmarks import overview
from benchmarks.pages import PAGES, opened, quiet_process
from benchmarks.serving import served
from benchmarks.viewers import delays, watch_all
from casebase.engine import Casebase
from cockpit import process
from tests.benchmarks.conftest import UNTIL


def until() -> datetime:
    """The city's own last moment, in place of the wall clock."""
    return UNTIL


@pytest.fixture
def own_url(own_city: Casebase) -> str:
    own_city.engine.dispose()
    return own_city.engine.url.render_as_string()


@pytest.fixture(autouse=True)
def _process_of_its_own() -> Iterator[None]:
    yield
    process.forget_all()


def test_the_overview_is_asked_anew_after_a_change(own_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def copy_of(_cases: int) -> Iterator[str]:
        yield own_url

    monkeypatch.setattr(overview, "copy_of", copy_of)
    monkeypatch.setattr(process, "now", until)
    measured = overview.measure(3000, runs=1)
    assert measured["statements"] > 0
    assert measured["changed_statements"] > 0
    assert measured["floor_ms"] > 0


def test_a_page_is_measured_with_nothing_kept_and_then_with_all(own_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "now", until)
    (backlog,) = [entry for entry in PAGES if entry.file == "backlog"]
    with quiet_process(own_url) as casebase:
        first, second = opened(backlog, casebase), opened(backlog, casebase)
    assert first["statements"] == second["statements"] > 0
    assert first["floor_ms"] > 0


def test_viewers_get_every_change(own_url: str) -> None:
    with served(own_url, every=2, rows=10) as server:
        until_then = time.time() + 24
        viewers = watch_all(server.port, 2, until_then)
        lines = server.lines()
        assert server.memory_mb() > 50
    assert [viewer.errors for viewer in viewers] == [[], []]
    had = delays(lines, viewers, 0, until_then - 14)
    assert had.seconds, lines
    assert had.missing == 0
    assert min(had.seconds) > 0
    # A change draws the body of a page alone.
    assert [viewer.bars for viewer in viewers] == [1, 1]
    assert min(len(viewer.whole) for viewer in viewers) > 1
