"""Whether anything leaks: people of many scopes ask by chance, of one server with one cache; nobody gets another's.

    python -m benchmarks.leaks --tries 1000000

What a scope is told is compared with what a case base tells that holds the scope's rows alone: a file of its own, out
of which all others were deleted (benchmarks.visible_rows, reckoned apart from the scope's own rules). The cache is kept
small, so that it forgets; data changes in between; addresses name places, units and cases of others. One answer that
differs is a leak.
"""

import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime, timedelta
from difflib import unified_diff
from pathlib import Path
from typing import Annotated, Any

import duckdb
import pandas as pd
import typer
from sqlalchemy import Select, func, select

from benchmarks.cities import city, path_of
from benchmarks.visible_rows import visible
from casebase import schema
from casebase.engine import Casebase, ScopedCasebase, mark_changed, open_casebase
from casebase.errors import CasebaseError
from casebase.scope import WHOLE, Scope
from casebase.settings import Settings
from cockpit.answers import Answers
from cockpit.data import LiveData
from queries import names
from queries.cases import Part, cases
from queries.course import course
from queries.measure import measure
from queries.model import Kind, Slice
from queries.periods import Period
from queries.registry import METRICS
from queries.search import Search, search
from queries.similar import similar_settled
from screen.wall import Snapshots

# So small a cache forgets most of what it is asked.
_CACHE = 12 * 2**20
_CHANGES, _WALLS = 0.0002, 0.01
_PERIODS = ("本月", "本年")
_WORDS = ("物业", "拆迁", "工资", "噪音", "学校", "1", "N20")
_NAMED: tuple[Callable[..., Any], ...] = (
    names.areas,
    names.units,
    names.categories,
    names.channels,
    names.organisations,
    names.shared_units,
)


@dataclass(frozen=True)
class Question:
    """A function of queries/ and what it is asked by."""

    function: Callable[..., Any]
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Leak:
    """Who was told what he should not have been, or was not told what he should have been."""

    scope: Scope
    asked: str
    told: str
    expected: str


@dataclass(frozen=True)
class Result:
    """How many tries there were, how many answers were computed for them, and what leaked."""

    tries: int
    computed: int
    leaks: list[Leak]


