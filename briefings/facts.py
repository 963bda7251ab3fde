"""What a template may say: the frozen numbers as objects that know how they are written in a sentence."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

import pandas as pd

from briefings import prose
from briefings.cell_text import one_line
from briefings.frozen import SPLITS, Frozen
from casebase.errors import UsageError
from queries.compare import WorkingDays
from queries.intervals import above_chance
from queries.measure import metric_of
from queries.model import Metric
from queries.periods import Against
from queries.subjects import PETITION
from queries.targets import target_of
from views import words
from wording import unknown, working_days

_Ranked = TypeVar("_Ranked")


@dataclass(frozen=True)
class Number:
    """A number in a sentence; printed it is its value with the unit: 3,654件次."""

    metric: Metric
    value: float
    hits: int
    among: int
    previous: float
    previous_among: float
    year_before: float
    year_before_among: float
    target: float | None
    few: int
    yearly: bool
    name: str = ""
    days: Mapping[Against, WorkingDays | None] = field(default_factory=dict)
    """The working days of the periods compared, of a number that comes by the day (queries.model.Metric.is_flow)."""
    unknown: str = ""
    """未装入办结期限: why the data cannot tell it; "" for a number that it can."""

    def __str__(self) -> str:
        if self.unknown:
            return f"{words.NONE}（{self.unknown}）"
        return prose.format_value(self.metric, self.value) + (f"（{words.SMALL}）" if self.small else "")

    def __bool__(self) -> bool:
        """Whether there is anything to say: something counted, something to divide by; or of cases, that none knows."""
        if self.unknown:
            return self.metric.is_total and self.metric.subject is PETITION
        return bool(self.hits) if self.metric.is_total else not words.is_missing(self.value)

    @property
    def yoy(self) -> str:
        """同比上升3.2%（少1个工作日，日均上升8.1%）; "" where there is nothing, or a rate of too few, before.

        Of a group 同比上升3.2%，日均上升8.1%: how many working days is said of the whole.
        """
        return self._moved(self.year_before, self.year_before_among, Against.YEAR_BEFORE)

    @property
    def mom(self) -> str:
        """环比下降1.20个百分点; "" for a year, whose period before is the year before."""
        return "" if self.yearly else self._moved(self.previous, self.previous_among, Against.PREVIOUS)

    def _moved(self, before: float, among: float, against: Against, *, short: bool = False) -> str:
        if not self.metric.is_comparable(self.among, among, self.few):
            return ""
        name = prose.YEAR if against is Against.YEAR_BEFORE else prose.PERIOD
        moved = prose.format_change(self.metric, self.value, before, name, self.few)
        more, per_day = prose.format_working_days(self.value, before, self.few, self.days.get(against))
        if not moved or not more:
            return moved
        if self.name:
            return f"{moved}，{per_day}" if per_day else moved
        note = per_day if short else "，".join(filter(None, (more, per_day)))
        return f"{moved}（{note}）" if note else moved

    @property
    def title_changes(self) -> str:
        """`changes` where there is little room: ，环比上升26.8%（日均上升7.8%）."""
        year = self._moved(self.year_before, self.year_before_among, Against.YEAR_BEFORE, short=True)
        period = "" if self.yearly else self._moved(self.previous, self.previous_among, Against.PREVIOUS, short=True)
        return self._joined(year, period)

    @property
    def risen_per_day(self) -> float:
        """By how many it rose against the year before, had that had as many working days."""
        days = self.days.get(Against.YEAR_BEFORE)
        return self.value - (days.scaled(self.year_before) if days else self.year_before)

    @property
    def changes(self) -> str:
        """，同比上升3.2%，环比下降1.1% — with the comma that leads it; "" where there is nothing to compare."""
        return self._joined(self.yoy, self.mom)

    def _joined(self, year: str, period: str) -> str:
        if year == f"{prose.YEAR}持平" and period == f"{prose.PERIOD}持平":
            return f"，{prose.YEAR}、{prose.PERIOD}均持平"
        return "".join(f"，{part}" for part in (year, period) if part)

    @property
    def against_target(self) -> str:
        """，低于95%的目标1.20个百分点; "" without a target or for too few to judge by (numbers.state_of)."""
        comparison = "" if self.small else prose.against_target(self.value, self.target)
        return f"，{comparison}" if comparison else ""

    @property
    def reached(self) -> bool:
        """Whether it reaches its target; True without one, and of too few to judge by (numbers.state_of)."""
        if self.target is None or self.small or words.is_missing(self.value):
            return True
        return words.target_reached(self.value, self.target * 100)

    @property
    def misses_count(self) -> int:
        """What a rate looks at and does not count."""
        return self.among - self.hits

    @property
    def misses(self) -> str:
        """The same in words: 84件次."""
        return f"{words.full_count(self.misses_count)}{self.metric.subject.unit}"

    @property
    def counted(self) -> str:
        """What a rate counts, in its unit: 1,203件次."""
        return f"{words.full_count(self.hits)}{self.metric.subject.unit}"

    @property
    def looked_at(self) -> str:
        """What a rate is divided by, in its unit: 1,287件次."""
        return f"{words.full_count(self.among)}{self.metric.subject.unit}"

    @property
    def small(self) -> bool:
        """Whether the rate rests on too few to be read closely (样本少)."""
        return self.metric.is_small(self.among, self.few)


@dataclass(frozen=True)
class Ranking:
    """The groups of a split, largest value first; samples too few to rank are left out and counted.

    `every` has them too: of how many cases missed their limit, however few there were, all are asked.
    """

    numbers: tuple[Number, ...]
    left_out: int
    whole: int
    every: tuple[Number, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.numbers)

    def __len__(self) -> int:
        return len(self.numbers)

    def only(self) -> Number | None:
        """The one that alone is judged where the samples of all others are too few: it is first or last of nobody."""
        return self.numbers[0] if len(self.numbers) == 1 < len(self.every) else None

    def most(self, n: int) -> list[Number]:
        """The n largest that are not 0."""
        return [number for number in self.numbers if number.value][:n]

    def first(self) -> list[Number]:
        """The largest that is not 0, and all that are as large; none of one, which is larger than nobody."""
        top = self.most(1) if len(self.numbers) > 1 else []
        return [number for number in self.numbers if top and number.value == top[0].value]

    def most_misses(self) -> list[Number]:
        """Those with most that a rate does not count, of all groups; none where nothing is missed."""
        top = max((number.misses_count for number in self.every), default=0)
        return [number for number in self.every if top and number.misses_count == top]

    def least(self, n: int) -> list[Number]:
        """The n smallest, the smallest first."""
        return list(self.numbers[::-1][:n])

    def short(self) -> list[Number]:
        """Those that miss their target, furthest first; none where one alone is judged among others that are not."""
        return [] if self.only() else [number for number in self.numbers[::-1] if not number.reached]

    def risen(self, n: int) -> list[Number]:
        """The n counts that rose most against the year before, in pieces; a handful that became another is no rise.

        What rose by more working days alone has not risen.
        """
        moved = [
            number
            for number in self.numbers
            if number.year_before
            and number.value > max(number.year_before, number.few - 1)
            and number.risen_per_day > 0
        ]
        return sorted(moved, key=lambda number: -number.risen_per_day)[:n]

    def above(self, whole: Number, n: int) -> list[Number]:
        """The n largest of the rates that are above that of the whole beyond chance (queries.intervals.above_chance).

        What is no more than everywhere is no finding. None where one alone is judged among others that are not.
        """
        if self.only() or words.is_missing(whole.value) or not self.numbers:
            return []
        hits, among = ([getattr(number, part) for number in self.numbers] for part in ("hits", "among"))
        high = above_chance(hits, among, whole.value)
        return [number for number, above in zip(self.numbers, high, strict=True) if above][:n]

    def leading(self, n: int) -> list[Number]:
        """At most n largest, each larger than all that are not named; none where too many are alike."""
        return leading(self.most(len(self.numbers)), n, lambda number: number.value)

    def part(self, numbers: Sequence[Number]) -> str:
        """，占登记量的32.10% — with the comma that leads it; "" where these are all, or one of one."""
        together = sum(number.hits for number in numbers)
        return f"，占{self.numbers[0].metric.name}的{self.share(numbers)}" if 0 < together < self.whole else ""

    def share(self, numbers: Sequence[Number]) -> str:
        """What part of all these are together: 32.10%."""
        return words.percent(sum(number.hits for number in numbers) / self.whole if self.whole else None)


@dataclass(frozen=True)
class Debtor:
    """A unit that owes: cases over their limit and the longest of them, cases due soon and the first day.

    `longest` counts natural days since the day of the limit, as pages do: who is late by hours is late by one day.
    `contact` is how its office is reached, "" where nobody filled it in.
    """

    name: str
    overdue: int
    longest: int
    due: int
    first_due: date | None
    contact: str = ""

    @property
    def overdue_cases(self) -> str:
        return f"{words.full_count(self.overdue)}{PETITION.unit}"

    @property
    def due_cases(self) -> str:
        return f"{words.full_count(self.due)}{PETITION.unit}"

    @property
    def longest_days(self) -> str:
        return f"{words.full_count(self.longest)}天"

    @property
    def first_day(self) -> str:
        return words.day(self.first_due)


@dataclass(frozen=True)
class Remaining:
    """What of the debts of a period's end is still owed: how many, and how many each unit owes, most first."""

    metric: Metric
    total: int
    owed: Sequence[tuple[str, int]]

    def __bool__(self) -> bool:
        return self.total > 0

    def __str__(self) -> str:
        return self._count(self.total)

    @property
    def units(self) -> list[str]:
        return [name for name, _ in self.owed]

    @property
    def of_units(self) -> str:
        """How many some unit owes: 251件次."""
        return self._count(self._of_units)

    @property
    def unassigned(self) -> str:
        """How many no unit owes; "" for none."""
        left = self.total - self._of_units
        return self._count(left) if left else ""

    def leading(self, n: int) -> list[str]:
        """At most n units, each owing more than all that are not named."""
        return [name for name, _ in leading(self.owed, n, lambda pair: pair[1])]

    @property
    def _of_units(self) -> int:
        return sum(count for _, count in self.owed)

    def _count(self, number: int) -> str:
        return f"{words.full_count(number)}{self.metric.subject.unit}"


