"""Measuring: several metrics in a period and a slice, and several such queries together, by few statements."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import partial
from typing import Any

import pandas as pd
from sqlalchemy import BindParameter, Case, ColumnElement, Date, Null, and_, false, or_, select

from casebase import schema
from casebase.engine import ScopedCasebase
from casebase.errors import UsageError
from casebase.scope import CITY, DISTRICT
from queries import frames, names, needs
from queries.beginnings import BEFORE_RECORDS, beginnings
from queries.model import EVERYTHING, Fixed, Kind, Metric, Moment, Slice, Subject, moment
from queries.periods import Period, buckets, end_of_day
from queries.registry import METRICS
from queries.scans import FREQUENCY, TIME, Balance, Cell, Number, Pass, Scan, read, span_number
from queries.settled import divided
from queries.subjects import AREA_DIMENSIONS, as_key, in_area, in_category, open_at

_EXAMPLE = {"month": "2026-11", "day": "2026-11-22"}
# A stock by day asks one question a day of every row; more days than this are asked for by mistake.
_MAX_MOMENTS = 400


@dataclass(frozen=True)
class Query:
    """What `measure` is asked, to be asked together with others (see `measure_all`)."""

    metrics: tuple[str, ...]
    as_of: datetime
    period: Period | None = None
    within: Slice = EVERYTHING
    by: tuple[str, ...] = ()


def metric_of(name: str) -> Metric:
    """The metric of an id. Raises UsageError for an unknown one."""
    if name not in METRICS:
        raise UsageError(f"metric {name}: unknown; python -m queries --list shows them all")
    return METRICS[name]


def measure(
    casebase: ScopedCasebase,
    metrics: Sequence[str],
    *,
    as_of: datetime,
    period: Period | None = None,
    within: Slice = EVERYTHING,
    by: Sequence[str] = (),
) -> pd.DataFrame:
    """Measure metrics as of a moment, in a period (None: all time), within a slice, split by dimensions.

    Returns one row a metric and group (frames.NUMBERS): metric, the `by` columns (codes or labels as str, None where
    not filled in), hits, among (int), value (float; a fraction for rates; NaN where there is nothing to divide by, or
    where the data cannot tell), unknown (str | None: what the data lacks for the number, as
    "petition.due_at,petition.closed_at", see queries.needs; BEFORE_RECORDS of what ends before its records begin, see
    queries.beginnings), as_of (the moment measured at: a stock's is the end of a period that is over). Groups without
    a row are left out; without `by` every metric has its row. hits and among of an unknown number are what the rows
    say, and say nothing.
    `month` and `day` split a dated metric by its own date and measure a stock at the end of each.
    Raises UsageError for an unknown metric, dimension or area.
    """
    return measure_all(casebase, [Query(tuple(metrics), as_of, period, within, tuple(by))])[0]


def measure_all(casebase: ScopedCasebase, queries: Sequence[Query]) -> list[pd.DataFrame]:
    """The answers of `measure` to several queries, in their order, by as few statements as their splits allow."""
    plans = [list(_plan(casebase, query)) for query in queries]
    numbers = iter(read(casebase, [one for plan in plans for one in plan]))
    return [_answer(casebase, query, [next(numbers) for _ in plan]) for query, plan in zip(queries, plans, strict=True)]


def _plan(casebase: ScopedCasebase, query: Query) -> Iterator[Pass]:
    """The passes that answer a query."""
    chosen = [metric_of(name) for name in query.metrics]
    for metric in chosen:
        check_dimensions(metric, query.by)
    for group, as_of, period, rest in _groups(chosen, query):
        yield from _plan_group(casebase, group, query.by, moment(casebase, as_of), period, rest)


def _answer(casebase: ScopedCasebase, query: Query, parts: Iterable[Sequence[Number]]) -> pd.DataFrame:
    by, lacks = query.by, lacks_of(casebase, query)
    numbers = _of_people(casebase, _in_order([number for part in parts for number in part], query), query)
    moments = {name: span_of(metric_of(name), query.as_of, query.period, query.within)[0] for name in query.metrics}
    columns: dict[str, list[Any]] = {name: [number.keys[name] for number in numbers] for name in by}
    columns |= {
        "metric": [number.metric for number in numbers],
        "hits": [number.hits for number in numbers],
        "among": [number.among for number in numbers],
        "value": [math.nan if number.metric in lacks else _value(number) for number in numbers],
        "unknown": [",".join(lacks[number.metric]) if number.metric in lacks else None for number in numbers],
        "as_of": [moments[number.metric] for number in numbers],
    }
    return frames.of(columns, {**frames.keys(by), **frames.NUMBERS})


def lacks_of(casebase: ScopedCasebase, query: Query) -> Mapping[str, Sequence[str]]:
    """The metrics of a query that are not known, each with what they lack; BEFORE_RECORDS of what begins later."""
    lacks: dict[str, Sequence[str]] = {}
    unknown, records = needs.unknown(casebase), beginnings(casebase)
    for name in query.metrics:
        at, period, _ = span_of(metric_of(name), query.as_of, query.period, query.within)
        last = at.date() if period is None else min(at.date(), period.end)
        if name in unknown:
            lacks[name] = unknown[name]
        elif records.are_after(metric_of(name), last):
            lacks[name] = (BEFORE_RECORDS,)
    return lacks


def _in_order(numbers: list[Number], query: Query) -> list[Number]:
    """Numbers in the order of the metrics that were asked, then of what they are split by, blanks last."""
    place = {name: n for n, name in enumerate(query.metrics)}

    def order(number: Number) -> tuple[Any, ...]:
        return place[number.metric], *((number.keys[name] is None, number.keys[name] or "") for name in query.by)

    return sorted(numbers, key=order)


def check_dimensions(metric: Metric, by: Sequence[str]) -> None:
    """Raise UsageError when a metric cannot be split so."""
    if len(set(by)) < len(by) or len(set(by) & set(TIME)) > 1:
        raise UsageError(f"cannot split by {', '.join(by)}: name each dimension once, and month or day, not both")
    for dimension in by:
        if not metric.applies(dimension):
            possible = ", ".join([*metric.subject.dimensions, *TIME])
            raise UsageError(f"metric {metric.id} cannot be split by {dimension}; it can by: {possible}")


def check_cell(
    casebase: ScopedCasebase, metric: Metric, as_of: datetime, period: Period, name: str, value: str | None
) -> None:
    """Raise UsageError for a cell that a slice of the metric cannot have: no dimension of it, or none of its values."""
    _, _, rest = span_of(metric, as_of, period, Slice(cell=((name, value),)))
    in_slice(casebase, metric.subject, moment(casebase, as_of), rest)


def span_of(
    metric: Metric, at: datetime, period: Period | None, within: Slice
) -> tuple[datetime, Period | None, Slice]:
    """The moment at which a metric is measured and its period, with the time cells of a slice (month, day) in both.

    Raises UsageError for a cell that is no month or day, or lies outside the period.
    """
    rest = replace(within, cell=tuple(pair for pair in within.cell if pair[0] not in TIME))
    for name, value in within.cell:
        if name not in TIME:
            continue
        part = _span(name, value)
        if period and (part.end < period.start or period.end < part.start):
            raise UsageError(f"{name} {value} lies outside the period {period.start} to {period.end}")
        period = Period(max(part.start, period.start), min(part.end, period.end)) if period else part
    return stock_moment(at, period) if metric.is_stock else at, period, rest


def stock_moment(at: datetime, period: Period | None) -> datetime:
    """When a stock is measured: at the end of a period that is over, else at the moment itself.

    A report of October has October's flows and what was open when October ended, however late it is written.
    """
    return at if period is None else min(at, end_of_day(period.end))


def _span(name: str, value: str | None) -> Period:
    try:
        span = pd.Period(value, freq=FREQUENCY[name])
    except ValueError:
        span = None
    if span is None or str(span) != value:
        raise UsageError(f"{name} {value or '(empty)'}: write it as {_EXAMPLE[name]}")
    return Period(span.start_time.date(), span.end_time.date())


def conditions(at: Moment, metric: Metric, period: Period | None) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Among and hits of a metric in a period; hits are always among."""
    among, hit = among_and_hit(at, metric, period)
    return among, among if hit is None else and_(among, hit)


def among_and_hit(
    at: Moment, metric: Metric, period: Period | None
) -> tuple[ColumnElement[bool], ColumnElement[bool] | None]:
    """What a metric looks at in a period, and which rows of those count (None: all)."""
    among = metric.among(at)
    if metric.dated_by is not None:
        among = and_(among, _dated(metric.dated_by(at), period))
    return among, metric.hit(at) if metric.hit else None


def candidate_rows(at: Moment, metrics: Sequence[Metric], period: Period | None) -> ColumnElement[bool]:
    """A condition that every row meets that any of the metrics looks at; some meet it that none does."""
    return or_(false(), *_candidates(at, metrics, period))


def _candidates(at: Moment, metrics: Sequence[Metric], period: Period | None) -> list[ColumnElement[bool]]:
    """The conditions of which every row meets one that any of the metrics looks at.

    Metrics are many and their dates few, and parts of a table without such dates need not be read.
    """
    by_date: dict[object, ColumnElement[bool]] = {}
    for metric in metrics:
        if _is_found_open(metric, period):
            # What was registered later is not open: of a moment long ago that is nearly all that is open now.
            by_date[open_at] = and_(schema.petition.c.registered_at <= at.as_of, open_at(at.as_of))
        elif metric.dated_by is None:
            by_date[metric] = metric.among(at)
        elif metric.dated_from is not None and period is not None:
            for column, days in metric.dated_from(at):
                by_date[column, days] = _dated(column, period.earlier(days))
        else:
            by_date[metric.date, 0] = _dated(metric.dated_by(at), period)
    return list(by_date.values())


def _is_found_open(metric: Metric, period: Period | None) -> bool:
    """Whether rows of a metric are found by being open, as no period finds fewer."""
    return metric.only_open and (metric.is_stock or period is None)


def in_slice(casebase: ScopedCasebase, subject: Subject, at: Moment, within: Slice) -> list[ColumnElement[bool]]:
    """The slice as conditions; dimensions that the subject does not have do not apply."""
    narrowing: list[ColumnElement[bool] | None] = []
    if within.area:
        narrowing.append(in_area(subject, at, within.area, casebase.level_of(within.area)))
    if within.category:
        narrowing.append(in_category(subject, at, within.category))
    for name, value in (("channel", within.channel), ("unit", within.unit)):
        if value and name in subject.dimensions:
            narrowing.append(subject.dimensions[name](at) == value)
    for name, cell in within.cell:
        if name in subject.finds and cell:
            narrowing.append(subject.finds[name](cell))
            continue
        if name not in subject.dimensions:
            raise UsageError(f"{subject.name} cannot be narrowed by {name}; it can by: {', '.join(subject.dimensions)}")
        column = subject.dimensions[name](at)
        narrowing.append(column.is_(None) if cell is None else _equals(column, name, cell))
    return [condition for condition in narrowing if condition is not None]


def _equals(column: ColumnElement[Any], name: str, value: str) -> ColumnElement[bool]:
    kind, known = column.type.python_type, _known_values(column)
    try:
        typed = date.fromisoformat(value) if kind is date else kind(value)
    except ValueError:
        raise UsageError(f"{name} {value}: not a value of this dimension") from None
    if kind is str and known is not None and value not in known:
        raise UsageError(f"{name} {value}: not a value of this dimension; there are {', '.join(sorted(known))}")
    return column == typed


def _known_values(column: ColumnElement[Any]) -> set[str] | None:
    """The words that a case expression chooses from; None where its values stand in the data."""
    if isinstance(column, Null):
        return set()
    if isinstance(column, BindParameter):
        return {str(column.value)}
    if not isinstance(column, Case):
        return None
    results = [*(result for _, result in column.whens), *([] if column.else_ is None else [column.else_])]
    words = set[str]()
    for known in map(_known_values, results):
        if known is None:
            return None
        words |= known
    return words


def _dated(dated: ColumnElement[Any], period: Period | None) -> ColumnElement[bool]:
    if period is None:
        return dated.is_not(None)
    if isinstance(dated.type, Date):
        return dated.between(period.start, period.end)
    return dated.between(datetime.combine(period.start, time.min), end_of_day(period.end))


def _groups(metrics: Sequence[Metric], query: Query) -> Iterator[tuple[list[Metric], datetime, Period | None, Slice]]:
    """Metrics that one pass answers, with what they are measured at, in and within (see `span_of`): the same rows,
    found by the same column. Other dates lie in other rows.
    """
    by_time = not set(query.by).isdisjoint(TIME)
    groups: dict[tuple[object, ...], list[Metric]] = {}
    spans = {metric: span_of(metric, query.as_of, query.period, query.within) for metric in metrics}
    for metric, (as_of, period, _) in spans.items():
        column = open_at if not by_time and _is_found_open(metric, period) else metric.date
        groups.setdefault((metric.subject.id, as_of, period, column), []).append(metric)
    for group in groups.values():
        yield group, *spans[group[0]]


def _plan_group(
    casebase: ScopedCasebase, metrics: list[Metric], by: tuple[str, ...], at: Moment, period: Period | None, rest: Slice
) -> Iterator[Pass]:
    first = metrics[0]
    span = next((name for name in by if name in TIME), None)
    plain = tuple(name for name in by if name not in TIME)
    if span is not None and first.is_stock:
        yield from _plan_stocks(casebase, metrics, _moments(casebase, first, at, period, span), plain, rest, span)
        return
    labels = _labels(first.subject, plain, at)
    if span and first.dated_by is not None:
        labels[span] = span_number(first.dated_by(at), span)
    cells = [_cell(metric, at, period) for metric in metrics]
    scan = Scan(first.subject.rows, labels, cells, [], _candidates(at, metrics, period), span)
    yield _narrowed(casebase, scan, first.subject, rest, [at], period)


def _narrowed(
    casebase: ScopedCasebase,
    one: Scan | Balance,
    subject: Subject,
    within: Slice,
    at: list[Moment],
    period: Period | None = None,
) -> Pass:
    """A pass over the whole narrowed to a slice, and without the settled cases where these need not be read again."""
    return divided(casebase, one, partial(in_slice, casebase, subject, at[-1]), within, at, period)


def _labels(subject: Subject, names: tuple[str, ...], at: Moment) -> dict[str, ColumnElement[Any]]:
    return {name: as_key(subject.dimensions[name](at)) for name in names}


def _moments(
    casebase: ScopedCasebase, metric: Metric, at: Moment, period: Period | None, span: str
) -> list[tuple[str, Moment]]:
    """The months or days of a period with the last moment of each, none later than `at`."""
    if period is None:
        raise UsageError(f"metric {metric.id} is a stock: by {span} needs --from and --to")
    begun = period.cut(at.as_of)
    number = len(pd.period_range(begun.start, begun.end, freq=FREQUENCY[span]))
    if number > _MAX_MOMENTS:
        raise UsageError(f"metric {metric.id} by {span}: {number} moments are too many, at most {_MAX_MOMENTS}")
    spans = buckets(begun, span)
    return [(label, moment(casebase, min(at.as_of, end_of_day(part.end)))) for label, part in spans]


def _depends_on_moment(subject: Subject, by: tuple[str, ...], within: Slice) -> bool:
    """Whether a row's place in the split or slice depends on the moment, as its stage and age do."""
    names = {*by, *(name for name, _ in within.cell)} & set(subject.dimensions)
    return any(not isinstance(subject.dimensions[name], Fixed) for name in names)


def _plan_stocks(
    casebase: ScopedCasebase,
    metrics: list[Metric],
    moments: list[tuple[str, Moment]],
    by: tuple[str, ...],
    within: Slice,
    span: str,
) -> Iterator[Pass]:
    """Stocks at several moments: those that rows come into and leave at times of their own by balance."""
    subject = metrics[0].subject
    parts: list[tuple[Sequence[Metric], list[tuple[str, Moment]]]]
    if _depends_on_moment(subject, by, within):
        # A row that changes its place in the split between the moments needs one pass for each.
        parts = [(metrics, [one]) for one in moments]
    else:
        at, times = [then for _, then in moments], [(label, then.as_of) for label, then in moments]
        labels = _labels(subject, by, at[-1])
        for metric in metrics:
            if metric.spell is not None:
                spell, first = metric.spell(at[-1]), times[0][1]
                present = open_at(first) if metric.only_open else or_(spell.end.is_(None), spell.end > first)
                where = [present, spell.rows]
                balance = Balance(metric, subject.rows, labels, spell.start, spell.end, times, where, span)
                yield _narrowed(casebase, balance, subject, within, at)
        others = [metric for metric in metrics if metric.spell is None]
        # Few cases were open at any one moment, but most of a year's at one of twelve.
        parts = [([metric], [one]) for metric in others if metric.only_open for one in moments]
        rest = [metric for metric in others if not metric.only_open]
        parts += [(rest, moments)] if rest else []
    for part, times_of_part in parts:
        at = [then for _, then in times_of_part]
        cells = [_cell(metric, then, None, label) for metric in part for label, then in times_of_part]
        looked_at = or_(*(cell.among for cell in cells))
        scan = Scan(subject.rows, _labels(subject, by, at[-1]), cells, [], [looked_at], span)
        yield _narrowed(casebase, scan, subject, within, at)


def _cell(metric: Metric, at: Moment, period: Period | None, label: str | None = None) -> Cell:
    return Cell(metric, *among_and_hit(at, metric, period), metric.amount(at) if metric.amount else None, label)


def _value(number: Number) -> float:
    """By the kind of its metric; NaN where there is nothing to divide by."""
    kind, hits, among = METRICS[number.metric].kind, number.hits, number.among
    if kind is Kind.RATE:
        return hits / among if among else math.nan
    if kind is Kind.PER_10K:
        return hits * 10_000 / among if among else math.nan
    if kind is Kind.MEAN:
        return number.amount / hits if hits else math.nan
    if kind is Kind.SUM:
        return 0.0 if math.isnan(number.amount) else number.amount
    return float(hits)


def _of_people(casebase: ScopedCasebase, numbers: list[Number], query: Query) -> list[Number]:
    """The same, but among of a number for 10,000 people is the population (see `_population`)."""
    if all(METRICS[name].kind is not Kind.PER_10K for name in query.metrics):
        return numbers
    people = _population(casebase, query.by, query.within)
    of_people = (METRICS[number.metric].kind is Kind.PER_10K for number in numbers)
    return [
        number._replace(among=people(number)) if per_head else number
        for number, per_head in zip(numbers, of_people, strict=True)
    ]


def _people_of_all(casebase: ScopedCasebase) -> int:
    """The people of the city, or of the places of the scope, each once; none of a unit."""
    table = names.areas(casebase)
    of_level = table.groupby("level")["population"].sum()
    outermost = casebase.scope.outermost(dict(zip(table["code"], table["parent_code"], strict=True)))
    if outermost is None or not outermost.isdisjoint(table.loc[table["level"] == CITY, "code"]):
        return int(of_level.get(DISTRICT) or of_level.get(CITY) or 0)
    return int(table.loc[table["code"].isin(outermost), "population"].sum())


def _population(casebase: ScopedCasebase, by: tuple[str, ...], within: Slice) -> Callable[[Number], int]:
    """People of a number's area: the finest place it is split by or narrowed to, else all. None of a grid."""
    area = schema.area.c
    counted = area.population.is_not(None)
    fixed: dict[str, str | None] = dict(within.cell)
    if within.area and casebase.level_of(within.area) > 1:
        fixed.setdefault(AREA_DIMENSIONS[casebase.level_of(within.area)], within.area)
    place = next((name for name in ("grid", "community", "street", "district") if name in by or name in fixed), None)
    if place is None:
        total = _people_of_all(casebase)
        return lambda _: total
    people = dict(casebase.rows(select(area.code, area.population).where(counted)))
    return lambda number: int(people.get(number.keys[place] if place in by else fixed[place]) or 0)
