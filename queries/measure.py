"""Measuring: several metrics, one period, one slice, one aggregate query for each kind of row."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Date, FromClause, Select, and_, distinct, false, func, literal_column, or_, select

from casebase import schema
from casebase.engine import Casebase
from casebase.errors import UsageError
from queries.model import EVERYTHING, Kind, Metric, Moment, Slice, Subject, moment
from queries.periods import Period, buckets, end_of_day
from queries.registry import METRICS
from queries.subjects import in_area, in_category

TIME = ("month", "day")


@dataclass(frozen=True, eq=False)
class _Cell:
    """One metric in one span of time: its two predicates, ready for SQL."""

    metric: Metric
    among: ColumnElement[bool]
    hits: ColumnElement[bool]
    amount: ColumnElement[Any] | None
    label: str | None = None


def metric_of(name: str) -> Metric:
    """The metric of an id. Raises UsageError for an unknown one."""
    if name not in METRICS:
        raise UsageError(f"metric {name}: unknown; python -m queries --list shows them all")
    return METRICS[name]


def measure(
    casebase: Casebase,
    metrics: Sequence[str],
    *,
    as_of: datetime,
    period: Period | None = None,
    within: Slice = EVERYTHING,
    by: Sequence[str] = (),
) -> pd.DataFrame:
    """Measure metrics as of a moment, in a period (None: all time), within a slice, split by dimensions.

    Returns one row a metric and group: metric, the `by` columns (codes or labels as str, None where
    not filled in), hits, among (int), value (float; a fraction for rates; NaN where there is nothing
    to divide by), as_of. Groups without a row are left out; without `by` every metric has its row.
    `month` and `day` split a dated metric by its own date and measure a stock at the end of each.
    Raises UsageError for an unknown metric, dimension or area.
    """
    wanted = [metric_of(name) for name in metrics]
    for metric in wanted:
        check_dimensions(metric, by)
    frames = [_measure_group(casebase, group, as_of, period, within, tuple(by)) for group in _groups(wanted, by)]
    found = pd.concat(frames, ignore_index=True)
    order = {metric.id: place for place, metric in enumerate(wanted)}
    found = found.sort_values(["metric", *by], key=lambda c: c.map(order) if c.name == "metric" else c, kind="stable")
    return found.assign(as_of=as_of).reset_index(drop=True)


def check_dimensions(metric: Metric, by: Sequence[str]) -> None:
    """Raise UsageError when a metric cannot be split so."""
    for dimension in by:
        if not metric.applies(dimension):
            known = ", ".join([*metric.subject.dimensions, *TIME])
            raise UsageError(f"metric {metric.id} cannot be split by {dimension}; it can by: {known}")


def span_of(metric: Metric, at: datetime, period: Period | None, within: Slice) -> tuple[datetime, Period | None, Slice]:
    """Turn the time cells of a slice ("month", "day") into the period and moment they mean."""
    spans = [value for name, value in within.cell if name in TIME]
    rest = replace(within, cell=tuple(pair for pair in within.cell if pair[0] not in TIME))
    for span in spans:
        if span is None:
            raise UsageError("a month or day cell needs a value such as 2026-11 or 2026-11-22")
        part = pd.Period(span)
        start, end = part.start_time.date(), part.end_time.date()
        period = Period(max(start, period.start), min(end, period.end)) if period else Period(start, end)
        if metric.is_stock:
            at = min(at, end_of_day(period.end))
    return at, period, rest


def conditions(at: Moment, metric: Metric, period: Period | None) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Among and hits of a metric in a period; hits are always among."""
    among = metric.among(at)
    if metric.dated_by is not None:
        dated = metric.dated_by(at)
        among = and_(among, dated.is_not(None), _in_period(dated, period) if period else True)
    return among, and_(among, metric.hit(at)) if metric.hit else among


def in_slice(casebase: Casebase, subject: Subject, at: Moment, within: Slice) -> list[ColumnElement[bool]]:
    """The slice as conditions; dimensions that the subject does not have do not apply."""
    found: list[ColumnElement[bool] | None] = []
    if within.area:
        found.append(in_area(subject, at, within.area, casebase.level_of(within.area)))
    if within.category:
        found.append(in_category(subject, at, within.category))
    for name, value in (("channel", within.channel), ("unit", within.unit)):
        if value and name in subject.dimensions:
            found.append(subject.dimensions[name](at) == value)
    for name, cell in within.cell:
        if name not in subject.dimensions:
            raise UsageError(f"{subject.name} cannot be narrowed by {name}; it can by: {', '.join(subject.dimensions)}")
        column = subject.dimensions[name](at)
        found.append(column.is_(None) if cell is None else _equals(column, cell))
    return [condition for condition in found if condition is not None]


def _equals(column: ColumnElement[Any], value: str) -> ColumnElement[bool]:
    kind = column.type.python_type
    if kind is date:
        return column == date.fromisoformat(value)
    return column == (int(value) if kind is int else value)


def _in_period(dated: ColumnElement[Any], period: Period) -> ColumnElement[bool]:
    start, after = period.start, period.end + timedelta(days=1)
    if isinstance(dated.type, Date):
        return and_(dated >= start, dated < after)
    return and_(dated >= datetime.combine(start, time.min), dated < datetime.combine(after, time.min))


def _groups(metrics: Sequence[Metric], by: Sequence[str]) -> Iterator[list[Metric]]:
    """Metrics that one query answers: same rows, same date."""
    groups: dict[tuple[str, object], list[Metric]] = {}
    for metric in metrics:
        groups.setdefault((metric.subject.id, metric.dated_by), []).append(metric)
    yield from groups.values()


