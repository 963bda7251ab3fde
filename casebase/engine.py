"""Opening the case database and telling its state."""

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from queue import SimpleQueue
from threading import Barrier, BrokenBarrierError
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine, Select, create_engine, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from casebase import workdays
from casebase.errors import CasebaseError, UsageError
from casebase.personal import PersonalText, masked_column
from casebase.schema import area, info
from casebase.settings import ROOT, Settings
from casebase.workdays import Workdays

# Seconds, but for tcp_user_timeout's milliseconds: a host that drops packets would hold a page for minutes.
_PATIENCE = {
    "connect_timeout": "5",
    "tcp_user_timeout": "10000",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "2",
}


# How often tasks begin anew because of a write between their first readings, and how long they wait for each other (s).
_TRIES, _LONGEST_START = 5, 30
_OLD = timedelta(days=7)
_held: ContextVar[Connection | None] = ContextVar("held", default=None)


@dataclass(frozen=True)
class State:
    """What `info` says of the data: `version` grows with every change."""

    version: int
    changed_at: datetime | None
    demonstration: bool
    city_name: str | None
    data_until: datetime | None

    def as_of(self, now: datetime) -> datetime:
        """The moment that numbers speak of: now, to the minute, or the last change within it.

        Data that ended long ago is spoken of as of its last day, so that nothing opens empty.
        """
        if self.data_until and now - self.data_until > _OLD:
            return datetime.combine(self.data_until, time.max)
        minute = now.replace(second=0, microsecond=0)
        return self.changed_at if self.changed_at and minute < self.changed_at <= now else minute

    def bureau(self, settings: Settings) -> str:
        """Whose numbers they are: config.toml's bureau, or the city whose cases were loaded, where that is another."""
        return settings.city.bureau if self.city_name in (None, settings.city.name) else self.city_name


@dataclass(eq=False)
class Casebase:
    """An open case database with the settings that its numbers depend on."""

    engine: Engine
    settings: Settings

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for one read, given back at once. Raises CasebaseError when unreachable."""
        held = _held.get()
        try:
            if held is not None and held.engine is self.engine:
                yield held
                return
            with self.engine.connect() as connection:
                yield connection
        except (DBAPIError, PoolTimeoutError) as error:
            raise CasebaseError(_reason(self.engine, error)) from error

    def frame(self, statement: Select[Any]) -> pd.DataFrame:
        """`frame_of_few` by a reading of its own."""
        with self.reading() as connection:
            return frame_of_few(connection, statement)

    @contextmanager
    def still(self) -> Iterator[None]:
        """Every reading inside, of this thread, sees the data as of the first one, whatever is written meanwhile."""
        # One transaction of DuckDB always reads one state; PostgreSQL must be asked to.
        level = {} if self.engine.dialect.name == "duckdb" else {"isolation_level": "REPEATABLE READ"}
        with self.reading() as connection:
            token = _held.set(connection.execution_options(**level))
            try:
                yield
            finally:
                _held.reset(token)

    def at_once(
        self, lanes: Sequence[Sequence[Callable[[], Any]]], told: Callable[[int], object] = lambda done: None
    ) -> list[list[Any]]:
        """Do the tasks of each lane one after the other in a thread of its own, all reading one state of the data.

        Returns their results in order. `told` hears in the calling thread how many are done. What a task raises is
        raised here.
        """
        for _ in range(_TRIES):
            done = self._at_once(lanes, told)
            if done is not None:
                return done
        with self.still():
            return [[task() for task in lane] for lane in lanes]

    def _at_once(
        self, lanes: Sequence[Sequence[Callable[[], Any]]], told: Callable[[int], object]
    ) -> list[list[Any]] | None:
        """None where something was written between the first readings: nothing has been done then."""
        states: set[State] = set()
        begun, finished = Barrier(len(lanes), timeout=_LONGEST_START), SimpleQueue[bool]()

        def run(lane: Sequence[Callable[[], Any]]) -> list[Any]:
            results = []
            try:
                with self.still():
                    # The first reading fixes what this thread sees.
                    states.add(self.state())
                    begun.wait()
                    for task in lane if len(states) == 1 else ():
                        results.append(task())
                        finished.put(False)
            except BaseException:
                begun.abort()
                raise
            finally:
                finished.put(True)
            return results

        with ThreadPoolExecutor(len(lanes)) as pool:
            running = [pool.submit(run, lane) for lane in lanes]
            done = ended = 0
            while ended < len(lanes):
                if finished.get():
                    ended += 1
                else:
                    told(done := done + 1)
        raised = [error for one in running if (error := one.exception()) is not None]
        if raised:
            raise next((error for error in raised if not isinstance(error, BrokenBarrierError)), raised[0])
        return [one.result() for one in running] if len(states) == 1 else None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction: all of it or nothing."""
        try:
            with self.engine.begin() as connection:
                yield connection
        except (DBAPIError, PoolTimeoutError) as error:
            raise CasebaseError(_reason(self.engine, error)) from error

    @cached_property
    def workdays(self) -> Workdays:
        with self.reading() as connection:
            return workdays.read(connection)

    @cached_property
    def _levels(self) -> dict[str, int]:
        with self.reading() as connection:
            return dict(connection.execute(select(area.c.code, area.c.level)).all())

    def level_of(self, area_code: str) -> int:
        """Level of an area, 1 to 4. Raises UsageError for a code that does not exist."""
        if area_code not in self._levels:
            self.__dict__.pop("_levels")  # the area may have been loaded since
            if area_code not in self._levels:
                raise UsageError(
                    f"area {area_code}: no such code in the case database; see the area table for the codes"
                )
        return self._levels[area_code]

    def state(self) -> State:
        with self.reading() as connection:
            return read_state(connection)


