"""Loading: every row is loaded or rejected, once, in one transaction."""

import csv
import gzip
import os
import random
import signal
import subprocess
import sys
import time
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import Workbook
from sqlalchemy import func, insert, select

from casebase.engine import Casebase, write_info
from casebase.errors import CasebaseError, UsageError
from casebase.loading import CaseMap, Result, load
from casebase.loading.store import mark_repeats
from casebase.schema import (
    area,
    category,
    load_reject,
    load_run,
    metadata,
    petition,
    petition_event,
    unit,
)
from casebase.settings import FIRST_YEAR, LAST_YEAR, ROOT

NOW = datetime(2026, 11, 20, 12)
LATER = datetime(2026, 11, 21, 12)
MAP: dict[str, Any] = {
    "source": {"name": "test"},
    "columns": {"case_no": "no", "registered_at": "opened", "closed_at": "closed", "channel": "way"},
    "constants": {"is_simple": True},
}
HEADER = "no,opened,closed,way\n"
GOOD = "a,2025-09-26 10:00:00,2025-09-28 10:00:00,来访\nb,2025-09-30 10:00:00,,来信\n"


def write(tmp_path: Path, text: str, name: str = "cases.csv", encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def run(casebase: Casebase, file: Path, case_map: dict[str, Any] = MAP, now: datetime = NOW, **more: Any) -> Result:
    return load(casebase, file, CaseMap.model_validate(case_map), now=now, **more)


def rows(casebase: Casebase, *columns: Any) -> list[tuple[Any, ...]]:
    with casebase.reading() as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(petition.c.case_no))]


def contents(casebase: Casebase) -> dict[str, list[Any]]:
    """Everything in the database but the list of loads."""
    with casebase.reading() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in metadata.sorted_tables
            if table not in (load_run, load_reject)
        }


def test_a_file_becomes_cases_deadlines_and_events(empty_casebase: Casebase, tmp_path: Path) -> None:
    result = run(empty_casebase, write(tmp_path, HEADER + GOOD))
    assert (result.read, result.loaded, result.new, result.rejected) == (2, 2, 2, 0)
    # 调休: domain.md §1 has both dates.
    assert rows(empty_casebase, petition.c.case_no, petition.c.five_day_due, petition.c.status) == [
        ("a", date(2025, 10, 10), "已办结"),
        ("b", date(2025, 10, 14), "待转送"),
    ]
    with empty_casebase.reading() as connection:
        told = connection.execute(select(petition_event.c.action, func.count()).group_by(petition_event.c.action))
        assert dict(map(tuple, told)) == {"登记": 2, "办结": 1}
        state = empty_casebase.state()
        assert (state.version, state.demonstration) == (1, False)
        assert state.data_until == datetime(2025, 9, 30, 10)


def test_loading_the_same_file_again_changes_nothing(empty_casebase: Casebase, tmp_path: Path) -> None:
    file = write(tmp_path, HEADER + GOOD)
    run(empty_casebase, file)
    before = contents(empty_casebase)
    result = run(empty_casebase, file, now=LATER)
    assert (result.read, result.loaded, result.unchanged) == (2, 2, 2)
    assert contents(empty_casebase) == before


def test_a_changed_row_updates_its_case_and_its_events(empty_casebase: Casebase, tmp_path: Path) -> None:
    run(empty_casebase, write(tmp_path, HEADER + GOOD))
    changed = GOOD.replace("2025-09-30 10:00:00,,", "2025-09-30 10:00:00,2025-10-09 09:00:00,")
    result = run(empty_casebase, write(tmp_path, HEADER + changed + "c,2025-10-01 08:00:00,,电话\n"), now=LATER)
    assert (result.new, result.updated, result.unchanged) == (1, 1, 1)
    found = rows(empty_casebase, petition.c.case_no, petition.c.closed_at, petition.c.updated_at)
    assert found[1] == ("b", datetime(2025, 10, 9, 9), LATER)
    assert found[0][2] == NOW
    with empty_casebase.reading() as connection:
        assert connection.scalar(select(func.count()).where(petition_event.c.action == "办结")) == 2
        assert empty_casebase.state().version == 2


