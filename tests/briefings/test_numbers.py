"""Every number in Word, slides and ledger is the number of `python -m queries`, to the last digit."""

import re
import tomllib
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from io import BytesIO
from typing import Any

import chinese_calendar
import docx
import openpyxl
import pandas as pd
import pptx
import pytest

from briefings.files import File
from briefings.frozen import BY_MONTH, SPLITS, TOTALS, Frozen
from casebase.engine import Casebase
from casebase.settings import ROOT, Settings
from queries.periods import Against, Period, compared_period, end_of_day
from queries.registry import METRICS
from tests.briefings.conftest import PERIODS
from tests.pages.conftest import EVENING
from tests.queries.command import Command

CASES = [("month", None), ("year", None), ("running", None), ("month", "410105"), ("special", None), ("nothing", None)]
Record = dict[str, Any]
TARGETS = tomllib.loads((ROOT / "config.toml").read_text(encoding="utf-8"))["targets"]


@pytest.fixture
def command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], city: Casebase
) -> Iterator[Callable[..., list[Record]]]:
    """The records of the command: (metrics, period, moment, area, further words) to records.

    It asks the briefings' own case base, which knows its calendar and what it lacks, and keeps its file open: a test
    asks fifty times.
    """
    answered = Command(monkeypatch, capsys)
    monkeypatch.setattr("queries.__main__.open_casebase", lambda *_args, **_options: city)

    def asked(metrics: tuple[str, ...], period: Any, moment: Any, area: str | None, *more: str) -> list[Record]:
        words = [*metrics, "--from", period.start.isoformat(), "--to", period.end.isoformat()]
        words += ["--as-of", moment.isoformat(), "--format", "json"]
        words += ["--area", area] if area else []
        return answered(*words, *more).records()

    with city.engine.connect():
        yield asked


@pytest.fixture
def queries(command: Any) -> Any:
    """Asks the command: (metrics, period, moment, area, by) to its records.

    A moment that is named goes before the period's end, of which stocks are: theirs is named apart.
    """

    def ask(metrics: tuple[str, ...], period: Any, moment: Any, area: str | None, *by: str) -> list[Record]:
        stocks = tuple(name for name in metrics if METRICS[name].is_stock and "month" not in by)
        dated = tuple(name for name in metrics if name not in stocks)
        end = min(moment, end_of_day(period.end))
        split = ("--by", ",".join(by)) if by else ()
        found = command(dated, period, moment, area, *split) if dated else []
        return found + (command(stocks, period, end, area, *split) if stocks else [])

    return ask


# Counts of a briefing of which more working days bring more.
BY_THE_DAY = (
    "registered",
    "hotline_registered",
    "visits",
    "visit_people",
    "collective_visits",
    "collective_people",
    "forwarded",
    "closed",
    "tasks_pushed",
    "hearings_held",
    "expert_participations",
    "third_parties",
    "mediations_taken",
    "receptions",
    "supervision_issued",
)


def half_up(value: float, places: int) -> str:
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return f"{abs(rounded):,f}"


def percent(value: float, places: int = 2) -> str:
    rounded = (Decimal(repr(float(value))) * 100).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return f"{abs(rounded):,f}"


def spelled(record: Record) -> set[str]:
    """The ways in which a number may stand in a sentence."""
    value, hits, among = record["value"], record["hits"], record["among"]
    if hits is None:
        return set()  # not known
    ways = {half_up(hits, 0), half_up(among - hits, 0), half_up(among, 0)}
    if value is not None:
        ways |= {percent(value), half_up(value, 1), half_up(value, 0)}
    return ways


def moved(now: Record, before: Record) -> set[str]:
    """The ways in which a change may stand in a sentence."""
    if now["value"] is None or before["value"] is None:
        return set()
    difference = now["value"] - before["value"]
    ways = {percent(difference), half_up(difference, 1), half_up(difference, 0)}
    if before["value"]:
        ways.add(percent(difference / abs(before["value"]), 1))
    return ways


