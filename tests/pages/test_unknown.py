"""What the data cannot tell is — with its reason on every page, never 0 and never calm."""

import re
import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Update, update
from streamlit.testing.v1 import AppTest

from casebase.engine import Casebase, open_casebase
from casebase.schema import grid_task, hearing, petition, reception, supervision
from casebase.settings import Settings
from pages.parts.menu import ENTRIES
from queries.cases import cases
from tests.pages.conftest import UNTIL, card_values, failures, panels, read_only

# Commands, columns with or without their table, file formats.
INSIDERS = re.compile(
    r"python -m|\.toml|\b[a-z]+_(?:at|code|id|in|no)\b|\b(?:petition|area|grid)\.[a-z]+|SQL|JSON|\blon\b"
)
OpenPage = Callable[..., AppTest]
DUE = ("due_at", "forwarded_at")


@pytest.fixture(scope="module")
def without_limits(copy_without: Callable[..., str]) -> str:
    """URL of the city as a file without handling limits and forwarding would give it."""
    return copy_without(update(petition).values(dict.fromkeys(DUE)))


@pytest.fixture(scope="module")
def copy_without(demo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """A function from updates to the URL of a copy of the city with them, for tests that only read."""

    def copy(*updates: Update) -> str:
        url = f"duckdb:///{shutil.copy(demo_file, tmp_path_factory.mktemp('without') / 'city.duckdb')}"
        casebase = open_casebase(Settings(), url)
        with casebase.writing() as connection:
            for each in updates:
                connection.execute(each)
        casebase.engine.dispose()
        return read_only(url)

    return copy


def texts(app: AppTest) -> str:
    said = [*app.markdown, *app.info, *app.caption]
    return "\n".join([panels(app), *(str(element.value) for element in said)])


@pytest.mark.parametrize("page", [entry.file for entry in ENTRIES if entry.file != "case_course"])
def test_an_empty_database_shows_no_number_and_no_calm(page: str, open_page: OpenPage, bare_url: str) -> None:
    app = open_page(bare_url, page)
    assert failures(app) == []
    assert set(card_values(app).values()) <= {"—"}
    said = re.sub(r"<[^>]*>", " ", texts(app))
    assert "日没有需要特别关注的事项" not in said
    assert INSIDERS.findall(said) == []


@pytest.mark.parametrize("page", ["search", "hot_topics", "briefing"])
def test_where_no_case_was_loaded_a_page_advises_nothing_else(page: str, open_page: OpenPage, bare_url: str) -> None:
    said = [info.value for info in open_page(bare_url, page).info]
    assert len(said) == 1
    assert said[0].startswith("库中还没有信访件。由数据管理员装入信访件后")


def test_cards_say_what_is_not_loaded(open_page: OpenPage, without_limits: str) -> None:
    app = open_page(without_limits)
    assert failures(app) == []
    shown = card_values(app)
    assert shown["overdue"] == "—"
    assert shown["registered"] not in ("—", "0")
    assert "未装入办结期限" in panels(app)
    assert "超期未结 —（未装入办结期限）" in panels(app)


@pytest.mark.parametrize(
    ("page", "address", "said"),
    [
        ("backlog", {}, "5个工作日内到期算不出：未装入办结期限"),
        ("forward", {}, "按期办结率算不出：未装入办结期限"),
        ("case_list", {"metric": "overdue"}, "超期未结算不出：未装入办结期限"),
        ("why", {"of": "超期未结"}, "超期未结算不出：未装入办结期限"),
        ("dictionary", {"metric": "bureau_acceptance"}, "—（未装入转送时间）"),
        ("data_quality", {}, "个指标算不出，缺 2 项数据"),
    ],
)
def test_pages_say_what_is_not_loaded(
    open_page: OpenPage, without_limits: str, page: str, address: dict[str, str], said: str
) -> None:
    app = open_page(without_limits, page, **address)
    assert failures(app) == []
    assert said in texts(app)


def test_quality_names_what_is_lacking_and_its_numbers(open_page: OpenPage, without_limits: str) -> None:
    app = open_page(without_limits, "data_quality")
    table = next(frame.value for frame in app.dataframe if "缺的数据" in frame.value.columns)
    row = table.set_index("缺的数据").loc["办结期限"]
    # A leader's screen has no name of a table or column on it.
    assert not any("." in str(value) or "_" in str(value) for value in table.to_numpy().ravel())
    assert "超期未结" in row["影响的指标"]
    assert "按期办结率" in row["影响的指标"]


@pytest.fixture(scope="module")
def without_times(copy_without: Callable[..., str]) -> str:
    """URL of the city as a file without times of forwarding, contact, waiting and answers would give it."""
    return copy_without(
        update(petition).values(forwarded_at=None),
        update(grid_task).values(contacted_at=None),
        update(hearing).values(applied_at=None),
        update(supervision).values(replied_at=None),
    )


def test_the_page_of_a_case_accuses_nobody_for_want_of_data(
    open_page: OpenPage, copy_without: Callable[..., str], city: Casebase
) -> None:
    bare = {"forwarded_at": None, "accepted_at": None, "due_at": None, "petitioner_key": None, "repeat_of": None}
    defaults = {"is_first": True, "is_collective": False, "people": 1}
    number = int(cases(city.whole, "backlog", as_of=UNTIL)["petition_id"].iloc[0])
    late = {"registered_at": datetime(2026, 11, 4, 9), "is_simple": True, "five_day_due": date(2026, 11, 11)}
    url = copy_without(
        update(petition).values(**bare, **defaults),
        update(petition).where(petition.c.petition_id == number).values(**late),
    )
    app = open_page(url, "case_course", case=str(number))
    assert failures(app) == []
    page = texts(app)
    for placeholder in (
        "—（未装入转送时间）",
        "—（未装入转送时间、受理告知时间）",
        "—（未装入办结期限）",
        "—（未装入人数）",
    ):
        assert placeholder in page
    assert "简单诉求办结已超" in page
    for default in ("转送、交办已超", "初件", "重件", "● 在期"):
        assert default not in page


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("dispatch", "联系用时算不出：未装入任务联系时间"),
        ("hearings", "等待天数算不出：未装入听证申请时间"),
        ("supervision", "尚未反馈督办件算不出：未装入督办反馈时间"),
    ],
)
def test_pictures_with_counts_of_their_own_say_what_they_lack(
    open_page: OpenPage, without_times: str, page: str, said: str
) -> None:
    app = open_page(without_times, page)
    assert failures(app) == []
    assert said in texts(app)


def test_a_stage_that_no_time_tells_is_written_with_its_reason(open_page: OpenPage, without_times: str) -> None:
    app = open_page(without_times, "backlog")
    assert failures(app) == []
    stages = next(frame.value["办理环节"] for frame in app.dataframe if "办理环节" in frame.value.columns)
    assert set(stages) <= {"办理中", "—（未装入转送时间）"}
    drawn = b"".join(chart.proto.SerializeToString() for chart in app.get("vega_lite_chart"))
    for stage, there in (("—（未装入转送时间）", True), ("办理中", True), ("待转送", False)):
        assert (stage.encode() in drawn) is there, stage


def test_a_table_says_in_its_head_why_it_has_no_number(open_page: OpenPage, copy_without: Callable[..., str]) -> None:
    url = copy_without(
        update(supervision).values(replied_at=None),
        update(reception).values(closed_at=None),
        update(petition).values(closed_at=None),
    )
    app = open_page(url, "receptions")
    assert failures(app) == []
    heads = next(list(frame.value.columns) for frame in app.dataframe if "领导职务" in frame.value.columns)
    assert "接访（批次）" in heads
    assert [head for head in heads if "未装入" in head and "办结时间" in head]
