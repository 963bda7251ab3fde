"""Derivations that are kept: what is made of a view's answers, made once for all who have the same view open."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from cockpit.asked import Call

P = ParamSpec("P")
R = TypeVar("R")
# A View, or Data where nothing but the data tells.
V = TypeVar("V")


def kept(function: Callable[Concatenate[V, P], R]) -> Callable[Concatenate[V, P], R]:
    """Make `function(view, *args)` once for the version of the data, what the view asks, and the arguments.

    It must depend on nothing else: no choice of the page, no theme, no session that is not among its arguments. The
    value is the same object for everyone and is changed by nobody: a frame is a SharedFrame (cockpit.shared), a list
    comes as a tuple. Frames among the arguments are to be shared themselves, or it is made anew each time.
    """

    @wraps(function)
    def keep(view: V, /, *args: P.args, **kwargs: P.kwargs) -> R:
        asker: Any = view
        compute = partial(function, view, *args, **kwargs)
        share = partial(asker.share, (function, args, kwargs), compute)
        value: R = asker.note(Call(asker, keep, args, kwargs), share)
        return value

    return keep
