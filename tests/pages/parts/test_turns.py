"""One at a time, in the order of coming, and everyone hears how many stand before."""

import threading
from functools import partial

import pytest

from pages.parts.turns import Turns


def test_one_at_a_time_in_order() -> None:
    turns = Turns()
    inside, most, order = 0, 0, []
    heard: dict[int, list[int]] = {n: [] for n in range(4)}
    stands = [threading.Event() for _ in range(4)]  # inside, or told how many stand before
    go_on = threading.Event()

    def tell(n: int, before: int) -> None:
        heard[n].append(before)
        stands[n].set()

    def work(n: int) -> None:
        nonlocal inside, most
        with turns.turn(partial(tell, n)):
            inside += 1
            most = max(most, inside)
            order.append(n)
            stands[n].set()
            assert go_on.wait(10)
            inside -= 1

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread, there in zip(threads, stands, strict=True):
        thread.start()
        assert there.wait(10)
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert (most, order) == (1, [0, 1, 2, 3])
    assert heard[0] == []
    assert heard[3][0] == 3
    assert heard[3] == sorted(heard[3], reverse=True)


def test_who_gives_up_holds_up_nobody() -> None:
    turns = Turns()

    def give_up(_before: int) -> None:
        raise RuntimeError("left the page")

    with turns.turn(lambda _: None), pytest.raises(RuntimeError, match="left"), turns.turn(give_up):
        pass
    with turns.turn(give_up):
        pass
