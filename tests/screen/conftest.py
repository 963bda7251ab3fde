"""The small demonstration city, as the pages have it, and as the running cockpit does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from casebase.engine import Casebase
from cockpit import process
from tests.pages.conftest import (
    UNTIL,
    bare_url,
    begin_process,
    demo_file,
    demo_url,
    own_url,
    quick_config,
    real_url,
    running_cockpit,
    small,
    still_config,
    stopped_clock,
)

__all__ = [
    "bare_url",
    "demo_file",
    "demo_url",
    "own_url",
    "quick_config",
    "real_url",
    "running_cockpit",
    "small",
    "still_config",
    "stopped_clock",
]


@pytest.fixture
def city(
    monkeypatch: pytest.MonkeyPatch, demo_url: str, still_config: Path, stopped_clock: object
) -> Iterator[Casebase]:
    """The small demonstration city as the running cockpit has it, in a process that all tests share which only ask."""
    yield from _running_city(monkeypatch, demo_url, still_config)


@pytest.fixture
def own_city(
    monkeypatch: pytest.MonkeyPatch, own_url: str, still_config: Path, stopped_clock: object
) -> Iterator[Casebase]:
    """The same on a copy of the city and in a process of the test's own, to change the data, the clock or the watch."""
    yield from _running_city(monkeypatch, own_url, still_config)
    process.forget_all()


def _running_city(monkeypatch: pytest.MonkeyPatch, url: str, config: Path) -> Iterator[Casebase]:
    begin_process(monkeypatch, url, config)
    assert process.now() == UNTIL
    casebase = process.live_data().casebase
    yield casebase
    casebase.engine.dispose()
