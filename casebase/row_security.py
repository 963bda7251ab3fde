"""Row-level security of PostgreSQL: the scope once more, kept by the server itself for a user that only reads.

Each table has one policy, made of the same rules as the first wall (casebase.scope). Its codes are those that a
transaction tells the server before anything is asked; one that tells nothing is shown the calendar and the names of
places alone. Owners of the tables and superusers are held by no policy: they load and upgrade.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Connection, Text, True_, cast, func, literal, or_, select, text, true
from sqlalchemy.dialects import postgresql

from casebase import schema
from casebase.errors import UsageError
from casebase.scope import Placed, ToldCodes, rules

_POLICY = "cockpit_scope"
_EVERYTHING = "cockpit.everything"
_SETTINGS = ("cockpit.districts", "cockpit.streets", "cockpit.communities", "cockpit.units")
# No code has it in itself.
_BETWEEN = "\x1f"
# Read before it is known what whoever asks may see: the levels of areas, the calendar.
_NEEDED_FIRST = frozenset({schema.area.name, schema.workday.name})
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def told(scope: Placed | None) -> dict[str, str]:
    """The settings of a transaction by which the policies know the scope (None: everything)."""
    if scope is None:
        return {_EVERYTHING: "on"}
    codes = (scope.districts, scope.streets, scope.communities, scope.units)
    return {
        name: _BETWEEN.join(sorted(some))
        for name, some in zip(_SETTINGS, codes, strict=True)
        if isinstance(some, frozenset) and some
    }


def tell(connection: Connection, settings: Mapping[str, str]) -> None:
    """Set these until the transaction ends, past whoever listens for the statements of a question."""
    if settings:
        _ask(connection, "set_config(%s, %s, true)", *settings.items())


@contextmanager
def every_row_told(connection: Connection) -> Iterator[None]:
    """Inside, the policies let every row through: for facts that are of no case (casebase.scope.every_row)."""
    if connection.dialect.name != "postgresql":
        yield
        return
    if not connection.in_transaction():
        connection.begin()
    (before,) = _ask(connection, "current_setting(%s, true)", (_EVERYTHING,))
    tell(connection, {_EVERYTHING: "on"})
    yield
    tell(connection, {_EVERYTHING: before or ""})


def _ask(connection: Connection, call: str, *calls: tuple[str, ...]) -> Any:
    """One row of what a function says for each of these arguments, straight from the driver."""
    driver: Any = connection.connection.dbapi_connection
    values = [value for arguments in calls for value in arguments]
    return driver.execute(f"SELECT {', '.join([call] * len(calls))}", values).fetchone()


def install(connection: Connection, reader: str) -> None:
    """Lay the policies of this release on all tables and let a user read them; anew, where they are there already.

    Raises a database error where the connection's user is not the owner, or there is no such reader.
    """
    user = _DIALECT.identifier_preparer.quote(reader)
    for name, condition in _conditions():
        table = _DIALECT.identifier_preparer.quote(name)
        for statement in (
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"DROP POLICY IF EXISTS {_POLICY} ON {table}",
            f"CREATE POLICY {_POLICY} ON {table} FOR SELECT USING ({condition})",
            f"COMMENT ON POLICY {_POLICY} ON {table} IS '{_print(condition)}'",
            f"GRANT SELECT ON {table} TO {user}",
        ):
            connection.exec_driver_sql(statement.replace("%", "%%"))
    connection.execute(text(f"GRANT SELECT ON alembic_version TO {user}"))


def check_reader(connection: Connection) -> None:
    """Raises UsageError where the policies of this release do not hold the connection's user."""
    if connection.dialect.name != "postgresql":
        return
    user, is_exempt = connection.execute(_EXEMPT).one()
    if is_exempt:
        raise UsageError(
            f"the database user {user} owns the tables or is a superuser, whom row-level security does not hold: "
            "people who sign in are served by a user that only reads (docs/access.md)"
        )
    found = {name: mark for name, mark in connection.execute(_POLICIES, {"policy": _POLICY})}  # noqa: C416
    if found != {name: _print(condition) for name, condition in _conditions()}:
        raise UsageError(
            "the row-level security of the case database is missing or that of another release; as the owner of its "
            f"tables run: python -m casebase row-security {user}"
        )


_EXEMPT = text("""
    SELECT current_user, bool_or(r.rolsuper OR r.rolbypassrls) OR EXISTS (
        SELECT FROM pg_class c
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace
        AND pg_has_role(c.relowner, 'USAGE')
    ) FROM pg_roles r WHERE pg_has_role(r.oid, 'USAGE')
""")
_POLICIES = text("""
    SELECT c.relname, obj_description(p.oid, 'pg_policy')
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
    WHERE p.polname = :policy AND c.relrowsecurity AND c.relnamespace = current_schema()::regnamespace
""")


def _conditions() -> Iterator[tuple[str, str]]:
    """By table, what its policy asks of a row."""
    everything = _once(func.current_setting(_EVERYTHING, true()) == "on")
    for name, rule in rules(Placed(*(_codes(setting) for setting in _SETTINGS))).items():
        condition: ColumnElement[bool] = rule
        if name in _NEEDED_FIRST or isinstance(rule, True_):
            condition = true()
        elif name != schema.info.name:
            condition = or_(everything, rule)
        yield name, str(condition.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True}))


def _codes(setting: str) -> ToldCodes:
    listed = func.string_to_array(func.current_setting(setting, true()), literal(_BETWEEN))
    return ToldCodes(cast(_once(listed), ARRAY(Text)))


def _once(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """A value that a statement reckons once, and not for every row."""
    return select(value).scalar_subquery()


def _print(condition: str) -> str:
    """A short print of a policy, by which that of another release is known."""
    return hashlib.sha256(condition.encode()).hexdigest()[:16]
