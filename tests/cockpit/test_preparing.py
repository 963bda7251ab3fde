"""A newer version is asked for what open pages ask before they are drawn anew: all of it, once, and nothing else."""

import gc
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from casebase.engine import Casebase, ScopedCasebase, mark_changed
from casebase.scope import WHOLE
from cockpit.answers import Answers
from cockpit.asked import Asked
from cockpit.data import Data, LiveData
from cockpit.kept import kept
from cockpit.preparing import Preparing, Viewer
from cockpit.reading import Reading
from cockpit.shared import SharedFrame
from cockpit.slots import DRAWING, Rank, Slots
from cockpit.view import View, comparisons
from queries.measure import Query, measure_all
from queries.model import EVERYTHING
from queries.periods import Preset, period_of

AT = datetime(2026, 11, 20, 15, 30)
asked: list[tuple[Any, ...]] = []


def count(casebase: ScopedCasebase, name: str, as_of: datetime | None = None) -> int:
    """A question of the case base."""
    asked.append((name, as_of, threading.current_thread().name.rsplit("_", 1)[0]))
    return casebase.state().version


def fail(casebase: ScopedCasebase) -> int:
    asked.append(("fail", None, ""))
    raise ValueError("no answer")


def of_query(casebase: ScopedCasebase, query: Query) -> int:
    return count(casebase, "query", query.as_of)


@kept
def number(view: View, name: str) -> int:
    return view.ask(count, name, view.as_of) + view.ask(count, f"inside {name}")


@kept
def of_frame(view: View, frame: SharedFrame) -> int:
    return len(frame) + view.ask(count, "of a frame", view.as_of)


def drawn(frame: pd.DataFrame, title: str) -> str:
    """What is made of an answer, with a title of the page's own."""
    asked.append(("drawn", None, threading.current_thread().name.rsplit("_", 1)[0]))
    return f"{title}: {len(frame)}"


@dataclass(frozen=True)
class Pair:
    """An answer of two parts."""

    frame: pd.DataFrame
    count: int


@kept
def pair(view: View) -> Pair:
    return Pair(view.ask(frame_of, view.as_of), view.ask(count, "of a pair", view.as_of))


def until(holds: Callable[[], bool]) -> None:
    """Wait until it holds, for 20 seconds at most."""
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


class City:
    """A city whose pages are drawn and looked at, with a clock of its own."""

    def __init__(self, casebase: Casebase) -> None:
        self.casebase, self.at = casebase, AT
        self.live = LiveData(casebase, lambda: self.at)
        self.preparing = Preparing(self.live)

    def change(self, at: datetime) -> Reading:
        self.at = at
        with self.casebase.writing() as connection:
            mark_changed(connection, at)
        return self.live.watch.read()

    def draw(self, viewer: Viewer, page: Callable[[View], object], reading: Reading | None = None) -> Data:
        data = self.live.at(reading or self.live.watch.read(), WHOLE, asked=Asked())
        period = period_of(Preset.MONTH, data.as_of.date())
        page(View(data, data.as_of, period, EVERYTHING, comparisons(None)))
        self.preparing.opened(viewer, data)
        return data

    def news(self, latest: Reading) -> Reading:
        """What is prepared, looking until it is the latest reading."""
        until(lambda: self.preparing.reading().is_like(latest))
        return self.preparing.reading()


@pytest.fixture
def living(own_city: Casebase) -> Iterator[City]:
    asked.clear()
    yield City(own_city)
    for thread in threading.enumerate():
        if thread.name == "preparing":
            thread.join(20)


def page(view: View) -> None:
    number(view, "one")
    number(view, "one")
    view.data.hold(count, "held")
    view.ask(of_query, Query(("registered",), view.as_of))
    frame = view.data.hold(frame_of, view.as_of)
    of_frame(view, frame)
    view.derive(drawn, frame, title="frame")
    view.derive(drawn, pair(view).frame, title="part")


def frame_of(casebase: ScopedCasebase, as_of: datetime) -> Any:
    return measure_all(casebase, [Query(("registered",), as_of)])[0]


