"""The ledger: formulas that check its numbers, lists as long as the numbers say, and nothing that Excel misreads."""

import shutil
import subprocess
import zlib
from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import docx
import openpyxl
import pandas as pd
import pptx
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from briefings import bulk_sheet, ledger
from briefings.bulk_sheet import BulkSheet
from briefings.files import File, build_ledger
from briefings.frozen import TOTALS, Frozen
from queries.registry import METRICS

HEAD = 3
# Of registers of grids and agents there is no case list.
NO_LIST = {"cases_per_10k", "grids_staffed", "communities_with_agent"}


def opened(data: bytes, *, values: bool = True) -> Any:
    return openpyxl.load_workbook(BytesIO(data), data_only=values)


def rows_of(sheet: Any) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Heads and rows of a sheet."""
    heads, *rows = sheet.iter_rows(min_row=HEAD, values_only=True)
    return [str(head) for head in heads], rows


def test_every_number_has_its_list_and_the_list_its_length(
    made_of: Callable[..., tuple[File, ...]], frozen_of: Callable[..., Frozen]
) -> None:
    book, frozen = opened(made_of("month")[2].data), frozen_of("month")
    checked = set()
    for rows in build_ledger(frozen).lists:
        sheet = next(sheet for sheet in book if sheet["A1"].value == rows.name)
        heads, cells = rows_of(sheet)
        for counted in rows.counted:
            column = [row[heads.index(counted.name)] for row in cells]
            total = frozen.total(counted.metric)
            assert column.count(counted.sides[0]) == counted.hits == total["hits"], counted.metric
            assert column.count(counted.sides[0]) + column.count(counted.sides[1]) == counted.among, counted.metric
            checked.add(counted.metric)
    assert checked == set(TOTALS) - NO_LIST


def test_numbers_are_checked_by_formulas(made_of: Callable[..., tuple[File, ...]]) -> None:
    book = opened(made_of("month")[2].data, values=False)
    heads, rows = rows_of(book["总表"])
    for metric, row in zip(TOTALS, rows, strict=True):
        told = dict(zip(heads, row, strict=True))
        if metric in NO_LIST:
            assert told["清单分子"] == "名册，不列清单"
            continue
        assert told["清单分子"].startswith("=COUNTIF('清单")
        assert told["核对"].startswith("=IF(AND(")
        assert told["本期"] is None or (METRICS[metric].unit == "%") == str(told["本期"]).startswith("=IF(")
    places = book["各区县（功能区）主要指标"]
    sums = [cell.value for row in places.iter_rows() for cell in row if str(cell.value).startswith("=SUM(")]
    assert len(sums) == 3


def test_a_sum_is_added_up_from_its_list(
    made_of: Callable[..., tuple[File, ...]], frozen_of: Callable[..., Frozen]
) -> None:
    data, frozen = made_of("month")[2].data, frozen_of("month")
    heads, rows = rows_of(opened(data, values=False)["总表"])
    formulas = dict(zip(TOTALS, (row[heads.index("本期")] for row in rows), strict=True))
    for metric in ("visit_people", "collective_people"):
        assert formulas[metric].startswith("=SUMIF('清单")
        of_list = next(rows for rows in build_ledger(frozen).lists if metric in {one.metric for one in rows.counted})
        heads, cells = rows_of(next(sheet for sheet in opened(data) if sheet["A1"].value == of_list.name))
        mark, people = heads.index(METRICS[metric].name), heads.index("人次")
        assert sum(row[people] for row in cells if row[mark] == "计入") == frozen.total(metric)["value"]
    assert frozen.total("visit_people")["value"] > frozen.total("visits")["value"] > 0


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_spreadsheet_program_comes_to_the_same_numbers(
    made_of: Callable[..., tuple[File, ...]], tmp_path: Path
) -> None:
    given_file = tmp_path / "ledger.xlsx"
    given_file.write_bytes(made_of("month")[2].data)
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    # A sheet in another format is written from what the program itself reckons.
    for form, source in (("ods", given_file), ("xlsx", tmp_path / "ods" / "ledger.ods")):
        command = [
            "soffice",
            profile,
            "--headless",
            "--convert-to",
            form,
            "--outdir",
            str(tmp_path / form),
            str(source),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
    stated, reckoned = opened(given_file.read_bytes()), opened((tmp_path / "xlsx" / "ledger.xlsx").read_bytes())
    heads, rows = rows_of(reckoned["总表"])
    agrees = [row[heads.index("核对")] for row in rows]
    assert agrees.count("相符") == len(TOTALS) - len(NO_LIST)
    assert "不符" not in agrees
    (heads, places), (_, again) = (rows_of(book["各区县（功能区）主要指标"]) for book in (stated, reckoned))
    # Places that have too few cases have no rank, and the table no column for one.
    for column in (heads.index(name) for name in ("登记量", "在办", "超期")):
        assert [row[column] for row in places[-2:]] == [row[column] for row in again[-2:]]
        assert places[-1][column] == places[-2][column], "the rows add up to the whole"
        assert places[-1][column] is not None


def test_sheets_have_names_heads_and_imprint(made_of: Callable[..., tuple[File, ...]], frozen_of: Any) -> None:
    book = opened(made_of("month")[2].data)
    names = book.sheetnames
    assert len(set(names)) == len(names)
    assert max(len(name) for name in names) <= 31
    for sheet in book:
        assert sheet.freeze_panes is not None
        assert sheet.print_title_rows == "$3:$3"
        assert "演示数据" in sheet.oddFooter.left.text
        # A size runs into the digits after it unless a space stands between.
        assert sheet.oddFooter.left.text.lstrip().startswith("2026年10月1日")


def test_the_snapshot_is_on_record_in_every_file(made_of: Callable[..., tuple[File, ...]], frozen_of: Any) -> None:
    """Where a number is looked up again; no reader of a page needs it, so it stands in no foot."""
    frozen = frozen_of("month")
    word, slides, book = made_of("month")
    workbook = opened(book.data)
    document, deck = docx.Document(BytesIO(word.data)), pptx.Presentation(BytesIO(slides.data))
    for comments in (document.core_properties.comments, deck.core_properties.comments, workbook.properties.description):
        assert frozen.snapshot in comments
        assert frozen.definitions in comments
    assert frozen.snapshot in workbook.worksheets[0]["A2"].value
    assert frozen.snapshot in workbook["指标口径"]["A2"].value
    assert all(frozen.snapshot in slide.notes_slide.notes_text_frame.text for slide in deck.slides)
    assert any(frozen.snapshot in paragraph.text for paragraph in document.paragraphs)
    feet = [paragraph.text for section in document.sections for paragraph in section.footer.paragraphs]
    feet += [sheet.oddFooter.left.text for sheet in workbook]
    assert not [foot for foot in feet if frozen.snapshot in foot]


def test_nothing_of_a_petitioner_is_in_it(made_of: Callable[..., tuple[File, ...]], city: Any) -> None:
    with city.reading() as connection:
        people = pd.read_sql("select petitioner_name, petitioner_phone, petitioner_key from petition", connection)
        experts = set(pd.read_sql("select name from expert", connection)["name"])
    # Experts are named in it, and of thousands of petitioners one may be called like one of them.
    personal = {str(cell) for column in people for cell in people[column].dropna().unique()} - experts
    assert len(personal) > 10_000
    texts = {
        str(cell)
        for sheet in opened(made_of("year")[2].data)
        for row in sheet.iter_rows(values_only=True)
        for cell in row
    }
    assert not personal & texts


TEXTS = st.one_of(st.text(max_size=20), st.sampled_from(["=1+1", "+49", "-", "@x", "<b>&amp;", "  两端 ", "a\nb"]))
NUMBERS = st.integers(-(10**9), 10**9)
DAYS = st.dates(date(1990, 1, 1), date(2100, 1, 1))


def printable(cell: object) -> object:
    """A cell as XML can hold it: without control characters."""
    if not isinstance(cell, str):
        return datetime(cell.year, cell.month, cell.day) if isinstance(cell, date) else cell
    kept = "".join(one for one in cell if one in "\t\n\r" or (ord(one) >= 32 and one not in "\ufffe\uffff"))
    return kept.replace("\r\n", "\n").replace("\r", "\n")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*(st.none() | kind for kind in (TEXTS, NUMBERS, DAYS))), min_size=1, max_size=30))
def test_bulk_rows_are_read_back_as_they_were(rows: list[tuple[object, ...]]) -> None:
    held = BytesIO()
    with Workbook(held, {"in_memory": True}) as book:
        sheet = book.add_worksheet("清单", BulkSheet)
        sheet.write_string(0, 0, "头")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.fill(1, [pd.Series(column, dtype=object) for column in zip(*rows, strict=True)], day, day)
    read = list(opened(held.getvalue())["清单"].iter_rows(min_row=2, max_col=3, values_only=True))
    wanted = [tuple(printable(cell) for cell in row) for row in rows]
    assert read[: len(wanted)] == wanted


def test_a_column_that_came_in_pieces_is_written_whole() -> None:
    pieces: list[list[str | None]] = [[f"件{n}" for n in range(30)], [None, "=1+1"], ["同"] * 400]
    held = BytesIO()
    with Workbook(held, {"in_memory": True}) as book:
        sheet = book.add_worksheet("清单", BulkSheet)
        style = book.add_format()
        sheet.fill(0, [pa.table({"列": pa.chunked_array(pieces)}).to_pandas()["列"]] * 2, style, style)
    read = list(opened(held.getvalue())["清单"].iter_rows(values_only=True))
    assert read == [(cell, cell) for piece in pieces for cell in piece]


def test_a_workbook_is_packed_at_the_quick_level(made_of: Callable[..., tuple[File, ...]]) -> None:
    with ZipFile(BytesIO(made_of("month")[2].data)) as packed:
        for part in packed.infolist():
            packer = zlib.compressobj(bulk_sheet.LEVEL, zlib.DEFLATED, -15)
            assert part.compress_size == len(packer.compress(packed.read(part)) + packer.flush())


def test_times_are_read_back_to_the_second() -> None:
    times = pd.Series([datetime(2026, 10, 1, 8, 30, 15), pd.NaT, datetime(2026, 12, 31, 23, 59, 59)])
    held = BytesIO()
    with Workbook(held, {"in_memory": True}) as book:
        sheet = book.add_worksheet("清单", BulkSheet)
        style = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.fill(0, [times, pd.Series(["a", "b", "c"])], style, style)
    read = [row[0] for row in opened(held.getvalue())["清单"].iter_rows(values_only=True)]
    assert [value and pd.Timestamp(value).round("s") for value in read] == [times[0], None, times[2]]


def test_a_list_longer_than_a_sheet_says_so(monkeypatch: pytest.MonkeyPatch, frozen_of: Any) -> None:
    monkeypatch.setattr(ledger, "MOST_ROWS", 13)
    book = opened(ledger.write(build_ledger(frozen_of("month")), datetime(2026, 11, 20)))
    sheet = next(sheet for sheet in book if sheet.title.startswith("清单1 "))
    assert sheet.max_row == 13
    assert "本表列前 10 行，共" in sheet["A2"].value
