"""Nothing leaks, and what would leak on a broken build is found."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import False_, True_, insert, true

from benchmarks import leaks
from benchmarks.leaks import Question, Result, Trial
from casebase import narrowing, schema
from casebase.engine import Casebase, mark_changed
from casebase.scope import Placed, Scope, rules
from cockpit.answers import Answers
from cockpit.data import Data
from queries.measure import measure
from queries.registry import METRICS
from screen.wall import Snapshots
from tests.queries import sample

AT = datetime(2026, 11, 22, 12)
SCOPES = [
    Scope(frozenset({"410105"})),
    Scope(frozenset({"410102001"})),
    Scope(frozenset({"410122"}), frozenset({"U1"})),
    Scope(frozenset(), frozenset({"U2"})),
]
Tries = Callable[..., Result]


@pytest.fixture(scope="module")
def city_file(new_url: Callable[[str], str], casebase_of: Callable[[str], Casebase]) -> Path:
    url = new_url("duckdb")
    casebase = casebase_of(url)
    tables = sample.build()
    sample.fill(casebase, tables)
    with casebase.writing() as connection:
        for number in tables["petition"]["petition_id"].head(100).tolist():
            event = {"event_id": number, "petition_id": number, "happened_at": AT, "action": "登记"}
            connection.execute(insert(schema.petition_event).values(event))
            told = {"model_case_id": number, "petition_id": number, "title": "一起纠纷"}
            connection.execute(insert(schema.model_case).values(told))
        mark_changed(connection, AT)
    casebase.engine.dispose()
    return Path(url.removeprefix("duckdb:///"))


def _kind_of(question: Question) -> str:
    if not question.args:
        return "names"
    if question.function is leaks.keys_of:
        return "rows"
    return METRICS[question.args[0][0]].subject.id if question.function is measure else "case"


@pytest.fixture
def tries(city_file: Path, tmp_path: Path) -> Iterator[Tries]:
    """Ask so many times of the sample city, of `sought` alone where that is given: a subject, "names" or "rows"."""
    trials: list[Trial] = []

    def run(many: int, sought: str = "", most_leaks: int = 1) -> Result:
        trial = Trial(city_file, SCOPES, tmp_path, AT)
        trials.append(trial)
        trial.questions = [question for question in trial.questions if sought in _kind_of(question)]
        return trial.run(many, most_leaks=most_leaks)

    yield run
    for trial in trials:
        trial.close()


def test_nobody_is_told_what_is_not_his(tries: Tries) -> None:
    result = tries(120)
    told = [unified_diff(leak.expected.split("\n"), leak.told.split("\n"), n=0) for leak in result.leaks]
    assert [(leak.scope, leak.asked, *difference) for leak, difference in zip(result.leaks, told, strict=True)] == []
    assert result.computed > 30


def _without_scope_in_answers(patch: pytest.MonkeyPatch) -> None:
    """An answer is kept without whom it is for."""
    get = Answers.get

    def kept_for_all(answers: Answers, version: int, _: Scope, *rest: Any) -> Any:
        return get(answers, version, SCOPES[0], *rest)

    patch.setattr(Answers, "get", kept_for_all)


def _without_scope_on_walls(patch: pytest.MonkeyPatch) -> None:
    """A wall is shown what another may see."""
    part = Snapshots._part

    def of_another(snapshots: Snapshots, data: Data, *rest: str) -> Any:
        return part(snapshots, replace(data, scope=SCOPES[0]), *rest)

    patch.setattr(leaks, "_WALLS", 1.0)
    patch.setattr(Snapshots, "_part", of_another)


def _with_open_table(table: str) -> Callable[[pytest.MonkeyPatch], None]:
    """A table is read whole, whoever asks."""

    def broken(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(narrowing, "rules", lambda scope: {**rules(scope), table: true()})

    return broken


BROKEN = {
    "answers": (_without_scope_in_answers, "petition"),
    "walls": (_without_scope_on_walls, ""),
    "cases": (_with_open_table(schema.petition.name), "petition"),
    "grids": (_with_open_table(schema.grid.name), "grid"),
    "places": (_with_open_table(schema.area.name), "names"),
}


@pytest.mark.parametrize(("broken", "sought"), BROKEN.values(), ids=list(BROKEN))
def test_a_broken_build_is_found(
    broken: Callable[[pytest.MonkeyPatch], None], sought: str, tries: Tries, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(monkeypatch)
    assert tries(1500, sought).leaks


def test_an_opened_rule_of_any_table_is_found(tries: Tries, monkeypatch: pytest.MonkeyPatch) -> None:
    narrowed = {name for name, rule in rules(Placed(districts=frozenset({"410105"}))).items() if not is_constant(rule)}
    monkeypatch.setattr(narrowing, "rules", lambda scope: dict.fromkeys(rules(scope), true()))
    found = {leak.asked for leak in tries(400, "rows", 10_000).leaks}
    missed = {name for name in narrowed - {"info"} if not any(f"'{name}'" in asked for asked in found)}
    assert missed == set()


def is_constant(rule: object) -> bool:
    return isinstance(rule, True_ | False_)
