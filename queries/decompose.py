"""Why a number changed: its change against an earlier period, split into parts that add up to it exactly.

A count, or a sum of whole numbers, changes by the sum of what its groups change by. Where the two periods hold
different numbers of working days (W₀ before, W₁ now), a count of what happens in a period has a part of its own for
that (日历影响): what as many days as now would have brought at the earlier number per working day, n₀·W₁/W₀ − n₀, a
whole number for the whole. The groups share it by their own n₀, in whole numbers too (largest remainders); what is
left of a group's change is its own.

A rate R = Σ sᵢ·rᵢ, with sᵢ = nᵢ/N the share of group i in the denominator and rᵢ its own rate, changes by Bennet's
symmetric decomposition:

    R₁ − R₀ = Σ (sᵢ₁ − sᵢ₀)·(r̄ᵢ − R̄)  +  Σ s̄ᵢ·(rᵢ₁ − rᵢ₀)

where a bar is the mean of both periods. The first sum is the mix effect (构成: more or fewer cases where the rate is
high or low), the second the performance effect (办理: the groups' own rates). R̄, the mean of both whole rates, may be
taken off because Σ(sᵢ₁ − sᵢ₀) = 0; so a group that grows counts against the rate only if it does worse than the whole.
A group that is empty in one period has no rate of its own there; it takes that of the other, so that its coming or
going is all mix.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd

from casebase.engine import ScopedCasebase
from casebase.errors import UsageError
from queries import needs
from queries.beginnings import beginnings
from queries.compare import WorkingDays, working_days
from queries.measure import measure, metric_of, stock_moment
from queries.model import EVERYTHING, Kind, Metric, Slice
from queries.periods import Against, Period, compared_period
from queries.registry import METRICS


@dataclass(frozen=True)
class Change:
    """A metric now and before, as a count, a sum or a ratio (NaN where there is nothing to divide by), and its parts.

    Of a number that the data cannot tell (see queries.needs) both are NaN, of an earlier period that the records do not
    cover (see queries.beginnings) `before` is; so are then the changes of the parts.

    `parts` has one row a group, the largest by `by` first: the `by` columns (None where not filled in), hits, among,
    hits_before, among_before (int; hits of a sum are what it adds up), change (int for a count or sum, else a ratio);
    for a count or sum calendar and own (int), which add up to change, for a rate mix and performance, which do. All
    parts add up to `difference`; where one of the rates is missing their changes are NaN. `days`: the working days of
    a count of what happens in a period, None of others; `calendar` is 0 where both periods have as many, or one has
    none.
    """

    now: float
    before: float
    parts: pd.DataFrame
    days: WorkingDays | None = None

    @property
    def difference(self) -> float:
        """Now less before: a count, or a ratio of a rate; NaN where one of them is."""
        return self.now - self.before

    @property
    def has_calendar(self) -> bool:
        """Whether the working days are a part of the change."""
        return self.days is not None and self.days.comparable and self.days.more != 0

    @property
    def by(self) -> str:
        """The column of what the groups themselves add: own, or change where the working days add nothing."""
        return "own" if self.has_calendar else "change"

    @property
    def calendar(self) -> float:
        """What the working days alone add to a count: the sum of the groups' parts of it (日历影响)."""
        return float(self.parts["calendar"].sum()) if self.has_calendar else 0.0


def is_splittable(metric: Metric) -> bool:
    """Whether the groups of a metric add up to it, so that its change can be split."""
    return metric.additive and (metric.is_total or metric.kind is Kind.RATE)


SPLITTABLE: tuple[str, ...] = tuple(name for name, metric in METRICS.items() if is_splittable(metric))


