"""What is asked of the data: the moment, the period, the slice; the same for a page's filter bar and for a wall."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from functools import cached_property
from typing import Concatenate, ParamSpec, TypedDict, TypeVar

from casebase.engine import ScopedCasebase
from casebase.settings import Settings
from casebase.workdays import Workdays
from cockpit.asked import Call
from cockpit.data import Data
from queries.measure import stock_moment
from queries.model import Slice, moment
from queries.periods import Against, Period, Preset, last_months
from views import words

P = ParamSpec("P")
R = TypeVar("R")

PRESETS = {
    "今日": Preset.TODAY,
    "本周": Preset.WEEK,
    "本月": Preset.MONTH,
    "上月": Preset.LAST_MONTH,
    "本季": Preset.QUARTER,
    "本年": Preset.YEAR,
}
DEFAULT_PERIOD = "本月"
WHOLE_CITY = "全市"
YEAR_BEFORE = "较上年同期"
# What the change against the period before is called, by the period of the filter bar (None: one's own days). Before a
# year lies the year before, which has its own name.
PREVIOUS: Mapping[Preset | None, str | None] = {
    Preset.TODAY: "较昨日同时段",
    Preset.WEEK: "较上周同期",
    Preset.MONTH: "较上月同期",
    Preset.LAST_MONTH: "较前一月",
    Preset.QUARTER: "较上季同期",
    Preset.YEAR: None,
    None: "较上一期",
}


@dataclass(frozen=True)
class Comparison:
    """A period that a number is compared with, and what the change is called: 较上月同期."""

    against: Against
    label: str


def comparisons(previous: str | None) -> tuple[Comparison, ...]:
    """The period before, under this name (None: it is the year before), and the year before."""
    year_before = Comparison(Against.YEAR_BEFORE, YEAR_BEFORE)
    return (year_before,) if previous is None else (Comparison(Against.PREVIOUS, previous), year_before)


class Scope(TypedDict):
    """Moment, period and slice, as arguments of queries."""

    as_of: datetime
    period: Period
    within: Slice


def _workday(casebase: ScopedCasebase, at: datetime, n: int) -> date:
    return moment(casebase, at).workday(n)


@dataclass(frozen=True)
class View:
    """What is asked: numbers `as_of` a moment, in a `period`, `within` a slice, answered by `data`.

    `place` and `category` name the slice's codes. `bar_period` is the period of the filter bar, from which a part of
    a page may differ: its links must then carry their own days. `months`: the period is so many, and is called so.
    """

    data: Data
    as_of: datetime
    period: Period
    within: Slice
    comparisons: tuple[Comparison, ...]
    place: str = WHOLE_CITY
    category: str | None = None
    bar_period: Period | None = None
    months: int | None = None

    def ask(self, question: Callable[Concatenate[ScopedCasebase, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The answer to a query of queries/ (see Data.ask)."""
        return self.data.ask(question, *args, **kwargs)

    def hold(self, question: Callable[Concatenate[ScopedCasebase, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The answer as one value for all who ask, of which others can be derived (see Data.hold)."""
        return self.data.hold(question, *args, **kwargs)

    def derive(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The value of a function of kept values and of nothing else (see Data.derive)."""
        return self.data.derive(function, *args, **kwargs)

    def note(self, call: Call, compute: Callable[[], R]) -> R:
        """What `compute` gives for a call of this view (see Data.note)."""
        return self.data.note(call, compute)

    def share(self, key: object, compute: Callable[[], R]) -> R:
        """What is made of this view, once for all who ask the same by the same key (see Data.share)."""
        return self.data.share(key, compute, self.question)

    @cached_property
    def question(self) -> Hashable:
        """What tells this view from another of the same data."""
        return tuple(getattr(self, one.name) for one in fields(self) if one.name != "data")

    @property
    def settings(self) -> Settings:
        return self.data.settings

    @property
    def casebase(self) -> ScopedCasebase:
        return self.data.casebase

    @property
    def workdays(self) -> Workdays:
        return self.data.workdays

    def workday(self, at: datetime, n: int) -> date:
        """The n-th working day after a moment, as numbers reckon it (see queries.model.Moment.workday)."""
        return self.ask(_workday, at, n)

    @property
    def scope(self) -> Scope:
        """What numbers of the view's period are asked with: `view.ask(measure, ["closed"], **view.scope)`."""
        return {"as_of": self.as_of, "period": self.period, "within": self.within}

    @property
    def stocks_at(self) -> datetime:
        """The moment that stocks are of: the end of the period where that is over, else the moment itself."""
        return stock_moment(self.as_of, self.period)

    @property
    def is_over(self) -> bool:
        """Whether the period was over before the moment, so that stocks are of another moment than `as_of`."""
        return self.stocks_at < self.as_of

    @property
    def is_ahead(self) -> bool:
        """Whether the whole period lies ahead of the moment: nothing of it is known, and nothing compared with it."""
        return self.period.start > self.as_of.date()

    @property
    def last_day(self) -> date:
        """The day that a trend reaches: the end of the period, or today while it runs."""
        return min(self.as_of.date(), self.period.end)

    @property
    def link_period(self) -> Period | None:
        """The days that a link to this view's numbers must carry: none where the filter bar says them already."""
        return None if self.bar_period in (None, self.period) else self.period

    def over_months(self, months: int) -> "View":
        """The same over so many months, which rare things need: up to now, or to the end of a period that is over."""
        period = last_months(self.last_day, months)
        return replace(self, period=period, comparisons=comparisons(None), months=months)

    def label_of(self, against: Against) -> str:
        """What a change against this period is called: 较上月同期."""
        return next((one.label for one in self.comparisons if one.against is against), YEAR_BEFORE)

    def day_text(self, day: date) -> str:
        """A day in words: 今日 only by the clock, for a moment that was asked for or data that ended is of another."""
        today = self.data.today
        return "今日" if day == today else words.day(day, year=day.year != today.year)

    @property
    def stock_moment_text(self) -> str:
        """What stocks are of, in words: 截至此刻, or 截至10月31日 of a period that is over or a day that is past."""
        day = self.stocks_at.date()
        is_now = not self.is_over and day == self.data.today
        return "截至此刻" if is_now else f"截至{words.day(day, year=day.year != self.as_of.year)}"

    def months_text(self, months: int) -> str:
        """The months of a trend in words: 近 12 个月, or of a period that is over: 截至10月的 12 个月."""
        last = self.last_day
        if (last.year, last.month) == (self.as_of.year, self.as_of.month):
            return f"近 {months} 个月"
        return f"截至{words.month(last, year=last.year != self.as_of.year)}的 {months} 个月"

    @property
    def period_text(self) -> str:
        """The period in words: 2026年11月1日—30日, or 近 12 个月."""
        return self.months_text(self.months) if self.months else words.span(self.period.start, self.period.end)

    @property
    def text(self) -> str:
        """What is asked in words: 2026年11月1日—30日，全市.

        The whole period is named, since deadlines after the cut-off belong to it.
        """
        return "，".join([self.period_text, self.slice_text])

    @property
    def slice_text(self) -> str:
        """The place and what else narrows the cases: 全市，来访."""
        return "，".join([self.place, *filter(None, (self.within.channel, self.category))])
