"""What a period is compared with, by the period itself and not by what its change is called."""

import pytest

from cockpit.view import PRESETS, PREVIOUS, comparisons
from queries.periods import Against, Preset


def test_every_period_of_the_bar_and_ones_own_days_have_a_name() -> None:
    assert set(PREVIOUS) == {*PRESETS.values(), None}


@pytest.mark.parametrize("preset", [*Preset, None])
def test_before_a_year_lies_the_year_before_and_is_said_once(preset: Preset | None) -> None:
    against = [one.against for one in comparisons(PREVIOUS[preset])]
    assert against == [*([] if preset is Preset.YEAR else [Against.PREVIOUS]), Against.YEAR_BEFORE]


def test_a_name_alone_merges_nothing() -> None:
    assert [one.label for one in comparisons("较上年同期")] == ["较上年同期", "较上年同期"]
