"""The spread behind a mean: against the same rows reckoned by hand."""

from datetime import date, datetime

import pandas as pd
import pytest

from casebase.engine import Casebase
from casebase.errors import UsageError
from queries.model import Slice
from queries.periods import Period
from queries.spread import spread
from tests.queries.reference import Reference

NOW = datetime(2026, 10, 3, 12, 0)
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize("metric", ["contact_hours", "task_days", "hearing_wait_days"])
@pytest.mark.parametrize("area", [None, "410105"])
def test_median_and_ninth_decile(metric: str, area: str | None, city: Casebase, reference: Reference) -> None:
    rows = reference.rows(metric, NOW, YEAR.start, YEAR.end, area=area)
    assert len(rows) > 5
    found = spread(city.whole, metric, as_of=NOW, period=YEAR, within=Slice(area=area)).iloc[0]
    assert found["hits"] == len(rows)
    assert found["median"] == pytest.approx(rows["amount"].quantile(0.5))
    assert found["p90"] == pytest.approx(rows["amount"].quantile(0.9))


def test_split(city: Casebase, reference: Reference) -> None:
    rows = reference.rows("contact_hours", NOW).fillna({"contact_method": ""})
    found = spread(city.whole, "contact_hours", as_of=NOW, by=["task_kind", "contact_method"])
    wanted = rows.groupby(["task_kind", "contact_method"])["amount"].median()
    shown = {(row["task_kind"], row["contact_method"] or ""): row["median"] for row in found.to_dict("records")}
    assert shown == pytest.approx(wanted.to_dict())
    assert len(shown) > 6


def test_nothing_has_no_median(city: Casebase) -> None:
    found = spread(city.whole, "contact_hours", as_of=datetime(2020, 1, 1)).iloc[0]
    assert found["hits"] == 0
    assert pd.isna(found["median"])


def test_only_means_have_a_spread(city: Casebase) -> None:
    with pytest.raises(UsageError, match="no mean"):
        spread(city.whole, "backlog", as_of=NOW)


@pytest.mark.parametrize("by", [["month"], ["task_kind", "day"]])
def test_a_spread_is_not_split_by_time(city: Casebase, by: list[str]) -> None:
    with pytest.raises(UsageError, match="cannot be split by time"):
        spread(city.whole, "contact_hours", as_of=NOW, by=by)
