"""Loading petitions: their deadlines, places, classes, units, persons and events."""

from datetime import datetime

from sqlalchemy import Connection, insert, select

from casebase.engine import write_info
from casebase.errors import CasebaseError
from casebase.loading import fields, places, store
from casebase.loading.batch import Batch
from casebase.loading.calendar import calendar, cover
from casebase.loading.mapfile import CaseMap
from casebase.loading.readers import Reader
from casebase.loading.run import Loading
from casebase.persons import person_secret
from casebase.schema import area, category, info, petition, unit
from casebase.settings import LAST_YEAR, Settings
from casebase.workdays import Workdays

# The longest extension a map may bring, rounded up: a deadline rolled over rest days must find its day.
_YEARS_AHEAD = 11
# The course of a case: a time and one that follows it.
_STEPS = (
    ("registered_at", "forwarded_at"),
    ("registered_at", "accepted_at"),
    ("forwarded_at", "received_at"),
    ("received_at", "accepted_at"),
    ("forwarded_at", "accepted_at"),
    ("registered_at", "closed_at"),
    ("forwarded_at", "closed_at"),
    ("accepted_at", "closed_at"),
    ("registered_at", "evaluated_at"),
    ("closed_at", "evaluated_at"),
)


class PetitionLoading(Loading[CaseMap]):
    """A load of petitions."""

    twice = "the case number stands in the file already"

    def __init__(
        self, connection: Connection, settings: Settings, case_map: CaseMap, reader: Reader, now: datetime
    ) -> None:
        super().__init__(connection, settings, case_map, reader, now)
        self.kind = case_map.calendar.kind if case_map.calendar else settings.calendar.kind
        self._calendars: dict[tuple[int, int], Workdays] = {}

    def check_database(self) -> None:
        super().check_database()
        kept = self.connection.scalar(select(info.c.value).where(info.c.key == "calendar"))
        others = self.connection.scalar(
            select(petition.c.source).where(petition.c.source != self.map.source.name).limit(1)
        )
        if others and kept not in (None, self.kind):
            raise CasebaseError(
                f"the case database counts by the calendar {kept!r} (source {others}), the map says {self.kind!r}; "
                "load into another one with --url"
            )
        self.secret = person_secret(self.connection) if self.map.petitioner else ""
        self.areas = places.Areas(self.connection, self.map)
        self.classes = places.Classes.read(self.connection)
        self.units = places.Units.read(self.connection)

    def convert(self, batch: Batch) -> None:
        fields.set_flags(batch)
        fields.keep_where(batch, self.map)
        fields.follow_days(batch, _STEPS)
        fields.order_times(batch, self.map, "registered_at", "due_at", self.map.order.due_before_start)
        fields.order_times(batch, self.map, "registered_at", "closed_at", self.map.order.closed_before_start)
        fields.set_deadlines(batch, self.map, self.settings, self._calendar_of(batch))
        fields.set_status(batch, self.map)
        fields.set_petitioner(batch, self.map, self.secret)
        fields.set_dropped(batch)
        if self.map.place:
            places.set_place(batch, self.map.place, self.areas)
        else:
            places.find_codes(batch, self.map, self.areas)
        if self.map.category:
            places.set_category(batch, self.map.category, self.classes)
        if self.map.unit:
            places.set_unit(batch, self.map.unit, self.units)

    def staging_for(self, batch: Batch) -> store.Staging:
        source = {"source": self.map.source.name}
        return store.Staging(self.connection, petition, batch.fields, ("case_no",), fixed=source)

    def merge(self, staging: store.Staging) -> store.Merged:
        counts = store.merge_petitions(staging, self.connection, self.now, self._finds_repeats())
        for table, rows in (
            (area, self.areas.new_rows),
            (category, self.classes.new_rows),
            (unit, self.units.new_rows),
        ):
            if rows:
                self.connection.execute(insert(table), rows)
        return counts

    def complete(self) -> None:
        """What follows from changed petitions: repeats, events, positions, the calendar and the state."""
        source = self.map.source.name
        if self._finds_repeats():
            same_category = self.map.petitioner is None or self.map.petitioner.repeats_by == "person_and_category"
            store.mark_repeats(self.connection, source, same_category=same_category)
        store.derive_events(self.connection, source, self.now, self.counts)
        if self.map.place and "make" in self.map.place.by:
            store.place_areas(self.connection)
        cover(self.connection, self.settings.calendar, self.kind)
        city = self.map.city.name if self.map.city else self.settings.city.name
        write_info(
            self.connection,
            city_name=city,
            demonstration="false",
            calendar=self.kind,
        )

    def _calendar_of(self, batch: Batch) -> Workdays:
        """A calendar around the times of the batch, with room for the deadlines after them."""
        kept = self.settings.calendar
        first, last = fields.years(batch)
        span = min(first, kept.first_year), max(min(last + _YEARS_AHEAD, LAST_YEAR + 1), kept.last_year)
        if span not in self._calendars:
            self._calendars[span] = calendar(kept, self.kind, *span)
        return self._calendars[span]

    def _finds_repeats(self) -> bool:
        rule = self.map.petitioner
        return rule is not None and rule.repeats and "is_first" not in self.map.columns
