"""What needs attention today: the few facts that stand out, each with the list behind it."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from casebase.engine import ScopedCasebase
from queries import hot_topics, needs
from queries.beginnings import beginnings
from queries.cases import Part, cases, earliest
from queries.intervals import wilson
from queries.measure import Query, measure, measure_all, metric_of
from queries.model import EVERYTHING, Slice, moment
from queries.names import names_of
from queries.periods import Against, Period, compared_period, end_of_day
from queries.subjects import AREA_DIMENSIONS
from queries.targets import target_of

# The rate that is looked at for what lies under its target.
RATE = "five_day_closure"
# The days in which a topic is looked at for what rises.
SURGE_DAYS = min(hot_topics.WINDOWS)
_WEEK = 7
_LEAST_LEAD = 3


class About(StrEnum):
    """What a finding is about, most pressing first."""

    DUE = "due"
    OVERDUE = "overdue"
    LATE = "late"
    RATE = "rate"
    SURGE = "surge"
    GAP = "gap"
    HEARING = "hearing"


@dataclass(frozen=True)
class Finding:
    """One fact: `count` rows of `metric` and `part` in the cell (and period), which its list opens.

    `name` is the place, class or unit it speaks of, `area` the code of the place, where it is one. `most` is who has
    most of the rows (name and number; None where nobody leads alone), `owners` how many units have any. `before` is
    what is compared with (None: nothing); `value` and `limit` belong to the kind: a rate and its target, the share of a
    gap, or the days (LATE: working days) that the oldest case is over; `at` is by when something must be done: the
    deadline, the oldest one that has passed, the end of a running period, the time of a hearing.
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
    area: str | None = None
    owners: int = 0


def attention(
    casebase: ScopedCasebase, *, as_of: datetime, period: Period, within: Slice = EVERYTHING, place: str = "district"
) -> list[Finding]:
    """What stands out at the moment, in the order of `About`; nothing where nothing does.

    `place` is the dimension whose places are compared; of an area that is not the whole city its own rate and gap are
    looked at beside them, so that what the city says of it is said at home too. Each search says in its docstring what
    stands out. Of a number that the data cannot tell (see queries.needs) nothing is said.
    """
    crowds = _crowds(casebase, _OPEN, as_of, within, place)
    searches: Sequence[tuple[str, Callable[[], Finding | None]]] = (
        ("five_day_due_in_1", lambda: due_soonest(casebase, as_of, within, place, crowds)),
        ("overdue", lambda: most_overdue(casebase, as_of, within, place, crowds)),
        ("five_day_overdue", lambda: past_promise(casebase, as_of, within, place, crowds)),
        (RATE, lambda: own_rate(casebase, as_of, period, within)),
        (RATE, lambda: weakest_rate(casebase, as_of, period, within, place)),
        (hot_topics.METRIC, lambda: rising_topic(casebase, as_of, within, place)),
        ("grids_staffed", lambda: own_gap(casebase, as_of, within)),
        ("grids_staffed", lambda: widest_gap(casebase, as_of, within, place)),
        ("hearings_coming", lambda: next_hearing(casebase, as_of, within)),
    )
    unknown = needs.unknown(casebase)
    known = [search for metric, search in searches if metric not in unknown]
    findings = [finding for search in known if (finding := search()) is not None]
    if end_of_day(period.end) >= as_of:
        return findings
    # What the bar's period has left behind is counted today: its list is of today too.
    today = Period(as_of.date(), as_of.date())
    now = {About.DUE, About.OVERDUE, About.LATE, About.GAP, About.HEARING}
    return [replace(finding, period=today) if finding.about in now else finding for finding in findings]


def due_soonest(
    casebase: ScopedCasebase, as_of: datetime, within: Slice, place: str, crowds: "_Crowds | None" = None
) -> Finding | None:
    """The simple claims whose five working days end today, or else by the next working day, and who has most."""
    dues = {"five_day_due_in_0": 0, "five_day_due_in_1": 1}
    crowds = crowds or _crowds(casebase, [*dues], as_of, within, place)
    for metric, days in dues.items():
        crowd = crowds[metric]
        if crowd.count:
            day = moment(casebase, as_of).workday(days) if days else as_of.date()
            at = datetime(day.year, day.month, day.day)
            return Finding(
                About.DUE, crowd.count, metric, most=crowd.most, owners=crowd.owners, before=crowd.before, at=at
            )
    return None


