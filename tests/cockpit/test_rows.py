"""Lists as a person reads them: what stands in each column, and a dash or a word where nothing is known."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from casebase.engine import Casebase
from cockpit import rows
from cockpit.view import View
from queries import accompaniment, backlog, forward, hearing_outcomes
from queries.cases import cases
from queries.measure import measure
from queries.model import Slice, is_small_sample
from queries.periods import Preset, end_of_day, period_of
from queries.registry import METRICS
from queries.registry.common import HORIZONS
from queries.subjects import ACCOMPANIED, PRESIDING
from tests.pages.conftest import busiest, number
from views import words


def at_busiest(view: View, city: Casebase, stock: str) -> View:
    """The same at the end of the month at which a stock was largest."""
    at = busiest(city, stock)
    return replace(view, as_of=at, period=period_of(Preset.YEAR, at.date()))


def test_times_by_their_days() -> None:
    times = pd.Series([pd.Timestamp(2026, 11, 20, 23, 59), pd.NaT])
    assert rows.days(times) == ["2026-11-20", words.NONE]
    assert rows.days(times, "从未") == ["2026-11-20", "从未"]


def test_rates_are_numbers_as_they_are_written() -> None:
    assert rows.percentages([0.88235, 0.949999, 1.0, float("nan")]) == [88.24, 95.0, 100.0, None]


def test_busiest_agents(year: View, city: Casebase) -> None:
    agents = accompaniment.busiest(city.whole, as_of=year.as_of, period=year.period)
    written = rows.busiest_agents(agents.assign(origin=""))
    assert written["代办（件次）"].tolist() == agents["cases"].tolist()
    assert set(written["来源"]) == {"未填写"}


def test_rates_with_an_agent_and_without(year: View, city: Casebase) -> None:
    written = rows.accompanied_rates(year, ["resolution", "repeat_rate"])
    assert written["指标"].tolist() == ["化解率", "重复信访率"]
    rates = measure(city.whole, ["repeat_rate"], as_of=year.as_of, period=year.period, by=["accompanied"])
    for side, row in rates.set_index("accompanied").iterrows():
        assert side in ACCOMPANIED
        expected = f"{words.percent(row['value'])}（{words.fraction(row['hits'], row['among'])}）"
        assert written.loc[1, str(side)] == expected


def test_idle_experts(year: View, city: Casebase) -> None:
    experts = hearing_outcomes.experts(city.whole, as_of=year.as_of)
    written = rows.idle_experts(experts)
    never = experts["last_on"].isna()
    assert 0 < never.sum() < len(experts)
    assert (written["最近参与"] == "从未").tolist() == never.tolist()


def test_who_sits_on_a_hearing() -> None:
    seats = pd.DataFrame({"expert": ["李明", "王芳"], "role": [PRESIDING, "评议员"]})
    assert rows.seats_text(seats) == f"李明（{PRESIDING}）、王芳"


def test_hearings_to_come(year: View, city: Casebase) -> None:
    hearings = cases(city.whole, "hearings_coming", as_of=year.as_of)
    panels = hearing_outcomes.coming_panels(city.whole, as_of=year.as_of)
    written = rows.coming_hearings(hearings, panels)
    assert written["信访编号"].tolist() == hearings["case_no"].tolist() != []
    assert (written["评议团"] == "未组成").sum() == (~hearings["hearing_id"].isin(panels["hearing_id"])).sum()
    assert rows.coming_hearings(hearings.head(0), panels.head(0)).empty


@pytest.mark.parametrize(
    ("state", "left", "written"),
    [
        (backlog.OVERDUE, -51.0, "■ 超期 51 天"),
        (backlog.OVERDUE, -2216.0, "■ 超期 2,216 天"),
        (backlog.NEAR, 3.0, "▲ 临期 剩 3 天"),
        (backlog.NEAR, 0.0, "▲ 临期"),
        (backlog.IN_TIME, 30.0, "● 正常"),
        (None, float("nan"), words.NONE),
    ],
)
def test_where_a_limit_stands(state: str | None, left: float, written: str) -> None:
    assert rows.limit_state(state, left) == written


def test_oldest_cases(year: View, city: Casebase) -> None:
    longest = backlog.oldest(city.whole, as_of=year.as_of, limit=20)
    written = rows.oldest_cases(year, longest.assign(unit=None))
    assert written["已办天数"].tolist() == longest["days_open"].tolist() == sorted(longest["days_open"], reverse=True)
    assert set(written["责任单位"]) == {rows.UNASSIGNED}


def test_where_no_unit_was_loaded_nobody_knows_that_none_is_assigned(
    year: View, monkeypatch: pytest.MonkeyPatch
) -> None:
    units = pd.Series([None, None])
    assert rows.unit_names(year, units).tolist() == [rows.UNASSIGNED] * 2
    monkeypatch.setattr(rows, "blanks", lambda _: frozenset({"petition.unit_id"}))
    assert rows.unit_names(year, units).tolist() == [words.NONE] * 2


def test_open_receptions(year: View, city: Casebase) -> None:
    view = at_busiest(year, city, "receptions_open")
    receptions = cases(city.whole, "receptions_open", as_of=view.as_of)
    written = rows.open_receptions(view, receptions)
    days = [(view.as_of.date() - received.date()).days for received in receptions["received_at"]]
    assert written["已过天数"].tolist() == days != []
    unnamed = receptions.assign(petition_id=float("nan"), case_no=None)
    assert set(rows.open_receptions(view, unnamed)["办理环节"]) == {words.NONE}
    assert rows.open_receptions(view, receptions.head(0)).empty


@pytest.mark.parametrize(
    ("due", "written"),
    [
        (date(2026, 11, 19), "▲ 临期 11月19日"),
        (date(2026, 11, 24), "▲ 临期 剩 5 天"),
        (date(2026, 11, 25), "● 正常 剩 6 天"),
        (date(2026, 11, 16), "■ 超期 3 天"),
        (date(2026, 11, 18), "■ 超期 1 天"),
        (date(2020, 11, 19), "■ 超期 2,191 天"),
    ],
)
def test_the_limit_of_an_answer(due: date, written: str, year: View) -> None:
    """The evening is a Thursday: the third working day after it is Tuesday the 24th."""
    assert rows.answer_limit(year, pd.Timestamp(end_of_day(due))) == written


def test_the_limit_of_an_answer_today(year: View, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(year.data, "today", year.as_of.date())
    assert rows.answer_limit(year, pd.Timestamp(year.as_of)) == "▲ 临期 今日"
    # An order due in the morning is due until midnight, as `supervision_overdue` has it.
    assert rows.answer_limit(year, pd.Timestamp(year.as_of.replace(hour=9))) == "▲ 临期 今日"


def test_open_orders(year: View, city: Casebase) -> None:
    view = at_busiest(year, city, "supervision_waiting")
    orders = cases(city.whole, "supervision_waiting", as_of=view.as_of)
    written = rows.open_orders(view, orders)
    assert written["信访编号"].tolist() == orders["case_no"].tolist() != []
    late = cases(city.whole, "supervision_overdue", as_of=view.as_of)
    overdue = orders["case_no"].isin(late["case_no"]).tolist()
    assert [state.startswith("■") for state in written[rows.LIMIT_STATE]] == overdue
    without = rows.open_orders(view, orders.assign(answer_due_at=pd.Series(pd.NaT, orders.index)))
    assert set(without[rows.LIMIT_STATE]) == {words.NONE}


def test_counts_by_unit(year: View, city: Casebase) -> None:
    metrics = ["backlog", "overdue"]
    units = rows.counts_by_unit(year, metrics, ["overdue", "backlog"])
    open_cases = cases(city.whole, "backlog", as_of=year.as_of)
    assert units["backlog"].sum() == len(open_cases)
    assert units["overdue"].tolist() == sorted(units["overdue"], reverse=True)
    assert sorted(units.loc[units["code"] != "", "backlog"]) == sorted(open_cases["unit"].value_counts())


def test_outlook_draws_a_rate_that_stays_once(year: View, city: Casebase) -> None:
    steps = rows.outlook(year, "five_day")
    every = forward.outlook(city.whole, "five_day", as_of=year.as_of)
    assert steps["code"].tolist()[:2] == ["0", "1"]
    assert steps["name"].tolist()[:2] == ["现在", "20日起不变" if len(steps) == 2 else "1个工作日后（20日）"]
    drawn = steps[["hits", "among"]].drop_duplicates()
    assert len(drawn) == len(every[["hits", "among"]].drop_duplicates())


def test_outlook_of_nothing_is_no_small_sample(year: View) -> None:
    steps = rows.outlook(replace(year, within=Slice(unit="of nobody")), "five_day")
    assert (set(steps["among"]), set(steps["small"])) == ({0}, {False})


def test_units_with_what_they_would_lose(year: View, city: Casebase) -> None:
    counts = [f"{forward.DUE_METRICS['five_day']}_{days}" for days in HORIZONS]
    units = rows.counts_by_unit(year, counts, counts)
    written = rows.due_units(year, units, "five_day", 5)
    rates = forward.outlook(city.whole, "five_day", as_of=year.as_of, by=["unit"]).set_index(["unit", "days"])
    assert len(written) > 0
    for unit, row in zip(units["code"], written.to_dict("records"), strict=True):
        assert row["5个工作日内"] == number(city, "five_day_due_in_5", unit=unit)["hits"]
        then = rates.loc[(unit, 5)]
        assert str(row["届时"]).startswith(words.percent(then["value"]))
        assert is_small_sample(then["among"], 30) == str(row["届时"]).endswith(words.SMALL)
        if (unit, 0) in rates.index:
            assert row["变化"] == words.points(then["value"] - rates.loc[(unit, 0), "value"])
        else:
            assert (row["现在"], row["变化"]) == (words.NONE, words.NONE)


def test_first_day_on_which_a_claim_falls_due(year: View, city: Casebase) -> None:
    claims = cases(city.whole, "five_day_due_in_3", as_of=year.as_of)
    due = pd.to_datetime(claims["five_day_due"]).min()
    heads = {"five_day_due_in_3": "3个工作日"}
    units = rows.counts_by_unit(year, list(heads), list(heads))
    written = rows.due_soon(year, units, heads)
    assert written["3个工作日"].sum() == len(claims) > 0
    assert words.day(due) in written["最早期限"].tolist()


def test_grids_by_their_workers() -> None:
    grids = rows.grids_by_state(pd.DataFrame({"name": ["甲", "乙"], "value": [2.0, 0.0]}))
    assert grids["text"].tolist() == ["● 2 人", "■ 无"]
    assert grids["role"].tolist() == ["good", "bad"]


def test_places_with_what_their_rate_is_made_of() -> None:
    places = pd.DataFrame({"name": ["甲"], "value": [0.75], "hits": [3], "among": [4], "small": [True]})
    gaps = rows.places_with(METRICS["grids_staffed"], places, "街道（乡镇）")
    assert gaps.to_dict("records") == [{"街道（乡镇）": "甲", "网格配员率（%）": 75.0, "没有网格员": 1, "总数": 4}]
    rate = rows.places_with(METRICS["on_the_spot"], places, "街道（乡镇）").iloc[0]
    assert rate[["分子", "分母", "样本"]].tolist() == [3, 4, words.SMALL]
    count = rows.places_with(METRICS["registered"], places.assign(value=4), "街道（乡镇）")
    assert list(count.columns) == ["街道（乡镇）", "登记量（件次）"]


def test_exemplary_cases() -> None:
    cases = pd.DataFrame(
        {
            "title": ["甲", "乙", "丙"],
            "dispute_kind": ["邻里", None, "邻里"],
            "who": ["社工", "社工", None],
            "district": None,
            "days": [3, 4, 5],
            "told_on": ["2026-11-20", None, "2026-11-18"],
        }
    )
    assert rows.model_cases(cases)["讲述日期"].tolist() == ["2026-11-20", words.NONE, "2026-11-18"]
    counts = rows.model_cases_by(cases, "dispute_kind")
    assert counts.to_dict("records") == [
        {"code": "邻里", "name": "邻里", "value": 2},
        {"code": "", "name": rows.UNFILLED, "value": 1},
    ]


def test_what_the_data_lacks_by_how_many_numbers_need_it() -> None:
    lacks = {"overdue": ("petition.due_at",), "due_in_1": ("petition.due_at",), "hearings_held": ("hearing",)}
    written = rows.unknown_numbers(lacks)
    assert written["个数"].tolist() == [2, 1]
    assert written["影响的指标"].iloc[0] == f"{METRICS['overdue'].name}、{METRICS['due_in_1'].name}"
    assert rows.unknown_numbers({}).empty


def test_loads_and_sources_to_the_minute() -> None:
    at = pd.Timestamp(2026, 11, 20, 15, 30, 59)
    run = {"started_at": at, "source": "a", "file_name": "b", "rows_read": 3, "rows_loaded": 2, "rows_rejected": 1}
    assert rows.loads(pd.DataFrame([run])).iloc[0].tolist() == ["2026-11-20 15:30", "a", "b", 3, 2, 1]
    ages = {"source": "a", "cases": 9, "first_at": at, "last_at": at, "updated_at": pd.NaT}
    written = rows.sources(pd.DataFrame([ages])).iloc[0]
    assert written.tolist() == ["a", 9, "2026-11-20", "2026-11-20 15:30", None]
