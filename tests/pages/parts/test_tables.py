"""Tables: a column is as wide as its longest name, and a table without rows is a sentence in Chinese."""

import json

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.tables import ROW, cell_width, cut, height, text_width, width_of, with_cut_titles

NAMES = ["Roxbury"] * 9 + ["South Boston / South Boston Waterfront"]


def places_table(names: list[str]) -> None:
    import pandas as pd
    import streamlit as st

    from pages.parts import tables

    frame = pd.DataFrame(
        {"区县（功能区）": names, "登记量（件次）": range(len(names)), "说明": ["长" * 60] * len(names)}
    )
    row = tables.pick_row(frame, key="places", alt="各区县", columns={"登记量（件次）": tables.COUNT})
    st.session_state["row"] = row


def test_a_name_twice_as_long_as_the_others_widens_its_column() -> None:
    app = AppTest.from_function(places_table, args=(NAMES,)).run()
    assert not app.exception
    columns = json.loads(app.dataframe[0].proto.columns)
    assert columns["区县（功能区）"]["width"] == text_width(["区县（功能区）", *NAMES], 400)
    assert columns["登记量（件次）"].get("width") is None
    assert "说明" not in columns


def test_a_table_without_rows_is_a_sentence() -> None:
    app = AppTest.from_function(places_table, args=([],)).run()
    assert not app.exception
    assert not app.dataframe
    assert [caption.value for caption in app.caption] == ["没有记录。"]
    assert app.session_state["row"] is None


@pytest.mark.parametrize(("letter", "least", "most"), [("网", 12, 13), ("R", 5, 8)])
def test_a_chinese_letter_is_twice_as_wide_as_a_latin_one(letter: str, least: int, most: int) -> None:
    width = text_width([letter * 20, *[letter] * 9], 400)
    assert width is not None
    assert 20 * least < width < 20 * most + 30


def test_names_of_one_length_are_left_to_the_grid() -> None:
    assert text_width(["网格推送任务"] * 5, 400) is None
    assert text_width([], 400) is None
    assert text_width(["网格" * 20, *["网格"] * 9], 400) is None


def test_a_table_shows_a_few_rows_more_and_half_a_row_of_what_goes_on() -> None:
    rows = [(height(number, 10) - 2) / ROW - 1 for number in (1, 10, 14)]
    assert rows == [1, 10, 14]
    assert 10 < (height(15, 10) - 2) / ROW - 1 < 11


def test_a_name_is_cut_with_a_mark_at_the_width_of_its_column() -> None:
    names = ["Trees · Back Bay", "New Tree Requests · Fenway / Kenmore / Audubon Circle / Longwood"]
    written = [cut(name, 300) for name in names]
    assert written[0] == names[0]
    assert written[1].endswith("…")
    assert width_of(written) <= 300 < cell_width(names[1])


def test_titles_are_cut_with_a_mark_at_the_width_of_their_column() -> None:
    titles = ["路灯不亮", "关于航海东路社区公共绿地被圈占的诉求，多次反映没有结果，请有关部门尽快处理" * 2]
    for written in (
        with_cut_titles(pd.DataFrame({"标题": titles}))["标题"],
        with_cut_titles(pd.DataFrame({"标题": titles}), 200)["标题"],
    ):
        assert written[0] == titles[0]
        assert written[1].endswith("…")
