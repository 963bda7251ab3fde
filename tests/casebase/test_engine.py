"""Opening a case database, and the one sentence for each way in which it fails."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from casebase.engine import Casebase, State, mark_changed, open_casebase, read_state, write_info
from casebase.errors import CasebaseError, UsageError
from casebase.schema import area, info
from casebase.settings import Settings

HOLD = """
import sys, duckdb
held = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held_by_another_process(path: Path) -> Iterator[None]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        yield
        other.communicate()


def unused_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def failure(url: str) -> str:
    with pytest.raises(CasebaseError) as caught:
        open_casebase(Settings(), url)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_duckdb_file_held_by_another_process(tmp_path: Path) -> None:
    path = tmp_path / "petitions.duckdb"
    with held_by_another_process(path):
        assert "another process holds this DuckDB file" in failure(f"duckdb:///{path}")


def test_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "petitions.duckdb"
    path.write_text("not a database\n" * 1000)
    assert "cannot be reached" in failure(f"duckdb:///{path}")


def test_folder_of_a_new_database_is_made(tmp_path: Path) -> None:
    open_casebase(Settings(), f"duckdb:///{tmp_path}/new/folder/petitions.duckdb").engine.dispose()
    assert (tmp_path / "new" / "folder" / "petitions.duckdb").is_file()


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "cannot be reached" in failure(f"duckdb:///{tmp_path}/file/petitions.duckdb")


def test_unreachable_postgresql_is_said_without_the_password() -> None:
    found = failure(f"postgresql://clerk:secret@127.0.0.1:{unused_port()}/petitions")
    assert "cannot be reached" in found
    assert "refused" in found
    assert "secret" not in found


@pytest.mark.parametrize("url", ["nonsense", "", "oracle2://x/y", "://", "postgresql://host:port/x"])
def test_url_that_is_none_is_wrong_usage(url: str) -> None:
    with pytest.raises(UsageError, match="database URL"):
        open_casebase(Settings(database={"url": url}))


@pytest.mark.parametrize("url", ["oracle2://clerk:secret@host/petitions", "postgresql://clerk:secret@host:x/petitions"])
def test_wrong_url_is_said_without_the_password(url: str) -> None:
    assert "secret" not in failure(url)


def test_missing_tables_say_what_to_do(empty_url: str) -> None:
    casebase = open_casebase(Settings(), empty_url)
    with pytest.raises(CasebaseError, match="tables are missing; run: python -m casebase init"):
        casebase.state()
    casebase.engine.dispose()


def test_reading_works_again_after_an_error(empty_casebase: Casebase) -> None:
    with pytest.raises(CasebaseError, match="tables are missing"), empty_casebase.reading() as connection:
        connection.execute(text("SELECT * FROM nowhere"))
    assert empty_casebase.state().version == 0


def test_failed_writing_leaves_nothing(empty_casebase: Casebase) -> None:
    def write() -> None:
        with empty_casebase.writing() as connection:
            write_info(connection, city_name="郑州市")
            connection.execute(text("SELECT * FROM nowhere"))

    with pytest.raises(CasebaseError):
        write()
    assert empty_casebase.state().city_name is None


def test_empty_database_is_version_0(empty_casebase: Casebase) -> None:
    assert empty_casebase.state() == State(0, None, demonstration=False, city_name=None, data_until=None)


def test_info_is_written_once_a_key(empty_casebase: Casebase) -> None:
    for name in ("郑州市", "开封市"):
        with empty_casebase.writing() as connection:
            write_info(connection, city_name=name, demonstration="true")
            write_info(connection, demonstration="false")
    with empty_casebase.reading() as connection:
        rows = connection.execute(select(info.c.key, info.c.value).order_by(info.c.key)).all()
    assert [tuple(row) for row in rows] == [("city_name", "开封市"), ("demonstration", "false")]


def test_every_change_counts_the_version_up(empty_casebase: Casebase) -> None:
    first, second = datetime(2026, 11, 22, 9, 30), datetime(2026, 11, 22, 9, 31, 5)
    with empty_casebase.writing() as connection:
        mark_changed(connection, first)
    assert empty_casebase.state().changed_at == first
    with empty_casebase.writing() as connection:
        mark_changed(connection, second)
        mark_changed(connection, second)
        assert read_state(connection).version == 3
    assert (empty_casebase.state().version, empty_casebase.state().changed_at) == (3, second)


def test_level_of_an_area_is_found_even_if_it_came_later(empty_casebase: Casebase) -> None:
    with pytest.raises(UsageError, match="410199: no such code"):
        empty_casebase.level_of("410199")
    with empty_casebase.writing() as connection:
        connection.execute(insert(area).values(code="410199", name="试验区", level=2))
    assert empty_casebase.level_of("410199") == 2


def test_readings_stand_still_while_others_write(empty_casebase: Casebase) -> None:
    with empty_casebase.still():
        before = empty_casebase.state().version
        with empty_casebase.writing() as connection:
            mark_changed(connection, datetime(2026, 11, 23))
        assert empty_casebase.state().version == before
    assert empty_casebase.state().version == before + 1


def test_what_is_read_at_once_is_of_one_state(empty_casebase: Casebase, monkeypatch: pytest.MonkeyPatch) -> None:
    tell, calls = Casebase.state, iter(range(100))

    def state_with_a_write_before(casebase: Casebase) -> State:
        if next(calls) == 1:  # between the first readings of the two lanes
            with empty_casebase.engine.begin() as connection:
                mark_changed(connection, datetime(2026, 11, 23))
        return tell(casebase)

    before = empty_casebase.state().version
    monkeypatch.setattr(Casebase, "state", state_with_a_write_before)
    told: list[int] = []

    def version() -> int:
        return tell(empty_casebase).version

    assert empty_casebase.at_once([[version, version], [version]], told.append) == [[before + 1] * 2, [before + 1]]
    assert told == [1, 2, 3]


def test_where_writes_never_end_one_reads_after_the_other(
    empty_casebase: Casebase, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell = Casebase.state
    numbers = iter(range(100))
    monkeypatch.setattr(Casebase, "state", lambda casebase: replace(tell(casebase), version=next(numbers)))
    assert empty_casebase.at_once([[lambda: "a"], [lambda: "b"]]) == [["a"], ["b"]]


def test_what_fails_at_once_is_raised(empty_casebase: Casebase) -> None:
    def fail() -> None:
        raise UsageError("no such thing")

    with pytest.raises(UsageError, match="no such thing"):
        empty_casebase.at_once([[fail, fail], [lambda: None]])
