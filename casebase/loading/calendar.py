"""The working-day table: the years of config.toml and of all cases."""

import numpy as np
from sqlalchemy import Connection, extract, func, select

from casebase import workdays
from casebase.errors import CasebaseError
from casebase.schema import petition
from casebase.settings import FIRST_YEAR, LAST_YEAR, CalendarSettings
from casebase.workdays import Workdays


def calendar(settings: CalendarSettings, kind: str, first_year: int, last_year: int) -> Workdays:
    """The calendar of a kind over whole years, with the days that config.toml sets otherwise."""
    chosen = settings.model_dump() | {"kind": kind, "first_year": first_year, "last_year": last_year}
    return workdays.build(CalendarSettings(**chosen))


def cover(connection: Connection, settings: CalendarSettings, kind: str) -> bool:
    """Write the calendar that config.toml and the cases need; false when it is there already."""
    columns = (petition.c.registered_at, petition.c.closed_at)
    years = connection.execute(
        select(*(extract("year", bound(column)) for column in columns for bound in (func.min, func.max)))
    ).one()
    known = [int(year) for year in years if year is not None]
    # Comparisons look a year back, deadlines reach beyond the last case; no calendar goes beyond its bounds for that.
    first = max(FIRST_YEAR, min([settings.first_year, *(year - 1 for year in known)]))
    last = min(LAST_YEAR + 1, max([settings.last_year, *(year + 1 for year in known)]))
    wanted = calendar(settings, kind, first, last)
    if _kept(connection, wanted):
        return False
    workdays.write(connection, wanted)
    return True


def _kept(connection: Connection, wanted: Workdays) -> bool:
    try:
        kept = workdays.read(connection)
    except CasebaseError:  # the table is empty
        return False
    pairs = ((kept.days, wanted.days), (kept.is_workday, wanted.is_workday), (kept.published, wanted.published))
    return all(np.array_equal(a, b) for a, b in pairs)
