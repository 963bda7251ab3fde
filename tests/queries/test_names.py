"""Names of places and classes tell apart what they name, whatever the tables hold."""

from datetime import datetime
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import Table, update

from casebase.bulk_insert import append
from casebase.engine import Casebase, mark_changed
from casebase.schema import area, category, unit
from queries import names

NOW = datetime(2026, 11, 20)
# Few words, so that many places share one; some are those of the whole and of the codes behind shared names.
WORDS = st.sampled_from(["甲", "乙", "Ward 4", "甲全域", "甲（11）", "甲（12）（12）"])


@st.composite
def trees(draw: st.DrawFn) -> pd.DataFrame:
    """Areas of four levels below one city; some lie in what is no area."""
    rows: list[tuple[str, str, int, str | None]] = [("1", draw(WORDS), 1, None)]
    for level in (2, 3, 4):
        parents = [code for code, _, above, _ in rows if above == level - 1] + ["nowhere"]
        codes = [f"{level - 1}{number}" for number in range(draw(st.integers(0, 5)))]
        rows += [(code, draw(WORDS), level, draw(st.sampled_from(parents))) for code in codes]
    return pd.DataFrame(rows, columns=["code", "name", "level", "parent_code"])


@given(tree=trees())
def test_no_two_places_of_a_level_are_called_alike_nor_any_as_the_city(tree: pd.DataFrame) -> None:
    named = names._distinct_areas(tree)
    assert named.keys() == set(tree["code"])
    for _, level in tree.groupby("level"):
        assert level["code"].map(named).is_unique
    assert named["1"] not in set(tree.loc[tree["level"] > 1, "name"])


@given(own=st.dictionaries(st.sampled_from(["1", "11", "12", "乙"]), WORDS), taken=WORDS)
@example(own={"1": "甲（12）", "12": "甲", "11": "甲"}, taken="乙")
def test_told_apart_are_all_and_no_name_changes_without_need(own: dict[str, str], taken: str) -> None:
    apart = names.told_apart(own, [taken])
    assert apart.keys() == own.keys()
    assert len({taken, *apart.values()}) == len(own) + 1
    if len({taken, *own.values()}) == len(own) + 1:
        assert apart == own


@pytest.mark.parametrize(
    ("before", "name", "joined"),
    [
        ("新郑市", "新华路街道", "新郑市新华路街道"),
        ("Roxbury", "Ward 4", "Roxbury · Ward 4"),
        ("A市", "3号社区", "A市3号社区"),
        ("Roxbury", "第四街道", "Roxbury第四街道"),
        ("", "Ward 4", "Ward 4"),
    ],
)
def test_latin_words_do_not_run_together(before: str, name: str, joined: str) -> None:
    assert names.joined(before, name) == joined


@pytest.fixture
def shared(empty_casebase: Casebase) -> Casebase:
    """A city Boston with a district Boston, three streets Ward 4, classes and units of one name."""
    places = [
        ("1", "Boston", 1, None),
        ("11", "Boston", 2, "1"),
        ("12", "Roxbury", 2, "1"),
        ("111", "Ward 4", 3, "11"),
        ("121", "Ward 4", 3, "12"),
        ("122", "Ward 4", 3, "12"),
        ("112", "Ward 5", 3, "11"),
    ]
    classes = [("a", "Streets", None), ("b", "Parks", None), ("a1", "Noise", "a"), ("b1", "Noise", "b")]
    units = [("u1", "Office", "街道", "11"), ("u2", "Office", "街道", "12"), ("u3", "Office", "街道", "12")]
    tables: list[tuple[Table, list[Any], list[str]]] = [
        (area, places, ["code", "name", "level", "parent_code"]),
        (category, classes, ["code", "name", "parent_code"]),
        (unit, units, ["unit_id", "name", "kind", "area_code"]),
    ]
    with empty_casebase.writing() as connection:
        for table, rows, columns in tables:
            frame = pd.DataFrame(rows, columns=columns)
            append(connection, table, frame.assign(schematic=False) if table is area else frame)
        mark_changed(connection, NOW)
    return empty_casebase


def test_what_shares_a_name_is_told_apart_by_what_it_lies_in_or_else_by_its_code(shared: Casebase) -> None:
    assert names.names_of(shared.whole, "street") == {
        "1": "Boston全域",
        "11": "Boston",
        "12": "Roxbury",
        "111": "Boston · Ward 4",
        "121": "Roxbury · Ward 4（121）",
        "122": "Roxbury · Ward 4（122）",
        "112": "Ward 5",
    }
    assert names.names_of(shared.whole, "subcategory") == {
        "a": "Streets",
        "b": "Parks",
        "a1": "Streets · Noise",
        "b1": "Parks · Noise",
    }
    assert names.names_of(shared.whole, "unit") == {
        "u1": "Boston · Office",
        "u2": "Roxbury · Office（u2）",
        "u3": "Roxbury · Office（u3）",
    }


def test_within_a_district_its_streets_need_no_district(shared: Casebase) -> None:
    named = names.names_of(shared.whole, "street", "11") or {}
    assert (named["111"], named["121"]) == ("Ward 4", "Roxbury · Ward 4（121）")
    assert (names.names_of(shared.whole, "street", "12") or {})["122"] == "Ward 4（122）"


def test_a_whole_is_called_by_its_name_unless_a_place_in_it_is(shared: Casebase) -> None:
    assert names.whole_name(shared.whole, "Boston") == "Boston全域"
    assert names.whole_name(shared.whole, "全市") == "全市"
    with shared.writing() as connection:
        connection.execute(update(area).where(area.c.code == "11").values(name="East"))
        mark_changed(connection, NOW)
    assert names.whole_name(shared.whole, "Boston") == "Boston"
