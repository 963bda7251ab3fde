"""A target belongs to its metric; config.toml sets another by the metric's id, or takes it away."""

from pathlib import Path

import pytest

from casebase.errors import UsageError
from casebase.settings import ROOT, Settings, read_settings
from queries.model import Kind, Polarity
from queries.registry import METRICS
from queries.targets import check_targets, target_of

# What was agreed on, in percent.
AGREED = {
    "five_day_closure": 95,
    "on_time_completion": 95,
    "bureau_acceptance": 98,
    "unit_acceptance": 98,
    "bureau_satisfaction": 90,
    "unit_satisfaction": 85,
    "grids_staffed": 98,
    "communities_with_agent": 98,
    "reached_in_24h": 90,
    "on_the_spot": 60,
    "family_settled": 85,
}


def read(folder: Path, text: str) -> Settings:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return read_settings(path, checks=[check_targets])


@pytest.mark.parametrize("name", list(METRICS))
def test_file_of_the_project_and_no_file_say_what_was_agreed_on(name: str) -> None:
    agreed = AGREED[name] / 100 if name in AGREED else None
    assert target_of(Settings(), name) == agreed
    assert target_of(read_settings(ROOT / "config.toml", checks=[check_targets]), name) == agreed


def test_the_file_goes_before_the_metric(tmp_path: Path) -> None:
    settings = read(tmp_path, "[targets]\nunit_satisfaction = false\nunit_evaluation = 80\non_the_spot = 70.5\n")
    assert target_of(settings, "unit_satisfaction") is None
    assert target_of(settings, "unit_evaluation") == 0.8
    assert target_of(settings, "on_the_spot") == 0.705
    assert target_of(settings, "five_day_closure") == 0.95


def test_every_rate_that_should_be_high_may_be_given_a_target_and_nothing_else_may() -> None:
    proud = {name for name, m in METRICS.items() if m.kind is Kind.RATE and m.polarity is Polarity.UP_GOOD}
    ahead = {name for name in proud if name.endswith(("_in_1", "_in_3", "_in_5"))}
    assert {name for name, m in METRICS.items() if m.can_have_target} == proud - ahead
    check_targets(Settings(targets=dict.fromkeys(proud - ahead, 80.0)))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("five_day_closur", "unknown key"),
        ("backlog", "cannot have a target"),
        ("repeat_rate", "cannot have a target"),
        ("last_day_completion", "cannot have a target"),
        ("five_day_closure_in_3", "a target is set for five_day_closure"),
    ],
)
@pytest.mark.parametrize("value", ["80", "false"])
def test_a_target_of_anything_else_is_named_with_its_line(tmp_path: Path, name: str, reason: str, value: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(tmp_path, f"[targets]\n# mine\nresolution = 70\n{name} = {value}\n")
    assert str(caught.value).startswith(f"{tmp_path / 'config.toml'}, line 4: targets.{name}: ")
    assert reason in str(caught.value)
