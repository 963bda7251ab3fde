"""Loading any table but the petitions: areas, grids, people, tasks, hearings … each row known by its key."""

from functools import cached_property
from typing import Any

import pandas as pd
from sqlalchemy import (
    Column,
    ColumnElement,
    MetaData,
    Table,
    exists,
    func,
    insert,
    or_,
    select,
    union,
    update,
)

from casebase import events, schema
from casebase.checks import ORDER
from casebase.engine import read_state, write_info
from casebase.errors import CasebaseError
from casebase.loading import fields, places, shapes
from casebase.loading.batch import Batch, taken
from casebase.loading.mapfile import TableMap
from casebase.loading.run import Loading
from casebase.loading.store import Merged, Staging, text_of
from casebase.schema import area, petition

# Where a code or id is looked up; rows that name none are kept, as what they name may be loaded later.
_LINKS: dict[str, Column[Any]] = {
    "area_code": area.c.code,
    "district_code": area.c.code,
    "street_code": area.c.code,
    "community_code": area.c.code,
    "parent_code": schema.category.c.code,
    "grid_id": schema.grid.c.grid_id,
    "worker_id": schema.grid_worker.c.worker_id,
    "org_id": schema.social_org.c.org_id,
    "mediation_id": schema.mediation.c.mediation_id,
    "hearing_id": schema.hearing.c.hearing_id,
    "expert_id": schema.expert.c.expert_id,
}
_TELLS_EVENTS = (schema.grid_task, schema.hearing, schema.reception, schema.supervision, schema.expert_task)
_CASE = text_of("petition_id")

# The petitions whose events a load changes.
_touched = Table(
    "touched_petition", MetaData(), Column("petition_id", petition.c.petition_id.type), prefixes=["TEMPORARY"]
)


