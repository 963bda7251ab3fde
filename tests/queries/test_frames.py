"""Frames of numbers keep their columns and types, on every engine and however many rows there are."""

from datetime import date, datetime

import pandas as pd
import pytest

from casebase.engine import Casebase
from queries import frames
from queries.compare import by_month, compare
from queries.measure import measure
from queries.periods import Period
from queries.spread import spread

NOON = datetime(2026, 11, 20, 12, 0)
NOVEMBER, BEFORE_ALL = Period(date(2026, 11, 1), date(2026, 11, 30)), Period(date(1999, 1, 1), date(1999, 1, 31))
METRICS = ["registered", "backlog", "five_day_closure", "hearing_wait_days", "cases_per_10k"]


@pytest.mark.parametrize("period", [NOVEMBER, BEFORE_ALL], ids=["much", "nothing"])
@pytest.mark.parametrize("by", [[], ["district"], ["channel", "district"]], ids=lambda by: "-".join(by) or "whole")
def test_columns_and_types_do_not_hang_on_the_rows(city: Casebase, by: list[str], period: Period) -> None:
    metrics = METRICS if "channel" not in by else METRICS[:3]
    assert _types(measure(city.whole, metrics, as_of=NOON, period=period, by=by)) == {
        **frames.keys(by),
        **frames.NUMBERS,
    }
    assert _types(compare(city.whole, metrics, as_of=NOON, period=period, by=by)) == {
        **frames.keys(by),
        **frames.COMPARED,
    }
    months = by_month(city.whole, metrics, as_of=NOON, by=by, until=period.end)
    assert _types(months) == {**frames.keys((*by, "month")), **frames.MONTHS}
    if "channel" not in by:
        waits = spread(city.whole, "hearing_wait_days", as_of=NOON, period=period, by=by)
        assert _types(waits) == {**dict.fromkeys(by, "object"), **frames.SPREAD}


def _types(frame: pd.DataFrame) -> dict[str, str]:
    return {str(name): str(dtype) for name, dtype in frame.dtypes.items()}
