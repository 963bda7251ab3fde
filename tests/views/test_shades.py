"""Colours say what a number means: worse is redder, in order is one quiet colour, volume is only more or less."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from views.shades import Better, Meaning, shading
from views.tokens import DESK, WALL, Palette, luminance
from views.words import NumberFormat

GROUNDS = pytest.mark.parametrize("colours", [DESK, WALL], ids=["desk", "wall"])


def redness(colour: str) -> int:
    """How much more red than blue."""
    return int(colour[1:3], 16) - int(colour[5:7], 16)


def rank(colour: str, colours: Palette) -> int:
    """0 in order … 4 the worst."""
    return (colours.fine, *colours.worse).index(colour)


@GROUNDS
def test_each_step_to_the_worst_is_redder(colours: Palette) -> None:
    steps = [redness(colour) for colour in (colours.fine, *colours.worse)]
    assert steps == sorted(set(steps))
    assert colours.worse[-1] == colours.red


@GROUNDS
def test_the_worst_is_never_the_palest(colours: Palette) -> None:
    """Least like the ground that it lies on: dark on the desk, light on the wall."""
    steps = [abs(luminance(colour) - luminance(colours.surface)) for colour in (colours.fine, *colours.worse)]
    assert max(steps) == steps[-1]
    assert steps[0] > 0.02


@GROUNDS
@given(
    st.lists(st.floats(0, 1), min_size=2, max_size=20),
    st.sampled_from(["up", "down"]),
    st.one_of(st.none(), st.floats(0.1, 0.99)),
)
def test_worse_is_at_least_as_red(colours: Palette, values: list[float], better: Better, target: float | None) -> None:
    shades = shading(values, Meaning(better, target), "rate", colours)
    ordered = sorted(values, reverse=better == "up")
    ranks = [rank(shades.fill(value), colours) for value in ordered]
    assert ranks == sorted(ranks)


@GROUNDS
def test_polarity_decides(colours: Palette) -> None:
    good = shading([0.8, 1.0], Meaning("up"), "rate", colours)
    bad = shading([0.8, 1.0], Meaning("down"), "rate", colours)
    assert redness(good.fill(0.8)) > redness(good.fill(1.0))
    assert redness(bad.fill(1.0)) > redness(bad.fill(0.8))
    assert good.fill(0.8) == bad.fill(1.0) == colours.red


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.floats(0.1, 0.99))
def test_what_reaches_the_target_has_one_colour(values: list[float], target: float) -> None:
    shades = shading(values, Meaning("up", target), "rate", DESK)
    for value in values:
        assert (shades.fill(value) == DESK.fine) == (value >= target - 1e-9)


def test_a_hair_below_the_target_is_not_the_worst() -> None:
    shades = shading([0.949, 0.948, 0.97], Meaning("up", 0.95), "rate", DESK)
    assert rank(shades.fill(0.948), DESK) == 1


def test_the_legend_says_the_ranges_in_words() -> None:
    shades = shading([0.855, 0.99], Meaning("up", 0.95), "rate", DESK)
    assert shades.steps[0].text == "达标（≥95%）"
    assert shades.steps[-1].text.startswith("85.5—")
    assert shades.note == "越红离目标越远"


@pytest.mark.parametrize("values", [[0, 1], [0, 0], [3, 3], [0, 2, 1], [0, 1, 2, 3, 4, 5, 6]])
def test_a_legend_of_counts_never_says_one_number_twice(values: list[int]) -> None:
    for better in ("neither", "down"):
        texts = [step.text for step in shading(values, Meaning(better), "count", DESK).steps]
        assert len(set(texts)) == len(texts)


@given(
    st.lists(st.integers(0, 5000), min_size=1, max_size=20),
    st.sampled_from(["neither", "down", "up"]),
)
def test_every_count_is_in_the_range_of_its_colour(values: list[int], better: Better) -> None:
    shades = shading(values, Meaning(better), "count", DESK)
    for value in values:
        text = next(step.text for step in shades.steps if step.colour == shades.fill(value))
        ends = [int(end.replace(",", "").replace("−", "-")) for end in text.split("—")]
        assert min(ends) <= value <= max(ends)


@pytest.mark.parametrize("kind", ["rate", "count", "days", "number"])
def test_no_number_has_the_colour_of_none(kind: NumberFormat) -> None:
    shades = shading([None, math.nan, 1.0], Meaning("up"), kind, DESK)
    assert shades.fill(None) == shades.fill(math.nan) == DESK.empty
    assert shades.fill(1.0) != DESK.empty
    assert shading([None], Meaning("up"), kind, DESK).steps == ()
