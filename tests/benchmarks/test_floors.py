"""A floor reads what the statements read, once, and never stands above them."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import Connection

from benchmarks import floors
from benchmarks.floors import Scan, floor_statement, merged, scans_of
from benchmarks.statements import Statement, watching
from casebase.engine import Casebase
from queries.measure import measure
from queries.periods import Period
from tests.benchmarks.conftest import UNTIL


def statement(sql: str, *parameters: object) -> Statement:
    return Statement(sql, parameters, 1.0, 1.0)


@pytest.fixture
def connection(own_city: Casebase) -> Iterator[Connection]:
    with own_city.reading() as connection:
        yield connection


def columns(scans: list[Scan]) -> list[tuple[str, list[str]]]:
    return [(scan.table.rpartition(".")[2], sorted(scan.columns)) for scan in scans]


def test_a_scan_has_table_columns_and_conditions(connection: Connection) -> None:
    sql = "SELECT status, count(*) FROM petition WHERE registered_at > $1 GROUP BY status"
    (scan,) = scans_of(connection, statement(sql, datetime(2026, 6, 1)))
    assert columns([scan]) == [("petition", ["status"])]
    assert [condition.partition(">")[0] for condition in scan.conditions] == ["registered_at"]


def test_scans_of_the_same_rows_are_one(connection: Connection) -> None:
    asked = [
        statement("SELECT max(status) FROM petition WHERE people > 1"),
        statement("SELECT max(channel) FROM petition WHERE people > 1"),
        statement("SELECT max(channel) FROM petition WHERE people > 2"),
        statement("SELECT max(p.unit_id) FROM petition p JOIN grid_task t USING (petition_id) WHERE p.people > 2"),
        statement("SET threads = 2"),
    ]
    scans = merged(connection, asked)
    assert sorted(map(sorted, scans.values())) == [[0, 1], [2, 3], [3]]
    assert ("petition", ["channel", "status"]) in columns(list(scans))


def test_the_floor_of_a_number_is_the_rows_that_it_reads(own_city: Casebase) -> None:
    """The floor's own count of rows is that of the rows that the conditions find, reckoned apart."""
    year = Period(UNTIL.date().replace(month=1, day=1), UNTIL.date())
    with watching() as clock:
        measure(own_city.whole, ["registered"], as_of=UNTIL, period=year)
    asked = [one for one in clock.asked if "count" in one.sql.lower() and "registered_at" in one.sql]
    with own_city.reading() as connection:
        cases = [scan for scan in merged(connection, asked[-1:]) if scan.table.endswith(".petition")]
        assert len(cases) == 1
        (hashed,) = connection.exec_driver_sql(floor_statement(cases)).one()
        names = ", ".join(f'"{name}"' for name in sorted(cases[0].columns))
        plain = f"""
            SELECT bit_xor(hash({names})) FROM petition
            WHERE registered_at BETWEEN '{year.start}' AND TIMESTAMP '{year.end} 23:59:59.999999'
        """
        assert hashed == connection.exec_driver_sql(plain).scalar_one()


def test_what_the_engine_need_not_read_is_no_floor(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look at one row explains as a scan of all: where the scan takes longer than the statement it is left out."""
    asked = [
        statement("SELECT title FROM petition LIMIT 1"),
        statement("SELECT max(people) FROM petition WHERE people > 1"),
    ]
    floors_read: list[str] = []

    def quickest(_connection: Connection, sql: str, *, times: int) -> float:
        if times > 1:
            floors_read.append(sql)
        return 1001.0 if "title" in sql else 999.0

    monkeypatch.setattr(floors, "quickest_ms", quickest)
    assert floors.floor_ms(connection, asked) == 999.0
    assert len(floors_read) == 1
    assert "title" not in floors_read[0]
    assert '"people"' in floors_read[0]


def test_pages_that_read_no_table_have_no_floor(connection: Connection) -> None:
    assert floors.floor_ms(connection, [statement("SELECT 1")]) == 0.0
