"""python -m casebase: make, fill, check and describe a case database."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from sqlalchemy import Connection, delete, func, select

from casebase.access_log import verify
from casebase.checks import check as find
from casebase.checks import unpublished_years
from casebase.cli import Url, run_command
from casebase.clock import wall_clock
from casebase.compatibility import is_newest
from casebase.engine import (
    Casebase,
    keep_new_files_private,
    mark_changed,
    missing_file,
    open_casebase,
    read_state,
    write_info,
)
from casebase.errors import CasebaseError, UsageError
from casebase.loading import Result, read_map
from casebase.loading import load as load_file
from casebase.loading import rejects as rejected
from casebase.loading.calendar import cover
from casebase.loading.readers import open_reader
from casebase.row_order import sort_cases
from casebase.row_security import install
from casebase.schema import info, load_run, metadata, petition, workday
from casebase.settings import DEMONSTRATION_URL, ROOT, read_settings

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)

_SHOWN_NOTES = 20
# Somebody made this database to load cases into it: no demonstration city is built there unasked.
_INITIALIZED = "initialized"


@app.callback()
def _commands() -> None:
    """The case database: create it, load real cases, check and describe it."""


@app.command()
def init(url: Url = None) -> None:
    """Create the tables, or bring them to this release, and write the working-day calendar."""
    casebase = _ready(url)
    with casebase.writing() as connection:
        write_info(connection, **{_INITIALIZED: "true"})
    print(f"{casebase.address}: the case database is ready")


@app.command()
def demo(
    cases: Annotated[int | None, typer.Option(min=100, help="Number of cases; default: config.toml's.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Same seed, same city; default: config.toml's.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day; default: now.")] = None,
    if_empty: Annotated[
        bool,
        typer.Option(
            "--if-empty",
            help="Do nothing where there are cases, or init was called; stop where the settings name a file of one's "
            "own that is not there.",
        ),
    ] = False,
    url: Url = None,
) -> None:
    """Build the demonstration city, in place of an earlier one."""
    if if_empty and not url:
        _refuse_missing_file()
    casebase = _ready(url)
    with casebase.whole.reading() as connection:
        filled = connection.scalar(select(petition.c.petition_id).limit(1)) is not None
        demonstration = read_state(connection).demonstration
        initialized = connection.scalar(select(info.c.value).where(info.c.key == _INITIALIZED)) is not None
    if initialized and if_empty and not filled:
        remark = "holds no cases yet and is left so, as it was made by init: load cases, or build the city by"
        print(f"{casebase.address}: {remark} python -m casebase demo")
        return
    if filled and if_empty:
        held = "the demonstration city" if demonstration else "cases"
        print(f"{casebase.address}: holds {held} already and is used as it is; nothing is built or changed in it")
        return
    if filled and not demonstration:
        raise CasebaseError(f"{casebase.address} holds real cases; build the demonstration city elsewhere with --url")
    if filled:
        _empty(casebase)
    from casebase.demo import build  # it brings the figures of a whole city, which no other command needs

    chosen = casebase.settings.demo
    end = datetime.combine(until, time(23, 59, 59)) if until else _now(casebase)
    count = chosen.cases if cases is None else cases
    with _progress() as bar:
        build(casebase, cases=count, seed=chosen.seed if seed is None else seed, until=end, progress=bar)
    print(f"{casebase.address}: demonstration city with {count:,} cases until {end:%Y-%m-%d}")


@app.command()
def load(
    file: Annotated[Path, typer.Argument(help="CSV (also .gz), XLSX, Parquet or GeoJSON.")],
    map_: Annotated[Path, typer.Option("--map", help="How its columns become rows; see maps/template.toml.")],
    rejects: Annotated[
        Path | None, typer.Option(help="Where rejected rows go; default: FILE.rejects.csv beside the file.")
    ] = None,
    url: Url = None,
) -> None:
    """Load real cases, or any other table that the map names: a file in one transaction, or nothing."""
    file_map = read_map(map_)
    open_reader(file, file_map.source)  # a wrong file name must not create a database first
    chosen = rejects or rejected.beside(file)
    rejected.check_target(chosen, {"input": file, "map": map_})
    casebase = _ready(url)
    with _progress() as bar:
        result = load_file(casebase, file, file_map, now=_now(casebase), rejects_file=chosen, progress=bar)
    _print_result(result, chosen)
    if result.read and not result.loaded:
        raise CasebaseError(f"{file}: every row was rejected; see {chosen}")


@app.command()
def sort(url: Url = None) -> None:
    """Lay the cases of a DuckDB file in the order in which they are found fastest: after months of small loads."""
    casebase = open_casebase(read_settings(), url, create=False)
    sort_cases(casebase)
    print(f"{casebase.address}: cases lie in the order in which they ended, the open ones last")


@app.command("map")
def map_command(
    file: Annotated[Path, typer.Argument(help="A file of cases: CSV (also .gz), XLSX or Parquet.")],
    out: Annotated[Path | None, typer.Option(help="Where the map goes; default: FILE.map.toml here.")] = None,
) -> None:
    """Look at a file of cases and write a first map of it; show what it would load, and what would stay unknown."""
    from casebase.loading.guess import guess_map, map_as_toml  # it brings the reader of workbooks
    from casebase.loading.preview import preview

    target = out or Path(f"{file.name}.map.toml")
    if target.exists():
        raise UsageError(f"{target}: there is a file already; name another with --out")
    settings = read_settings()
    guess = guess_map(file, file.name.split(".")[0])
    text = map_as_toml(guess, file.name, settings.city.name)
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CasebaseError(f"{target}: the map cannot be written ({error.strerror})") from None
    print(f"{target}: a first map of {file}")
    if guess.missing:
        raise CasebaseError(f"{target}: name the columns of {' and '.join(guess.missing)}, then load with this map")
    for line in preview(file, read_map(target), settings, wall_clock(settings.city.timezone)):
        print(line)
    print(
        f"next: correct {target}, then python -m casebase load {file} --map {target} --url duckdb:///data/mine.duckdb"
    )


@app.command()
def check(url: Url = None) -> None:
    """Look for what is wrong (exit 1) or missing in the data, and for the numbers that stay unknown."""
    from casebase.loading.preview import unknown_numbers

    casebase = open_casebase(read_settings(), url, create=False)
    with casebase.whole.reading_without_limits() as connection:
        findings = find(connection, casebase.settings.deadlines)
    for finding in findings:
        print(f"{finding.severity:8} {finding.count:>12,}  {finding.text}")
    errors = sum(finding.severity == "error" for finding in findings)
    print(f"{errors} errors, {len(findings) - errors} warnings")
    casebase.engine.dispose()
    for line in unknown_numbers(casebase.engine.url.render_as_string(hide_password=False)):
        print(line)
    if errors:
        raise typer.Exit(1)


@app.command()
def status(url: Url = None) -> None:
    """Tell what the case database holds."""
    casebase = open_casebase(read_settings(), url, create=False)
    with casebase.whole.reading_without_limits() as connection:
        for name, value in [*_state_lines(connection), *_calendar_lines(connection), *_load_lines(connection)]:
            print(f"{name:14} {value}")
        for table in metadata.sorted_tables:
            rows = connection.scalar(select(func.count()).select_from(table))
            print(f"{table.name:14} {rows or 0:>12,} rows")


@app.command("row-security")
def row_security(
    reader: Annotated[str, typer.Argument(help="The database user that the cockpit is served by; it only reads.")],
    url: Url = None,
) -> None:
    """Let PostgreSQL itself keep everybody's scope; once as the owner of the tables, and after each update."""
    casebase = open_casebase(read_settings(), url, create=False)
    if casebase.engine.dialect.name != "postgresql":
        raise UsageError(f"{casebase.address}: row-level security is PostgreSQL's; a file is its owner's alone")
    with casebase.writing() as connection:
        install(connection, reader)
    casebase.engine.dispose()
    print(f"{casebase.address}: row-level security is on; serve the cockpit as the user {reader}")


