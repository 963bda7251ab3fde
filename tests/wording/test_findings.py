"""The sentence above a picture says what the picture shows."""

from datetime import date

import pandas as pd
import pytest

from queries.decompose import Change
from queries.registry import METRICS
from queries.subjects import RECEPTION_AGES
from wording import findings


def places(*rows: tuple[str, float, int]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["name", "value", "among"])
    return frame.assign(small=frame["among"] < 30)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("金水区", 30, 30), ("中原区", 10, 10)], "金水区最多，30 件次，占全市 75.00%"),
        ([("金水区", 7, 7), ("中原区", 7, 7), ("二七区", 7, 7)], "金水区、中原区等 3 个各 7 件次"),
        ([("金水区", 7, 7), ("中原区", 7, 7), ("二七区", 2, 2)], "金水区、中原区并列最多，各 7 件次"),
        ([("金水区", 0, 0)], "没有"),
        ([], "没有"),
    ],
)
def test_most(rows: list[tuple[str, float, int]], said: str) -> None:
    assert findings.most(places(*rows), "全市", none="没有") == said


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            [("惠济区", 0.8824, 51), ("小单位", 0.0, 2), ("中牟县", 1.0, 85)],
            "30 件次以上的区县中，惠济区最低，88.24%，低于目标 6.76 百分点",
        ),
        ([("惠济区", 0.96, 50), ("中牟县", 1.0, 85)], "各区县全部达标，最低的惠济区 96.00%"),
        ([("惠济区", 0.949999, 50)], "只有惠济区，95.00%，略低于目标"),
        ([("惠济区", 0.9333, 50), ("小单位", 0.0, 2)], "只有惠济区满 30 件次可比，93.33%，不排名次"),
        ([("小单位", 0.0, 2)], "只有小单位，不足 30 件次（样本少）"),
        ([("小单位", 0.0, 2), ("另一家", 1.0, 3)], "各区县都不足 30 件次（样本少），不宜排名"),
        ([], "这一时段没有应办结的简单诉求"),
    ],
)
def test_lowest(rows: list[tuple[str, float, int]], said: str) -> None:
    assert findings.lowest(places(*rows), 0.95, "各区县", few=30) == said


def test_the_fullest_month_is_named() -> None:
    frame = pd.DataFrame({"label": ["5月", "6月", "7月"], "value": [3, 887, 12]})
    assert findings.fullest_month("12345转办", frame, "件次") == "12345转办，6月最多，887 件次"
    alike = frame.assign(value=[9, 2, 9])
    assert findings.fullest_month("12345转办", alike, "件次") == "12345转办，5月、7月最多，各 9 件次"
    assert findings.fullest_month("12345转办", frame.assign(value=0), "件次") == "12345转办，这些月份都没有"


def test_lowest_without_a_target() -> None:
    assert findings.lowest(places(("惠济区", 0.5, 40)), None, "各区县", few=30) == "只有惠济区，50.00%"


@pytest.mark.parametrize(
    ("came", "went", "after", "said"),
    [
        ([5, 3], [2, 2, 1], 103, "近 2 天新收 8、办结 4、未予办理 1 件次，在办增加 3 件次（+3.0%）"),
        ([5, 3], [2, 2], 104, "近 2 天新收 8、办结 4 件次，在办增加 4 件次（+4.0%）"),
        ([0, 1], [2, 9], 90, "近 2 天新收 1、办结 11 件次，在办减少 10 件次（−10.0%）"),
        ([1, 1], [1, 1], 50, "近 2 天新收 2、办结 2 件次，在办持平"),
        ([3, 1], [1, 0], 3, "近 2 天新收 4、办结 1 件次，在办增加 3 件次"),
        # 29 is too small a base for a percentage, 30 is not.
        ([2, 1], [1, 0], 31, "近 2 天新收 3、办结 1 件次，在办增加 2 件次"),
        ([2, 1], [1, 0], 32, "近 2 天新收 3、办结 1 件次，在办增加 2 件次（+6.7%）"),
    ],
)
def test_flow(came: list[int], went: list[int], after: int, said: str) -> None:
    frame = pd.DataFrame(
        {"inflow": came, "outflow": went[:2], "not_handled": [0, sum(went[2:])], "backlog": [0, after]}
    )
    assert findings.flow(frame, few=30) == said


