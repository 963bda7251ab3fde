"""How long Word, slides and ledger of a month take, and how much memory they take for several readers at once.

python -m benchmarks.briefings --cases 1000000
python -m benchmarks.briefings --cases 300000 --readers 5
"""

import resource
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import datetime
from typing import Annotated

import typer

from benchmarks.cities import city
from briefings import files, pictures
from briefings.frozen import Frozen, freeze
from briefings.request import Form, Request, last_finished, recent_periods
from briefings.template import Edits
from casebase.engine import Casebase, open_casebase
from casebase.settings import read_settings
from pages.parts.turns import Turns
from queries.periods import Period


def run(
    cases: Annotated[int, typer.Option(help="Size of the demonstration city.")] = 1_000_000,
    readers: Annotated[int, typer.Option(help="So many ask at the same moment, and keep what they get.")] = 0,
    queue: Annotated[bool, typer.Option(help="With readers: one after the other, as the page has it.")] = True,
) -> None:
    """Freeze the last finished month and write the three files, twice; the second run finds the programs started.

    With `readers`, each asks for a month of its own; the peak of the process's memory is told instead.
    """
    casebase = open_casebase(read_settings(), city(cases)[0], create=False)
    now = casebase.state().data_until
    assert now is not None
    if readers:
        _together(casebase, now, readers, queue=queue)
        return
    request = Request(last_finished(Form.MONTHLY, now.date()))
    for attempt in ("first", "second"):
        pictures.forget()
        begun = time.perf_counter()
        frozen = freeze(casebase.whole, request, now)
        measured = time.perf_counter()
        made = files.make(frozen, casebase.workdays, Edits())
        done = time.perf_counter()
        rows = sum(len(rows.frame) for rows in frozen.lists)
        sizes = ", ".join(f"{file.label} {len(file.data) / 1e6:.1f} MB" for file in made)
        print(f"{attempt}: numbers {measured - begun:.1f} s, files {done - measured:.1f} s, whole {done - begun:.1f} s")
        print(f"  {rows:,} rows behind the numbers; {sizes}")


def _together(casebase: Casebase, now: datetime, readers: int, *, queue: bool) -> None:
    """What all hold at the end is held as the sessions of the page hold it: the numbers and the files."""
    turns = Turns()

    def make(period: Period) -> tuple[Frozen, tuple[files.File, ...]]:
        with turns.turn(lambda _: None) if queue else nullcontext():
            frozen = freeze(casebase.whole, Request(period), now)
            return frozen, files.make(frozen, casebase.workdays, Edits())

    before = _peak()
    begun = time.perf_counter()
    with ThreadPoolExecutor(readers) as pool:
        held = list(pool.map(make, recent_periods(Form.MONTHLY, now.date(), readers + 1)[1:]))
    took = time.perf_counter() - begun
    print(f"{len(held)} at once, {'in turn' if queue else 'without a queue'}: {took:.1f} s")
    print(f"  peak {_peak():,.0f} MB of memory, {before:,.0f} MB before the first")


def _peak() -> float:
    """The most memory that this process has had, in MB; the processes that draw beside it are not counted."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    typer.run(run)
