"""What 一屏总览 asks of the database: python -m benchmarks.overview --cases 1000000.

As the first reader of a process asks it, with nothing kept, beside its floor; and again after each of several changes
of 1,000 rows, by a reader whose page is open.
"""

import json
import statistics
import time
from typing import Annotated, Any

import typer

from benchmarks import overview_floor
from benchmarks.changes import change
from benchmarks.cities import copy_of
from benchmarks.pages import open_new, quiet_process
from benchmarks.statements import Clock, watching
from casebase.engine import Casebase
from cockpit import process

ROWS = 1_000


def measure(cases: int, *, runs: int = 5) -> dict[str, Any]:
    """Medians of several openings, and of several looks after a change."""
    with copy_of(cases) as url, quiet_process(url) as casebase:
        open_new("")
        opened = [open_new("") for _ in range(runs)]
        clocks = [clock for _, clock, _ in opened]
        floor = overview_floor.checked_floor_ms(casebase, process.live_data().watch.read().as_of)
        app = opened[-1][0]
        changed = []
        for _ in range(runs):
            _change(process.live_data().casebase)
            with watching() as clock:
                app.run()
            changed.append(clock)
        return {
            **_figures(clocks),
            "page_ms": round(statistics.median(seconds for _, _, seconds in opened) * 1000),
            "floor_ms": round(floor, 1),
            **{f"changed_{name}": value for name, value in _figures(changed).items()},
            "rows": ROWS,
        }


def _change(casebase: Casebase) -> None:
    """Change rows, and wait until the process has seen that they did."""
    before = process.live_data().watch.read().state.version
    change(casebase, ROWS, process.now())
    while process.live_data().watch.read().state.version == before:
        time.sleep(0.1)


def _figures(clocks: list[Clock]) -> dict[str, float]:
    return {
        "statements": statistics.median(len(clock.asked) for clock in clocks),
        "database_ms": round(statistics.median(clock.seconds for clock in clocks) * 1000, 1),
        "database_cpu_ms": round(statistics.median(clock.cpu for clock in clocks) * 1000, 1),
    }


def main(
    cases: Annotated[int, typer.Option(min=1000)] = 1_000_000, runs: Annotated[int, typer.Option(min=1)] = 5
) -> None:
    """Measure at one size."""
    print(json.dumps(measure(cases, runs=runs), indent=2))


if __name__ == "__main__":
    typer.run(main)
