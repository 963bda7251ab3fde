"""The floor of 一屏总览 gives the numbers of the page, and refuses to be one where it does not."""

from datetime import datetime

import pytest

from benchmarks import overview_floor
from benchmarks.changes import change
from benchmarks.overview_floor import SIX, checked_floor_ms, differences, floor_numbers, page_numbers
from casebase.engine import Casebase
from tests.benchmarks.conftest import UNTIL


@pytest.mark.parametrize("as_of", [UNTIL, datetime(2026, 3, 31, 9, 5), datetime(2026, 9, 1, 0, 0)])
def test_the_floor_gives_the_numbers_of_the_page(own_city: Casebase, as_of: datetime) -> None:
    change(own_city, 40, UNTIL)
    page = page_numbers(own_city, as_of)
    with own_city.reading() as connection:
        assert differences(floor_numbers(connection, as_of), page) == []
    # It is of something: every number has its value of now, of each month, and of earlier periods.
    assert {metric for of, metric in page if of == "now"} == set(SIX)
    assert {of for of, _ in page} >= {"now", "previous", "year_before", f"{as_of:%Y-%m}", "flow"}
    if as_of.day > 1:  # on the first day no promise of the month is over
        assert sum(of.startswith("district") for of, _ in page) > 3
    assert sum(hits for hits, _ in page.values()) > 1000


def test_other_numbers_are_no_floor(own_city: Casebase, monkeypatch: pytest.MonkeyPatch) -> None:
    assert checked_floor_ms(own_city, UNTIL) > 0
    monkeypatch.setattr(overview_floor, "_NOT_HANDLED", "coalesce(status IN ('存'), false)")
    with pytest.raises(SystemExit, match="not_handled: "):
        checked_floor_ms(own_city, UNTIL)
