"""Hearings beside comparable cases, waits and the pool, against plain pandas on the sample's rows."""

import math
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest

from casebase.engine import Casebase
from queries.comparable import difference
from queries.hearing_outcomes import (
    COMPARABLE,
    HEARD,
    against_comparable,
    coming_panels,
    experts,
    median_wait,
)
from queries.intervals import wilson
from queries.measure import measure
from queries.periods import Period
from queries.subjects import PRESIDING
from tests.queries import sample

MOMENTS = (datetime(2026, 3, 1), datetime(2026, 11, 20, 12, 0))
ALWAYS = Period(date(2000, 1, 1), date(2099, 12, 31))


def groups(tables: sample.Tables, at: datetime) -> pd.DataFrame:
    """Closed cases that are no simple claims, with outcome, stratum and whether they were heard."""
    p, h, c = tables["petition"], tables["hearing"], tables["category"]
    level = dict(zip(c["code"], c["parent_code"].fillna(c["code"]), strict=True))
    p = p[(p["registered_at"] <= at) & ~p["restricted"] & (p["channel"] != "12345转办") & ~p["is_simple"]]
    handled = ~p["status"].isin(["不予受理", "不再受理", "存"])
    p = p[(p["closed_at"] <= at) & handled & p["resolved"].notna()]
    heard = set(h.loc[h["held_at"] <= at, "petition_id"])
    return pd.DataFrame(
        {
            "class": p["category_code"].map(level).fillna(""),
            "year": p["registered_at"].dt.year,
            "heard": p["petition_id"].isin(heard),
            "resolved": p["resolved"].astype(bool),
        }
    )


@pytest.mark.parametrize("at", MOMENTS)
def test_comparable_cases_are_weighted_as_the_heard_are_spread(
    city: Casebase, tables: sample.Tables, at: datetime
) -> None:
    rows = groups(tables, at)
    shares = rows.groupby(["class", "year", "heard"])["resolved"].agg(["mean", "size"]).unstack("heard").dropna()
    heard, others = shares["size"][True], shares["mean"][False]
    expected = float((others * heard).sum() / heard.sum())
    found = against_comparable(city.whole, as_of=at).set_index("series")
    assert found.loc[COMPARABLE, "value"] == pytest.approx(expected)
    assert found.loc[HEARD, "among"] == int(heard.sum()) > 0
    assert found.loc[HEARD, "hits"] == round(float((shares["mean"][True] * heard).sum()))
    assert (found["low"] <= found["value"]).all()
    assert (found["value"] <= found["high"]).all()


def test_nothing_is_compared_before_the_first_hearing(city: Casebase) -> None:
    found = against_comparable(city.whole, as_of=datetime(2001, 1, 1))
    assert found["value"].isna().all()
    assert found["among"].tolist() == [0, 0]
    assert all(math.isnan(number) for number in difference(found))


def test_wilson_interval_of_another_confidence() -> None:
    # Of no hit at all the upper end is z²/(n + z²); z of 90 % is 1.6449 (any table of the normal distribution).
    assert wilson(0, 10, 0.90)[1] == pytest.approx(1.6449**2 / (10 + 1.6449**2), abs=1e-4)
    assert wilson(0, 10, 0.90)[1] < wilson(0, 10, 0.95)[1] < wilson(0, 10, 0.99)[1]


def test_wilson_interval_of_a_known_share() -> None:
    low, high = wilson(8, 10)
    assert [low, high] == pytest.approx([0.4902, 0.9433], abs=1e-4)
    assert wilson(0, 10)[1] == pytest.approx(0.2775, abs=1e-4)


def test_difference_agrees_with_the_published_example() -> None:
    """Newcombe 1998, Statistics in Medicine 17, 873–890: 56/70 against 48/80 is 0.2, from 0.0524 to 0.3339."""
    rows = [(56 / 70, *wilson(56, 70)), (48 / 80, *wilson(48, 80))]
    found = difference(pd.DataFrame(rows, columns=["value", "low", "high"]))
    assert list(found) == pytest.approx([0.2, 0.0524, 0.3339], abs=5e-5)


def test_comparable_interval_stays_open_where_every_stratum_agrees(city: Casebase) -> None:
    found = against_comparable(city.whole, as_of=MOMENTS[1]).set_index("series")
    assert (found["high"] > found["low"]).all()


@pytest.mark.parametrize("at", MOMENTS)
def test_median_wait(city: Casebase, tables: sample.Tables, at: datetime) -> None:
    known = tables["petition"]
    known = known[(known["registered_at"] <= at) & ~known["restricted"] & (known["channel"] != "12345转办")]
    h = tables["hearing"]
    h = h[(h["held_at"] <= at) & h["applied_at"].notna() & h["petition_id"].isin(known["petition_id"])]
    days = (h["held_at"].dt.normalize() - h["applied_at"].dt.normalize()).dt.days
    assert median_wait(city.whole, as_of=at, period=ALWAYS) == float(np.median(days))


def test_waits_by_band_add_up_to_the_hearings(city: Casebase) -> None:
    whole = measure(city.whole, ["hearing_wait_days"], as_of=MOMENTS[1])["hits"].iloc[0]
    assert measure(city.whole, ["hearing_wait_days"], as_of=MOMENTS[1], by=["wait"])["hits"].sum() == whole > 0


@pytest.mark.parametrize("at", MOMENTS)
def test_pool_with_the_last_time_that_each_expert_took_part(
    city: Casebase, tables: sample.Tables, at: datetime
) -> None:
    pool = experts(city.whole, as_of=at)
    e = tables["expert"]
    joined = pd.to_datetime(e["joined_on"]) <= pd.Timestamp(at).normalize()
    assert pool["code"].tolist() == e.loc[joined, "expert_id"].sort_values().astype(str).tolist()
    seats = tables["hearing_expert"].merge(tables["hearing"], on="hearing_id")
    seats = seats[(seats["held_at"] <= at) & ~seats["recused"]]
    tasks = tables["expert_task"].rename(columns={"took_part_at": "held_at"})
    tasks = tasks[tasks["held_at"] <= at]
    last = pd.concat([seats, tasks]).groupby("expert_id")["held_at"].max()
    expected = [last.get(int(code)) for code in pool["code"]]
    assert [None if pd.isna(value) else pd.Timestamp(value) for value in pool["last_on"]] == expected


@pytest.mark.parametrize("at", MOMENTS)
def test_panels_of_the_hearings_to_come(city: Casebase, tables: sample.Tables, at: datetime) -> None:
    p, h = tables["petition"], tables["hearing"]
    known = p[(p["registered_at"] <= at) & ~p["restricted"] & (p["channel"] != "12345转办")]
    h = h[h["petition_id"].isin(known["petition_id"]) & (h["status"] != "已取消") & ~(h["applied_at"] > at)]
    h = h[(h["scheduled_at"] > at) & ~(h["held_at"] <= at)]
    seats = tables["hearing_expert"].merge(tables["expert"], on="expert_id")
    seats = seats[seats["hearing_id"].isin(h["hearing_id"]) & ~seats["recused"]]
    found = coming_panels(city.whole, as_of=at)
    assert sorted(found[["hearing_id", "expert"]].itertuples(index=False, name=None)) == sorted(
        seats[["hearing_id", "name"]].itertuples(index=False, name=None)
    )
    presiding = found["role"].eq(PRESIDING)
    later = (
        presiding & found["hearing_id"].duplicated() & ~presiding.groupby(found["hearing_id"]).shift(1, fill_value=True)
    )
    assert not later.any()
