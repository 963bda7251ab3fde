"""Answers are computed once for a version of the data, for all who ask at the same time, and belong to who asked."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from cockpit.answers import Answers
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
        answers.get(version, question, (None, ["registered"]), {"within": within})
    assert question.computed == 3


def test_lists_and_tuples_ask_the_same_and_their_order_does_not() -> None:
    answers, question = Answers(), Counted(lambda: 1)
    for names in (["a", "b"], ("a", "b"), ["b", "a"]):
        answers.get(1, question, (None, names), {"by": names})
    assert question.computed == 2


def test_who_asks_at_the_same_time_waits_for_the_one_computation() -> None:
    answers, question, frames = Answers(), Counted(lambda: pd.DataFrame({"x": [1]}), 0.3), []
    ask = lambda: frames.append(answers.get(1, question, (None,), {}))  # noqa: E731
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
            results.append(answers.get(1, question, (None,), {}))
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
    answers.get(1, question, (None,), {})["frame"].append(2)
    assert answers.get(1, question, (None,), {}) == {"frame": [1]}
    framed = Counted(lambda: pd.DataFrame({"x": [1]}), name="framed")
    frame = answers.get(1, framed, (None,), {})
    frame.loc[0, "x"] = 9
    frame["y"] = 0
    assert answers.get(1, framed, (None,), {}).equals(pd.DataFrame({"x": [1]}))


def test_what_cannot_be_told_from_another_is_no_question() -> None:
    with pytest.raises(TypeError, match="DataFrame"):
        Answers().get(1, Counted(lambda: 1), (None, pd.DataFrame()), {})


def test_the_least_lately_asked_goes_first() -> None:
    answers, question = Answers(max_answers=2), Counted(lambda: 1)
    for name in ("a", "b", "a", "c", "a", "b"):
        answers.get(1, question, (None, name), {})
    assert question.computed == 4
