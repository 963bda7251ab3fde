"""Does the wall stay flat? python -m benchmarks.soak --refreshes 2000.

Hangs /screen in headless Chromium and lets every refresh bring other numbers, so that all scenes are exchanged each
time; writes the browser's heap and nodes (after a collection) and the server's memory as CSV, every so many refreshes.
"""

import csv
from typing import Annotated, Any

import typer
from playwright.sync_api import CDPSession, Error, Route, sync_playwright

from benchmarks.cities import ROOT, city
from benchmarks.serving import resident_mb, served
from docs.make_screenshots import CHROMIUM, FLAGS, WALL_DONE

OUT = ROOT / "benchmarks" / "soak.csv"


def sample(cdp: CDPSession, server: int, refreshes: int) -> dict[str, float]:
    """One row: what is left after a collection."""
    cdp.send("HeapProfiler.collectGarbage")
    found = {item["name"]: item["value"] for item in cdp.send("Performance.getMetrics")["metrics"]}
    return {
        "refreshes": refreshes,
        "heap_mb": round(found["JSHeapUsedSize"] / 1024**2, 2),
        "nodes": found["Nodes"],
        "listeners": found["JSEventListeners"],
        "server_mb": round(resident_mb(server), 1),
    }


def main(
    refreshes: Annotated[int, typer.Option(min=10)] = 2000,
    every: Annotated[int, typer.Option(min=1)] = 100,
    cases: Annotated[int, typer.Option(min=1000)] = 100_000,
) -> None:
    """Run and write benchmarks/soak.csv."""
    seen = [0]
    with served(city(cases)[0], changes={"poll = 2": "poll = 0.5"}) as server:
        rows = _watch(server.address, server.pid, refreshes, every, seen)
    with OUT.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _watch(address: str, server: int, refreshes: int, every: int, seen: list[int]) -> list[dict[str, float]]:
    def other_numbers(route: Route) -> None:
        """The answer of the server, in full and with another number in every scene."""
        try:
            answer: dict[str, Any] = route.fetch(url=route.request.url.split("&known=")[0]).json()
        except Error:  # the server was too slow on a busy machine; the wall tries again, as it would anyway
            route.abort()
            return
        seen[0] += 1
        answer["version"] = str(seen[0])
        for scene in answer.get("scenes", []):
            scene["html"] = scene["html"].replace('<span class="value">', f'<span class="value">{seen[0]}', 1)
        route.fulfill(json=answer)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.route("**/screen/data?*", other_numbers)
        page.goto(f"{address}/screen?interval=5")
        page.wait_for_selector(WALL_DONE, timeout=120_000)
        cdp = page.context.new_cdp_session(page)
        cdp.send("Performance.enable")
        rows: list[dict[str, float]] = []
        while not rows or rows[-1]["refreshes"] < refreshes:
            aim = (len(rows) or 0) * every or 1
            while seen[0] < aim:
                page.wait_for_timeout(250)
            rows.append(sample(cdp, server, seen[0]))
            print(rows[-1], flush=True)
        browser.close()
    return rows


if __name__ == "__main__":
    typer.run(main)
