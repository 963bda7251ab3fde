"""One load: a file through its map into the case database, in one transaction."""

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from casebase.engine import Casebase
from casebase.errors import CasebaseError
from casebase.loading import rejects
from casebase.loading.mapfile import CaseMap, FileMap, TableMap
from casebase.loading.petition_loading import PetitionLoading
from casebase.loading.readers import Reader, open_reader
from casebase.loading.run import Progress, Result
from casebase.loading.table_loading import TableLoading
from casebase.row_order import is_worth_sorting, sort_cases
from casebase.settings import Settings


def load(
    casebase: Casebase,
    file: Path,
    file_map: FileMap,
    *,
    now: datetime,
    rejects_file: Path | None = None,
    progress: Progress = lambda stage, done, total: None,
) -> Result:
    """Load a file into the table that its map names; all of it, or nothing when anything fails.

    `now` (the city's wall time) is written to petitions as updated_at. Rejected rows, if any, go to `rejects_file`
    as line, column, value, reason. Raises CasebaseError for a file or database that is not as it must be,
    UsageError for a file that is none, or rejects that would overwrite another file.
    """
    if rejects_file is not None:
        rejects.check_target(rejects_file, {"input": file, **casebase.files})
    reader = open_reader(file, file_map.source, casebase.settings.city.timezone)
    with casebase.writing() as connection:
        loading = _loading(connection, casebase.settings, file_map, reader, now)
        loading.check_database()
        loading.stage(progress)
        result = loading.finish(file, progress)
        if rejects_file is not None:
            _keep(rejects_file, result)
        is_unordered = isinstance(file_map, CaseMap) and is_worth_sorting(connection, result.new)
    casebase.forget()  # the calendar may have been rewritten
    if is_unordered:
        with suppress(CasebaseError):  # the cases are loaded; how they lie makes them faster, not other ones
            sort_cases(casebase)
    return result


def _loading(
    connection: Connection, settings: Settings, file_map: FileMap, reader: Reader, now: datetime
) -> PetitionLoading | TableLoading:
    if isinstance(file_map, CaseMap):
        return PetitionLoading(connection, settings, file_map, reader, now)
    assert isinstance(file_map, TableMap)  # there are two kinds of maps
    return TableLoading(connection, settings, file_map, reader, now)


def _keep(path: Path, result: Result) -> None:
    """Write the rejected rows; where there are none, those of an earlier load go."""
    if result.rejects:
        rejects.write(path, result.rejects)
    else:
        rejects.forget(path)
