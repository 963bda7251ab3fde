"""python -m queries: any number, split any way, and the list behind it."""

import json
import sys
from collections.abc import Callable, Hashable, Mapping
from datetime import date, datetime
from enum import StrEnum
from itertools import repeat
from typing import Annotated

import pandas as pd
import typer
from rich.cells import cell_len
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from casebase.cli import Scopes, Url, run_command, scope_of
from casebase.clock import wall_clock
from casebase.engine import ScopedCasebase, open_casebase
from casebase.errors import UsageError
from casebase.personal import masked_column
from casebase.settings import read_settings
from queries import arguments, names
from queries.beginnings import BEFORE_RECORDS, beginnings
from queries.cases import Part, cases, count_cases
from queries.columns import COLUMN_NAMES, KEY_COLUMNS, OPTIONAL_COLUMNS, SMALL, head_of_number
from queries.dictionary import dictionary
from queries.export import csv
from queries.measure import Query, lacks_of, measure, metric_of, span_of
from queries.model import Kind, Slice
from queries.names import with_names
from queries.needs import unknown
from queries.periods import Period
from queries.registry import METRICS
from queries.scans import TIME
from queries.subjects import HOTLINE_ORDER
from queries.targets import check_targets

# Characters that a column keeps, however narrow the table: a day, five characters of Chinese.
_LEAST_WIDTH = 10
_WIDEST = 10_000


class Format(StrEnum):
    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def run(
    metrics: Annotated[list[str] | None, typer.Argument(help="Metric ids; --list shows them.")] = None,
    by: Annotated[
        list[str] | None, typer.Option(help="Split by: district street category channel unit month …")
    ] = None,
    from_: Annotated[str | None, typer.Option("--from", help="First day, 2026-10-01.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Last day, included.")] = None,
    last: Annotated[
        arguments.Last | None, typer.Option(help="The last finished week, month, quarter or year instead.")
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            help="Moment; a day means its end. Default: the pages' own, which is now, or the last day of data that has "
            "ended; for stocks the end of a period that is over."
        ),
    ] = None,
    area: Annotated[str | None, typer.Option(help="Area of any level, by code or name.")] = None,
    channel: Annotated[str | None, typer.Option(help="Channel, such as 来访.")] = None,
    category: Annotated[str | None, typer.Option(help="Category of either level, by code or name.")] = None,
    unit: Annotated[str | None, typer.Option(help="Responsible unit, by id or name.")] = None,
    where: Annotated[
        list[str] | None, typer.Option(help="A cell: DIMENSION=CODE or NAME; empty: not filled in.")
    ] = None,
    list_cases: Annotated[Part | None, typer.Option("--cases", help="The list behind the number.")] = None,
    sort: Annotated[str | None, typer.Option(help="Largest first by a column: misses, hits, value …")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many rows.")] = None,
    show: Annotated[bool, typer.Option("--list", help="All metrics; with ids: their whole definitions.")] = False,
    lacking: Annotated[bool, typer.Option("--unknown", help="Numbers that are not known, by what is lacking.")] = False,
    codes: Annotated[str | None, typer.Option(help="Codes and names of: district street community category …")] = None,
    form: Annotated[Format, typer.Option("--format")] = Format.TABLE,
    scope: Scopes = None,
    url: Url = None,
) -> None:
    """Measure metrics, list the cases behind one (--cases), or show the dictionary (--list) or codes (--codes)."""
    if show or lacking:
        _print_unknown(url, scope) if lacking else _dictionary(metrics, form)
        return
    if list_cases:
        _check_list(metrics or [], by, sort)
    if not metrics and not codes:
        raise UsageError("name at least one metric; python -m queries --list shows them all")
    settings = read_settings(checks=[check_targets])
    named = arguments.moment(as_of) if as_of else None
    days = _days(last, from_, to)
    owned = open_casebase(settings, url, create=False)
    try:
        casebase = owned.seen_by(scope_of(scope, owned))
        if codes:
            _print(_codes(casebase, codes), form, _list_head)
            return
        assert metrics
        now = wall_clock(settings.city.timezone)
        moment = named or casebase.state().as_of(now)
        period = last.before(moment.date()) if last else days
        within = _slice(casebase, area, channel, category, unit, where or [])
        # A moment that is named goes before the end of the period, of which stocks are otherwise.
        periods = (period, None if as_of else period)
        split = [name for text in by or [] for name in text.split(",")]
        if list_cases:
            of_list = periods[metric_of(metrics[0]).is_stock]
            table, of = _listed(casebase, metrics[0], list_cases, moment, of_list, within, limit)
            _warn(casebase, Query((metrics[0],), moment, of_list, within))
        else:
            every = _sorted(_measured(casebase, metrics, moment, periods, within, split), sort)
            table, of = every[:limit], len(every)
        apart = _notes(casebase, metrics, moment, periods, within, split, form)
        if named is None and form is Format.TABLE:
            apart += _said_of_end(casebase, now)
    finally:
        owned.engine.dispose()
    _print(table, form, _list_head if list_cases else head_of_number, of)
    sys.stdout.write(apart)


