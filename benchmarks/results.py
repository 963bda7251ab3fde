"""What was measured, kept in benchmarks/results.json: of each measurement its figures and under what conditions."""

import json
import os
import platform
from datetime import date
from pathlib import Path
from typing import Any, TypedDict

import duckdb

FILE = Path(__file__).with_name("results.json")
_GIB = 1024**3


class Result(TypedDict):
    """The figures of one measurement, and the conditions that they came about under."""

    conditions: dict[str, Any]
    figures: dict[str, Any]


def conditions(cases: int, day: date) -> dict[str, Any]:
    """What the figures of this machine depend on; `load` is what else it has had to do for a minute (1: one core)."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cases": cases,
        "date": day.isoformat(),
        "cores": os.cpu_count(),
        "memory_gb": round(memory / _GIB),
        "duckdb": duckdb.__version__,
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
    }


def read(file: Path = FILE) -> dict[str, Result]:
    """All results by the name of their measurement; none where nothing was measured."""
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def keep(name: str, result: Result, file: Path = FILE) -> None:
    """Put one result in the place of an earlier one."""
    results = read(file) | {name: result}
    text = json.dumps(results, ensure_ascii=False, indent=1, sort_keys=True)
    file.write_text(text + "\n", encoding="utf-8")
