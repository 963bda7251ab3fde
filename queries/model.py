"""What a metric is: data, and two predicates over one subject."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import ColumnElement, FromClause

from casebase.engine import ScopedCasebase
from casebase.settings import DeadlineSettings
from casebase.workdays import Workdays
from queries.blanks import blanks, names_of_columns

# Columns of limits.
_LIMITS = ("due_at", "five_day_due")
# The period_text of a stock.
AT_THE_MOMENT = "时点数"
_TEXTS_OF_RULES = ("definition", "among_text", "hits_text", "period_text")
_TEXTS = ("name", "group", "unit", "definition", "among_text", "hits_text", "period_text", "article")


@dataclass(eq=False)
class Look:
    """What the data does not fill (see queries.blanks), and whether anybody has asked: `seen` is empty until then."""

    casebase: ScopedCasebase | None = None
    seen: frozenset[str] = frozenset()

    def __call__(self) -> frozenset[str]:
        if self.casebase is not None:
            self.seen = blanks(self.casebase)
        return self.seen


@dataclass(frozen=True, eq=False)
class Moment:
    """The moment a number speaks of, with the rules that its predicates need."""

    as_of: datetime
    deadlines: DeadlineSettings
    workdays: Workdays
    look: Look = field(default_factory=Look)
    """What the data does not fill, asked only by what depends on it."""

    @property
    def today(self) -> date:
        return self.as_of.date()

    @property
    def midnight(self) -> datetime:
        """The start of today."""
        return datetime.combine(self.as_of, time.min)

    def workday(self, n: int) -> date:
        """The n-th working day after today; today itself before the calendar begins, as no case had come by then.

        The calendar reaches back further than the first case (see casebase.loading.calendar). Raises CasebaseError
        where it has ended: limits may lie there.
        """
        return self.today if self.today < self.workdays.first else self.workdays.after(self.today, n)


def moment(casebase: ScopedCasebase, as_of: datetime) -> Moment:
    """The moment under the rules of a case database."""
    return Moment(as_of, casebase.settings.deadlines, casebase.workdays, Look(casebase))


def is_small_sample(among: float, few: int) -> bool:
    """Whether `among` rows are a sample too small to judge by (样本少): fewer than `few`, yet any.

    Over no row, or an unknown number of them (NaN), there is no number that a mark could stand beside.
    """
    return 0 < among < few


def is_small_base(before: float, few: int) -> bool:
    """Whether a count of `before` is too small to say its change in per cent: fewer than `few`, none among them.

    False of an unknown one (NaN), from which there is no change at all.
    """
    return before < few


Expression = Callable[[Moment], ColumnElement[Any]]
Predicate = Callable[[Moment], ColumnElement[bool]]


@dataclass(frozen=True, eq=False)
class Fixed:
    """An expression that is the same at every moment."""

    column: ColumnElement[Any]

    def __call__(self, _at: Moment) -> ColumnElement[Any]:
        return self.column


@dataclass(frozen=True, eq=False)
class Spell:
    """Rows that each come into a stock once and leave it once: at `start`, and at `end` (blank: not yet).

    A row whose end is not after its start is never in it.
    """

    rows: ColumnElement[bool]
    start: ColumnElement[Any]
    end: ColumnElement[Any]


@dataclass(frozen=True, eq=False)
class Subject:
    """What is counted: the rows of a table or join, with the dimensions they can be split by.

    `rows` has one row for each thing counted, `key` names it, `columns` are what a list shows,
    `order` how a list is sorted. `dimensions` maps a name to an expression; a slice or a split by
    a name that is missing here does not apply to the subject. `few_cases` is a condition that all cases meet which it
    looks at, where they are few of all and better fetched once for several looks (see queries.scans).
    """

    id: str
    name: str
    unit: str
    rows: FromClause
    key: ColumnElement[Any]
    dimensions: Mapping[str, Expression]
    columns: Mapping[str, Expression]
    order: Expression
    few_cases: ColumnElement[bool] | None = None
    finds: Mapping[str, Callable[[str], ColumnElement[bool]]] = field(default_factory=dict)


class Kind(StrEnum):
    COUNT = "count"  # value = hits
    RATE = "rate"  # value = hits / among, a fraction
    MEAN = "mean"  # value = mean of `amount` over hits
    SUM = "sum"  # value = sum of `amount` over hits
    PER_10K = "per_10k"  # value = hits for 10,000 people; among = population


class Polarity(StrEnum):
    UP_GOOD = "up_good"
    DOWN_GOOD = "down_good"
    NEUTRAL = "neutral"


class DefinitionError(ValueError):
    """A metric is defined as it cannot be. The sentence begins with its id."""


@dataclass(frozen=True, eq=False)
class Metric:
    """One number, defined once.

    `among` says which rows it looks at, `hit` which of them count, both as of a moment.
    `dated_by` is the time that puts a row in a period; without it the metric is a stock, measured at the moment
    itself. Where that time is reckoned, `dated_from` names the columns that rows can be found by: one of them lies so
    many days before the time. A metric that looks at open petitions alone is `only_open`, and its rows are found by
    that. `spell` tells of a stock when rows come and leave, so that that of any earlier moment is who came by then
    less who left. `lists` is the subject of the list behind it where distinct things are counted (`subject.dimensions`
    still split it). The texts are the 口径 that travels with the number; `sides` are short words for the hits and the
    misses of a rate (按期, 未按期). `needs` names what the data must fill beside what the predicates show by themselves
    (see queries.needs): a table ("hearing") or a column ("petition.accepted_at"). A sum adds up `amount`, whole
    numbers of what `unit` names (人次 of visits), over the rows of its list. A mean is `in_days` where its amount is a
    length of time in days. `outlook_of` is the rate that this one says of a day to come. `row_unit` is what its rows
    are counted in where that is not the unit of the subject. `target` is the ratio that was agreed on, which
    config.toml overrides (see queries.targets); without one the metric has no light. `phrases` are those of its texts
    that speak of a setting, as they stand here, with what they are under the settings given: whoever writes a text
    takes it from `under`.

    Raises DefinitionError for what cannot be. `metrics_by_id` checks what one metric says of others.
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
    only_open: bool = False
    spell: Callable[[Moment], Spell] | None = None
    lists: Subject | None = None
    distinct: ColumnElement[Any] | None = None
    amount: Expression | None = None
    beside: tuple[str, ...] = ()
    additive: bool = True
    short: str = ""
    sides: tuple[str, str] = ("", "")
    needs: tuple[str, ...] = ()
    in_days: bool = False
    outlook_of: str = ""
    target: float | None = None
    row_unit: str = ""
    phrases: Callable[[DeadlineSettings], Mapping[str, str]] | None = None

    def __post_init__(self) -> None:
        fault = next(_faults(self), None)
        if fault is not None:
            raise DefinitionError(f"metric {self.id}: {fault}")

    def under(self, rules: DeadlineSettings) -> Self:
        """The metric with the texts that hold under these settings."""
        texts = {name: getattr(self, name) for name in _TEXTS_OF_RULES}
        for phrase, other in self.phrases(rules).items() if self.phrases else ():
            texts = {name: text.replace(phrase, other) for name, text in texts.items()}
        return replace(self, phrases=None, **texts) if self.phrases else self

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
    def is_total(self) -> bool:
        """Whether its value is a whole number that parts add up to and that is 0 where nothing counts."""
        return self.kind in (Kind.COUNT, Kind.SUM)

    @property
    def is_flow(self) -> bool:
        """Whether it counts or adds up what happened in a period, so that more working days bring more of it.

        Neither a stock does nor what a period's limits have left open, and distinct things do not come by the day.
        """
        of_limits = getattr(self.date, "name", "") in _LIMITS
        return self.is_total and not self.is_stock and self.additive and not of_limits

    @property
    def is_sample(self) -> bool:
        """Whether few rows make it unreliable (样本少): a rate of a period, not a count of all there is."""
        return self.kind is Kind.RATE and not self.is_stock

    def is_small(self, among: float, few: int) -> bool:
        """Whether it stands on so few rows that it is marked 样本少 (see is_small_sample)."""
        return self.is_sample and is_small_sample(among, few)

    def is_comparable(self, among: float, earlier_among: float, few: int) -> bool:
        """Whether its change means anything: not that of a rate over fewer than `few`, be it now or then."""
        return not self.is_sample or min(among, earlier_among) >= few

    def moves_by_pieces(self, before: float, few: int) -> bool:
        """Whether its change is one of pieces (增加 1 件次) that nothing judges: a count's from a base under `few`."""
        return self.is_total and is_small_base(before, few)

    @property
    def can_have_target(self) -> bool:
        """Whether a target means anything for it: a rate that should be high, and is no outlook."""
        return self.kind is Kind.RATE and self.polarity is Polarity.UP_GOOD and not self.outlook_of

    def applies(self, dimension: str) -> bool:
        """Whether a slice or split by this dimension means anything for the metric."""
        if dimension in ("month", "day"):
            return True
        return dimension in self.subject.dimensions