def most_overdue(
    casebase: ScopedCasebase, as_of: datetime, within: Slice, place: str, crowds: "_Crowds | None" = None
) -> Finding | None:
    """The open cases past their handling deadline, and who has most; `value`: days that the oldest is over."""
    crowd = (crowds or _crowds(casebase, ["overdue"], as_of, within, place))["overdue"]
    if not crowd.count:
        return None
    oldest = earliest(casebase, "overdue", "due_at", as_of=as_of, within=within)
    return Finding(
        About.OVERDUE,
        crowd.count,
        "overdue",
        most=crowd.most,
        owners=crowd.owners,
        before=crowd.before,
        value=float((as_of.date() - oldest.date()).days),
        at=oldest,
    )


def past_promise(
    casebase: ScopedCasebase, as_of: datetime, within: Slice, place: str, crowds: "_Crowds | None" = None
) -> Finding | None:
    """The simple claims open past their five working days, whenever those ended, and who has most.

    `value`: working days that the oldest is over, as its own clock counts them (queries.clocks).
    """
    name = "five_day_overdue"
    crowd = (crowds or _crowds(casebase, [name], as_of, within, place))[name]
    if not crowd.count:
        return None
    oldest = earliest(casebase, name, "five_day_due", as_of=as_of, within=within)
    return Finding(
        About.LATE,
        crowd.count,
        name,
        most=crowd.most,
        owners=crowd.owners,
        before=crowd.before,
        value=float(casebase.workdays.between(oldest.date(), as_of.date())),
        at=oldest,
    )


def weakest_rate(
    casebase: ScopedCasebase, as_of: datetime, period: Period, within: Slice, place: str
) -> Finding | None:
    """The place whose five-day closure rate is the lowest of those under the target beyond chance (see _short).

    One of fewer claims may lie lower by chance alone: it stands before this one in a ranking, and is no alert.
    """
    rates = measure(casebase, [RATE], as_of=as_of, period=period, within=within, by=[place])
    short = _short(casebase, rates[rates[place].notna()])
    if short.empty:
        return None
    row = short.sort_values("value", kind="stable").iloc[0]
    code = str(row[place])
    there = within.narrow(**{place: code})
    finding = _rate(casebase, row, as_of, period, there)
    area = None if place == "grid" else code
    return replace(finding, cell=((place, code),), name=_name(casebase, place, code), area=area)


def own_rate(casebase: ScopedCasebase, as_of: datetime, period: Period, within: Slice) -> Finding | None:
    """The five-day closure rate of the area itself, where it lies under the target beyond chance (see _short)."""
    name = _own_name(casebase, within)
    if name is None:
        return None
    rates = measure(casebase, [RATE], as_of=as_of, period=period, within=within)
    short = _short(casebase, rates)
    if short.empty:
        return None
    return replace(_rate(casebase, short.iloc[0], as_of, period, within), name=name, area=within.area)


def _short(casebase: ScopedCasebase, rates: pd.DataFrame) -> pd.DataFrame:
    """The rates under the target beyond chance; none without a target.

    Beyond chance: the target lies above the 95 % range of the rate (Wilson's interval), and the sample is not small.
    """
    target = target_of(casebase.settings, RATE)
    rates = rates[rates["among"] >= casebase.settings.lights.small_sample]
    return rates.head(0) if target is None else rates[np.less(_at_best(rates["hits"], rates["among"]), target)]


