"""What the data cannot tell is — with its reason on every page, never 0 and never calm."""

from collections.abc import Callable

import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from casebase.engine import Casebase
from casebase.schema import petition
from pages.parts.menu import ENTRIES
from tests.pages.conftest import card_values, failures, panels

OpenPage = Callable[..., AppTest]
DUE = ("due_at", "forwarded_at")


@pytest.fixture
def without_limits(city: Casebase) -> None:
    """The city as a file without handling limits and forwarding would give it."""
    with city.writing() as connection:
        connection.execute(update(petition).values(dict.fromkeys(DUE)))
    city.engine.dispose()


def texts(app: AppTest) -> str:
    said = [*app.markdown, *app.info, *app.caption]
    return "\n".join([panels(app), *(str(element.value) for element in said)])


@pytest.mark.parametrize("page", [entry.file for entry in ENTRIES if entry.file != "case_course"])
def test_an_empty_database_shows_no_number_and_no_calm(
    page: str, open_page: OpenPage, new_url: Callable[[str], str], casebase_of: Callable[[str], Casebase]
) -> None:
    url = new_url("duckdb")
    casebase_of(url).engine.dispose()
    app = open_page(url, page)
    assert failures(app) == []
    assert set(card_values(app).values()) <= {"—"}
    said = texts(app)
    assert "今天没有需要特别关注的事项" not in said
    assert "python -m" not in said or page == "dictionary"


@pytest.mark.usefixtures("without_limits")
def test_cards_say_what_is_not_loaded(open_page: OpenPage, demo_url: str) -> None:
    app = open_page(demo_url)
    assert failures(app) == []
    shown = card_values(app)
    assert shown["overdue"] == "—"
    assert shown["registered"] not in ("—", "0")
    assert "未装入办结期限" in panels(app)
    assert "超期未结 —（未装入办结期限）" in panels(app)


@pytest.mark.usefixtures("without_limits")
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
    open_page: OpenPage, demo_url: str, page: str, address: dict[str, str], said: str
) -> None:
    app = open_page(demo_url, page, **address)
    assert failures(app) == []
    assert said in texts(app)


@pytest.mark.usefixtures("without_limits")
def test_quality_names_column_and_numbers(open_page: OpenPage, demo_url: str) -> None:
    app = open_page(demo_url, "data_quality")
    table = next(frame.value for frame in app.dataframe if "缺的数据" in frame.value.columns)
    row = table.set_index("缺的数据").loc["办结期限"]
    assert row["库中的表和列"] == "petition.due_at"
    assert "超期未结" in row["影响的指标"]
    assert "按期办结率" in row["影响的指标"]
