"""The access log of a process: nobody waits for the disk, nothing is lost in silence, what must be logged is."""

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from access.entry import Action, Entry, entry_of
from access.log import AccessLog, NotLoggedError
from casebase.access_log import locked, month_files, read_line, verify
from casebase.settings import ROOT

START = datetime(2026, 11, 29, 15, 13, 13)


def entry(number: int = 0, action: Action = Action.VIEW_CASE) -> Entry:
    return Entry(START + timedelta(seconds=number), action, user="li", what=f"XF{number:04}")


def entries(folder: Path) -> list[Entry]:
    """What a log has, as it was written."""
    lines = [read_line(raw) for path in month_files(folder) for raw in path.read_bytes().splitlines(keepends=True)]
    read = [entry_of(line) for line in lines if line is not None]
    return [one for one in read if one is not None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "access"


@pytest.fixture
def log(folder: Path) -> Iterator[AccessLog]:
    """A log with room for twenty entries that wait."""
    log = AccessLog(folder, 12, most_waiting=20)
    yield log
    log.close()


def refuse(folder: Path) -> None:
    """A disk that takes nothing: where the folder should be made lies a file."""
    folder.write_text("", encoding="utf-8")


def until(what: str, is_so: object, patience: float = 10) -> None:
    end = time.monotonic() + patience
    while not is_so():  # type: ignore[operator]
        assert time.monotonic() < end, what
        time.sleep(0.01)


def test_nothing_is_made_before_the_first_entry(log: AccessLog, folder: Path) -> None:
    assert log.flush()
    assert not folder.exists()
    log.record(entry())
    assert log.flush()
    assert entries(folder) == [entry()]
    assert log.trouble is None


def test_what_is_recorded_surely_is_on_the_disk(log: AccessLog, folder: Path) -> None:
    log.record(entry(1))
    log.record_surely(entry(2, Action.REVEAL))
    assert entries(folder) == [entry(1), entry(2, Action.REVEAL)]


def test_entries_of_two_months_are_written_in_one_go(log: AccessLog, folder: Path) -> None:
    later = Entry(datetime(2026, 12, 1), Action.EXPORT)
    with locked_by_another(folder):
        for number in range(3):
            log.record(entry(number))
        waiting = threading.Thread(target=log.record_surely, args=[later])
        waiting.start()
        # One batch for both months: the writer has the first entry in hand, or none yet.
        until("all wait", lambda: len(log._state.waiting) + log._state.in_hand == 4)
    waiting.join(10)
    assert not waiting.is_alive()
    assert entries(folder) == [entry(0), entry(1), entry(2), later]
    assert verify(folder).fault is None


class locked_by_another:  # noqa: N801 (a context, named as what it is)
    """Another process holds the log, as a disk that does not answer would."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._lock = locked(folder, to_write=True)

    def __enter__(self) -> None:
        self._lock.__enter__()

    def __exit__(self, *_: object) -> None:
        self._lock.__exit__(None, None, None)


def test_who_records_does_not_wait_for_the_disk(log: AccessLog, folder: Path) -> None:
    with locked_by_another(folder):
        began = time.monotonic()
        for number in range(20):
            log.record(entry(number))
        assert time.monotonic() - began < 1
        assert not log.flush(0.1)
        assert entries(folder) == []
    assert log.flush()
    assert len(entries(folder)) == 20


def test_what_finds_no_room_is_counted_told_at_once_and_becomes_a_line(
    log: AccessLog, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with locked_by_another(folder):
        log.record(entry(0))
        until("the writer waits for the disk", lambda: log._state.in_hand == 1)
        for number in range(1, 27):
            log.record(entry(number))
        assert "lines of the access log are lost" in caplog.text
        trouble = log.trouble
        assert trouble is not None
        assert (trouble.since, trouble.waiting, trouble.lost) == (entry(20).at, 20, 7)
        with pytest.raises(NotLoggedError, match="too many lines wait"):
            log.record_surely(entry(27))
    assert log.flush()
    *whole, lost = entries(folder)
    assert whole == [entry(number) for number in range(20)]
    assert (lost.action, lost.what) == (Action.LINES_LOST, "8")
    assert lost.reason == "2026-11-29 15:13:33 - 2026-11-29 15:13:40"
    until("well again", lambda: log.trouble is None)
    assert verify(folder).fault is None


def test_what_the_disk_refuses_waits_and_is_written_later(
    log: AccessLog, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    refuse(folder)
    for number in range(3):
        log.record(entry(number))
    until("told", lambda: "cannot be written" in caplog.text)
    trouble = log.trouble
    assert trouble is not None
    assert (trouble.since, trouble.waiting, trouble.lost) == (START, 3, 0)
    with pytest.raises(NotLoggedError, match="cannot be written"):
        log.record_surely(entry(9, Action.REVEAL))
    for number in range(3, 25):
        log.record(entry(number))
    # The loss is a line that is tried with the others, and is no less when it is refused.
    assert not log.flush(0.3)
    assert log.trouble is not None
    assert log.trouble.lost == 5
    folder.unlink()
    assert log.flush(10)
    *whole, lost = entries(folder)
    assert whole == [entry(number) for number in range(20)]
    assert (lost.action, lost.what) == (Action.LINES_LOST, "5")
    assert "written again" in caplog.text


def test_what_is_not_written_in_time_did_not_happen(log: AccessLog, folder: Path) -> None:
    with locked_by_another(folder):
        log.record(entry(1))
        until("begun", lambda: not log.flush(0.05))
        with pytest.raises(NotLoggedError, match=r"within 0\.1 s"):
            log.record_surely(entry(2, Action.REVEAL), patience=0.1)
    assert log.flush()
    assert entries(folder) == [entry(1)]


def test_a_log_that_is_closed_counts_what_comes_too_late(
    log: AccessLog, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log.record(entry(1))
    log.close()
    assert entries(folder) == [entry(1)]
    log.record(entry(2))
    assert "or it is closed" in caplog.text
    assert log.trouble is not None
    assert log.trouble.lost == 1


def test_a_log_that_can_never_be_written_says_at_its_end_what_is_lost(
    log: AccessLog, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    refuse(folder)
    for number in range(3):
        log.record(entry(number))
    log.close()
    [said] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "3 lines of the access log are lost" in said.getMessage()


ENDS = """
import sys
from datetime import datetime
from pathlib import Path
from access.entry import Action, Entry
from access.log import AccessLog

log = AccessLog(Path(sys.argv[1]), 12)
for number in range(500):
    log.record(Entry(datetime(2026, 11, 1), Action.VIEW_CASE, what=str(number)))
"""


def test_a_process_that_ends_writes_what_waits(folder: Path) -> None:
    subprocess.run([sys.executable, "-c", ENDS, str(folder)], cwd=ROOT, check=True)
    assert [one.what for one in entries(folder)] == [str(number) for number in range(500)]
