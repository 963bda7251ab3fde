"""Reading files: every line that an editor shows is a row, blank, or rejected by its number."""

import csv
import gzip
import io
import json
import os
import random
import re
import time
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xlsxwriter
from openpyxl import Workbook
from sqlalchemy import select

from casebase.engine import Casebase
from casebase.errors import CasebaseError, UsageError
from casebase.loading import load, map_of
from casebase.loading.mapfile import Source
from casebase.loading.readers import Reader, encodings, open_reader
from casebase.schema import load_run

COLUMNS = ["信访件编号", "登记时间", "标题", "区县"]
HEADER = "信访件编号,登记时间,标题,区县\n"
ROWS = [[f"XF{i:03}", f"2026-10-0{i} 09:30:00", "路灯不亮", "东区"] for i in range(1, 6)]


def lines(rows: list[list[str]] = ROWS) -> str:
    return "".join(",".join(row) + "\n" for row in rows)


def read(path: Path, columns: list[str] = COLUMNS, **source: Any) -> tuple[pd.DataFrame, Reader]:
    reader = open_reader(path, Source(name="t", **source))
    frames = list(reader.chunks(columns))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns), reader


def text_file(folder: Path, text: str, encoding: str = "utf-8", name: str = "cases.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def rejects(reader: Reader) -> list[tuple[int, int, str]]:
    return [(row.line, row.last or row.line, row.reason) for row in reader.misfits]


TEXT = "text follows a closing quote"
OPEN = "a quote is opened and not closed"
HOLDS = "a quote stands wrong: the field in quotes would hold whole records"


@pytest.mark.parametrize(
    ("third", "expected"),
    [
        ('XF002,2026-10-02 09:30:00,"路宽2"米,东区', (3, 3, TEXT)),
        ('XF002,2026-10-02 09:30:00,"路宽2\\"米",东区', (3, 3, TEXT)),
        ('XF002,2026-10-02 09:30:00,"占道经营,东区', (3, 3, OPEN)),
        ('XF002,2026-10-02 09:30:00,"第一"行\n第二行\n第三行",东区', (3, 5, TEXT)),
        ("XF002,2026-10-02 09:30:00,第一行\n第二行,东区", (3, 4, "a line break stands in a field without quotes")),
        ("XF002,2026-10-02 09:30:00,一,东区,二", (3, 3, "too many fields: 5 instead of 4")),
    ],
)
def test_a_malformed_record_takes_no_line_after_it_along(
    tmp_path: Path, third: str, expected: tuple[int, int, str]
) -> None:
    text = HEADER + lines(ROWS[:1]) + third + "\n" + lines(ROWS[2:])
    found, reader = read(text_file(tmp_path, text))
    assert found["信访件编号"].tolist() == ["XF001", "XF003", "XF004", "XF005"]
    assert rejects(reader) == [expected]
    first = expected[1] + 1
    assert reader.lines_of(found.index.to_numpy()).tolist() == [2, first, first + 1, first + 2]


def test_a_stray_quote_that_another_one_closes_rejects_one_record(tmp_path: Path) -> None:
    rows = [list(row) for row in ROWS]
    rows[1][2], rows[3][2] = '"吞掉', '结束"'
    found, reader = read(text_file(tmp_path, HEADER + lines(rows)))
    assert found["信访件编号"].tolist() == ["XF001", "XF003", "XF004", "XF005"]
    assert found["标题"].tolist()[2] == '结束"'
    assert rejects(reader) == [(3, 3, HOLDS)]


def test_a_stray_quote_that_the_next_line_closes_is_known_by_the_look_of_that_line(tmp_path: Path) -> None:
    rows = [list(row) for row in ROWS]
    rows[1][2], rows[2][2] = '"吞掉', '结束"'
    found, reader = read(text_file(tmp_path, HEADER + lines(rows)))
    assert found["信访件编号"].tolist() == ["XF001", "XF003", "XF004", "XF005"]
    assert rejects(reader) == [(3, 3, HOLDS)]


@pytest.mark.parametrize("place", [0, 2, 3])
def test_a_text_of_several_lines_with_commas_stays_one_field(tmp_path: Path, place: int) -> None:
    text = "一,二,三,四\n2026-10-05 09:30:00,五,六,七\nXF9,八,九,十"
    rows = [[f'"{text}"' if i == place else cell for i, cell in enumerate(row)] for row in ROWS]
    found, reader = read(text_file(tmp_path, HEADER + lines(rows)))
    assert rejects(reader) == []
    assert found[COLUMNS[place]].tolist() == [text] * 5


def test_a_quote_inside_a_field_without_quotes_is_text(tmp_path: Path) -> None:
    rows = [["XF001", "2026-10-01 09:30:00", '路宽2"米', "东区"], ["XF002", "2026-10-01 09:30:00", 'a"b"c', "西区"]]
    found, reader = read(text_file(tmp_path, HEADER + lines(rows)))
    assert (found["标题"].tolist(), rejects(reader)) == (['路宽2"米', 'a"b"c'], [])


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_what_a_spreadsheet_writes_is_read_as_python_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, ending: str
) -> None:
    monkeypatch.setattr(encodings, "BLOCK", 300)
    draw = random.Random(seed)
    parts = ["路", ",", '"', "\n", "一二三", "x", " ", "2026", '",', "\r\n"]
    rows = [
        [
            f"XF{i}",
            f"2026-10-05 0{i % 10}:00:00",
            "".join(draw.choices(parts, k=draw.randint(0, 9))),
            draw.choice("东西"),
        ]
        for i in range(60)
    ]
    out = io.StringIO()
    csv.writer(out, lineterminator=ending).writerows([COLUMNS, *rows])
    path = text_file(tmp_path, out.getvalue())
    found, reader = read(path)
    assert rejects(reader) == []
    assert found["标题"].fillna("").tolist() == [row[2].strip() for row in rows]
    with path.open(encoding="utf-8", newline="") as text:
        records = csv.reader(text)
        begins = [1, *(records.line_num + 1 for _ in records)]
    assert reader.lines_of(found.index.to_numpy()).tolist() == begins[1:-1]


