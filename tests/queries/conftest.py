"""The sample city, once a test run on each engine."""

import os
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings

from casebase.engine import Casebase, mark_changed, write_info
from casebase.row_order import sort_cases
from tests.conftest import ENGINES
from tests.queries import sample
from tests.queries.reference import Reference

# HYPOTHESIS_PROFILE=thorough looks for new counterexamples; the tests of every day repeat the same ones.
_COMMON = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
settings.register_profile("numbers", _COMMON, derandomize=True, max_examples=25)
settings.register_profile("thorough", _COMMON, max_examples=500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "numbers"))


@pytest.fixture(scope="session")
def tables() -> sample.Tables:
    return sample.build()


@pytest.fixture(scope="session")
def reference(tables: sample.Tables) -> Reference:
    return Reference(tables)


@pytest.fixture(scope="session")
def city_on(
    tables: sample.Tables, new_url: Callable[[str], str], casebase_of: Callable[[str], Casebase]
) -> Callable[[str], Casebase]:
    """A function from "duckdb" or "postgresql" to the sample city there."""
    built: dict[str, Casebase] = {}

    def get(kind: str) -> Casebase:
        if kind not in built:
            built[kind] = casebase_of(new_url(kind))
            sample.fill(built[kind], tables)
            with built[kind].writing() as connection:
                write_info(connection, data_until=sample.LAST.isoformat())
                # A database that counts its changes is asked once, not at each question, what it does not know.
                mark_changed(connection, sample.LAST)
            sort_cases(built[kind])  # settled cases are known and counted apart
        return built[kind]

    return get


@pytest.fixture(scope="session")
def duckdb_city(city_on: Callable[[str], Casebase]) -> Casebase:
    """The sample city on DuckDB, for what both engines need not say twice."""
    return city_on("duckdb")


@pytest.fixture(params=ENGINES, scope="session")
def city(request: pytest.FixtureRequest, city_on: Callable[[str], Casebase]) -> Casebase:
    """The sample city, once on each engine."""
    return city_on(request.param)