def _rate(casebase: ScopedCasebase, row: "pd.Series[Any]", as_of: datetime, period: Period, there: Slice) -> Finding:
    """A rate beside its target and the period before; the count is of the claims that missed their fifth day."""
    earlier, then = compared_period(period, as_of, Against.PREVIOUS)
    before = measure(casebase, [RATE], as_of=then, period=earlier, within=there).iloc[0]
    recorded = beginnings(casebase).cover(metric_of(RATE), earlier, earlier.end)
    enough = recorded and before["among"] >= casebase.settings.lights.small_sample
    end = end_of_day(period.end)
    return Finding(
        About.RATE,
        int(row["among"] - row["hits"]),
        RATE,
        Part.MISSES,
        before=float(before["value"]) if enough else None,
        value=float(row["value"]),
        limit=target_of(casebase.settings, RATE) or 0.0,
        at=end if end >= as_of else None,
    )


def rising_topic(casebase: ScopedCasebase, as_of: datetime, within: Slice, place: str) -> Finding | None:
    """The class, place or class at a place whose cases of the last seven days rise least likely by chance.

    Beyond chance by hot_topics.FALSE_ALARM_CHANCE; `before` is what the stretches before lead to expect.
    """
    days = SURGE_DAYS
    topics = hot_topics.topics(
        casebase, as_of=as_of, days=days, within=within, place=place, most=1, with_year_before=False
    )
    alarms = topics[topics["alarm"].astype(bool)]
    if alarms.empty:
        return None
    row = alarms.iloc[0]
    window = hot_topics.Stretches(as_of, days).window
    there = within.narrow(**dict(row["cell"]))
    counts = measure(casebase, [hot_topics.METRIC], as_of=as_of, period=window, within=there, by=["unit", place])
    return Finding(
        About.SURGE,
        int(row["observed"]),
        hot_topics.METRIC,
        cell=row["cell"],
        period=window,
        most=_crowd_of(casebase, counts, None, place).most,
        before=float(row["expected"]),
        name=str(row["name"]),
    )


def widest_gap(casebase: ScopedCasebase, as_of: datetime, within: Slice, place: str) -> Finding | None:
    """The place with the largest share of grids without a worker, where that is too many (see _is_gap)."""
    if place == "grid":
        return None
    shares = measure(casebase, ["grids_staffed"], as_of=as_of, within=within, by=[place])
    shares = shares[shares[place].notna()]
    worst = shares.sort_values("value", kind="stable").head(1)
    if worst.empty or not _is_gap(casebase, worst["value"].iloc[0]):
        return None
    code = str(worst[place].iloc[0])
    gap = _gap(casebase, worst.iloc[0], as_of, within.narrow(**{place: code}))
    return replace(gap, cell=((place, code),), name=_name(casebase, place, code), area=code)


def own_gap(casebase: ScopedCasebase, as_of: datetime, within: Slice) -> Finding | None:
    """The share of grids without a worker of the area itself, where that is too many (see _is_gap)."""
    name = _own_name(casebase, within)
    if name is None:
        return None
    row = measure(casebase, ["grids_staffed"], as_of=as_of, within=within).iloc[0]
    if not row["among"] or not _is_gap(casebase, row["value"]):
        return None
    return replace(_gap(casebase, row, as_of, within), name=name, area=within.area)


def _is_gap(casebase: ScopedCasebase, staffed: float) -> bool:
    """Whether so few grids have a worker that the light is red: further under the target than [lights] shortfall.

    False without a target, as nobody agreed then on how many should.
    """
    target = target_of(casebase.settings, "grids_staffed")
    return target is not None and staffed < target - casebase.settings.lights.shortfall / 100


def _gap(casebase: ScopedCasebase, row: "pd.Series[Any]", as_of: datetime, there: Slice) -> Finding:
    """The grids without a worker, against a month ago."""
    then = measure(casebase, ["grids_staffed"], as_of=month_before(as_of), within=there).iloc[0]
    return Finding(
        About.GAP,
        int(row["among"] - row["hits"]),
        "grids_staffed",
        Part.MISSES,
        before=None if then["unknown"] else float(then["among"] - then["hits"]),
        value=float(1 - row["value"]),
    )


