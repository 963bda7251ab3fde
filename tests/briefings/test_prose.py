"""Numbers in sentences."""

from datetime import datetime

import pytest

from briefings import prose
from queries.registry import METRICS

NAN = float("nan")
COUNT, RATE, DAYS = METRICS["registered"], METRICS["five_day_closure"], METRICS["hearing_wait_days"]


@pytest.mark.parametrize(
    ("metric", "value", "said"),
    [
        (COUNT, 3654.0, "3,654件次"),
        (COUNT, 217000.0, "217,000件次"),
        (RATE, 0.94555, "94.56%"),
        (DAYS, 17.04, "17.0天"),
        (METRICS["cases_per_10k"], 4.84, "4.8件次/万人"),
        (RATE, NAN, "—"),
    ],
)
def test_values_have_their_unit(metric: object, value: float, said: str) -> None:
    assert prose.format_value(metric, value) == said  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("metric", "now", "before", "said"),
    [
        (COUNT, 103.2, 100.0, "同比上升3.2%"),
        (COUNT, 90.0, 100.0, "同比下降10.0%"),
        (COUNT, 100.0, 100.0, "同比持平"),
        (COUNT, 8.0, 5.0, "同比增加3件次"),
        (COUNT, 5.0, 5.0, "同比持平"),
        (COUNT, 5.0, 0.0, "同比增加5件次"),
        (COUNT, 0.0, 0.0, "同比持平"),
        (COUNT, 5.0, NAN, ""),
        (RATE, 0.95, 0.962, "同比下降1.20个百分点"),
        (RATE, 0.95, 0.95, "同比持平"),
        (RATE, NAN, 0.95, ""),
        (DAYS, 12.5, 10.0, "同比上升2.5天"),
    ],
)
def test_changes_are_said_in_words_or_not_at_all(metric: object, now: float, before: float, said: str) -> None:
    assert prose.format_change(metric, now, before, prose.YEAR, 30) == said  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.95, "达到95%的目标"),
        (0.9368, "低于95%的目标1.32个百分点"),
        (0.949999, "略低于95%的目标"),
        (NAN, ""),
    ],
)
def test_a_rate_stands_to_its_target(value: float, said: str) -> None:
    assert prose.against_target(value, 0.95) == said
    assert prose.against_target(value, None) == ""


def test_moments_are_written_without_zeros_in_front() -> None:
    assert prose.moment(datetime(2026, 3, 5, 9, 0)) == "2026年3月5日9时"
    assert prose.moment(datetime(2026, 3, 5, 9, 5)) == "2026年3月5日9时05分"
    assert prose.moment(datetime(2026, 3, 5, 23, 59, 59)) == "2026年3月5日"