def test_ages() -> None:
    frame = pd.DataFrame(
        [("办理中", "5天内", 70), ("办理中", "61–90天", 20), ("待受理", "61–90天", 5), ("办理中", "90天以上", 5)],
        columns=["stage", "age", "value"],
    )
    old = ("61–90天", "90天以上")
    assert findings.ages(frame, old) == "超过 60 天的 30 件次，占 30.00%，其中办理中 25 件次"
    assert findings.ages(frame[frame["stage"] == "办理中"], old) == "超过 60 天的 25 件次，占 26.32%，都在办理中"
    assert findings.ages(frame.assign(stage=""), old) == "超过 60 天的 30 件次，占 30.00%"
    some = frame.assign(stage=frame["stage"].replace("办理中", ""))
    assert findings.ages(some, old).startswith("超过 60 天的 30 件次，占 30.00%，其中")
    assert findings.ages(frame.head(1), old) == "没有超过 60 天的在办件"
    assert findings.ages(frame.head(0), old) == "没有这类在办件"


@pytest.mark.parametrize(
    ("value", "last_year", "title"),
    [
        ([30.0, 36.0], [30.0, 30.0], "近 2 个月登记 66 件次，较上年同期 +10.0%"),
        ([10.0, 12.0], [10.0, 10.0], "近 2 个月登记 22 件次，较上年同期 增加 2 件次"),
        ([None, 12.0], [None, None], "近 1 个月登记 12 件次"),
        ([10.0, 12.0], [None, 10.0], "近 2 个月登记 22 件次，上年同期没有全部数据"),
        ([10.0, 12.0], [0.0, 0.0], "近 2 个月登记 22 件次，较上年同期 增加 22 件次"),
        ([None, None], [None, None], "近 0 个月登记 0 件次"),
    ],
)
def test_searched(value: list[float | None], last_year: list[float | None], title: str) -> None:
    frame = pd.DataFrame({"value": value, "last_year": last_year}, dtype=float)
    assert findings.search_result(frame, few=30) == title


def test_due() -> None:
    frame = pd.DataFrame({"day": [date(2026, 11, 23), date(2026, 11, 24)], "value": [2, 5]})
    assert findings.due(frame, 5) == "5 个工作日内 7 件次到期，最多的是11月24日，5 件次"
    assert findings.due(frame.assign(value=0), 5) == "5 个工作日内没有到期件"


@pytest.mark.parametrize(
    ("values", "today", "said"),
    [
        ([0.96, 0.94, 0.93], date(2026, 11, 22), "11月（至22日）93.00%，低于目标 2.00 百分点；此前 2 个月 1 个月达标"),
        ([0.91, 0.94, 0.93], date(2026, 11, 22), "11月（至22日）93.00%，低于目标 2.00 百分点；此前 2 个月都未达标"),
        ([0.96, 0.97, 0.95], date(2026, 12, 3), "2026年11月 95.00%，达到目标；此前 2 个月都达标"),
        ([0.96, 0.94, 0.95], date(2026, 12, 3), "2026年11月 95.00%，达到目标；此前 2 个月 1 个月达标"),
        ([None, None, 0.97], date(2026, 11, 22), "11月（至22日）97.00%，达到目标"),
        ([None, None, None], date(2026, 11, 22), "所选范围内没有应办结的简单诉求"),
    ],
)
def test_months(values: list[float | None], today: date, said: str) -> None:
    at = pd.to_datetime(["2026-09-01", "2026-10-01", "2026-11-01"])
    frame = pd.DataFrame({"at": at, "value": pd.array(values, dtype="float64"), "small": False})
    assert findings.months(frame, 0.95, today) == said


