"""优秀案例: the library with place and course of each case, and how it is searched."""

from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest

from casebase import schema
from casebase.bulk_insert import append
from casebase.engine import Casebase
from queries.model import Slice
from queries.model_cases import COLUMNS, filter_cases, methods, model_cases

NOW = datetime(2026, 11, 22, 12)


@pytest.fixture
def library(empty_casebase: Casebase) -> Casebase:
    """Five cases: of a mediation, of a petition, of a restricted one, of nothing known, and one told tomorrow."""
    areas = [("4101", "市", 1, None), ("410102", "中原区", 2, "4101"), ("410105", "金水区", 2, "4101")]
    areas += [("410102001", "一街道", 3, "410102"), ("410102001001", "一社区", 4, "410102001")]
    petition = {
        "registered_at": datetime(2026, 3, 1, 9),
        "source": "test",
        "updated_at": NOW,
        "district_code": "410105",
    }
    petitions = [
        {**petition, "petition_id": 1, "case_no": "N1", "closed_at": datetime(2026, 3, 11, 9), "restricted": False},
        {**petition, "petition_id": 2, "case_no": "N2", "restricted": True},
    ]
    mediated = {"community_code": "410102001001", "org_id": 7, "mediator_kind": "社工", "dispute_kind": "物业"}
    mediation = {
        "mediation_id": 1,
        "opened_at": datetime(2026, 5, 1, 9),
        "closed_at": datetime(2026, 5, 4, 8),
        **mediated,
    }
    told: list[dict[str, Any]] = [
        {
            "title": "楼上漏水",
            "mediation_id": 1,
            "dispute_kind": "物业",
            "who": "社工",
            "method": "社工入户倾听，连续回访",
        },
        {
            "title": "拖欠工资",
            "petition_id": 1,
            "dispute_kind": "劳资",
            "who": "律师",
            "method": "律师当场讲法，三次回访",
        },
        {"title": "不可说", "petition_id": 2},
        {"title": "摆茶说理 100%"},
        {"title": "明天才讲"},
    ]
    days = [date(2026, 11, 1), date(2026, 11, 2), None, None, date(2026, 11, 23)]
    rows = [
        {**case, "model_case_id": n, "told_on": day} for n, (case, day) in enumerate(zip(told, days, strict=True), 1)
    ]
    with empty_casebase.writing() as connection:
        append(connection, schema.area, pd.DataFrame(areas, columns=["code", "name", "level", "parent_code"]))
        append(connection, schema.petition, pd.DataFrame(petitions))
        append(connection, schema.mediation, pd.DataFrame([mediation]))
        append(connection, schema.social_org, pd.DataFrame([{"org_id": 7, "name": "议事会", "kind": "矛调类"}]))
        append(
            connection, schema.model_case, pd.DataFrame(rows).astype({"mediation_id": "Int64", "petition_id": "Int64"})
        )
    return empty_casebase


def test_the_latest_come_first_without_what_is_restricted_or_not_told_yet(library: Casebase) -> None:
    found = model_cases(library.whole, as_of=NOW)
    assert list(found.columns) == list(COLUMNS)
    assert found["model_case_id"].tolist() == [2, 1, 4]


def test_place_and_course_are_those_of_the_mediation_or_else_of_the_petition(library: Casebase) -> None:
    rows = model_cases(library.whole, as_of=NOW).set_index("title")
    facts = ["district", "street", "community", "org", "days"]
    assert list(rows.loc["楼上漏水", facts]) == ["中原区", "一街道", "一社区", "议事会", 3]
    assert list(rows.loc["拖欠工资", ["district", "days", "petition_id", "case_no"]]) == ["金水区", 10, 1, "N1"]
    assert rows.loc["摆茶说理 100%", [*facts, "petition_id"]].isna().all()


def test_an_end_after_the_moment_is_not_known_yet(library: Casebase) -> None:
    rows = model_cases(library.whole, as_of=datetime(2026, 3, 5)).set_index("title")
    assert rows.index.tolist() == ["摆茶说理 100%"]
    assert model_cases(library.whole, as_of=datetime(2026, 11, 22)).set_index("title").loc["拖欠工资", "days"] == 10


@pytest.mark.parametrize(
    ("area", "titles"),
    [
        ("410102", ["楼上漏水"]),
        ("410102001", ["楼上漏水"]),
        ("410102001001", ["楼上漏水"]),
        ("410105", ["拖欠工资"]),
        ("4101", ["拖欠工资", "楼上漏水", "摆茶说理 100%"]),
    ],
)
def test_an_area_holds_its_own(library: Casebase, area: str, titles: list[str]) -> None:
    found = model_cases(library.whole, as_of=NOW, within=Slice(area=area, channel="来访", category="01"))
    assert found["title"].tolist() == titles


@pytest.mark.parametrize(
    ("wanted", "titles"),
    [
        ({}, ["拖欠工资", "楼上漏水", "摆茶说理 100%"]),
        ({"kind": "物业"}, ["楼上漏水"]),
        ({"who": "律师"}, ["拖欠工资"]),
        ({"kind": "物业", "who": "律师"}, []),
        ({"method": "回访"}, ["拖欠工资", "楼上漏水"]),
        ({"method": "访"}, []),  # no word of the method
        ({"text": "一社区 回访"}, ["楼上漏水"]),
        ({"text": "100%"}, ["摆茶说理 100%"]),
        ({"text": "没有"}, []),
    ],
)
def test_a_search_keeps_what_answers_to_all_of_it(library: Casebase, wanted: dict[str, str], titles: list[str]) -> None:
    assert filter_cases(model_cases(library.whole, as_of=NOW), **wanted)["title"].tolist() == titles


def test_methods_are_told_by_the_words_that_several_share(library: Casebase) -> None:
    found = model_cases(library.whole, as_of=NOW)
    more = pd.concat([found, found.assign(method="老街坊摆茶说理")])
    assert {"说理", "回访"} <= set(methods(more))
    assert "入户" not in methods(more)  # one case alone
    assert methods(more).index("说理") < methods(more).index("回访")
    assert methods(found.head(0)) == []


def test_an_empty_library(empty_casebase: Casebase) -> None:
    found = model_cases(empty_casebase.whole, as_of=NOW)
    assert found.empty
    assert filter_cases(found, kind="物业", text="漏水").empty
