"""A list of a page as a workbook, read back by another library."""

from datetime import date, datetime
from io import BytesIO

import openpyxl
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from briefings.listing import workbook
from tests.briefings.samples import sheet_feet

ROWS = pd.DataFrame(
    {
        "信访编号": ["410100202610050001", "00000012", None],
        "标题": ["=1+1", '=HYPERLINK("http://x","点")', "一个很长的标题" * 3],
        "登记时间": pd.Series([datetime(2026, 10, 5, 9, 30), None, datetime(2026, 10, 6)], dtype="datetime64[us]"),
        "期限": [date(2026, 10, 12), None, date(2026, 10, 13)],
        "人次": [-5, 2, 3],
        "各样": [1, "a", None],
    }
)


def test_texts_are_texts_numbers_numbers_and_days_days() -> None:
    sheet = openpyxl.load_workbook(BytesIO(workbook(ROWS, "信访件清单"))).active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]] == list(ROWS.columns)
    read = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert read[0] == ["410100202610050001", "=1+1", datetime(2026, 10, 5, 9, 30), datetime(2026, 10, 12), -5, "1"]
    assert read[1] == ["00000012", '=HYPERLINK("http://x","点")', None, None, 2, "a"]
    assert {cell.data_type for cell in sheet["B"]} == {"s"}
    assert sheet["C2"].is_date
    assert sheet["D2"].number_format == "yyyy-mm-dd"


def test_days_that_not_every_case_has_are_numbers_with_gaps() -> None:
    rows = pd.DataFrame({"距期限": pd.array([-3, None, 5], dtype="Int64"), "无": pd.array([None] * 3, dtype="Int64")})
    sheet = openpyxl.load_workbook(BytesIO(workbook(rows, "信访件清单"))).active
    assert sheet is not None
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] == [[-3, None], [None, None], [5, None]]


def test_yes_and_no_are_words() -> None:
    rows = pd.DataFrame(
        {
            "重件": [True, False, True],
            "采纳": pd.array([True, None, False], dtype="boolean"),
            "联名": pd.Series([None, False, True], dtype=object),
            "无": pd.array([None] * 3, dtype="boolean"),
            "各样": pd.Series([True, "待定", None], dtype=object),
        }
    )
    sheet = openpyxl.load_workbook(BytesIO(workbook(rows, "建议"))).active
    assert sheet is not None
    read = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert read == [["是", "是", None, None, "是"], ["否", None, "否", None, "待定"], ["是", "否", "是", None, None]]


def test_the_head_stays_and_columns_hold_their_chinese() -> None:
    sheet = openpyxl.load_workbook(BytesIO(workbook(ROWS, "信访件清单"))).active
    assert sheet is not None
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:F4"
    assert sheet.column_dimensions["B"].width >= 42
    assert sheet.column_dimensions["A"].width >= 18


def test_no_rows_and_odd_titles() -> None:
    for title in ("", "a/b:c*?[d]", "长" * 80, "History\x00"):
        sheet = openpyxl.load_workbook(BytesIO(workbook(ROWS.head(0), title))).active
        assert sheet is not None
        assert [cell.value for cell in sheet[1]] == list(ROWS.columns)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.none() | st.text(), min_size=1, max_size=5))
def test_whatever_stands_in_a_text_the_file_opens(texts: list[str | None]) -> None:
    rows = pd.DataFrame({"n": range(len(texts)), "题": pd.Series(texts, dtype=object)})
    sheet = openpyxl.load_workbook(BytesIO(workbook(rows, "清单"))).active
    assert sheet is not None
    assert sheet.max_row == len(texts) + 1
    assert [sheet.cell(row, 1).value for row in range(2, len(texts) + 2)] == list(range(len(texts)))
    assert not any(cell.data_type == "f" for cell in sheet["B"])


def test_a_watermark_is_at_the_foot() -> None:
    number = "&R&8 &P / &N"
    assert sheet_feet(workbook(ROWS, "清单", "张&科长 15:04")) == [f"&L&8 张&&科长 15:04{number}"]
    assert sheet_feet(workbook(ROWS, "清单")) == [f"&L&8 {number}"]
    assert sheet_feet(workbook(ROWS, "清单", "张" + "&" * 300)) == [f"&L&8 张{number}"]
