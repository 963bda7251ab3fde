"""One rule of lights: by the target that was agreed on, and by nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebase.settings import Settings
from queries.model import Kind
from queries.registry import METRICS
from queries.targets import target_of
from views import words
from views.shades import Meaning
from wording import numbers
from wording.numbers import lights_of, state_of

GOOD = words.State("good", "●", "达标")
NEAR = words.State("warn", "▲", "未达标")
SHORT = words.State("bad", "■", "未达标")
SETTINGS = Settings()
RATIOS = st.floats(0, 1, allow_nan=False)


@pytest.mark.parametrize(
    ("values", "full"),
    [
        ({"grid_workers": 217_204, "agents": 1_125}, True),
        ({"grid_workers": 217_204, "agents": 12_345}, False),
        ({"grid_workers": 9_999, "agents": 1_125}, False),
        # A rate and a number that is not known have no say in it.
        ({"grid_workers": 217_204, "reached_in_24h": 0.9, "agents": float("nan")}, False),
    ],
)
def test_counts_of_one_row_are_written_in_one_way(values: dict[str, float], full: bool) -> None:
    row = {METRICS[name]: value for name, value in values.items()}
    assert numbers.in_full(row) is full
    texts = [numbers.format_value(metric, value, full=full) for metric, value in row.items() if value > 1]
    assert len({"万" in text for text in texts}) == 1


@pytest.mark.parametrize(
    ("name", "now", "before", "said"),
    [
        ("backlog", 2, 1, "增加 1 件次"),
        ("backlog", 1, 29, "减少 28 件次"),
        ("backlog", 60, 30, "+100.0%"),
        ("backlog", 30, 0, "增加 30 件次"),
        ("backlog", 0, 0, "持平"),
        ("backlog", 5, 5, "持平"),
        ("hearings_held", 3, 2, "增加 1 场次"),
        ("visit_people", 1203, 3, "增加 1,200 人次"),
        ("backlog", 5, float("nan"), "—"),
        ("backlog", float("nan"), 5, "—"),
        ("five_day_closure", 0.95, 0.962, "−1.20 百分点"),
        ("hearing_wait_days", 12.5, 10.0, "+2.5 天"),
    ],
)
def test_a_count_moves_by_pieces_from_too_small_a_base(name: str, now: float, before: float, said: str) -> None:
    assert numbers.movement(METRICS[name], now, before, 30) == said


@pytest.mark.parametrize("name", [name for name, metric in METRICS.items() if metric.kind is Kind.MEAN])
def test_a_mean_is_written_beside_its_unit(name: str) -> None:
    metric = METRICS[name]
    assert numbers.kind_of(metric) == ("days" if metric.unit == "天" else "number")
    assert numbers.format_value(metric, 3.25) == "3.3"
    assert numbers.format_value(metric, 12.0) == ("12" if metric.unit == "天" else "12.0")
    assert numbers.format_value(metric, float("nan")) == "—"


@pytest.mark.parametrize("name", sorted(METRICS))
@given(value=RATIOS)
def test_no_light_without_a_target(name: str, value: float) -> None:
    light = state_of(SETTINGS, METRICS[name], value, 1000)
    assert (light is None) == (target_of(SETTINGS, name) is None)


def test_only_the_rate_of_the_alerts_says_when_it_is_one() -> None:
    told = {name for name, metric in METRICS.items() if numbers.alerted(SETTINGS, metric)}
    assert told == {"five_day_closure"}
    assert numbers.alerted(Settings(targets={"five_day_closure": False}), METRICS["five_day_closure"]) == ""


@pytest.mark.parametrize("name", ["unit_evaluation", "bureau_evaluation"])
def test_evaluation_is_not_red_by_itself(name: str) -> None:
    assert state_of(SETTINGS, METRICS[name], 0.05, 1000) is None
    assert "未定目标" in lights_of(SETTINGS, METRICS[name])
    agreed = Settings(targets={name: 80})
    assert state_of(agreed, METRICS[name], 0.05, 1000) == SHORT


@pytest.mark.parametrize(
    ("value", "light"), [(1.0, GOOD), (0.95, GOOD), (0.9499, NEAR), (0.90, NEAR), (0.8999, SHORT), (float("nan"), None)]
)
def test_a_rate_is_judged_by_its_target(value: float, light: words.State | None) -> None:
    assert state_of(SETTINGS, METRICS["five_day_closure"], value, 1000) == light


def test_too_few_cases_have_no_light() -> None:
    closure, staffed = METRICS["five_day_closure"], METRICS["grids_staffed"]
    assert state_of(SETTINGS, closure, 0.1, SETTINGS.lights.small_sample - 1) is None
    assert state_of(SETTINGS, closure, 0.1, SETTINGS.lights.small_sample) == SHORT
    assert state_of(SETTINGS, staffed, 0.1, 3) == SHORT  # a share of all grids is no sample


@given(RATIOS, RATIOS)
def test_a_better_rate_never_has_a_worse_light(one: float, other: float) -> None:
    low, high = (state_of(SETTINGS, METRICS["on_the_spot"], ratio, 1000) for ratio in sorted((one, other)))
    order = [SHORT, NEAR, GOOD]
    assert low is not None
    assert high is not None
    assert order.index(low) <= order.index(high)


def test_nothing_is_judged_by_colour_without_a_target() -> None:
    """参评率, 重复率, 万人信访量 and what is open are more or less; a target, or a limit that is past, judges."""
    settings = Settings()
    for name in ("unit_evaluation", "bureau_evaluation", "repeat_rate", "cases_per_10k", "backlog", "contact_hours"):
        assert numbers.meaning_of(settings, METRICS[name]) == Meaning()
    assert numbers.meaning_of(settings, METRICS["five_day_closure"]) == Meaning("up", 0.95)
    assert numbers.meaning_of(settings, METRICS["overdue"]) == Meaning("down")
    every = [numbers.meaning_of(settings, metric) for metric in METRICS.values() if metric.kind is not Kind.COUNT]
    assert all(meaning.better == "neither" for meaning in every if meaning.target is None)
