"""A superlative is true of all, or says of whom; whoever shares it is told."""

import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.decompose import Change
from queries.model import Kind, Polarity
from queries.registry import METRICS
from views import words
from wording import findings

FEW = 30
unhurried = settings(deadline=None, max_examples=60)
# Few different values, so that many share them; names that hold no other's name.
RATES = st.sampled_from([0.0, 0.5, 0.9, 0.9333, 0.95, 1.0, float("nan")])
ROWS = st.lists(st.tuples(RATES, st.integers(1, 60)), max_size=8)
COUNTS = st.lists(st.integers(0, 4), max_size=8)


def frame_of(rows: list[tuple[float, int]]) -> pd.DataFrame:
    frame = pd.DataFrame([(f"区{chr(65 + n)}", *row) for n, row in enumerate(rows)], columns=["name", "value", "among"])
    return frame.astype({"value": "float64"}).assign(small=frame["among"] < FEW)


def named(said: str) -> set[str]:
    return set(re.findall(r"区[A-H]", said))


def check(said: str, frame: pd.DataFrame, best: str) -> None:
    """The names of a sentence really are the extreme of the set that it names, and it tells how many there are."""
    known = frame.dropna(subset=["value"])
    judged = known[~known["small"]] if re.search("件次以上|件以上|可比", said) else known
    # What can be compared with nobody is neither first nor last.
    alone = len(known[~known["small"]]) == 1
    assert not (alone and re.search("最[低高慢]", said))
    assert ("可比" in said) == (alone and len(known) > 1)
    if not named(said):
        assert known.empty or known["small"].all()
        return
    extreme = judged["value"].min() if best == "min" else judged["value"].max()
    leaders = judged.loc[judged["value"] == extreme, "name"].tolist()
    assert named(said) == set(leaders[:2])
    assert (f"等 {len(leaders)} 个" in said) == (len(leaders) > 2)


@pytest.mark.parametrize("target", [None, 0.95])
@unhurried
@given(rows=ROWS)
def test_lowest(target: float | None, rows: list[tuple[float, int]]) -> None:
    frame = frame_of(rows)
    said = findings.lowest(frame, target, "各区县", few=FEW)
    check(said, frame, "min")
    if target and "全部达标" in said:
        reached = frame.dropna(subset=["value"])
        reached = reached[~reached["small"]] if "件次以上" in said else reached
        assert (reached["value"] >= target).all()


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, m in METRICS.items()
        if m.kind in (Kind.RATE, Kind.COUNT) and name in ("five_day_closure", "repeat_rate", "grids_staffed", "overdue")
    ],
)
@unhurried
@given(rows=ROWS)
def test_rankings_of_any_number(name: str, rows: list[tuple[float, int]]) -> None:
    metric, frame = METRICS[name], frame_of(rows)
    if metric.kind is Kind.COUNT:
        frame = frame.assign(value=frame["value"].fillna(0).round() * 3, small=False)
        if not frame["value"].sum():
            return
    said = findings.ranking(frame, metric, None, "区县", "全市", few=FEW)
    best = "min" if metric.kind is Kind.RATE and metric.polarity is Polarity.UP_GOOD else "max"
    check(said, frame, best)


@unhurried
@given(rows=ROWS)
def test_per_head(rows: list[tuple[float, int]]) -> None:
    frame = frame_of(rows).assign(small=False)
    check(findings.ranking(frame, METRICS["cases_per_10k"], None, "区县", "全市", few=FEW), frame, "max")


@unhurried
@given(rows=ROWS)
def test_slowest(rows: list[tuple[float, int]]) -> None:
    frame = frame_of(rows).dropna(subset=["value"])
    check(findings.slowest(frame, "小时", "各街道", few=FEW, nothing="没有"), frame, "max")


@unhurried
@given(counts=COUNTS)
def test_most(counts: list[int]) -> None:
    frame = frame_of([(float(count), FEW) for count in counts])
    said = findings.most(frame, "全市", none="没有")
    if any(counts):
        check(said, frame, "max")
    else:
        assert said == "没有"


@unhurried
@given(counts=COUNTS.filter(bool))
def test_leading_of_counts_by_name(counts: list[int]) -> None:
    series = pd.Series(counts, index=[f"区{chr(65 + n)}" for n in range(len(counts))])
    frame = frame_of([(float(count), FEW) for count in counts])
    check(findings.leading(series, "人"), frame, "max")


@unhurried
@given(counts=COUNTS.filter(any))
def test_fullest_days_are_all_told(counts: list[int]) -> None:
    days = pd.date_range("2026-11-02", periods=len(counts)).date
    frame = pd.DataFrame({"row": "五日期限", "day": days, "value": counts})
    top = [words.day(day) for day, count in zip(days, counts, strict=True) if count == max(counts)]
    for said in (findings.due(frame, 5).split("最多的是")[1], findings.peak(frame).removeprefix("五日期限")):
        assert re.findall(r"11月\d+日", said) == top[:3]
        assert ("各" in said) == (len(top) > 1)


@unhurried
@given(counts=st.lists(st.integers(1, 4), min_size=1, max_size=8))
def test_fullest_squares_are_all_told(counts: list[int]) -> None:
    ordered = sorted(counts, reverse=True)
    points = pd.DataFrame({"name": [f"区{chr(65 + n)}" for n in range(len(counts))], "weight": ordered})
    leaders = points.loc[points["weight"] == ordered[0], "name"].tolist()
    said = findings.hot_squares(points)
    assert named(said) == set(leaders[:2])
    assert ("各" in said) == (len(leaders) > 1)


@unhurried
@given(parts=st.lists(st.integers(-3, 3), min_size=1, max_size=8).filter(any))
def test_largest_effects_are_all_told(parts: list[int]) -> None:
    bars = pd.DataFrame({"name": [f"区{chr(65 + n)}" for n in range(len(parts))], "value": parts})
    change = Change(100.0 + sum(parts), 100.0, pd.DataFrame())
    said = findings.change_reason(METRICS["registered"], change, bars, "较上月同期")
    largest = bars["value"].abs().max()
    leaders = bars.loc[bars["value"].abs() == largest, "name"].tolist()
    assert named(said) == set(leaders[:2])


def test_a_place_with_few_cases_is_not_passed_over_in_silence() -> None:
    rows = [(0.9333, 45), (0.5, 6), (1.0, 60)]
    said = findings.lowest(frame_of(rows), 0.95, "各街道（乡镇）", few=FEW)
    assert said == "30 件次以上的街道（乡镇）中，区A最低，93.33%，低于目标 1.67 百分点"
    assert findings.lowest(frame_of([(0.96, 45), (0.5, 6)]), 0.95, "各区县", few=FEW) == (
        "只有区A满 30 件次可比，96.00%，不排名次"
    )
