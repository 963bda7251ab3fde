"""Opening a case database, and the one sentence for each way in which it fails."""

import os
import random
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Barrier, Event, Thread

import duckdb
import psycopg
import pytest
from sqlalchemy import insert, select, text

from casebase.engine import (
    Casebase,
    DataState,
    keep_new_files_private,
    mark_changed,
    open_casebase,
    read_state,
    write_info,
)
from casebase.errors import CasebaseError, UsageError
from casebase.schema import area, info
from casebase.settings import DatabaseSettings, Settings
from casebase.upgrade import upgrade

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
    assert empty_casebase.state() == DataState(0, None, demonstration=False, city_name=None, data_until=None)


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
    with empty_casebase.one_state():
        before = empty_casebase.state().version
        with empty_casebase.writing() as connection:
            mark_changed(connection, datetime(2026, 11, 23))
        assert empty_casebase.state().version == before
    assert empty_casebase.state().version == before + 1


def test_what_is_read_at_once_is_of_one_state(empty_casebase: Casebase, monkeypatch: pytest.MonkeyPatch) -> None:
    tell, calls = Casebase.state, iter(range(100))

    def state_with_a_write_before(casebase: Casebase) -> DataState:
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


@pytest.mark.parametrize("url", ["mysql://clerk@host/petitions", "sqlite:///x.db", "postgresql+asyncpg://host/x"])
def test_other_databases_are_refused_in_one_sentence(url: str) -> None:
    with pytest.raises(UsageError, match="database URL"):
        open_casebase(Settings(), url)


def test_folder_or_pipe_is_no_database(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.duckdb")
    for name in ("pipe.duckdb", ""):
        assert "this is no file" in failure(f"duckdb:///{tmp_path}/{name}")


def test_database_and_its_log_are_for_their_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        keep_new_files_private()
        casebase = open_casebase(Settings(), f"duckdb:///{tmp_path}/petitions.duckdb")
        upgrade(casebase.engine)
        with casebase.writing() as connection:
            write_info(connection, city_name="郑州市")
        files = list(tmp_path.iterdir())
        assert {file.name for file in files} == {"petitions.duckdb", "petitions.duckdb.wal"}
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        casebase.engine.dispose()
    finally:
        os.umask(before)


@pytest.mark.parametrize("value", ["3.5", "many"])
def test_foreign_version_is_said(empty_casebase: Casebase, value: str) -> None:
    with empty_casebase.writing() as connection:
        write_info(connection, version=value)
    with pytest.raises(CasebaseError, match="the cockpit did not write"):
        empty_casebase.state()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", "newer release of the cockpit"),
        ("ALTER TABLE petition DROP COLUMN petitioner_phone", "the column petitioner_phone of the table petition"),
        ("DROP TABLE supervision", "the table supervision is missing"),
        ("DROP TABLE alembic_version", "the tables are missing; run: python -m casebase init"),
    ],
)
def test_database_that_this_release_cannot_read_is_refused(
    empty_casebase: Casebase, change: str, sentence: str
) -> None:
    url = empty_casebase.engine.url.render_as_string(hide_password=False)
    open_casebase(Settings(), url, create=False).engine.dispose()
    with empty_casebase.engine.begin() as connection:
        connection.execute(text(change))
    with pytest.raises(CasebaseError, match=sentence):
        open_casebase(Settings(), url, create=False)


def at_once(*tasks: Callable[[], object]) -> None:
    with ThreadPoolExecutor(len(tasks)) as pool:
        for running in [pool.submit(task) for task in tasks]:
            running.result(timeout=60)


def test_overlapping_writers_count_every_change(postgres_url: str, casebase_of: Callable[[str], Casebase]) -> None:
    casebase = casebase_of(postgres_url)
    others = [open_casebase(Settings(), postgres_url) for _ in range(2)]
    ready = Barrier(2, timeout=30)

    def change(one: Casebase) -> None:
        # Past `writing`, which lets one program in at a time: the counting itself must hold.
        with one.engine.begin() as connection:
            read_state(connection)
            ready.wait()
            mark_changed(connection, datetime(2026, 11, 23))

    for version in (2, 4):  # the first two write the first version at once
        at_once(*(lambda one=one: change(one) for one in others))
        assert casebase.state().version == version
    for one in others:
        one.engine.dispose()


