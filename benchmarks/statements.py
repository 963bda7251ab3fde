"""What the database is asked while somebody looks: each statement, its time and the processor's."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event

# The look for news (cockpit.reading) comes by the clock, whatever is asked meanwhile.
_WATCH = "watch"


@dataclass(frozen=True)
class Statement:
    """A statement as the driver got it, with the seconds of the clock and of all threads of the processor."""

    sql: str
    parameters: Any
    seconds: float
    cpu: float


@dataclass
class Clock:
    """The statements of every engine while it runs, of one thread at a time, but those of the look for news."""

    asked: list[Statement] = field(default_factory=list)
    _started: list[tuple[float, float]] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return sum(one.seconds for one in self.asked)

    @property
    def cpu(self) -> float:
        return sum(one.cpu for one in self.asked)

    @property
    def slowest(self) -> float:
        return max((one.seconds for one in self.asked), default=0.0)

    def before(self, *_: Any) -> None:
        if threading.current_thread().name != _WATCH:
            self._started.append((time.perf_counter(), time.process_time()))

    def after(self, _connection: Any, _cursor: Any, sql: str, parameters: Any, *_: Any) -> None:
        if threading.current_thread().name == _WATCH:
            return
        started, cpu = self._started.pop()
        self.asked.append(Statement(sql, parameters, time.perf_counter() - started, time.process_time() - cpu))


@contextmanager
def watching() -> Iterator[Clock]:
    """Note every statement of every engine."""
    clock = Clock()
    event.listen(Engine, "before_cursor_execute", clock.before)
    event.listen(Engine, "after_cursor_execute", clock.after)
    try:
        yield clock
    finally:
        event.remove(Engine, "before_cursor_execute", clock.before)
        event.remove(Engine, "after_cursor_execute", clock.after)
