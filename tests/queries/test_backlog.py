"""How long open cases have been open, and the oldest of them, against plain pandas on the rows."""

from datetime import datetime, time, timedelta

import pandas as pd
import pytest

from casebase.engine import Casebase
from queries.backlog import IN_TIME, NEAR, OVERDUE, oldest, open_days
from queries.cases import cases
from queries.measure import measure
from queries.model import Slice
from tests.queries import sample

MOMENTS = (datetime(2025, 6, 11, 9, 30), datetime(2026, 10, 3, 18, 0), sample.LAST)


@pytest.fixture
def petitions(tables: sample.Tables) -> pd.DataFrame:
    return tables["petition"]


def still_open(petitions: pd.DataFrame, as_of: datetime) -> pd.DataFrame:
    """Open, visible, no hotline case; with the natural days since registration."""
    known = (petitions["registered_at"] <= as_of) & ~petitions["restricted"].astype(bool)
    waiting = petitions["closed_at"].isna() | (petitions["closed_at"] > as_of)
    rows = petitions[known & waiting & (petitions["channel"] != "12345转办")]
    days = pd.Timestamp(as_of).normalize() - rows["registered_at"].dt.normalize()
    return rows.assign(days=days.dt.days)


@pytest.mark.parametrize("as_of", MOMENTS, ids=str)
def test_days_open(city: Casebase, petitions: pd.DataFrame, as_of: datetime) -> None:
    rows = still_open(petitions, as_of)
    found = open_days(city.whole, as_of=as_of).iloc[0]
    assert (found["cases"], found["median"], found["longest"]) == (len(rows), rows["days"].median(), rows["days"].max())


def test_days_open_by_channel(city: Casebase, petitions: pd.DataFrame) -> None:
    rows = still_open(petitions, sample.LAST).groupby("channel")["days"]
    found = open_days(city.whole, as_of=sample.LAST, by=["channel"]).dropna(subset=["channel"]).set_index("channel")
    assert found["median"].to_dict() == rows.median().to_dict()
    assert found["longest"].to_dict() == rows.max().to_dict()


def test_nothing_open_has_no_median(city: Casebase) -> None:
    found = open_days(city.whole, as_of=datetime(2000, 1, 1)).iloc[0]
    assert found["cases"] == 0
    assert pd.isna(found["median"])


@pytest.mark.parametrize("as_of", MOMENTS, ids=str)
def test_oldest_are_the_first_of_the_backlog_list(city: Casebase, as_of: datetime) -> None:
    within = Slice(area="410105", channel="网信")
    found = oldest(city.whole, as_of=as_of, within=within, limit=25)
    listed = cases(city.whole, "backlog", as_of=as_of, within=within, limit=25)
    assert found["petition_id"].tolist() == listed["petition_id"].tolist()
    assert found["days_open"].is_monotonic_decreasing


def test_states_are_the_counts_of_the_metrics(city: Casebase) -> None:
    found = oldest(city.whole, as_of=sample.LAST, limit=10_000)
    numbers = measure(city.whole, ["backlog", "overdue", "due_in_5"], as_of=sample.LAST).set_index("metric")["hits"]
    states = found["state"].value_counts()
    assert len(found) == numbers["backlog"]
    assert (states[OVERDUE], states[NEAR]) == (numbers["overdue"], numbers["due_in_5"])
    assert (
        states[IN_TIME] == numbers["backlog"] - numbers["overdue"] - numbers["due_in_5"] - found["due_at"].isna().sum()
    )


def test_days_left_are_counted_to_the_day_of_the_deadline(city: Casebase) -> None:
    found = oldest(city.whole, as_of=sample.LAST, limit=10_000).dropna(subset=["due_at"])
    midnight = datetime.combine(sample.LAST, time.min)
    expected = (found["due_at"].dt.normalize() - midnight) // timedelta(days=1)
    assert found["days_left"].astype(int).tolist() == expected.tolist()
