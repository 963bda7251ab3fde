"""Changes of a city: so many rows in one transaction, written in the ways of the demonstration city that lives."""

from datetime import date, datetime, timedelta

import pandas as pd
import pyarrow as pa
from sqlalchemy import Connection, select

from casebase import events
from casebase.bulk_insert import arrow_schema
from casebase.case_words import CLOSED
from casebase.demo import steps
from casebase.demo.builder import append_rows
from casebase.engine import Casebase, mark_changed
from casebase.schema import petition

# What a case has that has just been registered.
_REGISTERED = ("petition_id", "case_no", "channel", "purpose", "category_code", "title", "people", "is_first",
               "is_simple", "counted", "restricted", "district_code", "street_code", "community_code", "grid_id",
               "handling_path", "source")  # fmt: skip


def change(casebase: Casebase, rows: int, at: datetime) -> list[int]:
    """Register half so many cases at a moment and close as many that were open; the numbers of the cases."""
    with casebase.writing() as connection:
        closed = _close(connection, rows // 2, at)
        promise = casebase.workdays.after(at.date(), casebase.settings.deadlines.simple_working_days)
        new = _register(connection, rows - len(closed), at, promise)
        touched = [*closed, *new]
        events.derive(connection, petition.c.petition_id.in_(touched))
        mark_changed(connection, at)
    return touched


def _close(connection: Connection, number: int, at: datetime) -> list[int]:
    """Close the open cases that were registered last."""
    p = petition.c
    waiting = select(p.petition_id).where(p.closed_at.is_(None), p.accepted_at.is_not(None), p.registered_at < at)
    chosen = list(connection.scalars(waiting.order_by(p.registered_at.desc()).limit(number)))
    rows = pd.DataFrame({"petition_id": chosen})
    steps.update(connection, petition, rows.assign(closed_at=at, status=CLOSED, resolved=True, updated_at=at))
    return chosen


def _register(connection: Connection, number: int, at: datetime, promise: date) -> list[int]:
    """Register cases like those that came last; simple claims among them are promised by a day."""
    columns = [petition.c[name] for name in _REGISTERED]
    latest = select(*columns).where(petition.c.registered_at < at).order_by(petition.c.registered_at.desc())
    rows = steps.read(connection, latest.limit(number))
    first = steps.next_id(connection, petition.c.petition_id)
    rows["petition_id"] = range(first, first + len(rows))
    rows["case_no"] = [f"变更{one}" for one in rows["petition_id"]]
    rows["five_day_due"] = [promise if simple else None for simple in rows["is_simple"]]
    moments = {"registered_at": at - timedelta(seconds=1), "updated_at": at}
    rows = rows.assign(is_first=True, extended_days=0, is_collective=False, status="待转送", **moments)
    append_rows(
        connection,
        petition,
        pa.Table.from_pandas(rows, schema=arrow_schema(petition, list(rows.columns)), preserve_index=False),
    )
    return list(map(int, rows["petition_id"]))