@pytest.mark.parametrize("seed", range(60))
def test_one_damaged_line_costs_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setattr(encodings, "BLOCK", 500)
    draw = random.Random(seed)
    titles = ["路灯不亮", '"占道,经营"', '"写着""停""字"', '""', "噪音"]
    rows = [[f"XF{i}", f"2026-10-05 0{i % 10}:00:00", draw.choice(titles), "东区"] for i in range(80)]
    whole = [",".join(row) for row in rows]
    damaged = draw.randrange(80)
    place = draw.randrange(len(whole[damaged]) + 1)
    whole[damaged] = whole[damaged][:place] + '"' + whole[damaged][place:]
    found, reader = read(text_file(tmp_path, HEADER + "\n".join(whole) + "\n"))
    at = reader.lines_of(found.index.to_numpy()).tolist()
    assert sorted([*at, *(row.line for row in reader.misfits)]) == list(range(2, 82))
    assert {row.line for row in reader.misfits} <= {damaged + 2}
    others = found[[line != damaged + 2 for line in at]]
    assert others["信访件编号"].tolist() == [row[0] for i, row in enumerate(rows) if i != damaged]


def test_a_quote_that_nobody_closes_in_a_long_file_costs_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casebase.loading.readers.records.LONGEST", 20_000)
    monkeypatch.setattr(encodings, "BLOCK", 4_000)
    rows = [[f"XF{i}", "2026-10-05 09:30:00", "路灯", "东区"] for i in range(5_000)]
    rows[10][2] = '"灯'
    found, reader = read(text_file(tmp_path, HEADER + lines(rows)))
    assert (len(found), rejects(reader)) == (4_999, [(12, 12, OPEN)])


def test_every_loader_accounts_for_malformed_lines(
    casebase_of: Callable[[str], Casebase], new_url: Callable[[str], str], tmp_path: Path
) -> None:
    casebase = casebase_of(new_url("duckdb"))
    cases = map_of({"source": {"name": "t"}, "columns": {"case_no": "信访件编号", "registered_at": "登记时间"}})
    broken = HEADER + lines(ROWS[:2]) + 'XF009,2026-10-05 09:30:00,"甲"乙\n丙",东区\n' + lines(ROWS[2:])
    areas = map_of({"source": {"name": "t", "table": "category"}, "columns": {"code": "代码", "name": "名称"}})
    codes = '代码,名称\n01,住房\n02,"交"通\n03,教育\n04,"环保\n'
    for file_map, text, expected in ((cases, broken, (6, 5, [4])), (areas, codes, (4, 2, [3, 5]))):
        file = text_file(tmp_path, text)
        result = load(casebase, file, file_map, now=datetime(2026, 11, 20))
        assert (result.read, result.loaded, [row.line for row in result.rejects]) == expected
    with casebase.reading() as connection:
        assert [tuple(row) for row in connection.execute(select(load_run.c.rows_read, load_run.c.rows_rejected))] == [
            (6, 1),
            (4, 2),
        ]


