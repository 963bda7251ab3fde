"""Vega-Lite drawn as PNG: in this process, or in one beside it, since drawing holds the interpreter for seconds.

`python -m briefings.vega_png` reads specifications (each a text in JSON) and writes their pictures (in base64), a line
each; all pictures are written at the end, so that whoever asks can go on telling.

Text is most of the work: for every character that is measured or drawn the font is looked through, all 30,000 of its
own. A process that knows all its text draws with a font of these characters alone, the same pictures in half the time.
"""

import json
import string
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pylopdf_fonts_zh_cn
import vl_convert
from fontTools import subset

# Not casebase.settings' own: the process beside should read no more of the program than it draws with.
_ROOT = Path(__file__).parents[1]
PPI = 300
_PATIENCE = 120
_FONTS = Path(pylopdf_fonts_zh_cn.__file__).parent
# Vega writes numbers by itself, and cuts what is too long.
_ALWAYS = string.printable + "−…"


@cache
def register_fonts() -> None:
    """The font that comes with the packages; it has one weight, so nothing asks for bold."""
    vl_convert.register_font_directory(str(_FONTS))


def _write_subset_font(text: str, file: Path) -> None:
    """Write that font with the characters of a text alone."""
    options = subset.Options()
    font = subset.load_font(_FONTS / "NotoSansSC-Regular.otf", options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=text)
    subsetter.subset(font)
    subset.save_font(font, file, options)


def draw_png(specification: str) -> bytes:
    """One picture; the same bytes for the same specification."""
    return bytes(vl_convert.vegalite_to_png(specification, ppi=PPI))


def draw_in_background(specifications: Iterable[str]) -> "Future[list[bytes]]":
    """Begin to draw in another process, each picture as soon as `specifications` yields it.

    They are asked for in a thread of their own. The result waits for the pictures; none where that process could not
    draw.
    """
    pool = ThreadPoolExecutor(max_workers=1)
    drawing = pool.submit(_draw_in_process, specifications)
    pool.shutdown(wait=False)
    return drawing


def _draw_in_process(specifications: Iterable[str]) -> list[bytes]:
    command = [sys.executable, "-m", "briefings.vega_png"]
    try:
        with subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as drawing:
            try:
                assert drawing.stdin is not None
                for one in specifications:
                    print(json.dumps(one), file=drawing.stdin, flush=True)
                drawn, _ = drawing.communicate(timeout=_PATIENCE)
            finally:
                # Nobody waits for it any more; one that has ended takes no harm.
                drawing.kill()
    except (subprocess.SubprocessError, OSError):
        return []
    return [b64decode(one) for one in drawn.split()] if drawing.returncode == 0 else []


def _draw_all(specifications: Sequence[str]) -> list[bytes]:
    with TemporaryDirectory() as folder:
        _write_subset_font("".join([_ALWAYS, *specifications]), Path(folder, "font.otf"))
        vl_convert.register_font_directory(folder)
        return [draw_png(one) for one in specifications]


if __name__ == "__main__":
    pictures = _draw_all([json.loads(line) for line in sys.stdin])
    sys.stdout.writelines([f"{b64encode(picture).decode()}\n" for picture in pictures])
