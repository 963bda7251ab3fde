"""The small demonstration city, as the pages have it, and as the running cockpit does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from casebase.engine import Casebase
from cockpit import process
from tests.pages.conftest import UNTIL, demo_file, demo_url, quick_config, small, still_config, stopped_clock

__all__ = ["demo_file", "demo_url", "quick_config", "small", "still_config", "stopped_clock"]


@pytest.fixture
def city(
    monkeypatch: pytest.MonkeyPatch, demo_url: str, still_config: Path, stopped_clock: object
) -> Iterator[Casebase]:
    """The small demonstration city as the running cockpit has it."""
    assert stopped_clock == UNTIL
    monkeypatch.setenv("COCKPIT_DATABASE_URL", demo_url)
    monkeypatch.setenv("COCKPIT_CONFIG", str(still_config))
    process.forget_all()
    casebase = process.live_data().casebase
    yield casebase
    casebase.engine.dispose()
    process.forget_all()
