"""Vega-Lite drawn as PNG: in this process, or in one beside it, since drawing holds the interpreter for seconds.

`python -m briefings.drawing` reads specifications (a JSON list of texts) and writes their pictures (in base64).
"""

import json
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pylopdf_fonts_zh_cn
import vl_convert

from casebase.settings import ROOT

PPI = 300
_PATIENCE = 120


@cache
def fonts() -> None:
    """The font that comes with the packages; it has one weight, so nothing asks for bold."""
    vl_convert.register_font_directory(str(Path(pylopdf_fonts_zh_cn.__file__).parent))


def draw(specification: str) -> bytes:
    """One picture; the same bytes for the same specification."""
    return bytes(vl_convert.vegalite_to_png(specification, ppi=PPI))


def beside(specifications: Sequence[str]) -> "Future[list[bytes]]":
    """Begin to draw in another process. The result waits for the pictures; none where that process could not draw."""
    pool = ThreadPoolExecutor(max_workers=1)
    drawing = pool.submit(_elsewhere, specifications)
    pool.shutdown(wait=False)
    return drawing


def _elsewhere(specifications: Sequence[str]) -> list[bytes]:
    command = [sys.executable, "-m", "briefings.drawing"]
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            input=json.dumps(list(specifications)),
            stdout=subprocess.PIPE,
            text=True,
            timeout=_PATIENCE,
            check=True,
        )
    except (subprocess.SubprocessError, OSError):
        return []
    return [b64decode(one) for one in json.loads(done.stdout)]


if __name__ == "__main__":
    fonts()
    drawn = [b64encode(draw(one)).decode() for one in json.load(sys.stdin)]
    json.dump(drawn, sys.stdout)
