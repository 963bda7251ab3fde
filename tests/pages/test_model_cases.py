"""优秀案例: the filters stand in the address, and a case opens in full."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from casebase.engine import open_casebase
from casebase.settings import Settings
from queries.model_cases import filter_cases, model_cases
from tests.pages.conftest import UNTIL, address, clicked, failures

pytestmark = pytest.mark.usefixtures("stopped_clock")

OpenPage = Callable[..., AppTest]


def rows(app: AppTest) -> list[str]:
    """The titles in the table."""
    return next(frame.value for frame in app.dataframe if "案例" in frame.value.columns)["案例"].tolist()


def test_the_address_filters_and_a_row_is_told_in_full(open_page: OpenPage, demo_url: str) -> None:
    casebase = open_casebase(Settings(), demo_url)
    library = model_cases(casebase.whole, as_of=UNTIL)
    casebase.engine.dispose()
    kind = library["dispute_kind"].value_counts().index[0]
    expected = filter_cases(library, kind=kind)
    assert 1 < len(expected) < len(library)
    app = open_page(demo_url, "model_cases", dispute_kind=kind)
    assert failures(app) == []
    assert rows(app) == expected["title"].tolist()
    clicked(app, "library", {"rows": [1]})
    second = expected.iloc[1]
    assert address(app)["model_case"] == str(second["model_case_id"])
    assert any(str(second["title"]) in text.value for text in app.markdown)
    assert any(str(second["method"]) in text.value for text in app.markdown)


def test_a_choice_narrows_the_library(open_page: OpenPage, demo_url: str) -> None:
    app = open_page(demo_url, "model_cases")
    everything = len(rows(app))
    who = app.selectbox(key="who").options[1]
    app.selectbox(key="who").select(who).run()
    assert failures(app) == []
    assert 0 < len(rows(app)) < everything


def test_what_answers_to_nothing_is_said(open_page: OpenPage, demo_url: str) -> None:
    app = open_page(demo_url, "model_cases", told="没有这样的案例")
    assert failures(app) == []
    assert any("没有符合条件" in note.value for note in app.info)
