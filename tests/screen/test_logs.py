"""No text can forge a line of the log."""

import logging

import pytest

from screen.logs import OneLine, keep_to_one_line


@pytest.mark.parametrize("text", ["a\nERROR forged", "a\r\nb", "a\x1b[2Jb", "a\x85b", "a\u2028b"])
def test_a_message_is_one_line(text: str) -> None:
    record = OneLine("pages", logging.WARNING, "waiting.py", 1, "metric %s: unknown", (text,), None)
    line = logging.Formatter().format(record)
    assert len(line.splitlines()) == 1
    assert line.isprintable()


def test_words_stay_as_they_are_and_every_log_is_kept_so(caplog: pytest.LogCaptureFixture) -> None:
    before = logging.getLogRecordFactory()
    try:
        keep_to_one_line()
        logging.getLogger("any").warning("%s", "区域“金水区”\n不存在")
    finally:
        logging.setLogRecordFactory(before)
    assert caplog.messages == ["区域“金水区”\\x0a不存在"]
