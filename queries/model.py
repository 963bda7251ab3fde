"""What a metric is: data, and two predicates over one subject."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, FromClause

from casebase.engine import Casebase
from casebase.settings import DeadlineSettings
from casebase.workdays import Workdays
from queries.blanks import blanks


@dataclass(frozen=True, eq=False)
class Moment:
    """The moment a number speaks of, with the rules that its predicates need."""

    as_of: datetime
    deadlines: DeadlineSettings
    workdays: Workdays
    look: Callable[[], frozenset[str]] = frozenset
    """What the data does not fill (see queries.blanks), asked only by what depends on it."""

    @property
    def today(self) -> date:
        return self.as_of.date()

    @property
    def midnight(self) -> datetime:
        """The start of today."""
        return datetime.combine(self.as_of, time.min)

    @property
    def second(self) -> datetime:
        """The second that runs. A limit that ends with it is due still: at the end of a day, what is due that day."""
        return self.as_of.replace(microsecond=0)

    def workday(self, n: int) -> date:
        """The n-th working day after today; today itself before the calendar begins, as no case had come by then.

        The calendar reaches back further than the first case (see casebase.loading.calendar). Raises CasebaseError
        where it has ended: limits may lie there.
        """
        return self.today if self.today < self.workdays.first else self.workdays.after(self.today, n)


def moment(casebase: Casebase, as_of: datetime) -> Moment:
    """The moment under the rules of a case database."""
    return Moment(as_of, casebase.settings.deadlines, casebase.workdays, partial(blanks, casebase))


Expression = Callable[[Moment], ColumnElement[Any]]
Predicate = Callable[[Moment], ColumnElement[bool]]


@dataclass(frozen=True, eq=False)
class Fixed:
    """An expression that is the same at every moment."""

    column: ColumnElement[Any]

    def __call__(self, _at: Moment) -> ColumnElement[Any]:
        return self.column


@dataclass(frozen=True, eq=False)
class Subject:
    """What is counted: the rows of a table or join, with the dimensions they can be split by.

    `rows` has one row for each thing counted, `key` names it, `columns` are what a list shows,
    `order` how a list is sorted. `dimensions` maps a name to an expression; a slice or a split by
    a name that is missing here does not apply to the subject.
    """

    id: str
    name: str
    unit: str
    rows: FromClause
    key: ColumnElement[Any]
    dimensions: Mapping[str, Expression]
    columns: Mapping[str, Expression]
    order: Expression
    finds: Mapping[str, Callable[[str], ColumnElement[bool]]] = field(default_factory=dict)


class Kind(StrEnum):
    COUNT = "count"  # value = hits
    RATE = "rate"  # value = hits / among, a fraction
    MEAN = "mean"  # value = mean of `amount` over hits
    PER_10K = "per_10k"  # value = hits for 10,000 people; among = population


class Polarity(StrEnum):
    UP_GOOD = "up_good"
    DOWN_GOOD = "down_good"
    NEUTRAL = "neutral"


@dataclass(frozen=True, eq=False)
class Metric:
    """One number, defined once.

    `among` says which rows it looks at, `hit` which of them count, both as of a moment.
    `dated_by` is the time that puts a row in a period; without it the metric is a stock, measured
    at the moment itself. Where that time is reckoned, `dated_from` names the columns that rows can be
    found by: one of them lies so many days before the time. `lists` is the subject of the list behind
    it where distinct things are counted (`subject.dimensions` still split it). The texts are the 口径
    that travels with the number; `sides` are short words for the hits and the misses of a rate
    (按期, 未按期). `needs` names what the data must fill beside what the predicates show by themselves
    (see queries.needs): a table ("hearing") or a column ("petition.accepted_at").
    """

    id: str
    name: str
    group: str
    subject: Subject
    kind: Kind
    unit: str
    polarity: Polarity
    definition: str
    among_text: str
    hits_text: str
    period_text: str
    article: str
    among: Predicate
    hit: Predicate | None = None
    dated_by: Expression | None = None
    dated_from: Callable[[Moment], Sequence[tuple[ColumnElement[Any], int]]] | None = None
    lists: Subject | None = None
    distinct: ColumnElement[Any] | None = None
    amount: Expression | None = None
    beside: tuple[str, ...] = ()
    additive: bool = True
    short: str = ""
    sides: tuple[str, str] = ("", "")
    needs: tuple[str, ...] = ()

    @property
    def short_name(self) -> str:
        """The name beside another number, where there is little room."""
        return self.short or self.name

    @property
    def date(self) -> object:
        """What tells its date from another's: the same for metrics that are dated by the same column."""
        return self.dated_by.column if isinstance(self.dated_by, Fixed) else self.dated_by

    @property
    def is_stock(self) -> bool:
        return self.dated_by is None

    @property
    def is_sample(self) -> bool:
        """Whether few rows make it unreliable (样本少): a rate of a period, not a count of all there is."""
        return self.kind is Kind.RATE and not self.is_stock

    def applies(self, dimension: str) -> bool:
        """Whether a slice or split by this dimension means anything for the metric."""
        if dimension in ("month", "day"):
            return True
        return dimension in self.subject.dimensions


@dataclass(frozen=True)
class Slice:
    """Which part of the city and of the cases: the filter bar, and the cell of a table or chart.

    `area` is a code of any level; `category` of either level. `cell` fixes further dimensions;
    a value of None means "not filled in".
    """

    area: str | None = None
    channel: str | None = None
    category: str | None = None
    unit: str | None = None
    cell: tuple[tuple[str, str | None], ...] = field(default=())

    def narrow(self, **cell: str | None) -> "Slice":
        """The same slice narrowed to one cell."""
        others = tuple(pair for pair in self.cell if pair[0] not in cell)
        return replace(self, cell=others + tuple(cell.items()))


EVERYTHING = Slice()
