"""Numbers that have nothing in a period: which, whether the period has only begun, and the last month that has any."""

from collections.abc import Sequence
from datetime import date

from cockpit import kpis
from cockpit.kept import kept
from cockpit.view import View
from queries import needs
from queries.cases import latest_day
from queries.measure import metric_of
from queries.model import Metric, Slice

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
