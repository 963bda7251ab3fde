"""Vega-Lite drawn as PNG: in this process, or in one beside it, since drawing holds the interpreter for seconds.

`python -m briefings.drawing` reads specifications (a JSON list of texts) and writes their pictures (in base64).
"""

import json
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
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


def beside(specifications: Sequence[str]) -> Callable[[], list[bytes]]:
    """Begin to draw in another process; what is handed back waits for the pictures. None where it could not draw."""
    command = [sys.executable, "-m", "briefings.drawing"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    process.stdin.write(json.dumps(list(specifications)))
    process.stdin.close()
    process.stdin = None

    def pictures() -> list[bytes]:
        try:
            told, _ = process.communicate(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return []
        return [b64decode(one) for one in json.loads(told)] if process.returncode == 0 else []

    return pictures


if __name__ == "__main__":
    fonts()
    drawn = [b64encode(draw(one)).decode() for one in json.load(sys.stdin)]
    json.dump(drawn, sys.stdout)
