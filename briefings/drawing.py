"""Vega-Lite drawn as PNG: in this process, or in one beside it, since drawing holds the interpreter for seconds.

`python -m briefings.drawing` reads specifications (each a text in JSON) and writes their pictures (in base64), a line
each; all pictures are written at the end, so that whoever asks can go on telling.
"""

import json
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pylopdf_fonts_zh_cn
import vl_convert

# Not casebase.settings' own: the process beside should read no more of the program than it draws with.
_ROOT = Path(__file__).parents[1]
PPI = 300
_PATIENCE = 120


@cache
def fonts() -> None:
    """The font that comes with the packages; it has one weight, so nothing asks for bold."""
    vl_convert.register_font_directory(str(Path(pylopdf_fonts_zh_cn.__file__).parent))


def draw(specification: str) -> bytes:
    """One picture; the same bytes for the same specification."""
    return bytes(vl_convert.vegalite_to_png(specification, ppi=PPI))


def beside(specifications: Iterable[str]) -> "Future[list[bytes]]":
    """Begin to draw in another process, each picture as soon as `specifications` yields it.

    They are asked for in a thread of their own. The result waits for the pictures; none where that process could not
    draw.
    """
    pool = ThreadPoolExecutor(max_workers=1)
    drawing = pool.submit(_elsewhere, specifications)
    pool.shutdown(wait=False)
    return drawing


def _elsewhere(specifications: Iterable[str]) -> list[bytes]:
    command = [sys.executable, "-m", "briefings.drawing"]
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


if __name__ == "__main__":
    fonts()
    sys.stdout.writelines([f"{b64encode(draw(json.loads(line))).decode()}\n" for line in sys.stdin])
