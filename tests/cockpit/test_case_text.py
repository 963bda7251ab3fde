"""A case in words."""

from datetime import datetime

import pandas as pd
import pytest

from cockpit import case_text


@pytest.mark.parametrize(
    ("times", "text"),
    [
        ([], "0 步"),
        ([datetime(2026, 11, 20, 9), datetime(2026, 11, 20, 18)], "2 步，都在同一天"),
        ([datetime(2026, 11, 20, 23), datetime(2026, 11, 21, 1)], "2 步，前后 1 天"),
    ],
)
def test_steps_count_days_by_the_calendar(times: list[datetime], text: str) -> None:
    assert case_text.steps(pd.DataFrame({"happened_at": times})) == text


def test_steps_of_an_open_case_count_up_to_the_moment() -> None:
    events = pd.DataFrame({"happened_at": [datetime(2026, 8, 31, 9), datetime(2026, 9, 8, 9)]})
    assert case_text.steps(events, datetime(2026, 11, 29, 5)) == "2 步，至今 90 天"


def test_a_place_is_told_as_far_as_it_is_known() -> None:
    assert case_text.place({"district": "金水区", "street": "丰产路街道", "community": None}) == "金水区 丰产路街道"
    assert case_text.place(dict.fromkeys(("district", "street", "community"))) == "—"
