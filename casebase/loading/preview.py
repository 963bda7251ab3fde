"""What a map would load: the file goes through the loading itself, into a case database that is thrown away."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from casebase import workdays
from casebase.engine import Casebase, open_casebase
from casebase.loading.load import load
from casebase.loading.mapfile import FileMap
from casebase.loading.places import LEVELS
from casebase.schema import area, petition
from casebase.settings import ROOT, Settings
from casebase.upgrade import upgrade

_ROWS = 10
_REASONS = 5


def preview(file: Path, file_map: FileMap, settings: Settings, now: datetime) -> Iterator[str]:
    """Lines for a person: what was read, ten cases as they would be loaded, and which numbers stay unknown."""
    with tempfile.TemporaryDirectory(prefix="casebase-map-") as folder:
        url = f"duckdb:///{Path(folder) / 'preview.duckdb'}"
        casebase = open_casebase(settings, url)
        upgrade(casebase.engine)
        with casebase.writing() as connection:
            workdays.write(connection, workdays.build(settings.calendar))
        result = load(casebase, file, file_map, now=now)
        yield f"read {result.read} = would load {result.loaded} + reject {result.rejected}"
        for row in result.rejects[:_REASONS]:
            yield f"rejected: line {row.line}, {row.column or 'the row'}: {row.reason}"
        for text, count in result.notes.most_common(_REASONS):
            yield f"note: {count} × {text}"
        yield from _cases(casebase, [*file_map.columns])
        casebase.engine.dispose()
        yield from unknown_numbers(url)


def _cases(casebase: Casebase, names: list[str]) -> Iterator[str]:
    """Ten cases, a line each field that the file fills; a person knows the code of a place by its name."""
    derived = [*LEVELS, "category_code", "unit_id", "five_day_due", "status"]
    fields = [name for name in dict.fromkeys([*names, *derived]) if not name.startswith("petitioner_")]
    columns = [petition.c[name] for name in fields if name in petition.c]
    with casebase.reading() as connection:
        rows = connection.execute(select(*columns).order_by(petition.c.registered_at).limit(_ROWS)).mappings().all()
        places = {code: f"{code} ({name})" for code, name in connection.execute(select(area.c.code, area.c.name))}
    for i, row in enumerate(rows, start=1):
        filled = [
            f"{name}={places.get(value, value) if name in LEVELS else str(value)[:40]}"
            for name, value in row.items()
            if value is not None
        ]
        yield f"case {i}: " + "  ".join(" ".join(item.split()) for item in filled)


def unknown_numbers(url: str) -> list[str]:
    """What the numbers say that they lack: they are defined in a layer above, so their own command is asked.

    The database must not be open here, since a DuckDB file belongs to one process.
    """
    command = [sys.executable, "-m", "queries", "--unknown"]
    # Not as an argument: every user of the machine may read those, and a URL has a password in it.
    environment = os.environ | {"COCKPIT_DATABASE_URL": url}
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return result.stdout.splitlines() if result.returncode == 0 else [f"unknown numbers: {result.stderr.strip()}"]
