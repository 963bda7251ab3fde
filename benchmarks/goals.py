"""The goals, each with the figures that it is measured by."""

import math
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.pages import SMALL
from benchmarks.viewers import quantile
from pages.parts.menu import ENTRIES

Figures = Mapping[str, Any]
TITLES = {entry.file: entry.title for entry in ENTRIES}
FLAT = 1.1
"""The memory at the end of a soak may be so many times that of its start."""
_NEVER = math.inf


@dataclass(frozen=True)
class Goal:
    """One row of the table: what is measured (of which measurement), the goal, how far it is, and the figures in words.

    `ratio` is the figure over its limit, of several the worst: the goal is reached where it is at most 1.
    """

    name: str
    goal: str
    measurement: str
    ratio: Callable[[Figures], float]
    text: Callable[[Figures], str]


def seconds(ms: float) -> str:
    """Milliseconds as a reader compares them: 82 ms, 1.27 s."""
    return f"{ms:.0f} ms" if ms < 1000 else f"{ms / 1000:.2f} s"


def middle(figures: Figures, name: str) -> float:
    """The median of a list of figures; infinite where there is none."""
    return statistics.median(figures[name]) if figures[name] else _NEVER


def _median_goal(name: str, goal: str, figure: str, limit_ms: float) -> Goal:
    """A goal for the median of several runs in a browser."""

    def text(figures: Figures) -> str:
        values = figures[figure]
        if not values:
            return "not seen"
        span = f"{seconds(min(values))} to {seconds(max(values))}, {len(values)} times"
        return f"{seconds(middle(figures, figure))} ({span}){_floor_text(figures, figure)}"

    return Goal(name, goal, "browser", lambda figures: middle(figures, figure) / limit_ms, text)


def _floor_text(figures: Figures, figure: str) -> str:
    """What the framework's own page of this size takes, and one with a single number; nothing where it is not known."""
    floors = [one[figure] for name in ("small", "one") if figure in (one := figures.get("floor", {}).get(name, {}))]
    if not floors:
        return ""
    small, one = (seconds(statistics.median(values)) for values in floors)
    return f"; floor {small}, one number alone {one}"


def over_floor(page: Mapping[str, float]) -> float:
    """How many times its floor a page's queries take; 0 for a page that reads no table."""
    return page["database_ms"] / page["floor_ms"] if page["floor_ms"] else 0.0


def _of_pages(values: Mapping[str, float], unit: str, limit: float, digits: int = 0) -> str:
    """The page with the largest value, and how many keep the limit."""
    page = max(values, key=values.__getitem__)
    reached = sum(value <= limit for value in values.values())
    return f"{TITLES[page]} {values[page]:.{digits}f} {unit}; {reached} of {len(values)} pages"


def _floors(figures: Figures) -> dict[str, float]:
    return {file: over_floor(page) for file, page in figures["pages"].items()}


def _floors_text(figures: Figures) -> str:
    floors = _floors(figures)
    return f"{statistics.median(floors.values()):.1f} × (median), {_of_pages(floors, '×', 2, digits=1)}"


def growths(figures: Figures) -> dict[str, float]:
    """How many times the smaller city's time each page takes."""
    return {file: page["page_ms"] / figures["small"][file]["page_ms"] for file, page in figures["pages"].items()}


def _growth(figures: Figures) -> float:
    large, small = (sum(page["page_ms"] for page in figures[size].values()) for size in ("pages", "small"))
    return float(large / small)


def _growth_text(figures: Figures) -> str:
    return f"{_growth(figures):.1f} × (all pages together), {_of_pages(growths(figures), '×', 4, digits=1)}"


def _again(figures: Figures) -> dict[str, float]:
    return {file: page["again_cpu_ms"] for file, page in figures["pages"].items()}


def _again_text(figures: Figures) -> str:
    again = _again(figures)
    median = statistics.median(again.values())
    return f"一屏总览 {again['overview']:.0f} ms, {median:.0f} ms (median), {_of_pages(again, 'ms', 30)}"


def _viewers_ratio(figures: Figures) -> float:
    flat = figures["end_mb"] / figures["start_mb"] / FLAT
    if figures["errors"] or figures["not_drawn"] or not figures["refreshes"]:
        return _NEVER
    return float(max(figures["drawn_p95_s"] / 1, figures["most_mb"] / 1500, flat))


