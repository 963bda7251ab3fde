"""What is measured in a process of its own comes back, and so does what went wrong."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks import own_process
from casebase.settings import ROOT


def test_a_call_has_a_process_of_its_own() -> None:
    assert own_process.call(os.getpid) != os.getpid()


def test_what_goes_wrong_is_told() -> None:
    with pytest.raises(RuntimeError, match="ValueError: invalid literal"):
        own_process.call(int, "x")
    with pytest.raises(RuntimeError, match="SystemExit: 3"):
        own_process.call(sys.exit, 3)
    with pytest.raises(RuntimeError, match="ended without an answer"):
        own_process.call(os._exit, 1)


def test_who_is_ended_ends_what_it_started() -> None:
    program = (
        "import time; from benchmarks import own_process; own_process.end_when_terminated(); "
        "own_process.call(time.sleep, 600)"
    )
    process = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)
    try:
        children = started_by(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 143
    assert [pid for pid in children if alive(pid)] == []


def started_by(pid: int) -> list[int]:
    """The children of a process, once the one that works is among them."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        tasks = Path(f"/proc/{pid}/task").iterdir()
        children = [child for task in tasks for child in (task / "children").read_text(encoding="ascii").split()]
        if any(b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes() for child in children):
            return [int(child) for child in children]
        time.sleep(0.1)
    raise AssertionError("no child began")


def alive(pid: int) -> bool:
    end = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists():
        if time.monotonic() > end:
            return True
        time.sleep(0.1)
    return False