class Trial:
    """A case base asked by people of several scopes, and beside it one for each scope with its rows alone.

    `file` is a DuckDB case base that nobody has open; copies are made in `folder`. `at` is the moment of all questions.
    """

    def __init__(self, file: Path, scopes: Sequence[Scope], folder: Path, at: datetime, seed: int = 1) -> None:
        self.scopes = list(scopes)
        self.at = at
        self.random = random.Random(seed)
        tables = _tables(file)
        self.casebase = _open(shutil.copy(file, folder / "shared.duckdb"))
        self.live = LiveData(self.casebase, lambda: at)
        self.live.answers = Answers(_CACHE)
        self.snapshots = Snapshots(lambda: self.live)
        self.alone = [self._alone(file, folder, tables, number, scope) for number, scope in enumerate(self.scopes)]
        self.walls = [Snapshots(lambda live=live: live) for live in self.alone]  # type: ignore[misc]
        self.questions = list(_questions(self.random, tables, at))
        self.areas = ["", *tables["area"].loc[tables["area"]["level"] == 2, "code"]]
        self.city: str = tables["area"].loc[tables["area"]["level"] == 1, "code"].iloc[0]
        self._expected: dict[tuple[Any, ...], str] = {}

    def run(self, tries: int, *, most_leaks: int = 20) -> Result:
        """Ask so many times; ends early where more leaks than these are found."""
        leaks: list[Leak] = []
        answers, computed, tried = self.live.answers, 0, 0
        while tried < tries and len(leaks) < most_leaks:
            tried += 1
            if self.random.random() < _CHANGES:
                with self.casebase.writing() as connection:
                    mark_changed(connection, self.at)
                self.live.watch._looked = 0.0
            before = answers.answered_at
            leak = self._wall() if self.random.random() < _WALLS else self._question()
            computed += answers.answered_at != before
            if leak is not None:
                leaks.append(leak)
        return Result(tried, computed, leaks)

    def close(self) -> None:
        """Give the files back."""
        for live in (self.live, *self.alone):
            live.casebase.engine.dispose()

    def _question(self) -> Leak | None:
        scope_no, question_no = self.random.randrange(len(self.scopes)), self.random.randrange(len(self.questions))
        scope, question = self.scopes[scope_no], self.questions[question_no]
        told = _text(lambda: self.live.now(scope).ask(question.function, *question.args, **question.kwargs))
        alone = self.alone[scope_no]

        def ask_alone() -> Any:
            # As one who sees the city, and not all there is: to him too only what occurs is named.
            all_of_it = WHOLE if scope.is_whole else Scope(frozenset({self.city}), scope.units)
            everything = alone.casebase.seen_by(all_of_it)
            return question.function(everything, *question.args, **question.kwargs)

        return self._compared(scope, ("question", scope_no, question_no), question, told, ask_alone)

    def _wall(self) -> Leak | None:
        """The numbers of all scenes, of which what else a wall shows is made."""
        scope_no, area = self.random.randrange(len(self.scopes)), self.random.choice(self.areas)
        scope, period = self.scopes[scope_no], self.random.choice(_PERIODS)
        told = _text(lambda: self.snapshots.figures(scope, area, period))

        def ask_alone() -> Any:
            return self.walls[scope_no].figures(WHOLE, area or scope.area or "", period)

        return self._compared(scope, ("wall", scope_no, area, period), (area, period), told, ask_alone)

    def _compared(
        self, scope: Scope, key: tuple[Any, ...], asked: object, told: str, ask_alone: Callable[[], Any]
    ) -> Leak | None:
        if key not in self._expected:
            self._expected[key] = _text(ask_alone)
        expected = self._expected[key]
        return None if told == expected else Leak(scope, str(asked), told, expected)

    def _alone(self, file: Path, folder: Path, tables: dict[str, pd.DataFrame], number: int, scope: Scope) -> LiveData:
        copied = shutil.copy(file, folder / f"alone_{number}.duckdb")
        seen = visible(tables, scope)
        with duckdb.connect(copied) as connection:
            for name in tables:
                key = next(iter(schema.metadata.tables[name].primary_key.columns)).name
                kept = pd.DataFrame({"kept": seen[name][key].drop_duplicates()})
                connection.register("seen", kept)
                connection.execute(f'DELETE FROM "{name}" WHERE "{key}" NOT IN (SELECT kept FROM seen)')
                connection.unregister("seen")
        alone = _open(copied)
        _with_facts_of(alone, self.casebase)
        return LiveData(alone, lambda: self.at)


def _with_facts_of(alone: Casebase, shared: Casebase) -> None:
    """Whether a kind of record is kept at all, and since when, is told to everybody alike."""
    seen_by = alone.seen_by

    def seen(scope: Scope) -> ScopedCasebase:
        found = seen_by(scope)
        found.reading_facts = shared.whole.reading_facts  # type: ignore[method-assign]
        return found

    alone.seen_by = seen  # type: ignore[method-assign]


def _open(file: str | Path) -> Casebase:
    return open_casebase(Settings(), f"duckdb:///{file}")


def _tables(file: Path) -> dict[str, pd.DataFrame]:
    """The tables that tell of cases, as they are stored."""
    apart = {"info", "workday", "load_run", "load_reject", "unit", "category", "expert", "petition_event"}
    with duckdb.connect(str(file), read_only=True) as connection:
        tables = {
            name: connection.execute(f'SELECT * FROM "{name}"').df()
            for name in schema.metadata.tables
            if name not in apart
        }
        tables["petition_event"] = connection.execute("SELECT event_id, petition_id FROM petition_event").df()
    return tables


def keys_of(casebase: ScopedCasebase, table: str) -> tuple[Any, ...]:
    """How many rows of a table are seen, and the first and last key: by a question that joins nothing."""
    rows = schema.metadata.tables[table]
    key = next(iter(rows.primary_key))
    counted: Select[*tuple[Any, ...]] = select(func.count(), func.min(key), func.max(key)).select_from(rows)
    return casebase.rows(counted)[0]


