"""访问日志: the administrator finds lines, takes them away, hears whether they are whole; nobody else sees one."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from access.entry import Action, Entry, Outcome
from access.identity import LOCAL, Role
from access.log_files import LogFiles
from access.log_search import Search, search
from casebase.access_log import CUT_OFF, Fault, Finding, Link, Verdict
from cockpit import process
from queries.export import csv_file
from tests.pages.conftest import ACCESS_LOG, UNTIL, failures
from wording.access_log import fault_text, person, whole_or_not, written_lines

pytestmark = pytest.mark.usefixtures("stopped_clock")

OpenPage = Callable[..., AppTest]
LI = ("li", "李明", "staff", "区域 410105")
WANG = ("wang", "王芳", "leader", "全部")


@pytest.fixture
def folder(tmp_path: Path, still_config: Path) -> Path:
    """A log of the test's own, with lines of the last two months."""
    folder = tmp_path / "access"
    text = still_config.read_text(encoding="utf-8")
    assert str(ACCESS_LOG) in text
    still_config.write_text(text.replace(str(ACCESS_LOG), str(folder)), encoding="utf-8")
    files = LogFiles(folder, 12)
    files.append([Entry(UNTIL - timedelta(days=40), Action.SIGN_IN, *LI)])
    files.append(
        [
            Entry(UNTIL - timedelta(days=3), Action.REVEAL, *LI, "A0001", "电话回访", "10.1.1.4"),
            Entry(UNTIL - timedelta(days=2), Action.VIEW_CASE, *LI, "B0002", "", "10.1.1.4", Outcome.REFUSED),
            Entry(UNTIL - timedelta(days=1), Action.EXPORT, *WANG, "=清单.csv", "", "10.1.1.9"),
        ]
    )
    return folder


def lines(app: AppTest) -> pd.DataFrame:
    assert failures(app) == []
    [shown] = [frame.value for frame in app.dataframe]
    return shown[shown["动作"] != Action.READ_LOG.label]


def test_the_last_days_are_shown_newest_first_and_the_fields_narrow_them(
    open_page: OpenPage, demo_url: str, folder: Path
) -> None:
    app = open_page(demo_url, "access_log")
    shown = lines(app)
    assert shown["对象"].tolist() == ["=清单.csv", "B0002", "A0001"]
    assert shown["动作"].tolist() == ["导出", "查看案件", "显示个人信息"]
    assert shown["结果"].tolist() == ["成功", "▲ 拒绝", "成功"]
    assert shown["人员"].tolist() == ["王芳（wang）", "李明（li）", "李明（li）"]
    assert shown["角色"].tolist() == ["领导", "业务", "业务"]
    assert shown["可见范围"].tolist() == ["全部", "金水区", "金水区"]
    app.text_input(key="log_user").set_value("李").run()
    assert lines(app)["对象"].tolist() == ["B0002", "A0001"]
    app.selectbox(key="log_action").set_value("reveal").run()
    assert lines(app)["对象"].tolist() == ["A0001"]
    app.text_input(key="log_text").set_value("10.1.1.9").run()
    assert failures(app) == []
    assert [info.value for info in app.info] == ["没有查到。放宽时间范围，或减少查找的条件。"]


def test_days_of_ones_own(open_page: OpenPage, demo_url: str, folder: Path) -> None:
    day = f"{UNTIL - timedelta(days=2):%Y-%m-%d}"
    app = open_page(demo_url, "access_log", log_days="自选", log_from=day, log_to=day)
    assert lines(app)["对象"].tolist() == ["B0002"]
    assert len(lines(open_page(demo_url, "access_log", log_days="全部"))) == 4


def test_who_reads_the_log_is_logged_once_a_session(open_page: OpenPage, demo_url: str, folder: Path) -> None:
    app = open_page(demo_url, "access_log")
    app.run()
    assert process.access_log().flush()
    [read] = search(folder, Search(action=Action.READ_LOG))
    assert read.entry is not None
    assert (read.entry.user, read.entry.at) == (LOCAL.subject, UNTIL.replace(microsecond=0))


def test_a_button_tells_whether_the_log_is_whole(open_page: OpenPage, demo_url: str, folder: Path) -> None:
    app = open_page(demo_url, "access_log")
    assert process.access_log().flush()
    next(button for button in app.button if button.label == "核验日志").click().run()
    assert [said.value for said in app.success] == ["5 行都与写入时一致，前后衔接。"]
    path = folder / "2026-11.jsonl"
    path.write_bytes(path.read_bytes().replace(b"B0002", b"B0003"))
    next(button for button in app.button if button.label == "核验日志").click().run()
    assert [said.value for said in app.error] == ["2026-11.jsonl 第 2 行写入后被改动。此前的 2 行与写入时一致。"]


def test_a_log_that_cannot_be_written_warns(open_page: OpenPage, demo_url: str, folder: Path) -> None:
    open_page(demo_url, "access_log")
    log = process.access_log()
    assert log.flush()
    moved = folder.rename(folder.with_name("away"))
    folder.write_text("", encoding="utf-8")
    log.record(Entry(UNTIL, Action.SIGN_IN, *LI))
    assert not log.flush(0.3)
    app = open_page(demo_url, "access_log")
    [warning] = [said.value for said in app.warning if "访问日志" in said.value]
    assert "起访问日志写不进去：" in warning
    folder.unlink()
    moved.rename(folder)
    assert log.flush(10)
    app = open_page(demo_url, "access_log")
    assert [said.value for said in app.warning if "访问日志" in said.value] == []


