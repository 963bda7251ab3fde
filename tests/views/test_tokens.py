import re
from pathlib import Path

import pytest

from views.tokens import DESK, WALL, Palette, contrast, ink_on, palette

ROOT = Path(__file__).resolve().parents[2]
GROUNDS = pytest.mark.parametrize("colours", [DESK, WALL], ids=["desk", "wall"])


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@GROUNDS
@pytest.mark.parametrize("name", ["ink", "muted", "accent", "red", "amber", "green"])
def test_text_reads_on_both_grounds(colours: Palette, name: str) -> None:
    colour = getattr(colours, name)
    assert min(contrast(colour, colours.ground), contrast(colour, colours.surface)) >= 4.5


@GROUNDS
def test_marks_stand_out_from_the_surface(colours: Palette) -> None:
    assert all(contrast(colour, colours.surface) >= 3 for colour in (*colours.categories, colours.compare))


@GROUNDS
def test_labels_read_on_every_area_fill(colours: Palette) -> None:
    soft = (colours.soft_red, colours.soft_amber, colours.soft_green, colours.empty)
    for fill in (*soft, *colours.one_way, *colours.two_way):
        assert contrast(ink_on(fill), fill) >= 4, fill


@GROUNDS
def test_the_one_way_scale_has_ten_steps_each_further_from_the_surface(colours: Palette) -> None:
    distance = [contrast(step, colours.surface) for step in colours.one_way]
    assert len(distance) == 10
    assert distance == sorted(distance)
    assert colours.one_way[-1] == colours.accent


@GROUNDS
def test_the_two_way_scale_runs_from_red_to_blue(colours: Palette) -> None:
    assert (colours.two_way[0], colours.two_way[-1]) == (colours.red, colours.accent)
    assert len(colours.two_way) % 2 == 1


def test_the_theme_chooses_the_palette() -> None:
    assert palette("dark") is WALL
    assert palette("light") is palette(None) is DESK


def test_colours_are_written_down_nowhere_else() -> None:
    sources = [*(ROOT / "views").glob("**/*.py"), *(ROOT / "pages").glob("**/*.py")]
    found = [
        f"{source.relative_to(ROOT)}: {colour}"
        for source in sources
        if source.name != "tokens.py"
        for colour in re.findall(r"#[0-9A-Fa-f]{6}\b|\brgba?\(\s*\d", source.read_text(encoding="utf-8"))
    ]
    assert found == []