def _check_list(metrics: list[str], by: list[str] | None, sort: str | None) -> None:
    """Refuse with UsageError what goes with numbers alone, not with the list behind one."""
    if by:
        raise UsageError("--cases cannot be split --by; narrow it with --where DIMENSION=VALUE")
    if sort:
        raise UsageError("--sort goes with numbers; the cases of --cases are listed oldest first")
    if len(metrics) > 1:
        raise UsageError("--cases takes one metric")


def _days(last: arguments.Last | None, from_: str | None, to: str | None) -> Period | None:
    """The days --from … --to, which do not go with --last: that is known once the moment is."""
    if last and (from_ or to):
        raise UsageError("tell the period either by --last or by --from and --to")
    return arguments.period(from_, to)


def _listed(
    casebase: ScopedCasebase,
    metric: str,
    part: Part,
    moment: datetime,
    period: Period | None,
    within: Slice,
    limit: int | None,
) -> tuple[pd.DataFrame, int]:
    """The list behind a metric, and how many rows it has without the limit."""
    table = cases(casebase, metric, part, as_of=moment, period=period, within=within, limit=limit)
    if len(table) != limit:
        return table, len(table)
    return table, count_cases(casebase, metric, part, as_of=moment, period=period, within=within)


def _measured(
    casebase: ScopedCasebase,
    metrics: list[str],
    moment: datetime,
    periods: tuple[Period | None, Period | None],
    within: Slice,
    by: list[str],
) -> pd.DataFrame:
    """The metrics in the order asked; `periods` are that of what happened in it, and that of stocks."""
    period, of_stocks = periods
    if not set(by).isdisjoint(TIME):
        of_stocks = period  # stocks by time are those of the end of each month or day
    groups = {stock: [name for name in metrics if metric_of(name).is_stock is stock] for stock in (False, True)}
    frames = [
        measure(casebase, group, as_of=moment, period=of_stocks if stock else period, within=within, by=by)
        for stock, group in groups.items()
        if group
    ]
    numbers = pd.concat(frames, ignore_index=True)
    order = {name: place for place, name in enumerate(metrics)}
    numbers = numbers.sort_values("metric", key=lambda column: column.map(order), kind="stable", ignore_index=True)
    numbers = with_names(casebase, numbers)
    rate = numbers["metric"].map(lambda name: METRICS[name].kind is Kind.RATE)
    misses = (numbers["among"] - numbers["hits"]).astype("Int64").where(rate)
    numbers.insert(list(numbers.columns).index("among"), "misses", misses)
    # What the rows say of a number that is not known would be read as the number.
    is_known = numbers["unknown"].isna()
    few = casebase.settings.lights.small_sample
    small = [metric_of(name).is_small(*of) for name, *of in zip(numbers["metric"], numbers["among"], repeat(few))]
    numbers.insert(list(numbers.columns).index("value") + 1, "small", pd.Series(small, dtype=bool) & is_known)
    for name in ("hits", "misses", "among"):
        numbers[name] = numbers[name].astype("Int64").where(is_known)
    # Codes and words that cases are split by stay as they are stored, but for telephones.
    return numbers.assign(**{name: masked_column(numbers[name]) for name in by if name in numbers.columns})


def _ignored(metrics: list[str], within: Slice) -> list[str]:
    """What was asked to narrow numbers that cannot be narrowed so, a sentence each."""
    dimensions = {"area": "district", "channel": "channel", "category": "category", "unit": "unit"}
    sentences: list[str] = []
    for option, dimension in dimensions.items():
        not_narrowed = [name for name in metrics if not metric_of(name).applies(dimension)]
        if getattr(within, option) and not_narrowed:
            sentences.append(f"--{option} does not apply to {', '.join(not_narrowed)}: not narrowed by it")
    return sentences


