"""A briefing of the demonstration city, frozen once a test run, with its three files."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from briefings import files
from briefings.files import File
from briefings.frozen import Frozen, freeze
from briefings.request import Request
from briefings.template import Edits
from casebase.engine import Casebase, open_casebase
from casebase.settings import Settings
from queries.periods import Period
from tests.pages.conftest import EVENING
from tests.pages.conftest import demo_file as demo_file  # a fixture

PERIODS = {
    "week": Period(date(2026, 11, 9), date(2026, 11, 15)),
    "month": Period(date(2026, 10, 1), date(2026, 10, 31)),
    "running": Period(date(2026, 11, 1), date(2026, 11, 30)),
    "year": Period(date(2025, 1, 1), date(2025, 12, 31)),
    "special": Period(date(2026, 8, 3), date(2026, 9, 11)),
    "nothing": Period(date(1999, 3, 1), date(1999, 3, 31)),
}
STEPS = ("请有关单位逐件办结超期件。",)


@pytest.fixture(scope="session")
def city(demo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Casebase]:
    copy = shutil.copy(demo_file, tmp_path_factory.mktemp("briefings") / "city.duckdb")
    casebase = open_casebase(Settings(), f"duckdb:///{copy}")
    yield casebase
    casebase.engine.dispose()


@pytest.fixture(scope="session")
def frozen_of(city: Casebase) -> Callable[..., Frozen]:
    """A function (name of PERIODS, area=None) to a frozen set of numbers, each frozen once."""
    known: dict[tuple[str, str | None], Frozen] = {}

    def get(name: str, area: str | None = None) -> Frozen:
        if (name, area) not in known:
            known[name, area] = freeze(city.whole, Request(PERIODS[name], area), EVENING)
        return known[name, area]

    return get


@pytest.fixture(scope="session")
def made_of(city: Casebase, frozen_of: Callable[..., Frozen]) -> Callable[..., tuple[File, ...]]:
    """A function (name of PERIODS, area=None) to Word, slides and ledger."""
    known: dict[tuple[str, str | None], tuple[File, ...]] = {}

    def get(name: str, area: str | None = None) -> tuple[File, ...]:
        if (name, area) not in known:
            known[name, area] = files.make(frozen_of(name, area), city.workdays, Edits("供会议参阅", STEPS))
        return known[name, area]

    return get
