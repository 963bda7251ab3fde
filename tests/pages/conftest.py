"""A small demonstration city, and pages opened on any database as a reader would open them."""

import atexit
import json
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from playwright.sync_api import Page
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.testing.v1 import AppTest

from benchmarks.harness import as_served, page_at
from casebase import demo, schema
from casebase.bulk_insert import append
from casebase.clock import wall_clock
from casebase.engine import Casebase, mark_changed, open_casebase
from casebase.loading import load, read_map
from casebase.settings import ROOT, Settings
from cockpit import process
from docs.make_screenshots import cockpit
from pages.parts import clicks
from pages.parts.menu import ENTRIES
from queries.cases import Part, count_cases
from queries.compare import by_month
from queries.measure import measure
from queries.model import Slice
from queries.periods import Period, Preset, end_of_day, period_of
from views import charts

BuiltOnce = Callable[[str, Callable[[Casebase], object]], Path]
# The real files, each with its map.
MAPS = {"boston311_2011H2": "boston311.toml", "messages_cn_2011_2020": "messages_cn.toml"}
# Where each page stands in the address, by its script.
PATHS = {entry.file: entry.path for entry in ENTRIES}
# One for all cockpits of a test process, so that their settings are alike.
ACCESS_LOG = Path(tempfile.mkdtemp(prefix="cockpit-access-"))
atexit.register(shutil.rmtree, ACCESS_LOG, ignore_errors=True)
# A time zone in which it is about noon: what is an hour old, and what comes in the next hour, is of one day, month and
# year, whenever the tests run.
NOON = f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"
CASES, SEED, UNTIL = 6000, 7, datetime(2026, 11, 20, 15, 30)
# The last whole day of the city, and the year up to it: what most tests of a click ask for.
EVENING = end_of_day(date(2026, 11, 19))
YEAR = period_of(Preset.YEAR, EVENING.date())


@pytest.fixture(scope="session", autouse=True)
def _charts_checked() -> Iterator[None]:
    """The charts of every page that a test opens are checked against Vega-Lite's schema."""
    written = clicks._written

    def checked(chart: charts.Chart) -> clicks.Drawing:
        chart.to_dict()
        return written(chart)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clicks, "_written", checked)
        yield


@pytest.fixture(scope="session")
def demo_file(built_once: BuiltOnce) -> Path:
    """The city's DuckDB file, built once a test run: read it, or copy it."""

    def fill(casebase: Casebase) -> None:
        demo.build(casebase, cases=CASES, seed=SEED, until=UNTIL, progress=lambda *_: None)

    return built_once("city", fill)


def read_only(url: str) -> str:
    """The URL of a DuckDB file that many tests and processes read at once: a test that writes to it fails."""
    return f"{url}?access_mode=read_only"


@pytest.fixture(scope="session")
def demo_url(demo_file: Path) -> str:
    """URL of the city for all tests that only read. Who writes, or breaks the database, takes `own_url`."""
    return read_only(f"duckdb:///{demo_file}")


@pytest.fixture(scope="session")
def city(demo_url: str) -> Iterator[Casebase]:
    """The city that all tests read, to ask what a page should say. Who writes takes `own_city`."""
    casebase = open_casebase(Settings(), demo_url)
    yield casebase
    casebase.engine.dispose()


@pytest.fixture(scope="session")
def bare_url(new_url: Callable[[str], str], casebase_of: Callable[[str], Casebase]) -> str:
    """URL of an upgraded database without rows but its calendar, for all tests that only read."""
    url = new_url("duckdb")
    casebase_of(url).engine.dispose()
    return read_only(url)


@pytest.fixture(scope="session")
def real_url(shared_data: Path, built_once: BuiltOnce) -> Callable[[str], str]:
    """A function from a file of ../shared/data/cases, by its name, to the URL of a database that holds it, to read."""

    def url_of(name: str) -> str:
        file, columns = shared_data / "cases" / f"{name}.csv.gz", read_map(ROOT / "maps" / MAPS[name])
        filled = built_once(name, lambda casebase: load(casebase, file, columns, now=datetime(2026, 11, 20)))
        return read_only(f"duckdb:///{filled}")

    return url_of


@pytest.fixture
def own_url(demo_file: Path, tmp_path: Path) -> str:
    """URL of a copy of the city that belongs to one test."""
    return f"duckdb:///{shutil.copy(demo_file, tmp_path / 'city.duckdb')}"


@pytest.fixture
def own_city(own_url: str) -> Iterator[Casebase]:
    """The copy of the city that belongs to one test, to change it."""
    casebase = open_casebase(Settings(), own_url)
    yield casebase
    casebase.engine.dispose()