def test_writers_take_turns(postgres_url: str, casebase_of: Callable[[str], Casebase]) -> None:
    casebase = casebase_of(postgres_url)
    order: list[str] = []
    begun = Event()

    def first() -> None:
        with casebase.writing():
            begun.set()
            time.sleep(0.5)
            order.append("first")

    def second() -> None:
        begun.wait(30)
        with casebase.writing():
            order.append("second")

    at_once(first, second)
    assert order == ["first", "second"]


LONG = {
    "postgresql": "SELECT pg_sleep(60)",
    "duckdb": "SELECT count(*) FROM range(100000000) a, range(100000) b WHERE hash(a.range, b.range) = 0",
}


def test_statement_whose_asker_left_is_cancelled_at_the_database(empty_casebase: Casebase) -> None:
    caught: list[CasebaseError] = []

    def ask() -> None:
        try:
            with empty_casebase.reading() as connection:
                connection.execute(text(LONG[connection.dialect.name]))
        except CasebaseError as error:
            caught.append(error)

    asker = Thread(target=ask)
    begun = time.monotonic()
    asker.start()
    while not empty_casebase.running():
        time.sleep(0.01)
    time.sleep(0.2)
    (statement,) = empty_casebase.running()
    assert statement.thread == asker.ident
    assert statement.cancel()
    asker.join(20)
    assert time.monotonic() - begun < 20
    assert "cancelled" in str(caught[0])
    assert empty_casebase.running() == []
    assert not statement.cancel()
    assert empty_casebase.state().version == 0


def limited(url: str, **limits: float) -> Casebase:
    return open_casebase(Settings(database=DatabaseSettings(**limits)), url)


def test_reader_does_not_wait_long_for_an_answer(postgres_url: str) -> None:
    casebase = limited(postgres_url, statement_timeout=0.2)
    with (
        pytest.raises(CasebaseError, match="longer than"),
        casebase.reading() as connection,
    ):
        connection.execute(text("SELECT pg_sleep(30)"))
    with casebase.reading_without_limits() as connection:
        connection.execute(text("SELECT pg_sleep(0.5)"))
    with casebase.writing() as connection:
        connection.execute(text("SELECT pg_sleep(0.5)"))
    casebase.engine.dispose()


def test_reader_does_not_wait_long_for_a_lock(postgres_url: str, casebase_of: Callable[[str], Casebase]) -> None:
    holder, casebase = casebase_of(postgres_url), limited(postgres_url, lock_timeout=0.2)
    with holder.engine.begin() as connection:
        connection.execute(text("LOCK TABLE info IN ACCESS EXCLUSIVE MODE"))
        begun = time.monotonic()
        with pytest.raises(CasebaseError, match="another program holds a lock"):
            casebase.state()
        assert time.monotonic() - begun < 5
    assert casebase.state().version == 0
    casebase.engine.dispose()


def test_reader_does_not_wait_long_for_a_connection_and_a_writer_has_its_own(
    postgres_url: str, casebase_of: Callable[[str], Casebase]
) -> None:
    casebase_of(postgres_url)
    casebase = limited(postgres_url, connections=3, connection_timeout=0.2)
    writer = casebase.for_writer()
    with ExitStack() as held:
        for _ in range(3):
            held.enter_context(casebase.engine.connect())
        with pytest.raises(CasebaseError, match="all connections are busy"):
            casebase.state()
        with writer.writing() as connection:
            mark_changed(connection, datetime(2026, 11, 23))
    assert casebase.state().version == 1
    casebase.engine.dispose()
    writer.engine.dispose()


def test_value_that_an_index_cannot_hold_is_said_as_such(
    postgres_url: str, casebase_of: Callable[[str], Casebase]
) -> None:
    casebase = casebase_of(postgres_url)
    noise = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=50_000))
    with pytest.raises(CasebaseError, match="a value is too long") as caught, casebase.writing() as connection:
        connection.execute(insert(area).values(code=noise, name="x", level=2))
    assert "reached" not in str(caught.value)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (duckdb.IOException("IO Error: Could not write file: No space left on device"), "disk of the database is full"),
        (psycopg.errors.DiskFull("could not extend file"), "disk of the database is full"),
        (duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate"), "ran out of memory"),
    ],
)
def test_what_fails_past_sqlalchemy_is_one_sentence(empty_casebase: Casebase, error: Exception, sentence: str) -> None:
    with pytest.raises(CasebaseError, match=sentence) as caught, empty_casebase.writing():
        raise error
    assert "reached" not in str(caught.value)
