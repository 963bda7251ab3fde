"""数据质量: every finding is told in the screen's words and opens its rows; loads open their rejects."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import insert
from streamlit.testing.v1 import AppTest

from casebase.checks import rules
from casebase.engine import open_casebase
from casebase.schema import load_reject, load_run
from casebase.settings import Settings
from queries import quality
from tests.pages.conftest import address, failures
from views import words
from wording.quality_words import FINDINGS, TABLES

pytestmark = pytest.mark.usefixtures("stopped_clock")

OpenPage = Callable[..., AppTest]


def said(app: AppTest) -> str:
    return "\n".join(text.value for text in app.markdown)


def test_every_rule_has_its_words() -> None:
    every = rules(Settings().deadlines)
    assert {rule.name for rule in every} | {"no_calendar", "calendar_gaps", "unpublished_years"} == set(FINDINGS)
    assert {rule.table.name for rule in every} | {quality.CALENDAR} == set(TABLES)


def test_a_finding_opens_its_rows(open_page: OpenPage, demo_url: str) -> None:
    casebase = open_casebase(Settings(), demo_url)
    found = quality.findings(casebase.whole)
    casebase.engine.dispose()
    place = found.index[found["name"] == "no_category"][0]
    app = open_page(demo_url, "data_quality")
    assert failures(app) == []
    shown = next(frame.value for frame in app.dataframe if "发现" in frame.value.columns)
    assert shown["行数"].tolist() == found["count"].tolist()
    app.session_state["findings"] = {"selection": {"rows": [int(place)], "columns": [], "cells": []}}
    app.run()
    assert failures(app) == []
    assert address(app)["finding"] == "no_category"
    count = int(found["count"][place])
    assert f"共 {words.full_count(count)} 行" in said(app)
    rows = next(frame.value for frame in app.dataframe if "信访编号" in frame.value.columns)
    assert len(rows) == min(count, 200) > 0
    assert set(rows["内容分类"]) == {words.NONE}


def test_a_load_opens_its_rejects(open_page: OpenPage, own_url: str) -> None:
    casebase = open_casebase(Settings(), own_url)
    with casebase.writing() as connection:
        connection.execute(
            insert(load_run).values(
                load_id=1, source="系统", file_name="cases.csv", sha256="0", started_at=datetime(2026, 11, 1),
                rows_read=5, rows_loaded=3, rows_rejected=2,
            )
        )  # fmt: skip
        bad = {"load_id": 1, "column_name": "channel", "reason": "unknown value for channel"}
        connection.execute(insert(load_reject), [{**bad, "line_no": n} for n in (2, 4)])
    casebase.engine.dispose()
    app = open_page(own_url, "data_quality")
    app.session_state["loads"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    assert failures(app) == []
    rows = next(frame.value for frame in app.dataframe if "行号" in frame.value.columns)
    assert rows["行号"].tolist() == [2, 4]
    known = next(frame.value for frame in app.dataframe if "发现" in frame.value.columns).set_index("发现")
    assert known.loc["最近一次装入拒绝的行", "占比"] == "40.00%"  # 2 of the 5 rows read


def test_an_unknown_finding_in_the_address_is_ignored(open_page: OpenPage, demo_url: str) -> None:
    app = open_page(demo_url, "data_quality", finding="nonsense", load="77")
    assert failures(app) == []
