"""Who looks is named over the page and in files where people sign in, and nobody is where nobody does."""

from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace

import pytest

from access.identity import LOCAL
from pages.parts import marking


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cockpit.process.now", lambda: datetime(2026, 11, 29, 15, 4))


@pytest.mark.parametrize(("name", "shown"), [("张科长", "张科长"), ("", "u-17")])
def test_the_reader_and_the_minute_of_the_call(monkeypatch: pytest.MonkeyPatch, name: str, shown: str) -> None:
    monkeypatch.setattr("cockpit.process.gate", lambda: SimpleNamespace(is_open=False))
    monkeypatch.setattr("pages.parts.identity.current", lambda: replace(LOCAL, subject="u-17", name=name))
    mark = marking.marker()
    monkeypatch.setattr("pages.parts.identity.current", lambda: pytest.fail("asked outside of a run"))
    assert mark() == f"{shown} 2026年11月29日 15:04"
    monkeypatch.setattr("cockpit.process.now", lambda: datetime(2026, 11, 29, 15, 5))
    assert mark() == f"{shown} 2026年11月29日 15:05"


def test_where_nobody_signs_in_nobody_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cockpit.process.gate", lambda: SimpleNamespace(is_open=True))
    assert marking.marker()() is None
