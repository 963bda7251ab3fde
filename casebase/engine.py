"""Opening the case database and telling its state."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from queue import SimpleQueue
from threading import Barrier, BrokenBarrierError, Lock
from typing import Any, Generic, TypeVar

import duckdb
import pandas as pd
import psycopg
from cachetools import LRUCache
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Connection,
    DateTime,
    Engine,
    Select,
    String,
    bindparam,
    cast,
    create_engine,
    event,
    false,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from casebase import workdays
from casebase.addresses import redact, without_secrets
from casebase.buffers import Buffers
from casebase.compatibility import check_schema
from casebase.errors import CasebaseError, NoAnswerError, UsageError
from casebase.failures import reason
from casebase.narrowing import narrowed_engine
from casebase.personal import PersonalText, masked_column
from casebase.row_security import every_row_told
from casebase.schema import area, info
from casebase.scope import WHOLE, Placed, Scope, placed
from casebase.settings import ROOT, DatabaseSettings, Settings
from casebase.settled import KEY, settled_now
from casebase.statements import Statement, Statements
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
# What drivers raise: through SQLAlchemy, and by themselves where rows go past it (COPY, Arrow).
_FAILURES = (DBAPIError, PoolTimeoutError, duckdb.Error, psycopg.Error)
_ENGINES = ("duckdb", "postgresql")
# Any fixed number: programs that write to one server do so one after the other.
_WRITE_LOCK = 4_100_027
# Seconds that a program that writes waits for another one.
_WRITER_PATIENCE = 60
_OWNER_ONLY = 0o600
# Scopes that are kept open at most; each has its own statements, counts and answers.
_MOST_SCOPES = 64
T = TypeVar("T")
# Data is followed while its events, or the loads that look for them, are no further apart than this.
FOLLOWED_WITHIN = timedelta(days=7)
_held: ContextVar["_HeldReading | None"] = ContextVar("held", default=None)


@dataclass(frozen=True)
class DataState:
    """What `info` says of the data: `version` grows with every change.

    `data_until` is the latest event of any kind, `followed_at` the last load that kept up with the bureau; neither
    is known of a database that no load has filled.
    """

    version: int
    changed_at: datetime | None
    demonstration: bool
    city_name: str | None
    data_until: datetime | None
    followed_at: datetime | None = None

    def as_of(self, now: datetime) -> datetime:
        """The moment that numbers speak of: now, to the minute, or the last change within it.

        Data that has ended is spoken of as of its last day, so that nothing opens empty.
        """
        until = self._until
        if until and self.has_ended(now):
            return datetime.combine(until, time.max)
        minute = now.replace(second=0, microsecond=0)
        return self.changed_at if self.changed_at and minute < self.changed_at <= now else minute

    def has_ended(self, now: datetime) -> bool:
        """Whether the data ended long ago: it has not while loads keep up with the bureau, however quiet its weeks."""
        return self._until is not None and now - self._until > FOLLOWED_WITHIN

    @property
    def _until(self) -> datetime | None:
        return max((at for at in (self.data_until, self.followed_at) if at), default=None)

    def bureau(self, settings: Settings) -> str:
        """Whose numbers they are: config.toml's bureau, or the city whose cases were loaded, where that is another."""
        return settings.city.bureau if self.city_name in (None, settings.city.name) else self.city_name


@dataclass(frozen=True, eq=False)
class RawRows:
    """The rows of a statement as the driver has them, to be compared with another reading of the same."""

    _rows: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RawRows) and bool(self._rows == other._rows)

    __hash__ = None  # type: ignore[assignment]


@dataclass(eq=False)
class _HeldReading:
    """A connection on which everything sees one state of the data, and that state once it was asked."""

    connection: Connection
    state: DataState | None = None


@dataclass(eq=False)
class _Kept(Generic[T]):
    """Something small of the database that many questions need, read again only where it has changed.

    Nothing is asked while the version of the data is the one it was read at. At another version `fingerprint`, one
    row of a short query, tells whether it has to be read.
    """

    read: Callable[[Connection], T]
    fingerprint: Select[*tuple[Any, ...]]
    _value: tuple[int | None, tuple[Any, ...], T] | None = None

    def at(self, version: int | None, reading: Callable[[], AbstractContextManager[Connection]]) -> T:
        known = self._value
        if known is not None and known[0] == version:
            return known[2]
        with reading() as connection:
            print_ = tuple(connection.execute(self.fingerprint).one())
            value = known[2] if known is not None and known[1] == print_ else self.read(connection)
        self._value = version, print_, value
        return value

    def forget(self) -> None:
        self._value = None