class Facts:
    """The numbers of one snapshot, as a template asks for them."""

    def __init__(self, frozen: Frozen) -> None:
        self._frozen = frozen
        self._few = frozen.settings.lights.small_sample
        self._yearly = frozen.request.form.value == "yearly"

    def n(self, metric: str) -> Number:
        """The number of the whole area. Raises UsageError for one that is not in the briefing."""
        if metric not in self._frozen.totals.index:
            raise UsageError(f"n({metric!r}): no such number in a briefing; docs/briefings.md lists them")
        return self._number(metric_of(metric), self._frozen.total(metric))

    def rank(self, dimension: str, metric: str) -> Ranking:
        """The groups of a split by one metric. Raises UsageError for a split that is not in the briefing."""
        if metric not in SPLITS.get(dimension, ()):
            known = "; ".join(f"{name}: {', '.join(metrics)}" for name, metrics in SPLITS.items())
            raise UsageError(f"rank({dimension!r}, {metric!r}): not in a briefing; there are {known}")
        frame = self._frozen.split(dimension, metric)
        if frame.empty:
            return Ranking((), 0, 0)
        named = frame[frame["value"].notna() & (frame["code"] != "")]
        ordered = named.sort_values("value", ascending=False, kind="stable")
        every = tuple(self._number(metric_of(metric), row) for _, row in ordered.iterrows())
        numbers = tuple(number for number, few in zip(every, ordered["small"], strict=True) if not few)
        return Ranking(numbers, len(frame) - len(numbers), int(frame["hits"].sum()), every)

    def short(self) -> list[Number]:
        """The rates of the whole area that miss their target, in the order of the ledger."""
        return [number for number in map(self.n, self._frozen.totals.index) if not number.reached]

    def aimed(self) -> list[Number]:
        """The rates of the whole area that are judged by a target."""
        numbers = map(self.n, self._frozen.totals.index)
        return [one for one in numbers if one.target is not None and not one.small and not words.is_missing(one.value)]

    def remaining(self, metric: str) -> Remaining:
        """What of a debt of the period's end (see frozen.REMAINING) is still owed now."""
        rows, called = self._frozen.still_owed(metric), self._frozen.short_units
        counts = rows["unit"].dropna().value_counts(sort=True) if len(rows) else pd.Series(dtype=int)
        owed = sorted(counts.items(), key=lambda pair: (-int(pair[1]), str(pair[0])))
        return Remaining(
            metric_of(metric), len(rows), [(one_line(called[str(unit)]), int(count)) for unit, count in owed]
        )

    def late(self, most: int) -> list[Debtor]:
        """At most so many units, each with more cases over their limit than any other unit that is not named."""
        return leading([one for one in debtors(self._frozen) if one.overdue], most, lambda one: one.overdue)

    def latest(self) -> Debtor | None:
        """The unit with the case that is longest over its limit; None where no case is."""
        return max((one for one in debtors(self._frozen) if one.overdue), key=lambda one: one.longest, default=None)

    def debtors(self, most: int) -> list[Debtor]:
        """The units that owe most: most over the limit first, then most due within five working days."""
        return debtors(self._frozen)[:most]

    def coming(self) -> list[Debtor]:
        """The units with cases due within five working days, most first; none once the first of these days is past."""
        due = [one for one in debtors(self._frozen) if one.first_due is not None]
        if any(one.first_due < self._frozen.as_of.date() for one in due if one.first_due is not None):
            return []
        return sorted(due, key=lambda one: -one.due)

    def working_days(self) -> str:
        """本期20个工作日，上期17个。, where the periods that are compared have different numbers of them; else ""."""
        return working_days_note(self._frozen)

    def lacking(self, *metrics: str) -> str:
        """未装入办结期限、督办件: what the data lacks for any of these numbers; "" where it can tell all."""
        lacks = [self._frozen.total(metric)["unknown"] or "" for metric in metrics]
        return unknown.reason(",".join(lacks))

    def hot(self, most: int) -> list[dict[str, str]]:
        """The topics that rose beyond chance: name, observed, expected."""
        topics = self._frozen.topics
        risen = topics[topics["alarm"].astype(bool)].head(most)
        return [
            {
                "name": spaced(row["name"].replace(" · ", "·")),
                "observed": f"{words.full_count(row['observed'])}件次",
                "expected": f"{words.expected(row['expected']).replace(' ', '')}件次",
            }
            for row in risen.to_dict("records")
        ]

    def _number(self, metric: Metric, row: pd.Series) -> Number:
        return Number(
            metric,
            float(row["value"]),
            int(row["hits"]),
            int(row["among"]),
            float(row["previous"]),
            float(row["previous_among"]),
            float(row["year_before"]),
            float(row["year_before_among"]),
            target_of(self._frozen.settings, metric.id),
            self._few,
            self._yearly,
            spaced(str(row.get("name", ""))),
            self._frozen.days if metric.is_flow else {},
            unknown.reason(row["unknown"] or ""),
        )


