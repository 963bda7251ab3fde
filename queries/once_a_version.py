"""What is asked of a case base once for each version of its data, and kept until the data changes."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

from casebase.engine import Casebase

T = TypeVar("T")


def once_a_version(question: Callable[[Casebase], T]) -> Callable[[Casebase], T]:
    """The same question, asked anew only where the version of the data is another than at the last answer."""
    answers: WeakKeyDictionary[Casebase, tuple[int, T]] = WeakKeyDictionary()

    @wraps(question)
    def answer(casebase: Casebase) -> T:
        version = casebase.state().version
        kept = answers.get(casebase)
        # A database that counts no changes is looked at every time.
        if kept is None or version == 0 or kept[0] != version:
            kept = answers[casebase] = version, question(casebase)
        return kept[1]

    return answer