@pytest.mark.parametrize(
    ("small", "target", "title"),
    [
        ([False, False, True], 0.95, "11月（至22日）52.63%（样本少，不作评判）；此前 2 个月 1 个月达标"),
        ([True, False, False], 0.95, "11月（至22日）52.63%，低于目标 42.37 百分点；此前样本足够的 1 个月未达标"),
        ([True, True, True], 0.95, "11月（至22日）52.63%（样本少，不作评判）"),
        ([True, True, True], None, "11月（至22日）52.63%（样本少）"),
    ],
)
def test_months_of_small_samples_are_not_judged(small: list[bool], target: float | None, title: str) -> None:
    at = pd.to_datetime(["2026-09-01", "2026-10-01", "2026-11-01"])
    frame = pd.DataFrame({"at": at, "value": [0.96, 0.94, 10 / 19], "small": small})
    assert findings.months(frame, target, date(2026, 11, 22)) == title


def test_closings() -> None:
    frame = pd.DataFrame({"days": [1, 3, 5, 6], "cases": [30, 30, 30, 10]})
    assert findings.closings(frame, 5, 0.25) == "25.0% 压在期限当天办结，10.0% 超过 5 个工作日；中位数 3 个工作日"
    assert findings.closings(frame.head(3), 5, 1 / 3) == (
        "33.3% 压在期限当天办结，没有超过 5 个工作日的；中位数 3 个工作日"
    )
    longest = pd.DataFrame({"days": range(12), "cases": [0] * 10 + [9, 1]})
    assert "10.0% 超过 10 个工作日；" in findings.closings(longest, 15, 0.1), "11 stands for all that took longer"
    assert findings.closings(frame.assign(cases=0), 5, float("nan")) == "所选时段没有办结的简单诉求"


@pytest.mark.parametrize(("cases", "median"), [([1, 0, 0], 0), ([1, 1, 1], 3), ([50, 1, 49], 0), ([49, 1, 50], 3)])
def test_median_is_the_day_by_which_half_are_closed(cases: list[int], median: int) -> None:
    assert findings.median_days(pd.DataFrame({"days": [0, 3, 9], "cases": cases})) == median


def test_hot_names_the_fullest_square() -> None:
    points = pd.DataFrame({"name": ["枫杨街道一带", "马寨镇一带"], "weight": [1200, 18]})
    assert findings.hot_squares(points) == "枫杨街道一带最集中，约 1 公里见方内 1,200 件次；前 2 个方格共 1,218 件次"
    assert findings.hot_squares(points.head(1)) == "枫杨街道一带最集中，约 1 公里见方内 1,200 件次"


@pytest.mark.parametrize(
    ("workers", "said"),
    [
        ([3, 0, 2], "3 个微网格中 1 个没有在岗网格员：第2微网格"),
        ([3, 1, 2], "3 个微网格都有在岗网格员"),
    ],
)
def test_staffed(workers: list[int], said: str) -> None:
    frame = pd.DataFrame({"name": ["第1微网格", "第2微网格", "第3微网格"], "value": workers})
    assert findings.staffing(frame, "微网格") == said


@pytest.mark.parametrize(
    ("shares", "moved", "heard", "said"),
    [
        ((0.7, 0.6), (0.1, 0.02, 0.18), 200, "听证件化解率 70.00%，比可比件高 10.00 百分点，差异明显"),
        ((0.6, 0.7), (-0.1, -0.18, -0.02), 200, "听证件化解率 60.00%，比可比件低 10.00 百分点，差异明显"),
        ((0.7, 0.6), (0.1, -0.02, 0.22), 200, "听证件化解率 70.00%，比可比件高 10.00 百分点，在误差之内"),
        ((0.6, 0.6), (0.0, -0.1, 0.1), 200, "听证件化解率 60.00%，与可比件持平，在误差之内"),
        ((0.7, 0.6), (0.1, 0.02, 0.18), 29, "听证件化解率 70.00%，比可比件高 10.00 百分点，样本少"),
        ((float("nan"), float("nan")), (float("nan"),) * 3, 0, "听证件太少，还不能与未听证件比较"),
    ],
)
def test_heard(shares: tuple[float, float], moved: tuple[float, float, float], heard: int, said: str) -> None:
    frame = pd.DataFrame({"value": shares, "hits": [1, 1], "among": [heard, 9000]})
    assert findings.hearing_effect(frame, moved, 30) == said


