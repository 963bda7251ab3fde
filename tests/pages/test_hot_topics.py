"""热点问题: what is shown is what the queries say, and every topic opens exactly the cases it counts."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from casebase import schema
from casebase.engine import Casebase, open_casebase
from casebase.settings import Settings
from queries.hot_topics import Stretches, clusters, topics, words
from queries.periods import end_of_day
from tests.pages.conftest import address, clicked, failures, list_length, read_only

pytestmark = pytest.mark.usefixtures("stopped_clock")

OpenPage = Callable[..., AppTest]
TODAY = date(2026, 11, 19)
NOW = end_of_day(TODAY)
DAYS = 28
LABEL = "近 28 天"


@pytest.fixture(scope="module")
def city(demo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Casebase]:
    """The city, in which a word rises: it stands in every fourth title of the last 28 days."""
    url = f"duckdb:///{shutil.copy(demo_file, tmp_path_factory.mktemp('hot') / 'city.duckdb')}"
    casebase = open_casebase(Settings(), url)
    p = schema.petition.c
    window = p.registered_at >= pd.Timestamp(TODAY) - pd.Timedelta(days=DAYS - 1)
    with casebase.writing() as connection:
        connection.execute(update(schema.petition).where(window, p.petition_id % 4 == 0).values(title="自来水异味"))
    casebase.engine.dispose()
    casebase = open_casebase(Settings(), read_only(url))
    yield casebase
    casebase.engine.dispose()


@pytest.fixture
def page(open_page: OpenPage, city: Casebase) -> Callable[[], AppTest]:
    """Opens the page on the city at the end of TODAY."""

    def opened() -> AppTest:
        city.engine.dispose()  # a DuckDB file belongs to one at a time
        url = city.engine.url.render_as_string()
        app = open_page(url, "hot_topics", as_of=TODAY.isoformat(), period="本年", hot_days=LABEL)
        assert failures(app) == []
        return app

    return opened


def shown(app: AppTest, head: str) -> pd.DataFrame:
    """The table that has this column."""
    return next(frame.value for frame in app.dataframe if head in frame.value.columns)


def opened(app: AppTest, city: Casebase, table: str, row: int) -> int:
    """Length of the list that a row opens."""
    asked = clicked(app, table, {"rows": [row]})
    city.engine.dispose()
    assert address(app)["metric"] == "registered"
    return list_length(city, asked, as_of=NOW, period=Stretches(NOW, DAYS).window)


@pytest.mark.parametrize(
    ("query", "table", "number", "head"),
    [
        (topics, "hot_classes", "observed", "话题"),
        (words, "hot_words", "observed", "词"),
        (clusters, "hot_squares", "cases", "方格"),
    ],
)
def test_every_row_opens_as_many_cases_as_it_says(
    query: Callable[..., Any], table: str, number: str, head: str, page: Callable[[], AppTest], city: Casebase
) -> None:
    expected = query(city.whole, as_of=NOW, days=DAYS)
    app = page()
    counts = shown(app, head)["近28天"].tolist()
    assert counts == expected[number].head(len(counts)).tolist()
    last = min(len(counts), 4) - 1
    assert opened(app, city, table, last) == counts[last] > 0


def test_the_bound_and_what_is_compared_are_said(page: Callable[[], AppTest]) -> None:
    told = "\n".join(text.value for text in page().caption)
    assert "误报的可能不超过 5%" in told
    assert "Benjamini–Hochberg" in told


def test_the_word_that_rises_is_told_in_the_heading(page: Callable[[], AppTest], city: Casebase) -> None:
    first = words(city.whole, as_of=NOW, days=DAYS).iloc[0]
    assert first["word"] in ("自来水", "异味")
    assert any(f"“{first['word']}”近 28 天 {first['observed']} 件次" in text.value for text in page().markdown)
