"""Telephone and identity numbers are masked, and nothing else; whatever reads a text of the schema gets it masked."""

from datetime import date, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from casebase.engine import Casebase, frame_of
from casebase.personal import PersonalText, masked, masked_column
from casebase.schema import metadata, petition

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

MASKED = {
    "联系13812345678": "联系138****5678",
    "138 1234 5678": "138****5678",
    "138-1234-5678，": "138****5678，",
    "1 3 8 1 2 3 4 5 6 7 8": "138****5678",
    "１３８１２３４５６７８": "138****5678",
    "138\u200b1234\u200b5678": "138****5678",
    "+86 13812345678": "+86 138****5678",
    "（13812345678）": "（138****5678）",
    "13812345678/13912345678": "138****5678/139****5678",
    "0371-67181234": "0371-****1234",
    "(0371)67181234": "(0371)-****1234",
    "037167181234": "0371-****1234",
    "010-12345678": "010-12345678",  # no number of a line begins with 1
    "01062345678": "010-****5678",
    "电话67181234": "电话****1234",
    "身份证号：410105198503121234": "身份证号：410105********1234",
    "41010019850312123X": "410100********123X",
    "410105 19850312 1234": "410105********1234",
    "４１０１０５１９８５０３１２１２３４": "410105********1234",
    "410105850312123": "410105******123",
}
KEPT = (
    "410100202610050001",
    "41010020261005000112",
    "20261005000123",
    "202610050001",
    "2026-10-05 09:30:00",
    "2026-10-05 2026-10-06",
    "2026年10月5日至11月5日",
    "410105",
    "410105001002",
    "拖欠13812345678元",
    "拖欠1381234.50元",
    "13812345678.50",
    "1,381,234,567.80",
    "编号13812345678",
    "经度113.6531234567",
    "12345热线",
    "13 15 2026 10 5 1 2",
    "138****5678",
    "1381234567813912345678",
)


@pytest.mark.parametrize(("text", "expected"), MASKED.items())
def test_numbers_of_people_lose_their_middle(text: str, expected: str) -> None:
    assert masked(text) == expected


@pytest.mark.parametrize("text", KEPT)
def test_other_numbers_stay(text: str) -> None:
    assert masked(text) == text
    assert masked(f"关于{text}的事") == f"关于{text}的事"


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.text("路与的 ，。；号楼abc\n", max_size=8))
def test_no_mobile_is_left_between_words(number: str, around: str) -> None:
    assert number not in masked(f"{around}x{number}y{around}")


@given(
    st.sampled_from(["410105", "110101", "650102"]),
    st.dates(date(1930, 1, 1), date(2019, 12, 31)),
    st.integers(1, 999),
    st.sampled_from(["", " ", "-"]),
)
def test_no_citizen_is_left(area: str, born: date, order: int, gap: str) -> None:
    first = f"{area}{born:%Y%m%d}{order:03d}"
    check = "10X98765432"[sum(int(d) * w for d, w in zip(first, WEIGHTS, strict=True)) % 11]
    text = masked(f"为{area}{gap}{born:%Y%m%d}{gap}{order:03d}{check}反映")
    assert f"{born:%Y%m%d}" not in text
    assert "********" in text


@given(
    st.dates(date(2020, 1, 1), date(2039, 12, 31)),
    st.integers(1, 9999),
    st.sampled_from(["4101", "410100", "41010000"]),
)
def test_numbers_of_cases_of_these_years_stay(day: date, order: int, place: str) -> None:
    for number in (f"{place}{day:%Y%m%d}{order:04d}", f"{day:%Y%m%d}{order:04d}", f"{place}{day:%Y%m%d}{order:06d}"):
        assert masked(number) == number


@given(st.text())
def test_what_is_masked_stays_so(text: str) -> None:
    assert masked(masked(text)) == masked(text)


@given(st.lists(st.none() | st.text() | st.sampled_from([*MASKED, *KEPT]), max_size=6))
def test_a_column_is_masked_as_its_texts(texts: list[str | None]) -> None:
    column = masked_column(pd.Series(texts, dtype=object))
    assert [None if pd.isna(one) else one for one in column] == [None if one is None else masked(one) for one in texts]


def test_every_text_that_a_person_may_have_written_is_masked_in_the_schema() -> None:
    keys = [
        "_code",
        "_id",
        "code",
        "case_no",
        "petitioner_",
        "key",
        "sha256",
        "shape",
        "status",
        "satisfaction",
        "version",
        "column_name",
        "file_name",
    ]
    plain = {
        column.name if column.name == "dropped_times" else f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        if table.name != "info"
        for column in table.columns
        if column.type.python_type is str and not isinstance(column.type, PersonalText)
        if not any(key in column.name for key in keys)
    }
    # Words of the schema, the names of columns, the name of a file or system that its operator gave, and the telephone
    # of an office, which is there to be called.
    assert plain == {
        "dropped_times", "unit.contact",
        "area.kind", "unit.kind", "grid.kind", "petition.source", "petition_event.action", "load_run.source",
    }  # fmt: skip


@pytest.mark.parametrize("read", ["rows", "few", "many"])
def test_whatever_reads_a_text_gets_it_masked_and_a_condition_sees_it(empty_casebase: Casebase, read: str) -> None:
    title = "张某 13812345678 反映噪声"
    with empty_casebase.writing() as connection:
        connection.execute(
            petition.insert(),
            [
                {
                    "petition_id": n,
                    "case_no": ("13812345678", "2", "3")[n],
                    "title": text,
                    "registered_at": datetime(2026, 10, 5),
                    "updated_at": datetime(2026, 10, 5),
                    "source": "x",
                }
                for n, text in enumerate((title, None, "噪声"))
            ],
        )
    statement = select(petition.c.case_no, petition.c.title).where(petition.c.title.contains("13812345678"))
    if read == "few":
        found = empty_casebase.frame(statement)
    else:
        with empty_casebase.reading() as connection:
            if read == "rows":
                found = pd.DataFrame(connection.execute(statement).all())
            else:
                found = frame_of(connection, statement)
    assert found.to_dict("records") == [{"case_no": "13812345678", "title": "张某 138****5678 反映噪声"}]
