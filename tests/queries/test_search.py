"""案件查询 against plain pandas on the same rows."""

from datetime import date, datetime

import pandas as pd
import pytest

from casebase.case_words import HOTLINE
from casebase.engine import Casebase
from casebase.errors import UsageError
from queries.cases import count_cases
from queries.measure import measure
from queries.model import Slice
from queries.periods import Period
from queries.search import CLOCK_STATES, FLAGS, ORDERS, SEARCH_COLUMNS, Search, by_month, search
from tests.queries.sample import Tables

NOW = datetime(2026, 11, 20, 18)


@pytest.fixture(scope="module")
def rows(tables: Tables) -> pd.DataFrame:
    """What may be found: registered and not restricted, with the names of units and places."""
    petitions = tables["petition"]
    seen = petitions[(petitions["registered_at"] <= NOW) & ~petitions["restricted"].astype(bool)]
    names = tables["area"].set_index("code")["name"]
    units = tables["unit"].set_index("unit_id")["name"]
    places = {f"{level}_name": seen[f"{level}_code"].map(names) for level in ("district", "street", "community")}
    return seen.assign(unit_name=seen["unit_id"].map(units), **places)


def ids(found: pd.DataFrame) -> set[int]:
    return set(found["petition_id"].tolist())


def says(rows: pd.DataFrame, word: str) -> pd.Series:
    names = ("case_no", "title", "body", "unit_name", "district_name", "street_name", "community_name")
    found = pd.Series(False, index=rows.index)
    for name in names:
        found |= rows[name].fillna("").astype(str).str.lower().str.contains(word.lower(), regex=False)
    return found


TEXTS = [
    "标题1",
    "N12",
    "n12",
    "标题1 标题1",
    "单位3",
    "街道2 单位1",
    "社区4",
    "%",
    "没有这个词",
    "标题1_",
    "正文96 街道1",
]


@pytest.mark.parametrize("text", TEXTS)
def test_every_word_stands_somewhere_in_the_case(city: Casebase, rows: pd.DataFrame, text: str) -> None:
    wanted = pd.Series(True, index=rows.index)
    for word in text.split():
        wanted &= says(rows, word)
    found = search(city.whole, Search(text=text), as_of=NOW)
    assert ids(found.rows) == ids(rows[wanted])
    assert found.total == len(found.rows) == wanted.sum()


def test_flags_hold_together(city: Casebase, tables: Tables, rows: pd.DataFrame) -> None:
    tasks, hearings = tables["grid_task"], tables["hearing"]
    pushed = set(tasks.loc[tasks["pushed_at"] <= NOW, "petition_id"])
    heard = set(hearings.loc[hearings["held_at"] <= NOW, "petition_id"])
    first = rows["is_first"].astype(bool)
    unhappy = (rows["evaluated_at"] <= NOW) & (
        (rows["satisfaction_bureau"] == "不满意") | (rows["satisfaction_unit"] == "不满意")
    )
    expected = {
        ("重件",): ~first,
        ("初件", "网格任务"): first & rows["petition_id"].isin(pushed),
        ("听证",): rows["petition_id"].isin(heard),
        ("不满意",): unhappy,
        ("简单诉求", "集体访"): rows["is_simple"].astype(bool) & rows["is_collective"].astype(bool),
        ("办结未化解",): (rows["closed_at"] <= NOW) & rows["resolved"].eq(False).fillna(False).astype(bool),
        ("延期",): rows["extended_days"] > 0,
        ("12345转办",): rows["channel"].eq("12345转办"),
    }
    for flags, wanted in expected.items():
        assert wanted.any(), flags
        assert ids(search(city.whole, Search(flags=flags), as_of=NOW).rows) == ids(rows[wanted])
    for flag in FLAGS:
        assert search(city.whole, Search(flags=(flag,)), as_of=NOW).total <= len(rows)


@pytest.mark.parametrize("clock", CLOCK_STATES)
def test_a_clock_state_has_as_many_cases_as_its_number(city: Casebase, clock: str) -> None:
    within = Slice(area="410105")
    assert search(city.whole, Search(clock=clock), as_of=NOW, within=within).total == count_cases(
        city.whole, clock, as_of=NOW, within=within
    )


def test_days_of_registration_find_what_words_find(city: Casebase, rows: pd.DataFrame) -> None:
    october = Period(date(2026, 10, 1), date(2026, 10, 31))
    found = search(city.whole, Search(registered=october), as_of=NOW)
    days = rows[rows["registered_at"].between("2026-10-01", "2026-11-01", inclusive="left")]
    assert ids(found.rows) == ids(days)
    assert (days["channel"] == HOTLINE).any()
    number = measure(city.whole, ["registered"], as_of=NOW, period=october)["hits"].iloc[0]
    assert number == (days["channel"] != HOTLINE).sum()


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("descending", [True, False])
def test_pages_put_together_are_the_whole_in_order(city: Casebase, order: str, descending: bool) -> None:
    asked = Search(flags=("简单诉求",))
    whole = search(city.whole, asked, as_of=NOW, order=order, descending=descending, columns=[order])
    pages = [
        search(
            city.whole, asked, as_of=NOW, order=order, descending=descending, columns=[order], limit=150, offset=offset
        )
        for offset in range(0, whole.total, 150)
    ]
    assert all(page.total == whole.total for page in pages)
    together = pd.concat([page.rows for page in pages])
    assert together["petition_id"].tolist() == whole.rows["petition_id"].tolist()
    known = whole.rows[order].dropna()
    if order != "case_no":  # two engines, two orders of text
        assert known.is_monotonic_decreasing if descending else known.is_monotonic_increasing
    assert whole.rows[order].isna().to_numpy()[: len(known)].sum() == 0  # empty ones last