def test_what_a_page_asked_is_asked_of_the_next_version_before_it_is_drawn(living: City) -> None:
    viewer = Viewer()
    before = living.draw(viewer, page)
    asked.clear()
    latest = living.change(AT + timedelta(seconds=40))
    reading = living.news(latest)
    prepared = list(asked)
    moment = AT + timedelta(seconds=40)
    assert sorted(name for name, as_of, _ in prepared if as_of is None) == ["drawn", "drawn", "held", "inside one"]
    moved = sorted((name, as_of) for name, as_of, _ in prepared if as_of is not None)
    assert moved == [(name, moment) for name in ("of a frame", "of a pair", "one", "query")]
    assert {thread for *_, thread in prepared} == {"prepare"}
    living.draw(viewer, page, reading)
    assert asked == prepared, "drawing it asks for nothing more"
    assert before.reading.state.version < reading.state.version


def test_an_open_page_keeps_no_value_alive(living: City) -> None:
    """Values are kept within their bound of bytes, however many pages are open."""
    viewer, made = Viewer(), []

    def large(view: View) -> None:
        made.append(weakref.ref(pair(view)))

    living.draw(viewer, large)
    assert made[0]() is not None
    living.live.answers = Answers()
    gc.collect()
    assert made[0]() is None


def test_a_frame_of_ones_own_is_left_to_the_page(living: City) -> None:
    viewer = Viewer()

    def own_frame(view: View) -> None:
        view.derive(drawn, SharedFrame({"a": [1]}), title="own")
        view.ask(count, "after")

    living.draw(viewer, own_frame)
    asked.clear()
    living.news(living.change(AT + timedelta(seconds=1)))
    assert [name for name, *_ in asked] == ["after"]


def test_a_page_shows_what_it_has_until_the_answers_are_there(living: City, monkeypatch: pytest.MonkeyPatch) -> None:
    viewer, may_answer = Viewer(), threading.Event()
    data = living.draw(viewer, page)
    ask = Data.ask

    def slow(data: Data, *args: Any, **kwargs: Any) -> Any:
        may_answer.wait(20)
        return ask(data, *args, **kwargs)

    monkeypatch.setattr(Data, "ask", slow)
    latest = living.change(AT + timedelta(seconds=1))
    for _ in range(20):
        assert living.preparing.reading() == data.reading
        time.sleep(0.01)
    may_answer.set()
    assert living.news(latest).is_like(latest)


def test_a_hundred_who_have_it_open_are_answered_once(living: City) -> None:
    viewers = [Viewer() for _ in range(100)]
    for viewer in viewers:
        living.draw(viewer, page)
    asked.clear()
    living.news(living.change(AT + timedelta(seconds=1)))
    assert len(asked) == 8