def test_what_a_map_does_not_name_is_not_overwritten(empty_casebase: Casebase, tmp_path: Path) -> None:
    run(empty_casebase, write(tmp_path, HEADER + GOOD))
    with empty_casebase.writing() as connection:
        connection.execute(petition.update().values(agent_id="x1"))
    run(empty_casebase, write(tmp_path, HEADER + GOOD.replace("来访", "电话")), now=LATER)
    assert rows(empty_casebase, petition.c.channel, petition.c.agent_id) == [("电话", "x1"), ("来信", "x1")]


REJECTED = [
    ("a,yesterday,,来访", "opened", "yesterday", "does not parse"),
    ("a,2025-02-30 10:00:00,,来访", "opened", "2025-02-30 10:00:00", "does not parse"),
    ("a,0025-02-03 10:00:00,,来访", "opened", "0025-02-03 10:00:00", "outside 1990"),
    (",2025-09-26 10:00:00,,来访", "no", "", "no (case_no, number of the case) is missing; fill it in"),
    ("a,,,来访", "opened", "", "opened (registered_at, when it was registered) is missing; fill it in"),
    ("a", "opened", "", "opened (registered_at, when it was registered) is missing; fill it in"),
    ('a,2025-09-26 10:00:00,,"来"访', "", 'a,2025-09-26 10:00:00,,"来"访', "text follows a closing quote"),
    ("a,2025-09-26 10:00:00,,来访,more", "", "a,2025-09-26 10:00:00,,来访,more", "too many fields"),
]


@pytest.mark.parametrize(("line", "column", "value", "reason"), REJECTED)
def test_a_bad_row_is_rejected_with_its_physical_line(
    casebase_of: Any, new_url: Any, tmp_path: Path, line: str, column: str, value: str, reason: str
) -> None:
    casebase = casebase_of(new_url("duckdb"))
    # The good row before it spans lines 2 and 3 and a blank line follows: the bad one begins on line 5.
    text = HEADER + '"z\nz",2025-09-26 10:00:00,,来信\n\n' + line + "\ny,2025-09-26 10:00:00,,来信\n"
    out = tmp_path / "rejects.csv"
    result = run(casebase, write(tmp_path, text), rejects_file=out)
    assert (result.read, result.loaded, result.rejected) == (3, 2, 1)
    with out.open(encoding="utf-8-sig", newline="") as written:
        (found,) = csv.DictReader(written)
    assert (found["line"], found["column"], found["value"]) == ("5", column, value)
    assert reason in found["reason"]
    with casebase.reading() as connection:
        stored = connection.execute(select(load_reject.c.line_no, load_reject.c.reason)).one()
        assert tuple(stored) == (5, found["reason"])
        run_row = connection.execute(select(load_run)).one()
        assert (run_row.rows_read, run_row.rows_loaded, run_row.rows_rejected) == (3, 2, 1)


def test_texts_of_rejected_rows_are_in_the_rejects_file_alone(empty_casebase: Casebase, tmp_path: Path) -> None:
    text = (
        HEADER + GOOD + '"李四 13800138000",2025-13-26 10:00:00,,来信\n"王五,举报村支书",x,,来信,410105198001011234\n'
    )
    out = tmp_path / "rejects.csv"
    result = run(empty_casebase, write(tmp_path, text), rejects_file=out)
    assert result.rejected == 2
    assert "410105198001011234" in out.read_text(encoding="utf-8-sig")
    with empty_casebase.reading() as connection:
        stored = [tuple(row) for row in connection.execute(select(load_reject)).all()]
    assert len(stored) == 2
    for secret in ("李四", "13800138000", "王五", "举报", "410105198001011234", "2025-13-26"):
        assert secret not in str(stored)


