"""A table that another program locks: a wall waits once, and keeps its last good numbers with their age."""

import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from casebase.clock import wall_clock
from casebase.engine import Casebase, mark_changed
from casebase.errors import CasebaseError
from casebase.scope import WHOLE
from cockpit import process
from screen import wall
from screen.wall import Snapshots
from tests.pages.conftest import NOON


@pytest.fixture
def url(small: Casebase, still_config: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The small city on PostgreSQL as the running cockpit has it, which waits a second for a lock."""
    text = still_config.read_text(encoding="utf-8")
    assert "lock_timeout = 3" in text
    still_config.write_text(text.replace("lock_timeout = 3", "lock_timeout = 1"), encoding="utf-8")
    address = small.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("COCKPIT_DATABASE_URL", address)
    monkeypatch.setenv("COCKPIT_CONFIG", str(still_config))
    process.forget_all()
    yield address
    process.live_data().casebase.engine.dispose()
    process.forget_all()


def test_a_wall_waits_once_for_a_lock_and_keeps_its_numbers_with_their_age(
    small: Casebase, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = [0.0]
    real = time.monotonic
    monkeypatch.setattr("cockpit.reading.monotonic", lambda: real() + passed[0])
    asked: list[str] = []
    content = wall._content

    def counted(*args: object) -> object:
        asked.append(str(args[-1]))
        return content(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(wall, "_content", counted)
    snapshots = Snapshots(process.live_data)
    good = snapshots.get(WHOLE, "", "本月")
    assert not good["error"]
    with psycopg.connect(url) as locking:
        locking.execute("LOCK TABLE petition IN ACCESS EXCLUSIVE MODE")
        with small.writing() as connection:
            mark_changed(connection, wall_clock(NOON).replace(microsecond=0))
        for waited, age in ((40, 40), (80, 80)):
            passed[0] = waited
            asked.clear()
            kept = snapshots.get(WHOLE, "", "本月")
            assert len(asked) == 1  # one scene waits for the lock, the other ten for nothing
            assert kept["error"]
            assert kept["scenes"] == good["scenes"]
            assert kept["cutoff"] == good["cutoff"]
            assert kept["age"] >= age
        with pytest.raises(CasebaseError, match="lock"):
            snapshots.get(WHOLE, "11", "本年", ["overview"])  # what was never there is no number, but a sentence
    passed[0] = 120
    fresh = snapshots.get(WHOLE, "", "本月")
    assert (fresh["error"], fresh["age"]) == (False, 0)
    assert fresh["version"] != good["version"]
    # The lock is forgotten: what fails next keeps the numbers of now, not those before the lock.
    version = process.live_data().watch.read().state.version
    process.live_data().watch.report_failure(CasebaseError("another lock"))
    assert process.live_data().watch.read().error == "another lock"
    assert process.live_data().watch.read().state.version == version
