"""From the start of the process to the first page: python -m benchmarks.startup --cases 1000000.

Seconds until the server answers, and until the six numbers of 一屏总览 stand in a browser that was waiting; the memory
of a server that nobody has visited, and after that one page.
"""

import json
import statistics
import time
import urllib.request
from typing import Annotated, Any

import typer
from playwright.sync_api import sync_playwright

from benchmarks.browser import browser, noted, opened
from benchmarks.cities import city
from benchmarks.serving import Served, served

# Seconds that a server is left alone before its memory is read: it comes to rest after half a minute (cockpit.idle).
_REST = 40
_LONGEST = 120


def measure(cases: int, *, runs: int = 3) -> dict[str, Any]:
    """Several starts, each of a process of its own: medians."""
    url = city(cases)[0]
    measured = [_start(url) for _ in range(runs)]
    return {name: round(statistics.median(one[name] for one in measured), 2) for name in measured[0]}


def _start(url: str) -> dict[str, float]:
    with sync_playwright() as playwright, browser(playwright) as context, served(url, wait=False) as server:
        answers = _until_it_answers(server) - server.started
        page, _ = opened(context, server.address)
        numbers = float(noted(page)["numbers"]) / 1000 - server.started
        page.close()
        time.sleep(_REST)
        after = server.memory_mb()
    with served(url) as unvisited:
        time.sleep(_REST)
        return {"answers_s": answers, "page_s": numbers, "rest_mb": unvisited.memory_mb(), "after_page_mb": after}


def _until_it_answers(server: Served) -> float:
    """The moment at which the server answers that it is well."""
    while time.time() - server.started < _LONGEST:
        try:
            urllib.request.urlopen(f"{server.address}/_stcore/health", timeout=2).close()
        except OSError:
            time.sleep(0.02)
        else:
            return time.time()
    raise SystemExit(f"{server.address} does not answer")


def main(
    cases: Annotated[int, typer.Option(min=1000)] = 1_000_000, runs: Annotated[int, typer.Option(min=1)] = 3
) -> None:
    """Measure at one size."""
    print(json.dumps(measure(cases, runs=runs), indent=2))


if __name__ == "__main__":
    typer.run(main)
