"""Where a number leads, as one text that cards, bars and rows hand back: its cases, its reason, its definition."""

from urllib.parse import urlencode

from queries.cases import Part
from queries.model import Metric
from queries.periods import Against, Period


def list_link(metric: str, part: Part = Part.HITS, *, period: Period | None = None, **cell: str | None) -> str:
    """The list behind a number; the filters of the bar stay, but for a number of another `period`."""
    pairs = {"metric": metric, "part": part.value, **{f"by_{name}": value or "" for name, value in cell.items()}}
    return urlencode(pairs | _days(period))


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