@app.command("verify-log")
def verify_log(
    folder: Annotated[Path | None, typer.Argument(help="Folder of the access log; default: config.toml's.")] = None,
    noted: Annotated[str | None, typer.Option(help="Hash of a line noted before: it must still be in it.")] = None,
) -> None:
    """Look whether the access log is as it was written; name the first line that is not (exit 1)."""
    chosen = folder or ROOT / read_settings().access.log
    verdict = verify(chosen, noted)
    for told in verdict.told:
        print(f"note: {told}; the log tells of it")
    if verdict.fault is not None:
        raise CasebaseError(f"{chosen}: {verdict.fault}; whole lines before it: {verdict.lines:,}")
    whole = f"{verdict.lines:,} lines in {verdict.files} files are whole"
    print(f"{chosen}: {whole}; the last is line {verdict.last.number}, {verdict.last.hash}")


def main(arguments: list[str] | None = None) -> int:
    """Run a command; the exit code. Every error is one sentence on stderr."""
    keep_new_files_private()
    return run_command(app, "casebase", arguments, interrupted="interrupted; the case database is as before")


def _now(casebase: Casebase) -> datetime:
    return wall_clock(casebase.settings.city.timezone)


def _refuse_missing_file() -> None:
    """A file of one's own that is not there may be a name that is misspelt: nothing is built there unasked."""
    named = read_settings().database.url
    path = missing_file(named)
    if path and named != DEMONSTRATION_URL:
        told_by = "COCKPIT_DATABASE_URL" if os.environ.get("COCKPIT_DATABASE_URL") else "[database] url of config.toml"
        raise UsageError(
            f"{told_by} names {path}, and there is no such file: correct the name, or make the file by "
            "python -m casebase init (for your own cases) or python -m casebase demo (the demonstration city)"
        )


