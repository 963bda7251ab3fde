"""A small demonstration city that the measurements are tried on; their times say nothing here."""

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from casebase import demo
from casebase.engine import Casebase, open_casebase
from casebase.settings import Settings

BuiltOnce = Callable[[str, Callable[[Casebase], object]], Path]
UNTIL = datetime(2026, 11, 20, 15, 30)


@pytest.fixture
def own_city(built_once: BuiltOnce, tmp_path: Path) -> Iterator[Casebase]:
    """The city in a file of the test's own."""

    def fill(casebase: Casebase) -> None:
        demo.build(casebase, cases=3000, seed=7, until=UNTIL, progress=lambda *_: None)

    casebase = open_casebase(
        Settings(), f"duckdb:///{shutil.copy(built_once('measured', fill), tmp_path / 'city.duckdb')}"
    )
    yield casebase
    casebase.engine.dispose()