class TableLoading(Loading[TableMap]):
    """A load of one table. A row with a known key updates the columns that the map names, and no other."""

    def convert(self, batch: Batch) -> None:
        for name in self.map.text_keys:
            batch.fields[text_of(name)] = batch.joined(self.map.sources_of(name))
        self._take_case_numbers(batch)
        if "shape" in batch.fields:
            shapes.set_shape(batch, self.map.source_column("shape"))
        if set(places.LEVELS) <= set(self.map.target.c.keys()):
            self._fill_levels(batch)
        steps = ORDER.get(self.map.target, ())
        fields.follow_days(batch, steps)
        for start, later in steps:
            fields.order_times(batch, self.map, start, later, self.map.order.before_start)
        if fields.can_drop(batch, self.map):
            fields.set_dropped(batch)

    def staging_for(self, batch: Batch) -> Staging:
        key = tuple(column.name for column in self.map.target.primary_key)
        named = {*self.map.columns, *self.map.constants}
        # What follows from a code that the file names goes with it; a point that is there already may be better.
        derived, filled = frozenset({*places.LEVELS} - named), frozenset({"lon", "lat"} - named)
        return Staging(self.connection, self.map.target, batch.fields, key, derived=derived, filled=filled)

    def settle(self, staging: Staging) -> None:
        for name in self.map.text_keys:
            self._refuse_collisions(staging, name)
        if self.map.references.petition_id:
            self._find_petitions(staging)

    def merge(self, staging: Staging) -> Merged:
        if self.map.target is area:
            self._check_areas(staging)
        counts = self._merge_with_events(staging) if self.map.target in _TELLS_EVENTS else staging.merge()
        self._note_links(staging)
        return counts

    def complete(self) -> None:
        """Say that the data is real, and whose it is."""
        write_info(self.connection, demonstration="false")
        if read_state(self.connection).city_name is None:
            write_info(self.connection, city_name=self.settings.city.name)

    def _take_case_numbers(self, batch: Batch) -> None:
        reference = self.map.references.petition_id
        if reference is None:
            return
        numbers = batch.text[reference.column]
        if not self.map.target.c.petition_id.nullable:
            batch.reject(
                numbers.isna(),
                reference.column,
                None,
                f"{reference.column}: the number of the case is missing; fill it in",
            )
        batch.fields[_CASE] = numbers
        batch.fields["petition_id"] = pd.Series(None, index=numbers.index, dtype="Int64")

    def _fill_levels(self, batch: Batch) -> None:
        """The places above the deepest that the file names, from the area table."""
        blank = pd.Series(None, index=batch.text.index, dtype="str")
        given = [batch.fields.get(name, blank) for name in places.LEVELS]
        codes, deepest = pd.factorize(given[2].fillna(given[1]).fillna(given[0]))
        paths = [self._paths.get(code, places.NOWHERE) for code in deepest]
        for i, name in enumerate(places.LEVELS):
            above = taken([path[i] for path in paths], codes, batch.text.index)
            batch.fields[name] = given[i].fillna(above)

    @cached_property
    def _paths(self) -> dict[str, places.Codes]:
        return places.read_paths(self.connection)

    def _refuse_collisions(self, staging: Staging, name: str) -> None:
        """Ids are short forms of their texts: two texts with one id would become one thing."""
        rows = staging.table.c
        first, last = func.min(rows[text_of(name)]), func.max(rows[text_of(name)])
        collision = self.connection.execute(select(first, last).group_by(rows[name]).having(first != last)).first()
        if collision:
            raise CasebaseError(f"{name}: {collision[0]!r} and {collision[1]!r} give the same id; rename one of them")

    def _find_petitions(self, staging: Staging) -> None:
        reference = self.map.references.petition_id
        assert reference is not None  # the caller looked
        rows = staging.table.c
        same = (petition.c.source == reference.source) & (petition.c.case_no == rows[_CASE])
        self.connection.execute(update(staging.table).values(petition_id=petition.c.petition_id).where(same))
        unknown = rows[_CASE].is_not(None) & rows.petition_id.is_(None)
        text = f"{reference.column}: no case of the source {reference.source!r} has this number"
        if reference.unknown == "reject":
            self.refuse(staging.take_out(unknown, "petition_id", rows[_CASE], f"{text}; load the cases first"))
        else:
            self.note(staging.count(unknown), f"{text} (left blank); load the cases first")

    def _check_areas(self, staging: Staging) -> None:
        """Reject areas that do not stand one level below their parent, and what hangs on them."""
        rows, above = staging.table.c, staging.table.alias("above")
        kept = select(area.c.parent_code).where(area.c.code == rows.code).scalar_subquery()
        parent = rows.parent_code if "parent_code" in rows else kept
        replaced = exists().where(above.c.code == area.c.code)
        in_file = exists().where(above.c.code == parent, above.c.level == rows.level - 1)
        stored = exists().where(area.c.code == parent, area.c.level == rows.level - 1, ~replaced)
        other = or_(
            exists().where(area.c.level == 1, area.c.code != rows.code),
            exists().where(above.c.level == 1, above.c.position < rows.position),
        )
        rules: list[tuple[ColumnElement[bool], str, ColumnElement[Any], str]] = [
            ((rows.level == 1) & other, "code", rows.code, "the case database has one city, and another stands there"),
            ((rows.level == 1) & parent.is_not(None), "parent_code", parent, "the city (level 1) has no parent"),
            (
                (rows.level > 1) & ~(in_file | stored),
                "parent_code",
                parent,
                "no area of the level above has this code, neither in the file nor in the case database",
            ),
        ]
        for where, field, column, reason in [*rules, rules[-1], rules[-1]]:  # three levels can hang on a rejected one
            self.refuse(staging.take_out(where, field, column, reason))

    def _merge_with_events(self, staging: Staging) -> Merged:
        """Merge, and derive the events of the petitions that rows new or changed belong to, or belonged to."""
        target, rows = self.map.target.c, staging.table.c
        _touched.create(self.connection)
        changed = select(target.petition_id).join(staging.table, staging.same).where(staging.differs())
        queries = [changed]
        if "petition_id" in rows:
            queries.append(select(rows.petition_id).join(self.map.target, staging.same).where(staging.differs()))
            queries.append(select(rows.petition_id).where(~exists().where(staging.same)))
        self.connection.execute(insert(_touched).from_select(["petition_id"], union(*queries)))
        counts = staging.merge()
        if counts.new or counts.updated:
            events.derive(self.connection, petition.c.petition_id.in_(select(_touched.c.petition_id)))
        _touched.drop(self.connection)
        return counts

    def _note_links(self, staging: Staging) -> None:
        """Count rows that name what is not in the case database (yet)."""
        rows = staging.table.c
        for name, key in _LINKS.items():
            own = key.table is self.map.target and key.name == name
            if name in rows and not own and self.map.target is not area:
                lost = staging.count(rows[name].is_not(None) & ~exists().where(key == rows[name]))
                self.note(
                    lost, f"{self.map.label(name)} is not in the table {key.table.name} (kept); load that table, too"
                )
