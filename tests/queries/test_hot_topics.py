"""热点问题: the list behind every topic, planted surges, the bound on shuffled cases, and the real messages."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import select, update

from casebase import schema
from casebase.bulk_insert import append
from casebase.engine import Casebase
from casebase.loading import load, read_map
from casebase.settings import ROOT
from queries.cases import cases, count_cases
from queries.hot_topics import (
    FALSE_ALARM_CHANCE,
    METRIC,
    Stretches,
    class_series,
    clusters,
    counts_by_stretch,
    rising_words,
    topics,
    totals_of,
    words,
)
from queries.model import EVERYTHING, Slice
from queries.segmentation import occurrences
from queries.segmentation import words as words_of
from queries.surges import STRETCHES, rising
from tests.queries.reference import Reference

NOON = datetime(2026, 11, 22, 12)
SHUFFLES = 150
TEXTS = ("楼上装修噪声扰民", "小区停车难", "工资拖欠三个月", "道路破损无人修", "电梯故障频发", "供水不足")
LEAK = "自来水有异味，100%不能喝"


@pytest.fixture
def planted(empty_casebase: Casebase) -> Casebase:
    """Six classes in three districts, 40 cases a week; in the last week 30 more of one class, place and word."""
    draw = np.random.default_rng(11)
    usual = 40 * (STRETCHES + 1)
    kind, district = draw.integers(0, 6, usual), draw.integers(0, 3, usual)
    rows = pd.DataFrame(
        {
            "category_code": [f"0{n + 1}1" for n in kind],
            "district_code": [f"41010{n}" for n in district],
            "title": [f"第{n}件：{TEXTS[k]}" for n, k in enumerate(kind)],
            "registered_at": [NOON - timedelta(hours=float(h)) for h in draw.uniform(0, 24 * 63 - 13, usual)],
            "lon": 113.6 + district / 10 + draw.uniform(0, 0.05, usual),
            "lat": 34.7,
        }
    )
    surge = pd.DataFrame(
        {
            "category_code": "021",
            "district_code": "410101",
            "title": None,
            "body": [f"{LEAK}（{n}）" for n in range(30)],
            "registered_at": [NOON - timedelta(hours=3 * n) for n in range(30)],
            "lon": 113.755,
            "lat": 34.755,
        }
    )
    whole = pd.concat([rows, surge], ignore_index=True)
    number = range(1, len(whole) + 1)
    whole = whole.assign(petition_id=number, case_no=[f"N{n}" for n in number], source="test", updated_at=NOON)
    classes = [{"code": f"0{n}", "name": f"类{n}"} for n in range(1, 7)]
    classes += [{"code": f"0{n}1", "name": f"类{n}之一", "parent_code": f"0{n}"} for n in range(1, 7)]
    areas = [{"code": f"41010{n}", "name": f"区{n}", "level": 2, "parent_code": "4101"} for n in range(3)]
    with empty_casebase.writing() as connection:
        append(connection, schema.area, pd.DataFrame(areas))
        append(connection, schema.category, pd.DataFrame(classes))
        append(connection, schema.petition, whole.assign(channel="网信"))
    return empty_casebase


def listed(casebase: Casebase, **cell: str) -> int:
    """How many cases a cell of the last week opens."""
    window = Stretches(NOON, 7).window
    return count_cases(casebase.whole, METRIC, as_of=NOON, period=window, within=Slice().narrow(**cell))


def test_a_planted_surge_is_named_by_class_word_and_square(planted: Casebase) -> None:
    first = topics(planted.whole, as_of=NOON).iloc[0]
    assert (dict(first["cell"])["district"], first["alarm"]) == ("410101", True)
    assert first["name"] in ("类2 · 区1", "类2之一 · 区1")
    assert first["observed"] == listed(planted, **dict(first["cell"])) == first["course"][-1]
    assert first["observed"] > 4 * first["expected"]
    found = words(planted.whole, as_of=NOON)
    assert found["word"].iloc[0] == "自来水"
    assert found["observed"].iloc[0] == 30
    assert found["expected"].iloc[0] == 0
    square = clusters(planted.whole, as_of=NOON).iloc[0]
    assert (square["code"], square["cases"], square["alarm"], square["place"]) == ("11375_3475", 30, True, "区1")


def test_of_a_class_and_its_parts_only_one_is_named(planted: Casebase) -> None:
    parents = {f"0{n}1": f"0{n}" for n in range(1, 7)}
    known = [
        set(cell) | {("category", parents[c]) for n, c in cell if n == "subcategory"}
        for cell in topics(planted.whole, as_of=NOON)["cell"]
    ]
    assert len(known) > 3
    assert not any(a <= b for n, a in enumerate(known) for m, b in enumerate(known) if n != m)


@pytest.mark.parametrize("within", [EVERYTHING, Slice(area="410105"), Slice(category="01"), Slice(channel="网信")])
@pytest.mark.parametrize("as_of", [NOON, datetime(2026, 9, 29, 12, 30)])
@pytest.mark.parametrize("days", [7, 28])
def test_every_topic_opens_as_many_cases_as_it_counts(
    city: Casebase, as_of: datetime, days: int, within: Slice
) -> None:
    window = Stretches(as_of, days).window
    place = "street" if within.area else "district"
    found = topics(city.whole, as_of=as_of, days=days, within=within, place=place)
    assert len(found)
    for cell, observed, before in found[["cell", "observed", "year_before"]].itertuples(index=False):
        narrowed = within.narrow(**dict(cell))
        assert count_cases(city.whole, METRIC, as_of=as_of, period=window, within=narrowed) == observed
        assert before >= 0
    squares = clusters(city.whole, as_of=as_of, days=days, within=within, most=5)
    for code, number in squares[["code", "cases"]].itertuples(index=False):
        assert (
            count_cases(city.whole, METRIC, as_of=as_of, period=window, within=within.narrow(hot_cell=code)) == number
        )


def test_stretches_are_cut_at_the_same_phase_of_the_week(duckdb_city: Casebase, reference: Reference) -> None:
    found = (
        counts_by_stretch(duckdb_city.whole, Stretches(NOON, 7), EVERYTHING, ["category"])
        .groupby("stretch")["hits"]
        .sum()
    )
    rows = reference.registered(NOON)["when"]
    for n in range(STRETCHES + 1):
        end = NOON - timedelta(days=7 * n)
        start = datetime.combine(end.date() - timedelta(days=6), time.min)
        assert found.get(n, 0) == rows.between(start, end).sum()


@pytest.mark.parametrize(
    ("word", "number"),
    [("自来水", 30), ("100%", 30), ("100%不", 30), ("1_0", 0), ("%", 30), ("没有这个词", 0), ("（7）", 1)],
)
def test_a_word_opens_the_cases_that_hold_it_to_the_letter(planted: Casebase, word: str, number: int) -> None:
    assert listed(planted, word=word) == number
    rows = cases(planted.whole, METRIC, as_of=NOON, within=Slice().narrow(word=word))
    assert len(rows) == number


def test_every_word_opens_as_many_cases_as_it_counts(messages: Casebase) -> None:
    as_of = datetime(2014, 7, 16, 23)
    told = 0
    for weeks in range(0, 200, 4):
        then = as_of - timedelta(weeks=weeks - 120)
        found = words(messages.whole, as_of=then, days=28)
        window = Stretches(then, 28).window
        for word, observed, course in found[["word", "observed", "course"]].itertuples(index=False):
            told += 1
            within = Slice().narrow(word=word)
            assert (
                count_cases(messages.whole, METRIC, as_of=then, period=window, within=within) == observed == course[-1]
            )
    assert told < 50 * FALSE_ALARM_CHANCE * 4


@pytest.mark.parametrize("days", [7, 28])
def test_shuffled_cases_raise_an_alarm_no_more_often_than_the_bound(duckdb_city: Casebase, days: int) -> None:
    """The cases keep their class and place, and change the time with each other: nothing rises any more."""
    found = counts_by_stretch(duckdb_city.whole, Stretches(NOON, days), EVERYTHING, ["subcategory", "district"])
    rows = found.loc[found.index.repeat(found["hits"])].assign(hits=1).reset_index(drop=True)
    parents = {code: code[:2] for code in rows["subcategory"].dropna().unique()}
    draw = np.random.default_rng(days)
    alarms = 0
    for _ in range(SHUFFLES):
        shuffled = rows.assign(stretch=draw.permutation(rows["stretch"].to_numpy()))
        _, counts = class_series(shuffled, parents, "district")
        alarms += bool(rising(counts, totals_of(shuffled), FALSE_ALARM_CHANCE / 3)["alarm"].any())
    assert len(rows) > 100
    assert alarms / SHUFFLES <= FALSE_ALARM_CHANCE / 3


def test_shuffled_messages_raise_no_word_more_often_than_the_bound(messages: Casebase) -> None:
    p = schema.petition.c
    with messages.reading() as connection:
        texts = [
            f"{title} {body}" for title, body in connection.execute(select(p.title, p.body).order_by(p.petition_id))
        ]
    matrix, vocabulary = occurrences(texts, 10, 0.1)
    draw = np.random.default_rng(5)
    stretch = np.sort(draw.integers(0, STRETCHES + 1, len(texts)))
    alarms = 0
    for _ in range(60):
        draw.shuffle(stretch)
        alarms += bool(rising_words(matrix, stretch)["alarm"].any())
    assert len(vocabulary) > 2000
    assert alarms / 60 <= FALSE_ALARM_CHANCE / 3


def test_a_city_without_cases_has_no_topic(empty_casebase: Casebase) -> None:
    asked: dict[str, Any] = {"as_of": NOON, "days": 7}
    assert topics(empty_casebase.whole, **asked).empty
    assert words(empty_casebase.whole, **asked).empty
    assert clusters(empty_casebase.whole, **asked).empty


@pytest.fixture(scope="module")
def messages(shared_data: Path, new_url: Callable[[str], str], casebase_of: Callable[[str], Casebase]) -> Casebase:
    """2,816 real messages of citizens to leaders."""
    casebase = casebase_of(new_url("duckdb"))
    file = shared_data / "cases" / "messages_cn_2011_2020.csv.gz"
    load(casebase, file, read_map(ROOT / "maps" / "messages_cn.toml"), now=NOON)
    return casebase


def test_words_occur_in_the_texts_that_each_segmented_by_itself_hold_them() -> None:
    texts = [
        "投诉未来路社区天然气管道未通气问题\n来电人反映：近期，天然气管道未通气。请求有关部门现场查看！",
        "",
        "请求有关部门现场查看；登记后一直没有回音，请求有关部门现场查看？",
        "天然气A12管道（未来路）近期、停气",
        "。，：",
    ]
    matrix, vocabulary = occurrences(texts)
    held = [{vocabulary[n] for n in matrix[row].indices} for row in range(len(texts))]
    assert held == [set(words_of(text)) for text in texts]
    assert vocabulary == sorted(set().union(*held))
    assert set(matrix.data.tolist()) == {1}
    in_two, names = occurrences(texts, 2, 0.5)
    assert names == sorted(word for word in vocabulary if sum(word in words for words in held) == 2)
    assert in_two.sum() == 2 * len(names) > 0
    for nothing, rows in (([], 0), (["", "。"], 2)):
        matrix, vocabulary = occurrences(nothing)
        assert (matrix.shape, vocabulary) == ((rows, 0), [])


@pytest.mark.parametrize("is_petitioner", [True, False])
def test_who_comes_often_is_no_topic(planted: Casebase, is_petitioner: bool) -> None:
    p = schema.petition
    name = {"petitioner_name": "诸葛孔明"} if is_petitioner else {}
    with planted.writing() as connection:
        named = update(p).values(title=p.c.title + "，诸葛孔明反映", **name)
        connection.execute(named.where(p.c.registered_at > NOON - timedelta(days=6), ~p.c.title.contains("自来水")))
    risen = words(planted.whole, as_of=NOON)
    said = {*risen["word"], *(word for words_ in risen["with_it"] for word in words_)}
    assert any("异味" in word for word in said)
    assert any("孔明" in word for word in said) is not is_petitioner