def test_lines_stay_right_after_many_ragged_rows_and_chunks(
    casebase_of: Any, new_url: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casebase.loading.readers.encodings.BLOCK", 300)
    bad = {30: "r,only", 77: "n,never,,来信", 78: "m,never,,来信", 120: "r,only", 121: "x,never,,来信"}
    lines = [bad.get(n, f"c{n},2025-09-26 10:00:00,,来信") for n in range(2, 200)]
    casebase = casebase_of(new_url("duckdb"))
    result = run(casebase, write(tmp_path, HEADER + "\n".join(lines) + "\n"))
    assert [reject.line for reject in result.rejects] == [30, 77, 78, 120, 121]
    assert (result.read, result.loaded) == (198, 193)


def test_a_second_row_of_a_case_number_names_the_first(empty_casebase: Casebase, tmp_path: Path) -> None:
    text = HEADER + GOOD + "a,2025-09-27 10:00:00,,电话\n"
    result = run(empty_casebase, write(tmp_path, text))
    (reject,) = result.rejects
    assert (reject.line, reject.value) == (4, "a")
    assert reject.reason.endswith("on line 2")
    assert rows(empty_casebase, petition.c.channel)[0] == ("来访",)


def loading(url: str, file: Path, before: str) -> subprocess.Popen[bytes]:
    """A process that runs `before`, which names its `progress`, and loads the file."""
    script = f"""
import pathlib, datetime
from casebase.engine import open_casebase
from casebase.loading import CaseMap, load
from casebase.settings import Settings
{before}
load(open_casebase(Settings(), {url!r}), pathlib.Path({str(file)!r}),
     CaseMap.model_validate({MAP!r}), now=datetime.datetime(2026, 11, 21), progress=progress)
"""
    return subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=ROOT)


def test_a_load_killed_in_the_middle_leaves_no_trace(casebase_of: Any, new_url: Any, tmp_path: Path) -> None:
    url = new_url("duckdb")
    casebase = casebase_of(url)
    run(casebase, write(tmp_path, HEADER + GOOD))
    before = contents(casebase)
    casebase.engine.dispose()
    many = "".join(f"k{n},2025-09-26 10:00:00,,来信\n" for n in range(2000))
    stopping = """
import time
from casebase.loading.readers import encodings, reader
encodings.BLOCK = reader.BYTES = 10_000
chunks = []
def progress(stage, done, total):
    chunks.append(stage)
    if chunks.count("read") == 3:
        print("middle", flush=True)
        time.sleep(60)
"""
    with loading(url, write(tmp_path, HEADER + many, "many.csv"), stopping) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
    assert said == b"middle\n"
    assert contents(casebase) == before


def test_loads_killed_at_any_moment_lose_and_double_nothing(casebase_of: Any, new_url: Any, tmp_path: Path) -> None:
    url = new_url("duckdb")
    casebase = casebase_of(url)
    run(casebase, write(tmp_path, HEADER + GOOD))
    before = contents(casebase)
    casebase.engine.dispose()
    many = "".join(f"k{n},2025-09-26 10:00:00,,来信\n" for n in range(20_000))
    file = write(tmp_path, HEADER + many, "many.csv")
    begun = 'progress = lambda *_: None\nprint("begun", flush=True)\n'
    moments = random.Random(11)
    for _ in range(5):
        with loading(url, file, begun) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"begun\n"
            time.sleep(moments.uniform(0, 1.5))
            process.kill()
        # All of a load is there, or nothing of it.
        if contents(casebase) != before:
            break
        casebase.engine.dispose()
    run(casebase, file, now=LATER)
    numbers = [number for (number,) in rows(casebase, petition.c.case_no)]
    assert sorted(numbers) == sorted(["a", "b", *(f"k{n}" for n in range(20_000))])
    with casebase.reading() as connection:
        assert connection.scalar(select(func.count()).where(petition_event.c.action == "登记")) == 20_002
        assert connection.scalar(select(func.count(petition.c.petition_id.distinct()))) == 20_002


def test_a_pattern_that_does_not_end_is_stopped(casebase_of: Any, new_url: Any, tmp_path: Path) -> None:
    casebase = casebase_of(new_url("duckdb"))
    file = write(tmp_path, HEADER + "x,2025-09-26 10:00:00,," + "a" * 70 + "b\n")
    rule = {"column": "way", "pattern": "(a|aa)+", "replace": ""}
    with pytest.raises(CasebaseError, match="takes over 2 s for one value of the column way"):
        run(casebase, file, MAP | {"clean": [rule]})


