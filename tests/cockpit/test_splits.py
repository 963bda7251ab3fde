"""Units are ranked by their kinds, and by none that nobody named."""

from dataclasses import replace
from datetime import date, datetime

import pandas as pd
import pytest
from sqlalchemy import update

from casebase import schema
from casebase.engine import Casebase, mark_changed
from cockpit import attention, splits
from cockpit.view import View
from queries.periods import Period
from tests.cockpit.conftest import year_of


@pytest.fixture
def own_year(own_city: Casebase) -> View:
    return year_of(own_city)


def test_units_of_which_nobody_tells_the_kind_are_all_units(own_city: Casebase, own_year: View) -> None:
    by_unit = splits.split(own_year, ["registered"], "unit")
    named = splits.by_kind(own_year, by_unit)
    assert list(named)[:2] == ["市直部门", "区县部门"]
    with own_city.writing() as connection:
        connection.execute(update(schema.unit).values(kind=""))
        mark_changed(connection, datetime(2026, 11, 20))
    alike = splits.by_kind(own_year, by_unit)
    assert list(alike) == ["全部单位"]
    pd.testing.assert_frame_equal(alike["全部单位"], by_unit)


def test_alerts_say_that_they_are_of_now_where_the_period_is_over(year: View) -> None:
    october = replace(year, period=Period(date(2026, 10, 1), date(2026, 10, 31)))
    assert attention.note(year) == ""
    assert attention.note(october).startswith("以下是2026年11月19日 23:59的在办件与期限")
