"""What falls out of its limit in the next working days: by which number, where a click on it leads, what it says."""

from collections.abc import Mapping

from cockpit import kpis
from cockpit.links import list_link
from cockpit.view import View
from queries import forward
from queries.cases import Part
from queries.measure import metric_of
from queries.registry.common import HORIZONS
from views import words

LIMITS = {"five_day": "五日期限", "handling": "办结期限"}
UNMOVED = "在期未结"
# Heads of the table by unit (cockpit.rows.due_units).
NOW, THEN, CHANGE = "现在", "届时", "变化"


def due(clock: str, days: int) -> str:
    """The number of what a limit ends for within so many working days."""
    return f"{forward.DUE_METRICS[clock]}_{days}"


def first_clock(view: View) -> str:
    """The limit to begin with: the first of which the data tells what falls due."""
    by_metric = {due(clock, HORIZONS[0]): clock for clock in forward.DUE_METRICS}
    return by_metric[kpis.first_known(view, list(by_metric))]


def known_limits(view: View) -> Mapping[str, str]:
    """The limits of which the data tells what falls due, by their names."""
    last = HORIZONS[-1]
    return {clock: name for clock, name in LIMITS.items() if not kpis.missing_reason(view, metric_of(due(clock, last)))}


def misses_link(view: View, clock: str, metric: str, *, only_moved: bool = False, **cell: str | None) -> str:
    """What misses a rate of the month; `only_moved`: what is open now and would miss it."""
    state = {forward.STATE_DIMENSIONS[clock]: UNMOVED} if only_moved else {}
    return list_link(metric, Part.MISSES, period=view.link_period, **cell, **state)


def day_link(view: View, clock: str, day: str) -> str:
    """What a limit ends for on a day (2026-11-24)."""
    cell = {forward.DAY_DIMENSIONS[clock]: day}
    return list_link(due(clock, HORIZONS[-1]), Part.HITS, period=view.link_period, **cell)


def unit_link(view: View, clock: str, days: int, head: str, unit: str) -> str:
    """What a number of the table by unit counts, by the head of its column; the unit's own name opens its first."""
    rate = forward.RATE_METRICS[clock]
    rates = {NOW: rate, THEN: f"{rate}_in_{days}", CHANGE: f"{rate}_in_{days}"}
    if head in rates:
        return misses_link(view, clock, rates[head], only_moved=head == CHANGE, unit=unit)
    counts = {f"{number}个工作日内": due(clock, number) for number in HORIZONS}
    return list_link(counts.get(head, due(clock, days)), period=view.link_period, unit=unit)


def crossing_text(view: View) -> str:
    """What is left out where the horizon reaches beyond the month; else ""."""
    if view.workday(view.as_of, HORIZONS[-1]) <= view.period.end:
        return ""
    return f"；{words.day(view.period.end)}以后到期的计入下月，不在此列"
