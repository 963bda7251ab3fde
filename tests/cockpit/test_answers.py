"""Answers are computed once for a version of the data, for all who ask at the same time, and belong to who asked."""

import secrets
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import pytest

from casebase.scope import WHOLE
from cockpit.answers import Answers, frozen
from queries.model import Slice


class Counted:
    """A question that counts how often it is computed."""

    def __init__(self, answer: Callable[[], Any], seconds: float = 0.0, name: str = "counted") -> None:
        self.computed = 0
        self.__qualname__ = name
        self._answer = answer
        self._seconds = seconds

    def __call__(self, _casebase: object, *_args: Any, **_kwargs: Any) -> Any:
        self.computed += 1
        time.sleep(self._seconds)
        return self._answer()


def test_the_same_question_is_computed_once_and_again_for_a_new_version() -> None:
    answers, question = Answers(), Counted(lambda: 1)
    for version, within in ((1, Slice("410105")), (1, Slice("410105")), (1, Slice("410102")), (2, Slice("410105"))):
        answers.get(version, WHOLE, question, (None, ["registered"]), {"within": within})
    assert question.computed == 3


def test_lists_and_tuples_ask_the_same_and_their_order_does_not() -> None:
    answers, question = Answers(), Counted(lambda: 1)
    for names in (["a", "b"], ("a", "b"), ["b", "a"]):
        answers.get(1, WHOLE, question, (None, names), {"by": names})
    assert question.computed == 2


def test_who_asks_at_the_same_time_waits_for_the_one_computation() -> None:
    answers, question, frames = Answers(), Counted(lambda: pd.DataFrame({"x": [1]}), 0.3), []
    ask = lambda: frames.append(answers.get(1, WHOLE, question, (None,), {}))  # noqa: E731
    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (question.computed, len(frames)) == (1, 8)


def test_who_waited_for_a_computation_that_fails_computes_for_itself() -> None:
    fails = iter([True, False])

    def answer() -> int:
        if next(fails):
            raise ValueError("the asker has left")
        return 7

    answers, question, results = Answers(), Counted(answer, 0.3), []

    def ask() -> None:
        try:
            results.append(answers.get(1, WHOLE, question, (None,), {}))
        except ValueError as error:
            results.append(str(error))

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
        time.sleep(0.1)
    for thread in threads:
        thread.join()
    assert sorted(map(str, results)) == ["7", "the asker has left"]


def test_an_answer_may_be_changed_by_who_asked() -> None:
    answers, question = Answers(), Counted(lambda: {"frame": [1]})
    answers.get(1, WHOLE, question, (None,), {})["frame"].append(2)
    assert answers.get(1, WHOLE, question, (None,), {}) == {"frame": [1]}
    framed = Counted(lambda: pd.DataFrame({"x": [1]}), name="framed")
    frame = answers.get(1, WHOLE, framed, (None,), {})
    frame.loc[0, "x"] = 9
    frame["y"] = 0
    assert answers.get(1, WHOLE, framed, (None,), {}).equals(pd.DataFrame({"x": [1]}))


def test_what_cannot_be_told_from_another_is_no_question() -> None:
    with pytest.raises(TypeError, match="DataFrame"):
        Answers().get(1, WHOLE, Counted(lambda: 1), (None, pd.DataFrame()), {})


def kibibyte(answers: Answers, version: int, name: str) -> str:
    """What is kept of about a kibibyte under this name; computed anew it is another."""
    return answers.share(version, WHOLE, name, lambda: secrets.token_hex(512))


def is_kept(answers: Answers, version: int, name: str) -> bool:
    """Whether the value is still the one that was computed first."""
    computed: list[str] = []
    answers.share(version, WHOLE, name, lambda: computed.append(name))
    return not computed


def test_what_is_kept_weighs_at_most_what_it_may_and_the_least_lately_asked_goes_first() -> None:
    answers = Answers(max_bytes=5 * 1600)
    for name in "abcde":
        kibibyte(answers, 1, name)
    first = kibibyte(answers, 1, "a")
    kibibyte(answers, 1, "f")
    assert answers.bytes <= 5 * 1600
    assert kibibyte(answers, 1, "a") == first
    assert not is_kept(answers, 1, "b")
    for number in range(1000):
        kibibyte(answers, 1 + number // 100, str(number))
        assert answers.bytes <= 5 * 1600


def test_a_value_that_weighs_more_than_may_be_kept_is_answered_and_not_kept() -> None:
    answers = Answers(max_bytes=4000)
    kibibyte(answers, 1, "small")
    for _ in range(2):
        assert len(answers.share(1, WHOLE, "large", lambda: "x" * 5000)) == 5000
    assert is_kept(answers, 1, "small")
    assert not is_kept(answers, 1, "large")


def test_what_a_version_has_outlived_goes_first_but_not_what_the_last_whole_page_needs() -> None:
    lasting = [1]
    answers = Answers(max_bytes=4 * 1600, lasting=lambda: lasting[0])
    kibibyte(answers, 1, "a")
    kibibyte(answers, 2, "b")
    kibibyte(answers, 2, "c")
    kibibyte(answers, 1, "d")
    kibibyte(answers, 1, "a")  # asked for last
    kibibyte(answers, 2, "e")  # the page of version 1 is the last whole one: nothing is outlived
    assert is_kept(answers, 1, "a")
    assert not is_kept(answers, 2, "b")
    lasting[0] = 2
    for name in "efgh":
        kibibyte(answers, 2, name)
    assert not is_kept(answers, 1, "a")
    assert all(is_kept(answers, 2, name) for name in "fgh")


@pytest.mark.parametrize("fails", [False, True])
def test_a_hundred_who_ask_in_the_same_moment_hold_the_same_value(fails: bool) -> None:
    answers, start, computed = Answers(), threading.Barrier(100), []
    held: list[pd.DataFrame | None] = []

    def compute() -> pd.DataFrame:
        computed.append(1)
        time.sleep(0.2)
        if fails and len(computed) == 1:
            raise ValueError("the first has left")
        return pd.DataFrame({"x": [1]})

    def ask() -> None:
        start.wait()
        try:
            held.append(answers.share(1, WHOLE, "frame", compute))
        except ValueError:
            held.append(None)

    threads = [threading.Thread(target=ask) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(computed) == 1 + fails
    assert len(held) == 100
    assert len({id(value) for value in held if value is not None}) == 1


def test_what_derives_from_a_shared_frame_is_told_by_the_frame_and_never_by_one_of_ones_own() -> None:
    answers = Answers()
    frame = answers.share(1, WHOLE, "frame", lambda: pd.DataFrame({"x": [1]}))
    other = answers.share(1, WHOLE, "other", lambda: pd.DataFrame({"x": [1]}))
    assert frozen((frame, [1])) == frozen((frame, (1,)))
    assert frozen(frame) != frozen(other)
    for unkeyed in (frame.copy(), lambda: frame, partial(frozen, 1)):
        with pytest.raises(TypeError):
            frozen({"by": [unkeyed]})
