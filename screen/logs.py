"""The service's log: one line a message, whatever an address or a name brought into it."""

import logging

# Line breaks and other control characters, by which a text could forge a line or move a terminal's cursor.
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))} | {
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}


class OneLine(logging.LogRecord):
    """A record whose message stands on one line; the lines of a trace follow it as ever."""

    def getMessage(self) -> str:  # noqa: N802 (the base class names it so)
        """The message, its control characters written out."""
        return super().getMessage().translate(_CONTROLS)


def keep_to_one_line() -> None:
    """From now on, in every log of this process."""
    logging.setLogRecordFactory(OneLine)