def test_unknown_values_are_rejected_kept_emptied_or_replaced(casebase_of: Any, new_url: Any, tmp_path: Path) -> None:
    file = write(
        tmp_path, HEADER + "a,2025-09-26 10:00:00,,走访\nb,2025-09-26 10:00:00,,鸽子\nc,2025-09-26 10:00:00,,\n"
    )
    wanted: dict[str, list[Any]] = {
        "reject": [("来访",), (None,)],
        "keep": [("来访",), ("鸽子",), (None,)],
        "null": [("来访",), (None,), (None,)],
        "default": [("来访",), ("网信",), ("网信",)],
    }
    for unknown, expected in wanted.items():
        casebase = casebase_of(new_url("duckdb"))
        values = {"map": {"走访": "来访"}, "unknown": unknown} | ({"default": "网信"} if unknown == "default" else {})
        result = run(casebase, file, MAP | {"values": {"channel": values}})
        assert rows(casebase, petition.c.channel) == expected
        assert result.rejected == (unknown == "reject")
        assert bool(result.notes) == (unknown != "reject")


def test_units_that_are_only_complained_about_are_made_of_no_kind(
    casebase_of: Any, new_url: Any, tmp_path: Path
) -> None:
    casebase = casebase_of(new_url("duckdb"))
    case_map = {
        "source": {"name": "t"},
        "columns": {"case_no": "no", "registered_at": "opened", "complained_unit_id": "about"},
        "unit": {"column": "u", "make": True, "kind": "市直"},
    }
    text = "no,opened,u,about\na,2025-08-01 10:00:00,市房管局,某物业公司\nb,2025-08-01 10:00:00,市房管局,市房管局\n"
    run(casebase, write(tmp_path, text), case_map)
    assert rows(casebase, petition.c.unit_id, petition.c.complained_unit_id) == [
        ("市房管局", "某物业公司"),
        ("市房管局", "市房管局"),
    ]
    with casebase.reading() as connection:
        kinds = dict(connection.execute(select(unit.c.name, unit.c.kind)).all())
    assert kinds == {"市房管局": "市直", "某物业公司": ""}


def test_places_classes_and_units_are_made_from_names(empty_casebase: Casebase, tmp_path: Path) -> None:
    text = (
        "no,opened,closed,way,d,s,lon,lat,c1,c2,u\n"
        "a,2025-09-26 10:00:00,,来访,东区,新华路,113.1,34.5,住房,物业,房管局\n"
        "b,2025-09-26 10:00:00,,来访,东区,新华路,113.3,34.7,住房,,房管局\n"
        "c,2025-09-26 10:00:00,,来访,西区,新华路,0,0,交通,公交,\n"
        "d,2025-09-26 10:00:00,,来访,,新华路,,,,,\n"
    )
    case_map = MAP | {
        "columns": MAP["columns"] | {"lon": "lon", "lat": "lat"},
        "city": {"name": "某市", "code": "9"},
        "place": {"by": "make", "columns": ["d", "s"], "ignore_coordinates": [[0, 0]]},
        "category": {"columns": ["c1", "c2"], "make": True},
        "unit": {"column": "u", "make": True, "names": {"房管局": "市房管局"}},
    }
    file = write(tmp_path, text)
    result = run(empty_casebase, file, case_map)
    p = petition.c
    assert rows(empty_casebase, p.district_code, p.street_code, p.category_code, p.unit_id, p.lon) == [
        ("9-东区", "9-东区-新华路", "住房-物业", "房管局", 113.1),
        ("9-东区", "9-东区-新华路", "住房", "房管局", 113.3),
        ("9-西区", "9-西区-新华路", "交通-公交", None, None),
        (None, None, None, None, None),  # a street without its district is no place
    ]
    assert result.rejected == 0
    with empty_casebase.reading() as connection:
        places = connection.execute(
            select(area.c.code, area.c.level, area.c.parent_code, area.c.lon).order_by(area.c.code)
        )
        assert [tuple(row) for row in places] == [
            ("9", 1, None, 113.2),
            ("9-东区", 2, "9", 113.2),
            ("9-东区-新华路", 3, "9-东区", 113.2),
            ("9-西区", 2, "9", None),
            ("9-西区-新华路", 3, "9-西区", None),
        ]
        assert connection.scalar(select(unit.c.name)) == "市房管局"
        assert connection.scalar(select(func.count()).select_from(category)) == 4
    before = contents(empty_casebase)
    run(empty_casebase, file, case_map, now=LATER)
    assert contents(empty_casebase) == before