def test_looking_again_while_it_is_prepared_costs_nothing_for_each_open_page(
    living: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_answer = threading.Event()
    looked_through: list[Data] = []
    viewers = [Viewer() for _ in range(20)]
    for viewer in viewers:
        living.draw(viewer, page)
    monkeypatch.setattr(Data, "ask", lambda *_, **__: may_answer.wait(20))
    monkeypatch.setattr("cockpit.preparing._question", looked_through.append)
    latest = living.change(AT + timedelta(seconds=1))
    for viewer in viewers:
        living.preparing.looked(viewer)
        assert not living.preparing.reading().is_like(latest)
    assert len(looked_through) == len(viewers)  # once for the version, not once for each look of each
    may_answer.set()


def test_who_listens_is_told_when_it_is_prepared(living: City) -> None:
    viewer, told = Viewer(), threading.Event()
    living.draw(viewer, page)
    living.preparing.call_when_prepared(told.set)
    latest = living.change(AT + timedelta(seconds=1))
    assert not living.preparing.reading().is_like(latest)
    assert told.wait(20)
    assert living.preparing.reading().is_like(latest)


def test_a_page_that_looks_no_more_is_forgotten(living: City, monkeypatch: pytest.MonkeyPatch) -> None:
    viewer, sleeping = Viewer(), Viewer()
    living.draw(viewer, lambda view: view.ask(count, "awake"))
    living.draw(sleeping, lambda view: view.ask(count, "asleep"))
    now = time.monotonic()
    monkeypatch.setattr("cockpit.preparing.time.monotonic", lambda: now + 100)
    living.preparing.looked(viewer)
    monkeypatch.undo()
    monkeypatch.setattr("cockpit.preparing._FORGOTTEN", -50.0)
    asked.clear()
    living.news(living.change(AT + timedelta(seconds=1)))
    assert [name for name, *_ in asked] == ["awake"]


def test_what_nobody_has_open_is_not_asked(living: City) -> None:
    viewer, gone = Viewer(), Viewer()
    living.draw(viewer, lambda view: view.ask(count, "open"))
    living.draw(gone, lambda view: view.ask(count, "closed"))
    del gone
    gc.collect()
    asked.clear()
    living.news(living.change(AT + timedelta(seconds=1)))
    assert [name for name, *_ in asked] == ["open"]


def test_what_fails_is_left_to_the_page_and_holds_up_nothing(living: City) -> None:
    viewer = Viewer()

    def failing(view: View) -> None:
        with pytest.raises(ValueError, match="no answer"):
            view.ask(fail)
        view.ask(count, "after")

    living.draw(viewer, failing)
    asked.clear()
    living.news(living.change(AT + timedelta(seconds=1)))
    assert sorted(name for name, *_ in asked) == ["after", "fail"]


def test_another_day_is_drawn_as_it_comes(living: City) -> None:
    """Its periods are others than those that were asked."""
    viewer = Viewer()
    living.draw(viewer, page)
    asked.clear()
    living.news(living.change(AT + timedelta(days=1)))
    assert asked == []


def test_who_waits_too_long_gets_the_latest(living: City, monkeypatch: pytest.MonkeyPatch) -> None:
    viewer, may_answer = Viewer(), threading.Event()
    living.draw(viewer, page)
    monkeypatch.setattr("cockpit.preparing._PATIENCE", 0.2)
    monkeypatch.setattr(Data, "ask", lambda *_, **__: may_answer.wait(20))
    latest = living.change(AT + timedelta(seconds=1))
    assert living.news(latest) == latest
    may_answer.set()


def test_pages_that_redraw_themselves_wait_for_what_is_prepared_but_not_for_ever(
    living: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer, may_answer, begun = Viewer(), threading.Event(), threading.Event()
    living.draw(viewer, page)
    monkeypatch.setattr("cockpit.preparing._PATIENCE", 0.5)
    monkeypatch.setattr(Data, "ask", lambda *_, **__: may_answer.wait(20))
    latest = living.change(AT + timedelta(seconds=1))
    assert not living.preparing.reading().is_like(latest)
    until(lambda: DRAWING._holds_back)

    def redraw() -> None:
        with DRAWING.taken(Rank.BY_ITSELF):
            begun.set()

    threading.Thread(target=redraw).start()
    assert not begun.wait(0.2)
    assert DRAWING.is_waited_for
    assert begun.wait(20)
    assert not may_answer.is_set()
    may_answer.set()


def test_pages_that_wait_get_as_much_time_as_what_is_prepared_for_them(
    living: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer, ask = Viewer(), Data.ask
    living.draw(viewer, page)

    def slow(data: Data, *args: Any, **kwargs: Any) -> Any:
        time.sleep(1.0)
        return ask(data, *args, **kwargs)

    monkeypatch.setattr(Data, "ask", slow)
    data = living.draw(viewer, page, living.news(living.change(AT + timedelta(seconds=1))))
    with monkeypatch.context() as crowd:
        crowd.setattr(Slots, "is_waited_for", True)
        latest = living.change(AT + timedelta(seconds=2))
        assert living.preparing.reading().is_like(data.reading)
        assert living.preparing._since is None
    assert living.news(latest).is_like(latest)  # nobody waits any more


def test_where_nobody_has_a_page_open_the_latest_is_prepared(living: City) -> None:
    latest = living.change(AT + timedelta(seconds=1))
    assert living.preparing.reading() == latest