@cache
def worked(period: Period, moment: datetime) -> int:
    """Working days of a period that have begun, by chinese_calendar alone."""
    last = max(period.start, min(period.end, moment.date()))
    return sum(chinese_calendar.is_workday(day.date()) for day in pd.date_range(period.start, last))


def moved_per_day(now: Record, before: Record, period: Period, against: Against) -> float | None:
    """The change per working day of a count of what came in a period, as a ratio; None of others."""
    if now["metric"] not in BY_THE_DAY or not before["value"]:
        return None
    then, moment = compared_period(period, EVENING, against)
    days, earlier = worked(period, EVENING), worked(then, moment)
    if not days or not earlier:
        return None
    return float((now["value"] or 0) / days / (before["value"] / earlier) - 1)


# Days, spans and terms: told apart from numbers by what follows or surrounds them.
TERMS = re.compile(
    r"\d+年第\d季度|\d+年|\d+月|\d+日|\d+时|\d+分(?!点)|\d+(?:\.\d+)?个(?!百分点)|近\d+天|24小时|12345|\d+个工作日|\d+项(?=有目标|未达目标)|每万人"
    r"|\d+%的目标|不足30件次|纵轴自\d+%起|^(?:附件：|\u3000+)?\d+\. |^附件\d+$|[A-F\d]{8,}|预计(?:约|不足)[\d,]+件次"
)
NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


def numbers_in(text: str) -> list[str]:
    return NUMBER.findall(TERMS.sub(" ", text))


@pytest.fixture
def longest(command: Any) -> Callable[[str, str | None], set[str]]:
    """Days that the oldest of the cases over their limit is over, from the list that the command makes of them."""

    def of(name: str, area: str | None) -> set[str]:
        period = PERIODS[name]
        if name == "nothing":  # before all records there is no list, as the command says
            return set()
        end = min(EVENING, end_of_day(period.end))
        late = command(("overdue",), period, end, area, "--cases", "hits")
        return (
            {str(max(1, max((end.date() - date.fromisoformat(one["due_at"][:10])).days for one in late)))}
            if late
            else set()
        )

    return of


@pytest.fixture
def allowed(queries: Any, longest: Callable[[str, str | None], set[str]]) -> Callable[[str, str | None], set[str]]:
    """Every number that a sentence of a briefing may hold, asked of the command."""

    def of(name: str, area: str | None) -> set[str]:
        below = "street" if area else "district"
        splits: list[tuple[tuple[str, ...], tuple[str, ...]]] = [(TOTALS, ()), (("overdue", "due_in_5"), ("unit",))]
        splits += [(metrics, (below if by == "place" else by,)) for by, metrics in SPLITS.items()]
        told = (spoken(queries, PERIODS[name], area, metrics, by) for metrics, by in splits)
        return set().union(*told, longest(name, area))

    return of


def spoken(queries: Any, period: Period, area: str | None, metrics: tuple[str, ...], by: tuple[str, ...]) -> set[str]:
    """The ways of one split: its numbers, their changes and distances from targets, the shares of its first groups."""
    now = queries(metrics, period, EVENING, area, *by)
    ways = set().union(*(spelled(record) | aimed(record) for record in now))
    for against in Against:
        then, moment = compared_period(period, EVENING, against)
        before = {key(one, by): one for one in queries(metrics, then, moment, area, *by)}
        pairs = [(one, before[key(one, by)]) for one in now if key(one, by) in before]
        ways = ways.union(*(moved(*pair) for pair in pairs))
        ways |= {percent(change, 1) for pair in pairs if (change := moved_per_day(*pair, period, against)) is not None}
    return ways | shares(now, by) if by and "registered" in metrics else ways


def aimed(record: Record) -> set[str]:
    """The target of config.toml and how far off it is."""
    target = TARGETS.get(record["metric"], False)
    if target is False:
        return set()
    off = set() if record["value"] is None else {percent(record["value"] - target / 100)}
    return off | {half_up(target, 0)}


def key(record: Record, by: tuple[str, ...]) -> tuple[str, ...]:
    return (record["metric"], *(str(record[name]) for name in by))


