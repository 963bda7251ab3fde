"""Where a number leads, as one text that cards, bars and rows hand back: its cases, its reason, its definition."""

from typing import Any
from urllib.parse import urlencode

from queries.cases import Part
from queries.model import Kind, Metric, Polarity
from queries.periods import Against, Period


def list_link(metric: str, part: Part = Part.HITS, *, period: Period | None = None, **cell: str | None) -> str:
    """The list behind a number; the filters of the bar stay, but for a number of another `period`."""
    pairs = {"metric": metric, "part": part.value, **{f"by_{name}": value or "" for name, value in cell.items()}}
    return urlencode(pairs | _days(period))


def part_to_open(metric: Metric, hits: int, among: int) -> Part:
    """What a click on a number opens: of a rate the cases that need attention, or all where there are none."""
    if metric.kind is not Kind.RATE:
        return Part.HITS
    wanted = Part.MISSES if metric.polarity is Polarity.UP_GOOD else Part.HITS
    number = among - hits if wanted is Part.MISSES else hits
    return wanted if number else Part.AMONG


def name_to_open(metric: Metric) -> str:
    """What `part_to_open` opens of a rate, in words: 未按期."""
    hits, misses = metric.sides
    return misses if metric.polarity is Polarity.UP_GOOD else hits


def number_link(metric: Metric, row: Any, *, period: Period | None = None, **cell: str | None) -> str:
    """The list that a number opens, of a card as of a bar, a point or a cell; `row` has its hits and among."""
    return list_link(metric.id, part_to_open(metric, row["hits"], row["among"]), period=period, **cell)


def why_link(metric: Metric, against: Against, *, period: Period | None = None, area: str | None = None) -> str:
    """What 变化原因 is to show of a change; a number of another `period` as in `list_link`.

    `area`: the code of the place whose change it is, where that is not the bar's.
    """
    place = {} if area is None else {"area": area}
    return urlencode({"of": metric.id, "against": against.value} | place | _days(period))


def definition_link(metric: str) -> str:
    """A number alone on 指标口径."""
    return urlencode({"define": metric})


def topics_link() -> str:
    """热点问题."""
    return urlencode({"topics": ""})


def _days(period: Period | None) -> dict[str, str]:
    return {} if period is None else {"from": period.start.isoformat(), "to": period.end.isoformat()}
