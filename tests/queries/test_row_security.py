"""PostgreSQL keeps a scope by itself: with the first wall taken away, its reader is shown the scope's rows alone."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Connection, func, select, text
from sqlalchemy.dialects.postgresql.base import PGCompiler
from sqlalchemy.engine import make_url

from benchmarks.visible_rows import visible
from casebase import __main__ as command
from casebase import narrowing, schema
from casebase.engine import Casebase, open_casebase
from casebase.errors import UsageError
from casebase.row_security import check_reader, install, remove
from casebase.scope import WHOLE, Scope
from casebase.settings import Settings
from queries.blanks import blanks
from queries.compare import compare
from queries.measure import measure
from queries.periods import Period
from queries.registry import METRICS
from tests.queries import sample
from tests.queries.test_reference import NOW
from tests.queries.test_scopes import DISTRICT, DISTRICT_AND_UNIT, NOTHING, SCOPES, by_name

READER = "cockpit reader"
# What tells nothing of a case, and the names of places, are shown to whoever may connect at all.
OPEN = {"unit", "category", "expert", "workday", "area"}


@pytest.fixture(scope="module")
def owner(city_on: object) -> Casebase:
    casebase: Casebase = city_on("postgresql")  # type: ignore[operator]
    with casebase.writing() as connection:
        if connection.scalar(text("SELECT count(*) FROM pg_roles WHERE rolname = :name"), {"name": READER}) == 0:
            connection.execute(text(f'CREATE ROLE "{READER}" LOGIN'))
    assert command.main(["row-security", READER, "--url", url_of(casebase)]) == 0
    return casebase


def url_of(casebase: Casebase, user: str | None = None) -> str:
    url = make_url(casebase.engine.url)
    return url.set(username=user or url.username).render_as_string(hide_password=False)


@pytest.fixture
def reader(owner: Casebase) -> Iterator[Casebase]:
    casebase = open_casebase(Settings(), url_of(owner, READER), create=False)
    yield casebase
    casebase.engine.dispose()


@pytest.fixture
def without_first_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    """Statements are compiled as they are written, whatever the scope."""
    monkeypatch.setattr(narrowing._Narrowed, "visit_table", PGCompiler.visit_table)


def shown(connection: Connection) -> dict[str, list[object]]:
    """The keys of all rows of each table that tells of cases or places."""
    return {
        table.name: sorted(connection.scalars(select(next(iter(table.primary_key)))))
        for table in schema.metadata.sorted_tables
        if table.name not in OPEN | {"info"}
    }


def expected(tables: sample.Tables, scope: Scope) -> dict[str, list[object]]:
    rows = visible(tables, WHOLE if sample.CITY in (scope.areas or ()) else scope)
    keys = {name: next(iter(table.primary_key)).name for name, table in schema.metadata.tables.items()}
    return {name: sorted(rows[name][keys[name]]) for name in rows if name not in OPEN | {"info"}}


@by_name
@pytest.mark.usefixtures("without_first_wall")
def test_the_server_shows_the_rows_of_the_scope_alone(reader: Casebase, tables: sample.Tables, scope: Scope) -> None:
    with reader.seen_by(scope).reading() as connection:
        seen = shown(connection)
    wanted = expected(tables, scope)
    assert {name: seen[name] for name in wanted} == wanted
    assert not any(seen[name] for name in seen if name not in wanted)


@pytest.mark.usefixtures("without_first_wall")
def test_without_the_server_s_wall_the_owner_is_shown_everything(owner: Casebase, tables: sample.Tables) -> None:
    """So that the tests of the wall can fail."""
    bare = open_casebase(Settings(), url_of(owner), create=False)
    with bare.seen_by(DISTRICT).reading() as connection:
        assert connection.scalar(select(func.count()).select_from(schema.petition)) == len(tables["petition"])
    bare.engine.dispose()


def test_who_tells_no_scope_is_shown_nothing(reader: Casebase) -> None:
    with reader.reading() as connection:
        assert not any(shown(connection).values())
        assert connection.scalar(select(func.count()).select_from(schema.workday))


def test_a_scope_ends_with_its_transaction(reader: Casebase) -> None:
    one = reader.seen_by(WHOLE)
    with one.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(schema.petition))
        connection.rollback()
        driver = connection.connection.dbapi_connection
        assert driver is not None
        assert driver.execute("SELECT count(*) FROM petition").fetchone() == (0,)
        driver.rollback()


def test_a_reader_writes_nothing(reader: Casebase) -> None:
    with pytest.raises(Exception, match="permission denied"), reader.writing() as connection:
        connection.execute(schema.petition.delete())


@pytest.mark.parametrize("scope", [WHOLE, DISTRICT_AND_UNIT, NOTHING], ids=["whole", "district and unit", "nothing"])
def test_numbers_are_the_same_behind_both_walls(reader: Casebase, duckdb_city: Casebase, scope: Scope) -> None:
    assert blanks(reader.seen_by(scope)) == blanks(duckdb_city.whole)
    there, here = (measure(city.seen_by(scope), list(METRICS), as_of=NOW) for city in (reader, duckdb_city))
    pd.testing.assert_frame_equal(there, here)
    early: dict[str, Any] = {
        "as_of": datetime(2026, 1, 31, 12),
        "period": Period(date(2024, 12, 1), date(2024, 12, 31)),
    }
    there, here = (compare(city.seen_by(scope), list(METRICS), **early) for city in (reader, duckdb_city))
    pd.testing.assert_frame_equal(there, here)


def test_a_session_that_was_told_more_before_is_told_again(reader: Casebase) -> None:
    with reader.seen_by(NOTHING).reading() as connection:
        driver: Any = connection.connection.dbapi_connection
        driver.execute("SELECT set_config('cockpit.everything', 'on', false), set_config('cockpit.units', 'U1', false)")
        driver.commit()
        assert not any(shown(connection).values())
        driver.execute("RESET ALL")
        driver.commit()


def test_a_question_of_facts_that_fails_leaves_nothing_open(reader: Casebase) -> None:
    seen = reader.seen_by(NOTHING)
    with seen.one_state():
        with suppress(KeyError), seen.reading_facts():
            raise KeyError
        with seen.reading() as connection:
            assert not any(shown(connection).values())


def test_who_owns_the_tables_is_no_reader(owner: Casebase) -> None:
    with pytest.raises(UsageError, match="owns the tables"), owner.writing() as connection:
        install(connection, str(owner.engine.url.username))


def test_a_policy_of_others_is_named_where_they_are_laid(owner: Casebase) -> None:
    with owner.engine.connect() as connection:
        connection.execute(text("CREATE POLICY reports ON petition FOR SELECT USING (true)"))
        with pytest.raises(UsageError, match=r"^petition: policies of others"):
            install(connection, READER)
        connection.rollback()


def test_policies_stand_in_the_way_of_no_upgrade(owner: Casebase) -> None:
    with owner.engine.connect() as connection:
        remove(connection)
        connection.execute(text("ALTER TABLE petition ALTER COLUMN unit_id TYPE text"))
        connection.rollback()


def test_commands_of_a_reader_find_what_is_there(
    reader: Casebase, tables: sample.Tables, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "open_casebase", lambda *_, **__: reader)
    assert command.main(["status"]) == 0
    assert f"petition       {len(tables['petition']):>12,} rows" in capsys.readouterr().out
    assert command.main(["demo", "--if-empty"]) == 0
    assert "holds cases already" in capsys.readouterr().out


def test_a_reader_of_this_release_is_held(reader: Casebase) -> None:
    with reader.reading() as connection:
        check_reader(connection)


def test_an_owner_is_not(owner: Casebase) -> None:
    with owner.reading() as connection, pytest.raises(UsageError, match="owns the tables"):
        check_reader(connection)


@pytest.mark.parametrize(
    ("change", "undo", "says"),
    [
        ("DROP POLICY cockpit_scope ON hearing", "", "missing, altered"),
        ("ALTER TABLE hearing DISABLE ROW LEVEL SECURITY", "", "missing, altered"),
        ("COMMENT ON POLICY cockpit_scope ON hearing IS 'of another release'", "", "missing, altered"),
        ("ALTER POLICY cockpit_scope ON petition USING (true)", "", "missing, altered"),
        (
            "CREATE POLICY reports ON petition FOR SELECT USING (true)",
            "DROP POLICY reports ON petition",
            "missing, altered",
        ),
        (f'GRANT postgres TO "{READER}"', f'REVOKE postgres FROM "{READER}"', "a member of one"),
        (
            f'GRANT postgres TO "{READER}" WITH INHERIT FALSE, SET TRUE',
            f'REVOKE postgres FROM "{READER}"',
            "a member of one",
        ),
        (f'GRANT DELETE ON hearing TO "{READER}"', f'REVOKE DELETE ON hearing FROM "{READER}"', "may write"),
        (
            f"ALTER ROLE \"{READER}\" SET cockpit.everything = 'on'",
            f'ALTER ROLE "{READER}" RESET cockpit.everything',
            "by itself",
        ),
    ],
    ids=["dropped", "off", "older", "altered", "another beside it", "member", "may become", "may write", "told before"],
)
def test_a_wall_that_is_not_whole_is_told(owner: Casebase, change: str, undo: str, says: str) -> None:
    with owner.writing() as connection:
        connection.execute(text(change))
    reader = open_casebase(Settings(), url_of(owner, READER), create=False)
    try:
        with reader.reading() as connection, pytest.raises(UsageError, match=says):
            check_reader(connection)
    finally:
        reader.engine.dispose()
        with owner.writing() as connection:
            connection.execute(text(undo or "SELECT 1"))
            install(connection, READER)


def test_every_scope_of_the_tests_is_another(owner: Casebase) -> None:
    assert len({owner.seen_by(scope) for scope in SCOPES.values()}) == len(SCOPES)


def test_a_file_has_none(duckdb_city: Casebase, capsys: pytest.CaptureFixture[str]) -> None:
    address = duckdb_city.engine.url.render_as_string(hide_password=False)
    assert command.main(["row-security", "reader", "--url", address]) == 2
    assert "a file is its owner's alone" in capsys.readouterr().err
