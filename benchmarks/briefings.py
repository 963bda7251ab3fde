"""How long Word, slides and ledger of a month take: python -m benchmarks.briefings --cases 1000000."""

import time
from typing import Annotated

import typer

from benchmarks.pages import city
from briefings import files, pictures
from briefings.asking import Form, Request, last_finished
from briefings.frozen import freeze
from briefings.template import Edits
from casebase.engine import open_casebase
from casebase.settings import read_settings


def run(cases: Annotated[int, typer.Option(help="Size of the demonstration city.")] = 1_000_000) -> None:
    """Freeze the last finished month and write the three files, twice; the second run finds the programs started."""
    casebase = open_casebase(read_settings(), city(cases)[0], create=False)
    now = casebase.state().data_until
    assert now is not None
    request = Request(last_finished(Form.MONTHLY, now.date()))
    for attempt in ("first", "second"):
        pictures.forget()
        begun = time.perf_counter()
        frozen = freeze(casebase, request, now)
        measured = time.perf_counter()
        made = files.make(frozen, casebase.workdays, Edits())
        done = time.perf_counter()
        rows = sum(len(rows.frame) for rows in frozen.lists)
        sizes = ", ".join(f"{file.label} {len(file.data) / 1e6:.1f} MB" for file in made)
        print(f"{attempt}: numbers {measured - begun:.1f} s, files {done - measured:.1f} s, whole {done - begun:.1f} s")
        print(f"  {rows:,} rows behind the numbers; {sizes}")


if __name__ == "__main__":
    typer.run(run)
