"""A call in a process of its own, with memory and connections of its own; what it starts ends with it."""

import multiprocessing
import signal
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, TypeVar

T = TypeVar("T")
_SPAWN = multiprocessing.get_context("spawn")


def call(function: Callable[..., T], *arguments: Any) -> T:
    """The value of a function that another process can import. Raises RuntimeError with what went wrong there."""
    receiver, sender = _SPAWN.Pipe(duplex=False)
    process = _SPAWN.Process(target=_answer, args=(sender, function, arguments))
    process.start()
    sender.close()
    try:
        value, error = receiver.recv()
    except EOFError:
        value, error = None, "the process ended without an answer"
    except BaseException:
        process.terminate()
        raise
    finally:
        process.join()
    if error:
        raise RuntimeError(error)
    return value  # type: ignore[no-any-return]


def end_when_terminated() -> None:
    """Let a signal to end this process end what it has started as well: it leaves its blocks as by an error."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def _answer(sender: Connection, function: Callable[..., object], arguments: tuple[object, ...]) -> None:
    end_when_terminated()
    try:
        sender.send((function(*arguments), None))
    except (Exception, SystemExit) as error:
        sender.send((None, f"{type(error).__name__}: {error}"))
