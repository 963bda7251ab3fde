"""What a page asks ahead is its own question, asked once, and fails without a word."""

import threading
from dataclasses import replace
from typing import Any

import pytest

from casebase.engine import Casebase
from casebase.scope import WHOLE
from cockpit import ahead
from cockpit.ahead import ask_ahead
from cockpit.data import LiveData
from cockpit.kept import kept
from cockpit.view import View, comparisons
from queries.model import Slice
from tests.pages.conftest import EVENING, YEAR

asked: list[tuple[str, str]] = []
begun, go_on = threading.Event(), threading.Event()


@kept
def answer(view: View, name: str) -> str:
    """A question that tells who asked it."""
    asked.append((name, threading.current_thread().name))
    return f"{name} of {view.place}"


@kept
def failing(_view: View) -> str:
    asked.append(("failing", threading.current_thread().name))
    raise RuntimeError("no answer")


@kept
def slow(_view: View) -> str:
    asked.append(("slow", threading.current_thread().name))
    begun.set()
    assert go_on.wait(10)
    return "done"


@pytest.fixture
def view(city: Casebase) -> View:
    asked.clear()
    return View(LiveData(city, lambda: EVENING).now(WHOLE), EVENING, YEAR, Slice(), comparisons(None), bar_period=YEAR)


def wait() -> None:
    """Until the thread has done what it was given."""
    done: Any = ahead._POOL.submit(lambda: None)
    done.result(timeout=10)


def test_what_is_asked_ahead_is_answered_once_for_all(view: View) -> None:
    for _ in range(3):
        ask_ahead(view, answer, "first")
    wait()
    assert answer(view, "first") == "first of 全市"
    assert [name for name, _ in asked] == ["first"]
    assert asked[0][1].startswith("ahead")
    ask_ahead(replace(view, place="金水区"), answer, "first")  # another view, another answer
    wait()
    assert [name for name, _ in asked] == ["first", "first"]


def test_whoever_comes_while_it_is_under_way_waits_for_it(view: View) -> None:
    ask_ahead(view, slow)
    assert begun.wait(10)
    answers: list[str] = []
    reader = threading.Thread(target=lambda: answers.append(slow(view)))
    reader.start()
    go_on.set()
    reader.join(10)
    assert answers == ["done"]
    assert [name for name, _ in asked] == ["slow"]


def test_what_fails_ahead_fails_where_the_page_asks_it(view: View) -> None:
    ask_ahead(view, failing)
    wait()
    with pytest.raises(RuntimeError, match="no answer"):
        failing(view)
    assert [name for name, _ in asked] == ["failing", "failing"]
