"""Statements narrowed to a scope: compiled so that every table they name is read through the scope's rule.

A connection of a narrowed engine reads `petition` as `(SELECT * FROM petition WHERE …) AS petition`, wherever the name
stands in a statement: in a join, a subquery, under another name. What would go around it is refused: SQL written by
hand, and every write. The pool, and with it the connections, are those of the engine that it was made of. PostgreSQL is
told the scope at the beginning of each transaction, to keep it once more by itself (casebase.row_security).
"""

import copy
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from sqlalchemy import ColumnElement, Connection, Engine, True_, event
from sqlalchemy.engine import Dialect
from sqlalchemy.pool import Pool
from sqlalchemy.sql.compiler import SQLCompiler

from casebase.row_security import FACTS, tell, told
from casebase.scope import Placed, is_narrowed, rules

# Of words that a statement is given as text, those that name no table.
_KEYWORDS = frozenset({"MATERIALIZED"})
# A column written by hand that asks for rows of its own.
_QUESTION = re.compile(r"\b(select|from|table)\b", re.IGNORECASE)


class NarrowedStatementError(TypeError):
    """A statement that a scope does not reach: written by hand, of another table, a write, or of every row unasked."""


def narrowed_engine(engine: Engine, scope: Placed | None) -> Engine:
    """An engine with the same connections whose statements see a scope's rows alone (None: all cases)."""
    dialect = copy.copy(engine.dialect)
    written = {name: _written(rule, engine.dialect) for name, rule in rules(scope).items()}
    dialect.statement_compiler = type("Narrowed", (_Narrowed, dialect.statement_compiler), {"narrowed": written})
    narrowed = _NarrowedEngine(engine, dialect)
    event.listen(narrowed, "before_cursor_execute", _refuse_what_was_not_compiled)
    if dialect.name == "postgresql":
        settings = told(scope)
        event.listen(narrowed, "begin", lambda connection: tell(connection, settings))
    return narrowed


def _refuse_what_was_not_compiled(
    connection: Connection, _cursor: object, _sql: str, _parameters: object, context: Any, _many: bool
) -> None:
    """SQL that never met the compiler, and rows of all scopes where nobody said that facts are asked."""
    if not isinstance(context.compiled, _Narrowed):
        raise NarrowedStatementError("SQL written by hand is not narrowed to a scope")
    if context.compiled.reads_every_row and not connection.info.get(FACTS):
        raise NarrowedStatementError("every row is read by ScopedCasebase.reading_facts alone")


def _written(rule: ColumnElement[bool], dialect: Dialect) -> str | None:
    """A rule as SQL; None where it lets all rows through."""
    is_open = isinstance(rule, True_)
    return None if is_open else str(rule.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


class _NarrowedEngine(Engine):
    """An engine of another dialect on the connections of its owner, also after the owner has disposed of them."""

    def __init__(self, owner: Engine, dialect: Dialect) -> None:
        self._owner = owner
        super().__init__(owner.pool, dialect, owner.url)

    @property
    def pool(self) -> Pool:
        return self._owner.pool

    @pool.setter
    def pool(self, _: Pool) -> None:
        """The owner's alone."""

    def dispose(self, close: bool = True) -> None:
        self._owner.dispose(close)


class _Narrowed(SQLCompiler):
    """Writes a table that a statement reads from as the rows of it that the scope lets through."""

    narrowed: Mapping[str, str | None]
    reads_every_row = False

    def visit_table(self, table: Any, asfrom: bool = False, **kwargs: Any) -> str:  # type: ignore[override]
        name: str = super().visit_table(table, asfrom=asfrom, **kwargs)  # type: ignore[no-untyped-call]
        if not asfrom:
            return name
        if not is_narrowed(table):
            self.reads_every_row = True
            return name
        if table.name not in self.narrowed:
            raise NarrowedStatementError(f"{table.name}: no scope says which of its rows may be seen")
        rule = self.narrowed[table.name]
        if rule is None:
            return name
        # DuckDB knows where a row lies in the file by a column that * does not name.
        columns = "*, rowid" if self.dialect.name == "duckdb" else "*"
        rows = f"(SELECT {columns} FROM {name} WHERE {rule})"
        alias = kwargs.get("enclosing_alias")
        return rows if alias is not None and alias.element is table else f"{rows} AS {name}"

    def visit_textclause(self, textclause: Any, *args: Any, **kwargs: Any) -> str:
        if textclause.text not in _KEYWORDS:
            raise NarrowedStatementError("SQL written by hand is not narrowed to a scope")
        return str(super().visit_textclause(textclause, *args, **kwargs))  # type: ignore[no-untyped-call]

    def visit_column(self, column: Any, *args: Any, **kwargs: Any) -> str:
        if column.is_literal and _QUESTION.search(column.name):
            raise NarrowedStatementError("SQL written by hand is not narrowed to a scope")
        return str(super().visit_column(column, *args, **kwargs))

    def get_statement_hint_text(self, _: Any) -> NoReturn:
        raise NarrowedStatementError("SQL written by hand is not narrowed to a scope")

    def visit_insert(self, *_: Any, **__: Any) -> NoReturn:
        raise NarrowedStatementError("who sees a scope writes nothing")

    visit_update = visit_delete = visit_insert
