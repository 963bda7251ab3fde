"""Every metric against a second, independent reckoning of the same rules."""

from datetime import date, datetime
from functools import cache

import pandas as pd
import pytest

from casebase.engine import Casebase
from queries.measure import measure
from queries.model import Slice
from queries.periods import Period, buckets, end_of_day
from queries.registry import METRICS
from tests.queries.reference import DIMENSIONS, PER_10K, RATES, STOCKS, SUMS, Reference

NOW = end_of_day(date(2026, 11, 22))
HOLIDAY = datetime(2026, 10, 3, 12, 0)
RUNNING = Period(date(2026, 10, 1), date(2026, 12, 31))
FORTNIGHT = Period(date(2025, 9, 15), date(2025, 9, 30))
QUESTIONS = [
    (NOW, None, Slice()),
    (NOW, RUNNING, Slice(area="4101")),
    (HOLIDAY, None, Slice(area="410171", channel="来访")),
    (HOLIDAY, RUNNING, Slice()),
    (datetime(2026, 2, 28, 23, 59, 59), None, Slice(area="410105002", category="01")),
    (datetime(2026, 1, 12, 23, 59, 59), Period(date(2025, 12, 1), date(2026, 1, 31)), Slice()),
    (datetime(2025, 9, 30, 10, 30, 15), FORTNIGHT, Slice()),
    (datetime(2025, 9, 30, 10, 30, 15), None, Slice(area="410102001003")),
    (NOW, FORTNIGHT, Slice(category="021", unit="U3")),
    (NOW, None, Slice(category="nowhere")),
    (end_of_day(date(2024, 11, 3)), None, Slice()),  # hardly anything there yet
]

Found = dict[tuple[object, ...], tuple[int, int, float]]


def test_every_metric_has_a_second_reckoning() -> None:
    assert set(DIMENSIONS) == set(METRICS)
    assert {name for name, metric in METRICS.items() if metric.is_stock} == STOCKS
    assert {name for name, metric in METRICS.items() if metric.kind == "rate"} == RATES
    assert {name for name, metric in METRICS.items() if metric.kind == "sum"} == SUMS
    assert {name: set(metric.subject.dimensions) for name, metric in METRICS.items()} == {
        name: set(dimensions) for name, dimensions in DIMENSIONS.items()
    }


@pytest.mark.parametrize(("as_of", "period", "within"), QUESTIONS)
def test_whole(city: Casebase, reference: Reference, as_of: datetime, period: Period | None, within: Slice) -> None:
    measured = measure(city.whole, list(METRICS), as_of=as_of, period=period, within=within)
    agree(measured, expected(reference, tuple(METRICS), as_of, period, within, ()))


@pytest.mark.parametrize("by", sorted({name for names in DIMENSIONS.values() for name in names}))
def test_split(duckdb_city: Casebase, reference: Reference, by: str) -> None:
    metrics = tuple(metric for metric, names in DIMENSIONS.items() if by in names)
    measured = measure(duckdb_city.whole, metrics, as_of=HOLIDAY, period=RUNNING, by=[by])
    agree(measured, expected(reference, metrics, HOLIDAY, RUNNING, Slice(), (by,)))


@pytest.mark.parametrize(
    "by",
    [("month",), ("district", "month"), ("month", "stage"), ("day", "age"), ("day",)],
    ids="+".join,
)
def test_split_by_time(duckdb_city: Casebase, reference: Reference, by: tuple[str, ...]) -> None:
    plain = set(by) - {"month", "day"}
    metrics = tuple(metric for metric, names in DIMENSIONS.items() if plain <= set(names))
    period = (
        Period(date(2026, 9, 20), date(2026, 12, 5)) if "month" in by else Period(date(2026, 10, 1), date(2026, 10, 5))
    )
    measured = measure(duckdb_city.whole, metrics, as_of=HOLIDAY, period=period, within=Slice(area="410105"), by=by)
    agree(measured, expected(reference, metrics, HOLIDAY, period, Slice(area="410105"), by))


