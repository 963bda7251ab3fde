"""会议简报: one button, three files, and the numbers of the screen."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from briefings.files import File
from casebase.engine import Casebase
from queries.measure import measure
from queries.periods import Period

PRESS = "生成简报"


@pytest.fixture
def page(open_page: Callable[..., AppTest], demo_url: str, stopped_clock: Any) -> AppTest:
    return open_page(demo_url, "briefing")


def pressed(page: AppTest, label: str) -> AppTest:
    next(button for button in page.button if button.label == label).click()
    page.run(timeout=120)
    assert not page.exception
    return page


def files_of(page: AppTest) -> tuple[File, ...]:
    made: tuple[File, ...] = page.session_state["_briefing_files"]
    return made


def test_the_last_month_is_offered_and_nothing_is_asked_before_the_button(page: AppTest) -> None:
    assert next(box for box in page.selectbox if box.label == "期次").value == "2026-10-01"
    assert "_briefing" not in page.session_state
    assert not page.error


def test_one_button_makes_three_files_of_the_screens_numbers(page: AppTest, city: Casebase) -> None:
    pressed(page, PRESS)
    assert [file.name for file in files_of(page)] == [
        "郑州市信访月报_2026年10月.docx", "郑州市信访月报幻灯片_2026年10月.pptx", "郑州市信访月报台账_2026年10月.xlsx",
    ]  # fmt: skip
    frozen = page.session_state["_briefing"]
    period: Period = frozen.request.period
    found = measure(city.whole, ["registered", "backlog"], as_of=frozen.as_of, period=period).set_index("metric")[
        "hits"
    ]
    paper = next(block.proto.body for block in page.get("html") if 'class="paper"' in block.proto.body)
    assert f"登记信访事项{found['registered']:,}件次" in paper
    assert f"在办{found['backlog']:,}件次" in paper
    assert frozen.snapshot in paper


def test_a_template_that_is_none_is_said_in_place_of_the_briefing(
    open_page: Callable[..., AppTest], demo_url: str, still_config: Path, tmp_path: Path
) -> None:
    (tmp_path / "periodc.md").write_text("# 题", encoding="utf-8")
    text = still_config.read_text(encoding="utf-8")
    assert 'templates = ""' in text
    still_config.write_text(text.replace('templates = ""', f'templates = "{tmp_path}"'), encoding="utf-8")
    page = pressed(open_page(demo_url, "briefing"), PRESS)
    assert [said.value for said in page.error] == [
        "本单位的简报模板有误，写不出简报；是哪个文件、哪里有误见服务日志，请联系系统管理员。"
    ]


def test_what_is_edited_is_exported_anew_with_the_same_numbers(page: AppTest) -> None:
    pressed(page, PRESS)
    before, snapshot = files_of(page), page.session_state["_briefing"].snapshot
    steps = next(area for area in page.text_area if area.label.startswith("下步建议"))
    assert steps.value
    steps.set_value("只办这一条。")
    page.run(timeout=120)
    pressed(page, "按修改重新导出")
    assert page.session_state["_briefing"].snapshot == snapshot
    word, slides, ledger = zip(before, files_of(page), strict=True)
    assert word[0].data != word[1].data
    assert slides[0].data != slides[1].data
    assert ledger[0].data == ledger[1].data


def test_what_was_written_is_there_after_a_look_at_another_page(page: AppTest) -> None:
    pressed(page, PRESS)
    next(area for area in page.text_area if area.label.startswith("下步建议")).set_value("只办这一条。")
    page.run(timeout=120)
    page.switch_page("pages/five_day.py").run(timeout=120)
    page.switch_page("pages/briefing.py").run(timeout=120)
    assert next(area for area in page.text_area if area.label.startswith("下步建议")).value == "只办这一条。"


def test_another_issue_asks_for_the_button_again(page: AppTest) -> None:
    pressed(page, PRESS)
    box = next(box for box in page.selectbox if box.label == "期次")
    box.set_value("2026-09-01")
    page.run(timeout=120)
    assert not [block for block in page.get("html") if 'class="paper"' in block.proto.body]


def test_the_yearly_report_asks_for_what_the_database_does_not_hold(
    open_page: Callable[..., AppTest], demo_url: str, stopped_clock: Any
) -> None:
    page = pressed(open_page(demo_url, "briefing", form="年度报告"), PRESS)
    assert any("追究责任建议" in area.label for area in page.text_area)
    assert files_of(page)[0].name == "郑州市信访年度报告_2025年.docx"
