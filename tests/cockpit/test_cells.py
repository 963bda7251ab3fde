"""Counts by two dimensions: every case stands in one cell, and the cells in the order that a reader expects."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pandas as pd
from chinese_calendar import is_workday

from casebase.case_words import OPEN_STATUSES
from casebase.engine import Casebase
from cockpit import cells
from cockpit.view import View
from queries import names
from queries.cases import cases
from queries.measure import measure
from queries.periods import Period
from queries.subjects import AGE_BANDS, ANSWERS, CLOSING_DAYS
from tests.pages.conftest import busiest, number


def test_agents_by_place_and_origin(year: View, city: Casebase) -> None:
    agents = measure(city.whole, ["agents"], as_of=year.as_of, by=["district", "origin"])
    table = cells.agents_by_origin(year, agents, "district", most=4)
    rows = cases(city.whole, "agents", as_of=year.as_of)
    assert table["code"].nunique() == 4
    for cell in table.to_dict("records"):
        same = rows[(rows["district"] == cell["row"]) & (rows["origin"] == cell["column"])]
        assert cell["value"] == len(same)
    sizes = table.groupby("row", sort=False)["value"].sum()
    assert sizes.tolist() == sorted(rows["district"].value_counts(), reverse=True)[:4]


def test_what_nobody_filled_in_has_a_row_and_a_column(year: View) -> None:
    agents = pd.DataFrame({"district": ["410105", None], "origin": ["志愿者", None], "hits": [3, 2]})
    table = cells.agents_by_origin(year, agents, "district", most=9).set_index(["row", "column"])
    assert table["value"].to_dict() == {
        ("金水区", "志愿者"): 3,
        ("金水区", "来源未填写"): 0,
        ("区县（功能区）未填写", "志愿者"): 0,
        ("区县（功能区）未填写", "来源未填写"): 2,
    }
    nameless = table.reset_index().iloc[-1]
    assert [nameless["code"], nameless["origin"]] == ["", ""]


def test_places_of_one_name_carry_their_code(year: View, city: Casebase) -> None:
    areas = names.areas(city.whole)
    areas = areas[areas["level"] == 3]
    name = areas["name"][areas["name"].duplicated()].iloc[0]
    first, second, *_ = areas["code"][areas["name"] == name]
    other = areas["code"][~areas["name"].duplicated(keep=False)].iloc[0]
    assert cells.place_labels(year, "street", [first, second])[first] == f"{name}（{first}）"
    assert cells.place_labels(year, "street", [first, other])[first] == name


def test_experts_by_field_and_source(year: View, city: Casebase) -> None:
    experts = cells.experts_by_field(year)
    assert experts["value"].sum() == number(city, "experts_in_pool")["hits"] > 0
    by_field = experts.groupby("row", sort=False)["value"].sum()
    assert by_field.tolist() == sorted(by_field, reverse=True)


def test_backlog_by_stage_and_age(year: View, city: Casebase) -> None:
    table = cells.backlog_by_stage(year)
    assert table["value"].sum() == number(city, "backlog")["hits"] > 0
    assert table["column"].tolist() == list(AGE_BANDS) * table["row"].nunique()
    assert set(table["row"]) <= set(OPEN_STATUSES)
    assert table["code"].tolist() == table["row"].tolist()


def test_orders_by_level_and_answer(year: View, city: Casebase) -> None:
    table = cells.orders_by_answer(year)
    assert table["value"].sum() == number(city, "supervision_issued")["hits"] > 0
    late = set(table.loc[table["role"] == "bad", "column"])
    assert late == {answer for answer in ANSWERS if "逾期" in answer}
    before_all = replace(year, as_of=datetime(2000, 1, 1), period=Period(date(2000, 1, 1), date(2000, 1, 1)))
    assert cells.orders_by_answer(before_all).empty


def test_days_on_which_cases_fall_due(year: View, city: Casebase) -> None:
    at = busiest(city, "due_in_5")
    days = cells.due_days(replace(year, as_of=at))
    assert days["value"].sum() == measure(city.whole, ["due_in_5"], as_of=at)["hits"].iloc[0] > 0
    # The day itself and five working days, and rest days only where something falls due.
    ahead = [at.date() + timedelta(days=n) for n in range(1, 20)]
    working = [at.date(), *[day for day in ahead if is_workday(day)][:5]]
    resting = ~days["key"].isin([day.isoformat() for day in working])
    assert days["key"][~resting].tolist() == [day.isoformat() for day in working]
    assert days["value"][resting].gt(0).all()
    one = days[days["value"] > 0].iloc[0]
    assert one["tip"].endswith(f"到期 {one['value']} 件次")


def test_both_limits_by_the_day_they_end(year: View, city: Casebase) -> None:
    at = busiest(city, "due_in_5")
    table = cells.limits_by_day(replace(year, as_of=at), {"five_day": "五日期限", "handling": "办结期限"})
    sums = table.groupby("row")["value"].sum()
    five_day, handling = measure(city.whole, ["five_day_due_in_5", "due_in_5"], as_of=at)["hits"]
    assert sums["五日期限"] == five_day > 0
    assert sums["办结期限"] == handling > 0
    assert table.groupby("day")["row"].nunique().eq(2).all()
    assert table["tip"].iloc[0].startswith(f"五日期限 {at.month}月{at.day}日（")


def test_working_days_that_closings_took(year: View, city: Casebase) -> None:
    closed = cells.closing_days(year)
    claims = measure(city.whole, ["five_day_closure"], as_of=year.as_of, period=year.period, by=["closing_days"])
    counts = claims.dropna(subset=["closing_days"]).set_index("closing_days")["among"]
    assert closed["days"].tolist() == list(range(len(CLOSING_DAYS)))
    assert closed["cases"].sum() == counts.sum() > 0
    assert closed["cases"].iloc[1] == counts[CLOSING_DAYS[1]]
