"""The metric dictionary: what the registry says of each number, for the page and for `python -m queries --list`."""

import re

import pandas as pd

from casebase.settings import DeadlineSettings
from queries.model import Kind, Metric
from queries.registry import METRICS
from queries.subjects import DIMENSIONS

# What stands before each article of Metric.article.
_SOURCES = {
    "[L] ": "《信访工作条例》",
    "[G] ": "省级信访部门公开的统计口径：",
    "[S] ": "本市公开文件：",
    "[C] ": "通行做法：",
}


def dictionary(rules: DeadlineSettings) -> pd.DataFrame:
    """The registry as a table, all columns text: one row a metric, in the words that hold under these settings."""
    return pd.DataFrame(
        [
            {
                "metric": m.id,
                "name": m.name,
                "group": m.group,
                "unit": m.unit,
                "definition": m.definition,
                "formula": formula(m),
                "among": m.among_text,
                "hits": m.hits_text,
                "period": m.period_text,
                "article": basis(m),
                "by": " ".join(splits(m)),
            }
            for m in (metric.under(rules) for metric in METRICS.values())
        ]
    )


def formula(metric: Metric) -> str:
    """How the value comes about, in the words of the definition: 分子 ÷ 分母."""
    hits = metric.hits_text.rstrip("。")
    if metric.kind is Kind.RATE:
        return f"{hits} ÷ {metric.among_text.rstrip('。')} × 100%"
    if metric.kind is Kind.PER_10K:
        return f"{hits} ÷ {metric.among_text.rstrip('。')} × 10,000"
    if metric.kind is Kind.SUM:
        return f"{hits}，逐{counted_in(metric)}相加（{metric.unit}）"
    if metric.kind is Kind.MEAN:
        return f"{hits}，逐{counted_in(metric)}取平均（{metric.unit}）"
    return f"{hits}，计{counted_in(metric)}"


def basis(metric: Metric) -> str:
    """What a number rests on, its sources called by name: 《信访工作条例》第三十四条；本市公开文件：访前调解."""
    return re.sub("|".join(map(re.escape, _SOURCES)), lambda found: _SOURCES[found[0]], metric.article)


def counted_in(metric: Metric) -> str:
    """The unit in which the rows behind a number are counted: 件次, 批次, 场次, 人 …"""
    if metric.kind is Kind.COUNT:
        return metric.unit
    return metric.row_unit or (metric.lists or metric.subject).unit


def splits(metric: Metric) -> list[str]:
    """The dimensions by which a metric can be split."""
    return [*metric.subject.dimensions, "month", "day"]


def split_names(metric: Metric) -> list[str]:
    """The same in the screen's words."""
    return [DIMENSIONS.get(name, name) for name in splits(metric)]


def search_metrics(text: str) -> list[Metric]:
    """The metrics of which every word of `text` stands in its texts; all of them for no words."""
    words = text.lower().split()
    return [metric for metric in METRICS.values() if all(word in _searched_text(metric) for word in words)]


def _searched_text(metric: Metric) -> str:
    texts = (metric.id, metric.name, metric.short, metric.group, metric.definition, metric.among_text)
    return "\n".join([*texts, metric.hits_text, metric.period_text, basis(metric), *metric.sides]).lower()