def metrics_by_id(metrics: Iterable[Metric]) -> dict[str, Metric]:
    """The metrics by their ids, in order. Raises DefinitionError for an id used twice, or named and of no metric."""
    by_id: dict[str, Metric] = {}
    for metric in metrics:
        other = by_id.get(metric.id)
        if other is not None:
            raise DefinitionError(f"metric {metric.id}: the id is used twice, by {other.name} and {metric.name}")
        by_id[metric.id] = metric
    for metric in by_id.values():
        for option, name in (*(("beside", name) for name in metric.beside), ("outlook_of", metric.outlook_of)):
            if name and name not in by_id:
                raise DefinitionError(f"metric {metric.id}: {option} names {name}, which is no metric")
    return by_id


def _faults(metric: Metric) -> Iterator[str]:
    """Why a metric cannot be, a sentence each."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", metric.id):
        yield "an id is made of small letters, digits and underscores"
    for text in _TEXTS:
        if not getattr(metric, text):
            yield f"{text} is empty"
    for check in (_faults_of_kind, _faults_of_time, _faults_of_counting, _faults_of_names, _faults_of_target):
        yield from (sentence for is_wrong, sentence in check(metric) if is_wrong)


_Checks = Iterator[tuple[bool, str]]


def _faults_of_kind(metric: Metric) -> _Checks:
    is_rate, is_mean = metric.kind is Kind.RATE, metric.kind is Kind.MEAN
    has_amount = metric.kind in (Kind.MEAN, Kind.SUM)
    yield is_rate and metric.hit is None, "a rate needs hit, which of the rows it looks at count"
    yield is_rate and not all(metric.sides), "a rate needs sides, short words for its hits and its misses"
    yield is_rate and metric.unit != "%", f"a rate is written in %, not in {metric.unit}"
    yield not is_rate and metric.sides != ("", ""), f"a {metric.kind} has no sides, only a rate does"
    yield has_amount and metric.amount is None, f"a {metric.kind} needs amount, what it is the {metric.kind} of"
    yield not has_amount and metric.amount is not None, f"a {metric.kind} has no amount, only a mean or a sum does"
    yield not is_mean and metric.in_days, f"a {metric.kind} is not in_days, only a mean can be"


def _faults_of_time(metric: Metric) -> _Checks:
    of_moment = metric.period_text == AT_THE_MOMENT
    yield metric.is_stock and metric.dated_from is not None, "a stock has no period, so dated_from needs dated_by"
    counts_rows = metric.kind is Kind.COUNT and metric.hit is None and metric.distinct is None
    is_balance = metric.is_stock and counts_rows
    yield metric.spell is not None and not is_balance, "spell is of a stock that counts rows"
    yield metric.is_stock and not of_moment, f"a stock has no period, so its period_text is {AT_THE_MOMENT}"
    yield not metric.is_stock and of_moment, f"it has a period by dated_by, so its period_text is not {AT_THE_MOMENT}"


def _faults_of_counting(metric: Metric) -> _Checks:
    distinct = metric.distinct is not None
    yield distinct and metric.lists is None, "distinct things need lists, the subject of the list behind them"
    yield not distinct and metric.lists is not None, "lists needs distinct, the key of what is counted once"
    yield distinct and metric.kind is Kind.SUM, "a sum adds up rows, so it has no distinct"
    yield distinct and metric.additive, "distinct things do not add up, so additive is False"


def _faults_of_names(metric: Metric) -> _Checks:
    for need in metric.needs:
        yield need not in names_of_columns(), f"needs names {need}, which is no table or column that the data may lack"
    yield metric.id in (*metric.beside, metric.outlook_of), "it names itself in beside or outlook_of"
    yield len(set(metric.beside)) < len(metric.beside), "beside names a metric twice"


def _faults_of_target(metric: Metric) -> _Checks:
    if metric.target is not None:
        yield not metric.can_have_target, "only a rate that should be high, and is no outlook, has a target"
        yield not 0 <= metric.target <= 1, f"a target is a ratio from 0 to 1, not {metric.target:g}"


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
