"""python -m briefings: Word, slides and ledger of a period, for the desk or for cron."""

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from briefings import files
from briefings.frozen import Frozen, freeze
from briefings.request import Outside, Request, outside
from briefings.template import Edits, check_templates
from casebase.cli import Scopes, Url, run_command, scope_of
from casebase.clock import wall_clock
from casebase.engine import ScopedCasebase, open_casebase
from casebase.errors import UsageError
from casebase.settings import read_settings
from queries import arguments
from queries.periods import Period
from queries.targets import check_targets


def run(
    out: Annotated[Path, typer.Option(help="Folder that the three files are written into.")],
    from_: Annotated[str | None, typer.Option("--from", help="First day, 2026-10-01.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Last day, included.")] = None,
    last: Annotated[
        arguments.Last | None, typer.Option(help="The last finished week, month, quarter or year instead.")
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            help="Moment; a day means its end. Default: the pages' own: now, or the last day of data that ended."
        ),
    ] = None,
    area: Annotated[str | None, typer.Option(help="Area, by code or name. Default: the whole city.")] = None,
    cover: Annotated[str, typer.Option(help="A line on the cover.")] = "",
    suggestions: Annotated[Path | None, typer.Option(help="A text file: 下步建议, a line each.")] = None,
    proposals: Annotated[Path | None, typer.Option(help="A text file: 建议及被采纳情况, yearly report.")] = None,
    scope: Scopes = None,
    url: Url = None,
) -> None:
    """Freeze the numbers of a period and write Word, slides and ledger that agree to the last digit."""
    if (last is None and not (from_ and to)) or (last is not None and (from_ or to)):
        raise UsageError("tell the period: --from and --to, or --last week|month|quarter|year")
    steps = None if suggestions is None else tuple(line for line in _text(suggestions).splitlines() if line.strip())
    edits = Edits(cover, steps, "" if proposals is None else _text(proposals))
    owned = open_casebase(read_settings(checks=[check_targets, check_templates]), url, create=False)
    try:
        casebase = owned.seen_by(scope_of(scope, owned))
        now = casebase.state().as_of(wall_clock(casebase.settings.city.timezone))
        moment = arguments.moment(as_of) if as_of else now
        code = arguments.code(casebase, "--area", area) if area else None
        request = Request(_period(last, from_, to, moment.date()), code)
        _check_period(casebase, request.period, moment)
        frozen, written = _made(casebase, request, moment, edits)
    finally:
        owned.engine.dispose()
    for path in files.save(written, out):
        print(path)
    print(f"snapshot {frozen.snapshot}, definitions {frozen.definitions}, as of {frozen.as_of:%Y-%m-%d %H:%M:%S}")


def _made(
    casebase: ScopedCasebase, request: Request, moment: datetime, edits: Edits
) -> tuple[Frozen, tuple[files.File, ...]]:
    """The numbers and the files. What their progress is called is said on the page: a command speaks English."""
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("numbers", total=1.0)
        freezing, writing = files.stages(lambda share, _: bar.update(task, completed=share))
        frozen = freeze(casebase, request, moment, freezing)
        bar.update(task, description="files")
        written = files.make(frozen, casebase.workdays, edits, writing)
    return frozen, written


def _period(last: arguments.Last | None, from_: str | None, to: str | None, today: date) -> Period:
    if last is not None:
        return last.before(today)
    period = arguments.period(from_, to)
    assert period is not None
    return period


def _check_period(casebase: ScopedCasebase, period: Period, moment: datetime) -> None:
    """Refuse with UsageError a period of which there is nothing to report."""
    why = outside(casebase, period, moment)
    if why is Outside.AHEAD:
        raise UsageError(f"the period {period.start} to {period.end} has not begun by {moment:%Y-%m-%d}")
    if why is Outside.BEFORE_RECORDS:
        raise UsageError(f"the period {period.start} to {period.end} ends before the first record")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from None


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
app.command()(run)

if __name__ == "__main__":
    sys.exit(run_command(app, "briefings"))