def test_beside_tells_both_numbers_and_the_interval() -> None:
    frame = pd.DataFrame({"value": [0.7, 0.6], "hits": [70, 6100], "among": [100, 10_000]})
    said = findings.comparable_cases(frame, (0.1, -0.02, 0.22))
    assert said.startswith("听证件 100 件次，化解 70 件次；可比件 10,000 件次，加权后化解率 60.00%。")
    assert said.endswith("相差 +10.00 百分点，误差范围 −2.00 至 +22.00 百分点。")


def test_outlook_says_what_is_lost_if_nothing_closes() -> None:
    frame = pd.DataFrame(
        {"days": [0, 3], "hits": [90, 90], "among": [100, 120], "value": [0.9, 0.75], "falling": [0, 20]}
    )
    assert findings.outlook(frame, "五日办结率", "11月") == (
        "若不再办结，3 个工作日后五日办结率降到 75.00%，少 15.00 百分点，20 件次到期"
    )
    rising = frame.assign(value=[0.9, 0.901])
    assert findings.outlook(rising, "五日办结率", "11月") == (
        "若不再办结，3 个工作日后五日办结率升到 90.10%，多 0.10 百分点，20 件次到期"
    )
    still = frame.assign(among=100, value=0.9, falling=0)
    assert findings.outlook(still, "五日办结率", "11月") == "3 个工作日内没有11月到期的件，五日办结率不会因此下降"
    assert findings.outlook(frame.assign(among=0), "五日办结率", "11月") == "没有11月到期的件"
    first = frame.assign(value=[float("nan"), 0.0])
    assert findings.outlook(first, "五日办结率", "11月") == "若不再办结，3 个工作日后五日办结率为 0.00%"


def test_peak_names_the_fullest_day_of_each_limit() -> None:
    days = [date(2026, 11, 22), date(2026, 11, 23)] * 2
    frame = pd.DataFrame({"row": ["五日期限"] * 2 + ["办结期限"] * 2, "day": days, "value": [1, 4, 0, 0]})
    assert findings.peak(frame) == "五日期限11月23日最多，4 件次；没有办结期限到期的件"


def test_highest_of_a_rate_that_is_no_merit_leaves_small_samples_out() -> None:
    rows = pd.DataFrame({"name": ["甲", "乙", "丙"], "value": [0.9, 0.4, 0.2], "small": [True, False, False]})
    metric = METRICS["petitions_after_mediation"]
    said = "30 件次以上的纠纷类型中，乙最高，40.00%"
    assert findings.ranking(rows, metric, None, "纠纷类型", "全市", few=30) == said
    assert findings.highest(rows.assign(small=True), metric, "各区", few=30) == "各区都不足 30 件次（样本少），不宜排名"
    assert findings.highest(rows.head(0), metric, "各区", few=30) == "各区这一时段没有可计调解后转信访率的记录"


def test_why_names_the_change_and_its_largest_part() -> None:
    bars = pd.DataFrame({"name": ["金水区", "二七区"], "value": [5, -9]})
    moved = Change(96.0, 100.0, pd.DataFrame())
    assert findings.change_reason(METRICS["registered"], moved, bars, "较上月同期") == (
        "登记量较上月同期 −4 件次，二七区影响最大，−9"
    )
    rate = Change(0.95, 0.94, pd.DataFrame())
    parts = bars.assign(value=[0.02, -0.01])
    assert findings.change_reason(METRICS["five_day_closure"], rate, parts, "较上年同期") == (
        "五日办结率较上年同期 +1.00 百分点，金水区影响最大，+2.00 百分点"
    )
    none = Change(0.95, float("nan"), pd.DataFrame())
    assert (
        findings.change_reason(METRICS["five_day_closure"], none, parts, "较上年同期")
        == "五日办结率较上年同期没有可比的数"
    )
    same = Change(7.0, 7.0, pd.DataFrame())
    assert (
        findings.change_reason(METRICS["registered"], same, bars.assign(value=0), "较上月同期")
        == "登记量较上月同期持平"
    )