def add_areas(casebase: Casebase) -> None:
    square = "[[[[113, 34], [114, 34], [114, 35], [113, 35], [113, 34]]]]"
    corner = "[[[[113, 34], [113.1, 34], [113.1, 34.1], [113, 34.1], [113, 34]]]]"
    found = [
        {"code": "41", "name": "市", "level": 1, "parent_code": None, "shape": None},
        {"code": "4101", "name": "东区", "level": 2, "parent_code": "41", "shape": square},
        {"code": "410101", "name": "新华路街道", "level": 3, "parent_code": "4101", "shape": corner},
        {"code": "4102", "name": "西区", "level": 2, "parent_code": "41", "shape": None},
        {"code": "410201", "name": "新华路街道", "level": 3, "parent_code": "4102", "shape": None},
    ]
    with casebase.writing() as connection:
        connection.execute(insert(area), found)


PLACES = (
    "no,opened,closed,way,code,d,s,lon,lat\n"
    "a,2025-09-26 10:00:00,,来访,410201,东区,新华路街道,113.05,34.05\n"
    "b,2025-09-26 10:00:00,,来访,nowhere,西区,新华路街道,113.5,34.5\n"
    "c,2025-09-26 10:00:00,,来访,,南区,新华路街道,120,40\n"
)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"by": "code", "column": "code"}, [("4102", "410201"), (None, None), (None, None)]),
        ({"by": "names", "columns": ["d", "s"]}, [("4101", "410101"), ("4102", "410201"), (None, None)]),
        ({"by": "coordinates"}, [("4101", "410101"), ("4101", None), (None, None)]),
        (
            {"by": ["code", "coordinates"], "column": "code"},
            [("4102", "410201"), ("4101", None), (None, None)],
        ),
    ],
)
def test_a_place_is_found_by_code_by_names_or_in_a_polygon(
    casebase_of: Any, new_url: Any, tmp_path: Path, rule: dict[str, Any], expected: list[Any]
) -> None:
    casebase = casebase_of(new_url("duckdb"))
    add_areas(casebase)
    file = write(tmp_path, PLACES)
    case_map = MAP | {"columns": MAP["columns"] | {"lon": "lon", "lat": "lat"}, "place": rule}
    run(casebase, file, case_map)
    assert rows(casebase, petition.c.district_code, petition.c.street_code) == expected
    required = run(casebase, file, case_map | {"source": {"name": "other"}, "place": rule | {"required": True}})
    assert required.loaded == sum(place != (None, None) for place in expected)
    reasons = {reject.reason for reject in required.rejects}
    assert len(reasons) == 1
    assert reasons.pop().endswith(": the place is not found; load its area first")


def test_repeats_are_the_same_person_in_the_same_category(empty_casebase: Casebase, tmp_path: Path) -> None:
    text = (
        "no,opened,closed,way,id,c\n"
        "a,2025-09-26 10:00:00,,来访,p1,住房\nb,2025-09-20 10:00:00,,来访,p1,住房\n"
        "c,2025-09-28 10:00:00,,来访,p1,交通\nd,2025-09-29 10:00:00,,来访,,住房\n"
    )
    case_map = MAP | {"category": {"columns": ["c"], "make": True}, "petitioner": {"key": ["id"]}}
    file = write(tmp_path, text)
    run(empty_casebase, file, case_map)
    first = dict(rows(empty_casebase, petition.c.case_no, petition.c.petition_id))["b"]
    p = petition.c
    assert rows(empty_casebase, p.is_first, p.repeat_of) == [(False, first), (True, None), (True, None), (True, None)]
    keys = [key for (key,) in rows(empty_casebase, p.petitioner_key)]
    assert keys[0] == keys[1]
    assert keys[3] is None
    assert "p1" not in str(keys)
    again = run(empty_casebase, file, case_map, now=LATER)
    assert again.unchanged == 4


@pytest.mark.parametrize("blank", ["p1,", ",住房", ","])
def test_a_case_whose_person_or_category_becomes_blank_repeats_none(
    empty_casebase: Casebase, tmp_path: Path, blank: str
) -> None:
    header = "no,opened,closed,way,id,c\n"
    first, again = "a,2025-09-20 10:00:00,,来访,p1,住房\n", "b,2025-09-26 10:00:00,,来访,p1,住房\n"
    case_map = MAP | {"category": {"columns": ["c"], "make": True}, "petitioner": {"key": ["id"]}}
    run(empty_casebase, write(tmp_path, header + first + again), case_map)
    assert [is_first for (is_first,) in rows(empty_casebase, petition.c.is_first)] == [True, False]
    run(empty_casebase, write(tmp_path, header + again.replace("p1,住房", blank)), case_map, now=LATER)
    assert rows(empty_casebase, petition.c.is_first, petition.c.repeat_of) == [(True, None), (True, None)]


