"""What is made of the same rows reads them once a version of the data."""

from typing import Any

import pytest
from sqlalchemy import Select, event, select

from casebase.engine import Casebase, mark_changed
from casebase.schema import category
from queries import names
from queries.once_a_version import once_for
from tests.queries import sample


def classes() -> Select[Any]:
    return select(category.c.code, category.c.name)


@pytest.fixture
def asked(duckdb_city: Casebase) -> list[str]:
    """The statements over classes that the whole of the city was asked since."""
    statements: list[str] = []

    def note(*args: Any) -> None:
        if "FROM category" in args[2]:
            statements.append(args[2])

    event.listen(duckdb_city.whole.engine, "before_cursor_execute", note)
    return statements


def test_questions_of_the_same_rows_read_them_once(duckdb_city: Casebase, asked: list[str]) -> None:
    made: list[str] = []
    one = once_for(classes)(lambda casebase: made.append("one"))
    other = once_for(classes)(lambda casebase: made.append("other"))
    whole = duckdb_city.whole
    for question in (one, other, one, other):
        question(whole)
    assert (len(asked), made) == (1, ["one", "other"])
    with duckdb_city.writing() as connection:
        mark_changed(connection, sample.LAST)
    for question in (one, other):
        question(whole)
    assert (len(asked), made) == (2, ["one", "other"])  # a new version with the same rows: looked at, not made anew


def test_a_table_that_a_caller_changes_is_his_own(duckdb_city: Casebase) -> None:
    for ask in (names.areas, names.categories, names.units):
        table = ask(duckdb_city.whole)
        table["name"] = "changed"
        assert (ask(duckdb_city.whole)["name"] != "changed").all()
