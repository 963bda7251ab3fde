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
    assert headlines.oldest(cases, "未装入办结期限").endswith("是否超期看不出（未装入办结期限）")


def test_open_receptions() -> None:
    days = pd.Series([61, 9])
    assert headlines.open_receptions(days, most=200) == "未办结的 2 批次，最久的已 61 天"
    assert headlines.open_receptions(days, most=2) == "最久的 2 批次，最久的已 61 天"
    assert headlines.open_receptions(days.head(0), most=2) == "没有未办结的接访事项"


def test_open_tasks() -> None:
    assert headlines.open_tasks(1234, 61, 56) == "在办 1,234 件，最久的已推送 61 天，超 24 小时未联系 56 件"
    assert headlines.open_tasks(0, 0, 0) == "没有在办的网格任务"


def test_debtors() -> None:
    assert headlines.debtors(pd.DataFrame({"hits": [20, 10]})) == "2 个单位待答复 30 件"