def _viewers_text(figures: Figures) -> str:
    wrong = "no error" if not figures["errors"] else f"{figures['errors']} errors"
    missing = f", {figures['not_drawn']} not drawn" if figures["not_drawn"] else ""
    memory = (
        f"{figures['start_mb']:,} MB at the start, {figures['most_mb']:,} at most, {figures['end_mb']:,} at the end"
    )
    return (
        f"{_quantiles(figures['drawn_p50_s'], figures['drawn_p95_s'])}, {wrong}{missing}; {memory}; "
        f"{figures['viewers']} viewers, {figures['refreshes']} refreshes of {figures['rows']} rows"
    )


def _fresh_text(figures: Figures) -> str:
    values = figures["fresh_s"]
    return f"{_quantiles(quantile(values, 0.5), quantile(values, 0.95))} ({len(values)} changes)"


def _quantiles(p50: float, p95: float) -> str:
    return "nothing was drawn in time" if math.isnan(p95) else f"p50 {p50:.2f} s, p95 {p95:.2f} s"


def _p95_ratio(p95: float, limit: float) -> float:
    return _NEVER if math.isnan(p95) else p95 / limit


GOALS = (
    Goal(
        "All queries of 一屏总览, nothing kept",
        "≤ 250 ms, ≤ 8 statements",
        "overview",
        lambda f: max(f["database_ms"] / 250, f["statements"] / 8),
        lambda f: (
            f"{seconds(f['database_ms'])} ({seconds(f['database_cpu_ms'])} of the processor) in {f['statements']:.0f} "
            f"statements; floor {seconds(f['floor_ms'])}"
        ),
    ),
    Goal(
        "The same after 1,000 changed rows",
        "≤ 60 ms",
        "overview",
        lambda f: f["changed_database_ms"] / 60,
        lambda f: (
            f"{seconds(f['changed_database_ms'])} ({seconds(f['changed_database_cpu_ms'])} of the processor) in "
            f"{f['changed_statements']:.0f} statements"
        ),
    ),
    Goal(
        "Each page's queries",
        "≤ 2 × its floor",
        "pages",
        lambda f: max(_floors(f).values()) / 2,
        _floors_text,
    ),
    Goal(
        f"Page time, from {SMALL:,} cases to these",
        "≤ 4 ×",
        "pages",
        lambda f: _growth(f) / 4,
        _growth_text,
    ),
    Goal(
        "A page drawn again, all answers kept: the server's processor time",
        "≤ 30 ms",
        "pages",
        lambda f: max(_again(f).values()) / 30,
        _again_text,
    ),
    _median_goal("Cold browser: numbers painted", "≤ 1.5 s", "cold_numbers_ms", 1500),
    _median_goal("Warm opening: all drawn", "≤ 700 ms", "warm_done_ms", 700),
    _median_goal("Switch to another page", "≤ 600 ms", "switch_ms", 600),
    _median_goal("A district that nobody asked for", "≤ 400 ms", "district_ms", 400),
    _median_goal("Live refresh", "≤ 250 ms", "refresh_ms", 250),
    Goal(
        "100 viewers of a city that changes every 5 s: change to drawn",
        "p95 ≤ 1 s, no error, ≤ 1.5 GB, flat over 720 refreshes",
        "viewers",
        _viewers_ratio,
        _viewers_text,
    ),
    Goal(
        "Committed to painted on an open page",
        "p95 ≤ 2 s",
        "browser",
        lambda f: _p95_ratio(quantile(f["fresh_s"], 0.95), 2),
        _fresh_text,
    ),
    Goal(
        "The same beside 100 viewers",
        "p95 ≤ 2 s",
        "viewers",
        lambda f: _p95_ratio(f["browser_fresh_p95_s"], 2),
        lambda f: _quantiles(f["browser_fresh_p50_s"], f["browser_fresh_p95_s"]),
    ),
    Goal(
        "Start of the process to the first page",
        "≤ 2.5 s",
        "startup",
        lambda f: f["page_s"] / 2.5,
        lambda f: f"{f['page_s']:.1f} s painted; it answers after {f['answers_s']:.1f} s",
    ),
    Goal(
        "Memory at rest",
        "≤ 400 MB",
        "startup",
        lambda f: f["after_page_mb"] / 400,
        lambda f: f"{f['rest_mb']:.0f} MB before the first visitor, {f['after_page_mb']:.0f} MB after a page",
    ),
    Goal(
        "`python -m casebase load`, CSV with events",
        "≥ 100,000 rows/s",
        "loading",
        lambda f: 100_000 / f["rows_per_s"],
        lambda f: (
            f"{f['rows_per_s']:,} rows/s ({f['rows']:,} rows, {f['events']:,} events); DuckDB alone reads the file "
            f"into a table with {f['engine_rows_per_s']:,} rows/s"
        ),
    ),
)