def test_finding_repeats_writes_only_what_changes(empty_casebase: Casebase, tmp_path: Path) -> None:
    text = (
        "no,opened,closed,way,id,c\na,2025-09-20 10:00:00,,来访,p1,住房\nb,2025-09-26 10:00:00,,来访,p1,住房\n"
        "c,2025-09-28 10:00:00,,来访,,住房\n"
    )
    case_map = MAP | {"category": {"columns": ["c"], "make": True}, "petitioner": {"key": ["id"]}}
    run(empty_casebase, write(tmp_path, text), case_map)
    laid = datetime(2025, 10, 1)
    with empty_casebase.writing() as connection:
        connection.execute(petition.update().values(settled_by=laid))
        mark_repeats(connection, "test")
    assert rows(empty_casebase, petition.c.settled_by) == [(laid,)] * 3


@pytest.mark.parametrize("year", [FIRST_YEAR, LAST_YEAR])
def test_cases_of_the_first_and_the_last_year_are_loaded(empty_casebase: Casebase, tmp_path: Path, year: int) -> None:
    """No calendar begins before the first year, for all that comparisons look a year back."""
    text = HEADER + f"a,{year}-01-02 10:00:00,,来访\nb,{year}-12-31 10:00:00,,来访\n"
    result = run(empty_casebase, write(tmp_path, text), now=datetime(LAST_YEAR, 12, 31, 12))
    assert (result.read, result.loaded) == (2, 2)
    assert None not in rows(empty_casebase, petition.c.five_day_due)
    assert empty_casebase.workdays.first == date(FIRST_YEAR if year == FIRST_YEAR else 2010, 1, 1)


def test_deadlines_are_computed_where_no_column_has_them(casebase_of: Any, new_url: Any, tmp_path: Path) -> None:
    casebase = casebase_of(new_url("duckdb"))
    text = "no,opened,acc,ext\na,2025-08-01 10:00:00,2025-08-03 09:00:00,30\nb,2025-08-01 10:00:00,,\n"
    columns = {"case_no": "no", "registered_at": "opened", "accepted_at": "acc", "extended_days": "ext"}
    run(
        casebase,
        write(tmp_path, text),
        {"source": {"name": "t"}, "columns": columns, "due": {"compute_from": "accepted"}},
    )
    assert rows(casebase, petition.c.due_at, petition.c.status, petition.c.extended_days) == [
        (datetime(2025, 11, 1, 23, 59, 59), "办理中", 30),
        (None, "待转送", 0),  # not begun
    ]


@pytest.mark.parametrize(
    ("fields", "due"),
    [
        ({"handling_path": "第三十一条第六项"}, datetime(2025, 10, 2, 23, 59, 59)),
        ({"handling_path": "第三十一条第四项"}, None),
        ({"purpose": "意见建议"}, None),
        ({"purpose": "检举控告"}, None),
        ({"purpose": "意见建议", "handling_path": "第三十一条第六项"}, datetime(2025, 10, 2, 23, 59, 59)),
        ({"status": "不予受理"}, None),
        ({"status": "不再受理"}, None),
        ({"status": "存"}, None),
        # From 2025-08-01, a Friday.
        ({"channel": "12345转办"}, datetime(2025, 8, 8, 23, 59, 59)),
    ],
)
def test_sixty_days_are_those_of_article_31_item_6_alone(
    casebase_of: Any, new_url: Any, tmp_path: Path, fields: dict[str, str], due: datetime | None
) -> None:
    casebase = casebase_of(new_url("duckdb"))
    columns = {"case_no": "no", "registered_at": "opened", "accepted_at": "acc"} | {name: name for name in fields}
    text = f"no,opened,acc,{','.join(fields)}\na,2025-08-01 10:00:00,2025-08-03 09:00:00,{','.join(fields.values())}\n"
    run(
        casebase,
        write(tmp_path, text),
        {"source": {"name": "t"}, "columns": columns, "due": {"compute_from": "accepted"}},
    )
    assert rows(casebase, petition.c.due_at) == [(due,)]


