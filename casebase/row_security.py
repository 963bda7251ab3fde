"""Row-level security of PostgreSQL: the scope once more, kept by the server itself for a user that only reads.

Each table has one policy, made of the same rules as the first wall (casebase.scope). Its codes are those that a
transaction tells the server before anything is asked; one that tells nothing is shown the calendar and the names of
places alone. Owners of the tables and superusers are held by no policy: they load and upgrade.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from psycopg.errors import InFailedSqlTransaction
from sqlalchemy import ARRAY, ColumnElement, Connection, Text, True_, cast, func, literal, or_, select, text, true
from sqlalchemy.dialects import postgresql

from casebase import schema
from casebase.errors import UsageError
from casebase.scope import Placed, ToldCodes, rules

# Under this name a connection knows that facts are asked of it.
FACTS = "facts"
_POLICY = "cockpit_scope"
_EVERYTHING = "cockpit.everything"
_SETTINGS = ("cockpit.districts", "cockpit.streets", "cockpit.communities", "cockpit.units")
# No code has it in itself.
_BETWEEN = "\x1f"
# Read before it is known what whoever asks may see: the levels of areas, the calendar.
_NEEDED_FIRST = frozenset({schema.area.name, schema.workday.name})
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def told(scope: Placed | None) -> dict[str, str]:
    """The settings of a transaction by which the policies know the scope (None: everything).

    All of them, always: what a session or a role was given before counts for nothing.
    """
    if scope is None:
        return dict.fromkeys(_SETTINGS, "") | {_EVERYTHING: "on"}
    codes = (scope.districts, scope.streets, scope.communities, scope.units)
    named = {
        name: _BETWEEN.join(sorted(some))
        for name, some in zip(_SETTINGS, codes, strict=True)
        if isinstance(some, frozenset)
    }
    return named | {_EVERYTHING: ""}


def tell(connection: Connection, settings: Mapping[str, str]) -> None:
    """Set these until the transaction ends, past whoever listens for the statements of a question."""
    _ask(connection, "set_config(%s, %s, true)", *settings.items())


@contextmanager
def every_row_told(connection: Connection) -> Iterator[None]:
    """Inside, every row may be asked for, past the policies too: for facts that are of no case (casebase.scope)."""
    with _noted(connection):
        if connection.dialect.name != "postgresql":
            yield
            return
        if not connection.in_transaction():
            connection.begin()
        (before,) = _ask(connection, "current_setting(%s, true)", (_EVERYTHING,))
        tell(connection, {_EVERYTHING: "on"})
        try:
            yield
        finally:
            # A transaction that failed ends with what it was told.
            with suppress(InFailedSqlTransaction):
                tell(connection, {_EVERYTHING: before or ""})


@contextmanager
def _noted(connection: Connection) -> Iterator[None]:
    before = connection.info.get(FACTS)
    connection.info[FACTS] = True
    try:
        yield
    finally:
        connection.info[FACTS] = before


def _ask(connection: Connection, call: str, *calls: tuple[str, ...]) -> Any:
    """One row of what a function says for each of these arguments, straight from the driver."""
    driver: Any = connection.connection.dbapi_connection
    values = [value for arguments in calls for value in arguments]
    return driver.execute(f"SELECT {', '.join([call] * len(calls))}", values).fetchone()


def install(connection: Connection, reader: str) -> None:
    """Lay the policies of this release on all tables and let a user read them; anew, where they are there already.

    Raises UsageError for a reader whom they do not hold, and where others' policies stand beside them; a database error
    where the connection's user is not the owner, or there is no such reader.
    """
    user = _DIALECT.identifier_preparer.quote(reader)
    for name, condition in _conditions():
        table = _DIALECT.identifier_preparer.quote(name)
        for statement in (
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"DROP POLICY IF EXISTS {_POLICY} ON {table}",
            f"CREATE POLICY {_POLICY} ON {table} FOR SELECT USING ({condition})",
            f"GRANT SELECT ON {table} TO {user}",
        ):
            connection.exec_driver_sql(statement.replace("%", "%%"))
    connection.execute(text(f"GRANT SELECT ON alembic_version TO {user}"))
    # What the server made of each is written down beside it: by that a policy is known that was altered since.
    marks, found = _marks(), connection.execute(_FOUND).all()
    for name, _, laid in found:
        table = _DIALECT.identifier_preparer.quote(name)
        connection.execute(text(f"COMMENT ON POLICY {_POLICY} ON {table} IS '{marks[name]} {laid}'"))
    if others := marks.keys() - {name for name, *_ in found}:
        raise UsageError(
            f"{', '.join(sorted(others))}: policies of others stand beside the cockpit's; take them away first"
        )
    _check_user(connection, reader)


def remove(connection: Connection) -> None:
    """Take the policies away: no column that one of them reads can be changed. Readers are shown nothing until then."""
    for name in connection.scalars(_LAID, {"policy": _POLICY}).all():
        connection.execute(text(f"DROP POLICY {_POLICY} ON {_DIALECT.identifier_preparer.quote(name)}"))


def check_reader(connection: Connection) -> None:
    """Raises UsageError where the policies of this release do not hold the connection's user."""
    if connection.dialect.name != "postgresql":
        return
    user = str(connection.scalar(select(func.current_user())))
    _check_user(connection, user)
    before = [connection.scalar(select(func.current_setting(name, true()))) for name in (_EVERYTHING, *_SETTINGS)]
    if any(before):
        raise UsageError(
            f"the database user {user} or its URL sets cockpit.* by itself, which opens row-level security: "
            "take that away (ALTER ROLE … RESET)"
        )
    marks, found = _marks(), connection.execute(_FOUND).all()
    whole = {name for name, mark, laid in found if mark == f"{marks.get(name)} {laid}"}
    if whole != marks.keys():
        raise UsageError(
            "the row-level security of the case database is missing, altered or that of another release; as the owner "
            f"of its tables run: python -m casebase row-security {user}"
        )