def _said_of_time(
    metrics: list[str],
    moment: datetime,
    periods: tuple[Period | None, Period | None],
    within: Slice,
    by: list[str],
) -> str:
    """One line: which days the flows are of, and as of which moment the stocks are."""
    by_time = next((name for name in by if name in TIME), None)
    chosen = [metric_of(name) for name in metrics]
    flow = next((metric for metric in chosen if not metric.is_stock), None)
    stock = next((metric for metric in chosen if metric.is_stock), None)
    said: list[str] = []
    if flow is not None:
        said.append(arguments.days_of(span_of(flow, moment, periods[0], within)[1], moment))
    if stock is not None and by_time is not None:
        said.append(f"stocks as of the end of each {by_time}, at the latest {_to_the_second(moment)}")
    elif stock is not None:
        said.append(f"stocks as of {_to_the_second(span_of(stock, moment, periods[1], within)[0])}")
    return "; ".join(said) + "\n"


def _said_of_end(casebase: ScopedCasebase, now: datetime) -> str:
    """One line where the data has ended, so that the moment is not now; else nothing."""
    state = casebase.state()
    if not state.has_ended(now):
        return ""
    return (
        f"the data ended on {state.as_of(now):%Y-%m-%d} and is spoken of as of that day; --as-of names another moment\n"
    )


def _notes(
    casebase: ScopedCasebase,
    metrics: list[str],
    moment: datetime,
    periods: tuple[Period | None, Period | None],
    within: Slice,
    by: list[str],
    form: Format,
) -> str:
    """Say on stderr what did not narrow the numbers; returns what stands beside them, the last lines of a table.

    That is which days they are of, and how many orders of 12345 are not in the volumes asked for.
    """
    for sentence in _ignored(metrics, within):
        print(sentence, file=sys.stderr)
    if form is not Format.TABLE:
        return ""
    of_time = _said_of_time(metrics, moment, periods, within, by)
    apart = [metric_of(name) for name in metrics if metric_of(name).subject is not HOTLINE_ORDER]
    named = {name for name, _ in within.cell}
    names = [
        other.id
        for other in map(metric_of, dict.fromkeys(name for metric in apart for name in metric.beside))
        if other.subject is HOTLINE_ORDER and all(other.applies(name) for name in named)
    ]
    if not names:
        return of_time
    hotline = _measured(casebase, names, moment, periods, within, [])
    return of_time + "".join(
        f"{hits:,} orders of 12345 are counted apart: python -m queries {name}, with the same options\n"
        for name, hits in zip(hotline["metric"], hotline["hits"].fillna(0), strict=True)
        if hits
    )


def _warn(casebase: ScopedCasebase, query: Query) -> None:
    """Say on stderr that the rows of a number that is not known are not that number."""
    for metric, lacks in lacks_of(casebase, query).items():
        why = f"the data has no {', '.join(lacks)}"
        if BEFORE_RECORDS in lacks:
            why = f"its records begin on {beginnings(casebase).first_of(metric_of(metric))}"
        print(f"metric {metric}: not known, {why}; its rows are no number", file=sys.stderr)


def _sorted(numbers: pd.DataFrame, column: str | None) -> pd.DataFrame:
    if column is None:
        return numbers
    if column not in numbers.columns:
        raise UsageError(f"--sort {column}: no such column; there are {', '.join(numbers.columns)}")
    return numbers.sort_values(column, ascending=False, kind="stable")


def _slice(
    casebase: ScopedCasebase,
    area: str | None,
    channel: str | None,
    category: str | None,
    unit: str | None,
    where: list[str],
) -> Slice:
    """The slice, its names turned into codes."""
    area_code = arguments.code(casebase, "--area", area) if area else None
    return Slice(
        area_code,
        channel,
        arguments.code(casebase, "--category", category, "category") if category else None,
        arguments.code(casebase, "--unit", unit, "unit") if unit else None,
        tuple(_cell(casebase, text, area_code) for text in where),
    )


def _cell(casebase: ScopedCasebase, text: str, area: str | None) -> tuple[str, str | None]:
    name, sign, value = text.partition("=")
    if not sign:
        raise UsageError(f"--where {text}: write it as DIMENSION=VALUE")
    return name, arguments.code(casebase, f"--where {name}", value, name, within=area) if value else None


def _codes(casebase: ScopedCasebase, dimension: str) -> pd.DataFrame:
    names_by_code = names.codes(casebase, dimension)
    if names_by_code is None:
        raise UsageError(f"--codes {dimension}: its values have no codes; split by it to see them")
    return pd.DataFrame({"code": list(names_by_code), "name": list(names_by_code.values())})


