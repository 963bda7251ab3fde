import os
import shutil
import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from briefings import chart_labels, pictures, vega_png
from briefings.model import Figure, Series
from casebase.settings import ROOT
from tests.briefings.samples import RANKING, RATE, VOLUME

Pixels = NDArray[np.uint8]
FIGURES = (VOLUME, RATE, RANKING)

# Draws titles in Chinese, and the last of them without the font of the packages.
DRAW = """
import sys
from dataclasses import replace
from pathlib import Path
from briefings import pictures
from tests.briefings.samples import RANKING

def draw(name, title):
    figure = replace(RANKING, title=title, subtitle=" ", target=None)
    (Path(sys.argv[1]) / f"{name}.png").write_bytes(pictures.png(figure))

if sys.argv[2] == "with":
    draw("plain", "一" * 8)
    draw("dense", "疆" * 8)
    draw("none", " ")
else:
    pictures.register_fonts = lambda: None
    draw("without", "疆" * 8)
"""
# Where the machine lets a process have mounts of its own, the folders of fonts are empty for it.
FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts")
HIDE = "".join(f"[ ! -d {folder} ] || mount -t tmpfs none {folder} && " for folder in FOLDERS)
HIDDEN = ("unshare", "--map-root-user", "--mount", "sh", "-c", HIDE + 'exec "$0" "$@"')


def pixels(png: bytes) -> Pixels:
    """Lightness, 0 black … 255 white: rows by columns."""
    return np.asarray(Image.open(BytesIO(png)).convert("L"))


def ink(picture: Pixels) -> int:
    return int((picture < 128).sum())


def title_of(picture: Pixels) -> Pixels:
    """The strip that a title is in: 5 mm from the top."""
    return picture[: round(5 / 25.4 * vega_png.PPI)]


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.id)
def test_a_picture_is_as_wide_as_the_type_area_at_300_dpi(figure: Figure) -> None:
    with Image.open(BytesIO(pictures.png(figure))) as picture:
        assert picture.width == pytest.approx(pictures.WIDTH_MM / 25.4 * 300, rel=0.005)
        assert picture.info["dpi"] == pytest.approx((300, 300), rel=0.01)


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.id)
def test_the_same_figure_gives_the_same_bytes(figure: Figure) -> None:
    first = pictures.png(figure)
    pictures.forget()
    assert pictures.png(figure) == first


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.id)
def test_nothing_is_cut_off_at_the_edges(figure: Figure) -> None:
    drawn = pixels(pictures.png(figure))
    assert all((edge == 255).all() for edge in (drawn[:4], drawn[-4:], drawn[:, :4], drawn[:, -4:]))


def test_another_title_is_another_picture() -> None:
    other = replace(RANKING, title="五日办结率各区县都达到目标")
    assert pictures.png(other) != pictures.png(RANKING)


def test_more_rows_make_a_taller_picture_so_that_labels_never_touch() -> None:
    heights = []
    for rows in (2, 4, 16):
        labels = tuple(f"第{at}区" for at in range(rows))
        figure = replace(RANKING, labels=labels, series=(Series("率", (0.9,) * rows),), target=None)
        heights.append(pixels(pictures.png(figure)).shape[0])
    per_row = (heights[2] - heights[1]) / 12
    assert per_row == pytest.approx((heights[1] - heights[0]) / 2, abs=1)
    assert per_row / vega_png.PPI * 72 >= 12


def test_lines_are_told_apart_without_colour() -> None:
    """The second line is dashed."""
    drawn = pictures._months(VOLUME).to_dict()
    dashes = next(layer["encoding"]["strokeDash"] for layer in drawn["layer"] if "strokeDash" in layer["encoding"])
    assert dashes["scale"]["domain"] == ["登记量", "办结量"]
    assert dashes["scale"]["range"][0] != dashes["scale"]["range"][1]


