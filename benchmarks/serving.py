"""A cockpit that is measured: a server of its own, quiet or with a city that changes in a rhythm, and its memory.

python -m benchmarks.serving --port 8600 --every 5 --rows 100 --log FILE serves a city that changes every five seconds;
the database and the configuration are those of the environment. FILE gets a line of JSON for each change that was
committed ({"version", "committed", "rows"}) and each page that had all its numbers ({"version", "session", "drawn"}),
with the seconds of the machine's clock.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.cities import ROOT, STILL, configuration
from docs.make_screenshots import free_port

_MIB = 1024**2
# Seconds that a server may take until it answers, and to end by itself.
_LONGEST_START, _PATIENCE = 120, 20


@dataclass(frozen=True)
class Served:
    """A running cockpit: where it answers, its process, when it was started (seconds of the clock)."""

    address: str
    port: int
    pid: int
    started: float
    log: Path

    def memory_mb(self) -> float:
        """Memory of the server that is in RAM, MB."""
        return resident_mb(self.pid)

    def lines(self) -> list[dict[str, Any]]:
        """What a changing city has written down so far."""
        if not self.log.exists():
            return []
        whole = self.log.read_text(encoding="utf-8").rpartition("\n")[0]
        return [json.loads(line) for line in whole.splitlines()]


def resident_mb(pid: int) -> float:
    """Memory of a process that is in RAM, MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / _MIB


@contextmanager
def served(
    url: str,
    *,
    every: float = 0,
    rows: int = 100,
    changes: Mapping[str, str] | None = None,
    wait: bool = True,
    script: str = "app.py",
) -> Iterator[Served]:
    """A cockpit on a database; of a city that changes `rows` every so many seconds, or (0) stands still.

    `changes` are of config.toml (see cities.configuration); `script` is what a city that stands still is served by. The
    server is gone when the block ends.
    """
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="cockpit-benchmark-") as folder:
        log = Path(folder) / "changes.jsonl"
        config = configuration(Path(folder) / "config.toml", changes if every else {**STILL, **(changes or {})})
        environment = os.environ | {"COCKPIT_DATABASE_URL": url, "COCKPIT_CONFIG": str(config)}
        if every:
            command = ["benchmarks.serving", "--every", str(every), "--rows", str(rows), "--log", str(log), "--port"]
        else:
            command = ["streamlit", "run", script, "--server.port"]
        started = time.time()
        with (Path(folder) / "server.log").open("wb") as output:
            server = subprocess.Popen(
                [sys.executable, "-m", *command, str(port)], cwd=ROOT, env=environment, stdout=output, stderr=output
            )
            try:
                if wait:
                    _wait_for(server, f"http://127.0.0.1:{port}/_stcore/health")
                yield Served(f"http://127.0.0.1:{port}", port, server.pid, started, log)
            except BaseException:
                print(Path(output.name).read_text(encoding="utf-8", errors="replace")[-2000:], flush=True)
                raise
            finally:
                _end(server)


def _wait_for(server: subprocess.Popen[bytes], address: str) -> None:
    """Wait until the server answers. Raises SystemExit where it ends before, or takes too long."""
    end = time.monotonic() + _LONGEST_START
    while server.poll() is None and time.monotonic() < end:
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit(f"{address} does not answer")


def _end(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


class _Log:
    """Lines of JSON, written whole by whichever thread."""

    def __init__(self, file: Path) -> None:
        self._file = file.open("a", encoding="utf-8", buffering=1)
        self._lock = threading.Lock()

    def write(self, **line: Any) -> None:
        with self._lock:
            self._file.write(json.dumps(line) + "\n")


def main(
    port: Annotated[int, typer.Option()],
    every: Annotated[float, typer.Option(help="Seconds from one change to the next.")],
    log: Annotated[Path, typer.Option(help="Where changes and pages are written down.")],
    rows: Annotated[int, typer.Option(min=2, help="Rows that each change touches.")] = 100,
) -> None:
    """Serve a city that changes in a rhythm, in place of the one that lives as the year does."""
    from streamlit.web.cli import main as streamlit

    from casebase.demo import live as demonstration
    from cockpit import process
    from pages.parts import session

    lines = _Log(log)

    def live(casebase: Any, *_rhythm: float, clock: Callable[[], datetime], **_more: float) -> None:
        _let_change(casebase, every, rows, clock, lines)

    complete = session.complete_run

    def complete_run() -> None:
        complete()
        reading = session.current_data().reading
        lines.write(version=reading.state.version, session=_session_id(), drawn=time.time())

    process.SECONDS_UNTIL_CITY_LIVES = 0
    demonstration.start = live  # type: ignore[assignment]
    session.complete_run = complete_run
    sys.argv = ["streamlit", "run", "app.py", "--server.port", str(port)]
    streamlit()


def _let_change(casebase: Any, every: float, rows: int, clock: Callable[[], datetime], lines: _Log) -> None:
    from benchmarks.changes import change

    def go_on() -> None:
        begun = time.monotonic()
        for n in range(1, sys.maxsize):
            time.sleep(max(0.0, begun + n * every - time.monotonic()))
            touched = change(casebase, rows, clock())
            committed = time.time()
            lines.write(version=casebase.state().version, committed=committed, rows=len(touched))

    threading.Thread(target=go_on, name="changing-city", daemon=True).start()


def _session_id() -> str:
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    return context.session_id if context else ""


if __name__ == "__main__":
    typer.run(main)
