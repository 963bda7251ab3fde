"""The service's log: one line a message, whatever an address or a name brought into it, and nothing of a case in it."""

import logging
import re
import traceback
from collections.abc import Iterator
from typing import Any

from casebase.addresses import redact
from casebase.personal import masked

# Line breaks and other control characters, by which a text could forge a line or move a terminal's cursor.
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))} | {
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}


# What drivers add to an error: the statement, its values (the words of a search), the row that was in the way.
_ADDED = re.compile(
    r"\s*\[(?:SQL|parameters):.*|^(?:DETAIL|CONTEXT|LINE \d+|WHERE):.*|\s*\(Background on this error at:.*",
    re.DOTALL | re.MULTILINE,
)
# What an error quotes is a value: of Chinese ones nobody can say that they are no case's.
_QUOTED = re.compile(r"""(['"])(?:(?!\1)[^\n])*[^\x00-\u2fff](?:(?!\1)[^\n])*\1""")


class OneLine(logging.LogRecord):
    """A record whose message stands on one line; the lines of a trace follow it, what an exception says on one each."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        if self.exc_info and self.exc_info[1] is not None:
            # A formatter takes the text of a trace from here before it makes one.
            self.exc_text = "\n".join(_trace(self.exc_info[1], set()))

    def getMessage(self) -> str:  # noqa: N802 (the base class names it so)
        """The message, its control characters written out, numbers of people hidden."""
        return _written_out(masked(super().getMessage()))


def keep_to_one_line() -> None:
    """From now on, in every log of this process."""
    logging.setLogRecordFactory(OneLine)


def _trace(error: BaseException, known: set[int]) -> Iterator[str]:
    """The trace as Python writes it: what led to an error, where it was raised, what it says, what it is a group of."""
    known.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in known:
        yield from _trace(before, known)
        yield "The error above led to:"
    if error.__traceback__ is not None:
        yield "Traceback (most recent call last):"
        for frame in traceback.format_tb(error.__traceback__):
            yield from frame.splitlines()
    yield _written_out(_without_values("".join(traceback.format_exception_only(error)).rstrip("\n")))
    for part in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        if id(part) not in known:
            yield from (f"  | {line}" for line in _trace(part, known))


def _without_values(text: str) -> str:
    """What an error says, without the values that it says it of."""
    return masked(redact(_QUOTED.sub("'…'", _ADDED.sub("", text))))


def _written_out(text: str) -> str:
    return text.translate(_CONTROLS)
