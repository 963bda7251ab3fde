"""One load: a file through its map into the case database, in one transaction."""

import csv
import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
from sqlalchemy import Connection, func, insert, select

from casebase.bulk import append
from casebase.engine import Casebase, mark_changed, read_state, write_info
from casebase.errors import CasebaseError
from casebase.loading import fields, places, store
from casebase.loading.batch import Batch, Reject
from casebase.loading.calendar import calendar, cover
from casebase.loading.mapfile import CaseMap
from casebase.loading.sources import Reader, open_reader
from casebase.schema import area, category, info, load_reject, load_run, petition, unit
from casebase.settings import Settings
from casebase.workdays import Workdays

# The longest extension a map may bring, rounded up: a deadline rolled over rest days must find its day.
_YEARS_AHEAD = 11

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Rejected:
    """A line of the file that was not taken: the physical line (sheet row, Parquet row) where it begins."""

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


def load(
    casebase: Casebase,
    file: Path,
    case_map: CaseMap,
    *,
    now: datetime,
    rejects_file: Path | None = None,
    progress: Progress = lambda stage, done, total: None,
) -> Result:
    """Load a file; all of it, or nothing when anything fails.

    `now` (Asia/Shanghai wall time) is written to the rows as updated_at. Rejected rows go to `rejects_file`
    as line, column, value, reason. Raises CasebaseError for a file or database that is not as it must be,
    UsageError for a file that is none.
    """
    reader = open_reader(file, case_map.source)
    with casebase.writing() as connection:
        loading = _Loading(connection, casebase.settings, case_map, reader, now)
        loading.check_database()
        loading.stage(progress)
        result = loading.finish(file, progress)
        if rejects_file is not None:
            _write_rejects(rejects_file, result.rejects)
    casebase.__dict__.pop("workdays", None)  # the calendar may have been rewritten
    return result


