"""An address narrows by code as by name, and says which of its choices the data does not have."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import failures


@pytest.mark.parametrize("asked", ["金水区", "410105"])
def test_a_district_by_name_or_by_code(open_page: Callable[..., AppTest], demo_url: str, asked: str) -> None:
    app = open_page(demo_url, "search", district=asked)
    assert failures(app) == []
    assert app.session_state["_view"].within.area == "410105"
    assert [warning.value for warning in app.warning] == []


def test_an_unknown_district_is_said(open_page: Callable[..., AppTest], demo_url: str) -> None:
    app = open_page(demo_url, district="*某*区")
    assert app.session_state["_view"].within.area is None
    (warning,) = (warning.value for warning in app.warning)
    assert warning == r"地址里的区县「\*某\*区」不在库中，以下数字未按它筛选。"
