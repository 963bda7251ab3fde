"""The small demonstration city, as pages have it, and a view of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import pytest

from casebase.engine import Casebase
from casebase.settings import Settings
from casebase.workdays import Workdays, build
from cockpit.data import Data
from cockpit.view import View, comparisons
from queries.model import Slice
from tests.pages.conftest import (
    EVENING,
    YEAR,
    city,
    demo_file,
    demo_url,
    open_page,
    own_city,
    own_url,
    still_config,
    stopped_clock,
)

__all__ = ["city", "demo_file", "demo_url", "open_page", "own_city", "own_url", "still_config", "stopped_clock"]


@dataclass
class Answering:
    """Stands for data: asks the case base every time."""

    casebase: Casebase

    @property
    def settings(self) -> Settings:
        return Settings()

    @property
    def workdays(self) -> Workdays:
        return build(Settings().calendar)

    def ask(self, question: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return question(self.casebase, *args, **kwargs)


@pytest.fixture
def year(city: Casebase) -> View:
    """The whole city in the year, as of the evening."""
    return View(cast(Data, Answering(city)), EVENING, YEAR, Slice(), comparisons(None), bar_period=YEAR)