def test_a_share_of_the_whole_counts_what_nobody_filled_in() -> None:
    rows = pd.DataFrame({"name": ["甲", "乙"], "value": [6, 2]})
    metric = METRICS["registered"]
    assert findings.ranking(rows, metric, None, "类", "全市", few=30) == "甲最多，6 件次，占全市 75.00%"
    assert findings.ranking(rows, metric, None, "类", "全市", few=30, nameless=4) == "甲最多，6 件次，占全市 50.00%"
    alone = rows.head(1)
    assert findings.most(alone, "全市", none="无") == "只有甲，6 件次"
    assert findings.most(alone, "全市", none="无", nameless=6) == "甲最多，6 件次，占全市 50.00%"
    assert findings.most(rows.assign(value=0), "全市", none="无", nameless=6) == "无"


def test_what_nobody_filled_in_has_most_of_nothing() -> None:
    rows = pd.DataFrame({"code": ["", "a", "b"], "name": ["未填写", "甲区", "乙区"], "value": [50, 30, 20]})
    assert findings.most(rows, "全市", none="没有") == "甲区最多，30 件次，占全市 30.00%"
    assert findings.most(rows, "全市", none="没有", nameless=100) == "甲区最多，30 件次，占全市 15.00%"
    assert findings.most(rows.head(2), "全市", none="没有") == "甲区最多，30 件次，占全市 37.50%"
    assert findings.most(rows.head(1), "全市", none="没有") == "50 件次都没有填写"
    assert findings.most(rows.head(0), "全市", none="没有") == "没有"


def test_what_nobody_filled_in_is_neither_lowest_nor_highest() -> None:
    rows = pd.DataFrame(
        {
            "code": ["", "a", "b"],
            "name": ["未填写", "甲区", "乙区"],
            "value": [0.5, 0.9, 0.8],
            "among": 50,
            "small": False,
        }
    )
    assert findings.lowest(rows, None, "各区", few=30) == "乙区最低，80.00%"
    worst = rows.assign(value=[0.99, 0.9, 0.8])
    assert findings.highest(worst, METRICS["repeat_rate"], "各区", few=30) == "甲区最高，90.00%"


def test_places_without_an_agent() -> None:
    assert findings.uncovered(pd.DataFrame({"hits": [5, 7], "among": [8, 7]})) == "3 个社区（村）没有代办员"
    assert findings.uncovered(pd.DataFrame({"hits": [7], "among": [7]})) == "社区（村）都有代办员"
    assert findings.uncovered(pd.DataFrame({"hits": [], "among": []})) == "没有可计代办员覆盖的社区（村）"


def test_what_agents_accompany() -> None:
    loads = pd.DataFrame({"cases": [1, 4], "agents": [3, 1]})
    assert findings.accompanying(loads) == "4 名代办员代办 7 件次，平均每人 1.8 件次"
    assert findings.accompanying(loads.head(0)) == "这一时段没有代办件"


def test_orders_of_supervision_and_their_answers() -> None:
    cells = pd.DataFrame({"value": [100, 17, 3], "role": ["none", "none", "bad"]})
    assert findings.answers(cells) == "发督办函 120 件，3 件逾期"
    assert findings.answers(cells.head(0)) == "这一时段没有发督办函"
    by_result = pd.DataFrame({"hits": [96, 0], "among": [96, 21]})
    assert findings.answered(by_result) == "督办反馈 117 件，已办结 82.05%"
    assert findings.answered(by_result.head(0)) == "这一时段没有督办反馈"


def test_receptions_that_are_open() -> None:
    counts = pd.Series({RECEPTION_AGES[0]: 21, RECEPTION_AGES[-1]: 3})
    assert findings.open_receptions(counts) == "未办结 24 批次，3 批次超过 60 天"
    assert findings.open_receptions(counts.head(1)) == "未办结 21 批次，都在 60 天以内"
    assert findings.open_receptions(counts.head(0)) == "接访的事都已办结"