def working_days_note(frozen: Frozen, against: Sequence[Against] = tuple(Against)) -> str:
    """本期20个工作日，上期17个。: the working days of the periods, where one of them has another number; else ""."""
    if frozen.request.form.value == "yearly":
        against = [Against.YEAR_BEFORE]
    names = {Against.PREVIOUS: "上期", Against.YEAR_BEFORE: "上年同期"}
    pairs = [(names[one], days) for one in against if (days := frozen.days[one]) is not None]
    if not any(days.more for _, days in pairs):
        return ""
    earlier = "，".join(f"{name}{days.before}个" for name, days in pairs)
    years = dict.fromkeys(prose.without_blanks(working_days.unpublished(days)) for _, days in pairs if days.unpublished)
    return f"本期{pairs[0][1].now}个工作日，{earlier}{''.join(f'（{text}）' for text in years)}。"


def leading(ordered: Sequence[_Ranked], most: int, value: Callable[[_Ranked], float]) -> list[_Ranked]:
    """At most so many of the first, largest first, none of which is as large as one that is left out."""
    if len(ordered) <= most:
        return list(ordered)
    return [one for one in ordered[:most] if value(one) > value(ordered[most])]


def spaced(name: str) -> str:
    """A name of one line; a blank after one that ends with a letter or digit, or 12件次 would read on from Ward 3."""
    name = one_line(name)
    return f"{name} " if name[-1:].isascii() and name[-1:].isalnum() else name