def next_hearing(casebase: ScopedCasebase, as_of: datetime, within: Slice) -> Finding | None:
    """The hearings to come, where the first is held within two working days; `name` is its unit."""
    coming = cases(casebase, "hearings_coming", as_of=as_of, within=within, columns=("scheduled_at", "unit"))
    if coming.empty:
        return None
    first = coming.iloc[0]
    at = pd.Timestamp(first["scheduled_at"]).to_pydatetime()
    if at.date() > moment(casebase, as_of).workday(2):
        return None
    name = "" if pd.isna(first["unit"]) else str(first["unit"])
    return Finding(About.HEARING, len(coming), "hearings_coming", name=name, at=at)


def _at_best(hits: pd.Series, among: pd.Series) -> list[float]:
    """Upper ends of the 95 % intervals of rates."""
    return [wilson(*counts)[1] for counts in zip(hits, among, strict=True)]


def _week_before(as_of: datetime) -> datetime:
    return as_of - timedelta(days=_WEEK)


def month_before(as_of: datetime) -> datetime:
    """The moment that open cases past a deadline, and gaps, are compared with."""
    then: datetime = (pd.Timestamp(as_of) - pd.DateOffset(months=1)).to_pydatetime()
    return then


def _own_name(casebase: ScopedCasebase, within: Slice) -> str | None:
    """The name of the area of a slice; None of the whole city, which is no place among others."""
    level = casebase.level_of(within.area) if within.area else 1
    return _name(casebase, AREA_DIMENSIONS[level], within.area or "") if level in AREA_DIMENSIONS else None


@dataclass(frozen=True)
class _Crowd:
    """The rows of a metric: how many there are and were before (None: not known), who alone has most, how many units
    have any.
    """

    count: int
    before: float | None
    most: tuple[str, int] | None
    owners: int


_Crowds = Mapping[str, _Crowd]
# The open cases that are looked at, with how far back they are compared: a week has the same day, a month the season.
_OPEN: Mapping[str, Callable[[datetime], datetime]] = {
    "five_day_due_in_0": _week_before,
    "five_day_due_in_1": _week_before,
    "overdue": month_before,
    "five_day_overdue": month_before,
}


def _crowds(casebase: ScopedCasebase, metrics: Iterable[str], as_of: datetime, within: Slice, place: str) -> _Crowds:
    """The crowd of each of these metrics of open cases, all of them by one pass over the cases open at a moment."""
    names = tuple(metrics)
    by_moment: dict[datetime, list[str]] = {}
    for name in names:
        by_moment.setdefault(_OPEN[name](as_of), []).append(name)
    earlier = [Query(tuple(then), at, within=within) for at, then in by_moment.items()]
    now, *before = measure_all(casebase, [Query(names, as_of, within=within, by=("unit", place)), *earlier])
    counts_before = {row["metric"]: None if row["unknown"] else float(row["hits"]) for row in _rows(pd.concat(before))}
    return {name: _crowd_of(casebase, now[now["metric"] == name], counts_before[name], place) for name in names}


def _rows(frame: pd.DataFrame) -> list[dict[Hashable, Any]]:
    return frame.to_dict("records")


def _crowd_of(casebase: ScopedCasebase, rows: pd.DataFrame, before: float | None, place: str) -> _Crowd:
    by_unit, by_place = (rows.groupby(name)["hits"].sum() for name in ("unit", place))
    return _Crowd(
        count=int(rows["hits"].sum()),
        before=before,
        most=_most(casebase, {"unit": by_unit, place: by_place}),
        owners=int((by_unit > 0).sum()),
    )


def _most(casebase: ScopedCasebase, counts: Mapping[str, "pd.Series[int]"]) -> tuple[str, int] | None:
    """Of counts by unit, or else by place, without those of none: who alone has most, and at least three."""
    for dimension, rows in counts.items():
        first = rows[rows == rows.max()]
        if len(first) == 1 and first.iloc[0] >= _LEAST_LEAD:
            return _name(casebase, dimension, str(first.index[0])), int(first.iloc[0])
    return None


def _name(casebase: ScopedCasebase, dimension: str, code: str) -> str:
    return (names_of(casebase, dimension) or {}).get(code, code)
