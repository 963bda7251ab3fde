"""A number beside its earlier self, and its trend: what a card, a briefing and a ranking show."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pandas as pd

from casebase.engine import ScopedCasebase
from casebase.errors import CasebaseError
from casebase.workdays import Workdays
from queries import frames, needs
from queries.beginnings import beginnings, first_petition_day
from queries.measure import Query, measure, measure_all, metric_of, stock_moment
from queries.model import EVERYTHING, Slice
from queries.periods import Against, Period, compared_period, end_of_day, last_months
from queries.registry import METRICS

# What changes the backlog from one day to the next.
_MOVES = {"inflow": "registered", "outflow": "closed", "not_handled": "not_handled"}


def compare(
    casebase: ScopedCasebase,
    metrics: Sequence[str],
    *,
    as_of: datetime,
    period: Period,
    within: Slice = EVERYTHING,
    by: Sequence[str] = (),
) -> pd.DataFrame:
    """`measure` with the same numbers of the period before (环比) and of the year before (同比).

    Returns the columns of `measure`, then frames.EARLIER: previous, previous_among, year_before, year_before_among
    (value and among; NaN where that period has no row, or the records do not cover it: see queries.beginnings).
    """
    keys, records = [*frames.keys(by)], beginnings(casebase)
    now = Query(tuple(metrics), as_of, period, within, tuple(by))
    spans = [compared_period(period, as_of, against) for against in (Against.PREVIOUS, Against.YEAR_BEFORE)]
    before = [replace(now, as_of=then, period=then_period) for then_period, then in spans]
    numbers, *earlier_numbers = measure_all(casebase, [now, *before])
    for name, (then_period, then), earlier in zip(("previous", "year_before"), spans, earlier_numbers, strict=True):
        last = stock_moment(then, then_period).date()
        recorded = [name for name in metrics if records.cover(metric_of(name), then_period, last)]
        known = earlier[earlier["metric"].isin(recorded)]
        known = known[[*keys, "value", "among"]].rename(columns={"value": name, "among": f"{name}_among"})
        numbers = numbers.merge(known, on=keys, how="left")
    return frames.conform(numbers, {**frames.keys(by), **frames.COMPARED})


@dataclass(frozen=True)
class WorkingDays:
    """Working days of a period as far as it has begun, and of the earlier one up to the same moment (domain.md §2).

    A day that has begun counts whole on either side. `unpublished`: the years of either whose arrangement of holidays
    is not published, so that their days are those of weekends and fixed holidays.
    """

    now: int
    before: int
    unpublished: tuple[int, ...] = ()

    @property
    def more(self) -> int:
        """How many more the period has than the earlier one; negative where it has fewer."""
        return self.now - self.before

    @property
    def comparable(self) -> bool:
        """Whether both have any, so that there is a number per working day."""
        return self.now > 0 and self.before > 0

    def scaled(self, before: float) -> float:
        """What the earlier count would be with as many working days as now; itself where there is none per day."""
        return before * self.now / self.before if self.comparable else before

    def change(self, now: float, before: float) -> float | None:
        """The change of a count per working day, as a ratio; None where there is nothing to divide by."""
        if not self.comparable or math.isnan(now) or math.isnan(before) or before == 0:
            return None
        return (now * self.before - before * self.now) / (before * self.now)


def working_days(calendar: Workdays, period: Period, as_of: datetime, against: Against) -> WorkingDays | None:
    """The working days of two periods that are compared; None where the calendar does not reach."""
    earlier, then = compared_period(period, as_of, against)
    spans = [(span.start, span.end) for span in (period.cut(as_of), earlier.cut(then))]
    try:
        now, before = (calendar.within(*span) for span in spans)
    except CasebaseError:
        return None
    unpublished = {year for span in spans for year in calendar.unpublished_within(*span)}
    return WorkingDays(now, before, tuple(sorted(unpublished)))


def by_month(
    casebase: ScopedCasebase,
    metrics: Sequence[str],
    *,
    as_of: datetime,
    months: int = 12,
    within: Slice = EVERYTHING,
    by: Sequence[str] = (),
    until: date | None = None,
) -> pd.DataFrame:
    """The calendar months up to the one of `until` (None: of `as_of`): month ("2026-11"), then frames.MONTHS.

    Without `by` every month has its row: hits and among 0 where nothing happened, and so the value of a count or
    sum; months before the records begin have no value (see queries.beginnings).
    `unfinished` marks the running month of a dated metric: what of it is in by now is no whole month.
    """
    period = last_months(until or as_of.date(), months)
    numbers = measure(casebase, metrics, as_of=as_of, period=period, within=within, by=(*by, "month"))
    if not by:
        every = _without_unrecorded(casebase, _every_month(numbers, metrics, period))
        numbers = needs.without_unknown(casebase, every).assign(as_of=as_of)
    dated = ~numbers["metric"].map(lambda name: METRICS[name].is_stock).astype(bool)
    is_running = as_of < end_of_day(last_months(as_of.date(), 1).end)
    unfinished = dated & numbers["month"].eq(f"{as_of:%Y-%m}") & is_running
    return frames.conform(numbers.assign(unfinished=unfinished), {**frames.keys((*by, "month")), **frames.MONTHS})


def _every_month(numbers: pd.DataFrame, metrics: Sequence[str], period: Period) -> pd.DataFrame:
    """Numbers by month with a row for each month of the period, of zeros where nothing happened."""
    spans = [str(span) for span in pd.period_range(period.start, period.end, freq="M")]
    every = pd.MultiIndex.from_product([list(metrics), spans], names=["metric", "month"])
    numbers = numbers[[*every.names, "hits", "among", "value"]].set_index(every.names).reindex(every).reset_index()
    numbers = numbers.fillna({"hits": 0, "among": 0})
    is_total = numbers["metric"].map(lambda name: METRICS[name].is_total)
    return numbers.assign(value=numbers["value"].mask(is_total & numbers["hits"].eq(0), 0.0))


def _without_unrecorded(casebase: ScopedCasebase, numbers: pd.DataFrame) -> pd.DataFrame:
    """Numbers by month of which those that were over before the records begin have no value."""
    records, ends = beginnings(casebase), {name: pd.Period(name).end_time.date() for name in numbers["month"].unique()}
    pairs = numbers[["metric", "month"]].itertuples(index=False)
    unrecorded = [records.are_after(METRICS[name], ends[month]) for name, month in pairs]
    return numbers.assign(value=numbers["value"].mask(pd.Series(unrecorded, index=numbers.index, dtype=bool)))


def daily_flow(
    casebase: ScopedCasebase, *, as_of: datetime, days: int = 90, within: Slice = EVERYTHING
) -> pd.DataFrame:
    """Inflow, outflow and backlog of the last `days` days: day (datetime64), inflow, outflow, not_handled, backlog.

    Days before the first petition are left out, where any day is left.

    Outflow is what was closed; what ended without being handled leaves the backlog too:
    backlog(t) = backlog(t0) + registered − closed − not_handled, so one reading of the stock is enough.
    """
    end = as_of.date()
    start = end - timedelta(days=days - 1)
    first = first_petition_day(casebase)
    if first is not None and first <= end:
        start = max(start, first)
    before, moved = measure_all(
        casebase,
        [
            Query(("backlog",), end_of_day(start - timedelta(days=1)), within=within),
            Query(tuple(_MOVES.values()), as_of, Period(start, end), within, ("day",)),
        ],
    )
    table = moved.pivot_table(index="day", columns="metric", values="hits", aggfunc="sum")
    table.index = pd.to_datetime(table.index)
    table = table.reindex(pd.date_range(start, end), columns=list(_MOVES.values())).fillna(0).astype("int64")
    flow = pd.DataFrame({name: table[metric] for name, metric in _MOVES.items()})
    left = flow["inflow"] - flow["outflow"] - flow["not_handled"]
    flow["backlog"] = int(before["hits"].iloc[0]) + left.cumsum()
    return flow.rename_axis("day").reset_index()