def debtors(frozen: Frozen) -> list[Debtor]:
    """Units with cases over their limit or due within five working days, those that owe most first."""
    late, due, called = frozen.list_of("overdue"), frozen.list_of("due_in_5"), frozen.short_units
    over = late.assign(over=days_over(late["due_at"], frozen.stocks_at))
    contacts = contacts_of(pd.concat([late, due]))
    owed = (
        over.groupby("unit")["over"].agg(overdue="size", longest="max"),
        due.groupby("unit")["due_at"].agg(due="size", first="min"),
    )
    units = [
        Debtor(spaced(called[str(unit)]), int(overdue), int(longest), int(coming), _day(first), contacts.get(unit, ""))
        for unit, overdue, longest, coming, first in owed[0]
        .join(owed[1], how="outer")
        .fillna({"overdue": 0, "longest": 0, "due": 0})
        .itertuples()
    ]
    return sorted(units, key=lambda one: (-one.overdue, -one.longest, -one.due, one.name))


def contacts_of(cases: pd.DataFrame) -> dict[str, str]:
    """How the offices of these cases are reached, by the name of the unit; nothing where nobody filled it in."""
    known = cases.dropna(subset=["unit", "unit_contact"])
    pairs = known[["unit", "unit_contact"]].drop_duplicates().groupby("unit")["unit_contact"]
    return {str(unit): "、".join(contacts) for unit, contacts in pairs}


def days_over(due: "pd.Series[Any]", moment: datetime) -> "pd.Series[Any]":
    """Natural days from the day of each limit to that of the moment, one at least."""
    days: pd.Series[Any] = (pd.Timestamp(moment).normalize() - pd.to_datetime(due).dt.normalize()).dt.days
    return days.clip(lower=1)


def _day(moment: datetime | None) -> date | None:
    return None if moment is None or pd.isna(moment) else pd.Timestamp(moment).date()
