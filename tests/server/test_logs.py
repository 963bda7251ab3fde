"""No text can forge a line of the log."""

import logging
import sys
from collections.abc import Callable

import pytest
from sqlalchemy.exc import DataError, StatementError

from server.logs import OneLine, keep_to_one_line


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


_FORGED = "no area\n2026-11-28 08:00:00 ERROR forged\x1b[2J"


def _nothing_wrong() -> None:
    raise ValueError(_FORGED)


def _caused() -> None:
    try:
        _nothing_wrong()
    except ValueError as error:
        raise KeyError("area") from error


def _while_handling() -> None:
    try:
        _nothing_wrong()
    except ValueError:
        raise KeyError("area")  # noqa: B904 (the context is what is tried)


def _noted() -> None:
    error = KeyError("area")
    error.add_note(_FORGED)
    raise error


def _grouped() -> None:
    raise ExceptionGroup("two", [ValueError(_FORGED), KeyError("area")])


def _misspelt() -> None:
    raise SyntaxError(_FORGED, ("a.py", 1, 1, _FORGED))


@pytest.mark.parametrize("fail", [_nothing_wrong, _caused, _while_handling, _noted, _grouped, _misspelt])
def test_what_an_exception_says_forges_no_line(fail: Callable[[], None]) -> None:
    try:
        fail()
    except Exception:
        record = OneLine("pages", logging.ERROR, "live.py", 1, "the look failed", (), sys.exc_info())
    lines = logging.Formatter().format(record).splitlines()
    assert lines[0] == "the look failed"
    assert not [line for line in lines if line.startswith("2026")]
    assert all(line.isprintable() for line in lines)
    assert sum("ERROR forged\\x1b" in line for line in lines) == 1
    assert any(line.strip(" |") == f"raise {line.strip(' |')[6:]}" for line in lines), "the trace tells where"


def test_errors_that_lead_to_each_other_end() -> None:
    first, second = ValueError("a"), ValueError("b")
    first.__cause__, second.__cause__ = second, first
    record = OneLine("pages", logging.ERROR, "live.py", 1, "", (), (ValueError, first, None))
    assert logging.Formatter().format(record).splitlines() == [
        "",
        "ValueError: b",
        "The error above led to:",
        "ValueError: a",
    ]


def _trace_of(error: Exception) -> str:
    record = OneLine("pages", logging.ERROR, "live.py", 1, "the look failed", (), (type(error), error, None))
    return logging.Formatter().format(record)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (StatementError("refused", "SELECT 1 WHERE title = :a", {"a": "张三"}, ValueError("x")), "refused"),
        (DataError("SELECT ?", ["张三"], ValueError("invalid\nDETAIL:  Key (name)=(张三) exists.")), "invalid"),
        (ValueError("could not convert string to float: '张三反映路灯不亮'"), "could not convert string to float: '…'"),
        (KeyError("张三"), "KeyError: '…'"),
        (KeyError("district"), "KeyError: 'district'"),
        (ValueError("call 13812345678"), "call 138****5678"),
        (OSError("postgresql://cockpit:s3cret@db/petitions"), "OSError: postgresql://cockpit:***@db/petitions"),
    ],
)
def test_no_value_of_a_case_and_no_secret_is_in_a_trace(error: Exception, told: str) -> None:
    said = _trace_of(error)
    assert told in said
    assert not [word for word in ("张三", "路灯", "s3cret", "13812345678") if word in said]