def decompose(
    casebase: ScopedCasebase,
    metric: str,
    *,
    as_of: datetime,
    period: Period,
    against: Against,
    within: Slice = EVERYTHING,
    by: Sequence[str],
) -> Change:
    """Split the change of a count or rate against an earlier period by the dimensions `by`.

    Raises UsageError for an unknown metric or dimension, and for a metric whose groups do not add up.
    """
    chosen = metric_of(metric)
    if not is_splittable(chosen):
        raise UsageError(f"metric {metric}: its groups do not add up to it, so its change cannot be split")
    then_period, then = compared_period(period, as_of, against)
    now = measure(casebase, [metric], as_of=as_of, period=period, within=within, by=by)
    before = measure(casebase, [metric], as_of=then, period=then_period, within=within, by=by)
    parts = _beside(_quantities(now, chosen), _quantities(before, chosen), list(by))
    days = working_days(casebase.workdays, period, as_of, against) if chosen.is_flow else None
    totals = parts[["hits", "among", "hits_before", "among_before"]].sum()
    if chosen.is_total:
        parts["change"] = parts["hits"] - parts["hits_before"]
        parts["calendar"] = calendar_parts(parts["hits_before"].to_numpy("int64"), days)
        parts["own"] = parts["change"] - parts["calendar"]
        values = float(totals["hits"]), float(totals["hits_before"])
    else:
        values = _ratio(totals["hits"], totals["among"]), _ratio(totals["hits_before"], totals["among_before"])
        parts = _effects(parts, *values)
    if metric in needs.unknown(casebase):
        values, parts["change"] = (float("nan"), float("nan")), float("nan")
        days = None
    elif not beginnings(casebase).cover(chosen, then_period, stock_moment(then, then_period).date()):
        values, parts["change"] = (values[0], float("nan")), float("nan")
        days = None
    change = Change(*values, parts, days)
    order = parts[change.by].abs().sort_values(ascending=False, kind="stable").index
    return replace(change, parts=parts.loc[order].reset_index(drop=True))


def calendar_parts(before: npt.NDArray[np.int64], days: WorkingDays | None) -> npt.NDArray[np.int64]:
    """What the difference in working days alone adds to each of these earlier counts, in whole numbers.

    They add up to that of their sum, rounded half up, and each differs from its exact share by less than one.
    """
    if days is None or not days.comparable:
        return np.zeros(len(before), dtype="int64")
    shares, remainders = np.divmod(before * days.more, days.before)
    whole = (2 * int(before.sum()) * days.more + days.before) // (2 * days.before)
    largest = np.argsort(-remainders, kind="stable")[: whole - int(shares.sum())]
    shares[largest] += 1
    parts: npt.NDArray[np.int64] = shares
    return parts


def _quantities(numbers: pd.DataFrame, metric: Metric) -> pd.DataFrame:
    """The numbers with what a sum adds up in the place of its rows, so that its groups add up as those of a count."""
    if metric.kind is not Kind.SUM:
        return numbers
    return numbers.assign(hits=numbers["value"].fillna(0).round().astype("int64"))


def _beside(now: pd.DataFrame, before: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """The groups of either period; 0 where a group has no row in one of them."""
    counts = ["hits", "among"]
    earlier = before[[*by, *counts]].rename(columns={name: f"{name}_before" for name in counts})
    both = now[[*by, *counts]].merge(earlier, on=by, how="outer")
    numbers = [*counts, *(f"{name}_before" for name in counts)]
    both[numbers] = both[numbers].fillna(0).astype("int64")
    both[by] = both[by].astype(object).where(both[by].notna(), None)
    return both


def _effects(parts: pd.DataFrame, now: float, before: float) -> pd.DataFrame:
    among, earlier = parts["among"], parts["among_before"]
    rate, old_rate = parts["hits"] / among.where(among > 0), parts["hits_before"] / earlier.where(earlier > 0)
    rate, old_rate = rate.fillna(old_rate), old_rate.fillna(rate)
    share, old_share = among / (among.sum() or float("nan")), earlier / (earlier.sum() or float("nan"))
    mix = (share - old_share) * ((rate + old_rate) / 2 - (now + before) / 2)
    performance = (share + old_share) / 2 * (rate - old_rate)
    return parts.assign(mix=mix, performance=performance, change=mix + performance)


def _ratio(hits: int, among: int) -> float:
    return float(hits) / float(among) if among else float("nan")
