"""Bringing staged rows into the petition table: what is new, what changed, what stays."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
import pyarrow as pa
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Insert,
    MetaData,
    Table,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from casebase import events
from casebase.bulk import append, arrow_schema
from casebase.loading.batch import Batch, Reject
from casebase.schema import area, petition

_REPEATS = frozenset({"is_first", "repeat_of"})


@dataclass(frozen=True)
class Counts:
    """What became of the staged rows."""

    new: int
    updated: int
    unchanged: int


class Staging:
    """A temporary table with the rows of the file, inside the transaction of the load."""

    def __init__(self, connection: Connection, names: Iterable[str]) -> None:
        self._connection = connection
        self.names = sorted(names)
        columns = [Column(name, petition.c[name].type) for name in self.names]
        self.table = Table(
            "incoming_petition", MetaData(), Column("position", BigInteger), *columns, prefixes=["TEMPORARY"]
        )
        self.table.create(connection)

    def add(self, batch: Batch) -> None:
        """Stage the living rows."""
        frame = pd.DataFrame({name: batch.fields[name] for name in self.names})[batch.alive]
        rows = pa.Table.from_pandas(frame, schema=arrow_schema(petition, self.names), preserve_index=False)
        positions = pa.array(batch.start + batch.alive.nonzero()[0], pa.int64())
        append(self._connection, self.table, rows.append_column("position", positions))

    def drop_duplicates(self) -> list[Reject]:
        """Take out the later rows of a case number that the file holds twice."""
        rows = self.table.c
        firsts = (
            select(rows.case_no, func.min(rows.position).label("first"))
            .group_by(rows.case_no)
            .having(func.count() > 1)
            .subquery("firsts")
        )
        later = (
            select(rows.position, rows.case_no, firsts.c.first)
            .join(firsts, firsts.c.case_no == rows.case_no)
            .where(rows.position > firsts.c.first)
            .order_by(rows.position)
        )
        found = self._connection.execute(later).all()
        if found:
            self._connection.execute(
                delete(self.table).where(
                    exists().where(firsts.c.case_no == rows.case_no, firsts.c.first < rows.position)
                )
            )
        return [
            Reject(row.position, None, row.case_no, "the case number stands in the file already", row.first)
            for row in found
        ]

    def merge(self, source: str, now: datetime, keep_repeats: bool) -> Counts:
        """Insert new cases and update changed ones; both get `now` as updated_at.

        With `keep_repeats` is_first is left to `mark_repeats` and does not make a row differ.
        """
        run = self._connection.execute
        rows = self.table.c
        staged = self._connection.scalar(select(func.count()).select_from(self.table)) or 0
        last = self._connection.scalar(select(func.max(petition.c.petition_id))) or 0
        same = (petition.c.source == source) & (petition.c.case_no == rows.case_no)
        known = self._connection.scalar(select(func.count()).select_from(petition).join(self.table, same)) or 0
        updated = 0
        if known:
            names = [name for name in self.names if name != "case_no" and not (keep_repeats and name in _REPEATS)]
            differs = or_(*(petition.c[name].is_distinct_from(rows[name]) for name in names))
            values = {name: rows[name] for name in names} | {"updated_at": now}
            updated = (
                self._connection.scalar(select(func.count()).select_from(petition).join(self.table, same & differs))
                or 0
            )
            if updated:
                run(update(petition).values(values).where(same, differs))
        if staged > known:
            run(self._insert(source, now, last, unknown_only=known > 0))
        return Counts(new=staged - known, updated=updated, unchanged=known - updated)

    def close(self) -> None:
        self.table.drop(self._connection)

    def _insert(self, source: str, now: datetime, last: int, unknown_only: bool) -> Insert:
        rows = self.table.c
        given: dict[str, ColumnElement[object]] = {name: rows[name] for name in self.names}
        given |= {
            "petition_id": rows.position + (last + 1),
            "source": literal(source),
            "updated_at": literal(now),
        }
        for column in petition.columns:
            if column.name not in given and column.default is not None and column.default.is_scalar:
                given[column.name] = literal(column.default.arg)  # type: ignore[attr-defined]
        query = select(*given.values())
        if unknown_only:
            present = exists().where(petition.c.source == source, petition.c.case_no == rows.case_no)
            query = query.where(~present)
        return insert(petition).from_select(list(given), query, include_defaults=False)


def changed_by(source: str, now: datetime) -> ColumnElement[bool]:
    """The petitions that the load at `now` inserted or updated."""
    return (petition.c.source == source) & (petition.c.updated_at == now)


def derive_events(connection: Connection, source: str, now: datetime, counts: Counts) -> None:
    """Derive the events of what the load changed."""
    events.derive(connection, changed_by(source, now), fresh=counts.updated == 0)


def mark_repeats(connection: Connection, source: str) -> None:
    """A case repeats the first one of the same person in the same category (同一信访人、同一事项)."""
    columns = petition.c
    first = func.first_value(columns.petition_id).over(
        partition_by=(columns.petitioner_key, columns.category_code),
        order_by=(columns.registered_at, columns.petition_id),
    )
    ranked = (
        select(columns.petition_id, first.label("first"))
        .where(columns.source == source, columns.petitioner_key.is_not(None), columns.category_code.is_not(None))
        .subquery("ranked")
    )
    repeats = ranked.c.first != ranked.c.petition_id
    repeat_of = case((repeats, ranked.c.first))
    connection.execute(
        update(petition)
        .values(is_first=~repeats, repeat_of=repeat_of)
        .where(
            columns.petition_id == ranked.c.petition_id,
            columns.is_first.is_distinct_from(~repeats) | columns.repeat_of.is_distinct_from(repeat_of),
        )
    )


def place_areas(connection: Connection) -> None:
    """Put every made area at the mean of its cases; six decimals, so that the same cases give the same place."""
    p = petition.c
    mean_lon, mean_lat = func.avg(p.lon).label("lon"), func.avg(p.lat).label("lat")
    means = [
        (row.code, row.lon, row.lat)
        for code in (p.district_code, p.street_code, p.community_code)
        for row in connection.execute(select(code.label("code"), mean_lon, mean_lat).group_by(code))
    ]
    city = connection.execute(select(mean_lon, mean_lat)).one()
    means += [(code, *city) for code in connection.scalars(select(area.c.code).where(area.c.level == 1))]
    moves = [
        {"moved": code, "lon": round(lon, 6), "lat": round(lat, 6)}
        for code, lon, lat in means
        if code is not None and lon is not None and lat is not None
    ]
    if moves:
        ours = (area.c.code == bindparam("moved")) & area.c.schematic & area.c.shape.is_(None)
        connection.execute(update(area).values(lon=bindparam("lon"), lat=bindparam("lat")).where(ours), moves)
