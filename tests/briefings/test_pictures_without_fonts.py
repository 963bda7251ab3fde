"""Pictures carry Chinese type on a machine that has no font: a process of its own that sees none of this machine's."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from casebase.settings import ROOT

# An empty configuration would not do: vl-convert then reads /usr/share/fonts by itself, and would find there a font of
# the same name.
CONFIG = '<?xml version="1.0"?><fontconfig><dir>{}</dir></fontconfig>'
DRAW = """
import sys
from pathlib import Path
from briefings import pictures
from briefings.model import Figure, Series
if sys.argv[2] == "bare":
    pictures.register_fonts, pictures.FONT = lambda: None, "sans-serif"
for name, labels in (("one", ("金水区", "二七区")), ("other", ("上街区", "中原区")), ("again", ("金水区", "二七区"))):
    pictures.forget()
    bars = Series("登记量", (3.0, 2.0))
    figure = Figure("f", "标题", "副题", "ranking", labels, (bars,), "count", "件次", ("registered",))
    Path(sys.argv[1], name + ".png").write_bytes(pictures.png(figure))
"""


def drawn(folder: Path, how: str) -> dict[str, bytes]:
    """Three pictures from a process without fonts; "bare": any font that is to be found, not the package's."""
    empty = folder / "fonts"
    empty.mkdir()
    config = folder / "fonts.conf"
    config.write_text(CONFIG.format(empty))
    hidden = {"FONTCONFIG_FILE": str(config), "HOME": str(empty), "XDG_DATA_HOME": str(empty), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", DRAW, str(folder), how]
    subprocess.run(command, env=os.environ | hidden, cwd=ROOT, check=True, timeout=120)
    return {path.stem: path.read_bytes() for path in folder.glob("*.png")}


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return drawn(tmp_path_factory.mktemp("package"), "package")


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return drawn(tmp_path_factory.mktemp("bare"), "bare")


def test_the_machines_fonts_are_really_hidden(bare: dict[str, bytes]) -> None:
    """Else the test below proves nothing: two names of one length are the same boxes where no font has them."""
    assert bare["one"] == bare["other"]


def test_chinese_is_drawn_and_neither_boxes_nor_nothing(without: dict[str, bytes]) -> None:
    assert without["one"] != without["other"]


def test_the_same_figure_gives_the_same_bytes(without: dict[str, bytes]) -> None:
    assert without["one"] == without["again"]