def open_casebase(settings: Settings, url: str | None = None, *, create: bool = True) -> Casebase:
    """Open the database of the settings, or of `url`; a DuckDB file that is missing is made where `create` says so.

    Raises UsageError for a URL that is none, CasebaseError for a database that cannot be opened.
    """
    address = url or settings.database.url
    try:
        parsed = make_url(address)
        if parsed.get_backend_name() == "duckdb" and parsed.database and parsed.database != ":memory:":
            path = Path(parsed.database) if Path(parsed.database).is_absolute() else ROOT / parsed.database
            if not create and not path.exists():
                raise CasebaseError(f"{path}: there is no case database; make one with: python -m casebase init")
            path.parent.mkdir(parents=True, exist_ok=True)
            parsed = parsed.set(database=str(path))
        engine = _engine(parsed)
        with engine.connect():
            pass
    except (NoSuchModuleError, ValueError) as error:
        raise UsageError(f"database URL {_shown(address)!r}: {error}") from None
    except (DBAPIError, OSError) as error:
        raise CasebaseError(_reason_of(_shown(address), error)) from None
    except SQLAlchemyError as error:
        raise UsageError(f"database URL {_shown(address)!r}: {error}") from None
    return Casebase(engine, settings)


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "postgresql":
        return create_engine(url)
    return create_engine(url.update_query_dict(_PATIENCE | dict(url.query)), pool_pre_ping=True)


def _shown(address: str) -> str:
    """The URL without its password; works on URLs that cannot be parsed, too."""
    return re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", address)


def frame_of(connection: Connection, statement: Select[Any]) -> pd.DataFrame:
    """The rows of a statement as a frame with its columns; for many rows, since DuckDB hands over whole columns.

    Dates are dates, times datetime64, what is missing None, NaN or NaT.
    """
    if connection.dialect.name != "duckdb":
        return frame_of_few(connection, statement)
    result = connection.execute(statement)
    names = list(result.keys())
    frame: pd.DataFrame = result.cursor.to_arrow_table().rename_columns(names).to_pandas()
    # Whole columns pass by what SQLAlchemy does with each value.
    texts = [name for name, column in statement.selected_columns.items() if isinstance(column.type, PersonalText)]
    return frame.assign(**{name: masked_column(frame[name]) for name in texts})


def frame_of_few(connection: Connection, statement: Select[Any]) -> pd.DataFrame:
    """The rows of a statement as a frame with its columns, every value as SQLAlchemy hands it over.

    For some thousands of rows; `frame_of` is for more.
    """
    result = connection.execute(statement)
    # pandas asks each row for attributes, which a Row looks up among its columns every time; a tuple has none.
    return pd.DataFrame([tuple(row) for row in result.all()], columns=list(result.keys()))


def read_state(connection: Connection) -> State:
    """The state that `info` tells; a database without rows there is version 0."""
    values = dict(connection.execute(select(info.c.key, info.c.value)).all())
    return State(
        version=int(values.get("version", 0)),
        changed_at=_moment(values.get("changed_at")),
        demonstration=values.get("demonstration") == "true",
        city_name=values.get("city_name"),
        data_until=_moment(values.get("data_until")),
    )


def write_info(connection: Connection, **values: str) -> None:
    """Set keys of `info`."""
    for key, value in values.items():
        if not connection.execute(info.update().where(info.c.key == key).values(value=value)).rowcount:
            connection.execute(info.insert().values(key=key, value=value))


def mark_changed(connection: Connection, now: datetime) -> None:
    """Count the version up, so that every reader sees that the data changed at `now`."""
    version = connection.scalar(select(info.c.value).where(info.c.key == "version"))
    write_info(connection, version=str(int(version or 0) + 1), changed_at=now.isoformat())


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _reason(engine: Engine, error: SQLAlchemyError) -> str:
    return _reason_of(engine.url.render_as_string(hide_password=True), error)


def _reason_of(address: str, error: Exception) -> str:
    text = " ".join(str(getattr(error, "orig", error)).split())
    if "Could not set lock" in text:
        return (
            f"{address}: another process holds this DuckDB file; "
            "stop it (the cockpit itself may be running), or use PostgreSQL"
        )
    if "does not exist" in text and ("Table" in text or "relation" in text):
        return f"{address}: the tables are missing; run: python -m casebase init"
    return f"{address}: the case database cannot be reached ({text[:200]})"
