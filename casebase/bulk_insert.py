"""Appending many rows at once, inside the caller's transaction, on every engine."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv
from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    SmallInteger,
    Table,
    insert,
)
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlalchemy.types import TypeEngine

_MEMORY = "5GB"
_ARROW: list[tuple[type[TypeEngine[Any]], pa.DataType]] = [
    (SmallInteger, pa.int16()),
    (BigInteger, pa.int64()),
    (Integer, pa.int32()),
    (Float, pa.float64()),
    (Boolean, pa.bool_()),
    (DateTime, pa.timestamp("us")),
    (Date, pa.date32()),
]


@contextmanager
def modest_memory(connection: Connection) -> Iterator[None]:
    """DuckDB would keep most of the machine's memory for a large open transaction; it can do with less."""
    limited = connection.dialect.name == "duckdb"
    if limited:
        connection.exec_driver_sql(f"SET memory_limit = '{_MEMORY}'")
    try:
        yield
    finally:
        if limited:
            connection.exec_driver_sql("RESET memory_limit")


def arrow_schema(table: Table, names: list[str]) -> pa.Schema:
    """The Arrow types of the named columns of a table."""
    return pa.schema([(name, _arrow_type(table.c[name].type)) for name in names])


def append(connection: Connection, table: Table, rows: pd.DataFrame | pa.Table) -> None:
    """Append rows; columns that `rows` leaves out become null or the column's Python default.

    DuckDB reads the Arrow table in place, PostgreSQL takes it as COPY; any other engine gets
    ordinary inserts.
    """
    data = (
        rows
        if isinstance(rows, pa.Table)
        else pa.Table.from_pandas(rows, schema=arrow_schema(table, list(rows.columns)), preserve_index=False)
    )
    data = _with_defaults(table, data)
    if data.num_rows == 0:
        return
    raw: Any = connection.connection.driver_connection
    names = ", ".join(f'"{name}"' for name in data.column_names)
    if connection.dialect.name == "duckdb":
        # A reader that is used up holds nothing; DuckDB keeps what was registered until the transaction ends.
        raw.register("_incoming", pa.RecordBatchReader.from_batches(data.schema, iter(data.to_batches())))
        try:
            connection.exec_driver_sql(f'INSERT INTO "{table.name}" ({names}) SELECT {names} FROM _incoming')
        finally:
            raw.unregister("_incoming")
    elif connection.dialect.name == "postgresql":
        with (
            raw.cursor() as cursor,
            cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN (FORMAT csv)') as copy,
        ):
            for batch in data.to_batches(max_chunksize=50_000):
                buffer = BytesIO()
                pyarrow.csv.write_csv(
                    pa.Table.from_batches([batch]), buffer, pyarrow.csv.WriteOptions(include_header=False)
                )
                copy.write(buffer.getbuffer())
    else:
        connection.execute(insert(table), data.to_pylist())


def _arrow_type(kind: TypeEngine[Any]) -> pa.DataType:
    for sql, arrow in _ARROW:
        if isinstance(kind, sql):
            return arrow
    return pa.string()


def _with_defaults(table: Table, data: pa.Table) -> pa.Table:
    for column in table.columns:
        default = column.default
        if column.name not in data.column_names and isinstance(default, ScalarElementColumnDefault):
            value = pa.scalar(default.arg, _arrow_type(column.type))
            data = data.append_column(column.name, pa.repeat(value, data.num_rows))
    return data
