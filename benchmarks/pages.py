"""How long each page's queries take at a given size: python -m benchmarks.pages --cases 1000000.

Builds the demonstration city once (kept in data/bench_<cases>.duckdb), opens every page in turn as the app
does, and counts the time spent in the database on the first opening, and the processor's on a run whose answers are
all kept.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, event
from streamlit.testing.v1 import AppTest

from benchmarks.harness import as_served, page_at
from pages.parts.menu import ENTRIES, Entry

ROOT = Path(__file__).resolve().parent.parent
PAGES = tuple(entry for entry in ENTRIES if entry.in_menu)
SEED = 20250522


@dataclass
class Clock:
    """Statements and seconds spent in the database while it runs."""

    statements: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    _started: list[float] = field(default_factory=list)

    def before(self, *_: Any) -> None:
        self._started.append(time.perf_counter())

    def after(self, *_: Any) -> None:
        spent = time.perf_counter() - self._started.pop()
        self.statements += 1
        self.seconds += spent
        self.slowest = max(self.slowest, spent)


@contextmanager
def watching() -> Iterator[Clock]:
    """Count every statement of every engine."""
    clock = Clock()
    event.listen(Engine, "before_cursor_execute", clock.before)
    event.listen(Engine, "after_cursor_execute", clock.after)
    try:
        yield clock
    finally:
        event.remove(Engine, "before_cursor_execute", clock.before)
        event.remove(Engine, "after_cursor_execute", clock.after)


def city(cases: int) -> tuple[str, float | None, float | None]:
    """URL of the demonstration city of this size; seconds and peak memory (GB) of building it, if it was built now."""
    path = ROOT / "data" / f"bench_{cases}.duckdb"
    url = f"duckdb:///{path}"
    if path.exists():
        return url, None, None
    started = time.perf_counter()
    command = [sys.executable, "-m", "casebase", "demo", "--cases", str(cases), "--seed", str(SEED), "--url", url]
    subprocess.run(command, check=True, cwd=ROOT)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2
    return url, time.perf_counter() - started, peak


def still(config: Path) -> None:
    """A configuration in which the city does not move while it is measured."""
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    config.write_text(text.replace("live = true", "live = false"), encoding="utf-8")


def opened(entry: Entry) -> dict[str, float]:
    """Open a page as a new reader would, by its address; what the database and the processor had to do for it."""
    with watching() as clock:
        started = time.perf_counter()
        app = page_at(entry.path, timeout=600).run()
        total = time.perf_counter() - started
    if app.exception or app.error:
        raise SystemExit(f"{entry.file} failed: {app.exception or app.error}")
    return {
        "statements": clock.statements,
        "database_ms": round(clock.seconds * 1000),
        "slowest_ms": round(clock.slowest * 1000),
        "page_ms": round(total * 1000),
        "again_cpu_ms": round(statistics.median(_again(app) for _ in range(9)) * 1000),
    }


def _again(app: AppTest) -> float:
    """Processor seconds of the same run once more, every answer of which is kept."""
    started = time.process_time()
    app.run()
    return time.process_time() - started


def main(
    cases: Annotated[int, typer.Option(min=1000)] = 100_000,
    out: Annotated[Path | None, typer.Option(help="Append the result as a line of JSON.")] = None,
) -> None:
    """Measure every page of the cockpit at one size."""
    url, built, peak = city(cases)
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.toml"
        still(config)
        os.environ |= {"COCKPIT_DATABASE_URL": url, "COCKPIT_CONFIG": str(config)}
        with as_served():
            measured = {entry.file: opened(entry) for entry in PAGES}
    result = {
        "cases": cases,
        "measured_at": datetime.now().isoformat(timespec="seconds"),
        "build_s": built and round(built, 1),
        "build_peak_gb": peak and round(peak, 2),
        "pages": measured,
    }
    _print(result)
    if out:
        with out.open("a", encoding="utf-8") as file:
            file.write(json.dumps(result) + "\n")


def _print(result: dict[str, Any]) -> None:
    heads = ["statements", "database_ms", "slowest_ms", "page_ms", "again_cpu_ms"]
    table = Table("page", *heads, title=f"{result['cases']:,} cases")
    for page, row in result["pages"].items():
        table.add_row(page, *(f"{row[head]:,}" for head in heads))
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
