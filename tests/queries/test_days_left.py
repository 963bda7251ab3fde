"""How many days a list says are left of a limit, against a walk over the calendar."""

from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import select

from casebase.engine import Casebase
from casebase.schema import workday
from queries.cases import Part, cases
from tests.queries.sample import LAST, Tables


def working_days_left(works: dict[date, bool], ended: date, due: date) -> int:
    """Walked day by day; a rest day after the limit belongs to the working day that follows it."""
    first, last = sorted((ended, due))
    number = sum(works[first + timedelta(days=n)] for n in range(1, (last - first).days + 1))
    return number if ended <= due else -number - (not works[ended])


def expected(works: dict[date, bool], petitions: pd.DataFrame, as_of: datetime) -> pd.DataFrame:
    """days_left and five_day_left of each petition."""

    def days(row: Any) -> tuple[float | None, float | None]:
        ended = (row.closed_at if pd.notna(row.closed_at) and row.closed_at <= as_of else as_of).date()
        left = None if pd.isna(row.due_at) else float((row.due_at.date() - ended).days)
        five = row.five_day_due
        return left, None if pd.isna(five) else float(working_days_left(works, ended, pd.Timestamp(five).date()))

    return pd.DataFrame([days(row) for row in petitions.itertuples()], columns=["days_left", "five_day_left"])


def test_days_left_are_counted_to_the_closing_or_to_today(city: Casebase, tables: Tables) -> None:
    with city.reading() as connection:
        works = {
            day: bool(is_workday) for day, is_workday in connection.execute(select(workday.c.day, workday.c.is_workday))
        }
    petitions = tables["petition"].set_index("petition_id")
    for as_of in (LAST, datetime(2026, 10, 4, 9)):  # the second lies in a week without work
        listed = cases(city, "registered", as_of=as_of)
        got = listed[["days_left", "five_day_left"]].astype("float64")
        pd.testing.assert_frame_equal(got, expected(works, petitions.loc[listed["petition_id"]], as_of))
        assert (got < 0).any().all()
        assert (got > 0).any().all()


def test_what_missed_its_five_days_has_fewer_than_none_left(city: Casebase) -> None:
    late = cases(city, "five_day_closure", Part.MISSES, as_of=LAST)
    kept = cases(city, "five_day_closure", Part.HITS, as_of=LAST)
    assert len(late)
    assert (late["five_day_left"] < 0).all()
    assert (kept["five_day_left"] >= 0).all()