@pytest.mark.parametrize(
    ("metric", "cell"),
    [
        ("backlog", {"stage": "办理中", "age": "31–60天"}),
        ("backlog", {"month": "2026-08", "stage": "待转送"}),
        ("registered", {"day": "2026-10-03", "district": "410102"}),
        ("cases_per_10k", {"district": "410122"}),
        ("cases_per_10k", {"street": "410122001", "month": "2026-10"}),
        ("five_day_closure", {"five_day_due": "2026-10-15"}),
        ("five_day_closure", {"closing_days": "5", "category": None}),
        ("experts_active", {"expert": "3"}),
        ("cases_heard", {"hearing_stage": "复查", "unit": None}),
        ("reached_in_24h", {"contact_method": "上门", "grid": None}),
    ],
    ids=str,
)
def test_cell(duckdb_city: Casebase, reference: Reference, metric: str, cell: dict[str, str | None]) -> None:
    measured = measure(duckdb_city.whole, [metric], as_of=NOW, within=Slice().narrow(**cell))
    agree(measured, expected(reference, (metric,), NOW, None, Slice().narrow(**cell), ()))


@cache
def expected(
    reference: Reference,
    metrics: tuple[str, ...],
    as_of: datetime,
    period: Period | None,
    within: Slice,
    by: tuple[str, ...],
) -> Found:
    found: Found = {}
    for metric in metrics:
        found |= _expected_of(reference, metric, as_of, period, within, by)
    return found


def _expected_of(
    reference: Reference, metric: str, as_of: datetime, period: Period | None, within: Slice, by: tuple[str, ...]
) -> Found:
    span = next((name for name in by if name in ("month", "day")), None)
    cell = dict(within.cell)
    for name in ("month", "day"):
        if name in cell:
            part = pd.Period(cell.pop(name))
            period = Period(part.start_time.date(), part.end_time.date())
    if period and metric in STOCKS:
        as_of = min(as_of, end_of_day(period.end))
    if span and metric in STOCKS:
        assert period
        spans = buckets(period.cut(as_of), span)
        moments = [(label, min(as_of, end_of_day(part.end))) for label, part in spans]
    else:
        moments = [("", as_of)]
    found: Found = {}
    for label, moment in moments:
        rows = reference.rows(
            metric,
            moment,
            period.start if period else None,
            period.end if period else None,
            area=within.area,
            channel=within.channel,
            category=within.category,
            unit=within.unit,
            cell=cell,
        )
        if span:
            style = {"month": "%Y-%m", "day": "%Y-%m-%d"}[span]
            rows = rows.assign(**{span: label or pd.to_datetime(rows["when"]).dt.strftime(style)})
        found |= _grouped(reference, metric, rows, within, cell, by)
    return found


def _grouped(
    reference: Reference,
    metric: str,
    rows: pd.DataFrame,
    within: Slice,
    cell: dict[str, str | None],
    by: tuple[str, ...],
) -> Found:
    found: Found = {}
    numbers = reference.numbers(metric, rows, by)
    groups = numbers.index.to_frame().astype(object).to_numpy().tolist()
    for values, (hits, among, value) in zip(groups, numbers.itertuples(index=False), strict=True):
        codes = values if by else []
        key = tuple(str(code) if pd.notna(code) else None for code in codes)
        if metric in PER_10K:
            among = _people(reference, within, {**cell, **dict(zip(by, key, strict=True))})
            value = hits * 10_000 / among if among else float("nan")
        found[(metric, *key)] = (hits, among, value)
    return found


def _people(reference: Reference, within: Slice, fixed: dict[str, str | None]) -> int:
    """People of the finest place that a number speaks of; of a grid nobody knows."""
    if "grid" in fixed:
        return 0
    codes = [fixed[place] for place in ("community", "street", "district") if place in fixed]
    if None in codes:
        return 0
    places = [code for code in [*codes, within.area] if code and reference.level.get(code, 2) > 1]
    finest = max(places, key=lambda code: len(code), default=None)
    return reference.people.get(finest, 0) if finest else reference.city_people()


def agree(measured: pd.DataFrame, wanted: Found) -> None:
    by = list(measured.columns[1:-5])
    found: Found = {}
    wanted = dict(wanted)
    for row in measured.to_dict("records"):
        key = (row["metric"], *(row[name] for name in by))
        found[key] = (row["hits"], row["among"], row["value"])
        if row["unknown"]:  # its records begin later: what the rows say is not the number
            assert pd.isna(row["value"])
            wanted[key] = (*wanted[key][:2], float("nan"))
    assert {key: numbers[:2] for key, numbers in found.items()} == {key: numbers[:2] for key, numbers in wanted.items()}
    assert {key: numbers[2] for key, numbers in found.items()} == pytest.approx(
        {key: numbers[2] for key, numbers in wanted.items()}, rel=1e-12, nan_ok=True
    )
