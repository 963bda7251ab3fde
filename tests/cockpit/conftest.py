"""The small demonstration city, as pages have it, and a view of it."""

from typing import cast

import pytest

from casebase.engine import Casebase
from cockpit.data import Data
from cockpit.view import View, comparisons
from queries.model import Slice
from tests.cockpit.fakes import Asking
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


def year_of(casebase: Casebase) -> View:
    """All that a case base holds in the year, as of the evening."""
    return View(cast(Data, Asking(casebase)), EVENING, YEAR, Slice(), comparisons(None), bar_period=YEAR)


@pytest.fixture
def year(city: Casebase) -> View:
    """The whole city in the year, as of the evening."""
    return year_of(city)
