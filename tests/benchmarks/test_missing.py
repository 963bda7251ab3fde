"""Without the packages that ./test installs, a benchmark says so in one sentence."""

import subprocess
import sys

from casebase.settings import ROOT

WITHOUT = """
import runpy, sys
sys.modules["playwright"] = None
runpy.run_module("benchmarks", run_name="__main__", alter_sys=True)
"""


def test_what_is_missing_is_one_sentence() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == (
        "The benchmarks need playwright: run ./test once, which installs all that they need, "
        "or .venv/bin/python -m pip install -r requirements-dev.txt\n"
    )
