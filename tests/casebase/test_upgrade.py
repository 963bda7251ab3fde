"""An upgraded database is the schema that the code describes, on every engine."""

from datetime import date, datetime, timedelta

import pytest
from alembic import command
from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Engine,
    Float,
    Inspector,
    Integer,
    SmallInteger,
    String,
    create_engine,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.types import TypeDecorator, TypeEngine

from casebase.compatibility import is_newest
from casebase.engine import Casebase
from casebase.errors import CasebaseError
from casebase.schema import OPEN_END, metadata, petition
from casebase.upgrade import alembic_config, upgrade

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
    assert not newest(engine)
    upgrade(engine)
    assert newest(engine)
    engine.dispose()


def newest(engine: Engine) -> bool:
    with engine.connect() as connection:
        return is_newest(connection)


def test_database_of_a_newer_release_is_refused(empty_casebase: Casebase) -> None:
    with empty_casebase.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert not newest(empty_casebase.engine)
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


@pytest.mark.parametrize("from_release", ["0001", "0002", "0003", "0004", "0005", "0006"])
def test_every_older_schema_becomes_this_one(empty_url: str, from_release: str) -> None:
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), from_release)
    assert not newest(engine)
    upgrade(engine)
    assert newest(engine)
    assert found(inspect(engine)) == described()
    if engine.dialect.name == "postgresql":
        indexes = {index["name"]: index["column_names"] for index in inspect(engine).get_indexes("petition")}
        assert indexes["petition_repeats"] == ["repeat_of", "registered_at"]
        assert "petition_repeat_of" not in indexes
    engine.dispose()


def test_cases_of_an_older_database_know_by_when_they_ended(empty_url: str) -> None:
    engine = create_engine(empty_url)
    values = {"people": 1, "extended_days": 0, "source": "a"}
    values |= dict.fromkeys(("is_first", "is_simple", "is_collective", "counted", "restricted"), False)
    values |= dict.fromkeys(("registered_at", "updated_at"), "2025-08-01 10:00:00")
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0006")
        for number, closed_at in enumerate(("2025-08-04 09:00:00", None)):
            row = values | {"petition_id": number, "case_no": str(number), "closed_at": closed_at}
            columns, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
            connection.execute(text(f"INSERT INTO petition ({columns}) VALUES ({marks})"), row)
    upgrade(engine)
    with engine.connect() as connection:
        settled_by = connection.scalars(select(petition.c.settled_by).order_by(petition.c.petition_id)).all()
    closed = datetime(2025, 8, 4, 9) if engine.dialect.name == "duckdb" else OPEN_END
    assert settled_by == [closed, OPEN_END]
    engine.dispose()


def test_deadlines_of_the_older_rule_are_taken_back_and_those_of_files_kept(empty_url: str) -> None:
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0005")
        days = [(date(2025, 8, 1) + timedelta(days=n)) for n in range(30)]
        worked = 0
        for day in days:
            worked += day.weekday() < 5
            row = {"day": day, "is_workday": day.weekday() < 5, "workday_no": worked, "published": True}
            connection.execute(text("INSERT INTO workday VALUES (:day, :is_workday, :workday_no, :published)"), row)
        for number, (source, channel, purpose, status, accepted, due) in enumerate(OLDER_CASES):
            values = {
                "petition_id": number, "case_no": str(number), "source": source, "channel": channel, "purpose": purpose,
                "status": status, "accepted_at": accepted, "due_at": due, "registered_at": "2025-08-01 10:00:00",
                "updated_at": "2025-08-01 10:00:00", "people": 1, "extended_days": 0,
            }  # fmt: skip
            values |= dict.fromkeys(("is_first", "is_simple", "is_collective", "counted", "restricted"), False)
            columns, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
            connection.execute(text(f"INSERT INTO petition ({columns}) VALUES ({marks})"), values)
    upgrade(engine)
    with engine.connect() as connection:
        limits = connection.scalars(select(petition.c.due_at).order_by(petition.c.petition_id)).all()
    assert limits == [
        datetime(2025, 10, 2, 23, 59, 59),  # 60 days from acceptance
        None,  # not accepted, so not begun
        datetime(2025, 9, 30, 23, 59, 59),  # of a source that counts from registration
        None, None, None,  # 意见建议, 检举控告, turned away
        datetime(2025, 9, 1),  # a limit of the file
        datetime(2025, 8, 8, 23, 59, 59),  # 12345: five working days from Friday, 1 August
        datetime(2025, 8, 20),  # 12345: a limit of the file
    ]  # fmt: skip
    engine.dispose()


_FROM_ACCEPTANCE, _FROM_REGISTRATION = "2025-10-02 23:59:59", "2025-09-30 23:59:59"
OLDER_CASES = (
    ("a", "来信", "求决", "办理中", "2025-08-03 09:00:00", _FROM_ACCEPTANCE),
    ("a", "来信", "求决", "待受理", None, _FROM_REGISTRATION),
    ("b", "来信", "求决", "办理中", None, _FROM_REGISTRATION),
    ("a", "来信", "意见建议", "办理中", "2025-08-03 09:00:00", _FROM_ACCEPTANCE),
    ("a", "来信", "检举控告", "办理中", None, _FROM_REGISTRATION),
    ("a", "来信", "求决", "不予受理", "2025-08-03 09:00:00", _FROM_ACCEPTANCE),
    ("a", "来信", "意见建议", "办理中", "2025-08-03 09:00:00", "2025-09-01 00:00:00"),
    ("a", "12345转办", "求决", "办理中", "2025-08-03 09:00:00", _FROM_ACCEPTANCE),
    ("a", "12345转办", "求决", "办理中", "2025-08-03 09:00:00", "2025-08-20 00:00:00"),
)
