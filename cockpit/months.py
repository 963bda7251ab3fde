"""Numbers month by month, as pictures draw them, and what is said of months that are not over or have no number yet."""

import pandas as pd

from cockpit import kpis
from cockpit.kept import kept
from cockpit.view import View
from queries.model import Kind, Metric
from queries.registry import METRICS
from views import words


@kept
def monthly(view: View, months: pd.DataFrame) -> pd.DataFrame:
    """A frame of kpis.months of one metric as charts draw it: at (first of the month), small, beside its columns."""
    metric = METRICS[months["metric"].iloc[0]]
    small = [kpis.is_small(view, metric, among) for among in months["among"]]
    return months.assign(at=pd.to_datetime(months["month"]), small=small)


@kept
def rates(view: View, metric_id: str, number: int) -> pd.DataFrame:
    """The last `number` months of a rate as `monthly`, with `last_year`, the same month of the year before."""
    months = kpis.months(view, [metric_id], number + 12)
    return monthly(view, months).assign(last_year=months["value"].shift(12)).tail(number)


@kept
def counts(view: View, metric_id: str, number: int) -> pd.DataFrame:
    """The known months of a count as bars: label, key (2026-10), value, unfinished."""
    rows = kpis.months(view, [metric_id], number).dropna(subset=["value"])
    labels = [f"{int(month[5:])}月" for month in rows["month"]]
    return rows[["unfinished"]].assign(label=labels, key=rows["month"], value=rows["value"])


def unfinished_text(months: pd.DataFrame) -> str:
    """What the months drawn dashed or pale are, where there are any."""
    return "；虚线或浅色的月份未完" if months["unfinished"].any() else ""


def not_yet(metric: Metric, months: pd.DataFrame) -> str:
    """；9月—11月还没有可计的件：只计… where the last months have no number yet while earlier ones have; else "".

    A case joins many a rate when a time of its own is over, as that of 一次性化解率 90 days after its closing.
    """
    known = months["value"].notna().to_numpy().nonzero()[0]
    blank = months["at"].iloc[known[-1] + 1 :] if known.size else months["at"].head(0)
    if blank.empty:
        return ""
    names = dict.fromkeys(words.month(at, year=False) for at in (blank.iloc[0], blank.iloc[-1]))
    return f"；{'—'.join(names)}还没有可计的：只计{metric.among_text.rstrip('。')}"


@kept
def finished(view: View, metric_id: str) -> pd.DataFrame:
    """The last twelve months of a metric, all drawn alike."""
    return monthly(view, kpis.months(view, [metric_id])).drop(columns="unfinished")


def period_text(view: View, metric: Metric, months: pd.DataFrame) -> str:
    """按期限所在月份（%）: by what the months of a metric count, and which have no number yet."""
    worded = metric.under(view.settings.deadlines)
    counted_by = "每月末" if metric.is_stock else f"按{worded.period_text}"
    return f"{counted_by}（{metric.unit}）{not_yet(worded, months) if metric.kind is Kind.RATE else ''}"
