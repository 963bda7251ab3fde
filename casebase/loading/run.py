"""What every load does, whichever table it fills: check, read, stage, merge, write down what happened."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
import pandas as pd
from sqlalchemy import Connection, func, insert, select

from casebase.bulk_insert import append
from casebase.checks import EVENTS
from casebase.engine import mark_changed, read_state
from casebase.errors import CasebaseError
from casebase.loading import fields, moments
from casebase.loading.batch import Batch, Reject
from casebase.loading.clean_text import visible
from casebase.loading.mapfile import FileMap
from casebase.loading.readers import Reader
from casebase.loading.store import Merged, Staging
from casebase.schema import load_reject, load_run
from casebase.settings import Settings

Progress = Callable[[str, int, int], None]
M = TypeVar("M", bound=FileMap)


@dataclass(frozen=True)
class Rejected:
    """A line of the file that was not taken: the physical line (sheet row, Parquet row, feature) where it begins."""

    line: int
    column: str | None
    value: str | None
    reason: str


@dataclass(frozen=True)
class Result:
    """What became of the rows: read = loaded + rejected, loaded = new + updated + unchanged."""

    read: int
    new: int
    updated: int
    unchanged: int
    rejects: list[Rejected]
    notes: Counter[str] = field(default_factory=Counter)

    @property
    def loaded(self) -> int:
        return self.new + self.updated + self.unchanged

    @property
    def rejected(self) -> int:
        return len(self.rejects)


def _ahead(batches: Iterator[Batch]) -> Iterator[Batch]:
    """The batches, each read in a thread while the one before it is converted: reading mostly needs no interpreter."""
    with ThreadPoolExecutor(1, "read") as reading:
        following = reading.submit(next, batches, None)
        while (batch := following.result()) is not None:
            following = reading.submit(next, batches, None)
            yield batch


def _digest(file: Path) -> str:
    with file.open("rb") as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()


class Loading(Generic[M]):
    """One load between its steps. A table's own rules are in the methods that subclasses fill in."""

    twice = "the key stands in the file already"

    def __init__(self, connection: Connection, settings: Settings, file_map: M, reader: Reader, now: datetime) -> None:
        self.connection = connection
        self.settings = settings
        self.map = file_map
        self.reader = reader
        self.now = now
        self.rejects: list[Reject] = []
        self.notes: Counter[str] = Counter()
        self.counts = Merged(0, 0, 0)
        self._rows = 0
        self._staging: Staging | None = None

    def check_database(self) -> None:
        """Raises CasebaseError when the database holds what must not be mixed with this load."""
        if read_state(self.connection).demonstration:
            raise CasebaseError(
                "the case database holds demonstration data; load real cases into another one with --url"
            )

    def stage(self, progress: Progress) -> None:
        """Read, convert and stage every chunk of the file; one is read and one staged while another is converted."""
        with ThreadPoolExecutor(1, "stage") as staging:
            staged: Future[None] | None = None
            for batch in _ahead(self._batches()):
                fields.clean(batch, self.map.clean)
                fields.take_fields(batch, self.map)
                fields.refuse_future(batch, self.map, self.now)
                self.convert(batch)
                if staged is None:
                    self._staging = self.staging_for(batch)
                else:
                    staged.result()
                assert self._staging is not None  # made with the first batch
                staged = staging.submit(self._staging.add, batch)
                self._rows += len(batch.text)
                self.rejects += batch.rejects
                self.notes += batch.notes
                progress("read", self.reader.done, self.reader.total)
            if staged is not None:
                staged.result()
        if self._staging is not None:
            self._staging.flush()

    def _batches(self) -> Iterator[Batch]:
        """The chunks of the file, their cells as a person sees them."""
        start = 0
        for text in self.reader.chunks(self.map.file_columns()):
            batch = Batch(text, start, self.reader.own_times, self.reader.zone)
            fields.tidy(batch, self.map)
            start += len(text)
            yield batch

    def finish(self, file: Path, progress: Progress) -> Result:
        """Merge what was staged and write down what happened."""
        progress("store", 0, 2)
        with ThreadPoolExecutor(1, "digest") as beside:
            digest = beside.submit(_digest, file)
            return self._finish(file, digest, progress)

    def _finish(self, file: Path, digest: Future[str], progress: Progress) -> Result:
        if self._staging is not None:
            self.settle(self._staging)
            self.refuse(self._staging.drop_duplicates(self.twice))
            self.counts = self.merge(self._staging)
            self._staging.close()
        progress("store", 1, 2)
        self.notes += self.reader.notes
        read = self._rows + len(self.reader.misfits)
        counts = self.counts
        result = Result(read, counts.new, counts.updated, counts.unchanged, self._lines(), self.notes)
        if result.read != result.loaded + result.rejected:
            raise CasebaseError(
                f"{file}: {result.read} rows read, {result.loaded} loaded, {result.rejected} rejected do not add up"
            )
        if counts.new or counts.updated:
            self.complete()
            moments.write_reach(self.connection, self.now)
            mark_changed(self.connection, self.now)
        if self.map.target in EVENTS:
            moments.write_following(self.connection, self.now)
        self._write_run(file, digest.result(), result)
        progress("store", 2, 2)
        return result

    def refuse(self, rejects: list[Reject]) -> None:
        """Take staged rows as rejected; their fields are told by the names that the file has for them."""
        self.rejects += [replace(reject, column=self.map.source_column(str(reject.column))) for reject in rejects]

    def note(self, count: int, text: str) -> None:
        """Count rows that were taken but differ from what one would expect."""
        if count:
            self.notes[text] += count

    def convert(self, batch: Batch) -> None:
        """Fill the fields that follow from others; with the first batch alone may it ask the database.

        While a later one is converted, the batch before it is being staged on the same connection.
        """
        raise NotImplementedError

    def staging_for(self, batch: Batch) -> Staging:
        """The staging table of batches like this one."""
        raise NotImplementedError

    def settle(self, staging: Staging) -> None:
        """Find what takes all rows of the file at once to find, before duplicates are dropped."""

    def merge(self, staging: Staging) -> Merged:
        """Bring the staged rows into their table."""
        raise NotImplementedError

    def complete(self) -> None:
        """Derive what follows from changed rows; something did change."""
        raise NotImplementedError

    def _lines(self) -> list[Rejected]:
        """The rejected rows with the line each begins at, in the order of the file."""
        positions = {reject.position for reject in self.rejects}
        positions |= {reject.first for reject in self.rejects if reject.first is not None}
        ordered = np.array(sorted(positions), dtype=np.int64)
        lines = dict(zip(ordered.tolist(), self.reader.lines_of(ordered).tolist(), strict=True))
        entries = [
            Rejected(row.line, row.column, None if row.text is None else visible(row.text), row.sentence)
            for row in self.reader.misfits
        ]
        for reject in self.rejects:
            reason = reject.reason if reject.first is None else f"{reject.reason}, on line {lines[reject.first]}"
            entries.append(Rejected(lines[reject.position], reject.column, reject.value, reason))
        return sorted(entries, key=lambda rejected: rejected.line)

    def _write_run(self, file: Path, digest: str, result: Result) -> None:
        load_id = (self.connection.scalar(select(func.max(load_run.c.load_id))) or 0) + 1
        self.connection.execute(
            insert(load_run).values(
                load_id=load_id,
                source=self.map.source.name,
                file_name=file.name,
                sha256=digest,
                started_at=self.now,
                rows_read=result.read,
                rows_loaded=result.loaded,
                rows_rejected=result.rejected,
            )
        )
        # Never the text of a row that was not taken: it may name people where nobody expects it.
        rows = [(load_id, r.line, r.column, r.reason) for r in result.rejects]
        append(self.connection, load_reject, pd.DataFrame(rows, columns=list(load_reject.columns.keys())))