class _Loading:
    """The state of one load between its steps."""

    def __init__(
        self, connection: Connection, settings: Settings, case_map: CaseMap, reader: Reader, now: datetime
    ) -> None:
        self.connection = connection
        self.settings = settings
        self.map = case_map
        self.reader = reader
        self.now = now
        self.rows = 0
        self.rejects: list[Reject] = []
        self.notes: Counter[str] = Counter()
        self.staging: store.Staging | None = None
        self.kind = case_map.calendar.kind if case_map.calendar else settings.calendar.kind
        self._calendars: dict[tuple[int, int], Workdays] = {}

    def check_database(self) -> None:
        """Raises CasebaseError when the database holds what must not be mixed with this load."""
        if read_state(self.connection).demonstration:
            raise CasebaseError(
                "the case database holds demonstration data; load real cases into another one with --url"
            )
        kept = self.connection.scalar(select(info.c.value).where(info.c.key == "calendar"))
        others = self.connection.scalar(
            select(petition.c.source).where(petition.c.source != self.map.source.name).limit(1)
        )
        if others and kept not in (None, self.kind):
            raise CasebaseError(
                f"the case database counts by the calendar {kept!r} (source {others}), the map says {self.kind!r}; "
                "load into another one with --url"
            )

    def stage(self, progress: Progress) -> None:
        """Read, convert and stage every chunk of the file."""
        self.areas = places.Areas(self.connection, self.map)
        self.classes = places.Classes.read(self.connection)
        self.units = places.Units.read(self.connection)
        for text in self.reader.chunks(self.map.file_columns()):
            batch = Batch(text, self.rows, self.reader.own_times)
            self._convert(batch)
            if self.staging is None:
                self.staging = store.Staging(self.connection, batch.fields)
            self.staging.add(batch)
            self.rows += len(text)
            self.rejects += batch.rejects
            self.notes += batch.notes
            progress("read", self.reader.done, self.reader.total)

    def finish(self, file: Path, progress: Progress) -> Result:
        """Merge what was staged and write down what happened."""
        counts = store.Counts(0, 0, 0)
        progress("store", 0, 2)
        if self.staging is not None:
            self.rejects += self.staging.drop_duplicates()
            counts = self.staging.merge(self.map.source.name, self.now, self._finds_repeats())
            self.staging.close()
        progress("store", 1, 2)
        read = self.rows + len(self.reader.misfits)
        result = Result(read, counts.new, counts.updated, counts.unchanged, self._lines(), self.notes)
        if result.read != result.loaded + result.rejected:
            raise CasebaseError(
                f"{file}: {result.read} rows read, {result.loaded} loaded, {result.rejected} rejected do not add up"
            )
        self._insert_made()
        if counts.new or counts.updated:
            self._complete(counts)
        self._write_run(file, result)
        progress("store", 2, 2)
        return result

    def _convert(self, batch: Batch) -> None:
        fields.clean(batch, self.map.clean)
        fields.take_fields(batch, self.map)
        fields.order_times(batch, self.map)
        fields.set_deadlines(batch, self.map, self.settings.deadlines, self._calendar_of(batch))
        fields.set_status(batch, self.map)
        fields.set_petitioner(batch, self.map)
        if self.map.place:
            places.set_place(batch, self.map.place, self.areas)
        if self.map.category:
            places.set_category(batch, self.map.category, self.classes)
        if self.map.unit:
            places.set_unit(batch, self.map.unit, self.units)

    def _calendar_of(self, batch: Batch) -> Workdays:
        """A calendar around the times of the batch, with room for the deadlines after them."""
        kept = self.settings.calendar
        first, last = fields.years(batch)
        span = min(first, kept.first_year), max(min(last + _YEARS_AHEAD, fields.LAST_YEAR + 1), kept.last_year)
        if span not in self._calendars:
            self._calendars[span] = calendar(kept, self.kind, *span)
        return self._calendars[span]

    def _finds_repeats(self) -> bool:
        rule = self.map.petitioner
        return rule is not None and rule.repeats and "is_first" not in self.map.columns

    def _complete(self, counts: store.Counts) -> None:
        """What follows from changed petitions: repeats, events, positions, the calendar and the state."""
        source = self.map.source.name
        if self._finds_repeats():
            store.mark_repeats(self.connection, source)
        store.derive_events(self.connection, source, self.now, counts)
        if self.map.place and "make" in self.map.place.by:
            store.place_areas(self.connection)
        cover(self.connection, self.settings.calendar, self.kind)
        until = self.connection.scalar(select(func.max(petition.c.registered_at)))
        city = self.map.city.name if self.map.city else self.settings.city.name
        assert until is not None  # there is at least the changed petition
        write_info(
            self.connection,
            city_name=city,
            demonstration="false",
            calendar=self.kind,
            data_until=until.isoformat(),
        )
        mark_changed(self.connection, self.now)

    def _insert_made(self) -> None:
        made = ((area, self.areas.made), (category, self.classes.made), (unit, self.units.made))
        for table, rows in made:
            if rows:
                self.connection.execute(insert(table), rows)

    def _lines(self) -> list[Rejected]:
        """The rejected rows with the line each begins at, in the order of the file."""
        positions = {reject.position for reject in self.rejects}
        positions |= {reject.first for reject in self.rejects if reject.first is not None}
        ordered = np.array(sorted(positions), dtype=np.int64)
        records = dict(zip(ordered.tolist(), self.reader.records_of(ordered).tolist(), strict=True))
        lines = self.reader.lines_of({*records.values(), *(misfit.record for misfit in self.reader.misfits)})
        found = [Rejected(lines[misfit.record], None, misfit.text, misfit.reason) for misfit in self.reader.misfits]
        for reject in self.rejects:
            reason = reject.reason
            if reject.first is not None:
                reason = f"{reason}, on line {lines[records[reject.first]]}"
            column = reject.column or self.map.sources_of("case_no")[0]
            found.append(Rejected(lines[records[reject.position]], column, reject.value, reason))
        return sorted(found, key=lambda rejected: rejected.line)

    def _write_run(self, file: Path, result: Result) -> None:
        load_id = (self.connection.scalar(select(func.max(load_run.c.load_id))) or 0) + 1
        with file.open("rb") as raw:
            digest = hashlib.file_digest(raw, "sha256").hexdigest()
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
        rows = [(load_id, r.line, r.column, r.value, r.reason) for r in result.rejects]
        append(self.connection, load_reject, pd.DataFrame(rows, columns=list(load_reject.columns.keys())))


def _write_rejects(path: Path, rejects: list[Rejected]) -> None:
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(["line", "column", "value", "reason"])
            writer.writerows((r.line, r.column, r.value, r.reason) for r in rejects)
    except OSError as error:
        raise CasebaseError(f"{path}: the rejected rows cannot be written ({error.strerror})") from None