@dataclass(eq=False)
class ReadableCasebase:
    """An open case database to be read, with the settings that its numbers depend on."""

    engine: Engine
    settings: Settings
    # The version at the last look at the state: what is kept of the database is of this version.
    _version: int | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._calendar = _Kept(workdays.read, workdays.fingerprint())
        self._levels = _Kept(_read_levels, _of_levels())

    @contextmanager
    def reading_without_limits(self) -> Iterator[Connection]:
        """A reading that may take as long as it takes, for an operator who waits."""
        with self.reading() as connection:
            _without_limits(connection)
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for one read, given back at once. Raises NoAnswerError when unreachable."""
        held = self._held_reading()
        try:
            if held is not None:
                yield held.connection
                return
            with self.engine.connect() as connection:
                yield connection
        except _FAILURES as error:
            raise NoAnswerError(reason(self.engine.url, error)) from error

    def _held_reading(self) -> _HeldReading | None:
        held = _held.get()
        return held if held is not None and held.connection.engine is self.engine else None

    def frame(self, statement: Select[Any] | CompoundSelect[Any]) -> pd.DataFrame:
        """`frame_of_few` by a reading of its own."""
        with self.reading() as connection:
            return frame_of_few(connection, statement)

    def rows(self, statement: Select[Any] | CompoundSelect[Any]) -> list[tuple[Any, ...]]:
        """The rows of a statement by a reading of its own, every value as SQLAlchemy hands it over."""
        with self.reading() as connection:
            return [tuple(row) for row in connection.execute(statement).all()]

    def raw_rows(self, statement: Select[Any]) -> RawRows:
        """The rows of a statement at the least cost, whole columns where the driver has them."""
        with self.reading() as connection:
            result = connection.execute(statement)
            return RawRows(result.cursor.to_arrow_table() if connection.dialect.name == "duckdb" else result.all())

    @contextmanager
    def one_state(self) -> Iterator[None]:
        """Every reading inside, of this thread, sees the data as of the first one, whatever is written meanwhile."""
        if self._held_reading() is not None:
            yield  # inside another one
            return
        # One transaction of DuckDB always reads one state; PostgreSQL must be asked to.
        level = {} if self.engine.dialect.name == "duckdb" else {"isolation_level": "REPEATABLE READ"}
        with self.reading() as connection:
            token = _held.set(_HeldReading(connection.execution_options(**level)))
            try:
                yield
            finally:
                _held.reset(token)

    def at_once(
        self, lanes: Sequence[Sequence[Callable[[], Any]]], progress: Callable[[int], object] = lambda done: None
    ) -> list[list[Any]]:
        """Do the tasks of each lane one after the other in a thread of its own, all reading one state of the data.

        Returns their results in order. `progress` is called in the calling thread with the number of tasks done. An
        error of a task is raised here.
        """
        for _ in range(_TRIES):
            done = self._at_once(lanes, progress)
            if done is not None:
                return done
        with self.one_state():
            return [[task() for task in lane] for lane in lanes]

    def _at_once(
        self, lanes: Sequence[Sequence[Callable[[], Any]]], progress: Callable[[int], object]
    ) -> list[list[Any]] | None:
        """None where something was written between the first readings: nothing has been done then."""
        states: set[DataState] = set()
        begun, finished = Barrier(len(lanes), timeout=_LONGEST_START), SimpleQueue[bool]()

        def run(lane: Sequence[Callable[[], Any]]) -> list[Any]:
            results = []
            try:
                with self.one_state():
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
                    progress(done := done + 1)
        raised = [error for one in running if (error := one.exception()) is not None]
        if raised:
            raise next((error for error in raised if not isinstance(error, BrokenBarrierError)), raised[0])
        return [one.result() for one in running] if len(states) == 1 else None

    @property
    def workdays(self) -> Workdays:
        """The working-day calendar of the version of the data that was last looked at, whoever wrote it."""
        return self._calendar.at(self._version, self.reading)

    def level_of(self, area_code: str) -> int:
        """Level of an area, 1 to 4. Raises UsageError for a code that does not exist."""
        levels = self._levels.at(self._version, self.reading)
        if area_code not in levels:
            self._levels.forget()  # the area may have been loaded since
            levels = self._levels.at(self._version, self.reading)
        if area_code not in levels:
            how = "python -m queries --codes district, or street, lists them"
            raise UsageError(f"area {area_code}: no such code in the case database; {how}")
        return levels[area_code]

    def state(self) -> DataState:
        """What `info` says now; what is kept of an earlier version is looked at again when it is next asked for."""
        held = self._held_reading()
        state = held.state if held is not None else None
        if state is None:
            with self.reading() as connection:
                state = read_state(connection)
        if held is not None:
            held.state = state
        self._version = state.version
        return state

    def forget(self) -> None:
        """Read anew what is kept of the database: this process has just written it."""
        self._calendar.forget()
        self._levels.forget()


@dataclass(eq=False)
class ScopedCasebase(ReadableCasebase):
    """The case database as somebody sees it: every statement reads the rows that the scope lets through alone."""

    scope: Scope

    @contextmanager
    def reading_facts(self) -> Iterator[Connection]:
        """A reading that may ask `every_row` of a table, whatever the scope."""
        with self.reading() as connection, every_row_told(connection):
            yield connection


@dataclass(eq=False)
class Casebase(ReadableCasebase):
    """An open case database, for whoever writes it or sees to it; what is asked of it, is asked as seen by a scope."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._statements = Statements(self.engine)
        self._buffers = Buffers(self.engine)
        self._when_written: list[Callable[[], None]] = []
        self._seen: LRUCache[tuple[Scope, Placed | None], ScopedCasebase] = LRUCache(_MOST_SCOPES)
        self._seen_lock = Lock()

    @property
    def address(self) -> str:
        """The URL as it may be printed."""
        return redact(self.engine.url)

    @property
    def files(self) -> dict[str, Path]:
        """The files of a DuckDB database, by what they are."""
        path = _file_of(self.engine.url)
        return {"case database": path, "log of the case database": _log_of(path)} if path else {}

    @property
    def whole(self) -> ScopedCasebase:
        """The same database as whoever may see all of it sees it."""
        return self.seen_by(WHOLE)

    def seen_by(self, scope: Scope) -> ScopedCasebase:
        """The same database as whoever has the scope may see it; one object a scope, with what is kept of it.

        Raises UsageError for an area that does not exist: it is never taken for everything.
        """
        within = placed(scope, {code: self.level_of(code) for code in scope.areas or ()})
        with self._seen_lock:
            seen = self._seen.get((scope, within))
            if seen is None:
                engine = narrowed_engine(self.engine, within)
                self._statements.follow(engine)
                seen = ScopedCasebase(engine, self.settings, scope)
                self._seen[scope, within] = seen
            return seen

    def running(self) -> list[Statement]:
        """The statements that are under way, for whoever knows that nobody waits for them any more."""
        return self._statements.running()

    def give_back_memory(self) -> bool:
        """Give back the memory of blocks that nobody reads now (see casebase.buffers); false where there is none."""
        return self._buffers.give_back()

    def for_writer(self) -> "Casebase":
        """The same database by connections of its own, so that who writes all the time takes none from readers."""
        if self.engine.dialect.name != "postgresql":
            return self
        few = self.settings.database.model_copy(update={"connections": 2})
        writer = Casebase(_engine(self.engine.url, few), self.settings)
        writer._when_written = self._when_written
        return writer

    def when_written(self, tell: Callable[[], None]) -> None:
        """Call `tell` after each transaction that this process has written, in the thread that wrote it."""
        self._when_written.append(tell)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction: all of it or nothing. Programs that write to one PostgreSQL do so one after the other."""
        try:
            with self.engine.begin() as connection:
                _take_turns(connection)
                yield connection
        except _FAILURES as error:
            raise NoAnswerError(reason(self.engine.url, error)) from error
        for tell in self._when_written:
            tell()

    def forget(self) -> None:
        super().forget()
        with self._seen_lock:
            for seen in self._seen.values():
                seen.forget()


def open_casebase(settings: Settings, url: str | None = None, *, create: bool = True) -> Casebase:
    """Open the database of the settings, or of `url`.

    Without `create` the database must be there with the tables of this release; with it, a DuckDB file that is missing
    is made, and tables may be. Raises UsageError for a URL that is none, CasebaseError for a database that cannot be
    opened.
    """
    address = url or settings.database.url
    try:
        parsed = _parsed(address)
        _prepare_file(_file_of(parsed), create)
        engine = _engine(parsed, settings.database)
        try:
            with engine.connect() as connection:
                _keep_private(_file_of(parsed))
                if not create:
                    check_schema(connection, redact(parsed))
        except BaseException:
            engine.dispose()
            raise
    except (NoSuchModuleError, ValueError) as error:
        raise UsageError(f"database URL {redact(address)!r}: {without_secrets(str(error), address)}") from None
    except (*_FAILURES, OSError) as error:
        raise CasebaseError(reason(address, error)) from None
    except SQLAlchemyError as error:
        raise UsageError(f"database URL {redact(address)!r}: {without_secrets(str(error), address)}") from None
    return Casebase(engine, settings)


def missing_file(address: str) -> Path | None:
    """The file that a DuckDB URL names, where there is none; None otherwise, and of a URL that is none."""
    with suppress(NoSuchModuleError, ValueError, SQLAlchemyError):
        path = _file_of(_parsed(address))
        return path if path and not path.exists() else None
    return None


def _parsed(address: str) -> URL:
    """The URL with the absolute path of its file. Raises ValueError or SQLAlchemyError for one that is none."""
    parsed = make_url(address)
    kind = parsed.get_backend_name()
    if kind not in _ENGINES:
        parsed.get_dialect()  # a name that nobody has is said as such
        raise ValueError(f"{kind} is not supported; the cockpit runs on DuckDB and PostgreSQL")
    if kind == "postgresql" and parsed.drivername not in ("postgresql", "postgresql+psycopg"):
        raise ValueError(f"the driver of {parsed.drivername} is not installed; write postgresql://")
    path = _file_of(parsed)
    return parsed.set(database=str(path)) if path else parsed


def _file_of(url: URL) -> Path | None:
    """The file of a DuckDB database, relative ones from the project's folder."""
    if url.get_backend_name() != "duckdb" or not url.database or url.database == ":memory:":
        return None
    return ROOT / url.database


