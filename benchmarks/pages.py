"""How long each page takes at a given size, beside its floor: python -m benchmarks.pages --cases 1000000.

Builds the demonstration city once (kept in data/bench_<cases>.duckdb) and opens every page twice: once so that the
program and the blocks of the file are in memory, and once as the first reader of a process does, who finds nothing
kept. Counts the time that is spent in the database on that opening, beside the floor (benchmarks.floors), and the
processor's on a run whose answers are all kept.
"""

import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from unittest import mock

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import event
from sqlalchemy.pool import Pool
from streamlit.testing.v1 import AppTest

from benchmarks import floors, overview_floor
from benchmarks.cities import STILL, city, configuration
from benchmarks.harness import as_served, page_at
from benchmarks.statements import Clock, watching
from casebase.engine import Casebase
from cockpit import process
from pages.parts.menu import ENTRIES, Entry

PAGES = tuple(entry for entry in ENTRIES if entry.in_menu)
SMALL = 100_000
"""Cases of the smaller city that growth is measured from."""
_PATIENCE = 600


@contextmanager
def quiet_process(url: str) -> Iterator[Casebase]:
    """A process that serves pages of a city which stands still; its blocks stay in memory as long as the block runs."""
    with tempfile.TemporaryDirectory() as folder, as_served(), _without_progress_bars():
        config = configuration(Path(folder) / "config.toml", STILL)
        with mock.patch.dict(os.environ, {"COCKPIT_DATABASE_URL": url, "COCKPIT_CONFIG": str(config)}):
            process.forget_all()
            casebase = process.live_data().casebase
            with casebase.engine.connect():
                yield casebase
            process.forget_all()
            casebase.engine.dispose()


@contextmanager
def _without_progress_bars() -> Iterator[None]:
    """DuckDB draws none on the terminal while it works."""

    def quiet(connection: Any, _record: object) -> None:
        connection.cursor().execute("SET enable_progress_bar = false")

    event.listen(Pool, "connect", quiet)
    try:
        yield
    finally:
        event.remove(Pool, "connect", quiet)


def open_new(path: str) -> tuple[AppTest, Clock, float]:
    """Open a page as the first reader of a process: nothing is kept. The page, what it asked, and its seconds."""
    process.forget_all()
    process.start_background_tasks()
    with watching() as clock:
        started = time.perf_counter()
        app = page_at(path, timeout=_PATIENCE).run()
        seconds = time.perf_counter() - started
    if app.exception or app.error:
        raise SystemExit(f"/{path} failed: {app.exception or app.error}")
    return app, clock, seconds


def opened(entry: Entry, casebase: Casebase) -> dict[str, float]:
    """What the database and the processor have to do for a page, once nothing is kept and once everything is."""
    open_new(entry.path)
    app, clock, seconds = open_new(entry.path)
    return {
        "statements": len(clock.asked),
        "database_ms": round(clock.seconds * 1000),
        "database_cpu_ms": round(clock.cpu * 1000),
        "slowest_ms": round(clock.slowest * 1000),
        "floor_ms": round(_floor_ms(entry, clock, casebase), 1),
        "page_ms": round(seconds * 1000),
        "again_cpu_ms": round(statistics.median(_again(app) for _ in range(9)) * 1000),
    }


def _floor_ms(entry: Entry, clock: Clock, casebase: Casebase) -> float:
    """The floor of a page in milliseconds: that of the front page is written by hand, the others' are told by plans."""
    if entry.file == "overview":
        return overview_floor.checked_floor_ms(casebase, process.live_data().watch.read().as_of)
    with casebase.engine.connect() as connection:
        return floors.floor_ms(connection, clock.asked)


def _again(app: AppTest) -> float:
    """Processor seconds of the same run once more, every answer of which is kept."""
    started = time.process_time()
    app.run()
    return time.process_time() - started


def pages(cases: int, only: Sequence[str] = ()) -> dict[str, dict[str, float]]:
    """Every page (or those of these scripts) at one size."""
    measured = {}
    with quiet_process(city(cases)[0]) as casebase:
        for entry in PAGES:
            if not only or entry.file in only:
                measured[entry.file] = opened(entry, casebase)
                print(f"  {cases:,} cases, {entry.title}: {measured[entry.file]}", flush=True)
    return measured


def measure(cases: int) -> dict[str, dict[str, dict[str, float]]]:
    """Every page at this size and at the one that growth is measured from."""
    return {"small": pages(SMALL), "pages": pages(cases)}


def main(
    cases: Annotated[int, typer.Option(min=1000)] = 100_000,
    only: Annotated[list[str] | None, typer.Option(help="These pages alone, by their scripts.")] = None,
    out: Annotated[Path | None, typer.Option(help="Append the result as a line of JSON.")] = None,
) -> None:
    """Measure every page of the cockpit at one size."""
    result = {
        "cases": cases,
        "measured_at": datetime.now().isoformat(timespec="seconds"),
        "pages": pages(cases, only or ()),
    }
    _print(result)
    if out:
        with out.open("a", encoding="utf-8") as file:
            file.write(json.dumps(result) + "\n")


def _print(result: dict[str, Any]) -> None:
    heads = list(next(iter(result["pages"].values())))
    table = Table("page", *heads, title=f"{result['cases']:,} cases")
    for page, row in result["pages"].items():
        table.add_row(page, *(f"{row[head]:,}" for head in heads))
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
