"""The cases of a DuckDB file lie in the order in which they ended, the open ones last, and are the same cases."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import select, text

from casebase import schema
from casebase.__main__ import app
from casebase.checks import check
from casebase.cli import run_command
from casebase.engine import Casebase
from casebase.loading import CaseMap, load
from casebase.row_order import sort_cases
from queries.measure import measure

MAP: dict[str, Any] = {
    "source": {"name": "test"},
    "columns": {"case_no": "no", "registered_at": "opened", "closed_at": "closed"},
    "constants": {"channel": "来访"},
}
FIRST = [("a", "2025-09-26", ""), ("b", "2025-09-27", "2025-10-09"), ("c", "2025-09-28", "2025-09-30")]
SORTED = ["c", "b", "a"]


def load_cases(casebase: Casebase, folder: Path, cases: list[tuple[str, str, str]], hour: int = 12) -> None:
    file = folder / "cases.csv"
    rows = [",".join((name, *(f"{day} 10:00:00" if day else "" for day in days))) for name, *days in cases]
    file.write_text("\n".join(["no,opened,closed", *rows, ""]), encoding="utf-8")
    load(casebase, file, CaseMap.model_validate(MAP), now=datetime(2026, 11, 20, hour))


def as_they_lie(casebase: Casebase) -> pd.DataFrame:
    """What is known of the cases, in the order in which they lie."""
    return casebase.frame(select(*(column for column in schema.petition.columns if column.name != "settled_by")))


def ends(casebase: Casebase) -> dict[str, tuple[datetime | None, datetime]]:
    """closed_at and settled_by of each case."""
    p = schema.petition.c
    with casebase.reading() as connection:
        rows = connection.execute(select(p.case_no, p.closed_at, p.settled_by)).all()
    return {name: (closed_at, settled_by) for name, closed_at, settled_by in rows}


@pytest.fixture
def loaded(empty_casebase: Casebase, tmp_path: Path) -> Casebase:
    load_cases(empty_casebase, tmp_path, FIRST)
    return empty_casebase


def test_a_large_load_lays_the_cases_in_order(loaded: Casebase) -> None:
    is_sorted = loaded.engine.dialect.name == "duckdb"
    assert as_they_lie(loaded)["case_no"].tolist() == (SORTED if is_sorted else ["a", "b", "c"])


def test_a_small_load_appends_and_the_command_sorts(loaded: Casebase, tmp_path: Path) -> None:
    many = [(f"m{n}", "2025-09-29", "2025-10-20") for n in range(20)]
    load_cases(loaded, tmp_path, many, 13)
    load_cases(loaded, tmp_path, [("d", "2025-10-01", "2025-10-02")], 14)
    before = as_they_lie(loaded)
    assert before["case_no"].iloc[-1] == "d"
    version = loaded.state().version
    if loaded.engine.dialect.name == "duckdb":
        loaded.engine.dispose()
        assert run_command(app, "casebase", ["sort", "--url", str(loaded.engine.url)]) == 0
    else:
        sort_cases(loaded)
    after = as_they_lie(loaded)
    same_order = [rows.sort_values(["petition_id"], ignore_index=True) for rows in (before, after)]
    pd.testing.assert_frame_equal(same_order[0], same_order[1])
    assert loaded.state().version == version
    if loaded.engine.dialect.name == "duckdb":
        assert after["case_no"].tolist() == ["c", "d", "b", *(name for name, *_ in many), "a"]


def test_open_cases_are_found_by_a_column_without_blanks(loaded: Casebase) -> None:
    is_sorted = loaded.engine.dialect.name == "duckdb"
    laid = {name: settled_by for name, (_, settled_by) in ends(loaded).items()}
    far = schema.OPEN_END
    closed = {"b": datetime(2025, 10, 9, 10), "c": datetime(2025, 9, 30, 10)} if is_sorted else {"b": far, "c": far}
    assert laid == {"a": far, **closed}


def test_a_case_that_a_file_says_is_open_again_is_found_again(loaded: Casebase, tmp_path: Path) -> None:
    def backlog(at: datetime) -> int:
        return int(measure(loaded.whole, ["backlog"], as_of=at)["hits"].iloc[0])

    november = datetime(2025, 11, 3, 12)
    assert backlog(november) == 1
    load_cases(loaded, tmp_path, [("b", "2025-09-27", ""), ("c", "2025-09-28", "2025-12-01")], 13)
    assert backlog(november) == 3
    assert all(closed_at is None or closed_at <= settled_by for closed_at, settled_by in ends(loaded).values())
    sort_cases(loaded)
    assert backlog(november) == 3


def test_a_case_that_was_opened_past_the_cockpit_is_a_finding_until_the_cases_are_sorted(loaded: Casebase) -> None:
    def findings() -> dict[str, int]:
        with loaded.reading() as connection:
            problems = check(connection, loaded.settings.deadlines)
        return {problem.name: problem.count for problem in problems if problem.name == "found_closed"}

    assert findings() == {}
    with loaded.writing() as connection:
        connection.execute(text("UPDATE petition SET closed_at = NULL WHERE case_no = 'b'"))
    is_sorted = loaded.engine.dialect.name == "duckdb"
    assert findings() == ({"found_closed": 1} if is_sorted else {})
    sort_cases(loaded)
    assert findings() == {}


def test_a_case_is_settled_by_its_latest_time_or_limit(empty_casebase: Casebase, tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    rows = ["a,2025-09-26,2025-10-09,2025-12-01", "b,2025-09-26,2025-12-02,2025-11-30", "c,2025-09-26,,2025-11-30"]
    file.write_text("\n".join(["no,opened,closed,due", *rows, ""]), encoding="utf-8")
    columns = {**MAP["columns"], "due_at": "due"}
    chosen = CaseMap.model_validate({**MAP, "columns": columns, "times": {"default": "%Y-%m-%d"}})
    load(empty_casebase, file, chosen, now=datetime(2026, 11, 20))
    settled = {name: settled_by for name, (_, settled_by) in ends(empty_casebase).items()}
    if empty_casebase.engine.dialect.name == "duckdb":
        assert settled["a"].date() == date(2025, 12, 1)
        assert settled["b"] == datetime(2025, 12, 2)
    assert settled["c"] == schema.OPEN_END
    file.write_text(file.read_text(encoding="utf-8").replace("2025-10-09", "2025-10-10"), encoding="utf-8")
    load(empty_casebase, file, chosen, now=datetime(2026, 11, 21))
    assert ends(empty_casebase)["a"] == (datetime(2025, 10, 10), schema.OPEN_END), "a changed case is not settled"


def test_sorting_that_fails_leaves_the_cases(loaded: Casebase, monkeypatch: pytest.MonkeyPatch) -> None:
    before = as_they_lie(loaded)
    monkeypatch.setattr("casebase.row_order._ORDER", "no_such_column")
    if loaded.engine.dialect.name == "duckdb":
        with pytest.raises(Exception, match="no_such_column"):
            sort_cases(loaded)
    else:
        sort_cases(loaded)
    pd.testing.assert_frame_equal(as_they_lie(loaded), before)


def test_a_load_is_no_failure_where_only_sorting_fails(
    loaded: Casebase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casebase.row_order._ORDER", "no_such_column")
    load_cases(loaded, tmp_path, [("d", "2025-10-01", "2025-10-02"), ("e", "2025-10-01", "")], 13)
    first = SORTED if loaded.engine.dialect.name == "duckdb" else ["a", "b", "c"]
    assert as_they_lie(loaded)["case_no"].tolist() == [*first, "d", "e"]


def test_a_later_load_lays_its_own_cases_in_order_behind_the_others(loaded: Casebase, tmp_path: Path) -> None:
    many = [(f"m{n}", "2025-09-29", "2025-10-20") for n in range(20)]
    load_cases(loaded, tmp_path, many, 13)
    before = as_they_lie(loaded)["case_no"].tolist()
    load_cases(loaded, tmp_path, [("d", "2025-10-01", ""), ("e", "2025-10-01", "2025-10-02")], 14)
    is_sorted = loaded.engine.dialect.name == "duckdb"
    assert as_they_lie(loaded)["case_no"].tolist() == [*before, *(["e", "d"] if is_sorted else ["d", "e"])]
    settled_by = datetime(2025, 10, 2, 10) if is_sorted else schema.OPEN_END
    assert ends(loaded)["e"] == (datetime(2025, 10, 2, 10), settled_by)


def test_cases_lie_in_order_where_the_load_found_repeats(empty_casebase: Casebase, tmp_path: Path) -> None:
    """What is updated in the transaction of the load stays where it is; so do the events of each case, by its id."""
    is_sorted = empty_casebase.engine.dialect.name == "duckdb"
    file = tmp_path / "cases.csv"
    count = 300
    # Every third case is the same person's, and the later a case is registered the earlier it is closed.
    rows = [f"{n},2025-09-{n % 20 + 1:02},2025-{12 - n % 3:02}-01,p{n % 3}" for n in range(count)]
    file.write_text("\n".join(["no,opened,closed,who", *rows, ""]), encoding="utf-8")
    rule = {"key": ["who"], "repeats": True, "repeats_by": "person"}
    chosen = {**MAP, "times": {"default": "%Y-%m-%d"}, "petitioner": rule}
    load(empty_casebase, file, CaseMap.model_validate(chosen), now=datetime(2026, 11, 20))
    cases = as_they_lie(empty_casebase)
    assert int((~cases["is_first"]).sum()) == count - 3
    if is_sorted:
        in_order = cases.sort_values(["closed_at", "registered_at", "petition_id"])
        assert cases["petition_id"].tolist() == in_order["petition_id"].tolist()
    events = empty_casebase.frame(select(schema.petition_event.c.petition_id))["petition_id"]
    assert len(events) == 2 * count
    assert not is_sorted or events.is_monotonic_increasing
