"""The table says what was measured, and only what stands between the marks is written anew."""

import json
import math
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from benchmarks import report, results
from benchmarks.goals import GOALS, Goal
from benchmarks.report import BEGIN, END, README, is_reached, replaced
from benchmarks.results import Result

PAGE = {"statements": 8, "database_ms": 90, "floor_ms": 60.0, "page_ms": 400, "again_cpu_ms": 20}
FIGURES: dict[str, dict[str, Any]] = {
    "overview": {
        "statements": 8,
        "database_ms": 200.0,
        "database_cpu_ms": 300.0,
        "floor_ms": 150.0,
        "changed_statements": 3,
        "changed_database_ms": 61.0,
        "changed_database_cpu_ms": 70.0,
    },
    "pages": {"pages": {"overview": PAGE}, "small": {"overview": {**PAGE, "page_ms": 80}}},
    "browser": {
        "cold_numbers_ms": [1400, 1200, 1800],
        "warm_done_ms": [600],
        "switch_ms": [500],
        "district_ms": [300],
        "refresh_ms": [],
        "fresh_s": [1.0, 1.5],
    },
    "viewers": {
        "viewers": 100,
        "rows": 100,
        "refreshes": 720,
        "drawn_p50_s": 0.5,
        "drawn_p95_s": 0.9,
        "not_drawn": 0,
        "errors": 0,
        "start_mb": 900,
        "most_mb": 1100,
        "end_mb": 950,
        "browser_fresh_p50_s": 1.0,
        "browser_fresh_p95_s": float("nan"),
    },
    "startup": {"answers_s": 1.5, "page_s": 2.4, "rest_mb": 380.0, "after_page_mb": 500.0},
    "loading": {"rows": 500_000, "events": 2_500_000, "rows_per_s": 125_000, "engine_rows_per_s": 900_000},
}
CONDITIONS = {**results.conditions(300_000, date(2026, 11, 29)), "load": 0.1}
RESULTS: dict[str, Result] = {name: {"conditions": CONDITIONS, "figures": one} for name, one in FIGURES.items()}


def goal(beginning: str) -> Goal:
    (one,) = [one for one in GOALS if one.name.startswith(beginning)]
    return one


def row(text: str, beginning: str) -> list[str]:
    (line,) = [line for line in text.splitlines() if line.startswith(f"| {beginning}")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_only_what_stands_between_the_marks_is_replaced() -> None:
    document = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    once = replaced(document, "new")
    assert once == f"before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"
    assert replaced(once, "new") == once


@pytest.mark.parametrize("document", ["", BEGIN, f"{END} {BEGIN}", f"{BEGIN} {END} {END}"])
def test_a_document_without_marks_is_refused(document: str) -> None:
    with pytest.raises(ValueError, match="each once"):
        replaced(document, "new")


def test_the_readme_holds_what_the_kept_figures_say() -> None:
    document = README.read_text(encoding="utf-8")
    kept = results.read()
    assert replaced(document, report.text(kept, report.PICTURE.name)) == document
    assert report.PICTURE.exists() == bool(kept)


def test_every_goal_has_its_row_with_figure_and_judgement() -> None:
    text = report.text(RESULTS, "goals.svg")
    assert all(row(text, one.name)[1] == one.goal for one in GOALS)
    assert row(text, "All queries")[2:] == [
        "200 ms (300 ms of the processor) in 8 statements; floor 150 ms",
        "reached",
        "300,000, 2026-11-29, 0.1",
    ]
    assert row(text, "The same after")[3] == "**missed**"
    assert row(text, "Each page's queries")[2].startswith("1.5 × (median), 一屏总览 1.5 ×; 1 of 1")
    assert row(text, "Page time")[2:4] == ["5.0 × (all pages together), 一屏总览 5.0 ×; 0 of 1 pages", "**missed**"]
    assert row(text, "The same beside")[2:4] == ["nothing was drawn in time", "**missed**"]
    assert row(text, "Cold browser")[2] == "1.40 s (1.20 s to 1.80 s, 3 times)"
    assert row(text, "一屏总览") == ["一屏总览", "8", "90 ms", "60.0 ms", "1.5", "400 ms", "5.0", "20 ms"]


def test_pages_stand_as_in_the_menu() -> None:
    names = ("search", "backlog", "overview")
    figures = {size: dict.fromkeys(names, PAGE) for size in ("pages", "small")}
    text = report.text({"pages": {"conditions": CONDITIONS, "figures": figures}}, "goals.svg")
    places = [text.rindex(f"| {title} |") for title in ("一屏总览", "在办件", "案件查询")]
    assert places == sorted(places)


def test_what_was_not_seen_reaches_no_goal() -> None:
    assert not is_reached(goal("Live refresh"), RESULTS["browser"])
    assert not is_reached(goal("The same beside"), RESULTS["viewers"])
    assert is_reached(goal("100 viewers"), RESULTS["viewers"])


@pytest.mark.parametrize(
    "change", [{"errors": 1}, {"not_drawn": 1}, {"refreshes": 0}, {"most_mb": 1501}, {"end_mb": 1000}]
)
def test_one_figure_out_of_several_misses_the_goal(change: dict[str, float]) -> None:
    changed: Result = {"conditions": CONDITIONS, "figures": {**FIGURES["viewers"], **change}}
    assert not is_reached(goal("100 viewers"), changed)


def test_a_statement_too_many_misses_the_goal_of_the_overview() -> None:
    changed: Result = {"conditions": CONDITIONS, "figures": {**FIGURES["overview"], "statements": 9}}
    assert math.isclose(goal("All queries").ratio(changed["figures"]), 9 / 8)


def test_one_measurement_is_renewed_alone(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    for name, result in RESULTS.items():
        results.keep(name, result, file)
    renewed: Result = {"conditions": CONDITIONS, "figures": {**FIGURES["startup"], "page_s": 9.0}}
    results.keep("startup", renewed, file)
    kept = results.read(file)
    assert kept["startup"]["figures"]["page_s"] == 9.0
    assert kept["overview"] == RESULTS["overview"]
    assert list(json.loads(file.read_text(encoding="utf-8"))) == sorted(RESULTS)


def test_nothing_measured_says_so_and_draws_nothing(tmp_path: Path) -> None:
    readme, picture = tmp_path / "README.md", tmp_path / "goals.svg"
    readme.write_text(f"{BEGIN}{END}", encoding="utf-8")
    report.write({}, readme, picture)
    assert readme.read_text(encoding="utf-8").count("not measured") == len(GOALS)
    assert not picture.exists()


def test_the_picture_has_a_bar_for_each_goal(tmp_path: Path) -> None:
    readme, picture = tmp_path / "README.md", tmp_path / "goals.svg"
    readme.write_text(f"{BEGIN}{END}", encoding="utf-8")
    report.write(RESULTS, readme, picture)
    drawn = picture.read_text(encoding="utf-8")
    assert drawn.startswith("<svg")
    assert drawn.count('aria-roledescription="bar"') == len(GOALS)


def test_what_the_framework_takes_stands_beside_what_a_page_takes() -> None:
    pages = {name: {"cold_numbers_ms": [cold, 9000]} for name, cold in (("small", 1000), ("one", 600))}
    cold = goal("Cold browser")
    assert "floor" not in cold.text(FIGURES["browser"])
    text = cold.text({**FIGURES["browser"], "floor": pages})
    assert text.endswith("; floor 5.00 s, one number alone 4.80 s")
    switch = goal("Switch")
    assert "floor" not in switch.text({**FIGURES["browser"], "floor": pages})
