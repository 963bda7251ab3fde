"""Settled cases: those that have ended, and all of whose times and limits lie well back.

However late it gets, such a case counts as it does now, so that what was once counted of them need not be counted
again until one of them changes (queries.settled). `petition.settled_by` says since when a case may be one of them: it
is never earlier than any time or limit of the case, and `schema.OPEN_END` while it is open. It is laid down for new
cases as they are loaded and for all where they are laid in order (casebase.row_order); whoever changes a case that is
there sets it back to OPEN_END. So a settled case that is changed is none any more, and their number tells it.

`info.settled` holds until when cases are settled, and how often that, or one of them, changed. Only DuckDB keeps it:
`settled_by` of other engines stays OPEN_END.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Self

from sqlalchemy import ColumnElement, Connection, Date, DateTime, case, cast, func, literal, select
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from casebase.schema import OPEN_END, info, petition

KEY = "settled"
MARGIN = timedelta(days=100)
"""No rule looks further back from its moment, or ahead from a time of the case (days of repeats, of reviews: 90), as
config.toml comes. Where it sets a longer limit, queries.settled keeps further off (`_margin` there).
"""
_NO_TIMES_OF_THE_CASE = {"settled_by", "updated_at"}
TIMES = tuple(
    column.name
    for column in petition.columns
    if isinstance(column.type, DateTime | Date) and column.name not in _NO_TIMES_OF_THE_CASE
)


def settled_by(rows: ReadOnlyColumnCollection[str, ColumnElement[object]]) -> ColumnElement[datetime]:
    """The column's value of rows with columns of a case; of those that lack closed_at, which are open, OPEN_END."""
    end = literal(OPEN_END, DateTime)
    if "closed_at" not in rows:
        return end
    times = [cast(rows[name], DateTime) for name in TIMES if name in rows]
    return case((rows["closed_at"].is_(None), end), else_=func.greatest(*times))


@dataclass(frozen=True)
class Settled:
    """Cases whose `settled_by` is not after `until`: how many, the last one's number, and how often that changed."""

    until: datetime
    count: int
    last: int
    changes: int

    @classmethod
    def parsed(cls, text: str) -> Self:
        """From the value in `info`. Raises ValueError for what `text` did not write."""
        until, *numbers = text.split()
        count, last, changes = map(int, numbers)
        return cls(datetime.fromisoformat(until), count, last, changes)

    @property
    def text(self) -> str:
        """As it stands in `info`."""
        return f"{self.until.isoformat()} {self.count} {self.last} {self.changes}"


def settled_now(connection: Connection, *, laid_anew: bool = False) -> Settled | None:
    """What is settled at the end of a transaction; None on engines that do not keep it, or of data without a time.

    Of the settled cases one that left makes them fewer, and one that came makes them more or has the last number. Where
    all were `laid_anew`, neither tells. Once a month there are more for the time that has passed.
    """
    if connection.dialect.name != "duckdb":
        return None
    values = dict(connection.execute(select(info.c.key, info.c.value).where(info.c.key.in_(("data_until", KEY)))).all())
    if "data_until" not in values:
        return None
    month = (datetime.fromisoformat(values["data_until"]) - MARGIN).date().replace(day=1)
    until = datetime.combine(month, time.min)
    before = Settled.parsed(values[KEY]) if KEY in values else Settled(until, 0, 0, 0)
    until, p = max(until, before.until), petition.c
    chosen = select(func.count(), func.coalesce(func.max(p.petition_id), 0)).where(p.settled_by <= until)
    count, last = connection.execute(chosen).one()
    is_same = (before.until, before.count, before.last) == (until, count, last) and not laid_anew
    return before if is_same else Settled(until, count, last, before.changes + 1)