@pytest.fixture
def still_config(tmp_path: Path) -> Path:
    """config.toml with a city that does not move, at noon, for the test to change."""
    return _still(tmp_path)


def _still(folder: Path) -> Path:
    file = folder / "config.toml"
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    for old, new in (
        ("live = true", "live = false"),
        ('timezone = "Asia/Shanghai"', f'timezone = "{NOON}"'),
        ('log = "data/access"', f'log = "{ACCESS_LOG}"'),
    ):
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture(scope="session", name="address")
def running_cockpit(demo_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a running cockpit on the city, for all tests that only look at it.

    Who stops the server, its network or its database, changes data or configuration, starts one of its own. What
    walls and remotes tell the server stays there: each test of them speaks on channels of its own.
    """
    with cockpit(demo_url, _still(tmp_path_factory.mktemp("running"))) as address:
        yield address


@pytest.fixture
def quick_config(still_config: Path) -> Path:
    """Looks for news every second, and is soon worried about a database that does not answer."""
    text = still_config.read_text(encoding="utf-8")
    for old, new in (("amber = 30", "amber = 2"), ("red = 120", "red = 6"), ("poll = 2", "poll = 1")):
        assert old in text
        text = text.replace(old, new)
    still_config.write_text(text, encoding="utf-8")
    return still_config


@pytest.fixture
def small(postgres_url: str, casebase_of: Callable[[str], Casebase]) -> Casebase:
    """A PostgreSQL database with a city, one district and forty cases of the last days."""
    casebase = casebase_of(postgres_url)
    with casebase.writing() as connection:
        areas = pd.DataFrame(
            {
                "code": ["1", "11"],
                "name": ["某市", "某区"],
                "level": [1, 2],
                "parent_code": [None, "1"],
                "schematic": False,
                "lon": [113.6, 113.7],
                "lat": [34.7, 34.8],
            }
        )
        append(connection, schema.area, areas)
    add_cases(casebase, range(1, 41))
    return casebase


def add_cases(casebase: Casebase, numbers: range, place: tuple[float, float] | None = None) -> None:
    """Cases of the last hour with these numbers, the last one newest, each at `place` (lon, lat) if given."""
    lon, lat = place or (None, None)
    now = wall_clock(NOON).replace(microsecond=0)
    registered = [now - timedelta(minutes=60 - number) for number in numbers]
    frame = pd.DataFrame(
        {
            "petition_id": list(numbers),
            "case_no": [f"T{number}" for number in numbers],
            "channel": "网信",
            "district_code": "11",
            "registered_at": registered,
            "due_at": [at + timedelta(days=60) for at in registered],
            "lon": lon,
            "lat": lat,
            "source": "test",
            "updated_at": now,
        }
    )
    with casebase.writing() as connection:
        append(connection, schema.petition, frame)
        mark_changed(connection, now)


# Of which data and settings the process is: see begin_process.
_PROCESS: list[tuple[object, ...]] = []


def begin_process(monkeypatch: pytest.MonkeyPatch, url: str, config: Path) -> None:
    """Let the cockpit be a new process on a database and with a configuration.

    Where nobody can write to the database, a process of the same database, configuration and clock goes on: it has
    its data open, and knows its answers, as the running cockpit does for the next reader.
    """
    monkeypatch.setenv("COCKPIT_DATABASE_URL", url)
    monkeypatch.setenv("COCKPIT_CONFIG", str(config))
    asked = (url, config.read_text(encoding="utf-8"), process.now)
    if [asked] == _PROCESS and url == read_only(url.partition("?")[0]):
        return
    _PROCESS[:] = [asked]
    process.forget_all()
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch, still_config: Path) -> Iterator[Callable[..., AppTest]]:
    """A function (url, page="", **address) that opens a page of the cockpit on a database, as a link to it does."""

    def opened(url: str, page: str = "", **address: str) -> AppTest:
        begin_process(monkeypatch, url, still_config)
        app = page_at(PATHS[page] if page else "", timeout=120)
        for key, value in address.items():
            app.query_params[key] = value
        return app.run()

    with as_served():
        yield opened


@dataclass
class HandedOut:
    """The files that the pages of a test offer, by name: each is made as a browser's click makes it."""

    offered: dict[str, tuple[MediaFileManager, str]]

    def take(self, name: str) -> bytes:
        """The bytes of a file. Raises MediaFileStorageError where there is none."""
        manager, file_id = self.offered[name]
        address = manager.execute_deferred(file_id)
        return manager._storage.get_file(address.rpartition("/")[2]).content  # type: ignore[attr-defined,no-any-return]


@pytest.fixture
def handed_out(monkeypatch: pytest.MonkeyPatch) -> HandedOut:
    """What pages that are opened from here on offer as files."""
    found = HandedOut({})
    offer = MediaFileManager.add_deferred

    def noted(manager: MediaFileManager, *args: Any, **kwargs: Any) -> str:
        file_id = offer(manager, *args, **kwargs)
        found.offered[kwargs["file_name"]] = manager, file_id
        return file_id

    monkeypatch.setattr(MediaFileManager, "add_deferred", noted)
    return found


def until() -> datetime:
    """The city's own last moment."""
    return UNTIL


@pytest.fixture
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """The city's own last moment in place of the wall clock, which would redraw a page at every minute."""
    monkeypatch.setattr("cockpit.process.now", until)
    return UNTIL


@pytest.fixture
def opened(open_page: Callable[..., AppTest], city: Casebase) -> Callable[..., int]:
    """A function (page, key, selection, at=EVENING): the length of the list that a click opens.

    The page is of the year up to `at`.
    """

    def length(page: str, key: str, selection: dict[str, Any], at: datetime = EVENING) -> int:
        city.engine.dispose()  # a DuckDB file belongs to one at a time
        url = city.engine.url.render_as_string()
        app = open_page(url, page, as_of=at.date().isoformat(), period="本年")
        asked = clicked(app, key, selection)
        return list_length(city, asked, as_of=at, period=period_of(Preset.YEAR, at.date()))

    return length


def number(city: Casebase, metric: str, **cell: str | None) -> Any:
    """A metric of this year, as a row of `measure`."""
    return measure(city.whole, [metric], as_of=EVENING, period=YEAR, within=Slice().narrow(**cell)).iloc[0]


def busiest(city: Casebase, stock: str) -> datetime:
    """The end of the month of the last two years at which a stock was largest."""
    months = by_month(city.whole, [stock], as_of=EVENING, months=24)
    last = pd.Period(months.sort_values("hits", kind="stable")["month"].iloc[-1])
    return min(EVENING, end_of_day(last.end_time.date()))


def fullest(city: Casebase, metric: str, by: str) -> str:
    """The value of a dimension with most hits this year."""
    found = measure(city.whole, [metric], as_of=EVENING, period=YEAR, by=[by]).dropna(subset=[by])
    return str(found.sort_values("hits")[by].iloc[-1])


def panels(app: AppTest) -> str:
    """The HTML of all cards, sentences and the header on a page."""
    data = [json.loads(element.proto.json) for element in app.get("bidi_component") if element.proto.json]
    return "\n".join(one["html"] for one in data if "html" in one)


def card_values(app: AppTest) -> dict[str, str]:
    """The number on each card of a page, by metric id."""
    pattern = re.compile(r'<article class="card" data-key="(\w+)">.*?<span class="value">([^<]*)</span>', re.DOTALL)
    return dict(pattern.findall(panels(app)))


def failures(app: AppTest) -> list[str]:
    """What a page says went wrong."""
    return [*(error.value for error in app.exception), *(error.value for error in app.error)]


def clicked(app: AppTest, key: str, selection: dict[str, Any]) -> dict[str, str]:
    """The address of the list that a click opens; `selection` is what the chart or table with this key hands back."""
    assert failures(app) == []
    app.session_state[key] = {"selection": selection}
    app.run()
    return address(app)


def address(app: AppTest) -> dict[str, str]:
    """What stands in the address of the page."""
    return {name: value if isinstance(value, str) else value[-1] for name, value in app.query_params.items()}


def list_length(casebase: Casebase, asked: dict[str, str], *, as_of: datetime, period: Period) -> int:
    """How long the list of an address is; it is of `period` unless it names its own days."""
    if "from" in asked:
        period = Period(date.fromisoformat(asked["from"]), date.fromisoformat(asked["to"]))
    cell = {name.removeprefix("by_"): value or None for name, value in asked.items() if name.startswith("by_")}
    within = Slice().narrow(**cell)
    return count_cases(casebase.whole, asked["metric"], Part(asked["part"]), as_of=as_of, period=period, within=within)


def wait_until(page: Page, expression: str, patience: float = 90.0) -> None:
    """Wait at most `patience` seconds for a JavaScript expression, or what a function of that text returns, to hold.

    Page.wait_for_function evaluates text inside the page, which our Content-Security-Policy forbids on purpose;
    Page.evaluate is not subject to it.
    """
    end = time.monotonic() + patience
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"never came true: {expression}"
        page.wait_for_timeout(50)
