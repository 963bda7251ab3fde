"""What a page is going to show is asked for already, while it waits for what it shows first.

Half of an answer is made in Python, on one core, while the database could answer the next question on the other. What
is asked ahead is the page's own question, so that nobody asks it twice: who comes to it while it is under way waits for
the one answer (cockpit.answers).
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from inspect import unwrap
from typing import Any, Concatenate

from cockpit.view import View

# One thread beside the page's own.
_POOL = ThreadPoolExecutor(1, thread_name_prefix="ahead")


def ask_ahead(view: View, question: Callable[Concatenate[View, ...], Any], *args: Any, **kwargs: Any) -> None:
    """Begin to compute a kept value (cockpit.kept) of a view, once for all who have the view open.

    To be called before what takes long is asked, in the order in which the page comes to it.
    """
    of_kept = unwrap(question)  # which has a place in the code, as a key must
    view.share((ask_ahead, of_kept, args, kwargs), partial(_begin, view, question, args, kwargs))


def _begin(view: View, question: Callable[Concatenate[View, ...], Any], args: Any, kwargs: Any) -> None:
    _POOL.submit(_compute, partial(question, view, *args, **kwargs))


def _compute(question: Callable[[], Any]) -> None:
    # What fails is asked again by the page itself, which says why.
    with suppress(Exception):
        question()
