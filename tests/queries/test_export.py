"""CSV that a spreadsheet opens as what it is: against what LibreOffice and Excel are known to reckon."""

import csv as plain_csv
import io
from datetime import date, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebase.spreadsheets import harmless
from queries.export import csv, csv_file, file_name

_MISCHIEF = (
    "=1+1",
    '=HYPERLINK("http://x","y")',
    "+1+cmd",
    "-1+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1",
    " =1",
    "＝1+1",
    "\u200b=1",
)
_SIGNS = tuple("=+-@＝＋－＠")


@pytest.mark.parametrize("text", _MISCHIEF)
def test_no_text_is_reckoned(text: str) -> None:
    assert harmless(text) == harmless(text, digits=False) == f"'{text}"


@pytest.mark.parametrize("text", ["普通标题", "1=1", "a@b", "—", "-5", "+3.5", "−1", "", "3-5号楼"])
def test_what_is_none_of_them_stays(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize("text", ["410100202610050001", "41010020261005000112", "202610050001", "00000012"])
def test_numbers_of_many_digits_stay_texts(text: str) -> None:
    assert harmless(text) == f"\t{text}"
    assert harmless(text, digits=False) == text


def test_numbers_stay_numbers_and_gaps_are_empty() -> None:
    rows = pd.DataFrame(
        {
            "数": [-5, 3],
            "率": [-0.5, None],
            "日": [date(2026, 10, 5), None],
            "时": pd.Series([datetime(2026, 10, 5, 9, 30, 12), None], dtype="datetime64[us]"),
            "题": [None, "=1"],
        }
    )
    assert csv(rows) == "数,率,日,时,题\r\n-5,-0.5,2026-10-05,2026-10-05 09:30,\r\n3,,,,'=1\r\n"
    assert csv(rows, to_be_read=False).splitlines()[1] == "-5,-0.5,2026-10-05,2026-10-05 09:30:12,"
    assert csv_file(rows).startswith(b"\xef\xbb\xbf")


@given(st.lists(st.text(), min_size=1, max_size=5))
def test_whatever_stands_in_a_column_comes_back_and_is_no_formula(texts: list[str]) -> None:
    made = csv_file(pd.DataFrame({"n": range(len(texts)), "题": texts}))
    read = list(plain_csv.reader(io.StringIO(made.decode("utf-8-sig"), newline="")))
    assert len(read) == len(texts) + 1
    for text, (_, cell) in zip(texts, read[1:], strict=True):
        written = text.encode("utf-8", errors="replace").decode()
        assert cell in (written, f"'{written}", f"\t{written}")
        assert not cell.lstrip().startswith(
            ("=", "+", "-", "@", "＝", "＋", "－", "＠")
        ) or cell == written == harmless(text)


def test_names_of_files_say_what_they_hold() -> None:
    assert file_name("信访件清单", "金水区", "", "2026年10月") == "信访件清单_金水区_2026年10月"
    assert file_name('a/b\\c:d*e?f"g<h>i|j\x00k\ud800', "..", "x y") == "abcdefghijk_xy"
    assert len(file_name("长" * 300)) == 80


def test_a_watermark_is_the_last_line_and_no_formula() -> None:
    rows = pd.DataFrame({"n": [1], "题": ["路灯"]})
    text = csv_file(rows, '=张"科长, 2026年11月29日 15:04').decode("utf-8-sig")
    assert text.splitlines() == ["n,题", "1,路灯", '"\'=张""科长, 2026年11月29日 15:04"']
    assert csv_file(rows).decode("utf-8-sig").splitlines() == ["n,题", "1,路灯"]
