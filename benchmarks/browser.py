"""What a reader waits for in headless Chromium: python -m benchmarks.browser --cases 1000000.

Openings in a cold browser (nothing of the cockpit in its memory) and a warm one, a district that nobody has asked for,
a switch to another page, the refresh of a page whose data has changed, and how long a change takes to be on it. The
server has been opened once before, as it is in a bureau in the morning.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from playwright.sync_api import BrowserContext, Locator, Page, Playwright, ViewportSize, sync_playwright

from benchmarks.cities import copy_of
from benchmarks.serving import Served, served
from docs.make_screenshots import CHROMIUM, FLAGS

SIZE: ViewportSize = {"width": 1920, "height": 1080}
SCRIPT = Path(__file__).with_suffix(".js").with_name("watching.js")
NEXT_PAGE = "在办件"
_NUMBER = "[data-testid=stMetric]"
FLOOR_SCRIPT = "benchmarks/framework_page.py"
# Milliseconds without a run and without a change of the page after which a click is over.
_QUIET = 300
_LONGEST = 120.0
# Seconds that a browser notices a run after it began: what is kept is drawn before that.
_NOTICED = 0.25


@dataclass(frozen=True)
class Whole:
    """What a page must have to be whole: so many numbers, by their selector, and so many charts and maps."""

    number: str
    numbers: int
    pictures: int


OVERVIEW = Whole(".card", 6, 4)


@contextmanager
def browser(playwright: Playwright, whole: Whole = OVERVIEW) -> Iterator[BrowserContext]:
    """A browser that has never been anywhere; it notes what benchmarks/watching.js says."""
    with tempfile.TemporaryDirectory(prefix="cockpit-browser-", ignore_cleanup_errors=True) as folder:
        context = playwright.chromium.launch_persistent_context(
            folder, executable_path=CHROMIUM, args=FLAGS, viewport=SIZE, locale="zh-CN"
        )
        wanted = f"window.__whole = {json.dumps(asdict(whole))};"
        context.add_init_script(wanted + SCRIPT.read_text(encoding="utf-8"))
        try:
            yield context
        finally:
            context.close()


def opened(context: BrowserContext, address: str) -> tuple[Page, dict[str, float]]:
    """Open a page; milliseconds until the numbers stand, and until all is drawn."""
    page = context.new_page()
    started = time.time() * 1000
    page.goto(address, wait_until="commit")
    wait_for(page, "window.__benchmark && window.__benchmark.done")
    seen = noted(page)
    return page, {name: seen[name] - started for name in ("numbers", "done")}


def noted(page: Page) -> dict[str, Any]:
    """What the page has noted so far."""
    seen: dict[str, Any] = page.evaluate("window.__benchmark")
    return seen


def wait_for(page: Page, expression: str, longest: float = _LONGEST) -> None:
    """Wait until an expression holds. Raises TimeoutError after so many seconds."""
    end = time.monotonic() + longest
    while not page.evaluate(expression):
        if time.monotonic() > end:
            raise TimeoutError(f"never came true: {expression}")
        page.wait_for_timeout(20)


def settled_ms(page: Page) -> float:
    """Milliseconds from the last click or key until the page stands still."""
    quiet = (
        "(() => { const s = window.__benchmark, last = Math.max(s.moved, s.stopped); "
        f"return !s.running && s.stopped > s.clicked && Date.now() - last > {_QUIET}; }})()"
    )
    wait_for(page, quiet)
    seen = noted(page)
    return float(max(seen["moved"], seen["stopped"]) - seen["clicked"])


def wait_until_still(page: Page) -> None:
    """Wait until nothing of the page has moved for a while, at most two seconds: the header looks for news."""
    end = time.monotonic() + 2
    while time.monotonic() < end and time.time() * 1000 - noted(page)["moved"] < 2 * _QUIET:
        page.wait_for_timeout(50)


def choose_district(page: Page, number: int) -> float:
    """Choose the n-th district in the filter bar; milliseconds until the page stands still."""
    page.locator("[data-testid=stSelectbox]").first.locator("input").click()
    options = page.locator("[role=option]")
    options.first.wait_for()
    options.nth(1 + number % (options.count() - 1)).click()
    return settled_ms(page)


def switch(page: Page, title: str) -> float:
    """Go to a page of the menu; milliseconds until it stands still."""
    page.get_by_text(title, exact=True).first.click()
    return settled_ms(page)


def still_city(url: str, runs: int) -> dict[str, list[float]]:
    """Openings, filters and switches of a city that does not move, in milliseconds."""
    with served(url) as server, sync_playwright() as playwright:
        with browser(playwright) as context:
            opened(context, server.address)
        cold = []
        for _ in range(runs):
            with browser(playwright) as context:
                cold.append(opened(context, server.address)[1])
        warm, filters, switches = [], [], []
        with browser(playwright) as context:
            opened(context, server.address)[0].close()
            for run in range(runs):
                page, seen = opened(context, server.address)
                warm.append(seen)
                wait_until_still(page)
                filters.append(choose_district(page, run))
                page.close()
                page = opened(context, server.address)[0]
                wait_until_still(page)
                switches.append(switch(page, NEXT_PAGE))
                page.close()
                print(
                    f"  warm {seen['done']:.0f} ms, district {filters[-1]:.0f}, switch {switches[-1]:.0f}", flush=True
                )
    return {
        "cold_numbers_ms": [one["numbers"] for one in cold],
        "cold_done_ms": [one["done"] for one in cold],
        "warm_done_ms": [one["done"] for one in warm],
        "district_ms": filters,
        "switch_ms": switches,
    }


def floor(url: str, runs: int) -> dict[str, dict[str, list[float]]]:
    """What the framework's own pages take in the same browser: one number, and six with a chart and a map (ms)."""
    pages = {"one": ("/one", Whole(_NUMBER, 1, 0)), "small": ("", Whole(_NUMBER, 6, 2))}
    with served(url, script=FLOOR_SCRIPT) as server, sync_playwright() as playwright:
        return {name: _floor(playwright, server.address + path, whole, runs) for name, (path, whole) in pages.items()}


