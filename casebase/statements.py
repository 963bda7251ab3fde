"""The statements that run at this moment, so that one whose asker has left can be stopped at the database."""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, event

# Seconds that a PostgreSQL server is given to take a request to cancel.
_PATIENCE = 2.0


@dataclass(eq=False)
class Statement:
    """A statement under way: the thread that asked it, and when (by time.monotonic)."""

    thread: int
    started: float
    _raw: Any
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _ended: bool = False

    def cancel(self) -> bool:
        """Stop it at the database; its asker gets an error. False where it has ended by itself."""
        # Ending waits for the lock, so that the next statement of the connection is never hit.
        with self._lock:
            if self._ended:
                return False
            if hasattr(self._raw, "cancel_safe"):
                self._raw.cancel_safe(timeout=_PATIENCE)
            else:
                self._raw.interrupt()
            return True

    def end(self) -> None:
        """Say that it is over."""
        with self._lock:
            self._ended = True


class Statements:
    """The statements of one database that are under way."""

    def __init__(self, engine: Engine) -> None:
        self._running: dict[int, Statement] = {}
        self.follow(engine)

    def follow(self, engine: Engine) -> None:
        """Know the statements of another engine on the same database as well."""
        event.listen(engine, "before_cursor_execute", self._begin)
        event.listen(engine, "after_cursor_execute", self._end)
        event.listen(engine, "handle_error", self._fail)

    def running(self) -> list[Statement]:
        """Those under way, in no order."""
        return list(self._running.copy().values())

    def _begin(self, connection: Connection, *_: Any) -> None:
        raw = connection.connection.driver_connection
        self._running[id(connection)] = Statement(threading.get_ident(), time.monotonic(), raw)

    def _end(self, connection: Connection, *_: Any) -> None:
        self._take(connection)

    def _fail(self, context: Any) -> None:
        self._take(context.connection)

    def _take(self, connection: Connection | None) -> None:
        statement = self._running.pop(id(connection), None)
        if statement is not None:
            statement.end()
