"""What rises, in rows: what there is and was to be expected, in the same words on the map and in the lists."""

from datetime import datetime

import pandas as pd
import pytest

from cockpit import topics
from queries.hot_topics import Stretches

WEEK = Stretches(datetime(2026, 11, 20, 15, 30), 7)


@pytest.mark.parametrize(("days", "text"), [(7, "按前 8 周"), (14, "按前 8 个 14 天")])
def test_what_is_expected_comes_from_the_stretches_before(days: int, text: str) -> None:
    assert topics.comparison_text(days) == text


def test_rows_and_tips() -> None:
    risen = pd.DataFrame({"alarm": [True, False], "observed": [12, 3], "expected": [3.94, 2.0], "cases": [12, 3]})
    assert topics.states(risen) == ["▲ 异常上升", "● 正常波动"]
    assert topics.tips(risen, WEEK)[0] == "▲ 12 件次，按前 8 周预计约 4 件次"
    written = topics.written(WEEK, risen, {"话题": ["物业", "停车"]}, {"上年同期": [1, 2]})
    assert list(written.columns) == ["话题", "近7天", "预计", "上年同期"]
    assert written["预计"].tolist() == ["约 4", "约 2"]


def test_courses_share_one_scale() -> None:
    risen = pd.DataFrame({"observed": [12, 3], "expected": [3.9, 2.0], "course": [[1, 12], [7, 3]]})
    assert topics.highest(risen) == 12
    assert topics.highest(risen.head(0)) == topics.highest(risen.drop(columns="course")) == 0
    assert topics.written(WEEK, risen, {}, {})[topics.COURSE].tolist() == [[1, 12], [7, 3]]


def test_the_method_names_the_days_that_are_compared() -> None:
    assert "最近 7 天与此前 8 个同长时段（2026年9月19日—11月13日）" in topics.method(WEEK)
