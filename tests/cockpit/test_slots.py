"""So many at a time, by rank and then in the order in which they came; who waits for something else holds nobody up."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from sqlalchemy import event

from casebase.engine import Casebase
from casebase.scope import WHOLE
from cockpit import slots as slots_module
from cockpit.answers import Answers
from cockpit.data import LiveData
from cockpit.slots import DRAWING, Rank, Slots
from queries.names import channels

PATIENCE = 20.0


class Crowd:
    """Threads that want a slot, and the order in which they had one."""

    def __init__(self, slots: Slots) -> None:
        self.slots = slots
        self.had: list[str] = []
        self._threads: list[threading.Thread] = []

    def come(self, name: str, rank: Rank) -> None:
        """Let one more come, and return once he has a slot or stands in the row."""

        def draw() -> None:
            with self.slots.taken(rank):
                self.had.append(name)

        thread = threading.Thread(target=draw)
        self._threads.append(thread)
        before = self.standing
        thread.start()
        until(lambda: self.standing > before or not thread.is_alive())

    @property
    def standing(self) -> int:
        return sum(map(len, self.slots._rows.values()))

    def leave(self) -> None:
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.002)


@contextmanager
def kept_busy(slots: Slots, number: int) -> Iterator[None]:
    """So many slots are taken by others until the block ends."""
    ends, began = threading.Event(), threading.Barrier(number + 1)

    def hold() -> None:
        with slots.taken(Rank.ASKED):
            began.wait(PATIENCE)
            ends.wait(PATIENCE)

    threads = [threading.Thread(target=hold) for _ in range(number)]
    for thread in threads:
        thread.start()
    began.wait(PATIENCE)
    try:
        yield
    finally:
        ends.set()
        for thread in threads:
            thread.join(PATIENCE)


def test_no_more_than_there_are_slots_and_none_is_lost() -> None:
    slots, lock = Slots(3), threading.Lock()
    now: list[int] = []
    seen: list[int] = []

    def work() -> None:
        with lock:
            now.append(1)
            seen.append(len(now))
        time.sleep(0.0005)
        with lock:
            now.pop()

    def draw() -> None:
        for _ in range(20):
            with slots.taken(Rank.BY_ITSELF):
                work()
                with slots.left():
                    time.sleep(0.0005)
                work()

    threads = [threading.Thread(target=draw) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    assert max(seen) == 3
    assert slots._free == 3


def test_a_person_comes_before_what_redraws_itself() -> None:
    crowd = Crowd(Slots(1))
    with kept_busy(crowd.slots, 1):
        for name, rank in (("redraw 1", Rank.BY_ITSELF), ("redraw 2", Rank.BY_ITSELF), ("click", Rank.ASKED)):
            crowd.come(name, rank)
        assert crowd.had == []
    crowd.leave()
    assert crowd.had == ["click", "redraw 1", "redraw 2"]


def test_who_began_goes_on_before_others_begin() -> None:
    crowd, may_go_on = Crowd(Slots(1)), threading.Event()

    def draw() -> None:
        with crowd.slots.taken(Rank.BY_ITSELF):
            with crowd.slots.left():
                may_go_on.wait(PATIENCE)
            crowd.had.append("begun")

    begun = threading.Thread(target=draw)
    begun.start()
    until(lambda: crowd.slots._free == 1)
    with kept_busy(crowd.slots, 1):
        crowd.come("click", Rank.ASKED)
        may_go_on.set()
        until(lambda: crowd.standing == 2)
    crowd.leave()
    begun.join(PATIENCE)
    assert crowd.had == ["begun", "click"]


def test_one_that_fails_leaves_its_slot() -> None:
    slots = Slots(1)
    for rank in Rank:
        with pytest.raises(ValueError, match="broken"), slots.taken(rank), slots.left():
            raise ValueError("broken")
    assert slots._free == 1


def test_whoever_comes_back_with_a_lock_that_all_wait_for_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(slots_module._PATIENCE, Rank.BEGUN, 0.1)
    slots, lock, has_left, done = Slots(2), threading.Lock(), threading.Event(), []

    def begin() -> None:
        with slots.taken(Rank.ASKED), lock:
            with slots.left():
                has_left.set()
                until(lambda: slots._free == 0)  # the others have both slots, and wait for the lock
            done.append("begun")

    def draw() -> None:
        has_left.wait(PATIENCE)
        with slots.taken(Rank.ASKED), lock:
            done.append("drawn")

    threads = [threading.Thread(target=target) for target in (begin, draw, draw)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    assert done == ["begun", "drawn", "drawn"]
    assert slots._free == 2


def test_pages_that_are_stuck_hold_up_nobody_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(slots_module._PATIENCE, Rank.ASKED, 0.1)
    crowd = Crowd(Slots(1))
    with kept_busy(crowd.slots, 1):
        for name in ("one", "two"):
            crowd.come(name, Rank.ASKED)
        crowd.leave()
        assert crowd.had == ["one", "two"]
    assert crowd.slots._free == 1


def test_a_slot_is_taken_once_by_a_thread_however_deep() -> None:
    slots = Slots(1)
    with slots.taken(Rank.ASKED), slots.taken(Rank.BY_ITSELF):
        assert slots._free == 0
    assert slots._free == 1


def test_whoever_waits_for_an_answer_leaves_the_slot_and_who_finds_one_keeps_it() -> None:
    answers, free = Answers(), []

    def question() -> int:
        free.append(DRAWING._free)
        return 1

    before = DRAWING._free
    with DRAWING.taken(Rank.ASKED):
        assert before - 1 == DRAWING._free
        for _ in range(2):
            assert answers.share(1, WHOLE, "question", question) == 1
        assert before - 1 == DRAWING._free
    assert free == [before]


def test_what_redraws_itself_waits_for_what_is_computed_and_a_person_does_not() -> None:
    slots = Slots(1)
    crowd = Crowd(slots)
    with slots.computing():
        crowd.come("by itself", Rank.BY_ITSELF)
        crowd.come("asked", Rank.ASKED)
        until(lambda: crowd.had == ["asked"])
        slots.pause_computing()  # it asks the database
        until(lambda: crowd.had == ["asked", "by itself"])
        slots.go_on_computing()
        crowd.come("another by itself", Rank.BY_ITSELF)
        assert crowd.standing == 1
    crowd.leave()
    assert crowd.had[2:] == ["another by itself"]


def test_who_comes_back_from_the_database_waits_for_the_page_that_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots_module, "_LONGEST_PAGE", PATIENCE)
    slots, ends, order = Slots(1), threading.Event(), list[str]()

    def compute() -> None:
        with slots.computing():
            slots.pause_computing()
            ends.wait(PATIENCE)
            slots.go_on_computing()
            order.append("computed")

    thread = threading.Thread(target=compute)
    with slots.taken(Rank.ASKED):
        thread.start()
        ends.set()
        until(lambda: bool(slots._coming_back))
        order.append("drawn")
    thread.join(PATIENCE)
    assert order == ["drawn", "computed"]


def test_a_page_that_waits_for_what_is_computed_holds_it_up_for_a_moment_alone() -> None:
    slots, computed = Slots(1), threading.Event()

    def compute() -> None:
        with slots.computing():
            computed.set()

    with slots.taken(Rank.ASKED):
        thread = threading.Thread(target=compute)
        thread.start()
        assert computed.wait(PATIENCE)
    thread.join(PATIENCE)


def test_who_does_not_compute_asks_the_database_without_a_word() -> None:
    slots = Slots(1)
    slots.pause_computing()
    slots.go_on_computing()
    assert slots._computing == 0
    with slots.computing(), slots.computing():
        assert slots._computing == 1
        slots.go_on_computing()  # nobody had said that a statement began
        assert slots._computing == 1
        slots.pause_computing()  # and of this one nobody says that it ended
    assert slots._computing == 0


def test_statements_pause_what_is_computed(own_city: Casebase) -> None:
    live, seen = LiveData(own_city, lambda: datetime(2026, 11, 20)), list[int]()

    @event.listens_for(own_city.seen_by(WHOLE).engine, "before_cursor_execute")
    def note(*_: object) -> None:
        seen.append(DRAWING._computing)

    with DRAWING.computing():
        assert DRAWING._computing == 1
        live.now(WHOLE).ask(channels)
        assert DRAWING._computing == 1
    assert seen
    assert set(seen) == {0}
