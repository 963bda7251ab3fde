from datetime import date, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefings import cell_text
from briefings.model import Column, ColumnKind, Table, Valued
from views import words

KINDS: tuple[ColumnKind, ...] = ("text", "count", "rate", "days", "number", "change", "pieces", "points", "moment")
COUNTS = st.integers(0, 10**7)


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("text", "二七区", "二七区"),
        ("count", 12_345, "12,345"),
        ("count", 0, "0"),
        ("rate", 0.93456, "93.46%"),
        ("rate", 1, "100.00%"),
        ("days", 17.04, "17.0"),
        ("number", 1_234.56, "1,234.6"),
        ("change", 0.0325, "+3.3%"),
        ("change", -0.3875, "−38.8%"),
        ("change", 0.0, "持平"),
        ("pieces", 3.0, "+3"),
        ("pieces", -1_203.0, "−1,203"),
        ("pieces", 0.0, "持平"),
        ("points", -0.012, "−1.20"),
        ("points", 0.0, "持平"),
        ("moment", date(2026, 10, 5), "2026-10-05"),
        ("moment", datetime(2026, 10, 5, 23, 59, 59), "2026-10-05"),
    ],
)
def test_a_cell_is_written_by_its_columns_kind(kind: ColumnKind, value: object, text: str) -> None:
    assert cell_text.format_cell(Column("列", kind), value) == text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("nothing", [None, float("nan"), pd.NaT])
def test_nothing_is_a_dash_in_every_column(kind: ColumnKind, nothing: object) -> None:
    assert cell_text.format_cell(Column("列", kind), nothing) == words.NONE


def test_no_base_is_a_dash_and_no_endless_change() -> None:
    assert cell_text.format_cell(Column("同比", "change"), words.change_ratio(5, 0)) == words.NONE
    assert cell_text.format_cell(Column("同比", "change"), float("inf")) == words.NONE


@given(COUNTS, COUNTS)
def test_a_change_reads_in_a_table_as_in_a_sentence(now: int, before: int) -> None:
    assert cell_text.format_cell(Column("同比", "change"), words.change_ratio(now, before)) == words.change(now, before)


def test_a_change_halfway_between_two_places_reads_as_in_a_sentence() -> None:
    """49 of 80 is −38.75 %, which 1 + ratio − 1 turned into −38.7%."""
    pairs = [(now, before) for before in (16, 80, 160, 400) for now in range(3 * before)]
    changes = Column("同比", "change")
    assert [cell_text.format_cell(changes, words.change_ratio(*pair)) for pair in pairs] == [
        words.change(*pair) for pair in pairs
    ]


@given(st.floats(0, 1), st.floats(0, 1))
def test_points_read_in_a_table_as_in_a_sentence_without_the_unit(now: float, before: float) -> None:
    said = words.movement(now, before, "rate")
    assert cell_text.format_cell(Column("环比", "points"), now - before) == said.removesuffix(" 百分点")


def test_a_cell_of_its_own_kind_is_not_written_by_its_columns() -> None:
    column = Column("本期", "count")
    assert cell_text.format_cell(column, Valued(0.9368, "rate")) == "93.68%"
    assert cell_text.format_cell(column, Valued(-0.0132, "points")) == "−1.32"
    assert cell_text.format_cell(column, Valued(None, "rate")) == words.NONE


def test_numbers_are_set_flush_right_and_words_and_days_are_not() -> None:
    assert {kind for kind in KINDS if not cell_text.is_number(Column("列", kind))} == {"text", "moment"}


def test_the_row_of_the_whole_comes_last() -> None:
    columns = (Column("区县"), Column("登记量", "count"))
    rows: tuple[tuple[object, ...], ...] = (("金水区", 404), ("二七区", None))
    table = Table("t", "各区县", "", columns, rows, ("合计", 1_404))
    assert cell_text.rows_of(table) == [["金水区", "404"], ["二七区", "—"], ["合计", "1,404"]]
    assert cell_text.rows_of(Table("t", "各区县", "", columns, rows)) == [["金水区", "404"], ["二七区", "—"]]


def test_a_rate_over_too_few_is_marked() -> None:
    column = Column("满意率", "rate")
    assert cell_text.format_cell(column, Valued(0.9368, "rate", small=True)) == "○93.68%"
    assert cell_text.format_cell(column, Valued(None, "rate", small=True)) == words.NONE