def test_a_page_beyond_the_end_still_knows_the_total(city: Casebase) -> None:
    whole = search(city.whole, Search(), as_of=NOW, limit=1).total
    found = search(city.whole, Search(), as_of=NOW, limit=10, offset=whole + 5)
    assert (len(found.rows), found.total) == (0, whole)


def test_all_columns_can_be_shown_and_nothing_is_known_before_it_happened(city: Casebase, rows: pd.DataFrame) -> None:
    found = search(city.whole, Search(), as_of=NOW, columns=SEARCH_COLUMNS).rows.set_index("petition_id")
    assert set(SEARCH_COLUMNS) - {"petition_id"} == set(found.columns)
    for name in ("forwarded_at", "accepted_at", "closed_at", "evaluated_at"):
        assert (pd.to_datetime(found[name]).dropna() <= NOW).all()
    people = rows.set_index("petition_id")["people"]
    assert found["people"].astype(int).sort_index().tolist() == people.sort_index().tolist()


def test_flags_of_a_case_stand_in_one_column_and_each_finds_its_cases(city: Casebase, rows: pd.DataFrame) -> None:
    columns = {
        "联名": rows["is_joint"],
        "越级": rows["is_skip_level"],
        "赴省": rows["registering_level"] == "省",
        "进京": rows["registering_level"] == "国家",
        "扬言": rows["is_threat"],
        "领导包案": rows["leader_assigned"],
        "积案": rows["is_long_standing"],
    }
    flags = pd.DataFrame({word: flag.fillna(False).astype(bool) for word, flag in columns.items()})
    flags.index = rows["petition_id"]
    found = search(city.whole, Search(), as_of=NOW, columns=["flags"], limit=len(rows)).rows.set_index("petition_id")[
        "flags"
    ]
    wanted = flags.apply(lambda case: "、".join(word for word in columns if case[word]), axis=1)
    assert found.sort_index().fillna("").tolist() == wanted.sort_index().tolist()
    for word in columns:
        assert search(city.whole, Search(flags=(word,)), as_of=NOW).total == flags[word].sum(), word


@pytest.mark.parametrize(
    ("asked", "more", "said"),
    [
        (Search(flags=("蓝色",)), {}, "flag 蓝色"),
        (Search(clock="registered"), {}, "clock registered"),
        (Search(), {"order": "title"}, "order title"),
        (Search(), {"columns": ["petitioner_name"]}, "column petitioner_name"),
    ],
)
def test_wrong_questions_are_refused(duckdb_city: Casebase, asked: Search, more: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        search(duckdb_city, asked, as_of=NOW, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", "标题1"])
def test_months_of_what_is_looked_for_stand_beside_the_year_before(
    city: Casebase, rows: pd.DataFrame, text: str
) -> None:
    found = by_month(city.whole, Search(text=text, registered=Period(date(2026, 11, 1), date(2026, 11, 2))), as_of=NOW)
    wanted = rows[says(rows, text)]["registered_at"]
    assert found["at"].tolist() == list(pd.date_range("2025-12-01", "2026-11-01", freq="MS"))
    for at, value, last_year in found.itertuples(index=False):
        end = min(at + pd.DateOffset(months=1), pd.Timestamp(NOW))
        year = pd.DateOffset(years=1)
        assert value == ((wanted >= at) & (wanted < end)).sum()
        assert last_year == ((wanted >= at - year) & (wanted < end - year)).sum()
    assert found["value"].sum() > 0
    assert found["last_year"].sum() > 0


def test_a_number_is_found_in_capitals_or_not(city: Casebase) -> None:
    large, small = (search(city.whole, Search(text=text), as_of=NOW) for text in ("N12", "n12"))
    assert ids(large.rows) == ids(small.rows) != set()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (" ".join(f"词{n}" for n in range(13)), "一次最多查 12 个词，现在有 13 个"),
        ("长" * 61, "一个词最长 60 字，现在最长的有 61 字"),
    ],
)
def test_words_are_bounded_in_number_and_length(duckdb_city: Casebase, text: str, said: str) -> None:
    for question in (search, by_month):
        with pytest.raises(UsageError, match=f"^{said}$"):
            question(duckdb_city.whole, Search(text=text), as_of=NOW)
    assert (
        search(duckdb_city.whole, Search(text=" ".join(["标题1"] * 500)), as_of=NOW).total > 0
    )  # one word, said often
    assert search(duckdb_city.whole, Search(text=" ".join(f"词{n}" for n in range(12))), as_of=NOW).total == 0