def test_a_reject_says_the_lines_that_it_covers(
    casebase_of: Callable[[str], Casebase], new_url: Callable[[str], str], tmp_path: Path
) -> None:
    cases = map_of({"source": {"name": "t"}, "columns": {"case_no": "信访件编号", "registered_at": "登记时间"}})
    text = HEADER + lines(ROWS[:2]) + 'XF009,2026-10-05 09:30:00,"甲"乙\n丙",东区\n' + lines(ROWS[2:])
    result = load(casebase_of(new_url("duckdb")), text_file(tmp_path, text), cases, now=datetime(2026, 11, 20))
    assert [row.reason for row in result.rejects] == [f"{TEXT} (lines 4–5)"]


@pytest.mark.parametrize(
    "text",
    [
        "测试市信访事项登记表,,,\n导出时间：2026-10-31,,,\n" + HEADER + lines(),
        "测试市信访事项登记表\n\n" + HEADER + lines(),
        "sep=,\n" + HEADER + lines(),
        "sep=;\n" + (HEADER + lines()).replace(",", ";"),
        "信访件编号 ,\u3000登记时间,标题\u200b,区县\u00a0\n" + lines(),
        '"信访件\n编号",登记时间,标题,区 县\n' + lines(),
        HEADER + lines().replace("\n", ",\n"),
        HEADER + lines().replace("\n", ",,,\n"),
        HEADER + lines() + ",,,\n,,,\n\n",
        "基本信息,,,地点\n" + HEADER + lines(),
        "信访件编号,时间,,区县\n,登记时间,标题,\n" + lines(),
        (HEADER + lines()).replace("\n", "\r"),
        (HEADER + lines()).replace("\n", "\r\n"),
        HEADER + lines().replace(",东区", ', "东区"'),
        HEADER + lines().rstrip("\n"),
    ],
)
def test_an_ordinary_spreadsheet_is_read_by_itself(tmp_path: Path, text: str) -> None:
    found, reader = read(text_file(tmp_path, text))
    assert rejects(reader) == []
    assert found[COLUMNS].to_numpy().tolist() == ROWS


def test_short_rows_are_filled_and_counted(tmp_path: Path) -> None:
    found, reader = read(text_file(tmp_path, HEADER + "XF001,2026-10-01 09:30:00,路灯\nXF002,2026-10-01 09:30:00\n"))
    assert found.isna().sum().to_dict() == {"信访件编号": 0, "登记时间": 0, "标题": 1, "区县": 2}
    assert dict(reader.notes) == {"row ends early (missing cells are taken as blank)": 2}


def test_the_map_can_name_the_rows_of_the_head(tmp_path: Path) -> None:
    text = "受理,,办结,\n编号,时间,时间,区县\nXF001,2026-10-01,2026-10-02,东区\n"
    columns = ["编号", "受理 时间", "办结 时间"]
    found, _ = read(text_file(tmp_path, "表\n" + text), columns, header=[2, 3])
    assert found.to_numpy().tolist() == [["XF001", "2026-10-01", "2026-10-02"]]
    found, _ = read(text_file(tmp_path, "编号,甲\n编号,乙\n1,2\n"), ["编号"], header=2)
    assert found["编号"].tolist() == ["1"]
    with pytest.raises(CasebaseError, match="no row of the file begins on line 9"):
        read(text_file(tmp_path, text), columns, header=9)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "gb18030", "big5", "latin-1", "utf-16-le", "utf-32"])
