"""The case base of a running cockpit: its state watched, its answers kept, and asked as of one reading."""

import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any, ClassVar, Concatenate, ParamSpec, TypeVar

from casebase.engine import Casebase, ScopedCasebase
from casebase.errors import NoAnswerError
from casebase.scope import Scope
from casebase.settings import Settings
from casebase.workdays import Workdays
from cockpit.answers import MIB, Answers, frozen
from cockpit.asked import Asked, Call
from cockpit.reading import Reading, StateWatch
from queries.names import name_of_scope, whole_name
from wording.names import whole_of

P = ParamSpec("P")
R = TypeVar("R")
# Whether whoever asked has left, so that nobody waits for the answer any more.
HasLeft = Callable[[], bool]


def never_leaves() -> bool:
    """Of an asker who always waits."""
    return False


class LiveData:
    """One case base with its watch and its answers, for everyone whom the process serves.

    `clock` gives the wall time of the city. Raises CasebaseError while the database cannot be reached.
    """

    def __init__(self, casebase: Casebase, clock: Callable[[], datetime]) -> None:
        self.casebase = casebase
        self.clock = clock
        self.watch = StateWatch(casebase, clock)
        self.answers = Answers(self.settings.cache.megabytes * MIB, self._lasting)
        # Who waits for what a thread computes, by the thread's number.
        self.askers: dict[int, HasLeft] = {}

    @property
    def settings(self) -> Settings:
        return self.casebase.settings

    @property
    def owner(self) -> str:
        """Whose cockpit it is (see DataState.bureau)."""
        return self.watch.read().state.bureau(self.settings)

    def now(self, scope: Scope) -> "Data":
        """The data as of the last reading, as the scope sees it."""
        return self.at(self.watch.read(), scope)

    def at(
        self, reading: Reading, scope: Scope, has_left: HasLeft = never_leaves, asked: Asked | None = None
    ) -> "Data":
        """The data as of a reading, as the scope sees it.

        The asker may leave before the answer comes; `asked` notes what it asks.
        """
        return Data(self, reading, scope, has_left, asked)

    def _lasting(self) -> int:
        """The version of the last page that had all its numbers: should the database be gone, they stay."""
        complete = self.watch.last_complete
        return complete.state.version if complete else 0

    @contextmanager
    def asked_by(self, has_left: HasLeft) -> Iterator[None]:
        """What this thread asks inside is waited for by this asker."""
        thread = threading.get_ident()
        before = self.askers.get(thread)
        self.askers[thread] = has_left
        try:
            yield
        finally:
            if before is None:
                del self.askers[thread]
            else:
                self.askers[thread] = before


def _in_one_state(question: Callable[Concatenate[ScopedCasebase, P], R]) -> Callable[Concatenate[ScopedCasebase, P], R]:
    """The question, all statements of which see one state of the data; the state itself is read once for it."""

    @wraps(question)
    def ask(casebase: ScopedCasebase, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with casebase.one_state():
            return question(casebase, *args, **kwargs)

    return ask


def _workdays(casebase: ScopedCasebase) -> Workdays:
    return casebase.workdays


@dataclass(frozen=True)
class Data:
    """The data at one reading as a scope sees it: whatever is asked is of one moment, computed once for all who ask."""

    live: LiveData
    reading: Reading
    scope: Scope
    has_left: HasLeft = never_leaves
    asked: Asked | None = field(default=None, compare=False)
    # What a view asks beside the data: of the data alone, nothing.
    question: ClassVar[None] = None

    def note(self, call: Call, compute: Callable[[], R]) -> R:
        """What `compute` gives for a call, noted where calls are."""
        return compute() if self.asked is None else self.asked.note(call, compute)

    def ask(self, question: Callable[Concatenate[ScopedCasebase, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The answer to a query of queries/; its first argument, the case base, is given here.

        Raises CasebaseError while the database is unreachable and the answer is not known yet.
        """
        return self.note(Call(self, Data.ask, (question, *args), kwargs), lambda: self._ask(question, args, kwargs))

    def _ask(self, question: Callable[..., R], args: tuple[Any, ...], kwargs: dict[str, Any]) -> R:
        version, arguments = self.reading.state.version, (self.casebase, *args)
        try:
            with self.live.asked_by(self.has_left):
                return self.live.answers.get(version, self.scope, _in_one_state(question), arguments, kwargs)
        except NoAnswerError as error:
            if not self.has_left():
                self.live.watch.report_failure(error)
            raise

    def hold(self, question: Callable[Concatenate[ScopedCasebase, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The answer as `ask` gives it, but one for all who ask (see `share`), of which others can be derived."""

        def compute() -> R:
            return self.share((question, args, kwargs), lambda: self.ask(question, *args, **kwargs))

        return self.note(Call(self, Data.hold, (question, *args), kwargs), compute)

    def derive(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The value of a function of kept values and of nothing else, made once for all who ask (see `share`)."""

        def compute() -> R:
            return self.share((function, args, kwargs), lambda: function(*args, **kwargs))

        return self.note(Call(self, Data.derive, (function, *args), kwargs), compute)

    def share(self, key: Any, compute: Callable[[], R], asker: Hashable = None) -> R:
        """What is made of this data, once for all who ask by the same key as the same asker.

        Nobody may change it (see cockpit.shared). By a key that cannot be told from another (a frame of one's own in
        it) it is made each time.
        """
        try:
            key = asker, frozen(key)
        except TypeError:
            return compute()
        return self.live.answers.share(self.reading.state.version, self.scope, key, compute)

    @property
    def as_of(self) -> datetime:
        """The moment that numbers speak of."""
        return self.reading.as_of

    @property
    def today(self) -> date:
        """The day by the clock, also where the last good look at the data was on another."""
        return (self.reading.read_at + timedelta(seconds=self.reading.age)).date()

    @property
    def whole(self) -> str:
        """What all that is seen is called: 全市, the places and units of the scope, or by name what is no city's.

        No place in it is called so. Raises CasebaseError while the database is unreachable and it is not known yet.
        """
        if not self.scope.is_whole:
            return self.share(name_of_scope, lambda: self.ask(name_of_scope))
        name = whole_of(self.reading.state.city_name or self.settings.city.name)
        return self.share((whole_name, name), lambda: self.ask(whole_name, name))

    @property
    def settings(self) -> Settings:
        return self.live.settings

    @property
    def casebase(self) -> ScopedCasebase:
        """The case base as the scope sees it, for what is asked once and kept nowhere: a file of a whole list."""
        return self.live.casebase.seen_by(self.scope)

    @property
    def workdays(self) -> Workdays:
        """The calendar that the answers of this reading were reckoned by, known as long as they are."""
        return self.share(_workdays, lambda: self.ask(_workdays))
