"""In which order the rows of a ranking or a table stand, and what is said of it: made together, so that it is true."""

from dataclasses import dataclass

import pandas as pd

from queries.model import Metric
from views import charts
from wording.numbers import is_low_first

# One that can be judged is compared with nobody.
_FEWEST = 2


@dataclass(frozen=True)
class Order:
    """The rows in their order, and the order in words: by what, and what stands last."""

    rows: pd.DataFrame
    text: str


def in_order(frame: pd.DataFrame, metric: Metric, head: str = "") -> Order:
    """The rows by a metric: what needs attention first, what is too few to judge below it, what has no value last.

    Columns: value (a count that is missing is 0), small, among; rows that are alike stay as they stood. Where fewer
    than two can be judged, nobody is first or last by the rate, and those with most cases come first. `head` is what
    the number is called, where that must be said: 按超期未结由多到少.
    """
    if metric.is_total:
        frame = frame.assign(value=frame["value"].fillna(0.0))
    known = frame["value"].notna()
    small = frame["small"].astype(bool) & known
    spaced = f"{' ' if head[:1].isdigit() else ''}{head}"
    if small.any() and (known & ~small).sum() < _FEWEST:
        rows = frame.sort_values("among", ascending=False, kind="stable")
        return Order(rows, f"{spaced.strip()}可比的不足两个，不排名次；计入件数多的在前")
    low_first = is_low_first(metric)
    way = "由低到高" if low_first else "由多到少" if metric.is_total else "由高到低"
    text = (f"按{spaced}" if head else "") + way + ("，样本少的在后" if small.any() else "")
    return Order(charts.in_order(frame, largest_first=not low_first), text)