def test_a_long_title_is_broken_and_never_cut() -> None:
    """The title of the widest kind that a briefing has: a whole in front of it, and the distance from the target."""
    long = "就地化解率：30件次以上的区县（功能区）中，登封市、航空港区最低，42.86%，低于目标10.85百分点"
    title = pictures._ranking(replace(RANKING, title=long)).to_dict()["title"]
    lines = title["text"]
    assert len(lines) == 2
    assert "".join(lines) == long
    assert lines[0].endswith("，")
    assert all(pictures._wide(line, title["fontSize"]) <= title["limit"] for line in lines)
    assert pictures._ranking(RANKING).to_dict()["title"]["text"] == RANKING.title


def test_small_samples_are_hollow_and_said() -> None:
    rows = pictures._frame(RANKING)
    assert list(rows["fill"] == "white") == [True, False, False, False]
    assert "（样本少）84.21%" in pictures._ranking(RANKING).to_json(ensure_ascii=False)
    assert "空心为样本少" in pictures._months(RATE).to_json(ensure_ascii=False)


def test_an_axis_that_does_not_begin_at_zero_says_so() -> None:
    said = pictures._months(RATE).to_dict()["title"]["subtitle"]
    low, high = chart_labels.axis_range(RATE)
    assert low < 0.9317
    assert high > 0.9523
    assert said == f"近13个月五日办结率；虚线为目标95%；纵轴自{low:.0%}起；空心为样本少"
    assert "纵轴" not in pictures._months(VOLUME).to_dict()["title"]["subtitle"]


def test_a_figure_without_any_value_is_drawn_empty() -> None:
    nothing = replace(RATE, series=(Series("五日办结率", (None,) * len(RATE.labels)),), target=None)
    drawn = pixels(pictures.png(nothing))
    assert ink(title_of(drawn)) > 0


def test_chinese_is_drawn_on_a_machine_without_any_font(tmp_path: Path) -> None:
    """Missing type is nothing drawn, or the same box for every character; both would fail here.

    The last picture shows that the fonts were hidden: without that of the packages nothing is drawn at all.
    """
    drawn = drawn_without_fonts(tmp_path)
    inks = {name: ink(title_of(picture)) for name, picture in drawn.items()}
    assert inks["none"] == inks["without"] == 0
    assert 0 < inks["plain"] < inks["dense"] / 3
    here = pixels(pictures.png(replace(RANKING, title="疆" * 8, subtitle=" ", target=None)))
    assert np.array_equal(drawn["dense"], here)


def drawn_without_fonts(tmp_path: Path) -> dict[str, Pixels]:
    """Pictures drawn by processes that see no font of the machine."""
    for mode in ("with", "without"):
        subprocess.run(
            [*own_mounts(), sys.executable, "-c", DRAW, str(tmp_path), mode],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
            check=True,
            timeout=120,
        )
    return {path.stem: pixels(path.read_bytes()) for path in tmp_path.glob("*.png")}


def own_mounts() -> tuple[str, ...]:
    try:
        tried = subprocess.run([*HIDDEN, "true"], capture_output=True, timeout=20)
    except FileNotFoundError:
        return ()
    return () if tried.returncode else HIDDEN


def test_a_process_that_cannot_draw_gives_no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    assert vega_png.draw_in_background(["{}", "no specification"]).result() == []
    # It ends before it was told all; a pipe holds 64 kB.
    monkeypatch.setattr("sys.executable", shutil.which("false"))
    assert vega_png.draw_in_background(["x" * 1_000_000] * 3).result() == []


def test_pictures_drawn_ahead_are_the_same_and_a_process_that_fails_costs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    here = [pictures.png(figure) for figure in FIGURES]
    pictures.forget()
    pictures.draw_ahead(FIGURES)()
    monkeypatch.setattr(pictures, "draw_png", lambda _: b"")  # what was drawn ahead is not drawn again
    assert [pictures.png(figure) for figure in FIGURES] == here
    monkeypatch.undo()
    pictures.forget()
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    pictures.draw_ahead([RANKING])()
    assert pictures.png(RANKING) == here[FIGURES.index(RANKING)]
