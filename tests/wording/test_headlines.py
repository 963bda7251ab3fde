"""The heading of a list says what the list shows."""

from datetime import datetime

import pandas as pd

from wording import headlines


def test_busiest() -> None:
    assert headlines.busiest(pd.DataFrame({"cases": [12, 3]})) == "代办最多的 2 名代办员，最多 12 件次"
    assert headlines.busiest(pd.DataFrame({"cases": []})) == "这一时段没有代办件"


def test_idle() -> None:
    assert headlines.idle(pd.DataFrame({"name": ["李明"]})) == "1 位专家这一时段没有参与"
    assert headlines.idle(pd.DataFrame({"name": []})) == "在库专家这一时段都有参与"


def test_coming_hearings() -> None:
    hearings = pd.DataFrame({"scheduled_at": [datetime(2026, 11, 24, 9), datetime(2026, 11, 25, 9)]})
    assert headlines.coming_hearings(hearings) == "待举行听证 2 场次，最近一场 11月24日 09:00"
    assert headlines.coming_hearings(hearings.head(0)) == "没有待举行的听证"


def test_oldest() -> None:
    cases = pd.DataFrame({"days_open": [180, 61], "state": ["overdue", "in_time"]})
    assert headlines.oldest(cases, "") == "最久的 2 件，登记至今 61—180 天，其中超期 1 件"
    aged = cases.assign(days_open=[3305, 1226])
    assert headlines.oldest(aged, "") == "最久的 2 件，登记至今 1,226—3,305 天，其中超期 1 件"
    assert headlines.oldest(cases, "未装入办结期限").endswith("是否超期看不出（未装入办结期限）")


def test_open_receptions() -> None:
    days = pd.Series([61, 9])
    assert headlines.open_receptions(days, most=200) == "未办结的 2 批次，最久的已 61 天"
    assert headlines.open_receptions(days, most=2) == "最久的 2 批次，最久的已 61 天"
    assert headlines.open_receptions(days + 2000, most=2) == "最久的 2 批次，最久的已 2,061 天"
    assert headlines.open_receptions(days.head(0), most=2) == "没有未办结的接访事项"


def test_open_tasks() -> None:
    days = pd.Series([61, 3])
    sentence = "在办 1,234 件，最久的已推送 61 天，超 24 小时未联系 56 件"
    assert headlines.open_tasks(1234, days, 56) == sentence
    assert headlines.open_tasks(0, days.head(0), 0) == "没有在办的网格任务"


def test_debtors() -> None:
    assert headlines.debtors(pd.DataFrame({"hits": [20, 10]})) == "2 个单位尚未反馈 30 件"
    assert headlines.debtors(pd.DataFrame({"hits": []})) == "督办情况都已反馈"


def test_open_orders() -> None:
    assert headlines.open_orders(pd.Series(["■ 超期 3 天", "● 正常 剩 9 天"])) == "最急的一件 ■ 超期 3 天"
    assert headlines.open_orders(pd.Series([], dtype=str)) == "督办件都已反馈"


def test_open_cases() -> None:
    days = pd.DataFrame({"cases": [3675], "median": [25.0], "longest": [180.0]})
    assert headlines.open_cases(days, "全市", "截至此刻") == (
        "全市在办 3,675 件次，登记至今的中位数 25 天，最长 180 天；均为截至此刻的时点数。"
    )
    assert headlines.open_cases(days.assign(cases=0), "全市", "截至此刻") == "全市没有在办的信访件。"


def test_spread_where_no_place_has_more_than_another() -> None:
    even = pd.DataFrame({"code": ["1", "2", "3"], "value": [1, 1, 1]})
    assert headlines.spread(even, "网格") == "分散在 3 个网格，各 1 件次"
    assert headlines.spread(even.assign(value=[1, 2, 1]), "网格") == ""
    assert headlines.spread(even.assign(code=["1", "", "3"]), "网格") == ""
    assert headlines.spread(even.head(1), "网格") == ""


def test_units_that_hold_what_falls_due() -> None:
    units = pd.DataFrame({"code": ["1", "2", "3"], "name": ["市住建局", "市公安局", "市信访局"], "due": [30, 11, 0]})
    sentence = "3 个工作日内 41 件次五日期限到期，涉及 2 个单位"
    assert headlines.due_units(units, "due", 3, "五日期限") == f"{sentence}，市住建局最多"
    assert headlines.due_units(units.assign(due=0), "due", 1, "五日期限") == "1 个工作日内没有五日期限到期的件"
    # Nobody has most where two hold as many, where one holds all, or where nobody wrote down who it is.
    assert "最多" not in headlines.due_units(units.assign(due=[11, 11, 0]), "due", 3, "五日期限")
    assert "最多" not in headlines.due_units(units.head(1), "due", 3, "五日期限")
    assert "最多" not in headlines.due_units(units.assign(code=["", "2", "3"]), "due", 3, "五日期限")


def test_claims_that_are_about_to_be_late() -> None:
    units = pd.DataFrame({"five_day_due_in_0": [2, 1], "five_day_due_in_3": [30, 11]})
    sentence = "今日到期 3 件次，至11月24日共 41 件次，涉及 2 个单位"
    assert headlines.due_soon(units, "今日", "11月24日") == sentence


def test_gaps() -> None:
    assert headlines.gaps(1234, "网格没有在岗网格员", "都有") == "1,234 个网格没有在岗网格员"
    assert headlines.gaps(0, "网格没有在岗网格员", "都有") == "都有"


def test_an_exemplary_case() -> None:
    case = {"dispute_kind": "邻里纠纷", "who": "社工", "district": "金水区", "street": None, "community": None}
    assert headlines.model_case(case | {"org": None, "days": 12}) == "邻里纠纷，社工，金水区，用时 12 天"
    nothing = dict.fromkeys([*case, "org", "days"])
    assert headlines.model_case(nothing) == "未填写"


def test_problems_of_the_data() -> None:
    problems = pd.DataFrame({"severity": ["error", "warning", "warning"]})
    assert headlines.problems(problems) == "发现 3 类问题，1 类会让数字出错"
    assert headlines.problems(problems.tail(2)) == "发现 2 类问题，没有会让数字出错的"
    assert headlines.problems(problems.head(0)) == "没有发现问题"


def test_loads() -> None:
    assert headlines.loads(pd.DataFrame({"rows_rejected": [0, 12]})) == "装入 2 次，拒绝 12 行"
    assert headlines.loads(pd.DataFrame({"rows_rejected": [0]})) == "装入 1 次，没有拒绝的行"
    assert headlines.loads(pd.DataFrame({"rows_rejected": []})) == "没有装入记录"


def test_newest_case() -> None:
    sources = pd.DataFrame({"last_at": [datetime(2026, 11, 20, 15, 28), datetime(2026, 1, 1)]})
    assert headlines.newest(sources, datetime(2026, 11, 23, 16)) == "最近一件登记于 2026年11月20日 15:28，3 天前"
    assert headlines.newest(sources, datetime(2026, 11, 20, 16)) == "最近一件登记于 2026年11月20日 15:28"
    assert headlines.newest(sources.head(0), datetime(2026, 11, 20)) == "库中还没有信访件"
