"""The cities in which leaks are looked for: the sample of the queries, and the demonstration behind a sign-in."""

from tests.queries.conftest import city_on, duckdb_city, tables
from tests.queries.test_row_security import owner, reader
from tests.screen.conftest import city, demo_file, demo_url, still_config, stopped_clock
from tests.screen.test_pairing import server

__all__ = [
    "city",
    "city_on",
    "demo_file",
    "demo_url",
    "duckdb_city",
    "owner",
    "reader",
    "server",
    "still_config",
    "stopped_clock",
    "tables",
]
