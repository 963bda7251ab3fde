"""What settled cases count, kept until one of them changes, so that a pass reads the others alone.

A settled case counts the same however late it gets (casebase.settled). A pass over the cases is therefore made once
with its counts of settled cases apart; they are kept, and the same pass made later reads the few cases that are not
settled and adds what is kept. That holds for passes that read nothing but cases and what rarely changes beside them,
whose rows are compared, and count no distinct things. Moments long enough after the settled cases' times are all one
to them; earlier ones are kept where they will be asked again: ends of days, as stocks of months are.
"""

import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from cachetools import LRUCache
from sqlalchemy import Alias, ClauseElement, ColumnElement, Select, Table, select

from casebase import schema
from casebase.engine import ScopedCasebase
from casebase.settings import DeadlineSettings
from casebase.settled import KEY, MARGIN, Settled
from casebase.workdays import fingerprint
from queries.joins import needed, tables_of
from queries.model import Metric, Moment, Slice
from queries.once_a_version import once_for
from queries.periods import Period, end_of_day
from queries.scans import Balance, Group, Grouping, Number, Pass, Scan
from queries.subjects import AREA_DIMENSIONS

# Counts that are kept at most, some hundred bytes each: of all cases, and of each of the many scopes that see a part.
_MOST, _MOST_OF_A_PART = 400_000, 20_000
# What passes over settled cases may read: cases, and tables whose rows the kept counts are thrown away with.
_STEADY = (schema.petition.name, schema.workday.name, schema.category.name)
_LATE = "late"


def _size(groups: Sequence[Group]) -> int:
    return 1 + sum(len(group.cells) for group in groups)


@dataclass(eq=False)
class SettledCounts:
    """Counts of the cases that are settled until a moment, by what a pass asks; the least lately used go first."""

    until: datetime
    margin: timedelta
    _kept: LRUCache[Hashable, Sequence[Group]]
    _alone: LRUCache[Hashable, bool] = field(default_factory=lambda: LRUCache(4096))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Hashable) -> Sequence[Group] | None:
        with self._lock:
            return self._kept.get(key)

    def keep(self, key: Hashable, groups: Sequence[Group]) -> None:
        with self._lock, suppress(ValueError):  # one that alone is too large is asked again
            self._kept[key] = groups

    def moment(self, as_of: datetime) -> Hashable | None:
        """What a moment is to settled cases; None where their counts would not be asked again."""
        if as_of >= self.until + self.margin:
            return _LATE
        return as_of if as_of.second == 0 or as_of == end_of_day(as_of.date()) else None

    def reads_cases_alone(self, question: Hashable, whole: Scan | Balance) -> bool:
        """Whether a pass reads no table whose rows change without the settled cases; by its question."""
        if question not in self._alone:
            is_of_cases = needed(whole.rows, whole.expressions()) is schema.petition
            self._alone[question] = is_of_cases and _tables(whole.expressions()).issubset(_STEADY)
        return self._alone[question]

    def period(self, period: Period | None) -> Hashable:
        """What a period is to them: what they are dated by lies no later than that."""
        return period and (period.start, min(period.end, (self.until + self.margin).date()))


def _of_cases() -> Select[Any]:
    return select(schema.info.c.value).where(schema.info.c.key == KEY)


def _of_classes() -> Select[Any]:
    return select(schema.category.c.code, schema.category.c.parent_code).order_by(schema.category.c.code)


@once_for(_of_cases, fingerprint, _of_classes)
def settled_counts(casebase: ScopedCasebase) -> SettledCounts | None:
    """Those of a case base, empty at first; None where it does not keep which cases are settled."""
    text = next((value for (value,) in casebase.rows(_of_cases())), None)
    if text is None:
        return None
    most = _MOST if casebase.scope.is_whole else _MOST_OF_A_PART
    return SettledCounts(Settled.parsed(text).until, _margin(casebase.settings.deadlines), LRUCache(most, _size))


def _margin(rules: DeadlineSettings) -> timedelta:
    """How far the rules look back from a moment or ahead from a time: more where config.toml sets a longer limit."""
    longest = timedelta(days=max(value for value in rules.model_dump().values() if isinstance(value, int)))
    return MARGIN if longest < MARGIN else 2 * longest


