"""A database that can be refused or kept waiting, a clock that stands, and data that answers what a test says."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

import pandas as pd
import pytest
from sqlalchemy import Connection

from casebase.engine import Casebase, DataState, ReadableCasebase
from casebase.errors import CasebaseError
from casebase.scope import WHOLE
from casebase.settings import Settings
from casebase.workdays import Workdays, build
from cockpit.data import Data
from queries import names
from queries.beginnings import Beginnings, beginnings
from tests.pages.conftest import UNTIL


class Database:
    """Stands before a case database: its state can be changed, refused or kept waiting, its answers refused."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.newer, self.refuses_state, self.refuses_answers = 0, False, False
        self.silent = threading.Event()
        self.silent.set()
        state, reading = ReadableCasebase.state, ReadableCasebase.reading

        def state_now(casebase: Casebase) -> DataState:
            if threading.current_thread().name == "watch":  # pages ask for the state too, and are answered
                self.silent.wait()
            if self.refuses_state:
                raise CasebaseError("refused")
            found = state(casebase)
            return replace(found, version=found.version + self.newer)

        @contextmanager
        def answers(casebase: Casebase) -> Iterator[Connection]:
            if self.refuses_answers and threading.current_thread().name != "watch":
                raise CasebaseError("refused")
            with reading(casebase) as connection:
                yield connection

        monkeypatch.setattr(ReadableCasebase, "state", state_now)
        monkeypatch.setattr(ReadableCasebase, "reading", answers)


class Clock:
    """A wall clock that stands until it is moved, and the clock beside it that nobody sets."""

    def __init__(self) -> None:
        self.at = UNTIL.replace(second=0)
        self.passed = 1000.0

    def __call__(self) -> datetime:
        return self.at

    def pass_seconds(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.passed += seconds


class DefaultRules(ABC):
    """What data has beside its answers: the default settings and calendar, and a store that keeps nothing."""

    scope = WHOLE

    today = UNTIL.date()

    @abstractmethod
    def ask(self, question: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """The answer to a question."""

    def note(self, _call: object, compute: Callable[[], Any]) -> Any:
        """Note nothing."""
        return compute()

    def share(self, _key: object, compute: Callable[[], Any], _asker: object = None) -> Any:
        """Keep nothing."""
        return compute()

    def hold(self, question: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """As `ask`."""
        return self.ask(question, *args, **kwargs)

    def derive(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Keep nothing."""
        return function(*args, **kwargs)

    @property
    def settings(self) -> Settings:
        return Settings()

    @property
    def workdays(self) -> Workdays:
        return build(Settings().calendar)


@dataclass
class Answers(DefaultRules):
    """Stands for data: every question has the same answer, but units; and nothing tells when its records begin."""

    answer: Any = None
    units: Sequence[str] = ()

    def ask(self, question: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:  # noqa: ARG002 — of any question
        if question is names.units:
            return pd.DataFrame({"name": self.units})
        return Beginnings({}, {}) if question is beginnings else self.answer


@dataclass
class Asking(DefaultRules):
    """Stands for data: asks the case base every time."""

    casebase: Casebase

    def ask(self, question: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return question(self.casebase.whole, *args, **kwargs)


def data_that_answers(answer: Any = None, units: Sequence[str] = ()) -> Data:
    """Data by the default settings and calendar, with one answer to whatever is asked, but for the names of units."""
    return cast(Data, Answers(answer, units))


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    standing_before = Database(monkeypatch)
    yield standing_before
    standing_before.silent.set()


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    stopped = Clock()
    monkeypatch.setattr("cockpit.process.now", stopped)
    monkeypatch.setattr("cockpit.reading.monotonic", lambda: stopped.passed)
    return stopped
