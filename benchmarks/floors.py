"""The floor of a page: the least that the plain engine does for the rows and columns that the page's statements read.

Every statement of a page is explained; each place where its plan reads a table gives the table, the columns and the
conditions that the engine itself finds rows by. Those of one table with the same conditions are one scan of all their
columns. The floor is one statement over all scans of the page that looks at every value once (a hash of each row, all
hashes together) and hands back one row: no join, no group, no list, nothing said twice.

A scan that alone takes longer than all statements that it comes from is left out: there the engine learned while it ran
which rows it needs (a limit, the keys of a join), and a floor must not stand above what lies on it.
"""

import json
import time
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any, NamedTuple

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from benchmarks.statements import Statement

# What a plan says of a scan that is no condition of the statement: it comes about while the statement runs.
_NOT_ASKED = ("optional:", "dynamic")


class Scan(NamedTuple):
    """Rows of a table that are found by conditions (SQL), and the columns that are read of them."""

    table: str
    conditions: frozenset[str]
    columns: frozenset[str]


def floor_ms(connection: Connection, statements: Sequence[Statement], *, times: int = 3) -> float:
    """Milliseconds of the floor of these statements, the quickest of several runs; 0 where they read no table."""
    read = [
        scan
        for scan, numbers in merged(connection, statements).items()
        if quickest_ms(connection, floor_statement([scan]), times=1)
        <= sum(statements[n].seconds for n in numbers) * 1000
    ]
    return quickest_ms(connection, floor_statement(read), times=times) if read else 0.0


def quickest_ms(connection: Connection, sql: str, *, times: int) -> float:
    """Milliseconds of a statement, the quickest of several runs."""
    spent = []
    for _ in range(times):
        started = time.perf_counter()
        connection.exec_driver_sql(sql).all()
        spent.append((time.perf_counter() - started) * 1000)
    return min(spent)


def merged(connection: Connection, statements: Sequence[Statement]) -> dict[Scan, Set[int]]:
    """One scan for each table and conditions, of all columns that any statement reads, and the statements' numbers."""
    columns: dict[tuple[str, frozenset[str]], set[str]] = {}
    sources: dict[tuple[str, frozenset[str]], set[int]] = {}
    for number, statement in enumerate(statements):
        for scan in scans_of(connection, statement):
            key = scan.table, scan.conditions
            columns.setdefault(key, set()).update(scan.columns)
            sources.setdefault(key, set()).add(number)
    return {Scan(*key, frozenset(columns[key])): sources[key] for key in columns}


def scans_of(connection: Connection, statement: Statement) -> list[Scan]:
    """Where the plan of a statement reads tables; nothing of one that cannot be explained (a change of settings)."""
    try:
        explained = connection.exec_driver_sql(f"EXPLAIN (FORMAT json) {statement.sql}", statement.parameters or None)
    except DBAPIError:
        return []
    return [scan for node in json.loads(explained.one()[1]) for scan in _scans_below(node)]


def _scans_below(node: Mapping[str, Any]) -> Iterator[Scan]:
    details = node.get("extra_info", {})
    if "Table" in details:
        conditions = [one for one in _as_list(details.get("Filters")) if not one.lower().startswith(_NOT_ASKED)]
        # A plan that needs no column of a row, or its number alone, names one without a name.
        columns = filter(None, _as_list(details.get("Projections")))
        yield Scan(details["Table"], frozenset(conditions), frozenset(columns))
    for child in node.get("children", ()):
        yield from _scans_below(child)


def _as_list(value: Any) -> list[str]:
    """A plan says one thing as a text and several as a list."""
    return [value] if isinstance(value, str) else list(value or ())


def floor_statement(scans: Sequence[Scan]) -> str:
    """One statement that looks at every value of these scans once."""
    return " UNION ALL ".join(map(_look_at, scans))


def _look_at(scan: Scan) -> str:
    names = ", ".join(f'"{name}"' for name in sorted(scan.columns))
    value = f"bit_xor(hash({names}))" if names else "count(*)"
    where = " AND ".join(f"({one})" for one in sorted(scan.conditions))
    return f"SELECT {value} FROM {scan.table}" + (f" WHERE {where}" if where else "")
