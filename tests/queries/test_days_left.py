"""How many days a list says are left of a limit, against a walk over the calendar."""

from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import select

from casebase import schema
from casebase.bulk_insert import append
from casebase.engine import Casebase
from casebase.schema import workday
from queries.cases import Part, cases
from queries.course import course
from tests.queries.sample import LAST, Tables


def working_days_left(works: dict[date, bool], ended: date, due: date) -> int:
    """Walked day by day: the working days after the earlier up to the later; a rest day is none."""
    first, last = sorted((ended, due))
    number = sum(works[first + timedelta(days=n)] for n in range(1, (last - first).days + 1))
    return number if ended <= due else -number


def expected(works: dict[date, bool], petitions: pd.DataFrame, as_of: datetime) -> pd.DataFrame:
    """days_left and five_day_left of each petition; none of what ended without being handled."""

    def days(row: Any) -> tuple[float | None, float | None]:
        if row.status in ("不予受理", "不再受理", "存") and pd.notna(row.closed_at) and row.closed_at <= as_of:
            return None, None
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
        listed = cases(city.whole, "registered", as_of=as_of)
        got = listed[["days_left", "five_day_left"]].astype("float64")
        pd.testing.assert_frame_equal(got, expected(works, petitions.loc[listed["petition_id"]], as_of))
        assert (got < 0).any().all()
        assert (got > 0).any().all()


def test_what_missed_its_five_days_has_none_left(city: Casebase) -> None:
    """On the rest days after the limit not a working day is over: 0, as on the last day."""
    late = cases(city.whole, "five_day_closure", Part.MISSES, as_of=LAST)
    kept = cases(city.whole, "five_day_closure", Part.HITS, as_of=LAST)
    assert len(late)
    assert (late["five_day_left"] <= 0).all()
    assert (kept["five_day_left"] >= 0).all()


@pytest.mark.parametrize(
    ("limit", "as_of", "left"),
    [
        (date(2026, 11, 11), datetime(2026, 11, 29, 9), -12),  # a Wednesday, looked at on a Sunday
        (date(2026, 11, 11), datetime(2026, 11, 27, 9), -12),
        (date(2026, 11, 11), datetime(2026, 11, 30, 9), -13),
        (date(2026, 11, 27), datetime(2026, 11, 29, 9), 0),
        (date(2026, 11, 27), datetime(2026, 11, 30, 9), -1),
        (date(2026, 11, 30), datetime(2026, 11, 28, 9), 1),
    ],
)
def test_working_days_of_a_list_by_hand(empty_casebase: Casebase, limit: date, as_of: datetime, left: int) -> None:
    row = {"petition_id": 1, "case_no": "N1", "channel": "网信", "source": "test", "updated_at": as_of}
    claim = row | {"registered_at": datetime(2026, 11, 4, 9), "is_simple": True, "five_day_due": limit}
    with empty_casebase.writing() as connection:
        append(connection, schema.petition, pd.DataFrame([claim]))
    assert cases(empty_casebase.whole, "registered", as_of=as_of)["five_day_left"].tolist() == [left]


@pytest.mark.parametrize("as_of", [LAST, datetime(2026, 10, 4, 9)])  # a Sunday, and a week without work
def test_list_and_case_page_count_the_same_days(duckdb_city: Casebase, as_of: datetime) -> None:
    listed = cases(duckdb_city.whole, "registered", as_of=as_of)
    compared = 0
    for column, name in (("five_day_left", "简单诉求办结"), ("days_left", "办结")):
        for row in listed[listed[column].notna()].sample(10, random_state=5).to_dict("records"):
            case_course = course(duckdb_city.whole, int(row["petition_id"]), as_of=as_of)
            assert case_course is not None
            for clock in (clock for clock in case_course.clocks if clock.name == name):
                assert clock.days == abs(row[column]), (name, row["petition_id"])
                compared += 1
    assert compared > 10