def test_gzip_gb18030_and_other_delimiters(casebase_of: Any, new_url: Any, tmp_path: Path) -> None:
    casebase = casebase_of(new_url("duckdb"))
    path = tmp_path / "cases.csv.gz"
    path.write_bytes(gzip.compress((HEADER + GOOD).replace(",", ";").encode("gb18030")))
    run(casebase, path, MAP | {"source": {"name": "t", "encoding": "gb18030", "delimiter": ";"}})
    assert rows(casebase, petition.c.channel) == [("来访",), ("来信",)]
    with pytest.raises(CasebaseError, match="the text is not utf-8; set encoding"):
        run(casebase, write(tmp_path, HEADER + GOOD, encoding="gb18030"))
    marked = run(casebase, write(tmp_path, "\ufeff" + HEADER + GOOD))
    assert marked.loaded == 2


def test_xlsx_and_parquet_bring_their_own_times(casebase_of: Any, new_url: Any, tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["no", "opened", "closed", "way"])
    book.active.append([17, datetime(2025, 9, 26, 10), None, "来访"])
    book.active.append([])
    book.active.append([18, "soon", None, "来信"])
    book.save(tmp_path / "cases.xlsx")
    casebase = casebase_of(new_url("duckdb"))
    result = run(casebase, tmp_path / "cases.xlsx", MAP | {"times": {"default": "%d.%m.%Y"}})
    assert [(reject.line, reject.value) for reject in result.rejects] == [(4, "soon")]
    assert rows(casebase, petition.c.case_no, petition.c.registered_at) == [("17", datetime(2025, 9, 26, 10))]

    frame = pd.DataFrame(
        {"no": [1, 2], "opened": pd.to_datetime(["2025-09-26", "2025-09-27"]), "closed": None, "way": "来信"}
    )
    frame.to_parquet(tmp_path / "cases.parquet")
    casebase = casebase_of(new_url("duckdb"))
    run(casebase, tmp_path / "cases.parquet")
    assert rows(casebase, petition.c.case_no, petition.c.registered_at)[1] == ("2", datetime(2025, 9, 27))


@pytest.mark.parametrize(
    ("name", "content", "error", "sentence"),
    [
        ("none.csv", None, UsageError, "no such file"),
        ("cases.doc", b"x", UsageError, ".doc is not read"),
        ("cases.csv", b"", CasebaseError, "the file is empty"),
        ("cases.csv", b"no,opened\n1,2\n", CasebaseError, "no column 'closed'; the file has no, opened"),
        ("cases.csv", b"no,no,opened,closed,way\n", CasebaseError, "'no' stands in the file twice"),
        ("cases.csv.gz", b"\x1f\x8bbroken", CasebaseError, "cannot be read"),
        ("cases.xlsx", b"x", CasebaseError, "not a readable XLSX"),
        ("cases.parquet", b"x", CasebaseError, "not a readable Parquet"),
    ],
)
def test_an_unreadable_file_gets_one_sentence(
    casebase_of: Any,
    new_url: Any,
    tmp_path: Path,
    name: str,
    content: bytes | None,
    error: type[Exception],
    sentence: str,
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    casebase = casebase_of(new_url("duckdb"))
    with pytest.raises(error, match=sentence.replace(".", r"\.")) as caught:
        run(casebase, tmp_path / name)
    assert type(caught.value) is error
    assert "\n" not in str(caught.value)


def test_a_header_alone_loads_nothing(empty_casebase: Casebase, tmp_path: Path) -> None:
    result = run(empty_casebase, write(tmp_path, HEADER))
    assert (result.read, result.loaded, result.rejected) == (0, 0, 0)
    assert empty_casebase.state().version == 0


def test_real_cases_do_not_mix_with_the_demonstration_or_another_calendar(
    casebase_of: Any, new_url: Any, tmp_path: Path
) -> None:
    casebase = casebase_of(new_url("duckdb"))
    file = write(tmp_path, HEADER + GOOD)
    run(casebase, file)
    with pytest.raises(CasebaseError, match="calendar 'china'"):
        run(casebase, file, MAP | {"source": {"name": "other"}, "calendar": {"kind": "weekdays"}})
    with casebase.writing() as connection:
        write_info(connection, demonstration="true")
    with pytest.raises(CasebaseError, match="demonstration data"):
        run(casebase, file)
