"""Bringing staged rows into their table: what is new, what changed, what stays."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
import pyarrow as pa
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Insert,
    MetaData,
    String,
    Table,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    union_all,
    update,
)

from casebase import events
from casebase.bulk_insert import append, arrow_schema
from casebase.loading.batch import Batch, Reject
from casebase.row_order import lay_new
from casebase.schema import OPEN_END, area, petition

_REPEATS = frozenset({"is_first", "repeat_of"})
# Rows and bytes that are staged in one statement: DuckDB takes a whole group of rows many times as fast as its parts.
_ROWS, _BYTES = 122_880, 64 << 20


@dataclass(frozen=True)
class Merged:
    """What became of the staged rows."""

    new: int
    updated: int
    unchanged: int


class Staging:
    """A temporary table with the rows of the file, inside the transaction of the load.

    It has the target's columns among `fields`; any other field stays here, as text. `key` are the columns by
    which a row is known, together with what `fixed` says of every row of the load (a petition's source).
    `derived` names columns that are only written where the load has a value, `filled` those that are only written
    where the target has none.
    """

    def __init__(
        self,
        connection: Connection,
        target: Table,
        fields: Iterable[str],
        key: tuple[str, ...],
        fixed: Mapping[str, object] | None = None,
        derived: frozenset[str] = frozenset(),
        filled: frozenset[str] = frozenset(),
    ) -> None:
        self._connection = connection
        self._target = target
        self._key = key
        self._fixed = dict(fixed or {})
        self._derived = derived
        self._filled = filled
        self._fields = sorted(fields)
        self.names = [name for name in self._fields if name in target.c]
        columns = [Column(name, target.c[name].type if name in self.names else String()) for name in self._fields]
        self.table = Table(
            f"incoming_{target.name}", MetaData(), Column("position", BigInteger), *columns, prefixes=["TEMPORARY"]
        )
        self.table.create(connection)
        self._schema = arrow_schema(self.table, self._fields)
        self._waiting: list[pa.Table] = []

    def add(self, batch: Batch) -> None:
        """Stage the living rows; they are in the table at the latest after `flush`."""
        frame = pd.DataFrame({name: batch.fields[name] for name in self._fields})
        if not batch.alive.all():
            frame = frame[batch.alive]
        rows = pa.Table.from_pandas(frame, schema=self._schema, preserve_index=False, nthreads=1)
        positions = pa.array(batch.start + batch.alive.nonzero()[0], pa.int64())
        self._waiting.append(rows.append_column("position", positions))
        if sum(part.num_rows for part in self._waiting) >= _ROWS or sum(p.nbytes for p in self._waiting) >= _BYTES:
            self.flush()

    def flush(self) -> None:
        """Bring what `add` still holds into the table."""
        if self._waiting:
            append(self._connection, self.table, pa.concat_tables(self._waiting))
            self._waiting = []

    def drop_duplicates(self, reason: str) -> list[Reject]:
        """Take out the later rows of a key that the file holds twice."""
        rows = self.table.c
        keys = [rows[name] for name in self._key]
        firsts = (
            select(*keys, func.min(rows.position).label("first"))
            .group_by(*keys)
            .having(func.count() > 1)
            .subquery("firsts")
        )
        same = and_(*(firsts.c[name] == rows[name] for name in self._key))
        later = select(rows.position, firsts.c.first, *self._shown_keys()).join(firsts, same)
        duplicates = self._connection.execute(later.where(rows.position > firsts.c.first)).all()
        if duplicates:
            self._connection.execute(delete(self.table).where(exists().where(same, firsts.c.first < rows.position)))
        return [Reject(row[0], self._key[0], " ".join(map(str, row[2:])), reason, row[1]) for row in duplicates]

    def take_out(self, where: ColumnElement[bool], field: str, column: ColumnElement[Any], reason: str) -> list[Reject]:
        """Take out the rows of the predicate; `field` and the value of `column` are named as the cause."""
        rows = self._connection.execute(select(self.table.c.position, column).where(where)).all()
        if rows:
            self._connection.execute(delete(self.table).where(where))
        return [Reject(position, field, None if value is None else str(value), reason) for position, value in rows]

    def count(self, where: ColumnElement[bool]) -> int:
        return self._connection.scalar(select(func.count()).select_from(self.table).where(where)) or 0

    @property
    def same(self) -> ColumnElement[bool]:
        """The target's row is that of the staged one."""
        ours = [self._target.c[name] == value for name, value in self._fixed.items()]
        return and_(*ours, *(self._target.c[name] == self.table.c[name] for name in self._key))

    def differs(self, left_alone: frozenset[str] = frozenset()) -> ColumnElement[bool]:
        """The target's row does not say what the staged one says."""
        values = self._values(left_alone)
        return or_(*(self._target.c[name].is_distinct_from(value) for name, value in values.items()), literal(False))

    def merge(
        self,
        stamps: Mapping[str, object] | None = None,
        computed: Mapping[str, ColumnElement[Any]] | None = None,
        left_alone: frozenset[str] = frozenset(),
        order: Sequence[ColumnElement[Any]] = (),
    ) -> Merged:
        """Insert new rows, in this order, and update changed ones.

        `stamps` are written to both. `computed` are columns of new rows only; columns `left_alone` neither change
        a known row nor make it differ.
        """
        run = self._connection.execute
        staged = self.count(literal(True))
        known = self._matches(literal(True))
        updated = 0
        if known:
            updated = self._matches(self.differs(left_alone))
            if updated:
                values = self._values(left_alone) | dict(stamps or {})
                run(update(self._target).values(values).where(self.same, self.differs(left_alone)))
        if staged > known:
            run(self._insert({**(stamps or {}), **(computed or {})}, unknown_only=known > 0, order=order))
        return Merged(new=staged - known, updated=updated, unchanged=known - updated)

    def close(self) -> None:
        self.table.drop(self._connection)

    def _matches(self, where: ColumnElement[bool]) -> int:
        joined = select(func.count()).select_from(self._target).join(self.table, self.same)
        return self._connection.scalar(joined.where(where)) or 0

    def _values(self, left_alone: frozenset[str]) -> dict[str, ColumnElement[Any]]:
        """What a known row takes from the staged one."""
        rows, target = self.table.c, self._target.c
        names = [name for name in self.names if name not in self._key and name not in left_alone]
        values: dict[str, ColumnElement[Any]] = {name: rows[name] for name in names}
        values |= {name: func.coalesce(rows[name], target[name]) for name in names if name in self._derived}
        return values | {name: func.coalesce(target[name], rows[name]) for name in names if name in self._filled}

    def _shown_keys(self) -> list[ColumnElement[Any]]:
        """The key as the file has it: ids made from text are kept beside it."""
        return [self.table.c.get(text_of(name), self.table.c[name]) for name in self._key]

    def _insert(self, more: Mapping[str, object], unknown_only: bool, order: Sequence[ColumnElement[Any]]) -> Insert:
        rows = self.table.c
        given: dict[str, ColumnElement[Any]] = {name: rows[name] for name in self.names}
        for name, value in {**self._fixed, **more}.items():
            given[name] = value if isinstance(value, ColumnElement) else literal(value)
        for column in self._target.columns:
            if column.name not in given and column.default is not None and column.default.is_scalar:
                given[column.name] = literal(column.default.arg)  # type: ignore[attr-defined]
        query = select(*given.values()).order_by(*order)
        if unknown_only:
            query = query.where(~exists().where(self.same))
        return insert(self._target).from_select(list(given), query, include_defaults=False)


def text_of(name: str) -> str:
    """Where the text of an id is staged that is made from it."""
    return f"{name}_text"


def merge_petitions(staging: Staging, connection: Connection, now: datetime, keep_repeats: bool) -> Merged:
    """Insert new cases and update changed ones; both get `now` as updated_at.

    With `keep_repeats` is_first is left to `mark_repeats` and does not make a row differ.
    """
    last = connection.scalar(select(func.max(petition.c.petition_id))) or 0
    laid, order = lay_new(connection, staging.table)
    return staging.merge(
        stamps={"updated_at": now, "settled_by": OPEN_END},  # a case may be open again
        computed={"petition_id": staging.table.c.position + (last + 1), **laid},
        left_alone=_REPEATS if keep_repeats else frozenset(),
        order=order,
    )


def changed_by(source: str, now: datetime) -> ColumnElement[bool]:
    """The petitions that the load at `now` inserted or updated."""
    return (petition.c.source == source) & (petition.c.updated_at == now)


def derive_events(connection: Connection, source: str, now: datetime, counts: Merged) -> None:
    """Derive the events of what the load changed."""
    events.derive(connection, changed_by(source, now), fresh=counts.updated == 0)


def mark_repeats(connection: Connection, source: str, *, same_category: bool = True) -> None:
    """A case repeats the first one of the same person in the same category (同一信访人、同一事项), or in any.

    A case of which that is not known any more repeats none. Rows that say so already are not written.
    """
    columns = petition.c
    matter = (columns.petitioner_key, columns.category_code) if same_category else (columns.petitioner_key,)
    is_known = and_(*(column.is_not(None) for column in matter))
    first = func.first_value(columns.petition_id).over(
        partition_by=matter, order_by=(columns.registered_at, columns.petition_id)
    )
    known = select(columns.petition_id, first.label("first")).where(columns.source == source, is_known)
    is_marked = not_(columns.is_first) | columns.repeat_of.is_not(None)
    not_known_any_more = select(columns.petition_id, columns.petition_id).where(
        columns.source == source, not_(is_known), is_marked
    )
    ranked = union_all(known, not_known_any_more).subquery("ranked")
    repeats = ranked.c.first != ranked.c.petition_id
    repeat_of = case((repeats, ranked.c.first))
    connection.execute(
        update(petition)
        .values(is_first=~repeats, repeat_of=repeat_of, settled_by=OPEN_END)
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
