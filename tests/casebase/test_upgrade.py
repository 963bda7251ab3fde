"""An upgraded database is the schema that the code describes, on every engine."""

import pytest
from alembic import command
from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Float,
    Inspector,
    Integer,
    SmallInteger,
    String,
    create_engine,
    inspect,
    text,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.types import TypeDecorator, TypeEngine

from casebase.engine import Casebase
from casebase.errors import CasebaseError
from casebase.schema import metadata, petition
from casebase.upgrade import alembic_config, is_current, upgrade

# Tables that grow by the million have no key on DuckDB; the first migration says why.
BIG_TABLES = {"petition", "petition_event", "grid_worker", "grid_task", "mediation", "load_reject"}

_FAMILIES = (SmallInteger, BigInteger, Integer, Float, Boolean, DateTime, Date, String)


def family(kind: TypeEngine[object]) -> str:
    """Integers keep their width, for a narrower column would overflow; texts are texts."""
    stored = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    return next(base.__name__ for base in _FAMILIES if isinstance(stored, base))


def described() -> dict[str, dict[str, tuple[str, bool]]]:
    return {
        table.name: {column.name: (family(column.type), bool(column.nullable)) for column in table.columns}
        for table in metadata.tables.values()
    }


def found(inspector: Inspector) -> dict[str, dict[str, tuple[str, bool]]]:
    return {
        table: {
            column["name"]: (family(column["type"]), bool(column["nullable"]))
            for column in inspector.get_columns(table)
        }
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def test_upgraded_database_is_the_described_schema(empty_casebase: Casebase) -> None:
    assert found(inspect(empty_casebase.engine)) == described()


def test_keys_are_those_described(empty_casebase: Casebase) -> None:
    inspector = inspect(empty_casebase.engine)
    without = BIG_TABLES if empty_casebase.engine.dialect.name == "duckdb" else set()
    for table in metadata.tables.values():
        wanted = [] if table.name in without else [column.name for column in table.primary_key]
        assert inspector.get_pk_constraint(table.name)["constrained_columns"] == wanted, table.name


def test_second_upgrade_changes_nothing(empty_casebase: Casebase) -> None:
    before = found(inspect(empty_casebase.engine))
    upgrade(empty_casebase.engine)
    assert found(inspect(empty_casebase.engine)) == before


def test_current_only_after_upgrade(empty_url: str) -> None:
    engine = create_engine(empty_url)
    assert not is_current(engine)
    upgrade(engine)
    assert is_current(engine)
    engine.dispose()


def test_database_of_a_newer_release_is_refused(empty_casebase: Casebase) -> None:
    with empty_casebase.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert not is_current(empty_casebase.engine)
    with pytest.raises(CasebaseError, match="newer release"):
        upgrade(empty_casebase.engine)


def test_failed_upgrade_leaves_the_database_as_it_was(empty_url: str) -> None:
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        # The migration creates this table among the last.
        connection.execute(text("CREATE TABLE info (anything INTEGER)"))
    with pytest.raises(CasebaseError, match="schema cannot be upgraded"):
        upgrade(engine)
    assert inspect(engine).get_table_names() == ["info"]
    engine.dispose()


def test_postgresql_keeps_case_numbers_unique_within_a_source(
    postgres_url: str,
) -> None:
    engine = create_engine(postgres_url)
    upgrade(engine)
    case = {"case_no": "A-1", "source": "letters", "registered_at": "2026-01-05", "updated_at": "2026-01-05"}
    flags = dict.fromkeys(("is_first", "is_simple", "is_collective", "counted", "restricted"), False)
    row = case | flags | {"people": 1, "extended_days": 0}
    columns = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    insert = text(f"INSERT INTO {petition.name} (petition_id, {columns}) VALUES (:petition_id, {values})")
    with engine.begin() as connection:
        connection.execute(insert, row | {"petition_id": 1})
        connection.execute(insert, row | {"petition_id": 2, "source": "visits"})
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(insert, row | {"petition_id": 3})
    engine.dispose()


def test_texts_of_rejected_rows_are_forgotten(empty_url: str) -> None:
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0001")
        connection.execute(
            text(
                "INSERT INTO load_reject VALUES (1, 4, 'opened', '李四,410105198001011234', 'the time does not parse')"
            )
        )
    upgrade(engine)
    with engine.connect() as connection:
        (row,) = connection.execute(text("SELECT * FROM load_reject")).all()
    assert tuple(row) == (1, 4, "opened", "the time does not parse")
    engine.dispose()


@pytest.mark.parametrize("from_release", ["0001", "0002", "0003", "0004"])
def test_every_older_schema_becomes_this_one(empty_url: str, from_release: str) -> None:
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), from_release)
    upgrade(engine)
    assert is_current(engine)
    assert found(inspect(engine)) == described()
    if engine.dialect.name == "postgresql":
        indexes = {index["name"]: index["column_names"] for index in inspect(engine).get_indexes("petition")}
        assert indexes["petition_repeats"] == ["repeat_of", "registered_at"]
        assert "petition_repeat_of" not in indexes
    engine.dispose()