def _check_user(connection: Connection, user: str) -> None:
    """Raises UsageError for a user whom no policy holds, or who may write."""
    is_exempt, may_write = connection.execute(_RIGHTS, {"user": user}).one()
    if is_exempt:
        raise UsageError(
            f"the database user {user} owns the tables or is a superuser, or a member of one, whom row-level security "
            "does not hold: people who sign in are served by a user that only reads (docs/access.md)"
        )
    if may_write:
        raise UsageError(
            f"the database user {user} may write the tables: people who sign in are served by one that reads"
        )


_TABLES = "c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace"
_RIGHTS = text(f"""
    SELECT EXISTS (SELECT FROM pg_roles r WHERE (r.rolsuper OR r.rolbypassrls) AND pg_has_role(:user, r.oid, 'MEMBER'))
        OR EXISTS (SELECT FROM pg_class c WHERE {_TABLES} AND pg_has_role(:user, c.relowner, 'MEMBER')),
    EXISTS (
        SELECT FROM pg_class c
        WHERE {_TABLES} AND has_table_privilege(:user, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
    )
""")
_LAID = text("""
    SELECT c.relname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
    WHERE p.polname = :policy AND c.relnamespace = current_schema()::regnamespace
""")
# Of each table with the one policy that it should have: its mark, and a print of what the server holds it to be.
_FOUND = text(f"""
    SELECT c.relname, max(obj_description(p.oid, 'pg_policy')), max(md5(pg_get_expr(p.polqual, p.polrelid)))
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
    WHERE {_TABLES} AND c.relrowsecurity
    GROUP BY c.relname
    HAVING count(*) = 1 AND bool_and(
        p.polname = '{_POLICY}' AND p.polcmd = 'r' AND p.polpermissive AND p.polroles = '{{0}}'
    )
""")


def _marks() -> dict[str, str]:
    """By table, a short print of its policy, by which that of another release is known."""
    return {name: hashlib.sha256(condition.encode()).hexdigest()[:16] for name, condition in _conditions()}


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