def _log_of(path: Path) -> Path:
    """DuckDB's write-ahead log."""
    return path.with_name(f"{path.name}.wal")


def keep_new_files_private() -> None:
    """Let files that this process makes be its owner's alone, as DuckDB makes its write-ahead log anew and anew."""
    os.umask(os.umask(0o077) | 0o077)


def _prepare_file(path: Path | None, create: bool) -> None:
    """Make the folder of a new file. Raises CasebaseError where there is no file and none may be made."""
    if path is None:
        return
    if not create and not path.exists():
        raise CasebaseError(f"{path}: there is no case database; make one with: python -m casebase init")
    if path.exists() and not path.is_file():
        raise CasebaseError(f"{path}: this is no file; name the file of a case database")
    path.parent.mkdir(parents=True, exist_ok=True)


def _keep_private(path: Path | None) -> None:
    """The cases are for their owner alone, in the file and in its write-ahead log."""
    for file in () if path is None else (path, _log_of(path)):
        # A file of another owner is that owner's to protect.
        with suppress(FileNotFoundError, PermissionError):
            file.chmod(_OWNER_ONLY)


def _engine(url: URL, settings: DatabaseSettings) -> Engine:
    pool = {"pool_timeout": settings.connection_timeout, "pool_size": 5, "max_overflow": settings.connections - 5}
    if settings.connections < 5:
        pool |= {"pool_size": settings.connections, "max_overflow": 0}
    if url.get_backend_name() != "postgresql":
        return create_engine(url, **(pool if _file_of(url) else {}))
    engine = create_engine(url.update_query_dict(_PATIENCE | dict(url.query)), pool_pre_ping=True, **pool)
    limits = {"statement_timeout": settings.statement_timeout, "lock_timeout": settings.lock_timeout}

    @event.listens_for(engine, "connect")
    def limit(raw: Any, _record: Any) -> None:
        # Not as options of the connection: those a pooler between the cockpit and the server refuses.
        raw.autocommit = True
        for name, seconds in limits.items():
            raw.execute("SELECT set_config(%s, %s, false)", (name, f"{round(seconds * 1000)}ms"))
        raw.autocommit = False

    return engine