def test_the_file_starts_no_formula(folder: Path) -> None:
    rows = written_lines(search(folder, Search(action=Action.EXPORT)))
    assert rows["对象"].tolist() == ["=清单.csv"]
    text = csv_file(rows).decode("utf-8-sig")
    assert ",'=清单.csv," in text
    assert f"{UNTIL - timedelta(days=1):%Y-%m-%d %H:%M:%S}" in text


OF_SOMEBODY = """
from dataclasses import replace

from access.identity import LOCAL, Role
from casebase.scope import Scope
from cockpit import process
from cockpit.view import View
from pages import access_log
from pages.parts import session
from queries.model import Slice
from queries.periods import Preset, period_of

at = process.now()
view = View(session.begin_run(), at, period_of(Preset.MONTH, at.date()), Slice(), ())
access_log.page(view, replace(LOCAL, role=Role({role!r}), scope=Scope({areas!r})))
"""


def test_nobody_but_the_administrator_of_everything_sees_a_line_and_the_try_is_logged(
    open_page: OpenPage, demo_url: str, folder: Path
) -> None:
    open_page(demo_url)
    others: list[tuple[Role, frozenset[str] | None]] = [(role, None) for role in Role if role is not Role.ADMINISTRATOR]
    others.append((Role.ADMINISTRATOR, frozenset({"410105"})))
    for role, areas in others:
        app = AppTest.from_string(OF_SOMEBODY.format(role=role.value, areas=areas), default_timeout=60).run()
        assert [info.value for info in app.info] == ["访问日志只供能看全部的管理人员查看。"]
        assert (list(app.dataframe), list(app.text_input)) == ([], [])
    app = AppTest.from_string(OF_SOMEBODY.format(role="administrator", areas=None), default_timeout=60).run()
    assert len(lines(app)) == 3
    assert process.access_log().flush()
    tries = [logged.entry for logged in search(folder, Search(action=Action.READ_LOG))]
    assert [(tried.role, tried.outcome) for tried in tries if tried][:0:-1] == [
        (role.value, Outcome.REFUSED) for role, _ in others
    ]


def test_where_people_sign_in_nobody_is_taken_for_the_local_administrator(
    open_page: OpenPage, demo_url: str, folder: Path, still_config: Path
) -> None:
    text = still_config.read_text(encoding="utf-8")
    for old, new in (('sign_in = "none"', 'sign_in = "oidc"'), ("administrator = []", 'administrator = ["a"]')):
        assert old in text
        text = text.replace(old, new)
    still_config.write_text(text, encoding="utf-8")
    app = open_page(demo_url, "access_log")
    assert list(app.dataframe) == []


def test_the_first_fault_in_words() -> None:
    assert fault_text(Finding(Fault.MISSING, "2026-11.jsonl", 1, 5, 9)) == (
        "2026-11.jsonl 第 1 行之前缺少日志的第 5 至 9 行"
    )
    assert fault_text(Finding(Fault.MISSING_AT_END, "2026-11.jsonl", 7, 8, 8)) == (
        "2026-11.jsonl 第 7 行之后缺少日志的第 8 行"
    )
    assert len({fault_text(Finding(fault, "2026-11.jsonl", 2)) for fault in Fault}) == len(Fault)
    told = (Finding(Fault.CUT_OFF, "2026-11.jsonl", 3),)
    whole = Verdict(1234, 2, Link(1234, "0" * 64), None, told)
    assert whole_or_not(whole) == "1,234 行都与写入时一致，前后衔接。日志自己记下了 1 处断写（写入时停机）。"


def test_a_line_that_cannot_be_read_stands_among_the_others(tmp_path: Path) -> None:
    LogFiles(tmp_path, 12).append([Entry(datetime(2026, 11, 1), Action.SIGN_IN, "li")])
    with (tmp_path / "2026-11.jsonl").open("ab") as file:
        file.write(b'{"at":"2026')
    shown = written_lines(search(tmp_path, Search()))
    assert shown["结果"].tolist() == ["▲ 无法读取", "成功"]
    assert shown["对象"].tolist() == ['{"at":"2026', ""]
    assert shown["序号"].isna().tolist() == [True, False]
    assert written_lines([]).empty
    assert Action(CUT_OFF).label == "日志断写"


def test_a_person_is_named_once() -> None:
    assert [person("李明", "li"), person("li", "li"), person("", "li"), person("李明", "")] == [
        "李明（li）",
        "li",
        "li",
        "李明",
    ]


def test_a_list_stands_in_words_on_the_page_and_by_its_address_in_the_file(
    open_page: OpenPage, demo_url: str, folder: Path
) -> None:
    address = "/list?metric=five_day_closure&part=misses&period=本月&area=410105"
    LogFiles(folder, 12).append([Entry(UNTIL, Action.VIEW_LIST, *WANG, address)])
    app = open_page(demo_url, "access_log")
    assert lines(app)["对象"].iloc[0] == "数字明细：五日办结率（未按期），本月，金水区"
    assert written_lines(search(folder, Search(action=Action.VIEW_LIST)))["对象"].tolist() == [address]