def _ready(url: str | None) -> Casebase:
    """The case database with this release's tables and a calendar (of the kind its cases were loaded with)."""
    casebase = open_casebase(read_settings(), url)
    with casebase.reading() as connection:
        newest = is_newest(connection)
    if not newest:
        from casebase.upgrade import upgrade

        upgrade(casebase.engine)
    with casebase.writing() as connection:
        kept = connection.scalar(select(info.c.value).where(info.c.key == "calendar"))
        kind = kept or casebase.settings.calendar.kind
        if cover(connection, casebase.settings.calendar, kind):
            write_info(connection, calendar=kind)
            mark_changed(connection, _now(casebase))
    return casebase


def _empty(casebase: Casebase) -> None:
    """Delete the earlier demonstration; its own transaction, as DuckDB cannot insert keys that it just deleted."""
    with casebase.writing() as connection:
        for table in metadata.sorted_tables:
            if table not in (info, workday):
                connection.execute(delete(table))


class _Bar:
    """A progress callback that draws one bar for each stage."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(stage, total=total)
        self._progress.update(self._tasks[stage], completed=done, total=total)


@contextmanager
def _progress() -> Iterator[_Bar]:
    share = TextColumn("{task.percentage:>3.0f} %")
    columns = (TextColumn("{task.description}"), BarColumn(), share, TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield _Bar(progress)


def _print_result(result: Result, rejects: Path) -> None:
    print(f"read {result.read} = loaded {result.loaded} + rejected {result.rejected}")
    print(f"loaded {result.loaded} = new {result.new} + updated {result.updated} + unchanged {result.unchanged}")
    for text, count in result.notes.most_common(_SHOWN_NOTES):
        print(f"note: {count} × {text}")
    if len(result.notes) > _SHOWN_NOTES:
        print(f"note: {len(result.notes) - _SHOWN_NOTES} more kinds of notes")
    if result.rejects:
        print(f"rejected rows: {rejects}")


def _state_lines(connection: Connection) -> Iterator[tuple[str, str]]:
    state = read_state(connection)
    registered = petition.c.registered_at
    first, last = connection.execute(select(func.min(registered), func.max(registered))).one()
    yield "city", state.city_name or "-"
    yield "data", "demonstration" if state.demonstration else "real cases" if first else "no cases"
    yield "version", f"{state.version}, changed at {state.changed_at or '-'}"
    yield "registered", f"{first} to {last}" if first else "-"


def _calendar_lines(connection: Connection) -> Iterator[tuple[str, str]]:
    kind = connection.scalar(select(info.c.value).where(info.c.key == "calendar"))
    first, last = connection.execute(select(func.min(workday.c.day), func.max(workday.c.day))).one()
    yield "calendar", f"{kind or '-'}, {first} to {last}" if first else "empty"
    yield "unpublished", ", ".join(str(year) for year in unpublished_years(connection)) or "-"


def _load_lines(connection: Connection) -> Iterator[tuple[str, str]]:
    runs = connection.execute(select(load_run).order_by(load_run.c.load_id.desc()).limit(5))
    for run in runs:
        counts = f"read {run.rows_read} = loaded {run.rows_loaded} + rejected {run.rows_rejected}"
        yield "load", f"{run.started_at:%Y-%m-%d %H:%M:%S} {run.source} {run.file_name}: {counts}"


if __name__ == "__main__":
    sys.exit(main())
