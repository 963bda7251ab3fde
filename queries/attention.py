"""What needs attention today: the few facts that stand out, each with the list behind it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import pandas as pd

from casebase.engine import Casebase
from queries import hot_topics
from queries.cases import Part, cases
from queries.measure import measure
from queries.model import EVERYTHING, Slice
from queries.names import names_of
from queries.periods import Against, Period, compared

MOST = 5
_WEEK = 7
_LEAST_LEAD = 3
_Z = 1.96
_GAP_SHARE = 0.05


class About(StrEnum):
    """What a finding is about, most pressing first."""

    DUE = "due"
    OVERDUE = "overdue"
    RATE = "rate"
    SURGE = "surge"
    GAP = "gap"
    HEARING = "hearing"


@dataclass(frozen=True)
class Finding:
    """One fact: `count` rows of `metric` and `part` in the cell (and period), which its list opens.

    `name` is the place, class or unit it speaks of, `most` who has most of the rows (name and number; None where
    nobody leads), `before` what is compared with (None: nothing); `value` and `limit` belong to the kind: a rate and
    its target, the share of a gap, or the days that the oldest case is over; `at` is the deadline or the time of a
    hearing.
    """

    about: About
    count: int
    metric: str
    part: Part = Part.HITS
    name: str = ""
    most: tuple[str, int] | None = None
    cell: tuple[tuple[str, str], ...] = ()
    period: Period | None = None
    before: float | None = None
    value: float | None = None
    limit: float | None = None
    at: datetime | None = None


def attention(
    casebase: Casebase, *, as_of: datetime, period: Period, within: Slice = EVERYTHING, place: str = "district"
) -> list[Finding]:
    """At most five findings, most pressing first; none where nothing stands out.

    `place` is the dimension whose places are compared. Each search says in its docstring what stands out.
    """
    searches: Sequence[Callable[[], Finding | None]] = (
        lambda: due_soonest(casebase, as_of, within, place),
        lambda: most_overdue(casebase, as_of, within, place),
        lambda: weakest_rate(casebase, as_of, period, within, place),
        lambda: rising_topic(casebase, as_of, within, place),
        lambda: widest_gap(casebase, as_of, within, place),
        lambda: next_hearing(casebase, as_of, within),
    )
    found = (search() for search in searches)
    return [finding for finding in found if finding is not None][:MOST]


def due_soonest(casebase: Casebase, as_of: datetime, within: Slice, place: str) -> Finding | None:
    """The simple claims whose five working days end today, or else by the next working day, and who has most."""
    for metric, days in (("five_day_due_in_0", 0), ("five_day_due_in_1", 1)):
        count = _count(casebase, metric, as_of, within)
        if count:
            day = casebase.workdays.after(as_of.date(), days) if days else as_of.date()
            return Finding(
                About.DUE,
                count,
                metric,
                most=_most(casebase, metric, as_of, within, place),
                before=_count(casebase, metric, as_of - timedelta(days=_WEEK), within),
                at=datetime(day.year, day.month, day.day),
            )
    return None


def most_overdue(casebase: Casebase, as_of: datetime, within: Slice, place: str) -> Finding | None:
    """The open cases past their handling deadline, and who has most; `value`: days that the oldest is over."""
    count = _count(casebase, "overdue", as_of, within)
    if not count:
        return None
    oldest = min(cases(casebase, "overdue", as_of=as_of, within=within)["due_at"])
    return Finding(
        About.OVERDUE,
        count,
        "overdue",
        most=_most(casebase, "overdue", as_of, within, place),
        before=_count(casebase, "overdue", _month_before(as_of), within),
        value=float((as_of.date() - oldest.date()).days),
    )


def weakest_rate(casebase: Casebase, as_of: datetime, period: Period, within: Slice, place: str) -> Finding | None:
    """The place whose five-day closure rate lies furthest under the target, beyond chance.

    Beyond chance: the target lies above the 95 % range of the rate (Wilson's interval), and the sample is not small.
    The count is of the claims that missed their fifth day.
    """
    target = casebase.settings.targets.five_day_closure
    if target is None:
        return None
    rates = measure(casebase, ["five_day_closure"], as_of=as_of, period=period, within=within, by=[place])
    rates = rates[rates[place].notna() & (rates["among"] >= casebase.settings.lights.small_sample)]
    goal = target / 100
    short = rates[_at_best(rates["value"], rates["among"]) < goal]
    if short.empty:
        return None
    row = short.sort_values("value", kind="stable").iloc[0]
    earlier, then = compared(period, as_of, Against.PREVIOUS)
    there = within.within(**{place: str(row[place])})
    before = measure(casebase, ["five_day_closure"], as_of=then, period=earlier, within=there).iloc[0]
    enough = before["among"] >= casebase.settings.lights.small_sample
    return Finding(
        About.RATE,
        int(row["among"] - row["hits"]),
        "five_day_closure",
        Part.MISSES,
        cell=((place, str(row[place])),),
        before=float(before["value"]) if enough else None,
        value=float(row["value"]),
        limit=goal,
        name=_name(casebase, place, row[place]),
    )


def rising_topic(casebase: Casebase, as_of: datetime, within: Slice, place: str) -> Finding | None:
    """The class, place or class at a place whose cases of the last seven days rise least likely by chance.

    Beyond chance by the bound of hot_topics.BOUND; `before` is what the eight weeks before lead to expect.
    """
    days = min(hot_topics.WINDOWS)
    found = hot_topics.topics(casebase, as_of=as_of, days=days, within=within, place=place, most=1)
    risen = found[found["alarm"].astype(bool)]
    if risen.empty:
        return None
    row = risen.iloc[0]
    return Finding(
        About.SURGE,
        int(row["observed"]),
        hot_topics.METRIC,
        cell=row["cell"],
        period=hot_topics.Stretches(as_of, days).window,
        before=float(row["expected"]),
        name=str(row["name"]),
    )


def widest_gap(casebase: Casebase, as_of: datetime, within: Slice, place: str) -> Finding | None:
    """The place with the largest share of grids without a worker, where it is above 5 %, against a month ago."""
    if place == "grid":
        return None
    found = measure(casebase, ["grids_staffed"], as_of=as_of, within=within, by=[place])
    found = found[found[place].notna()]
    worst = found.sort_values("value", kind="stable").head(1)
    if worst.empty or 1 - worst["value"].iloc[0] <= _GAP_SHARE:
        return None
    row = worst.iloc[0]
    there = within.within(**{place: str(row[place])})
    then = measure(casebase, ["grids_staffed"], as_of=_month_before(as_of), within=there).iloc[0]
    return Finding(
        About.GAP,
        int(row["among"] - row["hits"]),
        "grids_staffed",
        Part.MISSES,
        cell=((place, str(row[place])),),
        before=float(then["among"] - then["hits"]),
        value=float(1 - row["value"]),
        name=_name(casebase, place, row[place]),
    )


def next_hearing(casebase: Casebase, as_of: datetime, within: Slice) -> Finding | None:
    """The hearings to come, where the first is held within two working days; `name` is its unit."""
    coming = cases(casebase, "hearings_coming", as_of=as_of, within=within)
    if coming.empty:
        return None
    first = coming.sort_values("scheduled_at", kind="stable").iloc[0]
    at = pd.Timestamp(first["scheduled_at"]).to_pydatetime()
    if at.date() > casebase.workdays.after(as_of.date(), 2):
        return None
    unit = first["unit"]
    return Finding(About.HEARING, len(coming), "hearings_coming", name="" if pd.isna(unit) else str(unit), at=at)


def _at_best(value: pd.Series, among: pd.Series) -> pd.Series:
    """Upper end of Wilson's 95 % interval of a rate."""
    middle = value + _Z**2 / (2 * among)
    spread = (value * (1 - value) / among + _Z**2 / (4 * among**2)).map(math.sqrt) * _Z
    return (middle + spread) / (1 + _Z**2 / among)


def _month_before(as_of: datetime) -> datetime:
    then: datetime = (pd.Timestamp(as_of) - pd.DateOffset(months=1)).to_pydatetime()
    return then


def _count(casebase: Casebase, metric: str, as_of: datetime, within: Slice) -> int:
    return int(measure(casebase, [metric], as_of=as_of, within=within)["hits"].iloc[0])


def _most(casebase: Casebase, metric: str, as_of: datetime, within: Slice, place: str) -> tuple[str, int] | None:
    """The unit with most, or else the place, where one alone has most and at least three."""
    for dimension in ("unit", place):
        found = measure(casebase, [metric], as_of=as_of, within=within, by=[dimension])
        found = found[found[dimension].notna()]
        first = found[found["hits"] == found["hits"].max()]
        if len(first) == 1 and first["hits"].iloc[0] >= _LEAST_LEAD:
            return _name(casebase, dimension, first[dimension].iloc[0]), int(first["hits"].iloc[0])
    return None


def _name(casebase: Casebase, dimension: str, code: str) -> str:
    return (names_of(casebase, dimension) or {}).get(code, code)