def _measure_group(
    casebase: Casebase,
    metrics: list[Metric],
    as_of: datetime,
    period: Period | None,
    within: Slice,
    by: tuple[str, ...],
) -> pd.DataFrame:
    first = metrics[0]
    at_cell, period, within = span_of(first, as_of, period, within)
    at = moment(casebase, at_cell)
    span = next((name for name in by if name in TIME), None)
    plain = tuple(name for name in by if name not in TIME)
    cells = list(_cells(casebase, metrics, at, period, span))
    labels = {name: first.subject.dimensions[name](at) for name in plain}
    if span and first.dated_by is not None:
        labels[span] = func.date_trunc(literal_column(f"'{span}'"), first.dated_by(at))
    where = in_slice(casebase, first.subject, at, within)
    statement = _statement(first.subject.rows, labels, cells, where)
    with casebase.reading() as connection:
        wide = pd.DataFrame(connection.execute(statement).all(), columns=[c.name for c in statement.selected_columns])
    found = _long(wide, list(labels), cells, span)
    return _valued(casebase, found, by, within)


def _cells(
    casebase: Casebase, metrics: list[Metric], at: Moment, period: Period | None, span: str | None
) -> Iterator[_Cell]:
    for metric in metrics:
        amount = metric.amount(at) if metric.amount else None
        if span and metric.is_stock:
            if period is None:
                raise UsageError(f"metric {metric.id} is a stock: by {span} needs --from and --to")
            for label, part in buckets(period.cut(at.as_of), span):
                then = moment(casebase, min(at.as_of, end_of_day(part.end)))
                yield _Cell(metric, *conditions(then, metric, None), amount, label)
        else:
            yield _Cell(metric, *conditions(at, metric, period), amount)


def _statement(
    rows: FromClause, labels: dict[str, ColumnElement[Any]], cells: list[_Cell], where: list[ColumnElement[bool]]
) -> Select[Any]:
    """Flags below, counting above: expressions with parameters or subqueries stay out of GROUP BY."""
    flags: list[ColumnElement[Any]] = [expression.label(f"by_{name}") for name, expression in labels.items()]
    for n, cell in enumerate(cells):
        flags += [cell.among.label(f"a{n}"), cell.hits.label(f"h{n}")]
        if cell.metric.distinct is not None:
            flags.append(cell.metric.distinct.label(f"k{n}"))
        if cell.amount is not None:
            flags.append(cell.amount.label(f"m{n}"))
    inner = select(*flags).select_from(rows).where(*where, or_(false(), *(cell.among for cell in cells))).subquery()
    columns: list[ColumnElement[Any]] = [inner.c[f"by_{name}"] for name in labels]
    for n, cell in enumerate(cells):
        counted = func.count(distinct(inner.c[f"k{n}"])) if cell.metric.distinct is not None else func.count()
        columns += [counted.filter(inner.c[f"{letter}{n}"]).label(f"{letter}{n}") for letter in "ah"]
        if cell.amount is not None:
            columns.append(func.sum(inner.c[f"m{n}"]).filter(inner.c[f"h{n}"]).label(f"m{n}"))
    return select(*columns).group_by(*(inner.c[f"by_{name}"] for name in labels))


def _long(wide: pd.DataFrame, labels: list[str], cells: list[_Cell], span: str | None) -> pd.DataFrame:
    parts = []
    for n, cell in enumerate(cells):
        part = pd.DataFrame({"metric": cell.metric.id}, index=wide.index)
        for name in labels:
            part[name] = _as_text(wide[f"by_{name}"], name)
        if cell.label is not None:
            part[span] = cell.label
        part["hits"] = wide[f"h{n}"].astype("int64")
        part["among"] = wide[f"a{n}"].astype("int64")
        part["amount"] = wide[f"m{n}"].astype("float64") if cell.amount is not None else float("nan")
        parts.append(part[part["among"] > 0] if labels or span else part)
    return pd.concat(parts, ignore_index=True)


def _as_text(column: pd.Series, name: str) -> pd.Series:
    if name in TIME:
        return pd.to_datetime(column).dt.strftime({"month": "%Y-%m", "day": "%Y-%m-%d"}[name]).astype(object)
    return column.map(lambda value: None if pd.isna(value) else str(value)).astype(object)


def _valued(casebase: Casebase, found: pd.DataFrame, by: tuple[str, ...], within: Slice) -> pd.DataFrame:
    kind = found["metric"].map(lambda name: METRICS[name].kind)
    hits, among = found["hits"].astype("float64"), found["among"].astype("float64")
    found["value"] = hits
    found.loc[kind == Kind.RATE, "value"] = hits / among.where(among > 0)
    found.loc[kind == Kind.MEAN, "value"] = found["amount"] / hits.where(hits > 0)
    per_head = kind == Kind.PER_10K
    if per_head.any():
        people = _population(casebase, found, by, within)
        found.loc[per_head, "among"] = people[per_head]
        found.loc[per_head, "value"] = (hits * 10_000 / people.where(people > 0))[per_head]
    return found[["metric", *by, "hits", "among", "value"]]


def _population(casebase: Casebase, found: pd.DataFrame, by: tuple[str, ...], within: Slice) -> pd.Series:
    """People of each row's area: the finest place it is split by, else of the slice, else the city."""
    area = schema.area.c
    with casebase.reading() as connection:
        people = dict(connection.execute(select(area.code, area.population)).tuples().all())
        city = connection.scalar(select(func.sum(area.population)).where(area.level == 2)) or 0
    place = next((name for name in ("community", "street", "district") if name in by), None)
    if place:
        return found[place].map(lambda code: people.get(code) or 0).astype("int64")
    whole = people.get(within.area) if within.area and casebase.level_of(within.area) > 1 else city
    return pd.Series(int(whole or 0), index=found.index)