def _questions(dice: random.Random, tables: dict[str, pd.DataFrame], at: datetime) -> Iterator[Question]:
    """Questions of every kind; their addresses name places, units, classes and cases of anybody."""
    numbers = [int(number) for number in tables["petition"]["petition_id"]]
    for function in _NAMED:
        yield Question(function)
    for name in tables:
        yield Question(keys_of, (name,))
    # By how many people a number is divided, is each scope's own.
    metrics = [metric for metric in METRICS.values() if metric.kind is not Kind.PER_10K]
    for metric in metrics:
        by = dice.sample(list(metric.subject.dimensions), k=dice.randint(0, 1))
        yield Question(measure, ([metric.id],), {**_asked_by(dice, tables, at), "by": by})
    for metric in dice.sample(metrics, k=40):
        yield Question(cases, (metric.id, Part.HITS), {**_asked_by(dice, tables, at), "limit": 20})
    for number in dice.sample(numbers, k=30):
        yield Question(course, (number,), {"as_of": at})
    for number in dice.sample(numbers, k=5):
        yield Question(similar_settled, (number,), {"as_of": at})
    for word in _WORDS:
        yield Question(search, (Search(word),), {"as_of": at, "within": _slice(dice, tables), "limit": 20})


def _asked_by(dice: random.Random, tables: dict[str, pd.DataFrame], at: datetime) -> dict[str, Any]:
    days = dice.choice([None, 7, 40, 400])
    period = days and Period(at.date() - timedelta(days), at.date())
    return {"as_of": at, "period": period, "within": _slice(dice, tables)}


def _slice(dice: random.Random, tables: dict[str, pd.DataFrame]) -> Slice:
    def one(table: str, column: str) -> Any:
        return dice.choice([None, None, None, *tables[table][column].dropna().drop_duplicates()])

    places = tables["area"][tables["area"]["level"].between(2, 3)]
    area = dice.choice([None, None, *places["code"]])
    return Slice(area=area, unit=one("petition", "unit_id"), channel=one("petition", "channel"))


def _text(ask: Callable[[], Any]) -> str:
    """An answer, or why there is none, as a text to be compared."""
    try:
        return _written(ask())
    except CasebaseError as error:
        return f"error: {error}"


def _written(value: Any) -> str:
    """A value as text."""
    if isinstance(value, pd.DataFrame):
        return value.to_csv(index=False)
    if is_dataclass(value) and not isinstance(value, type):
        return "\n".join(f"{one.name}: {_written(getattr(value, one.name))}" for one in fields(value))
    if isinstance(value, dict):
        return "\n".join(f"{name}: {_written(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return "\n".join(map(_written, value))
    return str(sorted(value)) if isinstance(value, set | frozenset) else str(value)


def scopes_of(areas: pd.DataFrame, units: Sequence[str]) -> list[Scope]:
    """Scopes of every kind: districts, a street, a community, places together, units, both, and nothing."""
    codes = {level: list(areas.loc[areas["level"] == level, "code"]) for level in (2, 3, 4)}
    return [
        Scope(frozenset(codes[2][:1])),
        Scope(frozenset(codes[2][1:2])),
        Scope(frozenset(codes[3][:1])),
        Scope(frozenset(codes[4][:1])),
        Scope(frozenset([codes[2][2], codes[3][0]])),
        Scope(frozenset(), frozenset(units[:1])),
        Scope(frozenset(codes[2][:1]), frozenset(units[1:3])),
        Scope(frozenset()),
        WHOLE,
    ]


def main(
    tries: Annotated[int, typer.Option(min=1)] = 1_000_000,
    cases: Annotated[int, typer.Option(min=1000, help="Size of the city; it is built once, into data/.")] = 3000,
    seed: int = 1,
) -> None:
    """Ask so many times, and say what leaked; exit 1 where anything did."""
    city(cases)
    casebase = _open(path_of(cases))
    at = casebase.state().as_of(datetime.fromisoformat("2026-11-30T00:00:00"))
    areas = names.areas(casebase.whole)
    units = list(names.units(casebase.whole)["unit_id"])
    casebase.engine.dispose()
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(path_of(cases), scopes_of(areas, units), Path(folder), at, seed)
        started = time.perf_counter()
        result = trial.run(tries)
        trial.close()
    for leak in result.leaks:
        print(f"{leak.scope} asked {leak.asked}")
        print(
            "\n".join(unified_diff(leak.expected.split("\n"), leak.told.split("\n"), "alone", "told", n=0, lineterm=""))
        )
    seconds = time.perf_counter() - started
    print(f"{result.tries} tries, {result.computed} of them computed, {len(result.leaks)} leaks, {seconds:.0f} s")
    if result.leaks:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
