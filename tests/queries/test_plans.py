"""On PostgreSQL no metric looks a big table through for each row: a plan that does so takes minutes in a real city."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from casebase.engine import Casebase
from queries.compare import compare
from queries.measure import measure
from queries.periods import Period
from queries.registry import METRICS
from tests.queries import sample

AS_OF = datetime(2026, 11, 20, 15)
PERIOD = Period(datetime(2026, 10, 1).date(), AS_OF.date())
# Tables as large as a city's, by the planner's reckoning: with them a set of keys does not fit its memory.
BIG = ("petition", "petition_event", "grid", "grid_worker", "agent", "grid_task", "mediation", "social_org")
ROWS = 20_000_000
Plan = dict[str, Any]


@pytest.fixture(scope="module")
def big_city(tables: sample.Tables, new_url: Callable[[str], str], casebase_of: Callable[[str], Casebase]) -> Casebase:
    """The sample city on a PostgreSQL that takes it for a hundred times a real one."""
    casebase = casebase_of(new_url("postgresql"))
    sample.fill(casebase, tables)
    with casebase.engine.begin() as connection:
        for name in BIG:
            connection.execute(text(f'ALTER TABLE "{name}" SET (autovacuum_enabled = false)'))
            pages = connection.scalar(text(f"SELECT pg_relation_size('{name}') / 8192"))
            told = {"rows": ROWS, "pages": pages, "name": name}
            connection.execute(
                text("UPDATE pg_class SET reltuples = :rows, relpages = :pages WHERE relname = :name"), told
            )
    return casebase


@contextmanager
def statements_of(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """The statements that an engine sends meanwhile, each with its parameters."""
    sent: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        sent.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", keep)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", keep)


def plans_of(casebase: Casebase, ask: Callable[[], object]) -> list[Plan]:
    """The plans of all statements that a question sends."""
    with statements_of(casebase.engine) as own, statements_of(casebase.whole.engine) as sent:
        ask()
    with casebase.engine.connect() as connection:
        explained = [
            connection.exec_driver_sql(f"EXPLAIN (VERBOSE, FORMAT JSON) {statement}", parameters).scalar_one()
            for statement, parameters in [*own, *sent]
            if statement.lstrip().upper().startswith(("SELECT", "WITH"))
        ]
    return [found[0]["Plan"] for found in explained]


def nodes(plan: Plan) -> Iterator[Plan]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def searches(plan: Plan) -> list[str]:
    """Big tables that are read from the start for every row of the query."""
    hashed = json.dumps(plan)
    found = []
    for node in nodes(plan):
        name = node.get("Subplan Name", "")
        if node.get("Parent Relationship") == "SubPlan" and f"hashed {name}" not in hashed:
            found += [
                f"{name}: {part['Relation Name']}"
                for part in nodes(node)
                if part["Node Type"] == "Seq Scan" and part["Relation Name"] in BIG
            ]
    return found


@pytest.mark.parametrize("metric", METRICS)
def test_no_metric_searches_a_big_table_for_every_row(metric: str, big_city: Casebase) -> None:
    splits = [(), *((name,) for name in ("district", "month") if METRICS[metric].applies(name))]
    for by in splits:
        plans = plans_of(big_city, lambda by=by: measure(big_city.whole, [metric], as_of=AS_OF, period=PERIOD, by=by))  # type: ignore[misc]
        assert plans
        assert [found for plan in plans for found in searches(plan)] == []


@pytest.mark.parametrize("metric", ["one_pass_resolution", "repeated_later"])
def test_repeats_are_looked_up_in_their_index_alone(metric: str, big_city: Casebase) -> None:
    """Each of a year's closed cases asks for its repeats: rows of the table would be read from all over the disk."""
    plans = plans_of(big_city, lambda: measure(big_city.whole, [metric], as_of=AS_OF, period=PERIOD, by=["district"]))
    of_repeats = [node for plan in plans for node in nodes(plan) if node.get("Index Name") == "petition_repeats"]
    assert [node["Node Type"] for node in of_repeats] == ["Index Only Scan"]


def test_a_search_for_every_row_is_seen(big_city: Casebase) -> None:
    flags = text("SELECT count(*) FILTER (WHERE g.grid_id IN (SELECT grid_id FROM grid_worker)) FROM grid g")
    plans = plans_of(big_city, lambda: run(big_city.engine, flags))
    assert [found for plan in plans for found in searches(plan)] == ["SubPlan 1: grid_worker"]


def run(engine: Engine, statement: Any) -> None:
    with engine.connect() as connection:
        connection.execute(statement)


@pytest.mark.parametrize(("kind", "once"), [("duckdb", True), ("postgresql", False)])
def test_several_passes_over_rows_of_few_cases_fetch_these_once(
    city_on: Callable[[str], Casebase], kind: str, once: bool
) -> None:
    casebase = city_on(kind)
    with statements_of(casebase.whole.engine) as sent:
        compare(casebase.whole, ["receptions", "receptions_open", "reception_days"], as_of=AS_OF, period=PERIOD)
        measure(casebase.whole, ["receptions_open"], as_of=AS_OF)
    together, alone = (text for text, _ in sent if "FROM reception" in text and "pass" in text)
    assert together.startswith("WITH few_cases") == once
    assert "few_cases" not in alone


def test_the_moments_of_a_number_look_at_few_cases_that_are_fetched_once(duckdb_city: Casebase) -> None:
    """Which agents had a case within a year of each month's end, and beside it a number of all cases."""
    with statements_of(duckdb_city.whole.engine) as sent:
        compare(duckdb_city.whole, ["agents_engaged", "registered"], as_of=AS_OF, period=PERIOD)
    (together,) = (text for text, _ in sent if "FROM agent" in text and "pass" in text)
    assert together.startswith("WITH few_cases")
    assert together.count("FROM few_cases") == 3
    assert together.count("petition.registered_at BETWEEN") > 0, "other numbers look at all cases"


@pytest.mark.parametrize(("kind", "is_exists"), [("duckdb", False), ("postgresql", True)])
def test_whether_a_row_is_there_is_asked_as_each_engine_tells_it_soonest(
    city_on: Callable[[str], Casebase], kind: str, is_exists: bool
) -> None:
    casebase = city_on(kind)
    with statements_of(casebase.whole.engine) as sent:
        measure(casebase.whole, ["grids_staffed"], as_of=AS_OF)
    (asked,) = (text for text, _ in sent if "AS staff" in text)
    assert ("EXISTS" in asked, "grid.grid_id IN (SELECT staff.grid_id" in asked) == (is_exists, not is_exists)
