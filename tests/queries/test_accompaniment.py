"""Cases with an agent beside comparable ones without, and how agents share them: against plain pandas."""

from collections import Counter
from datetime import date, datetime

import pandas as pd
import pytest

from casebase.engine import Casebase
from queries.accompaniment import COMPARABLE, MINE, against_comparable, busiest, grouped, load
from queries.periods import Period
from tests.queries.reference import Reference

NOW = datetime(2026, 11, 20, 12, 0)
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize("metric", ["resolution", "unit_satisfaction"])
def test_comparable_cases_are_weighted_as_the_accompanied_are_spread(
    metric: str, city: Casebase, reference: Reference
) -> None:
    rows = reference.rows(metric, NOW, YEAR.start, YEAR.end)
    rows = rows.assign(
        year=rows["registered_at"].dt.year, kind=rows["category"].fillna(""), hit=rows["hit"].astype(bool)
    )
    shares = rows.groupby(["kind", "year", "accompanied"])["hit"].agg(["mean", "size", "sum"]).unstack().dropna()
    mine = shares["size"]["有代办员"]
    found = against_comparable(city.whole, metric, as_of=NOW, period=YEAR).set_index("series")
    assert found.loc[MINE, "among"] == mine.sum() > 20
    assert found.loc[MINE, "hits"] == shares["sum"]["有代办员"].sum()
    assert found.loc[COMPARABLE, "value"] == pytest.approx((shares["mean"]["无代办员"] * mine).sum() / mine.sum())


def test_load_and_the_busiest(city: Casebase, reference: Reference) -> None:
    rows = reference.rows("cases_accompanied", NOW, YEAR.start, YEAR.end)
    cases = Counter(rows["agent"])
    found = load(city.whole, as_of=NOW, period=YEAR)
    assert dict(found.itertuples(index=False, name=None)) == Counter(cases.values())
    top = busiest(city.whole, as_of=NOW, period=YEAR, most=7)
    still_open = Counter(reference.rows("accompanied_open", NOW)["agent"])
    expected = sorted(cases.items(), key=lambda pair: (-pair[1], pair[0]))[:7]
    assert list(top[["agent", "cases"]].itertuples(index=False, name=None)) == expected
    assert top["open"].tolist() == [still_open[agent] for agent, _ in expected]


def test_nobody_accompanied_anything_before_the_first_case(city: Casebase) -> None:
    long_ago = datetime(2020, 1, 1)
    assert load(city.whole, as_of=long_ago).empty
    assert grouped(load(city.whole, as_of=long_ago), 9).empty
    assert busiest(city.whole, as_of=long_ago).empty
    assert against_comparable(city.whole, "resolution", as_of=long_ago)["value"].isna().all()


def test_agents_grouped_by_their_cases() -> None:
    loads = pd.DataFrame({"cases": [1, 3, 4, 9], "agents": [20, 5, 2, 1]})
    bars = grouped(loads, 3)
    assert dict(zip(bars["label"], bars["value"], strict=True)) == {"1": 20, "2": 0, "3": 5, "3以上": 3}
    assert grouped(loads.head(2), 3)["label"].tolist() == ["1", "2", "3"]
