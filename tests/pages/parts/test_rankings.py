"""A ranking that has no room for all: the rest is one click away, with the same numbers and ways to the cases."""

from collections.abc import Callable

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from casebase.engine import Casebase
from cockpit.view import View
from pages import overview
from pages.parts import clicks, lists, rankings, tables
from pages.parts.rankings import written
from queries.measure import measure, metric_of
from queries.model import Slice
from tests.cockpit.fakes import data_that_answers
from tests.pages.conftest import EVENING, YEAR, failures

RATE = "five_day_closure"


def in_full(app: AppTest, key: str) -> AppTest:
    """The page after the click on 列出全部."""
    app.button(key=f"all_{key}").click().run()
    assert failures(app) == []
    return app


@pytest.mark.usefixtures("stopped_clock")
def test_every_street_is_listed_with_its_numbers(
    open_page: Callable[..., AppTest], city: Casebase, demo_url: str
) -> None:
    asked = {"as_of": EVENING.date().isoformat(), "period": "本年", "level": "街道（乡镇）"}
    app = in_full(open_page(demo_url, "five_day", **asked), "five_day_street")
    frames = [table.value for table in app.dataframe]
    (rows,) = [frame for frame in frames if "名称" in frame]
    measured = measure(city.whole, [RATE], as_of=EVENING, period=YEAR, by=["street"])
    assert len(rows) == len(measured) > 30
    city.engine.dispose()
    assert sorted(rows["合计"]) == sorted(measured["among"])
    assert rows[metric_of(RATE).sides[0]].sum() == measured["hits"].sum()
    judged = rows[rows["样本"] == ""]["五日办结率（%）"]
    assert judged.is_monotonic_increasing, "in the order of the ranking"


def test_a_row_opens_the_cases_of_its_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str | None] = []
    monkeypatch.setattr(rankings, "open_link", opened.append)
    monkeypatch.setattr(tables, "pick_row", lambda *_, **__: 1)
    monkeypatch.setattr(lists, "downloads", lambda *_, **__: None)
    rows = pd.DataFrame({"code": ["a", "b"], "name": ["甲", "乙"], "value": [3, 1]})
    view = View(data_that_answers(), EVENING, YEAR, Slice(), ())
    rankings.every_row(
        view, rows, metric_of("registered"), is_count=False, name="各区县登记量", key="k", link=lambda row: row["code"]
    )
    assert opened == ["b"]


@pytest.mark.parametrize(("subtitle", "says"), [("", "样本少的在后"), ("各区县", "各区县；样本少的在后")])
def test_a_note_on_small_samples_follows_what_the_chart_says(
    monkeypatch: pytest.MonkeyPatch, subtitle: str, says: str
) -> None:
    told: list[str] = []
    monkeypatch.setattr(clicks, "draw", lambda *_, subtitle, **__: told.append(subtitle))
    monkeypatch.setattr(clicks, "chart", lambda *_, **__: None)
    rows = pd.DataFrame({"code": ["a", "b"], "name": ["甲", "乙"], "value": [1.0, 0.5], "hits": [3, 50]})
    rows = rows.assign(among=[3, 100], small=[True, False])
    view = View(data_that_answers(), EVENING, YEAR, Slice(), ())
    rankings.ranking(view, rows, RATE, "district", key="k", alt="排名", subtitle=subtitle)
    assert told == [says]


def test_a_timeline_stays_in_its_order_and_says_nothing_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, bool | None]] = []

    def draw(*_: object, subtitle: str, largest_first: bool | None, **__: object) -> None:
        told.append((subtitle, largest_first))

    monkeypatch.setattr(clicks, "draw", draw)
    monkeypatch.setattr(clicks, "chart", lambda *_, **__: None)
    steps = pd.DataFrame({"code": ["0", "1"], "name": ["现在", "1个工作日后"], "value": [1.0, 0.5]})
    steps = steps.assign(hits=[3, 50], among=[3, 100], small=[True, False])
    view = View(data_that_answers(), EVENING, YEAR, Slice(), ())
    rankings.ranking(view, steps, RATE, key="k", alt="推演", subtitle="12月", is_timeline=True)
    assert told == [("12月", None)]


def test_a_count_of_a_rate_is_a_number_of_its_cases() -> None:
    frame = pd.DataFrame({"code": ["a", "b"], "name": ["甲", "乙"], "value": [3, 1], "hits": [5, 5], "among": [8, 6]})
    assert written(frame, metric_of(RATE), is_count=True).to_dict("list") == {
        "名称": ["甲", "乙"],
        "数量（件次）": [3, 1],
    }
    assert list(written(frame, metric_of("registered"), is_count=False)) == ["名称", "登记量（件次）"]


@pytest.mark.usefixtures("stopped_clock")
def test_the_places_that_the_overview_has_no_room_for(open_page: Callable[..., AppTest], demo_url: str) -> None:
    app = in_full(open_page(demo_url, as_of=EVENING.date().isoformat(), period="本年"), "ranking")
    (rows,) = [table.value for table in app.dataframe if "名称" in table.value]
    assert len(rows) > overview.LEAST


def test_what_nobody_filled_in_is_no_place_of_a_ranking() -> None:
    """Seventeen rows of which one has no place are sixteen places."""
    frame = pd.DataFrame({"code": [*map(str, range(16)), ""]})
    assert rankings.left_out(frame, 16) == "；共 16 个，另有未填写的，列前 16 个"
    assert rankings.left_out(frame.head(16), 16) == ""
    assert rankings.left_out(frame.head(16), 10) == "；共 16 个，列前 10 个"


def test_small_samples_stand_behind_others_and_not_behind_nothing() -> None:
    frame = pd.DataFrame({"value": [0.5, 0.9, float("nan")], "small": [True, True, False]})
    assert not rankings._is_partly_small(frame)
    assert rankings._is_partly_small(frame.assign(small=[True, False, False]))
