"""Numbers that have nothing in a period: which, whether the period has only begun, and the last month that has any."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from cockpit import kpis
from cockpit.kept import kept
from cockpit.view import PREVIOUS, View, comparisons
from queries import needs
from queries.cases import latest_day
from queries.measure import metric_of
from queries.model import Metric, Slice
from queries.periods import Period, Preset, period_of
from views import words

# The longest holiday with the working day after it and a margin: so long a rate may have nothing to look at.
_FIRST_DAYS = 10


def has_only_begun(view: View) -> bool:
    """Whether so few days of the period have begun that a number which has nothing in it says nothing yet.

    At most ten, and at most a third of them: a single day never has only begun.
    """
    return 0 < days_begun(view) <= min(_FIRST_DAYS, view.period.days // 3)


def days_begun(view: View) -> int:
    """How many days of the period have begun, counted beyond its end; 0 or less of one that lies ahead."""
    return (view.as_of.date() - view.period.start).days + 1


@kept
def without_any(view: View, metrics: Sequence[str]) -> tuple[str, ...]:
    """Which of these numbers of a period have nothing in the view's, though the data can tell them, in their order."""
    compared = kpis.comparison(view, metrics)
    counts = compared[["hits", "among"]].sum(axis=1)
    return tuple(name for name in dated(view, metrics) if not counts[name])


def dated(view: View, metrics: Sequence[str]) -> tuple[str, ...]:
    """Which of these numbers are of a period, not of a moment, and can be told by the data, if of another period."""
    return tuple(name for name in metrics if not metric_of(name).is_stock and name not in view.ask(needs.unknown))


def latest(view: View, metric: Metric, within: Slice | None = None) -> date | None:
    """The last day up to the moment that a number of a period has anything of; None where there is none."""
    return view.ask(latest_day, metric.id, as_of=view.as_of, within=within or view.within)


def with_records(view: View, metrics: Sequence[str]) -> Mapping[str, View]:
    """The views in which these numbers are shown where nobody can choose another period, as on walls.

    On the first days of a month no promise has ended: of what has nothing in a period that has only begun, it is the
    last month that has any, and its `bar_period` the period itself.
    """
    empty = without_any(view, metrics) if has_only_begun(view) else ()
    return {name: _of_last_month(view, metric_of(name)) if name in empty else view for name in metrics}


def _of_last_month(view: View, metric: Metric) -> View:
    """The view of the last month that has anything of a number; the view itself where none has."""
    day = latest(view, metric)
    if day is None:
        return view
    month, before = period_of(Preset.MONTH, day), comparisons(PREVIOUS[Preset.LAST_MONTH])
    return replace(view, period=month, bar_period=view.period, months=None, comparisons=before)


def asked_together(views: Mapping[str, View]) -> list[tuple[View, list[str]]]:
    """The views of `with_records`, each with its numbers."""
    by_period: dict[Period, list[str]] = {}
    for name, view in views.items():
        by_period.setdefault(view.period, []).append(name)
    return [(views[names[0]], names) for names in by_period.values()]


def month_instead(view: View) -> str:
    """11月·, to stand before a name, of a view of `with_records` in which that month stands in; else ""."""
    return f"{words.month(view.period.start, year=False)}·" if view.link_period else ""
