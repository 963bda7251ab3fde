"""Giving back the memory in which DuckDB keeps blocks of its file, while nobody asks anything."""

from collections import defaultdict
from contextlib import suppress
from threading import RLock
from typing import Any
from weakref import WeakSet

import duckdb
from sqlalchemy import Engine, event
from sqlalchemy.pool import QueuePool

# So little that no block has room; where more is in use for good (indexes), the limit itself stays as it was.
_LEAST = "1MB"
# Engines of one process on one file share its memory and the limit: by the file, and one at a time.
_ENGINES: defaultdict[str | None, WeakSet[Engine]] = defaultdict(WeakSet)
_GATE = RLock()


class Buffers:
    """The blocks of a DuckDB file that the engine keeps in memory until others need the room.

    The system keeps the same blocks of the file for as long as it has room. From there the 220 MB of a page of ten
    million cases are read again in less than a tenth of a second of processor time, of 2.3 s that the page takes.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._limit: str | None = None
        if engine.dialect.name == "duckdb" and isinstance(engine.pool, QueuePool):
            event.listen(engine, "checkout", _wait)
            with _GATE:
                _ENGINES[engine.url.database].add(engine)

    def give_back(self) -> bool:
        """Let all blocks go that are not in use; false where somebody uses the database, or it is none of DuckDB's.

        Who asks while this goes on waits some hundredths of a second: with so little memory statements would fail.
        """
        if self._engine.dialect.name != "duckdb" or not isinstance(self._engine.pool, QueuePool):
            return False
        with _GATE:
            if any(_is_used(engine) for engine in _ENGINES[self._engine.url.database]):
                return False
            raw = self._engine.raw_connection()
            try:
                self._squeeze(raw.cursor())
            finally:
                raw.close()
        return True

    def _squeeze(self, cursor: Any) -> None:
        # Read once: it is told rounded down, and RESET would not give the room back.
        if self._limit is None:
            cursor.execute("SELECT current_setting('memory_limit')")
            self._limit = str(cursor.fetchone()[0])
        with suppress(duckdb.Error):  # more than that is in use: all else has been let go
            cursor.execute(f"SET GLOBAL memory_limit = '{_LEAST}'")
        cursor.execute(f"SET GLOBAL memory_limit = '{self._limit}'")


def _is_used(engine: Engine) -> bool:
    return isinstance(engine.pool, QueuePool) and engine.pool.checkedout() > 0


def _wait(*_: Any) -> None:
    """Before a connection is used: until memory is given back."""
    with _GATE:
        pass
