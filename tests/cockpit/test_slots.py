"""So many at a time, by rank and then in the order in which they came; who waits for something else holds nobody up."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from casebase.scope import WHOLE
from cockpit import slots as slots_module
from cockpit.answers import Answers
from cockpit.slots import DRAWING, Rank, Slots

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


def test_what_redraws_itself_waits_while_it_is_held_back_and_a_person_does_not() -> None:
    crowd = Crowd(Slots(1))
    with crowd.slots.held_back():
        crowd.come("by itself", Rank.BY_ITSELF)
        crowd.come("asked", Rank.ASKED)
        until(lambda: crowd.had == ["asked"])
        assert crowd.slots.is_waited_for
    crowd.leave()
    assert crowd.had == ["asked", "by itself"]
    assert not crowd.slots.is_waited_for


def test_a_page_that_was_begun_goes_on_while_others_are_held_back() -> None:
    slots = Slots(1)
    with slots.taken(Rank.BY_ITSELF), slots.held_back():
        with slots.left():
            assert slots._free == 1
        assert slots._free == 0


def test_what_fails_holds_back_nobody_any_more() -> None:
    slots = Slots(1)
    with pytest.raises(ValueError, match="broken"), slots.held_back():
        raise ValueError("broken")
    crowd = Crowd(slots)
    crowd.come("by itself", Rank.BY_ITSELF)
    crowd.leave()
    assert crowd.had == ["by itself"]
