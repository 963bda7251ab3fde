"""Who petitioned: masked on every way to a case, whole by the one function that reveals."""

from datetime import datetime

import pandas as pd
import pytest

from casebase import schema
from casebase.bulk_insert import append
from casebase.engine import Casebase, mark_changed
from queries.cases import cases
from queries.course import Course, Petitioner, course, revealed
from queries.search import Search, search
from queries.similar import similar_settled

NOW = datetime(2026, 11, 20, 18)
NAME, PHONE, FOREIGN = "欧阳明月", "13812345678", "Anna Schmidt"
SEEN, CLOSED, RESTRICTED, NAMELESS, ABROAD = 1, 2, 3, 4, 5


def _petitions() -> pd.DataFrame:
    common = {
        "channel": "来信",
        "registered_at": datetime(2026, 11, 2, 9),
        "body": f"{NAME}（{PHONE}）反映：欧阳 明月家门前路灯不亮，请求维修路灯。",
        "title": f"{NAME}反映门前路灯不亮问题",
        "petitioner_name": NAME,
        "petitioner_phone": PHONE,
        "petitioner_key": "5ec2e7",
        "source": "test",
        "updated_at": NOW,
        "closed_at": None,
        "restricted": False,
    }
    foreign = f"{FOREIGN} (Schmidt) asks; Schmidtstraße"
    other: dict[int, dict[str, object]] = {
        SEEN: {},
        CLOSED: {"closed_at": datetime(2026, 11, 9, 9)},
        RESTRICTED: {"restricted": True, "purpose": "检举控告"},
        NAMELESS: {"petitioner_name": None, "petitioner_phone": "", "petitioner_key": None},
        ABROAD: {"petitioner_name": FOREIGN, "title": foreign, "body": foreign, "petitioner_key": None},
    }
    return pd.DataFrame([{"petition_id": n, "case_no": f"X{n}", **common, **own} for n, own in other.items()])


def _events() -> pd.DataFrame:
    note = f"已电话（{PHONE}）告知欧阳明月"
    rows = [(1, SEEN, datetime(2026, 11, 3, 9), note), (2, SEEN, datetime(2026, 11, 4, 9), None)]
    rows += [(3, SEEN, datetime(2026, 11, 25, 9), note), (4, CLOSED, datetime(2026, 11, 3, 9), note)]
    return pd.DataFrame(rows, columns=["event_id", "petition_id", "happened_at", "note"]).assign(
        action="受理告知", actor=NAME
    )


@pytest.fixture
def few(empty_casebase: Casebase) -> Casebase:
    """Five cases on each engine, with their petitioner's name and telephone in every text."""
    with empty_casebase.writing() as connection:
        append(connection, schema.petition, _petitions())
        append(connection, schema.petition_event, _events())
        mark_changed(connection, NOW)
    return empty_casebase


def _whole(one: Course) -> str:
    """All that a course says, as text."""
    frames = [one.events, one.related, *one.beside.values()]
    return str(one.facts) + str(one.petitioner) + "".join(frame.to_csv() for frame in frames)


def test_masked_everywhere_and_whole_where_it_is_revealed(few: Casebase) -> None:
    one = course(few.whole, SEEN, as_of=NOW)
    assert one is not None
    assert one.petitioner == Petitioner("欧阳**", "138****5678")
    assert one.facts["title"] == "欧阳**反映门前路灯不亮问题"
    assert one.facts["body"] == "欧阳**（138****5678）反映：欧阳**家门前路灯不亮，请求维修路灯。"
    assert one.events["note"].tolist()[0] == "已电话（138****5678）告知欧阳**"
    assert one.related["title"].tolist() == ["欧阳**反映门前路灯不亮问题"]
    assert not {word for word in ("明月", PHONE, "5ec2e7") if word in _whole(one)}
    found = revealed(few.whole, SEEN, as_of=NOW)
    assert found is not None
    assert found.petitioner == Petitioner(NAME, PHONE)
    assert found.title == f"{NAME}反映门前路灯不亮问题"
    assert found.body is not None
    assert PHONE in found.body
    assert found.notes["note"].tolist() == [f"已电话（{PHONE}）告知欧阳明月"]  # none of the future, none without text


def test_lists_have_no_petitioner_s_name(few: Casebase) -> None:
    lists = [
        cases(few.whole, "registered", as_of=NOW),
        search(few.whole, Search(text="路灯"), as_of=NOW).rows,
        similar_settled(few.whole, SEEN, as_of=NOW),
    ]
    for rows in lists:
        assert "欧阳**反映门前路灯不亮问题" in set(rows["title"])
        text = rows[rows["petition_id"] != NAMELESS].to_csv()
        assert "明月" not in text
        assert PHONE not in text


def test_a_name_of_another_script_is_taken_out_by_its_words(few: Casebase) -> None:
    one = course(few.whole, ABROAD, as_of=NOW)
    assert one is not None
    assert one.petitioner.name == "A**"
    assert one.facts["body"] == "A** (S**) asks; Schmidtstraße"


def test_where_nobody_is_named_nothing_is_said_of_anybody(few: Casebase) -> None:
    one = course(few.whole, NAMELESS, as_of=NOW)
    assert one is not None
    assert one.petitioner == Petitioner(None, None)


@pytest.mark.parametrize("number", [RESTRICTED, 999])
def test_what_has_no_page_is_not_revealed(few: Casebase, number: int) -> None:
    assert revealed(few.whole, number, as_of=NOW) is None
    assert revealed(few.whole, SEEN, as_of=datetime(2026, 11, 1)) is None
