"""python -m benchmarks: measure every goal, and write the figures into benchmarks/README.md.

Each measurement has a process of its own, and what it starts ends with it. Its figures are kept in
benchmarks/results.json, so that one alone can be measured again: python -m benchmarks --only browser --only viewers.
"""

import time
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Annotated, Any

import typer

from benchmarks import browser, loading, overview, own_process, pages, report, results, startup, viewers
from benchmarks.cities import city

Measurement = Callable[[int], dict[str, Any]]


def measurements(minutes: float, many: int) -> dict[str, Measurement]:
    """The measurements by their names, in the order in which they are made."""
    return {
        "overview": overview.measure,
        "pages": pages.measure,
        "browser": browser.measure,
        "startup": startup.measure,
        "loading": loading.measure,
        "viewers": partial(viewers.measure, viewers=many, minutes=minutes),
    }


def main(
    cases: Annotated[int, typer.Option(min=1000, help="Size of the city; it is built once, into data/.")] = 10_000_000,
    only: Annotated[list[str] | None, typer.Option(help="These measurements alone, by name.")] = None,
    minutes: Annotated[float, typer.Option(help="How long the viewers stay; 60 are 720 refreshes.")] = 60,
    many: Annotated[int, typer.Option("--viewers", min=1)] = 100,
    write_only: Annotated[bool, typer.Option("--write", help="Measure nothing, write table and picture anew.")] = False,
) -> None:
    """Measure, keep the figures, and write table and picture; exit 1 where a measurement failed."""
    own_process.end_when_terminated()
    known = measurements(minutes, many)
    unknown = set(only or ()) - set(known)
    if unknown:
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: there are {', '.join(known)}")
    failed = []
    if not write_only:
        conditions = results.conditions(cases, date.today())
        print(f"{city(cases)[0]}: ready", flush=True)
        chosen = {name: one for name, one in known.items() if not only or name in only}
        failed = [name for name, measurement in chosen.items() if not _measure(name, measurement, conditions)]
    report.write(results.read())
    print(f"{report.README}: written")
    if failed:
        print(f"failed: {', '.join(failed)}")
        raise typer.Exit(1)


def _measure(name: str, measurement: Measurement, conditions: dict[str, Any]) -> bool:
    """Measure in a process of its own and keep the figures; whether it went well."""
    print(f"== {name}", flush=True)
    started = time.monotonic()
    try:
        figures = own_process.call(measurement, conditions["cases"])
    except RuntimeError as error:
        print(f"   failed: {error}", flush=True)
        return False
    results.keep(name, {"conditions": conditions, "figures": figures})
    report.write(results.read())
    print(f"   {time.monotonic() - started:.0f} s", flush=True)
    return True


if __name__ == "__main__":
    typer.run(main)
