"""What is asked of a case base once, and kept until the data changes, or those rows that it is made of."""

import threading
from collections.abc import Callable
from functools import cache, wraps
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Select

from casebase.engine import RawRows, ScopedCasebase

T = TypeVar("T")
Question = Callable[[ScopedCasebase], T]


def once_a_version(question: Question[T]) -> Question[T]:
    """The same question, asked anew only where the version of the data is another than at the last answer."""
    return _kept(question, ())


def once_for(*statements: Callable[[], Select[Any]]) -> Callable[[Question[T]], Question[T]]:
    """The same question, asked anew only where the rows of these statements are others than at the last answer.

    For what takes longer to make than its rows to read, and hangs on nothing else: tables of names.
    """
    return lambda question: _kept(question, statements)


def _kept(question: Question[T], statements: tuple[Callable[[], Select[Any]], ...]) -> Question[T]:
    answers: WeakKeyDictionary[ScopedCasebase, tuple[int, list[RawRows], T]] = WeakKeyDictionary()
    lock = threading.RLock()

    @wraps(question)
    def answer(casebase: ScopedCasebase) -> T:
        with lock:  # whoever asks at the same time waits for the one answer
            return answer_alone(casebase)

    def answer_alone(casebase: ScopedCasebase) -> T:
        version = casebase.state().version
        kept = answers.get(casebase)
        # A database that counts no changes is looked at every time.
        if kept is None or version == 0 or kept[0] != version:
            rows = [_rows_of(statement)(casebase) for statement in statements]
            is_same = bool(rows) and kept is not None and kept[1] == rows
            kept = answers[casebase] = version, rows, kept[2] if is_same and kept is not None else question(casebase)
        return kept[2]

    return answer


@cache
def _rows_of(statement: Callable[[], Select[Any]]) -> Question[RawRows]:
    """The rows of a statement, one reading for all that is made of them."""
    return once_a_version(lambda casebase: casebase.raw_rows(statement()))
