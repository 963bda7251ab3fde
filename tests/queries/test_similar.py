"""The settled cases most like a case: on a few rows where every rule shows, and on real messages."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import select

from casebase import schema
from casebase.bulk_insert import append
from casebase.engine import Casebase
from casebase.loading import load, read_map
from casebase.settings import ROOT
from queries import similar
from queries.similar import COLUMNS, similar_settled

NOW = datetime(2026, 11, 22, 12)
HEATING = "小区暖气不热，供热公司一直没有上门检修"
SUBJECTS = ("公交", "养猪", "社保", "教师", "噪音", "物业", "红绿灯", "公积金", "地铁", "户口")


def fill(casebase: Casebase, cases: list[dict[str, Any]], **more: list[dict[str, Any]]) -> None:
    """Write cases, closed and resolved ten days ago where they do not say otherwise, and rows of other tables."""
    usual = {
        "channel": "网信",
        "category_code": "0301",
        "title": HEATING,
        "registered_at": NOW - timedelta(days=30),
        "closed_at": NOW - timedelta(days=10),
        "resolved": True,
        "restricted": False,
        "source": "test",
        "updated_at": NOW,
    }
    rows = [{**usual, "petition_id": n, "case_no": f"N{n}", **case} for n, case in enumerate(cases, 1)]
    classes = [{"code": "03", "name": "城乡建设"}, {"code": "04", "name": "其他"}]
    classes += [{"code": f"030{n}", "name": name, "parent_code": "03"} for n, name in ((1, "供热"), (2, "市容"))]
    with casebase.writing() as connection:
        append(connection, schema.category, pd.DataFrame(classes))
        append(connection, schema.petition, pd.DataFrame(rows))
        for name, table in more.items():
            append(connection, schema.metadata.tables[name], pd.DataFrame(table))


def found(casebase: Casebase, **settings: Any) -> list[int]:
    """The similar cases of case 1."""
    return [int(number) for number in similar_settled(casebase.whole, 1, as_of=NOW, **settings)["petition_id"]]


OPEN = {"closed_at": None, "resolved": None}


def test_the_most_similar_comes_first_and_what_has_nothing_in_common_is_left_out(empty_casebase: Casebase) -> None:
    texts = ["供热公司没有上门检修", "占道经营影响出行", HEATING, "小区暖气不热"]
    fill(empty_casebase, [OPEN, *({"title": text} for text in texts)])
    rows = similar_settled(empty_casebase.whole, 1, as_of=NOW)
    assert list(rows.columns) == list(COLUMNS)
    assert rows["petition_id"].iloc[0] == 4
    assert sorted(rows["petition_id"]) == [2, 4, 5]
    assert rows["similarity"].is_monotonic_decreasing
    assert rows["similarity"].iloc[0] == pytest.approx(1)
    first = rows.to_dict("records")[0]
    assert [first[name] for name in ("case_no", "title", "category", "days")] == ["N4", HEATING, "供热", 20]
    assert found(empty_casebase, limit=1) == [4]


@pytest.mark.parametrize(
    ("case", "settled"),
    [
        ({}, True),
        ({"category_code": "0302"}, True),  # another class of the same first level
        ({"category_code": "04"}, False),
        ({"resolved": None}, True),  # nobody wrote whether it was
        ({"resolved": False}, False),
        (OPEN, False),
        ({"closed_at": NOW + timedelta(seconds=1)}, False),
        ({"closed_at": NOW}, True),
        ({"registered_at": NOW - timedelta(days=1500), "closed_at": NOW - timedelta(days=1200)}, False),
        ({"restricted": True}, False),
        ({"repeat_of": 1}, False),  # the same matter, brought again
        ({"title": None}, False),
    ],
)
def test_which_cases_are_compared(empty_casebase: Casebase, case: dict[str, Any], settled: bool) -> None:
    fill(empty_casebase, [OPEN, case])
    assert found(empty_casebase) == ([2] if settled else [])


@pytest.mark.parametrize("case", [{"title": None}, {"title": "12345"}, {"restricted": True}])
def test_a_case_without_text_or_not_to_be_seen_has_no_like(empty_casebase: Casebase, case: dict[str, Any]) -> None:
    fill(empty_casebase, [{**OPEN, **case}, {}])
    assert found(empty_casebase) == []


def test_an_unknown_case_has_no_like(empty_casebase: Casebase) -> None:
    assert similar_settled(empty_casebase.whole, 99, as_of=NOW).empty


def test_a_case_without_class_is_compared_with_every_class(empty_casebase: Casebase) -> None:
    fill(empty_casebase, [{**OPEN, "category_code": None}, {}, {"category_code": "04"}])
    assert found(empty_casebase) == [2, 3]


def test_of_many_those_closed_last_are_compared(empty_casebase: Casebase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similar, "MOST_READ", 2)
    fill(empty_casebase, [OPEN, *({"closed_at": NOW - timedelta(days=days)} for days in (5, 1, 9, 3))])
    assert found(empty_casebase) == [3, 5]


def test_how_a_case_was_settled_is_told_as_of_the_moment(empty_casebase: Casebase) -> None:
    day = timedelta(days=1)
    fill(
        empty_casebase,
        [OPEN, {}, {"resolved": None, "title": "小区暖气不热"}],
        hearing=[
            {
                "hearing_id": 1,
                "petition_id": 2,
                "stage": "办理",
                "status": "已举行",
                "held_at": NOW - day,
                "conclusion": "达成和解",
            },
            {
                "hearing_id": 2,
                "petition_id": 2,
                "stage": "复查",
                "status": "已排期",
                "held_at": NOW + day,
                "conclusion": "维持原意见",
            },
        ],
        grid_task=[
            {
                "task_id": 1,
                "petition_id": 2,
                "kind": "协助化解",
                "pushed_at": NOW,
                "finished_at": NOW,
                "outcome": "就地化解",
            }
        ],
        petition_event=[
            {"event_id": n, "petition_id": 2, "happened_at": NOW - day, "action": action, "note": note}
            for n, (action, note) in enumerate([("办结", "已化解"), ("答复", "已更换阀门"), ("评价", "满意")])
        ],
    )
    rows = similar_settled(empty_casebase.whole, 1, as_of=NOW)
    assert rows["outcome"].tolist() == [
        "听证：达成和解；网格：就地化解；答复：已更换阀门；已化解",
        "办结，未登记是否化解",
    ]


@pytest.fixture(scope="module")
def messages(shared_data: Path, new_url: Callable[[str], str], casebase_of: Callable[[str], Casebase]) -> Casebase:
    """2,816 real messages of citizens to leaders; nobody classed them."""
    casebase = casebase_of(new_url("duckdb"))
    file = shared_data / "cases" / "messages_cn_2011_2020.csv.gz"
    load(casebase, file, read_map(ROOT / "maps" / "messages_cn.toml"), now=NOW)
    return casebase


def test_real_messages_are_like_those_of_the_same_subject(messages: Casebase) -> None:
    """Of the messages found for one on a subject far more speak of it than do of all messages."""
    p = schema.petition.c
    with messages.reading() as connection:
        rows = connection.execute(select(p.petition_id, p.title, p.body).order_by(p.petition_id)).all()
    text = {number: f"{title}{body}" for number, title, body in rows}
    draw = random.Random(7)
    hits = shown = 0
    chance = 0.0
    for subject in SUBJECTS:
        share = sum(subject in body for body in text.values()) / len(text)
        for number in draw.sample([n for n, title, _ in rows if subject in title], 2):
            like = similar_settled(messages.whole, number, as_of=datetime(2020, 1, 8, 23))["petition_id"]
            hits += sum(subject in text[int(other)] for other in like)
            shown += len(like)
            chance += share * len(like)
    assert shown >= 80
    assert hits / shown > 0.4
    assert hits > 8 * chance
