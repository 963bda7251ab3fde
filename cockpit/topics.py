"""What rises, as lists and maps show it: its state, what there is and was to be expected, its course."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from queries import hot_topics
from queries.hot_topics import Stretches
from queries.surges import STRETCHES
from views import words
from wording import findings

STATES = {True: words.State("warn", "▲", "异常上升"), False: words.State("none", "●", "正常波动")}
COURSE, EXPECTED = "走势", "预计"
# Why what stands far over what was to be expected may be within chance all the same.
STATES_NOTE = "▲ 异常上升，● 正常波动：此前起伏也大，或只是同时比较的许多项里偶然偏高的"


def comparison_text(days: int) -> str:
    """What is expected in so many days by what came before: 按前 8 周, 按前 8 个 14 天."""
    return f"按前 {STRETCHES} 周" if days == 7 else f"按前 {STRETCHES} 个 {days} 天"


def title(stretches: Stretches, topics: pd.DataFrame, noun: str) -> str:
    """What has risen beyond chance, or that nothing has (see wording.findings.rises)."""
    return findings.rises(topics, noun, stretches.days, comparison_text(stretches.days))


def states(topics: pd.DataFrame) -> list[str]:
    """▲ 异常上升 or ● 正常波动. Column: alarm."""
    return [STATES[bool(alarm)].text for alarm in topics["alarm"]]


def tips(clusters: pd.DataFrame, stretches: Stretches) -> list[str]:
    """▲ 12 件次，按前 8 周预计约 4 件次. Columns: alarm, cases, expected."""
    before = comparison_text(stretches.days)
    return [
        f"{STATES[bool(alarm)].shape} {words.full_count(cases)} 件次，{before}预计{words.expected(expected)} 件次"
        for alarm, cases, expected in clusters[["alarm", "cases", "expected"]].itertuples(index=False)
    ]


def written(
    stretches: Stretches, topics: pd.DataFrame, heads: Mapping[str, Any], more: Mapping[str, Any]
) -> pd.DataFrame:
    """Topics as rows: the columns `heads`, what there is and was to be expected, `more`, and the course if it is known.

    Columns of `topics`: observed, expected; optional course (cases of each stretch, the latest last).
    """
    expected = [words.expected(value) for value in topics["expected"]]
    counts = {f"近{stretches.days}天": topics["observed"], EXPECTED: expected}
    course = {COURSE: topics["course"]} if "course" in topics else {}
    return pd.DataFrame({**heads, **counts, **more, **course})


def highest(topics: pd.DataFrame) -> int:
    """The most cases that any topic had in any stretch; 0 where their course is not known."""
    if "course" not in topics:
        return 0
    return max((max(cases, default=0) for cases in topics["course"]), default=0)


def method(stretches: Stretches) -> str:
    """What is compared, and how often it may be wrong."""
    past = stretches.before
    return (
        f"比较法：最近 {stretches.days} 天与此前 {STRETCHES} 个同长时段（{words.span(past.start, past.end)}）相比，"
        "各段星期相同、截到同一时刻。“预计”取前几段均值、按工作日折算的均值和“前几段占比 × 本段总量”中最大的一个，"
        "所以节后件数普涨、节中占比虚高都不算热点。单侧检验：只有偶然波动时用超几何、二项分布，"
        "波动更大时用贝塔二项分布；多个一起比，按 Benjamini–Hochberg 控制。"
        f"若什么都没有上升，类别地区、词、方格合起来出现任何误报的可能不超过 "
        f"{words.percent(hot_topics.FALSE_ALARM_CHANCE, 0)}。"
        "互相包含的只列最突出的一个。热点说明件数异常，不说明原因。"
    )