def test_encodings_are_read_by_their_mark_or_by_name_and_named_where_unknown(tmp_path: Path, encoding: str) -> None:
    texts = {"latin-1": "no,title\n1,Señal caída\n", "big5": "no,title\n1,路燈不亮請派員修理\n"}
    text, names = texts.get(encoding, "no,title\n1,路灯不亮，请派人修理\n"), ["no", "title"]
    path = text_file(tmp_path, text, encoding)
    found, _ = read(path, names, encoding=encoding)
    assert found.to_numpy().tolist() == [text.splitlines()[1].split(",")]
    marked = encoding in ("utf-16", "utf-8-sig", "utf-32")
    if marked:
        assert read(path, names)[0].equals(found)
        return
    with pytest.raises(CasebaseError) as caught:
        read(path, names)
    guess = re.search(r'set encoding = "(.+?)"', str(caught.value))
    assert guess, str(caught.value)
    assert text.encode(guess[1]) == text.encode(encoding)


def test_a_mark_of_gb18030_is_believed(tmp_path: Path) -> None:
    found, _ = read(text_file(tmp_path, "\ufeff" + HEADER + lines(), "gb18030"))
    assert found.to_numpy().tolist() == ROWS


@pytest.mark.parametrize(("delimiter", "shown"), [(";", ";"), ("\t", r"\\t"), ("|", r"\|")])
def test_another_delimiter_is_named(tmp_path: Path, delimiter: str, shown: str) -> None:
    path = text_file(tmp_path, (HEADER + lines()).replace(",", delimiter))
    with pytest.raises(CasebaseError, match=f'with delimiter = "{shown}" under'):
        read(path)
    assert read(path, delimiter=delimiter)[0].to_numpy().tolist() == ROWS


SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{dimension}'
    "<sheetData>{rows}</sheetData>{after}</worksheet>"
)


def workbook(folder: Path, cells: list[list[Any]], **more: Any) -> Path:
    """A workbook of openpyxl, whose first sheet has the rows."""
    book = Workbook()
    for row in cells:
        book.active.append(row)
    for name, change in more.items():
        change(book) if name == "change" else None
    path = folder / "cases.xlsx"
    book.save(path)
    return path