def _floor(playwright: Playwright, address: str, whole: Whole, runs: int) -> dict[str, list[float]]:
    with browser(playwright, whole) as context:
        opened(context, address)
    cold = []
    for _ in range(runs):
        with browser(playwright, whole) as context:
            cold.append(opened(context, address)[1]["numbers"])
    warm, again, switches = [], [], []
    with browser(playwright, whole) as context:
        opened(context, address)[0].close()
        for _ in range(runs):
            page, seen = opened(context, address)
            warm.append(seen["done"])
            wait_until_still(page)
            number = f"document.querySelector({_NUMBER!r}).textContent"
            before = json.dumps(page.evaluate(number))
            again.append(_seen_after(page, page.get_by_role("button", name="再算一次"), f"{number} !== {before}"))
            wait_until_still(page)
            link = page.get_by_text("另页", exact=True).first
            switches.append(_seen_after(page, link, "document.body.innerText.includes('另页的数')"))
            page.close()
    return {"cold_numbers_ms": cold, "warm_done_ms": warm, "switch_ms": switches, "again_ms": again}


def _seen_after(page: Page, target: Locator, expression: str) -> float:
    """Click, and milliseconds until an expression holds and the page stands still.

    Runs of these pages are over too soon for a page to say that it runs.
    """
    target.click()
    wait_for(page, expression)
    wait_for(page, f"Date.now() - window.__benchmark.moved > {_QUIET}")
    seen = noted(page)
    return float(seen["moved"] - seen["clicked"])


def watch_refreshes(page: Page, server: Served, until: float) -> dict[str, list[float]]:
    """Leave a page open until a moment of the clock: how long each refresh took, and each change until it was there.

    Milliseconds of a run that drew new numbers, and seconds from the commit of each change until it was painted.
    """
    since = time.time()
    page.wait_for_timeout(max(0.0, (until - since) * 1000))
    spans = [(begun / 1000, painted / 1000) for begun, painted in noted(page)["spans"]]
    lines = server.lines()
    drawn = [line for line in lines if "drawn" in line]
    since_then = [span for span in spans if span[0] > since]
    runs = [span for span in since_then if _drawn_in(span, drawn)]
    return {"refresh_ms": [(end - begun) * 1000 for begun, end in runs], "fresh_s": fresh(lines, runs, since)}


def _drawn_in(run: tuple[float, float], drawn: list[dict[str, Any]]) -> list[int]:
    """The versions of the pages that were complete within a run."""
    return [line["version"] for line in drawn if run[0] - _NOTICED <= line["drawn"] <= run[1]]


def fresh(lines: list[dict[str, Any]], runs: list[tuple[float, float]], since: float) -> list[float]:
    """Seconds from each commit after a moment until the end of the first run that drew it; without those not drawn.

    `runs` are of one session: what it drew is told by the pages that were complete within them.
    """
    drawn = {run: max(_drawn_in(run, [line for line in lines if "drawn" in line])) for run in runs}
    found = []
    for change in (line for line in lines if line.get("committed", 0) > since):
        ends = [run[1] for run, version in drawn.items() if version >= change["version"]]
        if ends:
            found.append(min(ends) - change["committed"])
    return found


def changing_city(url: str, *, every: float, rows: int, seconds: float) -> dict[str, list[float]]:
    """One reader of a city that changes."""
    with served(url, every=every, rows=rows) as server, sync_playwright() as playwright, browser(playwright) as context:
        page, _ = opened(context, server.address)
        page.wait_for_timeout(2 * every * 1000)
        return watch_refreshes(page, server, time.time() + seconds)


def measure(cases: int, *, runs: int = 5, every: float = 5, rows: int = 100, seconds: float = 90) -> dict[str, Any]:
    """All of it, as lists of milliseconds (fresh_s: seconds); `floor` are the framework's own pages."""
    with copy_of(cases) as url:
        changing = changing_city(url, every=every, rows=rows, seconds=seconds)
        return {**still_city(url, runs), **changing, "rows": rows, "floor": floor(url, runs)}


def main(
    cases: Annotated[int, typer.Option(min=1000)] = 1_000_000,
    runs: Annotated[int, typer.Option(min=1)] = 5,
    seconds: Annotated[float, typer.Option(help="How long the changing city is watched.")] = 90,
) -> None:
    """Measure at one size."""
    measured = measure(cases, runs=runs, seconds=seconds)
    floors = {f"{page} {name}": values for page, one in measured["floor"].items() for name, values in one.items()}
    for name, values in (measured | floors).items():
        if isinstance(values, list):
            middle = f"{statistics.median(values):.2f}" if values else "-"
            print(f"{name:22} median {middle}  {json.dumps([round(one, 2) for one in values])}")


if __name__ == "__main__":
    typer.run(main)