def shares(records: list[Record], by: tuple[str, ...]) -> set[str]:
    """What the one to five largest groups are of all, and of all that are filled in; and how many those are."""
    ways = set()
    for rows in (records, [one for one in records if all(one[name] for name in by)]):
        hits = sorted((one["hits"] for one in rows if one["metric"] == "registered"), reverse=True)
        ways |= {percent(sum(hits[:n]) / sum(hits)) for n in range(1, 6) if sum(hits)} | {half_up(sum(hits), 0)}
    return ways


@pytest.mark.parametrize(("name", "area"), CASES)
def test_sentences_of_word_and_slides_hold_no_other_number(
    name: str,
    area: str | None,
    made_of: Callable[..., tuple[File, ...]],
    allowed: Callable[[str, str | None], set[str]],
) -> None:
    word, slides, _ = made_of(name, area)
    known = allowed(name, area)
    said = [p.text for p in docx.Document(BytesIO(word.data)).paragraphs]
    said += [
        paragraph.text
        for slide in pptx.Presentation(BytesIO(slides.data)).slides
        for shape in slide.shapes
        if shape.has_text_frame
        for paragraph in shape.text_frame.paragraphs
        if len(slide.shapes) and not shape.text_frame.text.isdigit()
    ]
    # From how few on a number is no sample any more is config.toml's.
    limit = re.compile(f"(不足|满){Settings().lights.small_sample}(件次|的)")
    strange = {(number, text) for text in said for number in numbers_in(limit.sub("", text)) if number not in known}
    # Months of the charts' titles are compared in the test below.
    assert not {pair for pair in strange if "此前" not in pair[1] and "快照" not in pair[1]}
    assert name == "nothing" or sum(len(numbers_in(text)) for text in said) > 40


@pytest.mark.parametrize(("name", "area"), CASES)
def test_ledger_holds_every_number_of_the_command(
    name: str, area: str | None, made_of: Callable[..., tuple[File, ...]], queries: Any
) -> None:
    book = openpyxl.load_workbook(BytesIO(made_of(name, area)[2].data), data_only=True)
    rows = list(book["总表"].iter_rows(min_row=4, values_only=True))
    told = {record["metric"]: record for record in queries(TOTALS, PERIODS[name], EVENING, area)}
    assert len(rows) == len(TOTALS)
    for metric, row in zip(TOTALS, rows, strict=True):
        record = told[metric]
        assert row[0] == METRICS[metric].name
        assert row[2] == (None if record["value"] is None else pytest.approx(record["value"])) or row[2] == ""
        assert row[3] == record["hits"]
        assert row[4] in (None, record["among"])


@pytest.mark.parametrize("name", ["month", "year"])
def test_ledger_holds_the_changes_per_working_day(
    name: str, made_of: Callable[..., tuple[File, ...]], queries: Any
) -> None:
    book = openpyxl.load_workbook(BytesIO(made_of(name)[2].data), data_only=True)
    heads, *rows = list(book["总表"].iter_rows(min_row=3, values_only=True))
    told = {record["metric"]: record for record in queries(TOTALS, PERIODS[name], EVENING, None)}
    several = 0
    for against, head in ((Against.PREVIOUS, "环比（工作日日均）"), (Against.YEAR_BEFORE, "同比（工作日日均）")):
        then, moment = compared_period(PERIODS[name], EVENING, against)
        earlier = {record["metric"]: record for record in queries(TOTALS, then, moment, None)}
        for metric, row in zip(TOTALS, rows, strict=True):
            before = earlier[metric]
            enough = before["value"] is not None and before["value"] >= Settings().lights.small_sample
            change = moved_per_day(told[metric], before, PERIODS[name], against) if enough else None
            cell = row[heads.index(head)]
            if change is None or cell in (None, "", "—"):
                assert cell in (None, "", "—"), (metric, head)
                # The period before the records begin is nobody's base.
                assert change is None or then.start < date(2025, 1, 1), (metric, head)
            else:
                several += 1
                assert cell == pytest.approx(change), (metric, head)
    assert several > 2