def _dictionary(metrics: list[str] | None, form: Format) -> None:
    """All metrics, a line each; of those that are named, all that there is to say."""
    table = dictionary(read_settings(checks=[check_targets]).deadlines)
    if metrics:
        ids = [metric_of(name).id for name in metrics]
        table = table.set_index("metric", drop=False).loc[ids].reset_index(drop=True)
        if form is Format.TABLE:
            table = (
                table.rename(columns=_dictionary_head)
                .set_index(_dictionary_head("metric"))
                .T.rename_axis("")
                .reset_index()
            )
    elif form is Format.TABLE:
        table = table[["metric", "name", "unit", "definition"]]
    _print(table, form, _dictionary_head)


def _dictionary_head(name: str) -> str:
    return head_of_number(name, in_dictionary=True)


def _list_head(name: str) -> str:
    return COLUMN_NAMES.get(name, name)


def _print_unknown(url: str | None, scope: list[str] | None) -> None:
    """What the data lacks, and the numbers that are not known without it."""
    owned = open_casebase(read_settings(checks=[check_targets]), url, create=False)
    try:
        lacks = unknown(owned.seen_by(scope_of(scope, owned)))
    finally:
        owned.engine.dispose()
    by_lack: dict[str, list[str]] = {}
    for metric, missing in lacks.items():
        by_lack.setdefault(" + ".join(missing), []).append(METRICS[metric].name)
    for needed, metric_names in by_lack.items():
        print(f"without {needed}, not known: {'、'.join(metric_names)}")
    print(f"{len(lacks)} of {len(METRICS)} numbers are not known; load what they lack")


def _print(frame: pd.DataFrame, form: Format, head_of: Callable[[str], str], of: int | None = None) -> None:
    """`head_of` says what a table calls a column; JSON and CSV keep the names that programs read.

    `of` is how many rows there are, where these are perhaps not all.
    """
    if form is Format.JSON:
        records = frame.astype(object).where(frame.notna(), None).to_dict("records")
        print(json.dumps(records, ensure_ascii=False, default=_plain, indent=1))
    elif form is Format.CSV:
        print(csv(frame, to_be_read=False), end="")
    else:
        _print_table(frame, head_of, len(frame) if of is None else of)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _print_table(frame: pd.DataFrame, head_of: Callable[[str], str], of: int) -> None:
    """Columns that say nothing are left out, keys with them; what is too long for its column goes on below, whole."""
    empty = [name for name in ("unknown", *OPTIONAL_COLUMNS) if name in frame and frame[name].isna().all()]
    empty += ["small"] if "small" in frame and not frame["small"].any() else []
    frame = frame.drop(columns=[*empty, *(name for name in KEY_COLUMNS if name in frame)])
    rows = frame.astype(object).to_dict("records")
    columns = {name: [_cell_text(name, row) for row in rows] for name in map(str, frame.columns)}
    table = Table()
    for name, cells in columns.items():
        number = name in ("hits", "misses", "among", "value")
        least = min(_LEAST_WIDTH, max(map(cell_len, [head_of(name), *cells])))
        table.add_column(
            head_of(name),
            justify="right" if number else "left",
            no_wrap=name in ("metric", "case_no"),
            overflow="fold",
            min_width=least,
        )
    for cells_of_row in zip(*columns.values(), strict=True):
        # Text, since a plain string would be read as markup: [red], [/img].
        table.add_row(*map(Text, cells_of_row))
    console = Console() if sys.stdout.isatty() else Console(width=240)
    # A terminal that is too narrow breaks the lines; squeezed into it, columns would vanish.
    least = Measurement.get(console, console.options.update_width(_WIDEST), table).minimum
    console.print(table, width=max(console.width, least), crop=False, soft_wrap=least > console.width)
    shown = "1 row" if len(frame) == 1 else f"{len(frame)} rows"
    console.print(shown if of == len(frame) else f"{shown} of {of}")


def _cell_text(name: str, row: Mapping[Hashable, object]) -> str:
    """A cell as a person reads it; a row of numbers says its metric by name, the dictionary by the id to ask for."""
    value = row[name]
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return "—"
    if name == "metric" and "value" in row:
        return metric_of(str(value)).name
    if name == "value" and isinstance(value, float):
        is_rate = metric_of(str(row["metric"])).kind is Kind.RATE
        return f"{value:.2%}" if is_rate else f"{value:,.2f}".removesuffix(".00")
    if name == "small":
        return SMALL if value else ""
    return _to_the_second(value) if isinstance(value, datetime) else str(value)


def _to_the_second(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
app.command()(run)

if __name__ == "__main__":
    sys.exit(run_command(app, "queries"))
