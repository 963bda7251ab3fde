"""Lists as a person reads them: what stands in each column, and a dash or a word where nothing is known."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from casebase.engine import Casebase
from cockpit import rows
from cockpit.view import View
from queries import accompaniment, backlog, hearing_outcomes
from queries.cases import cases
from queries.measure import measure
from queries.periods import Preset, end_of_day, period_of
from queries.subjects import ACCOMPANIED
from tests.pages.conftest import busiest
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
    agents = accompaniment.busiest(city, as_of=year.as_of, period=year.period)
    written = rows.busiest_agents(agents.assign(origin=""))
    assert written["代办（件次）"].tolist() == agents["cases"].tolist()
    assert set(written["来源"]) == {"未填写"}


def test_rates_with_an_agent_and_without(year: View, city: Casebase) -> None:
    written = rows.accompanied_rates(year, ["resolution", "repeat_rate"])
    assert written["指标"].tolist() == ["化解率", "重复信访率"]
    rates = measure(city, ["repeat_rate"], as_of=year.as_of, period=year.period, by=["accompanied"])
    for side, row in rates.set_index("accompanied").iterrows():
        assert side in ACCOMPANIED
        expected = f"{words.percent(row['value'])}（{words.fraction(row['hits'], row['among'])}）"
        assert written.loc[1, str(side)] == expected


def test_idle_experts(year: View, city: Casebase) -> None:
    experts = hearing_outcomes.experts(city, as_of=year.as_of)
    written = rows.idle_experts(experts)
    never = experts["last_on"].isna()
    assert 0 < never.sum() < len(experts)
    assert (written["最近参与"] == "从未").tolist() == never.tolist()


def test_who_sits_on_a_hearing() -> None:
    seats = pd.DataFrame({"expert": ["李明", "王芳"], "role": [hearing_outcomes.PRESIDING, "评议员"]})
    assert rows.seats_text(seats) == f"李明（{hearing_outcomes.PRESIDING}）、王芳"


def test_hearings_to_come(year: View, city: Casebase) -> None:
    hearings = cases(city, "hearings_coming", as_of=year.as_of)
    panels = hearing_outcomes.coming_panels(city, as_of=year.as_of)
    written = rows.coming_hearings(hearings, panels)
    assert written["信访编号"].tolist() == hearings["case_no"].tolist() != []
    assert (written["评议团"] == "未组成").sum() == (~hearings["hearing_id"].isin(panels["hearing_id"])).sum()
    assert rows.coming_hearings(hearings.head(0), panels.head(0)).empty


@pytest.mark.parametrize(
    ("state", "left", "written"),
    [
        (backlog.OVERDUE, -51.0, "■ 超期 51 天"),
        (backlog.NEAR, 3.0, "▲ 临期 剩 3 天"),
        (backlog.NEAR, 0.0, "▲ 临期"),
        (backlog.IN_TIME, 30.0, "● 正常"),
        (None, float("nan"), words.NONE),
    ],
)
def test_where_a_limit_stands(state: str | None, left: float, written: str) -> None:
    assert rows.limit_state(state, left) == written


def test_oldest_cases(year: View, city: Casebase) -> None:
    longest = backlog.oldest(city, as_of=year.as_of, limit=20)
    written = rows.oldest_cases(year, longest.assign(unit=None))
    assert written["已办天数"].tolist() == longest["days_open"].tolist() == sorted(longest["days_open"], reverse=True)
    assert set(written["责任单位"]) == {rows.UNASSIGNED}


def test_open_receptions(year: View, city: Casebase) -> None:
    view = at_busiest(year, city, "receptions_open")
    receptions = cases(city, "receptions_open", as_of=view.as_of)
    written = rows.open_receptions(view, receptions)
    days = [(view.as_of.date() - received.date()).days for received in receptions["received_at"]]
    assert written["已过天数"].tolist() == days != []
    unnamed = receptions.assign(petition_id=float("nan"), case_no=None)
    assert set(rows.open_receptions(view, unnamed)["办理环节"]) == {words.NONE}
    assert rows.open_receptions(view, receptions.head(0)).empty


@pytest.mark.parametrize(
    ("due", "written"),
    [
        (date(2026, 11, 19), "▲ 临期 今日"),
        (date(2026, 11, 24), "▲ 临期 剩 5 天"),
        (date(2026, 11, 25), "● 正常 剩 6 天"),
        (date(2026, 11, 16), "■ 超期 3 天"),
        (date(2026, 11, 18), "■ 超期 1 天"),
    ],
)
def test_the_limit_of_an_answer(due: date, written: str, year: View) -> None:
    """The evening is a Thursday: the third working day after it is Tuesday the 24th."""
    assert rows.answer_limit(year, pd.Timestamp(end_of_day(due))) == written


def test_open_orders(year: View, city: Casebase) -> None:
    view = at_busiest(year, city, "supervision_waiting")
    orders = cases(city, "supervision_waiting", as_of=view.as_of)
    written = rows.open_orders(view, orders)
    assert written["信访编号"].tolist() == orders["case_no"].tolist() != []
    overdue = (orders["answer_due_at"] < view.as_of).tolist()
    assert [state.startswith("■") for state in written[rows.LIMIT_STATE]] == overdue
