"""What it costs to see a part alone: python -m benchmarks.scope --cases 1000000.

Every page is opened by turns by one who sees everything and has chosen a district, and by one who sees that district
alone: the same numbers, of the same rows. Nothing is kept of what was asked before.
"""

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from typing import Annotated
from unittest import mock

import typer

from access import gate
from access.identity import LOCAL
from benchmarks.cities import city
from benchmarks.harness import page_at
from benchmarks.pages import PAGES, quiet_process
from benchmarks.statements import watching
from casebase.scope import WHOLE, Scope
from cockpit import process

_DISTRICT = "410105"
_PATIENCE = 600
_MODES = {"chosen": WHOLE, "seen": Scope(frozenset({_DISTRICT}))}


@dataclass(frozen=True)
class Opening:
    """What a page took: seconds, seconds of the processor, and statements."""

    seconds: float
    work: float
    statements: float


@contextmanager
def _seeing(scope: Scope) -> Iterator[None]:
    """Whoever opens a page sees this scope."""
    with mock.patch.object(gate, "LOCAL", replace(LOCAL, scope=scope)):
        yield


def _opened(path: str, scope: Scope) -> Opening:
    """A page of the district that nobody opened before."""
    process.forget_all()
    process.start_background_tasks()
    with _seeing(scope), watching() as clock:
        app = page_at(path, timeout=_PATIENCE)
        app.query_params["district"] = _DISTRICT
        started, worked = time.perf_counter(), time.process_time()
        app.run()
        seconds, work = time.perf_counter() - started, time.process_time() - worked
    if app.exception or app.error:
        raise SystemExit(f"/{path} failed: {app.exception or app.error}")
    return Opening(seconds, work, len(clock.asked))


def _by_turns(path: str, runs: int) -> dict[str, Opening]:
    """The medians of a page's openings in each way, without the first of each, for which program and file are read."""
    taken: dict[str, list[Opening]] = {mode: [] for mode in _MODES}
    for _ in range(runs + 1):
        for mode, scope in _MODES.items():
            taken[mode].append(_opened(path, scope))
    return {mode: _median(openings[1:]) for mode, openings in taken.items()}


def _median(openings: list[Opening]) -> Opening:
    return Opening(*(statistics.median(values) for values in zip(*map(astuple, openings), strict=True)))


def _told(mode: str, one: Opening) -> str:
    return f"{mode} {one.seconds * 1000:.0f} ms, processor {one.work * 1000:.0f} ms, {one.statements:.0f} statements"


def main(
    cases: Annotated[int, typer.Option(min=1000)] = 300_000, runs: Annotated[int, typer.Option(min=1)] = 5
) -> None:
    """Open every page so often in each way; print the medians, and what the scope adds to all pages together."""
    pages: list[dict[str, Opening]] = []
    with quiet_process(city(cases)[0]):
        for entry in PAGES:
            pages.append(_by_turns(entry.path, runs))
            print(f"{entry.title}: " + "; ".join(_told(*one) for one in pages[-1].items()), flush=True)
    for what in ("seconds", "work"):
        chosen, seen = (sum(getattr(page[mode], what) for page in pages) for mode in _MODES)
        print(f"{cases:,} cases, all pages, {what}: {chosen:.2f} chosen, {seen:.2f} seen, {seen / chosen - 1:+.1%}")


if __name__ == "__main__":
    typer.run(main)
