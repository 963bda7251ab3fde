"""A page that is drawn again makes nothing anew: its answers, cards, charts and tables are kept for all readers."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from casebase.scope import Scope
from cockpit.answers import Answers
from cockpit.data import Data
from pages.parts import menu
from tests.pages.conftest import failures

pytestmark = pytest.mark.usefixtures("stopped_clock")
PAGES = [entry for entry in menu.ENTRIES if entry.path]
# What a metric's page of its own draws, too.
EXAMPLES = {entry.file: entry.example for entry in PAGES}
ADDRESSES = {"dictionary": "metric=registered", "case_course": "case=1"}


@pytest.mark.parametrize("page", ["", *(entry.file for entry in PAGES)])
def test_a_page_that_is_drawn_again_makes_nothing_anew(
    demo_url: str, open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    app = open_page(demo_url, page, **dict(parse_qsl(ADDRESSES.get(page, EXAMPLES.get(page, "")))))
    assert failures(app) == []
    app.run()
    computed: list[object] = []
    share, get, of_data = Answers.share, Answers.get, Data.share

    def counted(key: object, compute: Callable[[], Any]) -> Callable[[], Any]:
        def count() -> Any:
            computed.append(key)
            return compute()

        return count

    def counted_share(answers: Answers, version: int, scope: Scope, key: Any, compute: Callable[[], Any]) -> Any:
        return share(answers, version, scope, key, counted(key, compute))

    def counted_get(
        answers: Answers, version: int, scope: Scope, question: Callable[..., Any], args: Any, kwargs: Any
    ) -> Any:
        def answer(*given: Any, **named: Any) -> Any:
            computed.append(question)
            return question(*given, **named)

        answer.__module__, answer.__qualname__ = question.__module__, question.__qualname__
        return get(answers, version, scope, answer, args, kwargs)

    def counted_of_data(data: Data, key: Any, compute: Callable[[], Any], asker: Any = None) -> Any:
        """What has no key comes to no answers: it is counted here."""
        return of_data(data, key, counted(key, compute), asker)

    monkeypatch.setattr(Answers, "share", counted_share)
    monkeypatch.setattr(Answers, "get", counted_get)
    monkeypatch.setattr(Data, "share", counted_of_data)
    assert failures(app.run()) == []
    assert computed == []


def test_two_readers_of_a_view_hold_one_chart(demo_url: str, open_page: Callable[..., AppTest]) -> None:
    first, second = open_page(demo_url), open_page(demo_url)
    specifications = [[chart.proto.spec for chart in app.get("vega_lite_chart")] for app in (first, second)]
    assert specifications[0] == specifications[1] != []