def _without_limits(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.set_config("statement_timeout", "0", True)))


def _take_turns(connection: Connection) -> None:
    """Wait for other programs that write; DuckDB has none."""
    if connection.dialect.name == "postgresql":
        _without_limits(connection)
        connection.execute(text(f"SET LOCAL lock_timeout = '{_WRITER_PATIENCE}s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITE_LOCK})


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


def frame_of_few(connection: Connection, statement: Select[Any] | CompoundSelect[Any]) -> pd.DataFrame:
    """The rows of a statement as a frame with its columns, every value as SQLAlchemy hands it over.

    For some thousands of rows; `frame_of` is for more. Times are datetime64 and NaT, in a column without any time too.
    """
    result = connection.execute(statement)
    # pandas asks each row for attributes, which a Row looks up among its columns every time; a tuple has none.
    frame = pd.DataFrame([tuple(row) for row in result.all()], columns=list(result.keys()))
    times = [name for name, column in statement.selected_columns.items() if isinstance(column.type, DateTime)]
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in times if frame[name].isna().all()})


def is_one_of(column: ColumnElement[int], numbers: Sequence[int]) -> ColumnElement[bool]:
    """Whether a column is one of at most some thousands of numbers.

    By numbers that stand in the statement itself DuckDB skips what cannot hold them: 65 million rows in the order of
    the column are looked through in 6 ms, by a join with the numbers in 700.
    """
    if not numbers:
        return false()
    return column.in_(bindparam("numbers", numbers, BigInteger, expanding=True, literal_execute=True, unique=True))


