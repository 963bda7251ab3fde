"""How many rows a second a load takes: python -m benchmarks.loading --rows 500000.

Writes cases of the demonstration city into a CSV file as a bureau's system would export them (names of places, classes
and units, times of every step), loads it with `python -m casebase load`, which checks every value, finds places, and
writes the events of every case; and beside it lets DuckDB alone read the same file into a table of a new file.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import duckdb
import typer

from benchmarks.cities import ROOT, city, path_of, url_of

_EXPORT = """
COPY (
    SELECT
        p.case_no AS 信访件编号, p.channel AS 信访形式, p.purpose AS 信访目的, p.title AS 标题, p.people AS 人数,
        p.is_simple AS 简单诉求, d.name AS 区县, s.name AS 街道, g.name AS 一级分类, k.name AS 二级分类,
        u.name AS 责任单位, p.handling_path AS 办理路径, p.registered_at AS 登记时间, p.forwarded_at AS 转送时间,
        p.received_at AS 收到时间, p.accepted_at AS 受理时间, p.due_at AS 办结期限, p.closed_at AS 办结时间,
        p.resolved AS 是否化解, p.status AS 状态, p.satisfaction_bureau AS 对信访部门评价,
        p.satisfaction_unit AS 对责任单位评价, p.evaluated_at AS 评价时间, p.lon AS 经度, p.lat AS 纬度
    FROM petition p
    LEFT JOIN area d ON d.code = p.district_code
    LEFT JOIN area s ON s.code = p.street_code
    LEFT JOIN category k ON k.code = p.category_code
    LEFT JOIN category g ON g.code = k.parent_code
    LEFT JOIN unit u ON u.unit_id = p.unit_id
    ORDER BY p.registered_at DESC LIMIT {rows}
) TO '{file}' (HEADER, TIMESTAMPFORMAT '%Y-%m-%d %H:%M:%S')
"""
_MAP = """
[source]
name = "benchmark"

[city]
name = "某市"
code = "4199"

[columns]
case_no = "信访件编号"
channel = "信访形式"
purpose = "信访目的"
title = "标题"
people = "人数"
is_simple = "简单诉求"
handling_path = "办理路径"
registered_at = "登记时间"
forwarded_at = "转送时间"
received_at = "收到时间"
accepted_at = "受理时间"
due_at = "办结期限"
closed_at = "办结时间"
resolved = "是否化解"
status = "状态"
satisfaction_bureau = "对信访部门评价"
satisfaction_unit = "对责任单位评价"
evaluated_at = "评价时间"
lon = "经度"
lat = "纬度"

[times]
default = "%Y-%m-%d %H:%M:%S"

[booleans]
true = ["true"]
false = ["false"]

[place]
by = "make"
columns = ["区县", "街道"]
kinds = ["区县", "街道"]

[category]
columns = ["一级分类", "二级分类"]
make = true

[unit]
column = "责任单位"
make = true
kind = "市直"
"""


def measure(cases: int, rows: int = 500_000) -> dict[str, Any]:
    """Load so many of the city's cases, by the command and by the engine alone."""
    city(cases)
    with tempfile.TemporaryDirectory(prefix="cockpit-load-", dir=path_of(cases).parent) as name:
        folder = Path(name)
        file, map_file = folder / "cases.csv", folder / "map.toml"
        map_file.write_text(_MAP, encoding="utf-8")
        with duckdb.connect(str(path_of(cases)), read_only=True) as source:
            source.execute("SET enable_progress_bar = false")
            source.execute(_EXPORT.format(rows=rows, file=file))
        written = _lines(file) - 1
        seconds, loaded, events = _load(folder, file, map_file)
        if loaded != written:
            raise SystemExit(f"{written:,} rows were written, {loaded:,} loaded")
        engine = _engine_alone(folder, file)
        return {
            "rows": loaded,
            "events": events,
            "file_mb": round(file.stat().st_size / 1e6, 1),
            "seconds": round(seconds, 2),
            "rows_per_s": round(loaded / seconds),
            "engine_seconds": round(engine, 2),
            "engine_rows_per_s": round(loaded / engine),
        }


def _lines(file: Path) -> int:
    with file.open("rb") as lines:
        return sum(1 for _ in lines)


def _load(folder: Path, file: Path, map_file: Path) -> tuple[float, int, int]:
    """Seconds of the whole command into tables that are ready; the cases and the events that it wrote."""
    target = folder / "loaded.duckdb"
    command = [sys.executable, "-m", "casebase"]
    subprocess.run([*command, "init", "--url", url_of(target)], check=True, cwd=ROOT)
    started = time.perf_counter()
    options = ["--map", str(map_file), "--url", url_of(target)]
    subprocess.run([*command, "load", str(file), *options], check=True, cwd=ROOT)
    seconds = time.perf_counter() - started
    with duckdb.connect(str(target), read_only=True) as loaded:
        counts = [loaded.execute(f"SELECT count(*) FROM {name}").fetchall() for name in ("petition", "petition_event")]
    return seconds, int(counts[0][0][0]), int(counts[1][0][0])


def _engine_alone(folder: Path, file: Path) -> float:
    """Seconds in which DuckDB reads the file into a table and writes it down."""
    started = time.perf_counter()
    with duckdb.connect(str(folder / "alone.duckdb")) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"CREATE TABLE cases AS SELECT * FROM read_csv('{file}')")
        connection.execute("CHECKPOINT")
    return time.perf_counter() - started


def main(
    cases: Annotated[int, typer.Option(min=1000, help="Size of the city that the rows are taken from.")] = 1_000_000,
    rows: Annotated[int, typer.Option(min=100)] = 500_000,
) -> None:
    """Measure with cases of a city of one size."""
    print(json.dumps(measure(cases, rows), indent=2))


if __name__ == "__main__":
    typer.run(main)
