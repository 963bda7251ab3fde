"""What needs attention, against plain pandas on the sample city and on small cities made for one rule."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from chinese_calendar import is_workday

from casebase import schema
from casebase.bulk_insert import append
from casebase.engine import Casebase
from queries.attention import (
    About,
    Finding,
    attention,
    due_soonest,
    most_overdue,
    next_hearing,
    own_gap,
    own_rate,
    past_promise,
    rising_topic,
    weakest_rate,
    widest_gap,
)
from queries.cases import count_cases
from queries.model import EVERYTHING, Slice
from queries.periods import Period
from tests.queries.reference import Reference

NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
SUNDAY = datetime(2026, 11, 22, 19, 10)
MOMENTS = [SUNDAY, datetime(2026, 11, 20, 9, 0), datetime(2026, 9, 29, 12, 30), datetime(2025, 6, 16, 8, 0)]
SLICES = [EVERYTHING, Slice(area="410105"), Slice(channel="网信"), Slice(category="01")]


def searched(casebase: Casebase, as_of: datetime, period: Period, within: Slice) -> list[Finding]:
    """Every finding there is."""
    found = (
        due_soonest(casebase.whole, as_of, within, "district"),
        most_overdue(casebase.whole, as_of, within, "district"),
        past_promise(casebase.whole, as_of, within, "district"),
        own_rate(casebase.whole, as_of, period, within),
        weakest_rate(casebase.whole, as_of, period, within, "district"),
        rising_topic(casebase.whole, as_of, within, "district"),
        own_gap(casebase.whole, as_of, within),
        widest_gap(casebase.whole, as_of, within, "district"),
        next_hearing(casebase.whole, as_of, within),
    )
    return [finding for finding in found if finding is not None]


@pytest.mark.parametrize("within", SLICES)
@pytest.mark.parametrize("as_of", MOMENTS)
def test_list_is_as_long_as_the_sentence_says(city: Casebase, as_of: datetime, within: Slice) -> None:
    found = searched(city, as_of, YEAR, within)
    assert found
    for finding in found:
        cell = within.narrow(**dict(finding.cell))
        period = finding.period or YEAR
        assert (
            count_cases(city.whole, finding.metric, finding.part, as_of=as_of, period=period, within=cell)
            == finding.count
        )


@pytest.mark.parametrize("as_of", MOMENTS)
def test_all_that_stands_out_is_found_and_no_two_on_one_thing(duckdb_city: Casebase, as_of: datetime) -> None:
    found = attention(duckdb_city.whole, as_of=as_of, period=YEAR)
    assert found == searched(duckdb_city, as_of, YEAR, EVERYTHING)
    order = [list(About).index(finding.about) for finding in found]
    assert order == sorted(set(order))


def test_what_the_city_says_of_a_district_is_said_at_home_too(duckdb_city: Casebase) -> None:
    """A district's own overview names the district, with the city's numbers of it."""
    looks = {About.RATE: weakest_rate, About.GAP: widest_gap}
    of_city = {finding.about: finding for finding in attention(duckdb_city.whole, as_of=SUNDAY, period=YEAR)}
    assert set(looks) <= set(of_city)
    for about in looks:
        wanted = of_city[about]
        at_home = attention(
            duckdb_city.whole, as_of=SUNDAY, period=YEAR, within=Slice(area=wanted.area), place="street"
        )
        assert replace(wanted, cell=()) in at_home


def test_what_a_finished_period_left_behind_is_counted_today(duckdb_city: Casebase) -> None:
    """The list of a stock is of the bar's period: today's alert beside last month's numbers opens today's list."""
    october = Period(date(2026, 10, 1), date(2026, 10, 31))
    found = attention(duckdb_city.whole, as_of=SUNDAY, period=october)
    assert {finding.about for finding in found} >= {About.DUE, About.OVERDUE, About.LATE}
    for finding in found:
        period = finding.period or october
        cell = Slice().narrow(**dict(finding.cell))
        assert count_cases(
            duckdb_city.whole, finding.metric, finding.part, as_of=SUNDAY, period=period, within=cell
        ) == (finding.count)


@pytest.mark.parametrize("as_of", MOMENTS)
def test_units_that_must_act_by_hand(duckdb_city: Casebase, reference: Reference, as_of: datetime) -> None:
    found = most_overdue(duckdb_city.whole, as_of, EVERYTHING, "district")
    rows = reference.overdue(as_of)
    assert found is not None
    assert found.owners == rows["unit"].nunique()
    assert found.at == rows["due_at"].min()


@pytest.mark.parametrize("as_of", MOMENTS)
def test_due_soonest_by_hand(duckdb_city: Casebase, reference: Reference, as_of: datetime) -> None:
    today = as_of.date()
    next_day = reference.workday_after(today, 1)
    for last in (today, next_day):
        rows = reference.window_ends(as_of, last)
        if len(rows):
            break
    found = due_soonest(duckdb_city.whole, as_of, EVERYTHING, "district")
    assert found is not None
    assert (found.count, found.at) == (len(rows), datetime(last.year, last.month, last.day))
    week_before = as_of - timedelta(days=7)
    then = week_before.date() if last == today else reference.workday_after(week_before.date(), 1)
    assert found.before == len(reference.window_ends(week_before, then))
    assert found.most == leader(rows, reference)


@pytest.mark.parametrize("as_of", MOMENTS)
def test_overdue_by_hand(duckdb_city: Casebase, reference: Reference, as_of: datetime) -> None:
    rows = reference.overdue(as_of)
    month_before = as_of.replace(month=as_of.month - 1)
    found = most_overdue(duckdb_city.whole, as_of, EVERYTHING, "district")
    assert found is not None
    assert found.count == len(rows)
    assert found.before == len(reference.overdue(month_before))
    assert found.value == (as_of.date() - rows["due_at"].min().date()).days
    assert found.most == leader(rows, reference)


@pytest.mark.parametrize("as_of", MOMENTS)
def test_past_promise_by_hand(duckdb_city: Casebase, reference: Reference, as_of: datetime) -> None:
    rows = reference.five_day_overdue(as_of)
    oldest = (rows["limit"].min() - timedelta(days=1)).date()
    days = pd.date_range(oldest + timedelta(days=1), as_of.date())
    finding = past_promise(duckdb_city.whole, as_of, EVERYTHING, "district")
    assert finding is not None
    assert (finding.count, finding.at) == (len(rows), datetime(oldest.year, oldest.month, oldest.day))
    assert finding.value == sum(is_workday(day.date()) for day in days)
    assert finding.before == len(reference.five_day_overdue(as_of.replace(month=as_of.month - 1)))
    assert finding.owners == rows["unit"].nunique()
    assert finding.most == leader(rows, reference)


@pytest.fixture
def claims(empty_casebase: Casebase) -> Callable[..., Casebase]:
    """A function from columns to a city of one open claim, its limit Wednesday 2026-11-11, and those columns."""

    def city(**columns: Any) -> Casebase:
        row = {"petition_id": 1, "case_no": "N1", "channel": "网信", "source": "test", "updated_at": SUNDAY}
        claim = {"registered_at": datetime(2026, 11, 4, 9), "is_simple": True, "five_day_due": date(2026, 11, 11)}
        with empty_casebase.writing() as connection:
            append(connection, schema.petition, pd.DataFrame([row | claim | columns]))
        return empty_casebase

    return city


def test_a_claim_past_its_five_days_stands_out_until_it_is_closed(claims: Callable[..., Casebase]) -> None:
    as_of = datetime(2026, 11, 29, 9)
    casebase = claims(closed_at=datetime(2026, 11, 30, 9))
    (late,) = attention(casebase.whole, as_of=as_of, period=Period(as_of.date(), as_of.date()))
    assert (late.about, late.count, late.value) == (About.LATE, 1, 12)
    assert late.period is None, "a stock: the list of the running day has it, whenever its limit was"
    assert not attention(casebase.whole, as_of=datetime(2026, 11, 11, 18), period=NOVEMBER)[1:]
    assert attention(casebase.whole, as_of=datetime(2026, 12, 1, 9), period=NOVEMBER) == []


def test_nothing_is_late_where_nobody_wrote_down_what_is_closed(
    claims: Callable[..., Casebase], monkeypatch: pytest.MonkeyPatch
) -> None:
    casebase = claims()
    monkeypatch.setattr("queries.blanks.blanks", lambda _: frozenset({"petition.closed_at"}))
    assert past_promise(casebase.whole, SUNDAY, EVERYTHING, "district") is not None
    assert attention(casebase.whole, as_of=SUNDAY, period=NOVEMBER) == []


def leader(rows: pd.DataFrame, reference: Reference) -> tuple[str, int] | None:
    """The unit, or else the district, that alone has most, and three at the least."""
    units, areas = reference.tables["unit"], reference.tables["area"]
    for dimension, names in (
        ("unit", dict(zip(units["unit_id"], units["name"], strict=True))),
        ("district", dict(zip(areas["code"], areas["name"], strict=True))),
    ):
        counts = rows[dimension].value_counts()
        if len(counts) and counts.iloc[0] >= 3 and (len(counts) == 1 or counts.iloc[1] < counts.iloc[0]):
            return names.get(counts.index[0], counts.index[0]), int(counts.iloc[0])
    return None


@pytest.mark.parametrize("period", [NOVEMBER, YEAR])
def test_weakest_rate_by_hand(duckdb_city: Casebase, reference: Reference, period: Period) -> None:
    rows = reference.rows("five_day_closure", SUNDAY, period.start, period.end)
    rates = rows.groupby("district")["hit"].agg(["sum", "count", "mean"])
    n, p, z = rates["count"], rates["mean"], 1.96
    best = (p + z**2 / (2 * n) + z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))) / (1 + z**2 / n)
    short = rates[(n >= 30) & (best < 0.95)].sort_values("mean")
    found = weakest_rate(duckdb_city.whole, SUNDAY, period, EVERYTHING, "district")
    if short.empty:
        assert period is NOVEMBER  # a small city has too few claims in one month
        assert found is None
        return
    assert found is not None
    worst = short.iloc[0]
    assert found.cell == (("district", short.index[0]),)
    assert found.count == worst["count"] - worst["sum"]
    assert found.value == pytest.approx(worst["mean"])
    months = {NOVEMBER: (date(2026, 10, 1), date(2026, 10, 31)), YEAR: (date(2025, 1, 1), date(2025, 12, 31))}
    then = SUNDAY.replace(month=10) if period is NOVEMBER else SUNDAY.replace(year=2025)
    before = reference.rows("five_day_closure", then, *months[period], cell={"district": short.index[0]})
    assert found.before == (pytest.approx(before["hit"].mean()) if len(before) >= 30 else None)


def test_widest_gap_by_hand(duckdb_city: Casebase, reference: Reference) -> None:
    grids = reference.grids_staffed(SUNDAY)
    share = 1 - grids.groupby("district")["hit"].mean()
    worst = str(share.idxmax())
    found = widest_gap(duckdb_city.whole, SUNDAY, EVERYTHING, "district")
    assert found is not None
    assert found.cell == (("district", worst),)
    assert found.value == pytest.approx(share[worst])
    assert found.count == (~grids.loc[grids["district"] == worst, "hit"]).sum()
    then = reference.grids_staffed(SUNDAY.replace(month=10))
    assert found.before == (~then.loc[then["district"] == worst, "hit"]).sum()


def test_hearings_within_two_working_days_by_hand(duckdb_city: Casebase, reference: Reference) -> None:
    told = 0
    for days in range(0, 400, 10):
        as_of = SUNDAY - timedelta(days=days)
        coming = reference.hearings_coming(as_of)
        first = coming["scheduled_at"].min()
        soon = len(coming) > 0 and first.date() <= reference.workday_after(as_of.date(), 2)
        found = next_hearing(duckdb_city.whole, as_of, EVERYTHING)
        assert (found is not None) == soon
        if found is not None:
            told += 1
            assert (found.count, found.at) == (len(coming), first)
    assert told


@pytest.fixture
def registered(
    new_url: Callable[[str], str], casebase_of: Callable[[str], Casebase]
) -> Callable[[dict[str, list[int]]], Casebase]:
    """A function from class to cases in each of the last nine weeks, oldest first, to a city that has them."""

    def city(weeks: dict[str, list[int]]) -> Casebase:
        casebase = casebase_of(new_url("duckdb"))
        rows: list[dict[str, Any]] = [
            {"category_code": code, "registered_at": SUNDAY - timedelta(days=7 * (8 - week) + number % 7)}
            for code, counts in weeks.items()
            for week, count in enumerate(counts)
            for number in range(count)
        ]
        number = range(1, len(rows) + 1)
        frame = pd.DataFrame(rows).assign(
            petition_id=number, case_no=[f"N{n}" for n in number], channel="网信", source="test", updated_at=SUNDAY
        )
        classes = pd.DataFrame({"code": list(weeks), "name": [f"类{code}" for code in weeks]})
        with casebase.writing() as connection:
            append(connection, schema.category, classes)
            append(connection, schema.petition, frame)
        return casebase

    return city


def test_class_that_rises_beyond_chance_is_told(registered: Callable[[dict[str, list[int]]], Casebase]) -> None:
    casebase = registered({"A": [20] * 8 + [60], "B": [200] * 8 + [220], "C": [1] * 8 + [2], "D": [5, 60] * 4 + [70]})
    found = rising_topic(casebase.whole, SUNDAY, EVERYTHING, "district")
    assert found is not None
    assert (found.name, found.count) == ("类A", 60)
    now, before = 60 + 220 + 2 + 70, 160 + 1600 + 8 + 260
    assert found.before == pytest.approx(160 * now / before)  # more than 160 / 8, for all cases together are more
    assert found.period == Period(date(2026, 11, 16), date(2026, 11, 22))


@pytest.mark.parametrize(
    "weeks",
    [
        [100] * 8 + [125],  # within what chance gives
        [50, 150] * 4 + [200],  # scatters widely already
        [1] * 8 + [5],  # a handful
        [30] * 8 + [2],  # fewer is no rise
    ],
)
def test_noise_is_not_told(weeks: list[int], registered: Callable[[dict[str, list[int]]], Casebase]) -> None:
    casebase = registered({"A": weeks, "B": [400] * 9})
    assert rising_topic(casebase.whole, SUNDAY, EVERYTHING, "district") is None


def test_nothing_stands_out_in_a_city_without_rows(empty_casebase: Casebase) -> None:
    assert attention(empty_casebase.whole, as_of=SUNDAY, period=NOVEMBER) == []


def test_without_a_target_no_rate_is_short_of_it(duckdb_city: Casebase) -> None:
    settings = duckdb_city.settings.model_copy(update={"targets": {"five_day_closure": None}})
    assert weakest_rate(Casebase(duckdb_city.engine, settings).whole, SUNDAY, YEAR, EVERYTHING, "district") is None