def test_charts_of_the_slides_are_the_months_and_places_of_the_command(
    made_of: Callable[..., tuple[File, ...]], frozen_of: Callable[..., Frozen], queries: Any
) -> None:
    charts = charts_of(made_of("month")[1])
    months = queries(BY_MONTH, _thirteen(), EVENING, None, "month")
    volume = charts[frozenset({"登记量", "办结量"})]
    for series, metric in zip(volume.plots[0].series, ("registered", "closed"), strict=True):
        assert list(series.values) == [one["value"] for one in months if one["metric"] == metric]
    rate = charts[frozenset({"五日办结率", "目标95%"})].plots[0].series[0]
    told = {one["month"]: one["value"] for one in months if one["metric"] == "five_day_closure"}
    shown = [value for value in rate.values if value is not None]
    assert shown == [pytest.approx(told[month]) for month in sorted(told) if told[month] is not None]
    # Small samples alone are no picture: a month of this city has no more; and what is not filled in is no bar.
    assert frozenset({"满意率（责任单位）"}) not in charts
    places = charts_of(made_of("year")[1])[frozenset({"满意率（责任单位）"})]
    few = Settings().lights.small_sample
    small = queries(("unit_satisfaction",), PERIODS["month"], EVENING, None, "district")
    assert all(one["among"] < few for one in small)
    rates = queries(("unit_satisfaction",), PERIODS["year"], EVENING, None, "district")
    named = {one["district_name"]: one["value"] for one in rates if one["district_name"] and one["value"] is not None}
    drawn = dict(zip(places.plots[0].categories, places.plots[0].series[0].values, strict=True))
    assert drawn == {name: pytest.approx(value) for name, value in named.items()}


def charts_of(slides: File) -> dict[frozenset[str], Any]:
    """The charts of slides by the names of their series."""
    return {
        frozenset(series.name for series in shape.chart.plots[0].series): shape.chart
        for slide in pptx.Presentation(BytesIO(slides.data)).slides
        for shape in slide.shapes
        if shape.has_chart
    }


def _thirteen() -> Period:
    return Period(date(2025, 10, 1), date(2026, 10, 31))


def test_places_in_word_are_the_districts_of_the_command(
    made_of: Callable[..., tuple[File, ...]], queries: Any
) -> None:
    tables = docx.Document(BytesIO(made_of("month")[0].data)).tables
    # Where all places have too few cases to be ranked, no column of ranks stands before their names.
    table = next(table for table in tables if "区县（功能区）" in [cell.text for cell in table.rows[0].cells])
    heads = [cell.text for cell in table.rows[0].cells]
    told: dict[tuple[str, str], Record] = {
        (one["metric"], one["district_name"] or "未填写"): one
        for one in queries(SPLITS["place"], PERIODS["month"], EVENING, None, "district")
    }
    for row in table.rows[1:-1]:
        texts = dict(zip(heads, (cell.text for cell in row.cells), strict=True))
        name = texts["区县（功能区）"]
        for head, metric in (("登记量", "registered"), ("在办", "backlog"), ("超期", "overdue")):
            hits = told[metric, name]["hits"] if (metric, name) in told else 0
            assert texts[head] == half_up(hits, 0), (name, head)
        rate = told.get(("five_day_closure", name))
        # A rate over too few is marked.
        mark = "" if rate is None or rate["among"] >= Settings().lights.small_sample else "○"
        told_rate = "—" if rate is None or rate["value"] is None else f"{mark}{percent(rate['value'])}%"
        assert texts["五日办结率"] == told_rate
    totals = {one["metric"]: one for one in queries(TOTALS, PERIODS["month"], EVENING, None)}
    last = dict(zip(heads, (cell.text for cell in table.rows[-1].cells), strict=True))
    assert (last["区县（功能区）"], last["登记量"]) == ("合计", half_up(totals["registered"]["hits"], 0))
    satisfaction = totals["unit_satisfaction"]
    mark = "" if satisfaction["among"] >= Settings().lights.small_sample else "○"
    assert last["满意率"] == f"{mark}{percent(satisfaction['value'])}%"
