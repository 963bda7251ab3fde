"""The first map of an unknown file: what it guesses, that it loads, and what it says stays unknown."""

import tomllib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from casebase.__main__ import main
from casebase.engine import Casebase
from casebase.errors import UsageError
from casebase.loading import load, map_of
from casebase.loading.guess import guess_map, map_as_toml
from casebase.schema import petition

CHINESE = [
    "信访件编号",
    "登记时间",
    "信访 形式",
    "标题",
    "区县（市）",
    "街道",
    "内容分类",
    "责任单位",
    "办结日期",
    "人数",
    "备注",
]
ROWS: list[list[Any]] = [
    ["XF1", "2026年10月5日", "走访", "路灯", "东区", "甲街道", "城建", "住建局", "2026/10/08", "5", "x"],
    ["XF2", "2026年10月6日", "网上信访", "噪音", "西区", "乙街道", "环保", "环保局", "", "1", ""],
]


def text_file(folder: Path, rows: list[list[Any]], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    path = folder / "cases.csv"
    path.write_text("".join(delimiter.join(row) + "\n" for row in rows), encoding=encoding)
    return path


def guessed(path: Path) -> dict[str, Any]:
    return tomllib.loads(map_as_toml(guess_map(path, "cases"), path.name, "某市"))


@pytest.mark.parametrize(
    ("delimiter", "encoding"), [(",", "utf-8"), (";", "gb18030"), ("\t", "utf-16"), ("|", "utf-8-sig")]
)
def test_columns_times_encoding_and_delimiter_are_guessed(tmp_path: Path, delimiter: str, encoding: str) -> None:
    titled = [["某市信访登记表"], CHINESE, *ROWS]
    found = guessed(text_file(tmp_path, titled, delimiter, encoding))
    assert found["columns"] == {
        "case_no": "信访件编号", "registered_at": "登记时间", "closed_at": "办结日期", "title": "标题",
        "channel": "信访 形式", "people": "人数",
    }  # fmt: skip
    assert found["source"].get("delimiter", ",") == delimiter
    assert found["times"] == {"registered_at": ["%Y年%m月%d日"], "closed_at": ["%Y/%m/%d"]}
    assert found["values"]["channel"]["map"] == {"走访": "来访", "网上信访": "网信"}
    assert found["place"]["columns"] == ["区县（市）", "街道"]
    assert (found["category"]["columns"], found["unit"]["column"]) == (["内容分类"], "责任单位")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_guessed_map_loads_every_row(
    tmp_path: Path, casebase_of: Callable[[str], Casebase], new_url: Callable[[str], str], kind: str
) -> None:
    if kind == "csv":
        path = text_file(tmp_path, [CHINESE, *ROWS], encoding="gb18030")
    else:
        book, path = Workbook(), tmp_path / "cases.xlsx"
        for row in (["登记表"], CHINESE, [*ROWS[0][:1], datetime(2026, 10, 5, 9), *ROWS[0][2:]], ROWS[1]):
            book.active.append(row)
        book.save(path)
    result = load(casebase_of(new_url("duckdb")), path, map_of(guessed(path)), now=datetime(2026, 11, 20))
    assert (result.read, result.loaded) == (2, 2)


def test_a_case_number_and_a_time_are_found_by_their_values(tmp_path: Path) -> None:
    rows = [["甲", "乙", "丙"], ["东", "k1", "05/10/2026 09:30"], ["东", "k2", "25/10/2026 10:00"]]
    found = guess_map(text_file(tmp_path, rows), "cases")
    assert (found.columns, found.layouts) == (
        {"case_no": "乙", "registered_at": "丙"},
        {"registered_at": ["%d/%m/%Y %H:%M"]},
    )


def test_values_are_read_as_the_loading_reads_them(tmp_path: Path) -> None:
    rows = [
        ["编号", "登记时间", "办结时间", "到期时间"],
        ["1", "２０２６-１０-０５ ０９：３０：００", "NULL", "46300.3958333"],
        ["2", "2026-10-06 09:30:00", "2026-10-08 09:30:00", "46303"],
    ]
    found = guess_map(text_file(tmp_path, rows), "cases")
    assert (set(found.columns), found.layouts) == ({"case_no", "registered_at", "closed_at", "due_at"}, {})


def test_values_that_do_not_read_are_left_out_with_a_word(tmp_path: Path) -> None:
    rows = [
        ["编号", "登记时间", "人数", "办结时间"],
        ["1", "2026-10-05", "五人", "昨天"],
        ["2", "2026-10-06", "两人", "今天"],
    ]
    found = guess_map(text_file(tmp_path, rows), "cases")
    assert set(found.columns) == {"case_no", "registered_at"}
    assert [doubt.split(" = ")[0] for doubt in found.doubts] == ["closed_at", "people"]


@pytest.mark.parametrize("name", ["boston311_2011H2.csv.gz", "messages_cn_2011_2020.csv.gz"])
def test_maps_of_real_files_are_guessed(shared_data: Path, name: str) -> None:
    found = map_of(guessed(shared_data / "cases" / name))
    assert {"case_no", "registered_at", "closed_at", "title"} <= set(found.columns)


def test_what_holds_of_every_case_is_offered_and_loads_once_it_is_taken(
    tmp_path: Path, casebase_of: Callable[[str], Casebase], new_url: Callable[[str], str]
) -> None:
    rows = [["编号", "登记时间", "标题"], ["1", "2026-10-05", "路灯"], ["2", "2026-10-06", "噪音"]]
    path = text_file(tmp_path, rows)
    text = map_as_toml(guess_map(path, "cases"), path.name, "某市")
    assert not {"constants", "due"} & set(tomllib.loads(text))
    before, offer = text.split("# [constants]\n")
    taken = tomllib.loads(f"{before}[constants]\n" + offer.replace("# ", "").replace("#", ""))
    assert taken["constants"] == {"channel": "网信", "is_simple": True, "counted": True}
    casebase = casebase_of(new_url("duckdb"))
    result = load(casebase, path, map_of(taken), now=datetime(2026, 11, 20))
    assert (result.read, result.loaded) == (2, 2)
    with casebase.reading() as connection:
        assert connection.scalar(select(func.count()).where(petition.c.due_at.is_not(None))) == 2


def test_what_a_column_tells_is_not_offered(tmp_path: Path) -> None:
    rows = [["编号", "登记时间", "信访形式", "办结期限"], ["1", "2026-10-05", "来信", "2026-12-04"]]
    path = text_file(tmp_path, rows)
    offer = map_as_toml(guess_map(path, "cases"), path.name, "某市").split("# [constants]\n")[1]
    assert "channel" not in offer
    assert "compute_from" not in offer


def test_the_command_writes_a_map_shows_cases_and_says_what_stays_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text_file(tmp_path, [CHINESE, *ROWS])
    assert main(["map", "cases.csv"]) == 0
    out = capsys.readouterr().out
    assert "read 2 = would load 2 + reject 0" in out
    assert "case_no=XF1  registered_at=2026-10-05 00:00:00" in out
    assert " (东区)  " in out, "a place by its name beside the code that is made"
    lines = [line for line in out.splitlines() if line.startswith("without petition.due_at, not known: ")]
    assert len(lines) == 1
    assert "超期未结" in lines[0]
    assert "登记量" not in out.split("without", 1)[1]
    assert main(["map", "cases.csv"]) == 2
    assert "there is a file already" in capsys.readouterr().err


def test_a_file_without_cases_gets_a_map_to_fill_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text_file(tmp_path, [["甲"], ["一"], ["一"]])
    assert main(["map", "cases.csv"]) == 1
    assert "name the columns of case_no and registered_at" in capsys.readouterr().err
    assert "# case_no is needed" in (tmp_path / "cases.csv.map.toml").read_text(encoding="utf-8")
    with pytest.raises(UsageError, match="no such file"):
        guess_map(tmp_path / "none.csv", "x")


@pytest.mark.parametrize(
    ("heads", "title"), [(("编号", "登记时间", "内容"), None), (("编号", "登记时间", "标题", "内容"), "标题")]
)
def test_a_column_of_texts_is_no_title(tmp_path: Path, heads: tuple[str, ...], title: str | None) -> None:
    file = tmp_path / "letters.csv"
    rows = [[f"X{n}", "2026-11-04 09:00:00", *("小区停水" for _ in heads[2:])] for n in range(3)]
    file.write_text("\n".join(",".join(row) for row in [heads, *rows]), encoding="utf-8")
    columns = guess_map(file, "letters").columns
    assert (columns.get("title"), columns["body"]) == (title, "内容")