def rewritten(path: Path, part: str, change: Callable[[str], str]) -> Path:
    """The workbook with one part changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part].decode()).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def of_cells(folder: Path, *rows: str, after: str = "", dimension: str = "") -> Path:
    """A workbook whose sheet is written as XML, below the heads."""
    path = workbook(folder, [])
    heads = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in COLUMNS)
    body = "".join(f"<row>{row}</row>" for row in (heads, *rows))
    sheet = SHEET.format(rows=body, after=after, dimension=dimension)
    return rewritten(path, "xl/worksheets/sheet1.xml", lambda _: sheet)


def inline(*texts: str) -> str:
    return "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' if text else "<c/>" for text in texts)


def test_a_workbook_is_read_whatever_it_says_its_size_is(tmp_path: Path) -> None:
    path = of_cells(tmp_path, *(inline(*row) for row in ROWS), dimension='<dimension ref="A1"/>')
    assert read(path)[0].to_numpy().tolist() == ROWS


def test_titles_groups_and_merged_cells_of_a_workbook(tmp_path: Path) -> None:
    def merge(book: Workbook) -> None:
        sheet = book.active
        sheet.merge_cells("A1:D1")
        sheet.merge_cells("A2:A3")
        sheet.merge_cells("D2:D3")
        sheet.merge_cells("B2:C2")
        sheet.merge_cells("D4:D6")

    rows: list[list[Any]] = [["登记表（2026年）"], ["信访件编号", "内容", None, "区县"], [None, "登记时间", "标题\n"]]
    body = [[*row[:3], "东区" if i in (0, 3, 4) else None] for i, row in enumerate(ROWS)]
    found, reader = read(workbook(tmp_path, [*rows, *body], change=merge))
    assert found.to_numpy().tolist() == ROWS
    assert reader.lines_of(found.index.to_numpy()).tolist() == [4, 5, 6, 7, 8]


def test_cells_that_cannot_be_known_are_said(tmp_path: Path) -> None:
    path = of_cells(
        tmp_path,
        "<c><v>41010120261005123456</v></c>" + inline("2026-10-01", "甲", "东区"),
        "<c><v>4.1010120261005E+19</v></c>" + inline("2026-10-01", "甲", "东区"),
        "<c><v>123456789012345</v></c>" + inline("2026-10-01", "乙", "") + '<c t="e"><v>#N/A</v></c>',
        inline("XF4", "2026-10-01") + "<c><f>A1&amp;B1</f></c>" + inline("东区"),
        inline("XF5", "2026-10-01") + '<c t="str"><f>A1</f><v>算好的</v></c>' + inline("西区_x000D_"),
        inline("XF6", "2026-10-01") + "<c><v>0.1</v></c>" + inline("西区"),
        inline("XF7", "2026-10-01") + "<c><v>1.0000000000000001E-5</v></c>" + inline("西区"),
    )
    path = rewritten(path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace('<c/><c t="e">', '<c t="e">'))
    found, reader = read(path)
    assert found.fillna("").to_numpy().tolist() == [
        ["123456789012345", "2026-10-01", "乙", ""],
        ["XF5", "2026-10-01", "算好的", "西区"],
        ["XF6", "2026-10-01", "0.1", "西区"],
        ["XF7", "2026-10-01", "0.00001", "西区"],
    ]
    assert [(row.line, row.column, row.text) for row in reader.misfits] == [
        (2, "信访件编号", "41010120261005123456"),
        (3, "信访件编号", "4.1010120261005E+19"),
        (5, "标题", ""),
    ]
    assert all("设为文本格式" in row.reason for row in reader.misfits[:2])
    assert "formula without a stored result" in reader.misfits[2].reason
    assert dict(reader.notes) == {"区县: #N/A (left blank)": 1}


def test_zeros_and_times_of_a_workbook(tmp_path: Path) -> None:
    def shape(book: Workbook) -> None:
        book.active["A2"].number_format = "00000000"

    path = workbook(tmp_path, [COLUMNS, [12, datetime(2026, 10, 5, 9, 30), "路灯", True]], change=shape)
    found, _ = read(path)
    assert found.to_numpy().tolist() == [["00000012", "2026-10-05 09:30:00", "路灯", "true"]]


def test_the_first_visible_sheet_is_read_and_others_are_named(tmp_path: Path) -> None:
    def hide(book: Workbook) -> None:
        book.active.title = "字典"
        book.active.sheet_state = "hidden"
        book.create_chartsheet("图", 0)
        sheet = book.create_sheet("数据")
        for row in [COLUMNS, *ROWS]:
            sheet.append(row)

    path = workbook(tmp_path, [["代码"], ["1"]], change=hide)
    assert read(path)[0].to_numpy().tolist() == ROWS
    with pytest.raises(CasebaseError, match="this is the sheet '字典', others are 数据"):
        read(path, sheet="字典")
    with pytest.raises(CasebaseError, match="no sheet '表'; it has 字典, 数据"):
        read(path, sheet="表")


def sharing(folder: Path) -> Path:
    """A workbook whose texts stand in a table of their own, as Excel writes them."""
    path = folder / "cases.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for i, row in enumerate([COLUMNS, *ROWS]):
            sheet.write_row(i, 0, row)
        bold = book.add_format({"bold": True})
        sheet.write_rich_string(5, 2, "路灯", bold, "不亮")
    return path


def test_shared_texts_are_read_with_their_runs_together(tmp_path: Path) -> None:
    assert read(sharing(tmp_path))[0].to_numpy().tolist() == ROWS


def entities(xml: str) -> str:
    levels = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdef", "bcdefg", strict=True))
    return f'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">{levels}]>' + xml.replace("路灯", "&g;")


@pytest.mark.parametrize(
    ("part", "change", "sentence"),
    [
        ("xl/worksheets/sheet1.xml", entities, "declares entities"),
        ("xl/worksheets/sheet1.xml", lambda xml: xml[: len(xml) // 2], "not a readable XLSX workbook"),
        ("xl/sharedStrings.xml", lambda xml: xml[: len(xml) // 2], "not a readable XLSX workbook"),
        ("xl/sharedStrings.xml", lambda xml: xml.replace("<si>", "", 1).replace("</si>", "", 1), "not a readable XLSX"),
        ("xl/workbook.xml", lambda xml: "<workbook/>", "has no sheet|not a readable"),
        (
            "xl/workbook.xml",
            lambda xml: xml.replace(
                "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                "http://purl.oclc.org/ooxml/spreadsheetml/main",
            ),
            "Strict Open XML",
        ),
        ("[Content_Types].xml", lambda xml: "", "not a readable XLSX workbook"),
        ("xl/_rels/workbook.xml.rels", lambda xml: "<x/>", "not a readable XLSX workbook"),
    ],
)
def test_a_broken_or_hostile_workbook_gets_one_sentence(
    tmp_path: Path, part: str, change: Callable[[str], str], sentence: str
) -> None:
    path = rewritten(sharing(tmp_path), part, change)
    with pytest.raises(CasebaseError, match=sentence) as caught:
        read(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def bomb_of_blanks(folder: Path) -> Path:
    return of_cells(folder, "<c/>" * 400_000)


def bomb_of_rows(folder: Path) -> Path:
    return of_cells(folder, *(["<c/>" * 15_000] * 350))


def bomb_of_texts(folder: Path) -> Path:
    many = "<si><t/></si>" * 5_500_000
    return rewritten(sharing(folder), "xl/sharedStrings.xml", lambda xml: xml.replace("</sst>", many + "</sst>"))


def bomb_of_gzip(folder: Path) -> Path:
    path = folder / "cases.csv.gz"
    with gzip.open(path, "wb", compresslevel=9) as out:
        out.write(HEADER.encode())
        for _ in range(60):
            out.write(b"x,2026-10-01 00:00:00,,\n" * 50_000)
    return path


def bomb_of_one_line(folder: Path) -> Path:
    return text_file(folder, HEADER + "x" * 20_000_000)


def memory(kind: str, *, forget_peak: bool = False) -> int:
    """Bytes of this process, the readers' own buffers included: what it has now (VmRSS), or had at most (VmHWM)."""
    if forget_peak:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(f"{kind}:"))