def read_state(connection: Connection) -> DataState:
    """The state that `info` tells; a database without rows there is version 0.

    Raises CasebaseError for what no release of the cockpit wrote there.
    """
    values = dict(connection.execute(select(info.c.key, info.c.value)).all())
    try:
        return DataState(
            version=int(values.get("version", 0)),
            changed_at=_moment(values.get("changed_at")),
            demonstration=values.get("demonstration") == "true",
            city_name=values.get("city_name"),
            data_until=_moment(values.get("data_until")),
            followed_at=_moment(values.get("followed_at")),
        )
    except ValueError as error:
        raise CasebaseError(
            f"the table info of the case database holds what the cockpit did not write: {error}"
        ) from None


def write_info(connection: Connection, **values: str) -> None:
    """Set keys of `info`."""
    for key, value in values.items():
        if not connection.execute(info.update().where(info.c.key == key).values(value=value)).rowcount:
            _insert_info(connection, key, value, value)


def mark_changed(connection: Connection, now: datetime) -> None:
    """Count the version up, so that every reader sees that the data changed at `now`.

    The database does the counting: a program that read the number and wrote the next would lose another's.
    """
    following = cast(cast(info.c.value, BigInteger) + 1, String)
    if not connection.execute(info.update().where(info.c.key == "version").values(value=following)).rowcount:
        _insert_info(connection, "version", "1", following)
    write_info(connection, changed_at=now.isoformat())
    note_settled(connection)


def note_settled(connection: Connection, *, laid_anew: bool = False) -> None:
    """Tell in `info` what is settled (see casebase.settled), at the end of a transaction that changed cases."""
    settled = settled_now(connection, laid_anew=laid_anew)
    if settled is not None:
        write_info(connection, **{KEY: settled.text})


def _insert_info(connection: Connection, key: str, value: str, otherwise: Any) -> None:
    """The first value of a key, or `otherwise` where another program was first."""
    if connection.dialect.name != "postgresql":
        connection.execute(insert(info).values(key=key, value=value))
        return
    first = postgresql.insert(info).values(key=key, value=value)
    connection.execute(first.on_conflict_do_update(index_elements=[info.c.key], set_={"value": otherwise}))


def _of_levels() -> Select[*tuple[Any, ...]]:
    """One row that differs wherever codes or their levels do, as far as anybody would write them."""
    code, level = area.c.code, area.c.level
    return select(func.count(), func.min(code), func.max(code), func.sum(level), func.sum(level * func.length(code)))


def _read_levels(connection: Connection) -> dict[str, int]:
    return {code: level for code, level in connection.execute(select(area.c.code, area.c.level))}  # noqa: C416


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
