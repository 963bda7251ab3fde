"""Looking ahead: the month's rate if nothing closes is the rate that such days would really bring."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pandas as pd
import pytest
from chinese_calendar import is_workday

from casebase.engine import Casebase
from queries import forward
from queries.cases import Part, cases
from queries.measure import measure
from queries.model import Slice
from queries.periods import Period, end_of_day
from tests.queries import sample

MOMENTS = (datetime(2026, 9, 24, 10, 30), end_of_day(date(2026, 10, 16)), datetime(2026, 11, 3, 0, 0))
CLOCKS = tuple(forward.RATE_METRICS)


@pytest.fixture(scope="module", params=MOMENTS, ids=str)
def stood_still(
    request: pytest.FixtureRequest,
    tables: sample.Tables,
    new_url: Callable[[str], str],
    casebase_of: Callable[[str], Casebase],
) -> tuple[Casebase, datetime]:
    """The city in which nothing has happened since the moment: no case closed, none registered."""
    at = request.param
    p = tables["petition"]
    p = p[p["registered_at"] <= at]
    p = p.assign(closed_at=p["closed_at"].where(p["closed_at"] <= at))
    casebase = casebase_of(new_url("duckdb"))
    sample.fill(casebase, {**tables, "petition": p})
    return casebase, at


def after(day: date, n: int) -> datetime:
    """The end of the n-th working day after a day: the midnight that follows."""
    while n:
        day += timedelta(days=1)
        n -= bool(is_workday(day))
    return datetime.combine(day + timedelta(days=1), time.min)


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("within", [Slice(), Slice(area="410105"), Slice(channel="来访")], ids=str)
def test_outlook_is_the_rate_measured_then(
    clock: str, within: Slice, stood_still: tuple[Casebase, datetime], duckdb_city: Casebase
) -> None:
    still, at = stood_still
    ahead = forward.outlook(duckdb_city.whole, clock, as_of=at, within=within)
    month = Period(at.date().replace(day=1), (pd.Timestamp(at) + pd.offsets.MonthEnd(0)).date())
    assert list(ahead["days"]) == [0, 1, 3, 5]
    for days, hits, among in ahead[["days", "hits", "among"]].itertuples(index=False):
        then = after(at.date(), int(days)) if days else at
        found = measure(still.whole, [forward.RATE_METRICS[clock]], as_of=then, period=month, within=within).iloc[0]
        assert (hits, among) == (found["hits"], found["among"])
    assert ahead["falling"].is_monotonic_increasing
    assert ahead["falling"].iloc[0] == 0


@pytest.mark.parametrize("clock", CLOCKS)
def test_outlook_by_unit_sums_to_the_whole(clock: str, duckdb_city: Casebase) -> None:
    at = MOMENTS[0]
    whole = forward.outlook(duckdb_city.whole, clock, as_of=at)
    parts = forward.outlook(duckdb_city.whole, clock, as_of=at, by=["unit"]).groupby("days")[
        ["hits", "among", "falling"]
    ]
    pd.testing.assert_frame_equal(
        parts.sum(), whole.set_index("days")[["hits", "among", "falling"]], check_names=False, check_dtype=False
    )
    assert whole["falling"].max() > 0


@pytest.mark.parametrize("clock", CLOCKS)
def test_cases_that_fall_are_open_and_due_in_the_month(clock: str, duckdb_city: Casebase) -> None:
    at = MOMENTS[0]
    ahead = forward.outlook(duckdb_city.whole, clock, as_of=at).set_index("days")
    within = Slice().narrow(**{forward.STATE_DIMENSIONS[clock]: "在期未结"})
    month = forward.month_of(at)
    rows = cases(duckdb_city.whole, ahead["metric"][5], Part.MISSES, as_of=at, period=month, within=within)
    assert len(rows) == ahead["falling"][5]
    assert rows["closed_at"].isna().all()
    limit = pd.to_datetime(rows["five_day_due" if clock == "five_day" else "due_at"]).dt.date
    assert limit.between(at.date(), month.end).all()


@pytest.mark.parametrize("clock", CLOCKS)
def test_due_by_day_is_what_the_registry_counts(clock: str, duckdb_city: Casebase) -> None:
    for days in (1, 3, 5):
        found = forward.due(duckdb_city.whole, clock, days, as_of=MOMENTS[0])
        whole = measure(duckdb_city.whole, [f"{forward.DUE_METRICS[clock]}_{days}"], as_of=MOMENTS[0])["hits"].iloc[0]
        assert found["cases"].sum() == whole
        assert (found["day"] < after(MOMENTS[0].date(), days)).all()
    assert len(found) > 1
