"""The days ahead: what falls out of its limit, and what that does to the rates of the deadline's month."""

from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from casebase.engine import ScopedCasebase
from queries.measure import measure
from queries.model import EVERYTHING, Slice
from queries.periods import Period, Preset, period_of
from queries.registry import METRICS
from queries.registry.common import HORIZONS

# Each clock: the rate it is judged by, the open cases that fall due, the dimension that says what became of the limit,
# and the one that says its day.
RATE_METRICS = {"five_day": "five_day_closure", "handling": "on_time_completion"}
DUE_METRICS = {"five_day": "five_day_due_in", "handling": "due_in"}
STATE_DIMENSIONS = {"five_day": "five_day_state", "handling": "due_state"}
DAY_DIMENSIONS = {"five_day": "five_day_due", "handling": "due_day"}


def month_of(as_of: datetime) -> Period:
    """The month whose rates are looked at."""
    return period_of(Preset.MONTH, as_of.date())


def outlook(
    casebase: ScopedCasebase, clock: str, *, as_of: datetime, within: Slice = EVERYTHING, by: Sequence[str] = ()
) -> pd.DataFrame:
    """The month's rate now and at the end of the 1st, 3rd and 5th working day to come, had nothing closed since.

    Nothing is forecast: the registry's own predicates are moved to the later moment over what is known now, for
    deadlines of the month of `as_of`. Columns: days (0 for now), metric, the `by` columns, hits, among, value, falling
    (int: cases of the month that fall out of the limit until then).
    """
    rate = RATE_METRICS[clock]
    steps = {rate: 0} | {f"{rate}_in_{days}": days for days in HORIZONS}
    rates = measure(casebase, list(steps), as_of=as_of, period=month_of(as_of), within=within, by=by)
    rates = rates.assign(days=rates["metric"].map(steps), misses=rates["among"] - rates["hits"])
    today = rates[rates["days"] == 0]
    if by:
        rates = rates.merge(today[[*by, "misses"]].rename(columns={"misses": "missed"}), on=list(by), how="left")
    else:
        rates["missed"] = today["misses"].iloc[0]
    rates["falling"] = (rates["misses"] - rates["missed"].fillna(0)).astype("int64")
    return rates[["days", "metric", *by, "hits", "among", "value", "falling"]]


def due(
    casebase: ScopedCasebase, clock: str, days: int, *, as_of: datetime, within: Slice = EVERYTHING
) -> pd.DataFrame:
    """Open cases whose limit ends within so many working days, by that day: day (datetime64), cases (int)."""
    name = f"{DUE_METRICS[clock]}_{days}"
    assert METRICS[name].is_stock
    counts = measure(casebase, [name], as_of=as_of, within=within, by=[DAY_DIMENSIONS[clock]])
    return pd.DataFrame({"day": pd.to_datetime(counts[DAY_DIMENSIONS[clock]]), "cases": counts["hits"].astype("int64")})