@pytest.mark.parametrize("make", [bomb_of_blanks, bomb_of_rows, bomb_of_texts, bomb_of_gzip, bomb_of_one_line])
def test_a_bomb_is_refused_soon_and_in_little_memory(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    path = make(tmp_path)
    begin, before = time.process_time(), memory("VmRSS", forget_peak=True)
    reader = open_reader(path, Source(name="t"))
    with pytest.raises(CasebaseError, match=re.escape(str(path))) as caught:
        for _ in reader.chunks(COLUMNS):
            pass
    assert "\n" not in str(caught.value)
    assert memory("VmHWM") - before < 192 << 20
    assert time.process_time() - begin < 10


def test_a_far_row_costs_nothing(tmp_path: Path) -> None:
    path = of_cells(tmp_path, inline(*ROWS[0]), inline(*ROWS[1]))
    path = rewritten(
        path, "xl/worksheets/sheet1.xml", lambda xml: xml[::-1].replace(">wor<", '>"6758401"=r wor<', 1)[::-1]
    )
    found, reader = read(path)
    assert found.to_numpy().tolist() == ROWS[:2]
    assert reader.lines_of(found.index.to_numpy()).tolist() == [2, 1048576]


def test_deep_geojson_gets_one_sentence(tmp_path: Path) -> None:
    deep = '{"type":"FeatureCollection","features":' + "[" * 20_000 + "]" * 20_000 + "}"
    with pytest.raises(CasebaseError, match="nested too deeply"):
        read(text_file(tmp_path, deep, name="areas.geojson"))
    for text in ("[]", "{}", '{"features":[1]}', '{"features":[{"properties":[1],"geometry":1}]}', "x"):
        with pytest.raises(CasebaseError, match="not a GeoJSON FeatureCollection"):
            read(text_file(tmp_path, text, name="areas.geojson"))


def test_geojson_is_read(tmp_path: Path) -> None:
    feature = {"type": "Feature", "properties": {"名称": " 东区"}, "geometry": {"type": "Point", "coordinates": [1, 2]}}
    path = text_file(tmp_path, json.dumps({"features": [feature]}), name="areas.geojson")
    found, _ = read(path, ["名称", "geometry"])
    assert found.to_numpy().tolist() == [["东区", '{"type": "Point", "coordinates": [1, 2]}']]


def test_pipes_folders_and_broken_archives_get_one_sentence(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    for name, sentence in (("pipe.csv", "a pipe or device, not a file"), ("folder.csv", "a folder, not a file")):
        with pytest.raises(UsageError, match=sentence):
            open_reader(tmp_path / name, Source(name="t"))
    whole = gzip.compress((HEADER + lines() * 500).encode())
    for content in (whole[: len(whole) // 2], whole[:30] + b"xxxx" + whole[34:], b"\x1f\x8b\x08"):
        path = tmp_path / "cases.csv.gz"
        path.write_bytes(content)
        with pytest.raises(CasebaseError, match="cannot be read") as caught:
            read(path)
        assert "\n" not in str(caught.value)