@dataclass(frozen=True, eq=False)
class Divided:
    """A pass that counts settled cases apart, or, where their counts are kept, does not read them.

    Of the `district` that its slice is, they are kept with those of all others, which `wider` counts: whoever goes from
    one district to the next has the settled cases of all.
    """

    whole: Scan | Balance
    kept: SettledCounts
    key: Hashable
    known: Sequence[Group] | None
    district: str | None
    wider: Scan | Balance

    def counts(self) -> Grouping:
        cases = schema.petition.c
        is_settled = cases.settled_by <= self.kept.until
        if self.known is not None:
            return replace(self.whole, where=[*self.whole.where, ~is_settled]).counts()
        of_district = {} if self.district is None else {"of_district": cases.district_code}
        return replace(self.wider, labels={**self.wider.labels, "settled": is_settled, **of_district}).counts()

    def numbers(self, groups: Sequence[Group]) -> Iterator[Number]:
        if self.known is not None:
            return self.whole.numbers(_together([*self._of_slice(self.known), *groups]))
        parts: dict[bool, list[Group]] = {True: [], False: []}
        for group in groups:
            parts[group.labels[len(self.whole.labels)]].append(self._without_label(group))
        self.kept.keep(self.key, parts[True])
        # Split by whether they are settled, no rows are no group, where a count of all is 0.
        none = [] if self.whole.labels or isinstance(self.whole, Balance) else [_none_of(self.whole)]
        return self.whole.numbers(_together([*none, *self._of_slice(parts[True]), *self._of_slice(parts[False])]))

    def _without_label(self, group: Group) -> Group:
        """Without the first label that the pass itself does not have."""
        at = len(self.whole.labels)
        return Group((*group.labels[:at], *group.labels[at + 1 :]), group.cells)

    def _of_slice(self, groups: Sequence[Group]) -> Sequence[Group]:
        """Those of the pass's own district."""
        if self.district is None:
            return groups
        at = len(self.whole.labels)
        return [self._without_label(group) for group in groups if group.labels[at] == self.district]


def divided(
    casebase: ScopedCasebase,
    one: Scan | Balance,
    conditions: Callable[[Slice], Sequence[ColumnElement[bool]]],
    within: Slice,
    at: Sequence[Moment],
    period: Period | None = None,
) -> Pass:
    """The pass over a slice, so that it reads settled cases no more than once where it can be divided so.

    `one` is the pass over the whole, `conditions` are what a slice adds to it; `at` are the moments and `period` what
    its predicates are made for.
    """
    whole = _in_slice(one, conditions(within))
    metrics = [one.metric] if isinstance(one, Balance) else [cell.metric for cell in one.cells]
    kept = settled_counts(casebase) if all(metric.distinct is None for metric in metrics) else None
    if kept is None or _has_none(kept, metrics, at, period):
        return whole
    is_district = within.area is not None and AREA_DIMENSIONS.get(casebase.level_of(within.area)) == "district"
    district, wide = (within.area, replace(within, area=None)) if is_district else (None, within)
    moments = [kept.moment(then.as_of) for then in at]
    question = type(one), tuple(metric.id for metric in metrics), tuple(one.labels), wide, is_district
    if None in moments or not kept.reads_cases_alone(question, whole):
        return whole
    key = question, *moments, kept.period(period), *(then.look.seen for then in at)
    known = kept.get(key)
    wider = _in_slice(one, conditions(wide)) if is_district and known is None else whole
    return Divided(whole, kept, key, known, district, wider)


def _in_slice(one: Scan | Balance, conditions: Sequence[ColumnElement[bool]]) -> Scan | Balance:
    return replace(one, where=[*one.where, *conditions])


def _has_none(kept: SettledCounts, metrics: Iterable[Metric], at: Iterable[Moment], period: Period | None) -> bool:
    """Whether a pass finds no settled case anyway: none was open since, nor has a date since."""
    if all(metric.only_open for metric in metrics) and all(then.as_of >= kept.until for then in at):
        return True
    is_dated = all(metric.dated_by is not None and metric.dated_from is None for metric in metrics)
    return is_dated and period is not None and period.start > kept.until.date()


def _tables(parts: Iterable[ClauseElement]) -> set[str]:
    """The names of the tables that they read; cases by another name are other ones than the case that is counted."""
    read = {table for part in parts for table in tables_of(part)}
    names = {table.name for table in read if isinstance(table, Table)}
    return names | {"other cases" for table in read if isinstance(table, Alias) and table.element is schema.petition}


def _none_of(whole: Scan) -> Group:
    return Group((), [(0, 0, None)] * len(whole.cells))


def _together(groups: Iterable[Group]) -> list[Group]:
    """Counts of the same labels added up."""
    sums: dict[tuple[Any, ...], list[tuple[int, int, float | None]]] = {}
    for labels, cells in groups:
        before = sums.get(labels)
        sums[labels] = list(cells) if before is None else list(map(_sum, before, cells))
    return [Group(labels, cells) for labels, cells in sums.items()]


def _sum(one: tuple[int, int, float | None], other: tuple[int, int, float | None]) -> tuple[int, int, float | None]:
    amounts = [amount for amount in (one[2], other[2]) if amount is not None]
    return one[0] + other[0], one[1] + other[1], sum(amounts) if amounts else None
